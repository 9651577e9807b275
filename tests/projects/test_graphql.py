"""Investment projects over GraphQL: one statement for a page, partners by scope, nothing of persons for strangers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.operations import create_token
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.web.templating import document
from tests.projects.conftest import PROJECT, YI, city, move, signed
from tests.support import city as place
from tests.support.city import CITY, FENGGANG

CREATE = """mutation ($input: CreateInvestmentProjectInput!) {
  createInvestmentProject(input: $input) {
    project { number stage contractedFen isPublished responsible { name } milestones { name } stageChanges { stage on } }
    errors { field code reason }
  }
}"""
MILESTONE = """mutation ($input: AddInvestmentMilestoneInput!) {
  addInvestmentMilestone(input: $input) { project { milestones { number name dueOn isLate } } errors { reason } }
}"""
PERSONS = (
    "{ investmentProjects { nodes { responsible { name } keepers { totalCount } stageChanges { person { name } } } } }"
)


async def ask(client: httpx.AsyncClient, query: str, token: str = "", **variables: Any) -> dict[str, Any]:
    headers = {"accept": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    found: dict[str, Any] = answer.json()
    assert "errors" not in found, found
    return found["data"]  # type: ignore[no-any-return]


async def token_of(actor: Actor, *scopes: str) -> str:
    """A token of somebody, with these scopes."""
    return str((await create_token(actor, {"name": "招商系统", "scopes": list(scopes), "days": 1}))["secret"])


async def test_a_partner_enters_a_project_and_its_milestones_by_scope(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    await city()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    given = {
        "".join([key.split("_")[0], *map(str.capitalize, key.split("_")[1:])]): one for key, one in PROJECT.items()
    }
    for scopes in (("read",), ("grievances",)):
        refused = await ask(client, CREATE, await token_of(editor, *scopes), input=given)
        assert refused["createInvestmentProject"]["errors"][0]["code"] == "FORBIDDEN"
    token = await token_of(editor, "listings")
    wrong = await ask(client, CREATE, token, input={**given, "investor": "", "industryCode": "ZZ"})
    assert wrong["createInvestmentProject"]["errors"][0]["field"] == "investor"
    made = (await ask(client, CREATE, token, input=given))["createInvestmentProject"]["project"]
    assert (made["stage"], made["contractedFen"], made["isPublished"]) == ("SIGNED", 2 * YI, False)
    assert made["responsible"] == {"name": "editor"}
    due = (clock.today() - timedelta(days=1)).isoformat()
    added = await ask(client, MILESTONE, token, input={"projectId": made["number"], "name": "办完手续", "dueOn": due})
    (one,) = added["addInvestmentMilestone"]["project"]["milestones"]
    assert (one["name"], one["dueOn"], one["isLate"]) == ("办完手续", due, True)
    assert (await ask(client, "{ investmentProjects { totalCount } }"))["investmentProjects"]["totalCount"] == 0


async def test_strangers_see_no_persons_and_those_who_keep_it_do(app: Starlette, client: httpx.AsyncClient) -> None:
    await city()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    await move(editor, await signed(editor), "approved")
    (seen,) = (await ask(client, PERSONS))["investmentProjects"]["nodes"]
    assert seen == {"responsible": None, "keepers": None, "stageChanges": [{"person": None}] * 2}
    token = await token_of(editor, "listings")
    (seen,) = (await ask(client, PERSONS, token))["investmentProjects"]["nodes"]
    assert (seen["responsible"], seen["keepers"]) == ({"name": "editor"}, {"totalCount": 1})
    assert seen["stageChanges"] == [{"person": {"name": "editor"}}] * 2


async def test_each_page_is_one_statement_that_a_stranger_may_ask(engine: Engine) -> None:
    await city()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    row = await signed(editor)
    for name, variables in (
        ("projects/list", {"place": CITY, "filter": {"within": FENGGANG, "stages": ["SIGNED"], "text": "茶"}}),
        ("projects/project", {"number": row.id}),
        ("projects/figures", {"within": CITY, "to": "2026Q1"}),
    ):
        before = engine.statements
        assert await engine.fetch(document(name), variables, ANONYMOUS)
        assert engine.statements == before + 1
