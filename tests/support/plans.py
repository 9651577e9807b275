"""How the database would find what a query asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor


async def plan_of(query: QuerySet[Any]) -> str:
    """The plan in the database's words; PostgreSQL is asked as if its tables were big."""
    query._make_query()
    return await _plan(*query.query.get_parameterized_sql())


async def plan_of_document(engine: Engine, document: str, variables: dict[str, Any], actor: Actor = ANONYMOUS) -> str:
    """The same of what somebody reads."""
    plan, values = engine.prepared(document, variables, actor)
    return await _plan(plan.statement, engine.parameters(plan.slots, values, actor))


async def _plan(sql: str, values: Any) -> str:
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        _, rows = await connection.execute_query(f"EXPLAIN QUERY PLAN {sql}", values)
        return " ".join(str(row["detail"]) for row in rows)
    async with in_transaction() as held:  # else the next statement may run over another connection
        await held.execute_query("SET LOCAL enable_seqscan = off")
        _, rows = await held.execute_query(f"EXPLAIN {sql}", values)
    return " ".join(str(row["QUERY PLAN"]) for row in rows)


async def gone_through(statement: str, parameters: Sequence[Any], big: Sequence[str]) -> list[str]:
    """Lines of the plan that read a big table from end to end; PostgreSQL is asked as if its tables were big."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        rows = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {statement}", list(parameters))
        named = re.findall(r'(?:FROM|JOIN) "?(\w+)"? (?:AS )?"?(\w+)"?', statement)
        tables = {alias: table for table, alias in named if table in big}
        lines = [str(row["detail"]) for row in rows]
        made = Counter(
            line.removeprefix("CO-ROUTINE ") for line in lines
        )  # reading what was found has the table's name, too
        scanned = Counter(line.removeprefix("SCAN ") for line in lines if line.startswith("SCAN "))
        return [f"SCAN {tables[alias]}" for alias, count in scanned.items() if alias in tables and count > made[alias]]
    async with in_transaction() as held:
        await held.execute_query("SET LOCAL enable_seqscan = off")
        rows = await held.execute_query_dict(f"EXPLAIN {statement}", list(parameters))
    lines = [str(row["QUERY PLAN"]) for row in rows]
    return [line for line in lines if re.search(rf"Seq Scan on ({'|'.join(big)})\b", line)]
