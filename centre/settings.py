"""The settings of an installation; all defaults work on a single machine."""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from the environment, each name with the prefix GANGQIAO_."""

    model_config = SettingsConfigDict(env_prefix="GANGQIAO_", extra="ignore")

    data_dir: Annotated[Path, Field(description="folder of the SQLite file, the key file and the backups")] = Path(
        "var"
    )
    database_url: Annotated[str, Field(description="SQLAlchemy address; empty means the SQLite file in data_dir")] = ""
    master_key: Annotated[
        SecretStr, Field(description="64 hex digits that seal personal data, older ones behind; empty means a key file")
    ] = SecretStr("")
    host: Annotated[str, Field(description="address that the server listens on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="port that the server listens on")] = 8000
    processes: Annotated[int, Field(ge=1, le=64, description="server processes")] = 1
    threads: Annotated[
        int, Field(ge=0, le=64, description="request threads of a process; 0 means 2 on SQLite, 16 elsewhere")
    ] = 0
    statement_seconds: Annotated[
        int, Field(ge=1, le=3600, description="PostgreSQL: seconds after which a statement is ended")
    ] = 10
    lock_seconds: Annotated[
        int, Field(ge=1, le=3600, description="PostgreSQL: most seconds of waiting for a lock or a free connection")
    ] = 5
    public_url: Annotated[str, Field(description="address that people type, for feeds and printed codes")] = ""
    security_contact: Annotated[
        str,
        Field(
            pattern=r"^((https://|mailto:|tel:)[!-~]+)?$",
            description="https:, mailto: or tel: address for reports of weaknesses; empty means the hotline",
        ),
    ] = ""
    sender: Annotated[
        Literal["", "smtp", "gateway", "file"],
        Field(description="how messages leave: smtp, gateway (HTTP) or file; empty means that they stay in the pages"),
    ] = ""
    smtp_host: Annotated[str, Field(description="mail server of the sender smtp")] = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535, description="its port")] = 465
    smtp_security: Annotated[
        Literal["tls", "starttls", "none"], Field(description="tls from the start, starttls, or none (on this machine)")
    ] = "tls"
    smtp_ca: Annotated[Path | None, Field(description="certificates to trust instead of the system's, in PEM")] = None
    smtp_user: Annotated[str, Field(description="user name for the mail server; empty means no sign-in")] = ""
    smtp_password: Annotated[SecretStr, Field(description="password for the mail server")] = SecretStr("")
    smtp_from: Annotated[str, Field(description="address that messages come from")] = ""
    smtp_to: Annotated[
        str, Field(description="address of a telephone at the mail-to-SMS gateway, such as {phone}@sms.example.cn")
    ] = ""
    sms_gateway: Annotated[Path | None, Field(description="TOML file that describes the HTTP gateway, see run.md")] = (
        None
    )
    sms_secret: Annotated[SecretStr, Field(description="secret of the HTTP gateway, for {secret} and {signature}")] = (
        SecretStr("")
    )
    messages_a_day: Annotated[int, Field(ge=1, description="most messages to one telephone in a day, codes aside")] = 10
    quiet_hours: Annotated[
        str,
        Field(
            pattern=r"^([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])$",
            description="hours in which only sign-in codes leave, such as 21-8; two equal hours mean none",
        ),
    ] = "21-8"
    trusted_proxies: Annotated[
        str,
        Field(description="addresses or networks of proxies whose X-Forwarded-For, -Proto and -Host are believed"),
    ] = ""
    secure_cookies: Annotated[
        bool, Field(description="send cookies over HTTPS only; set it wherever HTTPS is in front")
    ] = False
    body_limit: Annotated[int, Field(ge=1_000, description="largest request body, in bytes")] = 1_000_000
    upload_limit: Annotated[int, Field(ge=1_000, description="largest uploaded file, in bytes")] = 6_000_000
    joblib: Annotated[
        Literal["loky", "threading", "dask"],
        Field(description="where the bulk match runs: processes, threads, or the cluster of DASK_SCHEDULER_ADDRESS"),
    ] = "loky"
    match_processes: Annotated[
        int, Field(ge=0, le=1024, description="processes of the bulk match; 0 means all cores")
    ] = 0
    index_from: Annotated[
        int, Field(ge=1, description="openings from which on the search index is kept on disk, mapped by all processes")
    ] = 2_000
    warm: Annotated[
        bool,
        Field(description="build the search index right after the start, watch for changes; gangqiao serve sets it"),
    ] = False
    demo: Annotated[bool, Field(description="show the banner and the sign-in shortcuts of the invented demo city")] = (
        False
    )
    require_second_factor: Annotated[
        bool | None,
        Field(description="staff and partners must bind an authenticator; empty means yes, and no in the demo city"),
    ] = None
    first_run_key: Annotated[
        SecretStr, Field(description="digest of the one-time key of the first-run page; gangqiao serve sets it")
    ] = SecretStr("")
    log_level: Annotated[str, Field(description="DEBUG, INFO, WARNING or ERROR")] = "INFO"

    @cached_property
    def url(self) -> str:
        """The effective database address."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gangqiao.db'}"

    @property
    def quiet(self) -> tuple[int, int]:
        """First and last hour in which only sign-in codes leave."""
        begins, _, ends = self.quiet_hours.partition("-")
        return int(begins), int(ends)

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.url.startswith("sqlite")

    @property
    def second_factor_required(self) -> bool:
        """Whether staff and partners must set up an authenticator; the demo accounts need none."""
        return not self.demo if self.require_second_factor is None else self.require_second_factor

    @property
    def request_threads(self) -> int:
        """Threads that answer requests: SQLite serves fastest from very few (measured, see DECISIONS)."""
        return self.threads or (2 if self.is_sqlite else 16)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings()
