"""The register's figures: they follow the days of facts, and what changes today changes nothing that was."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.divisions.models import Division
from civicgraph.enterprises import operations
from civicgraph.enterprises.figures import keeping
from civicgraph.enterprises.figures.counting import (
    OLDEST,
    Change,
    History,
    Key,
    Listed,
    before,
    contribution,
    count,
    last_day,
    quarter_of,
)
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.rounds import close_when_settled
from civicgraph.graph.engine import Engine
from civicgraph.graph.sums import BadSlice
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from tests.enterprises.conftest import CASES, Enter, another
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGHUA, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG

DAYS = some.dates(date(2021, 1, 1), date(2026, 6, 30))
PLACES, INDUSTRIES = (
    some.sampled_from([FENGQUAN, HONGQIAO, FENGGANG]),
    some.sampled_from(["19", "1922", "20", "651", "C"]),
)


@some.composite
def histories(draw: Any) -> History:
    """Random enterprises that move, change what they do, close and open, and come on lists and go."""
    founded = draw(DAYS)
    days = sorted(draw(some.lists(some.dates(founded, date(2026, 12, 31)), max_size=3)))
    state = {
        "division": draw(PLACES),
        "industry": draw(INDUSTRIES),
        "status": draw(some.sampled_from(["active", "closed"])),
    }
    changes: list[Change] = []
    for day in reversed(days):  # from what it is back to what it was
        fact = draw(some.sampled_from(sorted(state)))
        pool = {"division": PLACES, "industry": INDUSTRIES, "status": some.sampled_from(["active", "closed"])}[fact]
        after = next((one.before for one in reversed(changes) if one.fact == fact), state[fact])
        changes.append(Change(day, fact, draw(pool), after))
    begins = draw(some.one_of(some.none(), DAYS))
    ends = draw(some.one_of(some.none(), some.integers(0, 900)))
    listed = (Listed("four_above", begins, None if ends is None else begins + timedelta(ends)),) if begins else ()
    return History(
        state["division"],
        state["industry"],
        state["status"],
        draw(some.booleans()),
        founded,
        tuple(reversed(changes)),
        listed,
    )


def was(one: History, day: date) -> tuple[str, str, str]:
    """Place, industry and status on a day: what it is now, without what changed later."""
    state = {"division": one.division_id, "industry": one.industry_id, "status": one.status}
    for change in reversed(one.changes):
        if change.on > day:
            state[change.fact] = change.before
    return state["division"], state["industry"], state["status"]


@given(
    one=histories(),
    quarter=some.sampled_from([f"{year}Q{number}" for year in range(2021, 2027) for number in (1, 2, 3, 4)]),
)
def test_the_sum_of_cells_is_what_a_look_at_the_dated_facts_says(one: History, quarter: str) -> None:
    day = last_day(quarter)
    found = contribution(one)
    for of in ("", "four_above"):
        listed = [one_list for one_list in one.listings if one_list.listed_on <= day <= (one_list.delisted_on or day)]
        is_on = bool(listed) if of else one.counted_from <= day
        division, industry, status = was(one, day)
        for code, kind in (
            (CITY, ""),
            (FENGGANG, ""),
            (SUIYANG, industry[:2]),
            (FENGGANG, industry[:2]),
            (FENGHUA, ""),
        ):
            expected = int(is_on and status != "closed" and division.startswith(code))
            total = sum(
                number * (1, -1)[step]
                for (key, step), number in found.items()
                if step < 2
                and (key.division_id, key.list, key.industry) == (code, of, kind)
                and "" < key.quarter <= quarter
            )
            assert total == expected, (of, code, kind)


@given(one=histories())
def test_what_nothing_happened_to_is_counted_by_a_short_way_alike(one: History) -> None:
    plain = one._replace(changes=(), listings=())
    cells: dict[Key, list[int]] = {}
    for (key, step), number in contribution(plain).items():
        cells.setdefault(key, [0, 0, 0])[step] += number
    assert count([(plain, 1)]) == {key: tuple(numbers) for key, numbers in cells.items()}


FIGURES = """query($in: DivisionCode!, $list: EnterpriseList, $from: String, $to: String) {
  enterpriseFigures(within: $in, list: $list, fromQuarter: $from, toQuarter: $to) {
    count joined departed shown quarter byList { list count } bySection { industry { code } count }
    byDivision { division { code } count } byQuarter { quarter count } byIndustry { industry { code } count } } }"""


async def told(engine: Engine, **variables: Any) -> dict[str, Any]:
    found = await engine.read(FIGURES, {"in": CITY, **variables}, ANONYMOUS)
    return found["enterpriseFigures"]


async def test_a_past_quarter_stays_as_it_was_whatever_changes_today(
    enter: Enter, editor: Actor, engine: Engine
) -> None:
    row = await enter()
    await enter(credit_code=another(2), listings=[{"list": "designated_size", "listed_on": "2025-02-01"}])
    before = await told(engine, to="2026Q1")
    assert before["count"] == 2
    of_list = await told(engine, to="2025Q1", list="DESIGNATED_SIZE")
    year = await told(engine, **{"from": "2024Q2", "to": "2025Q1"}, list="DESIGNATED_SIZE")
    assert (of_list["count"], year["count"]) == (2, 1)
    row = await operations.set_enterprise_status(editor, {"id": row.id, "version": 1, "status": "closed"})
    values = {**CASES, "credit_code": another(2), "industry_code": "20"}
    today = quarter_of(clock.today())
    listings = [{"list": "designated_size", "listed_on": "2025-02-01", "delisted_on": str(clock.today())}]
    await operations.update_enterprise(editor, {**values, "id": row.id + 1, "version": 1, "listings": listings})
    assert await told(engine, to="2026Q1") == before
    assert await told(engine, to="2025Q1", list="DESIGNATED_SIZE") == of_list
    now = await told(engine)
    assert (now["count"], now["shown"]) == (1, 2)
    assert (await told(engine, to=today))["count"] == 1
    assert await keeping.recount() == 0


async def test_figures_stand_on_a_page_and_in_a_sheet(app: Starlette) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    await operations.create_enterprise(editor, CASES)
    browser = visit(app)
    text = await browser.open("/enterprises/figures?quarter=2024Q1")
    for words in ("2024 年第 1 季度", "规上企业", "制造业", "凤冈县", "+1"):
        assert words in text, words
    sheet = await browser.open("/enterprises/figures.csv?quarter=2024Q1&list=designated_size")
    assert "遵义市,1,1" in sheet
    assert "按行业大类" not in text
    of_section = await browser.open("/enterprises/figures?quarter=2024Q1&industry=C")
    assert "按行业大类" in of_section  # a section of industry, in its divisions
    assert "皮革" in of_section.split("按行业大类")[-1]
    assert "大类,皮革、毛皮、羽毛及其制品和制鞋业,1,0" in await browser.open(
        "/enterprises/figures.csv?quarter=2024Q1&industry=C"
    )
    assert "这里还没有数字" in await browser.open(f"/enterprises/figures?quarter=2024Q1&within={SUIYANG}")
    await browser.http.aclose()


QUARTERS = """query($in: DivisionCode!, $list: EnterpriseList, $from: String, $to: String) {
  enterpriseFigures(within: $in, list: $list, fromQuarter: $from, toQuarter: $to) { byQuarter { quarter count } } }"""


async def test_quarters_in_which_nothing_changed_stand_as_those_before_them(app: Starlette, engine: Engine) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    listings = [{"list": "four_above", "listed_on": "2025-02-01", "delisted_on": "2025-11-01"}]
    await operations.create_enterprise(editor, {**CASES, "established_on": "2023-05-01", "listings": listings})

    async def series(**variables: Any) -> list[tuple[str, int]]:
        found = (await engine.read(QUARTERS, {"in": CITY, **variables}, ANONYMOUS))["enterpriseFigures"]
        return [(one["quarter"], one["count"]) for one in found["byQuarter"]]

    whole = await series(to="2026Q3")
    assert [quarter for quarter, _ in whole] == [before("2026Q3", back) for back in reversed(range(28))]
    assert whole[0][0] == OLDEST
    assert [count for _, count in whole] == [0] * 14 + [1] * 14
    of_list = await series(to="2026Q3", list="FOUR_ABOVE")
    assert of_list[-8:] == [
        *(("2024Q4", 0), ("2025Q1", 1), ("2025Q2", 1), ("2025Q3", 1)),
        *(("2025Q4", 0), ("2026Q1", 0), ("2026Q2", 0), ("2026Q3", 0)),
    ]
    assert await series(**{"from": "2023Q2", "to": "2023Q4"}) == [("2023Q2", 1), ("2023Q3", 1), ("2023Q4", 1)]
    assert await series(to="2019Q3") == []
    assert (await series())[-1] == (quarter_of(clock.today()), 1)
    assert await series(to="2023Q2") == whole[:15]
    stranger = visit(app)
    chart = (
        (await stranger.open("/enterprises/figures?quarter=2026Q3"))
        .split('<table class="chart">')[1]
        .split("</table>")[0]
    )
    labels = re.findall(r"<th scope=\"row\">(.*?)</th>", chart)
    assert (labels[0], labels[-1], len(labels)) == ("2023 年第 4 季度", "2026 年第 3 季度", 12)
    sheet = await stranger.open("/enterprises/figures.csv?quarter=2026Q3&list=FOUR_ABOVE")
    assert [line.split(",")[1:3] for line in sheet.splitlines() if line.startswith("季度,")][-7:-2] == [
        ["2025 年第 1 季度", "1"],
        ["2025 年第 2 季度", "1"],
        ["2025 年第 3 季度", "1"],
        ["2025 年第 4 季度", "0"],
        ["2026 年第 1 季度", "0"],
    ]
    await Division.filter(code=FENGGANG).update(pinyin="Fenggang")
    stranger.http.cookies.set("lang", "en")
    for address in ("/enterprises/figures", "/enterprises/figures.csv"):
        assert "凤冈县 Fenggang" in await stranger.open(f"{address}?quarter=2026Q3"), address
    await stranger.http.aclose()


async def test_figures_of_what_is_not_there_are_refused_with_words(app: Starlette, engine: Engine) -> None:
    await place.build()
    await load_industries()
    stranger = visit(app)
    for asked, words in {
        "within=999": "没有“999”的数字",
        "list=best": "没有“best”的数字",
        "industry=1922": "没有“1922”的数字",
        "quarter=2099Q1": "2099 年第 1 季度还没有到",
        "quarter=spring": "2026Q1",
    }.items():
        for address in ("/enterprises/figures", "/enterprises/figures.csv"):
            answer = await stranger.http.get(f"{address}?{asked}")
            assert (answer.status_code, words in answer.text) == (422, True), (address, asked)
    for to, words in {"2099Q1": "still to come", "2026Q5": "A quarter is", "": "A quarter is"}.items():
        with pytest.raises(BadSlice, match=words):
            await engine.read(QUARTERS, {"in": CITY, "to": to}, ANONYMOUS)
    with pytest.raises(BadSlice, match="A quarter is"):
        await engine.read(QUARTERS, {"in": CITY, "from": "x"}, ANONYMOUS)
    await stranger.http.aclose()


async def test_services_newly_filled_are_told_alike_by_graphql_page_and_sheet(app: Starlette, engine: Engine) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    given = [
        ("6422", "2022-03-01"),
        ("643", "2024-02-01"),
        ("65", "2023-06-01"),
        ("73", "2023-12-31"),
        ("19", "2024-01-05"),
    ]
    for number, (industry, day) in enumerate(given, 1):  # two kinds of service that were not there a year before
        values = {"credit_code": another(number), "industry_code": industry, "established_on": day, "listings": []}
        await operations.create_enterprise(editor, {**CASES, **values})
    asked = "query($in: DivisionCode!, $of: IndustryCode, $to: String) { enterpriseFigures(within: $in, industry: $of, toQuarter: $to) { filled } }"

    async def filled(**variables: Any) -> int | None:
        found = await engine.read(asked, {"in": CITY, **variables}, ANONYMOUS)
        return found["enterpriseFigures"]["filled"]

    assert await filled(to="2024Q1") == 2
    assert await filled(to="2024Q1", of="I") == 1
    assert await filled(to="2024Q1", of="73") == 1
    assert await filled(to="2024Q1", of="C") == 0
    assert await filled(to="2024Q3") == 1  # 65 was there a year before
    assert await filled(to="2019Q4") == 0
    assert await filled() is None
    with pytest.raises(BadSlice, match="two-digit divisions"):
        await filled(of="643")
    stranger = visit(app)
    page = await stranger.open("/enterprises/figures?quarter=2024Q1")
    assert re.search(r"填补的服务业行业.{0,200}?>2<", page, re.DOTALL), page
    filled = page.split('id="filled"')[1].split("</section>")[0]
    assert re.findall(r'href="/enterprises\?industry=(\d\d)">([^<]+)<', filled) == [
        ("65", "软件和信息技术服务业"),
        ("73", "研究和试验发展"),
    ]
    sheet = await stranger.open("/enterprises/figures.csv?quarter=2024Q1")
    assert all(
        words in sheet for words in ("填补的服务业行业,软件和信息技术服务业,,", "填补的服务业行业,研究和试验发展,,")
    )
    assert 'id="filled"' not in await stranger.open("/enterprises/figures?quarter=2019Q4")
    assert "填补的服务业行业,遵义市,2" in await stranger.open("/enterprises/figures.csv?quarter=2024Q1")
    await stranger.http.aclose()


FILLED = """query($in: DivisionCode!, $of: IndustryCode, $list: EnterpriseList, $to: String) {
  enterpriseFigures(within: $in, industry: $of, list: $list, toQuarter: $to) {
    filled newlyFilled { code } } }"""


async def test_services_newly_filled_are_named_over_graphql_from_the_kept_figures_alone(
    enter: Enter, engine: Engine
) -> None:
    for number, (industry, day) in enumerate(
        [("6422", "2023-05-01"), ("643", "2024-02-01"), ("73", "2022-12-31"), ("19", "2024-01-05")], 1
    ):
        await enter(credit_code=another(number), industry_code=industry, established_on=day, listings=[])

    async def named(**variables: Any) -> list[str]:
        found = (await engine.read(FILLED, {"in": CITY, **variables}, ANONYMOUS))["enterpriseFigures"]
        assert len(found["newlyFilled"]) == (found["filled"] or 0)
        return [one["code"] for one in found["newlyFilled"]]

    assert await named(to="2024Q1") == ["64"]
    assert await named(to="2023Q2") == ["64", "73"]
    assert await named(to="2023Q2", of="M") == ["73"]
    assert await named(to="2023Q2", list="SPECIALISED_SME") == []
    assert await named() == []
    await Enterprise.all().update(industry_id="75")  # what is asked are the kept figures, not the register
    assert await named(to="2024Q1") == ["64"]


async def test_staff_close_a_quarter_and_what_is_entered_later_changes_nothing_of_it(
    app: Starlette, engine: Engine
) -> None:
    await place.build()
    await load_industries()
    county, city = [
        await place.person(name, Role.SUPERVISOR, of) for name, of in (("county", FENGGANG), ("city", CITY))
    ]
    await operations.create_enterprise(county, CASES)
    address, button = "/enterprises/figures?quarter=2024Q1", "/staff/enterprises/quarters"
    page = await signed_in(app, county)
    assert button not in await page.open(address)
    assert "还没有锁定" in page.text
    await page.http.aclose()
    page = await signed_in(app, city)
    await page.open(address)
    text = await page.send(button)
    assert "2024 年第 1 季度的数据已经锁定" in text
    assert "今后录入的内容不再改变它" in text
    assert button not in text
    answer = await page.http.post(
        button, data={"csrf": text.split('name="csrf" value="')[1].split('"')[0], "quarter": "2023Q4"}
    )
    assert "已经锁定" in await page.open(answer.headers["location"])
    before = [await told(engine, to=quarter) for quarter in ("2023Q4", "2024Q1")]
    await operations.create_enterprise(county, {**CASES, "credit_code": another(3), "listings": []})  # founded in 2019
    assert [await told(engine, to=quarter) for quarter in ("2023Q4", "2024Q1")] == before
    assert (await told(engine))["count"] == 2
    await page.http.aclose()


async def test_a_quarter_is_closed_by_itself_once_its_days_for_late_facts_are_over(
    enter: Enter, settings: Settings
) -> None:
    def on(day: str) -> Any:
        return clock.override(datetime.combine(date.fromisoformat(day), time(12), clock.CITY_ZONE))

    with on("2026-02-10"):
        assert await close_when_settled() == ""  # there is no register yet
        await enter()
        await Enterprise.all().update(created_at=clock.now())
        assert await close_when_settled() == ""  # and in the last quarter there was none
    with on("2026-04-30"):
        assert await close_when_settled() == ""
    with on("2026-05-01"):
        configuration.use(settings.model_copy(update={"close_quarter_after_days": 0}))
        assert await close_when_settled() == ""
        configuration.use(settings)
        assert await close_when_settled() == "2026Q1"
        assert await close_when_settled() == ""
    entry = await AuditEntry.filter(operation="close_quarter").get()
    assert entry.actor_kind == "system"


OF_QUARTER = """query ($within: DivisionCode!, $industry: IndustryCode) {
  enterpriseFigures(within: $within, industry: $industry, toQuarter: "2026Q1") {
    count filled bySection { count } byIndustry { count } byDivision { count bySection { count } } byList { bySection { count } }
    byQuarter { bySection { count } } } }"""


async def test_parts_by_industry_are_null_where_nobody_keeps_them(app: Starlette, engine: Engine) -> None:
    await place.build()
    await load_industries()
    await operations.create_enterprise(await place.person("editor", Role.EDITOR, FENGGANG), CASES)

    async def read(within: str, industry: str | None = None) -> Any:
        found = await engine.read(OF_QUARTER, {"within": within, "industry": industry}, ANONYMOUS)
        return found["enterpriseFigures"]

    county, town = await read(FENGGANG), await read(LONGQUAN)
    assert None not in (
        county["filled"],
        county["bySection"],
        county["byIndustry"],
        county["byQuarter"][0]["bySection"],
    )
    assert {one["bySection"] is None for one in county["byDivision"]} == {True}
    assert (town["filled"], town["bySection"], town["byIndustry"]) == (None, None, None)
    assert {one["bySection"] is None for one in town["byQuarter"]} == {True}
    assert {one["bySection"] is None for one in town["byList"]} == {False}  # lists are short: their history is kept
    assert ((await read(FENGGANG, "C"))["byDivision"], (await read(CITY, "C"))["byDivision"] is None) == (None, False)
    visitor = visit(app)
    for within, industry, is_said in (
        (CITY, "", False),
        (FENGGANG, "", False),
        (LONGQUAN, "", True),
        (FENGGANG, "C", True),
    ):
        page = await visitor.open(f"/enterprises/figures?within={within}&industry={industry}&quarter=2026Q1")
        assert visitor.status == 200
        assert ("只保留到县和全市" in page) is is_said, (within, industry)
    await visitor.http.aclose()


async def test_what_is_not_kept_by_industry_is_said_and_not_told_as_none(app: Starlette, engine: Engine) -> None:
    await place.build()
    await load_industries()
    await operations.create_enterprise(await place.person("editor", Role.EDITOR, FENGGANG), CASES)
    document = "query($within: DivisionCode!) { enterpriseFigures(within: $within, industry: %s) { count } }"
    asked = document.replace("%s", '"C", toQuarter: "2026Q1"')
    assert (await engine.read(asked, {"within": FENGGANG}, ANONYMOUS))["enterpriseFigures"] is not None
    with pytest.raises(BadSlice, match="counties and the city"):
        await engine.read(asked, {"within": FENGQUAN}, ANONYMOUS)
    now = await engine.read(document.replace("%s", '"C"'), {"within": FENGQUAN}, ANONYMOUS)
    assert now["enterpriseFigures"] == {"count": 1}
    visitor = visit(app)
    page = await visitor.open(f"/enterprises/figures?within={FENGQUAN}&industry=C")
    assert (visitor.status, "只保留到县和全市" in page, "这里还没有数字" in page) == (422, True, False)
    assert f"/enterprises?within={FENGQUAN}&amp;industry=C" in page
    assert (await visitor.http.get(f"/enterprises/figures.csv?within={FENGQUAN}&industry=C")).status_code == 422
    await visitor.http.aclose()
