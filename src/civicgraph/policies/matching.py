"""Matching and granting over the whole register, set by set in SQL, within the transaction of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.connection import get_connection

from civicgraph import clock
from civicgraph.policies.eligibility import Sql, condition
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.policies.rules import amount_sql, period_of
from civicgraph.policies.settling import settle


@dataclass(frozen=True)
class Trial:
    """What granting would do: who qualifies, what it costs, how far the budget goes."""

    qualifying: int
    amount_unknown: int
    amount_fen: int
    already: int
    taken_back: int
    """Among those that qualify: their grant of this period was taken back, and they do not get it again."""
    within_budget: int
    within_budget_fen: int
    budget_left_fen: int | None
    """Before it; None where the budget has no bound."""
    rule_version: int


def begin(policy: Policy, day: date) -> tuple[Any, Sql, str]:
    """The connection, a statement's parameters, and the condition of who qualifies on a day."""
    connection = get_connection("default")
    sql = Sql(connection.capabilities.dialect, day)
    place = sql.bind(policy.division_id)  # type: ignore[attr-defined]
    digits = len(policy.division_id)  # type: ignore[attr-defined]
    return connection, sql, f"substr(e.division_id, 1, {digits}) = {place} AND {condition(policy.eligibility, sql)}"


async def tried(policy: Policy, day: date) -> Trial:
    """A dry run: nothing is written."""
    connection, sql, qualifies = begin(policy, day)
    amount = amount_sql(policy, sql)
    period, number = sql.bind(period_of(policy.cycle, day)), sql.bind(policy.id, "bigint")
    left = "NULL" if left_of(policy) is None else sql.bind(left_of(policy), "bigint")
    found = (
        f"SELECT e.id, {amount} AS amount, g.id IS NOT NULL AS is_there, g.state = 'withdrawn' AS is_back FROM enterprise e"
        f" LEFT JOIN policy_grant g ON g.enterprise_id = e.id AND g.policy_id = {number} AND g.period = {period}"
        f" AND g.state <> 'proposed' WHERE {qualifies}"
    )
    summed = (
        "SELECT amount, is_there, is_back, sum(CASE WHEN is_there THEN 0 ELSE coalesce(amount, 0) END) OVER (ORDER BY id) AS so_far"
        f" FROM ({found}) one"
    )
    fits = f"NOT is_there AND amount > 0 AND ({left} IS NULL OR so_far <= {left})"
    (row,) = await connection.execute_query_dict(
        "SELECT count(*) AS qualifying, sum(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) AS amount_unknown,"
        " sum(CASE WHEN is_there THEN 0 ELSE amount END) AS amount_fen, sum(CASE WHEN is_there AND NOT is_back THEN 1 ELSE 0 END) AS already,"
        " sum(CASE WHEN is_back THEN 1 ELSE 0 END) AS taken_back,"
        f" sum(CASE WHEN {fits} THEN 1 ELSE 0 END) AS within_budget,"
        f" sum(CASE WHEN {fits} THEN amount ELSE 0 END) AS within_budget_fen FROM ({summed}) whole",
        sql.values,
    )
    counts = {key: int(value or 0) for key, value in row.items()}
    return Trial(**counts, budget_left_fen=left_of(policy), rule_version=policy.rule_version)


def left_of(policy: Policy) -> int | None:
    """What is left of the budget; None where it has no bound."""
    return None if policy.budget_fen is None else policy.budget_fen - policy.granted_fen


async def is_used_up(policy: Policy, day: date) -> bool:
    """Whether the budget does not reach the next of the proposals in turn, or nothing is left at all."""
    left = left_of(policy)
    if left is None or left <= 0:
        return left is not None
    waiting = PolicyGrant.filter(policy_id=policy.id, period=period_of(policy.cycle, day), state=GrantState.PROPOSED)
    first = await waiting.order_by("enterprise_id").first()
    return first is not None and first.amount_fen > left


