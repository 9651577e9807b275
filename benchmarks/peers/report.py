"""benchmarks/peers/report.md: what was promised and what was found, then every figure."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.peers.contest import DRAWN, KNOWN, LONGEST, NEW, UNCHANGED, Contest
from benchmarks.peers.growth import Grown
from benchmarks.peers.phases import Phases
from benchmarks.peers.servers import CONSTANT, LOADERS, NAIVE, ORM_PAGE, OURS, POSTGRAPHILE, STATEMENT, node_versions

PEERS_READS = ("listing", "nested", "register")
GROWTH = 1.3


@dataclass
class Findings:
    """What was found on one database."""

    engine: str
    scale: str
    contests: Sequence[Contest]
    grown: Sequence[Grown] = field(default_factory=list)


@dataclass(frozen=True)
class Promise:
    """`ours` shall have at least `least` times the requests a second of `peer`, or at most `most` of its time."""

    ours: str
    peer: str
    reads: tuple[str, ...]
    engines: tuple[str, ...] = ("PostgreSQL", "SQLite")
    least: float = 0
    most: float = 0


ALL_READS = (*PEERS_READS, "place")
PROMISES = (
    Promise(OURS, POSTGRAPHILE, PEERS_READS, least=2.5),
    Promise(OURS, POSTGRAPHILE, PEERS_READS, most=0.2),
    Promise(OURS, LOADERS, PEERS_READS, ("PostgreSQL",), least=12),
    Promise(OURS, LOADERS, PEERS_READS, ("SQLite",), least=25),
    Promise(OURS, NAIVE, PEERS_READS, least=30),
    Promise(OURS, STATEMENT, ALL_READS, least=0.95),
    Promise(DRAWN, ORM_PAGE, ("page",), least=5),
    Promise(UNCHANGED, CONSTANT, ("page",), least=0.8),
)


def written(found: Sequence[Findings], spent: Sequence[Phases], rounds: int, seconds: int) -> str:
    """The whole report."""
    lines = [
        "# CivicGraph beside its peers",
        "",
        f"Made by `make bench-peers` (`python -m benchmarks.peers`): {_machine()}.",
        "",
        "- Every server is one process on one core; the load (wrk) and PostgreSQL share another. All servers of a table run",
        f"  at the same time over the same database and are asked in turns, {rounds} rounds of {seconds} s for each number of",
        "  connections, each once the one before has answered what was left; figures are medians over the rounds, ratios",
        "  those of the rounds. **Only rows of one table may be",
        "  compared**: other work on the machine moves them all.",
        "- Before anything is measured, all answers to a read are compared, value by value; of the HTML page, what it says.",
        f"- *{NEW}*: the same document and variables in a body that the server has not seen, letter for letter. *{DRAWN}*:",
        f"  each address is new. *{UNCHANGED}*: the same page again. *{KNOWN}*: asked with the tag of the page.",
        f"- A dash: a server that cannot answer every connection once in {LONGEST} s is not asked by so many.",
        "- Nobody logs requests. Budgets are off: one address asks for more here than it may.",
        "- Server ms: processor time of the server for a request, at 8 connections; database ms: of PostgreSQL's processes.",
        f"- Versions: {_versions()}.",
        "",
    ]
    lines += _promises(found)
    for one in found:
        lines += _tables(one)
        lines += _growth(one)
    return "\n".join([*lines, *_spent(spent)]) + "\n"


def _machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )  # fmt: skip
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores ({model}), load averages at the end {load}, Python {platform.python_version()}"


def _versions() -> str:
    names = ("strawberry-graphql", "tortoise-orm", "graphql-core", "starlette", "uvicorn", "asyncpg", "jinja2")
    return ", ".join([*(f"{name} {version(name)}" for name in names), *node_versions()])


def _promises(found: Iterable[Findings]) -> list[str]:
    lines = ["## What was promised, and what was found", ""]
    lines += [
        "| database | read | against | wanted | 1 connection | 8 | 64 | reached |",
        "|---|---|---|---:|---:|---:|---:|---|",
    ]
    for one in found:
        for promise in PROMISES:
            lines += [_promise(one, contest, promise) for contest in one.contests if _is_due(one, contest, promise)]
        for grown in one.grown:
            reached = _yes(_ratio(grown) <= GROWTH) if grown.is_alike else "–"
            cells = f"≤ {GROWTH} × the time | {_shown(grown)} | – | – | {reached} |"
            lines.append(f"| {one.engine} | {grown.title} | demo scale, lists full | {cells}")
    return [*lines, ""]


def _is_due(one: Findings, contest: Contest, promise: Promise) -> bool:
    return one.engine in promise.engines and contest.name in promise.reads and promise.peer in contest.entries


def _promise(one: Findings, contest: Contest, promise: Promise) -> str:
    ratios = [_held(contest, promise, connections) for connections in _connections(contest)]
    found = [ratio for ratio in ratios if ratio is not None]
    is_reached = min(found) >= promise.least if promise.least else max(found) <= promise.most
    wanted = f"≥ {promise.least:g} × its requests/s" if promise.least else f"≤ {promise.most:g} × its server time"
    shown = " | ".join("–" if ratio is None else f"{ratio:.2f}" for ratio in ratios)
    name = f"{one.engine}, {one.scale}"
    who = promise.peer if promise.ours == OURS else f"{promise.peer} ({promise.ours.partition(', ')[2]})"
    return f"| {name} | {contest.name} | {who} | {wanted} | {shown} | {_yes(is_reached)} |"


def _held(contest: Contest, promise: Promise, connections: int) -> float | None:
    """Ours against the peer's; None where the peer could not bear so many."""
    ours, theirs = contest.runs[promise.ours, connections], contest.runs[promise.peer, connections]
    if not theirs:
        return None
    name = "rate" if promise.least else "server"
    return _median(getattr(one, name) / getattr(other, name) for one, other in zip(ours, theirs, strict=True))


