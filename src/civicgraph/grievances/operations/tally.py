"""The month's counts of a division and all above it, kept in the transaction that changes a grievance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tortoise.connection import get_connection

from civicgraph.divisions.rules import ancestors
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.rules import month_of

COUNTS = ("received", "responded", "responded_in_time", "resolved", "resolved_in_time")
_UNCOUNTED = (GrievanceStatus.REDIRECTED, GrievanceStatus.MERGED, GrievanceStatus.WITHDRAWN)
"""Another body's, counted as part of another grievance, or taken back: the division has nothing to do there."""


@dataclass(frozen=True)
class Counted:
    """What a grievance adds to the counts of a place and a month."""

    division_code: str
    month: str
    counts: Mapping[str, int]

    @classmethod
    def of(cls, row: Grievance) -> Counted:
        """What the grievance adds as it stands now: it is counted by its first response and its last resolution."""
        is_counted = row.status not in _UNCOUNTED
        is_resolved = is_counted and row.resolved_at is not None
        counts = {
            "received": int(is_counted),
            "responded": int(is_counted and row.first_response_at is not None),
            "responded_in_time": int(is_counted and bool(row.first_response_in_time)),
            "resolved": int(is_resolved),
            "resolved_in_time": int(
                is_resolved and row.resolved_at is not None and row.resolved_at <= row.resolution_due_at
            ),
        }
        return cls(row.division_id, month_of(row.submitted_at), counts)

    def negated(self) -> Counted:
        """What takes it away again."""
        return Counted(self.division_code, self.month, {name: -count for name, count in self.counts.items()})


async def tally(before: Counted | None, after: Counted) -> None:
    """Carry a grievance's change into the counts; `before` is None for a new one.

    One statement, from the communities up to the city: two transactions that wait for each other's rows
    cannot meet. It comes after the grievance's own lock and before the audit trail's.
    """
    sums = _sums([after] if before is None else [before.negated(), after])
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    values: list[object] = []
    tuples = []
    for place in sorted(sums, key=lambda code: (-len(code), code)):
        if not any(sums[place].values()):
            continue
        given = [place, after.month, *sums[place].values()]
        marks = [f"${len(values) + i + 1}" if is_postgres else "?" for i in range(len(given))]
        tuples.append(f"({', '.join(marks)})")
        values += given
    if not tuples:
        return
    growth = ", ".join(f"{name} = grievance_tally.{name} + excluded.{name}" for name in COUNTS)
    await connection.execute_query(
        f"INSERT INTO grievance_tally (division_id, month, {', '.join(COUNTS)}) VALUES {', '.join(tuples)}"
        f" ON CONFLICT (division_id, month) DO UPDATE SET {growth}",
        values,
    )


def _sums(changes: Sequence[Counted]) -> dict[str, dict[str, int]]:
    """The changes of each place on the ways up to the city."""
    found: dict[str, dict[str, int]] = {}
    for change in changes:
        for place in (change.division_code, *ancestors(change.division_code)):
            sums = found.setdefault(place, dict.fromkeys(COUNTS, 0))
            for name, count in change.counts.items():
                sums[name] += count
    return found
