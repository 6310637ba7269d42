"""P6: from the start of the process to its first answer, with 1,000 openings, beside a bare FastAPI and SQLAlchemy
application."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

BARE = """
from fastapi import FastAPI
from sqlalchemy import Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): pass
class Post(Base):
    __tablename__ = "post"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
engine = create_engine("sqlite:///bare.db")
Base.metadata.create_all(engine)
app = FastAPI()
@app.get("/")
def posts() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Post.title).limit(20)))
"""
FILL = """
import web.app
from centre.database import open_session
from centre.permissions import Actor
from web.demo import city
with open_session(Actor.system().scope, write=True) as session:
    city.fill(session, seed=6, say=lambda _line: None, size=city.Size(employers=200, openings=1_000, workers=0))
"""
PATIENCE = 60.0


def seconds(app: str, folder: Path, path: str, environment: dict[str, str]) -> float:
    """Seconds until the first answer below 500."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "error"]
    server = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        while time.perf_counter() - start < PATIENCE:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                    return time.perf_counter() - start
            except urllib.error.HTTPError:
                return time.perf_counter() - start
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"{app} did not answer")
    finally:
        server.terminate()
        server.wait(timeout=10)


def measure() -> dict[str, Any]:
    """The best of four starts each; the service with the invented town and 1,000 openings around it."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        own = {**os.environ, "GANGQIAO_DATA_DIR": name, "PYTHONPATH": f"{root}:{os.environ.get('PYTHONPATH', '')}"}
        for fill in (("-m", "web", "demo", "--fill-only"), ("-c", FILL)):
            subprocess.run([sys.executable, *fill], env=own, check=True, capture_output=True)
        # By turns, so that whatever else the machine does meets both; the first start of each fills caches.
        pairs = [
            (seconds("web.app:app", folder, "/health/ready", own), seconds("bare:app", folder, "/", dict(os.environ)))
            for _ in range(5)
        ]
        ours, bare = (min(pair[side] for pair in pairs[1:]) for side in (0, 1))
    return {"figures": {"ours_s": ours, "bare_s": bare}, "ratios": {"ours_over_bare": ours / bare}}