def _yes(is_reached: bool) -> str:
    return "yes" if is_reached else "**no**"


def _connections(contest: Contest) -> list[int]:
    return sorted({connections for _, connections in contest.runs})


def _tables(one: Findings) -> list[str]:
    lines = []
    for contest in one.contests:
        numbers = _connections(contest)
        lines += [f"## {one.engine}, {one.scale}: {contest.title}", ""]
        lines += [f"{contest.objects} objects, {contest.bytes:,} bytes.", ""]
        heads = " | ".join(f"{number}: requests/s | p50 ms | p99 ms" for number in numbers)
        lines += [f"| | {heads} | server ms | database ms |", "|---" + "|---:" * (3 * len(numbers) + 2) + "|"]
        lines += [_line(contest, label, numbers) for label in contest.entries]
        lines.append("")
    return lines


def _line(contest: Contest, label: str, numbers: Sequence[int]) -> str:
    cells = []
    for number in numbers:
        runs = contest.runs[label, number]
        if not runs:
            cells += ["–"] * 3
            continue
        cells.append(f"{_median(run.rate for run in runs):,.0f}")
        cells += [f"{_median(getattr(run, name) for run in runs):.2f}" for name in ("p50", "p99")]
    middle = contest.runs[label, 8] or contest.runs[label, numbers[0]]
    cells += [f"{_median(run.server for run in middle):.3f}", f"{_median(run.database for run in middle):.3f}"]
    return f"| {label} | {' | '.join(cells)} |"


def _growth(one: Findings) -> list[str]:
    if not one.grown:
        return []
    lines = [
        f"## {one.engine}: demo scale against city scale",
        "",
        "The city holds 830,000 enterprises and 1,000,000 grievances. The small one is the demo with 8,300 and 10,000 of them",
        "in 21 communities, so that its lists and capped totals are as full as the city's (the demo by itself has hardly any",
        "open grievances: its answers are other ones). One connection. Both are asked for the longest answers that hold as many",
        "objects of each kind (the page: as many words): what the city's size alone costs. Where more than a tenth of them is",
        "in one alone, the ratio stands in brackets.",
        "",
        "| read | small: objects | p50 ms | p99 ms | city: objects | p50 ms | p99 ms | city / small |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for grown in one.grown:
        cells = []
        for size, runs in zip(grown.sizes, (grown.small, grown.city), strict=True):
            cells += [str(size), *(f"{_median(getattr(run, name) for run in runs):.2f}" for name in ("p50", "p99"))]
        lines.append(f"| {grown.title} | {' | '.join(cells)} | {_shown(grown)} |")
    return [*lines, ""]


def _spent(found: Sequence[Phases]) -> list[str]:
    page, reads = found[-1], found[:-1]
    lines = [
        "## Where the time goes",
        "",
        "In one process, SQLite, tenth; medians, milliseconds. docs/where-the-time-goes.md explains them.",
        "",
    ]
    lines += ["| | " + " | ".join(one.title for one in reads) + " |", "|---" + "|---:" * len(reads) + "|"]
    for name in reads[0].times if reads else ():
        lines.append(f"| {name} | " + " | ".join(f"{one.times[name]:.3f}" for one in reads) + " |")
    lines += ["", "| the HTML of the events list | |", "|---|---:|"]
    return lines + [f"| {name} | {time:.3f} |" for name, time in page.times.items()]


def _ratio(grown: Grown) -> float:
    return _median(city.p50 / small.p50 for small, city in zip(grown.small, grown.city, strict=True))


def _shown(grown: Grown) -> str:
    return f"{_ratio(grown):.2f}" if grown.is_alike else f"({_ratio(grown):.2f})"


def _median(values: Iterable[float]) -> float:
    return median(list(values))
