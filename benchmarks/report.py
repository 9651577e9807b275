"""The report: what was measured, side by side, and where a plan walks through a big table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.measure import SAME, Measured, Step

BOUND = 1.5
ALIKE = 1.25
_SORTED = {True: "yes", False: "no", None: "not looked at"}


@dataclass
class Engines:
    """What was found on one database engine."""

    name: str
    version: str
    counts: Mapping[str, Mapping[str, int]]
    measured: Mapping[str, Mapping[str, Measured]]
    scans: Mapping[str, Sequence[Step]]


def written(found: Sequence[Engines], failed: Sequence[str], rounds: int, machine: str) -> str:
    """The whole report as Markdown."""
    lines = [
        "# Demo scale against city scale",
        "",
        f"Made by `python -m benchmarks` ({machine}; median of {rounds} rounds, the databases in turns within each).",
        "In process: from the document to Python values, nothing of HTTP or templates. The reads are those that the",
        "site's own pages made when they were asked for; `#2` is a page's second read.",
        "",
        "- **demo**: the demo city. **1:10**: the same generator as the city, a tenth as big. **city**: full scale.",
        "- **same / demo** is what the project promises to keep within 1.5: the city is asked for as many rows as the demo",
        "  has in that list, so that equal answers are compared and not a full page with three lines. Where a page's",
        f"  answer still holds over {ALIKE} times as many *objects*, the ratio says little and stands in brackets.",
        "- **city / 1:10** is the full page at full scale against the full page of a city a tenth as big: pages and capped",
        "  totals are as full in both, so that this is what ten times as many rows cost, in lists, totals and facets alike.",
        "- **work** is the number of instructions that SQLite's virtual machine ran. It has no noise.",
        "",
    ]
    for one in found:
        lines += _engine(one)
    if failed:
        lines += ["## Pages that did not answer", "", *(f"- `{page}`" for page in failed), ""]
    return "\n".join(lines)


def _engine(one: Engines) -> list[str]:
    lines = [f"## {one.name}", "", one.version, "", "| rows | " + " | ".join(one.counts) + " |"]
    lines.append("|---|" + "---:|" * len(one.counts))
    for table in next(iter(one.counts.values())):
        lines.append(f"| {table} | " + " | ".join(f"{counts[table]:,}" for counts in one.counts.values()) + " |")
    lines += ["", *_summary(one), "", "| read | demo ms | same ms | 1:10 ms | city ms | same / demo |"]
    lines[-1] += " city / 1:10 | objects demo / same / 1:10 / city | work demo / 1:10 / city | statements |"
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, sizes in one.measured.items():
        lines.append(_line(name, sizes))
    return [*lines, "", *_plans(one), ""]


def _summary(one: Engines) -> list[str]:
    reads = one.measured
    alike = [sizes for sizes in reads.values() if is_alike(sizes, SAME, "demo")]
    full = [sizes for sizes in reads.values() if is_alike(sizes, "city", "tenth")]
    statements = {measured.statements for sizes in reads.values() for measured in sizes.values() if not measured.error}
    return [
        f"**Within {BOUND} of the demo: {_kept(alike, SAME, 'demo')} of the {len(alike)} reads whose answers are alike; "
        f"{len(reads) - len(alike)} more have a bigger answer in the city. "
        f"Within {BOUND} of a city a tenth as big: {_kept(full, 'city', 'tenth')} of the {len(full)} whose pages are as full. "
        f"Statements a read: {', '.join(map(str, sorted(statements)))}, at every size.**"
    ]


def _kept(reads: Sequence[Mapping[str, Measured]], size: str, other: str) -> int:
    return sum(ratio(sizes, size, other) <= BOUND for sizes in reads)


def is_alike(sizes: Mapping[str, Measured], size: str, other: str) -> bool:
    """Whether the answer at one size holds about as many objects as at the other."""
    return sizes[size].items <= ALIKE * sizes[other].items


def ratio(sizes: Mapping[str, Measured], size: str, other: str) -> float:
    """The time at one size against that at the other; endless when the read was stopped."""
    return float("inf") if sizes[size].error else sizes[size].p50 / sizes[other].p50


def _line(name: str, sizes: Mapping[str, Measured]) -> str:
    ordered = [sizes[one] for one in ("demo", SAME, "tenth", "city")]
    times = " | ".join(one.error or f"{one.p50:.2f}" for one in ordered)
    ratios = " | ".join(_shown(sizes, *pair) for pair in ((SAME, "demo"), ("city", "tenth")))
    objects = " / ".join(str(one.items) for one in ordered)
    work = " / ".join("–" if one.work is None else f"{one.work:,}" for one in ordered if one is not sizes[SAME])
    statements = " / ".join(sorted({str(one.statements) for one in ordered}))
    return f"| `{name.replace('|', '/')}` | {times} | {ratios} | {objects} | {work} | {statements} |"


def _shown(sizes: Mapping[str, Measured], size: str, other: str) -> str:
    """A ratio, bold beyond the bound, in brackets where the answers are not alike."""
    value = ratio(sizes, size, other)
    if not is_alike(sizes, size, other):
        return f"({value:.2f})"
    return f"**{value:.2f}**" if value > BOUND else f"{value:.2f}"


def _plans(one: Engines) -> list[str]:
    """Walks through big tables, the worst first: those that sort what they find read all of it."""
    pages: defaultdict[Step, list[str]] = defaultdict(list)
    for name, steps in one.scans.items():
        for step in dict.fromkeys(steps):
            pages[step].append(name)
    if not pages:
        return ["No plan walks through a big table."]
    lines = [
        "Walks through big tables at city scale. A walk in the order of the list ends with its page, so it is only as",
        "long as what it passes over; one whose finds are sorted, or that finds little, goes through the whole table.",
        "",
        "| table | in the plan | sorted afterwards | reads |",
        "|---|---|---|---|",
    ]
    for step, names in sorted(pages.items(), key=lambda item: (not item[0].is_sorted, item[0].table)):
        shown = ", ".join(f"`{name}`" for name in names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        lines.append(f"| {step.table} | {step.detail} | {_SORTED[step.is_sorted]} | {shown} |")
    return lines
