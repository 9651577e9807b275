"""The pages, as a browser without JavaScript walks them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import clock, crypto
from civicgraph.accounts.models import Session
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations import rate_tracked_grievance
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.web.formats import datetime_
from tests.grievances.conftest import WORDS, fill
from tests.grievances.steps import know_secret, take
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG

ADDRESS = "http://127.0.0.1:8000"


@dataclass
class Browser:
    """Opens pages, and sends their forms with what they hold."""

    http: httpx.AsyncClient
    text: str = ""
    status: int = 0

    async def open(self, path: str, **headers: str) -> str:
        """A page's text."""
        return self._took(await self.http.get(path, headers=headers))

    async def send(self, path: str, **fields: str) -> str:
        """Send the form of the open page that goes to `path`, with these fields filled in; follows to where it leads."""
        form = next(f for f in re.findall(r"<form.*?</form>", self.text, re.S) if f'action="{path}"' in unescape(f))
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        answer = await self.http.post(path, data={**hidden, **fields})
        if answer.status_code == 303:
            return await self.open(answer.headers["location"])
        return self._took(answer)

    def _took(self, answer: httpx.Response) -> str:
        self.status, self.text = answer.status_code, answer.text
        return self.text


@dataclass
class Site:
    """The running site, and the people who use it."""

    resident: Browser
    dispatcher: Browser
    worker: Browser
    stranger: Browser
    worker_id: int


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application, with a browser for each person."""
    await fill()
    transport = httpx.ASGITransport(app=app)
    open_ones = []

    async def browser(actor: Actor | None = None) -> Browser:
        client = httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"accept": "text/html"})
        open_ones.append(client)
        if actor is not None:
            token, now = crypto.random_token(), clock.now()
            await Session.create(
                person_id=actor.person_id,
                token_hash=crypto.token_hash(token),
                last_seen_at=now,
                expires_at=now + timedelta(days=1),
            )
            client.cookies.set("session", token)
        return Browser(client)

    worker = await place.person("worker", Role.GRID_WORKER, FENGQUAN)
    assert worker.person_id is not None
    yield Site(
        resident=await browser(),
        dispatcher=await browser(await place.person("dispatcher", Role.DISPATCHER, FENGQUAN)),
        worker=await browser(worker),
        stranger=await browser(await place.person("stranger", Role.DISPATCHER, HONGQIAO)),
        worker_id=worker.person_id,
    )
    for client in open_ones:
        await client.aclose()


async def reported(resident: Browser, **fields: str) -> tuple[str, str]:
    """Report a problem through the form; gives number and tracking secret."""
    path = f"/report?division={FENGQUAN}"
    await resident.open(path)
    await resident.send(path, category="lighting", description=WORDS, is_public="true", compared="1", **fields)
    assert resident.status == 200
    number = re.search(r"ZY-\d{4}-\w{4,}", resident.text)
    secret = re.search(r"\w{6}-\w{6}-\w{6}", resident.text)
    assert number is not None
    assert secret is not None
    return number[0], secret[0]


async def test_a_broken_corridor_light_from_report_to_closed(site: Site) -> None:
    number, secret = await reported(site.resident, contact_phone="13800001234", address="3 栋 2 单元")
    tracked = f"/track/{number}/{secret.replace('-', '')}"
    work = f"/staff/grievances/{number}"

    await site.dispatcher.open(work)
    assert "3 栋 2 单元" in site.dispatcher.text
    await site.dispatcher.send(f"{work}/acceptance", note="已收到，今天派人")
    assert "等待反映人答复或配合入户 · 承诺时间顺延</option>" in site.dispatcher.text
    assert "等待材料或配件</option>" in site.dispatcher.text
    assert "已受理" in await site.resident.open(tracked)
    assert "已收到，今天派人" in site.resident.text
    await site.dispatcher.send(f"{work}/assignment", assignee_id=str(site.worker_id), internal_note="带梯子")
    assert "已派单" in await site.resident.open(tracked)
    assert "带梯子" not in site.resident.text

    assert number in await site.worker.open("/staff/grievances")
    await site.worker.open(work)
    await site.worker.send(f"{work}/start")
    assert "办理中" in await site.resident.open(tracked)
    await site.worker.send(f"{work}/resolution", outcome="换了灯泡")
    assert "换了灯泡" in await site.resident.open(tracked)
    await site.resident.send(f"{tracked}/rating", is_solved="true", stars="4", words="来得很快")
    assert "已结案" in site.resident.text
    assert "来得很快" in await site.dispatcher.open(f"/grievances/{number}")
    assert "★★★★☆" in site.dispatcher.text
    done = await Grievance.get(number=number)
    assert (done.status, done.stars, done.is_solved) == (GrievanceStatus.CLOSED, 4, True)


async def test_what_is_not_solved_is_opened_again_and_then_stands_on_the_shortfall_list(site: Site) -> None:
    number, secret = await reported(site.resident)
    tracked = f"/track/{number}/{secret.replace('-', '')}"
    work = f"/staff/grievances/{number}"
    for round_ in (1, 2):
        await site.dispatcher.open(work)
        await site.dispatcher.send(f"{work}/acceptance")
        await site.dispatcher.send(f"{work}/resolution", outcome=f"第 {round_} 次换了灯泡")
        await site.resident.open(tracked)
        page = await site.resident.send(f"{tracked}/rating", is_solved="false", words="")
        assert site.resident.status == 422
        assert "请说明哪里没有解决" in page
        await site.resident.send(f"{tracked}/rating", is_solved="false", stars="1", words="灯还是不亮")
        assert site.resident.status == 200
    assert (await Grievance.get(number=number)).status == GrievanceStatus.SHORTFALL
    for path, is_there in (("/shortfalls", True), (f"/shortfalls?within={FENGGANG}", True),
                           (f"/shortfalls?within={SUIYANG}", False)):  # fmt: skip
        assert (number in await site.resident.open(path)) is is_there
    await site.dispatcher.open(work)
    day = (clock.today() + timedelta(days=30)).isoformat()
    await site.dispatcher.send(f"{work}/review", body="区住建局", reason="线路老化，随片区改造", review_on=day)
    assert "区住建局" in await site.resident.open("/shortfalls")
    assert "线路老化，随片区改造" in await site.resident.open(f"/grievances/{number}")


async def test_the_reporter_answers_what_is_asked_and_withdraws(site: Site) -> None:
    number, secret = await reported(site.resident)
    tracked = f"/track/{number}/{secret.replace('-', '')}"
    work = f"/staff/grievances/{number}"
    await site.dispatcher.open(work)
    await site.dispatcher.send(f"{work}/question", reason="请问是几单元？")
    assert "请问是几单元？" in await site.resident.open(tracked)
    assert "请填写这一项" in await site.resident.send(f"{tracked}/answer", answer="")
    assert (site.resident.status, 'type="file"' in site.resident.text) == (422, False), "documents are an enterprise's"
    await site.resident.open(tracked)
    await site.resident.send(f"{tracked}/answer", answer="三单元二楼")
    assert "三单元二楼" in await site.dispatcher.open(work)
    await site.resident.send(f"{tracked}/withdrawal", words="自己换好了")
    assert (await Grievance.get(number=number)).status == GrievanceStatus.WITHDRAWN
    assert "撤回诉求" not in await site.resident.open(tracked)


async def test_the_work_page_offers_what_can_be_done_and_what_is_refused_keeps_what_was_typed(site: Site) -> None:
    number, _ = await reported(site.resident)
    work = f"/staff/grievances/{number}"
    page = await site.dispatcher.open(work)
    assert "虹桥社区" not in page  # another county's
    for noun in ("acceptance", "assignment", "question", "transfer", "redirection", "joining", "notes"):
        assert f'action="{work}/{noun}"' in page
    for noun in ("resolution", "hold", "review", "reopening", "extension", "verification"):
        assert f'action="{work}/{noun}"' not in page
    page = await site.dispatcher.send(f"{work}/joining", into="ZY-0101-ZZZZ", note="同一盏灯")
    assert site.dispatcher.status == 422
    assert "没有这个编号的诉求" in page
    assert "同一盏灯" in page


async def test_the_way_to_a_community_needs_no_script(site: Site) -> None:
    page = await site.resident.open("/report")
    for name, code in (("凤冈县", FENGGANG), ("龙泉街道", LONGQUAN)):
        assert name in page
        page = await site.resident.open(f"/report?choose=1&division={code}")
    assert f"/report?division={FENGQUAN}" in page
    found = await site.resident.open("/report?choose=1&q=虹桥")
    assert f"/report?division={HONGQIAO}" in found
    assert 'name="description"' in await site.resident.open(f"/report?division={HONGQIAO}")


async def test_a_refused_report_keeps_what_was_typed_and_changes_nothing(site: Site) -> None:
    path = f"/report?division={FENGQUAN}"
    await site.resident.open(path)
    page = await site.resident.send(path, category="", description="灯坏", contact_phone="12 34", contact_name="陈阿婆")
    assert site.resident.status == 422
    assert "请填 11 位手机号" in page
    for typed in ("灯坏", "12 34", "陈阿婆"):
        assert typed in page
    assert not await Grievance.exists()
    assert "checked" not in re.findall(r'<input type="checkbox" id="f-is_public"[^>]*>', page)[0]


async def test_the_same_form_sent_twice_is_one_report(site: Site) -> None:
    path = f"/report?division={FENGQUAN}"
    first = await site.resident.open(path)
    once = await site.resident.send(path, category="lighting", description=WORDS)
    site.resident.text = first
    again = await site.resident.send(path, category="lighting", description=WORDS)
    assert re.search(r"\w{6}-\w{6}-\w{6}", once)[0] == re.search(r"\w{6}-\w{6}-\w{6}", again)[0]  # type: ignore[index]
    assert await Grievance.all().count() == 1
    site.resident.text = first
    await site.resident.send(path, category="lighting", description="另一件事，楼下电梯不动了")
    assert site.resident.status == 422
    await site.resident.send(path, category="lighting", description="另一件事，楼下电梯不动了")
    assert site.resident.status == 200
    assert await Grievance.all().count() == 2


async def test_the_secret_is_in_no_address_that_a_page_links_to_strangers_with(site: Site) -> None:
    number, secret = await reported(site.resident)
    plain = secret.replace("-", "")
    page = await site.resident.open(f"/track/{number}/{plain}")
    assert plain not in "".join(re.findall(r'href="([^"]*graphql[^"]*)"', page))
    assert secret not in await site.resident.open(f"/grievances/{number}")
    answer = await site.resident.http.get(f"/track/{number}/{plain}")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_secret_and_an_unknown_number_look_the_same(site: Site) -> None:
    number, secret = await reported(site.resident)
    pages = []
    for tried, guess in ((number, "AAAAAA-BBBBBB-CCCCCC"), ("ZY-0101-ZZZZ", secret)):
        await site.resident.open("/track")
        page = await site.resident.send("/track", number=tried, secret=guess)
        assert site.resident.status == 422
        pages.append(re.sub(r'value="[^"]*"', "", page))
        await site.resident.open(f"/track/{tried}/{guess}")
        assert site.resident.status == 404
    assert pages[0] == pages[1]
    await site.resident.open("/track")
    assert "我反映的事" in await site.resident.send("/track", number=number.lower(), secret=secret.lower())


async def test_the_public_list_filters_and_pages_by_plain_addresses(site: Site) -> None:
    number, _ = await reported(site.resident)
    for query, is_there in (
        ("", True), ("?state=open", True), ("?state=resolved", False), ("?state=overdue", False), ("?q=楼道", True),
        ("?q=电梯", False), ("?category=lighting", True), ("?category=gas", False), (f"?within={FENGGANG}", True),
        (f"?within={SUIYANG}", False), (f"?within={CITY}&state=nonsense", True), ("?q=%00%EF%BF%BD", False),
    ):  # fmt: skip
        assert (number in await site.resident.open(f"/grievances{query}")) is is_there, query
        assert site.resident.status == 200, query
    for typed in (number, f" {number.lower()} ", number.replace("-", "—"), f"{number}&state=resolved"):
        assert number in await site.resident.open(f"/grievances?q={typed}"), typed
    assert number not in await site.resident.open("/grievances?q=ZY-0101-AAAA")
    fragment = await site.resident.open("/grievances?q=楼道", **{"hx-request": "true"})
    assert number in fragment
    assert "<html" not in fragment
    await site.resident.open("/grievances?within=52030")
    assert site.resident.status == 404


async def test_the_public_page_shows_promises_and_hides_persons(site: Site) -> None:
    number, _ = await reported(site.resident, contact_name="陈阿婆", contact_phone="13800001234", address="3 栋 2 单元")
    for browser in (site.resident, site.stranger):
        page = await browser.open(f"/grievances/{number}")
        assert browser.status == 200
        assert "首次答复" in page
        assert not [mark for mark in ("陈阿婆", "1380000", "138****", "3 栋 2 单元") if mark in page]
    await site.stranger.open(f"/staff/grievances/{number}")
    assert "13800001234" not in site.stranger.text
    assert 'name="outcome"' not in site.stranger.text


async def test_a_contact_is_shown_on_request_and_each_look_is_kept(site: Site) -> None:
    number, _ = await reported(site.resident, contact_name="陈阿婆", contact_phone="13800001234")
    path = f"/staff/grievances/{number}"
    before = await site.dispatcher.open(path)
    assert ("陈＊＊" in before, "138****1234" in before, "陈阿婆" in before) == (True, True, False)
    page = await site.dispatcher.send(f"{path}/contact-views#contact")
    assert ("tel:13800001234" in page, "陈阿婆" in page) == (True, True)
    assert "tel:13800001234" not in await site.dispatcher.open(path)
    assert await AuditEntry.filter(operation="reveal_grievance_contact").count() == 1


async def test_the_second_of_two_dispatchers_keeps_their_words(site: Site) -> None:
    number, _ = await reported(site.resident)
    path = f"/staff/grievances/{number}"
    stale = await site.dispatcher.open(path)
    await site.dispatcher.send(f"{path}/notes", note="先记一笔")
    site.dispatcher.text = stale
    page = await site.dispatcher.send(f"{path}/assignment", team="我的维修队")
    assert site.dispatcher.status == 409
    assert "我的维修队" in page
    assert (await Grievance.get(number=number)).team == ""
    await site.dispatcher.send(f"{path}/assignment", team="我的维修队")
    assert (await Grievance.get(number=number)).team == "我的维修队"


async def test_a_step_that_came_too_late_is_explained(site: Site) -> None:
    number, _ = await reported(site.resident)
    path = f"/staff/grievances/{number}"
    stale = await site.dispatcher.open(path)
    await site.dispatcher.open(path)  # in another window, whose forms have keys of their own
    await site.dispatcher.send(f"{path}/acceptance")
    site.dispatcher.text = stale
    page = await site.dispatcher.send(f"{path}/acceptance")
    assert site.dispatcher.status == 422
    assert "这件诉求已经受理过了" in page


async def test_overdue_work_stands_first_in_the_queue(site: Site) -> None:
    fresh, _ = await reported(site.resident)
    now = clock.now()
    with clock.override(now - timedelta(days=2)):
        late, _ = await reported(site.resident, grid_code="")
    page = await site.dispatcher.open("/staff/grievances")
    assert page.index(late) < page.index(fresh)
    assert "is-late" in page
    for view in ("new", "open", "overdue", "all", "mine"):
        page = await site.dispatcher.open(f"/staff/grievances?view={view}")
        assert (late in page) is (view != "mine")
    for view in ("new", "mine"):
        page = await site.dispatcher.open(f"/staff/grievances?view={view}&q={late.lower()}")
        assert (late in page, fresh in page) == (True, False), "whoever types a number wants that one"
    assert late not in await site.stranger.open("/staff/grievances?view=all")


async def test_strangers_are_sent_to_sign_in(site: Site) -> None:
    for path in ("/staff/grievances", "/staff/grievances/new", "/staff/grievances/ZY-0101-ZZZZ"):
        answer = await site.resident.http.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    await site.dispatcher.open("/staff/grievances/ZY-0101-ZZZZ")
    assert site.dispatcher.status == 404


async def test_an_english_page_signs_steps_in_english_and_keeps_the_first_answer_of_a_shortfall(site: Site) -> None:
    number, secret = await reported(site.resident)
    row = await Grievance.get(number=number)
    dispatcher = await place.person("second", Role.DISPATCHER, FENGQUAN)
    own = {"number": number, "secret": secret, "is_solved": False}
    for verb in ("accept", "resolve"):
        await take(dispatcher, verb, row)
    await rate_tracked_grievance(ANONYMOUS, {**own, "words": "还是不亮"})
    for verb in ("accept", "resolve"):
        await take(dispatcher, verb, row)
    await rate_tracked_grievance(ANONYMOUS, {**own, "words": "又不亮"})
    site.resident.http.cookies.set("lang", "en")
    page = await site.resident.open(f"/grievances/{number}")
    assert "community point" in page
    assert "the reporter" in page
    assert "by itself, as the rules say" in page
    assert not re.search("联络点</span>|反映人\\s*</span>|系统\\s*</span>", page)
    first = page[page.index("First answer") :]
    assert "kept in time" in first[: first.index("Resolution")]


async def test_the_promise_of_a_shortfall_stands_on_its_page_and_in_the_lists(site: Site) -> None:
    number, _ = await reported(site.resident)
    now = clock.now()
    await Grievance.filter(number=number).update(
        status=GrievanceStatus.SHORTFALL, accepted_at=now, review_at=now, resolution_due_at=now - timedelta(days=1)
    )
    page = await site.resident.open(f"/grievances/{number}")
    fact = page[page.index("<dt>办结</dt>") :][:400]
    assert "前办结" not in fact
    assert "未按承诺办结" in fact
    assert "承诺" in fact
    for path in ("/grievances", "/shortfalls"):
        page = await site.resident.open(path)
        assert "未按承诺办结" in page
        assert "前办结" in page


async def test_a_shortfall_before_its_promised_time_does_not_read_as_broken_already(site: Site) -> None:
    number, _ = await reported(site.resident)
    now = clock.now()
    await Grievance.filter(number=number).update(
        status=GrievanceStatus.SHORTFALL, accepted_at=now, review_at=now, resolution_due_at=now + timedelta(days=3)
    )
    for path in ("/grievances", "/shortfalls", f"/grievances/{number}"):
        page = await site.resident.open(path)
        assert "未按承诺办结" not in page
        assert "到时办不了" in page
    assert re.search("原承诺 .*前办结，现在办不了", await site.resident.open("/grievances"))
    site.resident.http.cookies.set("lang", "en")
    english = await site.resident.open("/shortfalls")
    assert "not to be done by then" in english
    assert "promise not kept" not in english


async def test_a_rating_that_is_changed_is_told_as_one(site: Site) -> None:
    number, secret = await reported(site.resident)
    now = clock.now()
    await Grievance.filter(number=number).update(status=GrievanceStatus.RESOLVED, accepted_at=now, resolved_at=now)
    tracked = {"number": number, "secret": secret, "is_solved": True}
    for stars, words in ((3, ""), (5, "后来又来看过，很好")):
        await rate_tracked_grievance(ANONYMOUS, {**tracked, "stars": stars, "words": words})
        page = await site.resident.open(f"/grievances/{number}")
        assert page.count('<span class="what">已结案</span>') == 1
    assert page.count("反映人改了评价") == 1
    site.resident.http.cookies.set("lang", "en")
    again = await site.resident.open(f"/grievances/{number}")
    assert again.count("The reporter has changed the rating") == 1


async def test_what_is_not_ones_own_is_shown_once_and_called_what_it_is(site: Site) -> None:
    number, _ = await reported(site.resident)
    own = await site.dispatcher.open(f"/staff/grievances/{number}")
    other = await site.stranger.open(f"/staff/grievances/{number}")
    masked = "三单元楼道灯坏了两天"
    assert "反映人原话" in own
    assert "反映人原话" not in other
    assert "反映内容（公开版）" in other
    assert other.count(masked) == 1


async def test_the_public_list_is_narrowed_to_a_place_by_its_form_and_shows_what_is_urgent(site: Site) -> None:
    number, _ = await reported(site.resident)
    await Grievance.filter(number=number).update(urgency="critical")
    page = await site.resident.open("/grievances")
    assert re.search(r'<select[^>]*name="within"', page)
    assert f'<option value="{FENGGANG}">' in page
    assert re.search(r'class="tag late">[^<]*特急', page)
    page = await site.resident.open(f"/grievances?within={FENGGANG}")
    assert f'<option value="{FENGGANG}" selected' in page
    assert number in page
    for name in ("within", "division"):
        assert number not in await site.resident.open(f"/grievances?{name}={SUIYANG}")


async def test_whether_a_promise_was_kept_stands_in_the_list_of_what_is_done(site: Site) -> None:
    number, _ = await reported(site.resident)
    now = clock.now()
    done = {"status": GrievanceStatus.CLOSED, "accepted_at": now, "resolved_at": now}
    await Grievance.filter(number=number).update(**done)
    assert "按时" in await _row(site)
    await Grievance.filter(number=number).update(resolution_due_at=now - timedelta(hours=1))
    assert "超时" in await _row(site)


async def _row(site: Site) -> str:
    page = await site.resident.open("/grievances")
    return page[page.index('id="results"') : page.index("</ul>", page.index('id="results"'))]


async def test_what_ended_without_a_resolution_shows_what_was_promised(site: Site) -> None:
    number, secret = await reported(site.resident)
    tracked = f"/track/{number}/{secret.replace('-', '')}"
    await site.resident.open(tracked)
    await site.resident.send(f"{tracked}/withdrawal")
    page = await site.resident.open(f"/grievances/{number}")
    facts = page[page.index("<dt>首次答复</dt>") :]
    assert facts.count("到期前已结束") == 1
    await Grievance.filter(number=number).update(resolution_due_at=clock.now() - timedelta(hours=1))
    page = await site.resident.open(f"/grievances/{number}")
    assert "到期前已结束" not in page
    assert "超时" in page[page.index("<dt>办结</dt>") :][:300]


@pytest.mark.parametrize(
    ("status", "is_there"),
    [("shortfall", True), ("returned", True), ("on_hold", True), ("resolved", False), ("redirected", False)],
)
async def test_what_is_not_done_near_one_has_shortfalls_and_what_was_returned(
    site: Site, status: str, is_there: bool
) -> None:
    number, _ = await reported(site.resident)
    now = clock.now()
    values = {"resolved_at": now, "review_at": now, "hold_until": now}
    await Grievance.filter(number=number).update(status=GrievanceStatus(status), **values)
    assert (number in await site.resident.open(f"/grievances?state=open&within={FENGQUAN}")) is is_there


async def test_the_public_history_shows_what_a_step_changed(site: Site) -> None:
    number, _ = await reported(site.resident)
    county = await place.person("county", Role.DISPATCHER, FENGGANG)
    row = await take(county, "change_level", await Grievance.get(number=number), urgency="planned", category="gas")
    page = unescape(await site.resident.open(f"/grievances/{number}"))
    assert "级别：一般 → 长期" in page
    assert "类别：楼道与路灯照明 → 燃气" in page
    assert f"→ {datetime_(row.resolution_due_at)}" in page


async def test_an_answer_by_telephone_is_taken_down_and_what_is_assigned_wrongly_goes_to_the_right_body(
    site: Site,
) -> None:
    number, _ = await reported(site.resident)
    work = f"/staff/grievances/{number}"
    await site.dispatcher.open(work)
    await site.dispatcher.send(f"{work}/question", reason="请问是几单元？")
    assert "请填写这一项" in await site.dispatcher.send(f"{work}/answer-taken", answer="")
    await site.dispatcher.send(f"{work}/answer-taken", answer="三单元二楼，电话 13800001234")
    row = await Grievance.get(number=number)
    assert row.status is GrievanceStatus.SUBMITTED
    page = await site.resident.open(f"/grievances/{number}")
    assert "三单元＊＊＊，电话 ＊＊＊" in page
    assert "代录反映人的答复" in page
    dispatcher = await place.person("second", Role.DISPATCHER, FENGQUAN)
    row = await take(dispatcher, "assign", await take(dispatcher, "accept", row), assignee_id=dispatcher.person_id)
    row = await take(dispatcher, "redirect", row, body="遵义供电局", reason="属供电设施")
    assert row.status is GrievanceStatus.REDIRECTED


@pytest.mark.parametrize(
    "steps",
    [
        *(("accept", one, "withdraw") for one in ("hold", "return", "list_shortfall")),
        ("accept", "hold", "resume", "resolve", "close"),
        ("accept", "hold", "list_shortfall", "resolve", "rate"),
        ("accept", "hold", "resume", "resolve", "reopen", "accept", "hold", "resume", "resolve", "close"),
    ],
)
async def test_why_it_rested_or_waited_is_history_once_it_is_over(site: Site, steps: tuple[str, ...]) -> None:
    number, _ = await reported(site.resident)
    dispatcher = await place.person("second", Role.DISPATCHER, FENGQUAN)
    row = await know_secret(await Grievance.get(number=number))
    for verb in steps:
        row = await take(dispatcher, verb, row)
    assert (row.reason, row.hold_reason, row.hold_until, row.review_at) == ("", None, None, None)
    facts = (await site.resident.open(f"/grievances/{number}")).partition('<dl class="facts">')[2].partition("</dl>")[0]
    assert "<dt>原因</dt>" not in facts
    assert not {"家中无人", "要等片区改造", "请问是几单元？"} & set(re.findall(r">([^<>]+)<", facts))


async def test_hiding_and_publishing_again_both_ask_for_a_reason_that_stays_among_staff(site: Site) -> None:
    number, _ = await reported(site.resident)
    work = f"/staff/grievances/{number}"
    for is_public, reason in ((False, "有门牌号"), (True, "门牌号已遮盖")):
        page = await site.dispatcher.open(work)
        form = page.partition(f'action="{work}/visibility"')[2].partition("</form>")[0]
        assert re.search(r'<textarea[^>]*name="reason"[^>]* required', form)
        assert "写进诉求的办理记录" in form
        assert "请填写这一项" in await site.dispatcher.send(f"{work}/visibility", reason="")
        assert site.dispatcher.status == 422
        assert (await Grievance.get(number=number)).is_public is not is_public
        page = await site.dispatcher.send(f"{work}/visibility", reason=reason)
        assert reason in page[page.index('id="history"') :]
        assert (await Grievance.get(number=number)).is_public is is_public
        entry = await AuditEntry.filter(operation="set_grievance_visibility").order_by("-id").first()
        assert entry is not None
        assert entry.changes["is_public"] == [not is_public, is_public]
    assert "门牌号已遮盖" not in await site.resident.open(f"/grievances/{number}")


async def test_what_was_passed_to_the_wrong_body_is_taken_back(site: Site) -> None:
    number, secret = await reported(site.resident)
    work = f"/staff/grievances/{number}"
    assert f"{work}/recall" not in await site.dispatcher.open(work)
    await site.dispatcher.send(f"{work}/redirection", body="遵义供电局", reason="属供电设施")
    assert "遵义供电局" in await site.resident.open(f"/grievances/{number}")
    assert "请填写这一项" in await site.dispatcher.send(f"{work}/recall", reason="")
    await site.dispatcher.send(f"{work}/recall", reason="供电局答复不属其管理")
    row = await Grievance.get(number=number)
    assert row.status is GrievanceStatus.ACCEPTED
    page = await site.resident.open(f"/grievances/{number}")
    assert "转办已收回，仍由本处办理" in page
    assert "供电局答复不属其管理" in page
    assert "责任单位" not in page
    assert "安排谁来办" in await site.resident.open(f"/track/{number}/{secret}")
