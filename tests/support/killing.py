"""A process that is killed by SIGKILL at its Nth step, for N in turn: `python -m tests.support.killing`.

A step is whatever leaves a mark outside the process: a statement to the database, each exchange with the mail
server. The process does what `civicgraph tick` does. It imports everything once and forks for each order that it
reads, so that a hundred deaths take seconds and the code that is killed knows nothing of it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from asyncio import selector_events
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any

from civicgraph import clock, db, logs
from civicgraph import settings as configuration
from civicgraph.notifications.delivery import deliver_due
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.schema import schema
from tests.support import quick

COMMANDS = ("EHLO", "MAIL", "RCPT", "DATA", "QUIT", "RSET")


class Killer:
    """Runs ticks in processes of their own; each dies before the step of the given number."""

    def __init__(self, database: str, secret: str, smtp: str, **environment: str) -> None:
        self._environment = {
            **os.environ,
            "CIVICGRAPH_DATABASE_URL": database,
            "CIVICGRAPH_SECRET_KEY": secret,
            "CIVICGRAPH_SMTP_URL": smtp,
            "CIVICGRAPH_DIGEST_MINUTES": "0",
            "CIVICGRAPH_QUIET_HOURS": "",
            "CIVICGRAPH_LOG_LEVEL": "CRITICAL",
            **environment,
        }
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Killer:
        command = [sys.executable, "-m", "tests.support.killing"]
        self._process = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def tick(self, *, kill_at: int = 0, ticks: int = 1, later: int = 0) -> tuple[bool, list[str]]:
        """Tick so often, with clocks that are so many seconds later: whether it was killed, and its steps."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"kill_at": kill_at, "ticks": ticks, "later": later}), file=self._process.stdin, flush=True)
        status, steps = json.loads(self._process.stdout.readline())
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or status == 0, "the tick failed by itself"
        return killed, steps


class Steps:
    """Counts and tells the steps, and dies before the one of the number."""

    def __init__(self, pipe: int, kill_at: int) -> None:
        self._pipe, self._kill_at, self.is_counting = pipe, kill_at, False
        self._numbers = itertools.count(1)

    def __call__(self, name: str) -> None:
        if not self.is_counting:
            return
        number = next(self._numbers)  # steps are of several threads: each has a number that no other has
        os.write(self._pipe, f"{' '.join(name.split())[:60]}\n".encode())
        if number == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch_sqlite(self) -> None:
        """A step before each statement that SQLite runs, BEGIN and COMMIT among them."""
        from aiosqlite import core  # after civicgraph has chosen its SQLite

        connect = core.sqlite3.connect

        def watched(*arguments: Any, **options: Any) -> Any:
            connection = connect(*arguments, **options)
            connection.set_trace_callback(lambda sql: None if sql.startswith("--") else self(sql))
            return connection

        core.sqlite3.connect = watched

    def watch_sockets(self) -> None:
        """A step before all that is sent to PostgreSQL, and around each exchange with the mail server."""
        transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
        write: Callable[[Any, bytes], None] = transport.write
        read: Callable[[Any], None] = transport._read_ready

        def watched_write(one: Any, data: bytes) -> None:
            if one._sock.family == socket.AF_INET:
                head = bytes(data[:4]).decode(errors="replace")
                self(f"> {head if head in COMMANDS else 'text'}")
            elif bytes(data[:1]) != b"P":  # preparing a statement changes nothing
                self(f"statement {bytes(data[:1]).decode(errors='replace')}")
            write(one, data)

        def watched_read(one: Any) -> None:
            if one._sock.family == socket.AF_INET:
                self("< answer")
            read(one)

        transport.write, transport._read_ready = watched_write, watched_read


async def _tick(steps: Steps, order: dict[str, int]) -> None:
    settings = configuration.Settings(_env_file=None)  # type: ignore[call-arg]
    configuration.use(settings)
    wall = clock.wall
    clock.wall = lambda: wall() + timedelta(seconds=order["later"])
    os.environ["CIVICGRAPH_CLOCK_OFFSET_SECONDS"] = str(
        int(os.environ.get("CIVICGRAPH_CLOCK_OFFSET_SECONDS", "0")) + order["later"]
    )
    async with db.connected(settings):
        steps.is_counting = True
        for _ in range(order["ticks"]):
            await Heartbeat(settings, deliver_due).tick_once()
        steps.is_counting = False


def _child(pipe: int, order: dict[str, int]) -> None:
    steps = Steps(pipe, order["kill_at"])
    steps.watch_sqlite()
    steps.watch_sockets()
    asyncio.run(_tick(steps, order))


async def _connect(settings: configuration.Settings) -> None:
    """Work out once what each child would work out of the models."""
    async with db.connected(settings):
        pass


def main() -> None:
    """Fork for each order, and say how it ended."""
    settings = configuration.Settings(_env_file=None)  # type: ignore[call-arg]
    schema()
    logs.configure(settings)
    quick.remember_models()
    asyncio.run(_connect(settings))
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                _child(write, json.loads(line))
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            steps = pipe.read().splitlines()
        _, status = os.waitpid(child, 0)
        print(json.dumps([status, steps]), flush=True)


if __name__ == "__main__":
    main()
