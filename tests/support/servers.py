"""Real server processes for tests."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType

import httpx

from tests.support import forks
from tests.support.mail import free_port


class Server:
    """A `civicgraph serve` process; `kill` ends it without a word, as a power cut would.

    `deadlines` are those of `civicgraph.server.protocol`, by name, where a test cannot wait for the real ones.
    """

    def __init__(
        self, database: str, secret: str, folder: Path, deadlines: Mapping[str, int] | None = None, **environment: str
    ) -> None:
        self._deadlines = deadlines
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._environment = {
            **os.environ,
            "CIVICGRAPH_DATABASE_URL": database,
            "CIVICGRAPH_SECRET_KEY": secret,
            "CIVICGRAPH_BASE_URL": self.url,
            "CIVICGRAPH_LOG_FORMAT": "json",
            "CIVICGRAPH_QUICKEST_REPORT_SECONDS": "0",  # browsers of tests type quicker than people
            "CIVICGRAPH_DIGEST_MINUTES": "0",
            "CIVICGRAPH_QUIET_HOURS": "",
            **environment,
        }
        self.process: ForkServerProcess | None = None

    def start(self) -> Server:
        """Start and wait until it answers."""
        log = self._folder / f"server-{self.port}.log"
        words = ("serve", "--port", str(self.port))
        self.process = forks.begin(words, self._environment, self._folder, log, deadlines=self._deadlines)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                if not self.process.is_alive():
                    break
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the server did not start:\n{self.log}")

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self._folder / f"server-{self.port}.log").read_text()

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        assert self.process is not None
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(20)
        assert self.process.exitcode is not None, "the server does not stop"
        return self.process.exitcode

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.is_alive():
            self.stop()
