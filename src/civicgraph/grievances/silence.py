"""What its reporter said of their own accord after a grievance was resolved."""

from __future__ import annotations

from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.rules import REPORTER_LINE


async def said_since(row: Grievance) -> list[GrievanceUpdate]:
    """Its reporter's words since it was resolved, the first first."""
    if row.resolved_at is None:
        return []
    said = GrievanceUpdate.filter(grievance_id=row.id, verb="comment", by_line=REPORTER_LINE)
    return await said.filter(at__gte=row.resolved_at).order_by("id")
