"""The developers' page: what becomes of a document. For people who may read plans, never for the public."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.graph import cost
from civicgraph.graph.engine import BadVariables, Engine
from civicgraph.graph.plan import Run, Unplannable
from civicgraph.i18n import gettext
from civicgraph.permissions import READ_PLANS, Actor
from civicgraph.web import page, staff_only
from civicgraph.web.forms import read_body

EXAMPLE = """query Example($county: DivisionCode!) {
  division(code: $county) {
    shortName
    grids(first: 5) {
      totalCount
      nodes { name }
    }
  }
}"""


@dataclass
class Explained:
    """A document's plan in words, or what is wrong with it."""

    errors: list[str] = field(default_factory=list)
    cost: int = 0
    terms: list[dict[str, Any]] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    statement: str = ""
    parameters: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


async def plans(request: Request) -> Response:
    """A document with its variables; then its cost, its statement and the database's own plan for it."""
    actor: Actor = request.state.actor
    if not actor.may_anywhere(READ_PLANS):
        raise HTTPException(403)
    text, variables, explained = EXAMPLE, f'{{"county": "{settings.current().city_code}"}}', None
    if request.method == "POST":
        given = dict(await read_body(request))
        text, variables = given.get("document", ""), given.get("variables", "")
        explained = await _explain(request.app.state.engine, text, variables, actor)
    values = {"document": text, "variables": variables, "explained": explained}
    status = 422 if explained and explained.errors else 200
    return await page(request, "staff/plans", values=values, status=status)


async def _explain(engine: Engine, text: str, variables: str, actor: Actor) -> Explained:
    try:
        given = orjson.loads(variables or "{}")
    except orjson.JSONDecodeError:
        return Explained([gettext("The variables are not JSON.")])
    if not isinstance(given, dict):
        return Explained([gettext("The variables must be an object.")])
    document = engine.document(text)
    if document.errors:
        return Explained([error.message for error in document.errors])
    try:
        operation = document.operation(None)
        coerced = engine.variables(operation, given)
        plan = engine.plan(document, operation, coerced, actor)
        run = Run(coerced, actor)
        parameters = engine.parameters(plan.slots, coerced, actor)
        terms = [{"path": term.path or "-", "cost": cost.total([term], run)} for term in plan.costs]
    except BadVariables as error:
        return Explained([one.message for one in error.errors])
    except Unplannable as error:
        return Explained([gettext("This is not one statement but runs field by field: %(part)s", part=str(error))])
    except GraphQLError as error:
        return Explained([error.message])
    return Explained(
        cost=cost.total(plan.costs, run),
        terms=sorted(terms, key=lambda term: -term["cost"]),
        tables=sorted(plan.tables),
        statement=plan.statement,
        parameters=[repr(one) for one in parameters],
        steps=await engine.reader.explain(plan.statement, parameters),
    )


ROUTES = [Route("/staff/plans", staff_only(plans), name="staff_plans", methods=["GET", "POST"])]
