"""Entering the file by the command, as the registration office does: how fast, in how much memory, and through a kill."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from civicgraph import db
from civicgraph.enterprises.models import EnterpriseImport
from civicgraph.settings import Settings

_FACTS = "credit_code, name, kind, status, industry_id, division_id, established_on, counted_from, scale, employees, revenue_fen, search_terms"


@dataclass(frozen=True)
class Run:
    """One run of the command."""

    seconds: float
    peak_mb: float
    """Most memory that the process held, in 1,000,000 bytes."""
    told: str


def enter(settings: Settings, path: Path) -> Run:
    """The command, to its end."""
    began, most = time.perf_counter(), 0.0
    process = _started(settings, path)
    while process.poll() is None:
        most = max(most, _most_memory(process.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    assert process.stdout is not None
    told = process.stdout.read()
    if process.returncode:
        raise RuntimeError(told)
    return Run(seconds, most, " ".join(told.split()))


def _most_memory(process: int) -> float:
    """The most that a running process held so far, in MB. What the system tells of an ended one is at least what the process
    held that started it."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM")), 0)


async def kill_after(settings: Settings, path: Path, rows: int) -> int:
    """The command, killed once so many rows are durable: how many were."""
    process = _started(settings, path)
    async with db.connected(settings):
        while await _position() < rows:
            if process.poll() is not None:
                raise RuntimeError("The import ended before it could be killed.")
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return await _position()


async def _position() -> int:
    last = await EnterpriseImport.all().order_by("-id").first()
    return last.position if last else 0


def _started(settings: Settings, path: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "CIVICGRAPH_DATABASE_URL": settings.database_url,
        "CIVICGRAPH_SECRET_KEY": settings.secret_key.get_secret_value(),
        "CIVICGRAPH_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "civicgraph", "enterprises", "import", str(path)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=path.parent
    )


async def register(settings: Settings) -> tuple[int, str]:
    """How many entries there are, and a hash over the facts of all of them, whatever order they were entered in."""
    digest, count, after = hashlib.sha256(), 0, ""
    async with db.connected(settings) as context:
        connection = context.connections.get("default")
        mark = "$1" if db.is_postgres(settings) else "?"
        while True:
            rows = await connection.execute_query_dict(
                f"SELECT {_FACTS} FROM enterprise WHERE credit_code > {mark} ORDER BY credit_code LIMIT 10000", [after]
            )
            if not rows:
                return count, digest.hexdigest()
            for row in rows:
                digest.update(repr(tuple(map(str, row.values()))).encode())
            count, after = count + len(rows), rows[-1]["credit_code"]
