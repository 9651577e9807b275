"""The month's counts of a division and all above it, kept in the transaction that changes a grievance."""

from __future__ import annotations

from tortoise.connection import get_connection

from civicgraph.divisions.rules import ancestors
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.rules import month_of

COUNTS = ("received", "responded", "responded_in_time", "resolved", "resolved_in_time")


async def tally(row: Grievance, **added: int) -> None:
    """Add to the counts of the grievance's month, from the community up to the city.

    One statement, always in this order: two transactions that wait for each other's rows cannot meet.
    It comes after the grievance's own lock and before the audit trail's.
    """
    code = row.division_id
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    values: list[object] = []
    tuples = []
    for place in (code, *reversed(ancestors(code))):
        given = [place, month_of(row.submitted_at), *(added.get(name, 0) for name in COUNTS)]
        marks = [f"${len(values) + i + 1}" if is_postgres else "?" for i in range(len(given))]
        tuples.append(f"({', '.join(marks)})")
        values += given
    growth = ", ".join(f"{name} = grievance_tally.{name} + excluded.{name}" for name in COUNTS)
    await connection.execute_query(
        f"INSERT INTO grievance_tally (division_id, month, {', '.join(COUNTS)}) VALUES {', '.join(tuples)}"
        f" ON CONFLICT (division_id, month) DO UPDATE SET {growth}",
        values,
    )
