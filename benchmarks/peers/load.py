"""Load by wrk, and what it costs the server and the database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60
"""Seconds after which a request is given up."""
_TICKS = os.sysconf("SC_CLK_TCK")
_DONE = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True)
class Target:
    """What is asked again and again: an address and a body, or a page."""

    url: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    is_new_each_time: bool = False
    """Whether each request differs from all before: `%d` in the body or the address is its number."""


@dataclass(frozen=True)
class Run:
    """What one run of load found. Times in milliseconds; of processors, per request."""

    rate: float
    p50: float
    p99: float
    server: float
    database: float

    def __str__(self) -> str:
        times = f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms; server {self.server:.3f} ms"
        return f"{self.rate:.0f}/s, {times}, database {self.database:.3f} ms"


def needed() -> str:
    """What is missing to measure; empty when nothing is."""
    missing = [name for name in ("wrk", "taskset") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} must be installed (Debian: apt install wrk util-linux)."
    return "" if len(os.sched_getaffinity(0)) > 1 else "Two cores are needed: one for the server, one for the load."


def run(
    target: Target, connections: int, seconds: float, core: int, server: int, database: Callable[[], Iterable[int]]
) -> Run:
    """Ask for `seconds` by so many connections from `core`; longer, when nothing is answered in that time.

    Raises `RuntimeError` when a request failed.
    """
    before = _spent([server]), _spent(database())
    seen = _load(target, connections, seconds, core)
    spent = _since(before[0], _spent([server])), _since(before[1], _spent(database()))
    if not seen["requests"] and not seen["errors"] and seconds < PATIENCE:
        return run(target, connections, 4 * seconds, core, server, database)
    if seen["errors"] or not seen["requests"]:
        raise RuntimeError(f"{target.url} did not answer as it should: {seen}")
    each = [part * 1000 / seen["requests"] for part in spent]
    return Run(seen["requests"] / seen["seconds"], seen["p50"], seen["p99"], *each)


def settled(server: int, database: Callable[[], Iterable[int]]) -> None:
    """Wait until a server and its database have nothing to do any more, or for `PATIENCE`.

    wrk leaves when its time is over. What it had asked for until then is still answered to nobody, by some for
    seconds, and would be taken from whoever has the next turn.
    """
    end = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < 3 and time.monotonic() < end:
        before = _spent([server, *database()])
        time.sleep(0.05)
        quiet = quiet + 1 if _since(before, _spent([server, *database()])) <= 1 / _TICKS else 0


def _load(target: Target, connections: int, seconds: float, core: int) -> dict[str, float]:
    """What wrk tells in the end."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(target))
        script.flush()
        command = ["taskset", "-c", str(core), "wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds:g}s"]
        told = subprocess.run(
            [*command, "--timeout", f"{PATIENCE}s", "-s", script.name, target.url.partition("%d")[0]],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found: dict[str, float] = json.loads(next(line for line in told.stdout.splitlines() if line.startswith("{")))
    return found


def _script(target: Target) -> str:
    headers: Mapping[str, str] = dict(target.headers)
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    if target.body:
        lines.append('wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"')
        lines.append(f"wrk.body = [==[{target.body}]==]")
    if target.is_new_each_time:
        lines.append("local number, body = os.time() * 100000, wrk.body")
        path = target.url.partition("://")[2].partition("/")[2]
        lines.append(f"local path = [==[/{path}]==]")
        lines.append("""
request = function()
  number = number + 1
  local one = string.format('%.0f', number)  -- tostring would round it
  return wrk.format(nil, (path:gsub("%%d", one)), nil, body and (body:gsub("%%d", one)))
end""")
    return "\n".join(lines) + _DONE


def _spent(processes: Iterable[int]) -> dict[int, float]:
    """Seconds of processor time that each process has used, all its threads together."""
    found = {}
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
            found[process] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def _since(before: Mapping[int, float], now: Mapping[int, float]) -> float:
    """What was used since; one that ended meanwhile counts nothing."""
    return sum(spent - before.get(process, 0) for process, spent in now.items())
