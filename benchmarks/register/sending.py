"""The register as CSV from a running server: how long the file takes, and what the server holds in memory for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx

from benchmarks.soak.process import running
from civicgraph import crypto, db
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.accounts.operations import sign_in
from civicgraph.accounts.passwords import hash_password
from civicgraph.permissions import ANONYMOUS
from civicgraph.settings import Settings

_WHO = "admin"


@dataclass(frozen=True)
class Sent:
    """One download of the whole register."""

    lines: int
    megabytes: float
    first_byte: float
    """Seconds until the first bytes."""
    seconds: float
    grown_mb: float
    """Most that the server's own memory grew while it was sent; pages of the database's file are the system's."""


async def download(settings: Settings, folder: Path) -> Sent:
    """All of the register, as staff of the city get it."""
    configuration.use(settings)
    async with db.connected(settings):
        password = crypto.random_token()
        await Person.filter(username=_WHO).update(password_hash=await hash_password(password))
        session = await sign_in(ANONYMOUS, {"username": _WHO, "password": password})
    with running(settings, folder) as server:
        held = most = server.own_megabytes
        lines = size = 0
        began, first = perf_counter(), 0.0
        address = f"http://127.0.0.1:{server.port}/staff/enterprises.csv"
        with httpx.stream("GET", address, headers={"cookie": f"session={session}"}, timeout=60) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                first = first or perf_counter() - began
                lines += piece.count(b"\n")
                size += len(piece)
                most = max(most, server.own_megabytes)
        return Sent(lines - 1, size / 1e6, first, perf_counter() - began, most - held)
