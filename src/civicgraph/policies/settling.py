"""Keeping which sums are withheld, in the transaction that changes the sums."""

from __future__ import annotations

from typing import Any

from civicgraph.policies.models import AmountKind
from civicgraph.policies.withholding import Kept, Sum, withheld

FEW = 3
"""Sums of fewer grants than so many are not public: an amount by head would tell how many people work there."""
_CITY_DIGITS = 4
_KNOWN = f"SELECT id FROM policy WHERE amount_kind IN ('{AmountKind.FIXED.value}', '{AmountKind.NONE.value}')"
_CELLS = (
    "SELECT division_id, policy_id, category, year, granted, granted_fen, paid, paid_fen FROM policy_cell"
    f" WHERE length(division_id) > {_CITY_DIGITS} ORDER BY id"
)
_WITHHELD = "SELECT division_id, policy_number, category, year, figure FROM withheld_sum"
_INSERT = "INSERT INTO withheld_sum (division_id, policy_number, category, year, figure) VALUES ({})"
_DELETE = "DELETE FROM withheld_sum WHERE division_id = {} AND policy_number = {} AND category = {} AND year = {} AND figure = {}"


async def settle(connection: Any) -> None:
    """Find anew which sums are withheld. Which these are depends on all: two transactions that change some wait for each other."""
    is_postgres = connection.capabilities.dialect == "postgres"
    if is_postgres:
        await connection.execute_query("LOCK TABLE withheld_sum IN SHARE ROW EXCLUSIVE MODE")
    rows = [Kept(*row.values()) for row in await connection.execute_query_dict(_CELLS)]
    known = [row["id"] for row in await connection.execute_query_dict(_KNOWN)]
    after = withheld(rows, FEW, rows[0].place[:_CITY_DIGITS], known) if rows else set()
    before = {Sum(*row.values()) for row in await connection.execute_query_dict(_WITHHELD)}
    marks = ["$1", "$2", "$3", "$4", "$5"] if is_postgres else ["?"] * 5
    for statement, changed in ((_DELETE, before - after), (_INSERT, after - before)):
        if changed:
            await connection.execute_many(
                statement.format(*marks if statement is _DELETE else [", ".join(marks)]),
                [list(one) for one in sorted(changed)],
            )
