"""The server that is tried: a process of its own over a demo city of its own."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from civicgraph import db
from civicgraph.settings import Settings

PERSON = "centre"
"""Somebody on the demo city's staff."""


@dataclass
class Tried:
    """The running server."""

    port: int
    process: psutil.Process
    database: Path
    token: str
    """An API token of `PERSON`, for reading."""

    @property
    def megabytes(self) -> float:
        """What it holds in memory."""
        return float(self.process.memory_info().rss) / 1e6

    @property
    def own_megabytes(self) -> float:
        """The same without what it shares: pages of the database in the system's cache, which SQLite's readers look into."""
        held = self.process.memory_info()
        return float(held.rss - held.shared) / 1e6

    @property
    def files(self) -> int:
        """Open files, each connection among them."""
        return int(self.process.num_fds())


@contextmanager
def running(settings: Settings, folder: Path) -> Iterator[Tried]:
    """`civicgraph serve` with the settings as they are shipped; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CIVICGRAPH_")},
        "CIVICGRAPH_DATABASE_URL": settings.database_url,
        "CIVICGRAPH_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CIVICGRAPH_BASE_URL": f"http://127.0.0.1:{port}",
        "CIVICGRAPH_LOG_FORMAT": "json",
        "CIVICGRAPH_LOG_LEVEL": "ERROR",
    }
    civicgraph = [sys.executable, "-m", "civicgraph"]
    made = subprocess.run(
        [*civicgraph, "token", "create", PERSON, "--name", "soak"],
        env=environment, cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    token = next(word for word in made.stdout.split() if word.startswith("cg_"))
    log = folder / f"server-{port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*civicgraph, "serve", "--port", str(port)], env=environment, cwd=folder, stdout=written, stderr=written
        )
        try:
            _wait(process, port, log)
            yield Tried(port, psutil.Process(process.pid), db.sqlite_path(settings), token)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def raise_file_limit(wanted: int) -> None:
    """Let this process hold `wanted` files. Raises `RuntimeError` when the system does not allow as many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < wanted:
        raise RuntimeError(
            f"{wanted} open files are needed and {most} are allowed: raise `ulimit -Hn`, or ask for less."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-2000:]}")
