"""Real server processes for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import httpx

from tests.support.mail import free_port


class Server:
    """A `civicgraph serve` process; `kill` ends it without a word, as a power cut would.

    `deadlines` are those of `civicgraph.server.protocol`, by name, where a test cannot wait for the real ones.
    """

    def __init__(
        self, database: str, secret: str, folder: Path, deadlines: Mapping[str, int] | None = None, **environment: str
    ) -> None:
        changes = "".join(f"protocol.{name} = {seconds}; " for name, seconds in (deadlines or {}).items())
        self._code = f"from civicgraph.server import protocol; {changes}from civicgraph.cli import main; main()"
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
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start and wait until it answers."""
        log = (self._folder / f"server-{self.port}.log").open("wb")
        command = [sys.executable, "-c", self._code, "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self._environment, cwd=self._folder, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                if self.process.poll() is not None:
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
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=20)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()
