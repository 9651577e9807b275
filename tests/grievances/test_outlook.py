"""The reporter's own page says what is true of where the case stands, and what comes next."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.permissions import Actor
from tests.grievances.conftest import CONTACT, Report
from tests.grievances.steps import SECRET, know_secret, lead_to, take
from tests.support.browser import signed_in, visit

S = GrievanceStatus


async def page(app: Starlette, row: Grievance) -> str:
    """The tracking page."""
    return unescape(await visit(app).open(f"/track/{row.number}/{SECRET.replace('-', '')}"))


async def outlook(app: Starlette, row: Grievance) -> str:
    """What the tracking page says comes next."""
    found = re.search(r'id="outlook">(.*?)</p>', await page(app, row), re.S)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


async def test_an_outcome_that_was_refused_is_no_outcome(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await take(dispatcher, "resolve", await lead_to(dispatcher, await report(), S.IN_PROGRESS), outcome="修好了")
    row = await take(worker, "send_back", row)
    assert row.outcome == ""
    public = await visit(app).open(f"/grievances/{row.number}")
    assert '<p class="prose">修好了' not in public
    assert "修好了" in public  # the history keeps what was said


@pytest.mark.parametrize("verb", ["accept", "transfer"])
async def test_while_nobody_has_it_nobody_is_said_to_see_to_it(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor, verb: str
) -> None:
    row = await know_secret(await report())
    if verb == "transfer":
        row = await take(dispatcher, "assign", row, assignee_id=worker.person_id)
        assert "已经有人在办" in await outlook(app, row)
    row = await take(dispatcher, verb, row)
    said = await outlook(app, row)
    assert "已经有人在办" not in said
    assert "安排谁来办" in said
    assert ("虹桥社区" if verb == "transfer" else "凤泉社区") in said


async def test_what_was_passed_on_or_withdrawn_says_so(app: Starlette, report: Report, dispatcher: Actor) -> None:
    row = await take(dispatcher, "redirect", await know_secret(await report()))
    said = await outlook(app, row)
    assert "遵义供电局" in said
    row = await take(dispatcher, "withdraw", await know_secret(await report()))
    assert "您已撤回" in await outlook(app, row)


async def test_who_tells_of_danger_is_not_told_to_wait(app: Starlette, report: Report) -> None:
    row = await know_secret(await report(description="闻到很浓的煤气味，头很晕"))
    assert "什么都不用做" not in await outlook(app, row)


@pytest.fixture
async def joined(report: Report, dispatcher: Actor) -> tuple[Grievance, Grievance]:
    """A report, and one that was joined with it."""
    lead, later = await know_secret(await report()), await know_secret(await report(**CONTACT))
    return lead, await take(dispatcher, "merge", later, into=lead.number)


@pytest.mark.parametrize("is_public", [True, False])
async def test_whose_report_was_joined_sees_where_the_other_stands(
    app: Starlette, dispatcher: Actor, joined: tuple[Grievance, Grievance], *, is_public: bool
) -> None:
    lead, row = joined
    if not is_public:
        await take(dispatcher, "set_visibility", lead)
    said = await outlook(app, row)
    assert lead.number in said
    assert "最晚" in said
    link = f'href="/grievances/{lead.number}"'
    assert (link in await page(app, row)) is is_public
    for verb in ("assign", "hold"):
        await take(dispatcher, verb, lead)
    assert "挂起" in await outlook(app, row)
    for verb in ("resume", "resolve"):
        await take(dispatcher, verb, lead)
    said = await outlook(app, row)
    assert lead.number in said
    assert "已办结" in said
    assert "没有解决" in said
    mail = await OutboxMessage.filter(template="grievance_joined").order_by("-id").first()
    assert mail is not None
    text = render_message(mail.template, mail.values, "zh")[1]
    assert (f"/grievances/{lead.number}" in text) is is_public
    assert is_public or f"/track?number={row.number}" in text


async def test_nothing_of_a_private_lead_is_told_but_where_it_stands(
    app: Starlette, report: Report, dispatcher: Actor
) -> None:
    lead = await take(dispatcher, "set_visibility", await report(description="隔壁钱多多家里漏水"))
    row = await know_secret(await report())
    row = await take(dispatcher, "merge", row, into=lead.number)
    text = await page(app, row)
    assert lead.number in text
    assert "隔壁" not in text


async def test_a_shortfall_that_nobody_looked_at_again_is_late_everywhere(
    app: Starlette, report: Report, dispatcher: Actor
) -> None:
    row = await lead_to(dispatcher, await report(), S.SHORTFALL)
    assert row.review_at is not None
    public, lists = f"/grievances/{row.number}", ("/grievances", "/shortfalls")
    for path in (public, *lists):
        assert "复核已超期" not in await visit(app).open(path)
    assert "再看一次进展" in await outlook(app, row)
    with clock.override(row.review_at + timedelta(days=1)):
        for path in (public, *lists):
            assert "复核已超期" in await visit(app).open(path)
        text = await page(app, row)
        assert "复核已超期" in text
        assert re.search('<li class="late"[^>]*>\\s*<span class="what">责任单位公布进展', text)
        said = await outlook(app, row)
        assert "还没有看" in said
        assert "再看一次进展" not in said
        desk = await signed_in(app, dispatcher)
        assert "复核已超期" in await desk.open(f"/staff/grievances/{row.number}")
        listed = await desk.open("/staff/grievances?view=all")
        assert '<tr class="is-late">' in listed
        assert "复核已超期" in listed
