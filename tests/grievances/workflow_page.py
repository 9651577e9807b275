"""`docs/grievance-workflow.md`, made from the table of the workflow; run as a module it writes the page."""

from __future__ import annotations

from pathlib import Path

from civicgraph.grievances.kinds import PAUSING
from civicgraph.grievances.models import GrievanceStatus, HoldReason
from civicgraph.grievances.workflow import (
    ASK_AFTER,
    ASK_AGAIN_AFTER,
    CLOSE_AFTER,
    DONE,
    ENDED,
    MAX_REOPENINGS,
    MAX_REVIEW,
    OPEN,
    REOPEN_WITHIN,
    TRANSITIONS,
    Transition,
)

PAGE = Path(__file__).parent.parent.parent / "docs/grievance-workflow.md"


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_diagram(), *_states(), *_steps(), *_times()]) + "\n"


def _head() -> list[str]:
    return [
        "# The workflow of a grievance 诉求办理流程",
        "",
        "Made from `src/civicgraph/grievances/workflow.py`, where it is declared once: operations, pages and tests ask",
        "there. `python -m tests.grievances.workflow_page` writes this page anew.",
        "",
    ]


def _diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> submitted: submit"]
    for verb, one in TRANSITIONS.items():
        targets = {one.target: "", **{target: f" ({when})" for target, when in one.also.items()}}
        for target, when in targets.items():
            if target is not None:
                lines += [f"    {source} --> {target}: {verb}{when}" for source in one.sources]
    return [*lines, "```", ""]


def _states() -> list[str]:
    kinds = {"to be resolved": OPEN, "done": DONE, "ended": ENDED, "shortfall": (GrievanceStatus.SHORTFALL,)}
    rows = [f"| `{status}` | {status.label} | {kind} |" for kind, statuses in kinds.items() for status in statuses]
    return ["## States", "", "| state | in words | kind |", "|---|---|---|", *rows, ""]


def _steps() -> list[str]:
    head = [
        "## Steps",
        "",
        "| step | 中文 | from | to | who | asks for | response clock | resolution clock | the public sees |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return [*head, *(_row(verb, one) for verb, one in TRANSITIONS.items()), ""]


def _row(verb: str, one: Transition) -> str:
    every = len(one.sources) == len(GrievanceStatus)
    sources = "every state" if every else ", ".join(f"`{source}`" for source in one.sources) or "—"
    targets = f"`{one.target}`" if one.target else "stays"
    targets += "".join(f", or `{target}`: {when}" for target, when in one.also.items())
    clocks = [clock.value if clock else "—" for clock in (one.response, one.resolution)]
    cells = [f"`{verb}`", one.term, sources, targets, one.needs.value, one.asks or "—", *clocks, one.public or "—"]
    return f"| {' | '.join(cells)} |"


def _times() -> list[str]:
    pausing = ", ".join(f"`{one}`" for one in HoldReason if one in PAUSING)
    running = ", ".join(f"`{one}`" for one in HoldReason if one not in PAUSING)
    return [
        "## Times",
        "",
        f"- The clock of the resolution stands still on hold for {pausing}; it runs on for {running}. A division's entries of the",
        "  four-level list can say otherwise, for what is reported from then on.",
        f"- {ASK_AFTER.days} day after it was resolved the reporter is asked to rate, after {ASK_AGAIN_AFTER.days} days"
        " whether it is lastingly solved.",
        f"- {CLOSE_AFTER.days} days after it was resolved it is closed by itself, if the reporter says nothing; not before",
        "  somebody else has checked it, where the category asks for that. Who writes is answered first, and has as long from then.",
        f"- It can be opened again within {REOPEN_WITHIN.days} days. Opened again for the {MAX_REOPENINGS}nd time it goes",
        f"  on the shortfall list, which is looked at again within {MAX_REVIEW.days} days each time.",
        "- Both promised times are one pure function of the promise and the history (`clocks.dues`), run again after",
        "  every step that moves them.",
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