async def match(policy: Policy, day: date) -> int:
    """Bring the proposals of the period up to date: who qualifies and has no grant, with the amount of now.

    What was granted is not touched: an enterprise has one row in a period, which the database holds.
    """
    connection, sql, qualifies = begin(policy, day)
    amount = amount_sql(policy, sql)
    period, number = sql.bind(period_of(policy.cycle, day)), sql.bind(policy.id, "bigint")
    chosen = f"SELECT e.id, e.division_id, {amount} AS amount FROM enterprise e WHERE {qualifies}"
    await connection.execute_query(
        f"DELETE FROM policy_grant WHERE policy_id = {number} AND period = {period} AND state = 'proposed'"
        f" AND enterprise_id NOT IN (SELECT id FROM ({chosen}) one WHERE amount > 0)",
        sql.values,
    )
    now = sql.bind(clock.now() if sql.is_postgres else clock.now().isoformat(" "), "timestamptz")
    await connection.execute_query(
        "INSERT INTO policy_grant (created_at, updated_at, enterprise_id, policy_id, period, division_id, amount_fen,"
        " state, reason, notice_due)"
        f" SELECT {now}, {now}, id, {number}, {period}, division_id, amount, 'proposed', '',"
        f" {'false' if sql.is_postgres else '0'} FROM ({chosen}) one WHERE amount > 0"
        " ON CONFLICT (enterprise_id, policy_id, period) DO UPDATE SET amount_fen = excluded.amount_fen,"
        " division_id = excluded.division_id, updated_at = excluded.updated_at WHERE policy_grant.state = 'proposed'"
        " AND (policy_grant.amount_fen <> excluded.amount_fen OR policy_grant.division_id <> excluded.division_id)",
        sql.values,
    )
    return await _count(policy, "state = 'proposed' AND period = {}", period_of(policy.cycle, day))


async def _count(policy: Policy, condition_: str, *values: Any) -> int:
    connection = get_connection("default")
    sql = Sql(connection.capabilities.dialect, clock.today())
    where = condition_.format(*(sql.bind(one) for one in values))
    rows = await connection.execute_query_dict(
        f"SELECT count(*) AS n FROM policy_grant WHERE policy_id = {sql.bind(policy.id, 'bigint')} AND {where}",
        sql.values,
    )
    return int(rows[0]["n"])


async def grant(policy: Policy, day: date) -> tuple[int, int]:
    """Grant the proposals in the order of the register until the budget ends: how many, and their sum.

    Nobody gets it before somebody who stands earlier in the register: the first who no longer fits ends it. The days
    for objections begin when the enterprise is told.
    """
    connection = get_connection("default")
    sql = Sql(connection.capabilities.dialect, day)
    number, period = sql.bind(policy.id, "bigint"), sql.bind(period_of(policy.cycle, day))
    left = "" if left_of(policy) is None else sql.bind(left_of(policy), "bigint")
    on = sql.bind(day, "date")
    ordered = (
        "SELECT id, sum(amount_fen) OVER (ORDER BY enterprise_id) AS so_far FROM policy_grant"
        f" WHERE policy_id = {number} AND period = {period} AND state = 'proposed'"
    )
    rows = await connection.execute_query_dict(
        f"UPDATE policy_grant SET state = 'objection', granted_on = {on},"
        f" notice_due = {'true' if sql.is_postgres else '1'}"
        f" WHERE id IN (SELECT id FROM ({ordered}) one{f' WHERE so_far <= {left}' if left else ''})"
        " RETURNING division_id, amount_fen",
        sql.values,
    )
    await add_cells(policy, "granted", day.year, [(row["division_id"], int(row["amount_fen"])) for row in rows])
    return len(rows), sum(int(row["amount_fen"]) for row in rows)


async def add_cells(policy: Policy, name: str, year: int, amounts: list[tuple[str, int]], sign: int = 1) -> None:
    """Count grants in the cells of their county and of the city: `name` is granted or paid. What is withheld is found anew."""
    cells: dict[str, list[int]] = {}
    for division, amount in amounts:
        for place in dict.fromkeys((division[:4], division[:6])):
            cell = cells.setdefault(place, [0, 0])
            cell[0] += sign
            cell[1] += sign * amount
    connection = get_connection("default")
    for place, (count, total) in sorted(cells.items()):
        sql = Sql(connection.capabilities.dialect, clock.today())
        values = [sql.bind(place), sql.bind(policy.id, "bigint"), sql.bind(policy.category.value), sql.bind(str(year))]
        values += [sql.bind(count, "int"), sql.bind(total, "bigint")]
        await connection.execute_query(
            f"INSERT INTO policy_cell (division_id, policy_id, category, year, {name}, {name}_fen)"
            f" VALUES ({', '.join(values)}) ON CONFLICT (division_id, policy_id, year) DO UPDATE SET"
            f" {name} = policy_cell.{name} + excluded.{name}, {name}_fen = policy_cell.{name}_fen + excluded.{name}_fen",
            sql.values,
        )
    await settle(connection)
