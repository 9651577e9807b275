"""Documents with a case: sent for a step or a material, seen by its enterprise and by who works on it alone, each look recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.checklists import operations
from civicgraph.checklists.models import OneThingCase
from civicgraph.graph.engine import Engine
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive
from civicgraph.uploads.private import look_at_document
from tests.checklists.conftest import ANSWERS, BEGUN, CODE, Town, build
from tests.checklists.test_pages import typed
from tests.support.browser import Browser, signed_in, visit
from tests.uploads.papers import PDF, office
from tests.uploads.pictures import photo

NEW = f"/my/enterprises/{CODE}/one-thing/new/1"


async def sent(actor: Actor, name: str = "合同.pdf", data: bytes = PDF) -> str:
    """The name of a file that somebody sent to /uploads."""
    return (await receive(actor, name, data)).name


async def look(browser: Browser, name: str) -> int:
    """How a look at a document is answered."""
    return (await browser.http.get(f"/uploads/{name}/file")).status_code


async def test_documents_come_with_the_form_and_later_without_a_script(app: Starlette) -> None:
    town = await build()
    owner, window, food = [await signed_in(app, one) for one in (town.owner, town.window, town.food)]
    await owner.open(NEW)
    choices = {"documents__0__needed": "1.2", "documents__1__needed": "2.0"}
    files = {"documents.0.file": ("租赁合同.pdf", PDF), "documents.1.file": ("平面图.docx", office())}
    wrong = await owner.attach("", files, **choices, **{**typed(), "answers.3.text": "很大"})
    assert owner.status == 422
    assert "您选的文件已在这里" in wrong  # no file that was chosen is lost
    text = await owner.attach("", {}, **{"answers.3.text": "120"})
    case = await OneThingCase.get()
    assert case.number in text
    assert ["房屋租赁合同: " in text, "租赁合同.pdf" in text, "平面图.docx" in text] == [True] * 3
    own = f"/my/enterprises/{CODE}/one-thing/{case.number}"
    later = {"documents.0.file": ("登记表.xlsx", office("xl/workbook.xml"))}
    wrong = await owner.attach(f"{own}/documents", later)
    assert (owner.status, "请选择" in wrong) == (422, True)  # what it is for was not said
    text = await owner.attach(f"{own}/documents", {}, documents__0__needed="3.0")
    assert "登记表.xlsx" in text
    assert "登记表.xlsx" in await food.open(f"/staff/one-thing/{case.number}")
    await window.open(f"/staff/one-thing/{case.number}")
    brought = {"documents.0.file": ("身份证.jpg", photo())}
    text = await window.attach(f"/staff/one-thing/{case.number}/documents", brought, documents__0__needed="1.1")
    assert "材料已放入办件" in text
    assert "身份证: " in text
    assert await Upload.filter(subject_type="OneThingStep").count() == 4
    for browser in (owner, window, food):
        await browser.http.aclose()


async def test_a_document_is_saved_under_its_name_for_who_may_see_the_case_and_each_look_is_recorded(
    app: Starlette,
) -> None:
    town = await build()
    case = await town.opened(documents=[{"needed": "1.1", "file": await sent(town.owner)}])
    name = (await Upload.get(subject_type="OneThingStep")).name
    for actor in (town.owner, town.window, town.food):
        browser = await signed_in(app, actor)
        answer = await browser.http.get(f"/uploads/{name}/file")
        assert (answer.status_code, answer.content) == (200, PDF)
        assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E5%90%88%E5%90%8C.pdf")
        assert answer.headers["cache-control"] == "private, no-store"
        await browser.http.aclose()
    for actor in (town.stranger, town.neighbour, town.editor):
        browser = await signed_in(app, actor)
        assert [await look(browser, name), (await browser.http.get(f"/uploads/{name}/original")).status_code] == [
            404
        ] * 2
        await browser.http.aclose()
    nobody = visit(app)
    assert await look(nobody, name) == 404
    await nobody.http.aclose()
    looks = await AuditEntry.filter(operation="look_at_document").order_by("id")
    assert [(one.subject_type, one.subject_id) for one in looks] == [("OneThingCase", str(case.id))] * 3
    assert [one.person_id for one in looks] == [one.person_id for one in (town.owner, town.window, town.food)]
    copy = json.loads((await operations.export_case(town.owner, {"number": case.number}))["data"])
    assert [(one["name"], one["of_what"]) for one in copy["documents"]] == [("合同.pdf", "身份证")]
    assert len(copy["documents_were_looked_at"]) == 3


async def test_documents_are_read_below_the_steps_over_graphql(town: Town, engine: Engine) -> None:
    case = await town.opened()
    await operations.send_case_documents(
        town.owner, {"number": case.number, "documents": [{"needed": "1.2", "file": await sent(town.owner)}]}
    )
    asked = """query ($number: String!) { oneThingCase(number: $number) { steps {
      documents { name url filename ofWhat mediaType sizeBytes } } } }"""
    found = (await engine.read(asked, {"number": case.number}, town.food))["oneThingCase"]
    (one,) = found["steps"][0]["documents"]
    assert (one["filename"], one["ofWhat"], one["mediaType"], one["sizeBytes"]) == (
        "合同.pdf", "房屋租赁合同", "application/pdf", len(PDF),
    )  # fmt: skip
    assert one["url"] == f"/uploads/{one['name']}/file"
    assert all(step["documents"] == [] for step in found["steps"][1:])
    assert await engine.read(asked, {"number": case.number}, town.neighbour) == {"oneThingCase": None}


async def test_the_department_that_waits_is_told_once_that_documents_came(town: Town) -> None:
    case = await town.opened()
    with clock.override(BEGUN):
        await town.finish(town.window, case, 1)
    for _ in range(2):
        given = [{"needed": "2.0", "file": await sent(town.owner)}]
        await operations.send_case_documents(town.owner, {"number": case.number, "documents": given})
    person = await Person.get(id=town.food.person_id)
    subjects = [one.subject for one in await InboxMessage.filter(person_id=person.id).order_by("id")]
    assert [one.partition("“")[0] for one in subjects] == ["请办理：", "材料到了："]


async def test_what_cannot_be_sent_is_refused_in_words_at_its_place(town: Town) -> None:
    case = await town.opened()
    for data, name in ((office("word/document.xml", "word/vbaProject.bin"), "合同.docx"), (b"MZ\x90", "合同.pdf")):
        with pytest.raises(InvalidInput):
            await sent(town.owner, name, data)
    for needed in ("5.0", "9", "1.3", "x"):
        given = {"number": case.number, "documents": [{"needed": needed, "file": await sent(town.owner)}]}
        with pytest.raises(InvalidInput) as refused:
            await operations.send_case_documents(town.owner, given)
        assert [one.field for one in refused.value.errors] == ["documents.0.needed"]
    with pytest.raises(InvalidInput) as refused:
        await operations.send_case_documents(
            town.owner, {"number": case.number, "documents": [{"needed": "1", "file": "no-such-file"}]}
        )
    assert [one.field for one in refused.value.errors] == ["documents.0.file"]
    given = {"number": case.number, "documents": [{"needed": "1", "file": await sent(town.owner)}]}
    for actor in (ANONYMOUS, town.stranger, town.neighbour, town.editor):
        with pytest.raises(NotFound):
            await operations.send_case_documents(actor, given)
    with pytest.raises(Forbidden):
        await operations.send_case_documents(town.food, given)
    await operations.withdraw_case(town.owner, {"number": case.number, "version": 1})
    with pytest.raises(Unavailable):
        await operations.send_case_documents(town.owner, given)
    with pytest.raises(InvalidInput):
        await town.opened(answers=ANSWERS[1:], documents=given["documents"])
    assert await Upload.filter(subject_type="OneThingStep").count() == 0


async def test_a_token_opens_documents_only_where_its_scopes_let_it_read_what_is_private(town: Town) -> None:
    await town.opened(documents=[{"needed": "1.1", "file": await sent(town.owner)}])
    name = (await Upload.get(subject_type="OneThingStep")).name
    for actor, scope, is_seen in (
        (town.owner, "reports", False),
        (town.owner, "read", True),
        (town.window, "read", False),
        (town.window, "grievances", True),
        (town.food, "listings", False),
        (town.food, "grievances", True),
    ):
        token = replace(actor, kind="token", scopes=frozenset({scope}), token_id=1, _prefixes={})
        if is_seen:
            assert (await look_at_document(token, {"name": name})).name == name
        else:
            with pytest.raises(NotFound):
                await look_at_document(token, {"name": name})


async def test_documents_are_forgotten_with_the_form(town: Town) -> None:
    case = await town.opened(documents=[{"needed": "1.1", "file": await sent(town.owner)}])
    name = (await Upload.get(subject_type="OneThingStep")).name
    await operations.withdraw_case(town.owner, {"number": case.number, "version": 1})
    with clock.override(BEGUN + timedelta(days=1)):
        await operations.erase_case(town.owner, {"number": case.number, "is_sure": True})
    assert await Upload.filter(subject_type="OneThingStep").count() == 0
    assert not await Upload.exists(name=name)
