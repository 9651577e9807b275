"""Words that staff take out of what the public reads: gone everywhere at once, with a trace, and restorable."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.operations import InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.grievances.conftest import fill, words
from tests.grievances.steps import SECRET, know_secret, take
from tests.support import city as place
from tests.support.city import FENGQUAN

NAME = "尔古阿牛"
"""A name that no detector knows."""
SEARCH = "query ($text: String!) { grievances(filter: {text: $text}) { nodes { number } } }"
WORDS_OF = "query ($n: String!) { grievance(number: $n) { redactions { position reason byLine words restoredAt } } }"


async def asked(client: httpx.AsyncClient, document: str, **variables: str) -> dict[str, object]:
    answer = await client.post(
        "/graphql", json={"query": document, "variables": variables}, headers={"accept": "application/json"}
    )
    data: dict[str, object] = answer.json()["data"]
    return data


async def test_words_are_gone_at_once_from_pages_search_and_api_and_come_back(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    await fill()
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGQUAN)
    filed = await operations.file_grievance(ANONYMOUS, words(description=f"{NAME}家的狗半夜叫，{NAME}不管"))
    row = await know_secret(filed["grievance"])
    public = f"/grievances/{row.number}"
    assert NAME in (await client.get(public)).text
    assert NAME in (await client.get(public)).text  # from the cache
    assert (await asked(client, SEARCH, text=NAME))["grievances"] == {"nodes": [{"number": row.number}]}
    await take(dispatcher, "comment", row, note=f"已劝导{NAME}", is_public=True)

    done = await take(dispatcher, "redact", row, words=NAME, reason="有他人姓名")
    assert done.public_text == "〔已隐去1〕家的狗半夜叫，〔已隐去1〕不管"
    page = (await client.get(public)).text
    assert NAME not in page
    assert "凤泉社区联络点" in page and "有他人姓名" in page  # noqa: PT018 - the mark's two halves
    for address in ("/grievances", f"/track/{row.number}/{SECRET}", f"/grievances?q={NAME}"):
        assert NAME not in (await client.get(address)).text.replace(f'value="{NAME}"', "").replace(f"q={NAME}", "")
    assert (await asked(client, SEARCH, text=NAME))["grievances"] == {"nodes": []}
    found = (await asked(client, WORDS_OF, n=row.number))["grievance"]
    assert found == {
        "redactions": [
            {"position": 1, "reason": "有他人姓名", "byLine": "凤泉社区联络点", "words": None, "restoredAt": None}
        ]
    }
    assert done.description == f"{NAME}家的狗半夜叫，{NAME}不管"  # for those with a grant
    assert NAME not in str([one.changes for one in await AuditEntry.filter(operation="redact_grievance")])

    back = await take(dispatcher, "restore", row, position=1, reason="是店名")
    assert back.public_text == back.description
    assert NAME in (await client.get(public)).text
    assert (await asked(client, SEARCH, text=NAME))["grievances"] == {"nodes": [{"number": row.number}]}
    verbs = await GrievanceUpdate.filter(grievance_id=row.id).order_by("id").values_list("verb", "public_note")
    assert verbs[-2:] == [("redact", "有他人姓名"), ("restore", "是店名")]
    with pytest.raises(InvalidInput):
        await take(dispatcher, "restore", row, position=1, reason="再一次")


async def test_what_stands_nowhere_cannot_be_taken_out_and_each_mark_has_its_number(
    city: None, dispatcher: Actor
) -> None:
    row = (await operations.file_grievance(ANONYMOUS, words(description="甲某和乙某吵架，灯也坏了")))["grievance"]
    with pytest.raises(InvalidInput) as refused:
        await take(dispatcher, "redact", row, words="丙某")
    assert refused.value.errors[0].field == "words"
    for one in ("甲某", "乙某"):
        await take(dispatcher, "redact", row, words=one)
    await take(dispatcher, "restore", row, position=1, reason="弄错了")
    assert (await Grievance.get(id=row.id)).public_text == "甲某和〔已隐去2〕吵架，灯也坏了"
