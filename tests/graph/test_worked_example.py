"""The page that explains the engine says what the engine does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-a-document-becomes-a-statement.md"


def packed(sql: str) -> str:
    return re.sub(r"\s+", "", sql)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_worked_example_is_the_statement_that_runs(engine: Engine) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (document,), (statement,) = (re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("graphql", "sql"))
    read = engine.document(document)
    assert read.errors == []
    variables = engine.variables(read.operation(None), {"code": "520327"})
    plan = engine.plan(read, read.operation(None), variables, ANONYMOUS)
    assert packed(plan.statement) == packed(statement)
    assert engine.parameters(plan.slots, variables, ANONYMOUS) == ["520327", 2]
    assert f"It is {engine.cost(plan, variables, ANONYMOUS, 5000)} for the" in re.sub(r"\s+", " ", text)
