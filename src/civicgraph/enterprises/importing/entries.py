"""A row of an import beside what the register holds of it: which columns it makes, and what they are without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.importing.rows import EnterpriseRow
from civicgraph.enterprises.models import ChangedFact, EnterpriseStatus
from civicgraph.enterprises.scale import FIGURES
from civicgraph.operations import FieldError
from civicgraph.text import mask_email, mask_phone

PLAIN = (
    "name",
    "brand",
    "kind",
    "status",
    "address",
    "established_on",
    "scale",
    *FIGURES,
    "summary",
)
SEALED = {"contact_phone": mask_phone, "contact_email": mask_email}
FACTS = {"division_id": ChangedFact.DIVISION, "industry_id": ChangedFact.INDUSTRY, "status": ChangedFact.STATUS}
PLACED = {"division_code": "division_id", "industry_code": "industry_id"}
NEEDED = ("name", "kind", "industry_code", "division_code")
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("name", "brand", "kind", "address", "summary", "contact_name", "search_terms"), ""),
    **dict.fromkeys(("contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked"), ""),
    **dict.fromkeys(("division_id", "industry_id"), ""),
    **dict.fromkeys(("established_on", "scale", *FIGURES, "counted_from")),
    "status": EnterpriseStatus.ACTIVE.value,
}
COLUMNS = tuple(EMPTY)


@dataclass
class Entry:
    """A row beside what the register holds of it."""

    number: int
    row: EnterpriseRow
    old: dict[str, Any] | None = None
    faults: list[FieldError] = field(default_factory=list)
    """What is wrong with it already as it stands."""
    columns: dict[str, Any] = field(default_factory=dict)
    listings: list[Listed] | None = None

    @property
    def changed(self) -> set[str]:
        """The columns that become others."""
        before = self.old or EMPTY
        return {name for name in COLUMNS if self.columns[name] != before[name]}
