"""Reports that a person looks at first: danger does not wait in line, and whoever places a report finds where it belongs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.divisions.models import Division, DivisionLevel
from civicgraph.graph.engine import Engine
from civicgraph.grievances import operations, waiting_reminders
from civicgraph.grievances.gazetteer import Gazetteer, metres, nearest
from civicgraph.grievances.models import Channel, Grievance, HeldReport, Urgency
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import Forbidden, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.grievances.conftest import words
from tests.grievances.test_letters import letter, passed_on, post  # noqa: F401
from tests.grievances.test_open311 import checked, key, sent  # noqa: F401
from tests.grievances.test_reminders import tick, told
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN

assert waiting_reminders  # whoever builds the schema registers them; some of these tests do without it
DANGER = "厨房煤气漏气味道很大"
SPAM = "代开各类发票，加微信 abc123456，秒到账"
POINT = "27.956200, 107.716100"


async def unplaced(**values: Any) -> HeldReport:
    """A report from a partner that says no community, as it waits."""
    given = {"division_code": place.CITY, "channel": Channel.OPEN311, "description": DANGER, "category": "gas"}
    answer = await operations.file_grievance(ANONYMOUS, words(**{**given, "point": POINT, **values}))
    return await HeldReport.get(number=answer["number"])


async def later(row: HeldReport) -> list[str]:
    """Who was told since it came in: sign-in names."""
    names = {one.id: one.username for one in await Person.all()}
    rows = await InboxMessage.filter(subject__contains="还没有人归口").order_by("id")
    return [names[one.person_id] for one in rows]  # type: ignore[attr-defined]


# Whoever tells of danger ----------------------------------------------------------------------


async def test_a_partner_s_report_of_danger_without_a_place_promises_half_an_hour_and_names_the_numbers(
    client: httpx.AsyncClient,
    key: str,  # noqa: F811
) -> None:
    before = clock.now()
    given = {
        "service_code": "gas",
        "description": DANGER,
        "address_id": "",
        "address_string": "",
        "attribute[since]": "",
    }
    told_then = checked(await sent(client, key, "xml", **given))["request"][0]
    assert "119" in told_then["service_notice"]
    row = await HeldReport.get()
    assert (row.danger, row.rank) == ("gas", 0)
    assert row.due_at is not None
    assert timedelta(minutes=30) <= row.due_at - before < timedelta(minutes=31)
    page = (await client.get("/track/" + told_then["service_notice"].split("/track/")[1].split()[0].rstrip("。"))).text
    assert "这可能有危险" in page
    assert 'href="tel:119"' in page
    assert "不分昼夜" in page
    assert "一个工作日" not in page


async def test_a_letter_of_danger_has_the_numbers_on_its_page_and_over_graphql(
    post: httpx.AsyncClient,  # noqa: F811
    engine: Engine,
) -> None:
    await passed_on(post, letter("我家煤气泄漏", subject="救命").as_bytes())
    row = await HeldReport.get()
    assert (row.danger, row.contact_email_masked) == ("gas", "c***@example.cn")
    spam = await operations.file_grievance(ANONYMOUS, words(description=SPAM))
    page = (await post.get(f"/track/{spam['number']}/{spam['tracking_secret'].replace('-', '')}")).text
    assert "一个工作日" in page
    assert "这可能有危险" not in page
    other = await unplaced_answer()
    query = (
        "query($n: String!, $s: String!) {trackedHeldReport(number: $n, secret: $s) {danger emergencyNumbers dueAt}}"
    )
    given = {"n": other["number"], "s": other["tracking_secret"]}
    found = await engine.read(query, given, ANONYMOUS)
    mine = found["trackedHeldReport"]
    assert (mine["danger"], mine["emergencyNumbers"][0]) == ("gas", "119")
    assert mine["dueAt"]


async def unplaced_answer(**contact: str) -> dict[str, Any]:
    """What the sender of one is answered."""
    given = {"division_code": place.CITY, "channel": Channel.OPEN311, "description": DANGER, "category": "gas"}
    return dict(await operations.file_grievance(ANONYMOUS, words(**given, **contact)))


# The clock -------------------------------------------------------------------------------------


async def test_danger_without_a_place_is_told_again_and_above_until_somebody_places_it(city: None) -> None:
    await place.person("centre", Role.DISPATCHER, place.CITY)
    county = await place.person("county", Role.SUPERVISOR, FENGGANG)
    row = await unplaced(division_code=FENGGANG)
    assert row.due_at is not None
    assert [name for name, _ in await told("险情")] == ["county"]
    step = row.due_at - row.created_at
    await tick(row.created_at + step * 0.7)
    assert await later(row) == []
    await tick(row.created_at + step * 0.8)
    assert await later(row) == ["county"]
    for _ in range(2):
        await tick(row.due_at)
    assert await later(row) == ["county"] * 2
    await tick(row.due_at + step - timedelta(seconds=1))
    assert await later(row) == ["county"] * 2
    expected = ["county"] * 2
    for steps in (1, 2, 3, 4):
        await tick(row.due_at + step * steps)
        expected.append("centre")
        assert await later(row) == expected
    await operations.release_report(county, {"number": row.number, "division_code": FENGQUAN})
    for steps in (5, 6):
        await tick(row.due_at + step * steps)
    assert await later(row) == expected
    assert not await Deadline.filter(subject_type="HeldReport", state=DeadlineState.PENDING).exists()
    assert (await Grievance.get()).urgency is Urgency.CRITICAL


async def test_at_the_top_the_same_people_are_told_again_at_once_and_their_robots_until_it_is_dropped(
    city: None,
) -> None:
    centre = await place.person("centre", Role.DISPATCHER, place.CITY, email="centre@example.cn")
    row = await unplaced()
    assert row.due_at is not None
    step = row.due_at - row.created_at
    for steps in range(4):
        await tick(row.due_at + step * steps)
    assert await later(row) == ["centre"] * 4
    mails = await OutboxMessage.filter(template="report_unplaced")
    assert len(mails) == 4
    assert all(one.is_critical for one in mails)
    await operations.drop_report(centre, {"number": row.number, "reason": "误报"})
    await tick(row.due_at + step * 9)
    assert len(await later(row)) == 4


async def test_the_clock_of_danger_is_the_critical_level_s_of_the_four_level_list_there(city: None) -> None:
    admin = await place.person("admin", Role.ADMINISTRATOR, place.CITY)
    policy = {"division_code": place.CITY, "urgency": "critical", "category": "", "response_minutes": 10}
    await operations.set_urgency_policy(admin, {**policy, "resolution_minutes": 60, "version": 0})
    row = await unplaced()
    assert row.due_at == row.created_at + timedelta(minutes=10)


async def test_when_the_promised_working_day_is_over_its_dispatchers_are_told_of_all_together_once_a_day(
    city: None, dispatcher: Actor
) -> None:
    with clock.override(datetime.fromisoformat("2026-05-26T15:00+08:00")):
        for number in range(3):
            await operations.file_grievance(ANONYMOUS, words(description=f"{SPAM}{number}"))
    due_at = datetime.fromisoformat("2026-05-27T15:00+08:00")
    assert {one.due_at for one in await HeldReport.all()} == {due_at}
    await tick(due_at - timedelta(seconds=1))
    assert await told("待审核") == []
    for _ in range(2):
        await tick(due_at)
    assert await told("待审核") == [("dispatcher", "有 3 件待审核的诉求超过了承诺的一个工作日")]
    first = await HeldReport.first()
    assert first
    await operations.drop_report(dispatcher, {"number": first.number, "reason": "广告"})
    await tick(due_at + timedelta(days=1))
    assert (await told("待审核"))[1:] == [("dispatcher", "有 2 件待审核的诉求超过了承诺的一个工作日")]


# The desk --------------------------------------------------------------------------------------


async def test_staff_see_where_it_is_and_whom_to_ask_and_danger_stands_on_top(app: Starlette, city: None) -> None:
    centre = await place.person("centre", Role.DISPATCHER, place.CITY)
    await operations.file_grievance(ANONYMOUS, words(description=SPAM))
    given = {"contact_name": "陈阿婆", "contact_phone": "13800001234", "address": "河边第三家"}
    row = await unplaced(**given)
    desk = await signed_in(app, centre)
    page = await desk.open("/staff/held")
    assert page.index(row.number) < page.index("代开各类发票")
    assert "· 代开发票" in page  # what it looks like, not the code of a rule
    for shown in ("特急", "27.956200, 107.716100", "河边第三家", "138****1234", "查看联系方式", "煤气"):
        assert shown in page, shown
    assert "13800001234" not in page
    assert "陈阿婆" not in page
    opened = await desk.send(f"/staff/held/{row.number}/contact-views#held-{row.number}")
    assert 'href="tel:13800001234"' in opened
    assert "陈阿婆" in opened
    entry = await AuditEntry.get(operation="reveal_held_contact")
    assert (entry.subject_id, entry.person_id) == (str(row.id), centre.person_id)  # type: ignore[attr-defined]
    await operations.drop_report(centre, {"number": row.number, "reason": "误报"})
    gone = await HeldReport.get(id=row.id)
    assert (gone.address, gone.contact_phone_masked, gone.latitude_micro, gone.content) == ("", "", None, "")


async def test_graphql_gives_the_same_to_whose_grants_cover_it_alone(engine: Engine, city: None) -> None:
    centre = await place.person("centre", Role.DISPATCHER, place.CITY)
    county = await place.person("county", Role.SUPERVISOR, FENGGANG)
    await operations.file_grievance(ANONYMOUS, words(description=SPAM))
    row = await unplaced(contact_phone="13800001234", address="河边第三家")
    query = """{heldReports(orderBy: DANGER) {nodes {number danger dueAt address latitudeMicro longitudeMicro
      contactPhoneMasked}}}"""
    found = await engine.read(query, {}, centre)
    first = found["heldReports"]["nodes"][0]
    assert (first["number"], first["danger"], first["address"]) == (row.number, "gas", "河边第三家")
    assert (first["latitudeMicro"], first["longitudeMicro"]) == (27_956_200, 107_716_100)
    assert first["contactPhoneMasked"] == "138****1234"
    theirs = await engine.read(query, {}, county)
    assert row.number not in [one["number"] for one in theirs["heldReports"]["nodes"]]
    assert (await operations.reveal_held_contact(centre, {"number": row.number}))["phone"] == "13800001234"
    for one in (county, ANONYMOUS):
        with pytest.raises(Forbidden):
            await operations.reveal_held_contact(one, {"number": row.number})


# Where it belongs ------------------------------------------------------------------------------


async def _heping() -> tuple[str, str]:
    """Two communities of one name in two counties."""
    codes = (f"{LONGQUAN}902", f"{HONGQIAO[:9]}002")
    for code in codes:
        names = {"name": "和平社区居民委员会", "short_name": "和平社区", "pinyin": "Heping"}
        await Division.create(code=code, level=DivisionLevel.COMMUNITY, parent_id=code[:9], **names)
    return codes


async def test_each_entry_proposes_what_its_words_name_and_what_lies_nearest_to_its_point(
    app: Starlette, city: None
) -> None:
    ours, theirs = await _heping()
    for code, point in ((ours, "27.9570, 107.7160"), (theirs, "28.2000, 107.2000"), (FENGQUAN, "27.9700, 107.7200")):
        await operations.file_grievance(ANONYMOUS, words(division_code=code, point=point))
    desk = await signed_in(app, await place.person("centre", Role.DISPATCHER, place.CITY))
    by_point = await unplaced()
    page = await desk.open("/staff/held")
    assert page.index("凤冈县 · 龙泉街道 · 和平社区（约 0.1 公里）") < page.index(
        "凤冈县 · 龙泉街道 · 凤泉社区（约 1.6 公里）"
    )
    assert "绥阳县" not in page
    assert page.count("<option") < 10
    await desk.send(f"/staff/held/{by_point.number}/release", division_code=ours)
    await unplaced(point="", description="和平社区厨房煤气漏气")
    page = await desk.open("/staff/held")
    assert ("凤冈县 · 龙泉街道 · 和平社区" in page, "绥阳县 · 风华镇 · 和平社区" in page, "公里" in page) == (
        True,
        True,
        False,
    )
    assert (await Grievance.get(number=by_point.number)).division_id == ours


async def test_a_name_or_code_places_it_and_where_several_have_the_name_they_are_offered(
    app: Starlette, city: None
) -> None:
    ours, theirs = await _heping()
    desk = await signed_in(app, await place.person("centre", Role.DISPATCHER, place.CITY))
    row = await unplaced()
    release = f"/staff/held/{row.number}/release"
    await desk.open("/staff/held")
    page = await desk.send(release, place="没有的社区")
    assert (desk.status, "没有这个名称" in page) == (422, True)
    page = await desk.send(release, place="heping")
    assert (desk.status, "有几个同名的地方" in page) == (422, True)
    assert f'value="{ours}"' in page
    assert f'value="{theirs}"' in page
    page = await desk.send(release, place="和平社区", division_code=FENGQUAN)
    assert (desk.status, "不是同一个" in page) == (422, True)
    await desk.send(release, place="和平社区", division_code=theirs)
    assert (await Grievance.get(number=row.number)).division_id == theirs
    for typed, code in (("凤泉社区", FENGQUAN), (ours, ours), ("绥阳县和平社区", theirs)):
        row = await unplaced(idempotency_key=f"another one of them {code}")
        await desk.open("/staff/held")
        await desk.send(f"/staff/held/{row.number}/release", place=typed)
        assert (await Grievance.get(number=row.number)).division_id == code


async def test_step_by_step_one_comes_from_the_county_to_the_community_and_back(app: Starlette, city: None) -> None:
    desk = await signed_in(app, await place.person("centre", Role.DISPATCHER, place.CITY))
    row = await unplaced()
    here = f"/staff/held/{row.number}/place"
    assert f"{here}?choose=1" in await desk.open("/staff/held")
    for code in (FENGGANG, LONGQUAN):
        page = await desk.open(f"{here}?choose=1&division={code[:-3] if code == LONGQUAN else place.CITY}")
        assert f"division={code}" in page
    assert f"{here}?division={FENGQUAN}" in await desk.open(f"{here}?choose=1&division={LONGQUAN}")
    led = await desk.http.get(f"{here}?division={FENGQUAN}")
    assert (led.status_code, led.headers["location"].partition("#")[2]) == (303, f"held-{row.number}")
    page = await desk.open(led.headers["location"])
    assert f'value="{FENGQUAN}" checked' in page
    await desk.send(f"/staff/held/{row.number}/release")
    assert (await Grievance.get(number=row.number)).division_id == FENGQUAN


async def test_who_dispatches_for_a_county_is_offered_its_communities_alone(app: Starlette, city: None) -> None:
    ours, theirs = await _heping()
    county = await place.person("county", Role.SUPERVISOR, FENGGANG)
    desk = await signed_in(app, county)
    row = await unplaced(division_code=FENGGANG, description="和平社区厨房煤气漏气")
    page = await desk.open("/staff/held")
    assert (f'value="{ours}"' in page, f'value="{theirs}"' in page) == (True, False)
    await desk.send(f"/staff/held/{row.number}/release", place=theirs)
    assert desk.status == 422


async def test_names_and_distances(city: None) -> None:
    ours, theirs = await _heping()
    known = await Gazetteer.below(place.CITY)
    assert known.called("和平") == sorted([ours, theirs])
    assert known.called("绥阳县 和平社区") == known.called("绥阳县和平社区居民委员会") == [theirs]
    assert known.called("  ") == []
    assert known.in_words("凤冈县和平社区") == [ours]
    assert [one.code for one in known.way_to(ours)] == [FENGGANG, LONGQUAN, ours]
    assert 1_100 < metres((27_000_000, 107_000_000), (27_010_000, 107_000_000)) < 1_120
    points = {"near": (27_000_000, 107_000_000), "far": (28_000_000, 107_000_000)}
    assert [code for code, _ in nearest((27_000_100, 107_000_000), points, ["near", "far", "unknown"])] == ["near"]


# Its sender -----------------------------------------------------------------------------------


async def test_who_sent_it_says_where_it_is_and_reads_why_it_was_dropped(app: Starlette, city: None) -> None:
    answer = await unplaced_answer()
    row = await HeldReport.get(number=answer["number"])
    sender, own = visit(app), f"/track/{answer['number']}/{answer['tracking_secret'].replace('-', '')}"
    assert "没说清在哪里" in await sender.open(own)
    await sender.send(f"{own}/where", address="")
    assert sender.status == 422
    desk = await signed_in(app, await place.person("centre", Role.DISPATCHER, place.CITY))
    assert "凤冈县 · 龙泉街道 · 凤泉社区" not in await desk.open("/staff/held")
    await sender.open(own)
    assert "工作人员会看到地点" in await sender.send(f"{own}/where", address="龙泉街道凤泉社区3栋")
    row = await HeldReport.get(id=row.id)
    assert row.address.startswith("龙泉街道凤泉社区3栋")
    assert "凤泉" not in str([one.changes for one in await AuditEntry.all()])
    page = await desk.open("/staff/held")
    assert "凤冈县 · 龙泉街道 · 凤泉社区" in page
    await desk.send(f"/staff/held/{row.number}/drop", reason="与三天前的诉求重复")
    page = await sender.open(own)
    assert "没有受理：与三天前的诉求重复" in page
    assert "在哪里？" not in page


@pytest.mark.parametrize(
    ("cause", "said", "is_told"),
    [
        ("place", None, True),
        ("place", True, False),
        ("spam", None, False),
        ("flood", None, False),
        ("spam", False, True),
    ],
)
async def test_who_sent_what_is_dropped_is_told_by_mail_unless_it_is_advertising(
    city: None, cause: str, said: bool | None, is_told: bool
) -> None:
    answer = await unplaced_answer(contact_email="chen@example.cn")
    await HeldReport.filter(number=answer["number"]).update(cause=cause)
    centre = await place.person("centre", Role.DISPATCHER, place.CITY)
    given = {"number": answer["number"], "reason": "与三天前的诉求重复，请打 13800001234"}
    await operations.drop_report(centre, {**given, "is_advertising": said})
    told = await OutboxMessage.filter(template="report_dropped")
    assert [crypto.decrypt(one.address) for one in told] == ["chen@example.cn"] * is_told
    for one in told:
        subject, text = render_message(one.template, one.values, one.locale)
        assert answer["number"] in subject
        assert "与三天前的诉求重复，请打 ＊＊＊" in text
        assert "tracking" not in str(one.values)


async def test_who_drops_it_reads_whether_its_sender_is_written_to(app: Starlette, city: None) -> None:
    desk = await signed_in(app, await place.person("centre", Role.DISPATCHER, place.CITY))
    for email, cause in (("chen@example.cn", "place"), ("spam@example.cn", "spam")):
        number = (await unplaced_answer(contact_email=email))["number"]
        await HeldReport.filter(number=number).update(cause=cause)
        page = await desk.open("/staff/held")
        form = page.partition(f'action="/staff/held/{number}/drop"')[2].partition("</form>")[0]
        assert (" checked" in form) is (cause == "spam")
        ticked = {"is_advertising": "true"} if cause == "spam" else {}
        await desk.send(f"/staff/held/{number}/drop", reason="不是诉求", **ticked)
    told = await OutboxMessage.filter(template="report_dropped")
    assert [crypto.decrypt(one.address) for one in told] == ["chen@example.cn"]


async def test_where_it_is_is_kept_when_it_is_placed_and_strangers_cannot_say_it(city: None) -> None:
    answer = await unplaced_answer()
    given = {"number": answer["number"], "secret": answer["tracking_secret"], "address": "凤泉社区3栋"}
    with pytest.raises(NotFound):
        await operations.tell_where(ANONYMOUS, {**given, "secret": "X" * 18})
    await operations.tell_where(ANONYMOUS, given)
    centre = await place.person("centre", Role.DISPATCHER, place.CITY)
    filed = await operations.release_report(centre, {"number": answer["number"], "division_code": FENGQUAN})
    assert filed.address.startswith("凤泉社区3栋")
    with pytest.raises(Unavailable):
        await operations.tell_where(ANONYMOUS, given)
