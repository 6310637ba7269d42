"""What may differ from one installation to the next; every value has a default that works on one machine."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment, each name with the prefix GANGQIAO_."""

    model_config = SettingsConfigDict(env_prefix="GANGQIAO_", extra="ignore")

    data_dir: Path = Field(Path("var"), description="folder of the SQLite file, the key file and the backups")
    database_url: str = Field("", description="SQLAlchemy address; empty means the SQLite file in data_dir")
    master_key: SecretStr = Field(
        SecretStr(""), description="64 hex digits that seal personal data; empty means a key file made in data_dir"
    )
    host: str = Field("127.0.0.1", description="address that the server listens on")
    port: int = Field(8000, ge=1, le=65535, description="port that the server listens on")
    processes: int = Field(1, ge=1, le=64, description="server processes")
    threads: int = Field(0, ge=0, le=64, description="request threads of a process; 0 means 2 on SQLite, 16 elsewhere")
    public_url: str = Field("", description="address that people type, for feeds and printed codes")
    secure_cookies: bool = Field(False, description="send cookies over HTTPS only; set it wherever HTTPS is in front")
    body_limit: int = Field(1_000_000, ge=1_000, description="largest request body, in bytes")
    upload_limit: int = Field(6_000_000, ge=1_000, description="largest uploaded file, in bytes")
    demo: bool = Field(False, description="show the banner and the sign-in shortcuts of the invented demo city")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @property
    def url(self) -> str:
        """The database address that is in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gangqiao.db'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.url.startswith("sqlite")

    @property
    def request_threads(self) -> int:
        """Threads that answer requests: SQLite serves fastest from very few (measured, see DECISIONS)."""
        return self.threads or (2 if self.is_sqlite else 16)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings()
