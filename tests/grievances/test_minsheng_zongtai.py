"""民声总台, the city's own case: 233 reports come in by the form and by an app, and every door tells the same of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.operations import create_token
from civicgraph.grievances.figures import checking
from civicgraph.permissions import Actor, Role
from tests.graph.test_loop import FILE, WORK, Partner
from tests.grievances.conftest import WORDS, fill
from tests.grievances.test_figures_pages import get, rows
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
DAYS = [NOON - timedelta(days=days) for days in (50, 40, 30, 20, 10, 0)]
"""Days on which reports come in, in three months."""
RECEIVED, COMPLETED = 233, 226
"""In the facts file: 233 received, 97% completed."""
RESOLVE = f"mutation($input: ResolveGrievanceInput!) {{ resolveGrievance(input: $input) {WORK} }}"
PICK = re.compile(r'name="pick" form="bulk" value="([^"]+)"')
RATE = """mutation($input: RateTrackedGrievanceInput!) {
  rateTrackedGrievance(input: $input) { grievance { status } errors { message } } }"""
FIGURES = {
    "received": ("收到", "收到"),
    "responded": ("已响应", ""),
    "respondedInTime": ("按时响应", ""),
    "resolved": ("已办结", ""),
    "resolvedInTime": ("按时办结", ""),
    "closed": ("已结案", ""),
    "open": ("未办结", ""),
    "reopened": ("重新办理", "重新办理"),
    "shortfalls": ("列入短板清单", "列入短板清单"),
    "rated": ("已评价", ""),
    "satisfied": ("满意", ""),
    "unansweredLate": ("超时未答复", ""),
    "openLate": ("超时未办结", "超时未办结"),
    "brokenBefore": ("重新办理前已超时", ""),
    "responseRate": ("响应率", "响应率"),
    "responseInTimeRate": ("按时响应率（已响应件）", ""),
    "resolutionRate": ("办结率", "办结率"),
    "resolutionInTimeRate": ("按时办结率（已办结件）", ""),
    "satisfactionRate": ("满意率", "满意率"),
    "responseOnTimeRate": ("按时答复率（应答复件）", "按时答复"),
    "resolutionOnTimeRate": ("按时办结率（应办结件）", "按时办结率"),
    "medianResponseHours": ("响应用时中位数（小时）", ""),
    "medianResolutionHours": ("办结用时中位数（小时）", ""),
}
"""What each is called in the table for spreadsheets and, where it stands by itself there, on the page."""
TOLD = f"""{{ grievanceFigures(within: "{FENGGANG}") {{ {" ".join(FIGURES)}
  byMonth {{ month {" ".join(FIGURES)} }} byChannel {{ channel {" ".join(FIGURES)} }} }}
  grievances(first: 50, filter: {{within: "{FENGGANG}", status: SHORTFALL}}) {{ totalCount nodes {{ number }} }} }}"""


@dataclass
class Case:
    """One of the reports, by its place among them."""

    place: int
    number: str = ""
    secret: str = ""

    @property
    def is_by_form(self) -> bool:
        """Whether a resident sends the form; an app files the others."""
        return self.place % 16 == 0

    @property
    def is_done(self) -> bool:
        """Whether it can be done now."""
        return self.place % 33 != 31

    @property
    def is_rated(self) -> bool:
        """Whether its reporter says how it was."""
        return self.is_done and self.place % 32 in (16, 17)

    @property
    def category(self) -> str:
        """Resolved after five hours, what gas promises is broken and what lighting promises is kept."""
        return "gas" if self.place % 3 == 0 else "lighting"


@dataclass
class Hotline:
    """Those who report, and those who deal with it."""

    app: Starlette
    dispatcher: Actor
    resident: Browser
    filing: Partner
    working: Partner

    async def day(self, at: datetime, cases: list[Case]) -> None:
        """What comes in on one day: accepted after twenty minutes, resolved after five hours, rated after six."""
        with clock.override(at):
            for case in cases:
                await (self._by_form(case) if case.is_by_form else self._by_app(case))
        with clock.override(at + timedelta(minutes=20)):
            await self._accept()
        with clock.override(at + timedelta(hours=5)):
            await self.resolve([case for case in cases if case.is_done])
        with clock.override(at + timedelta(hours=6)):
            for case in cases:
                if case.is_rated:
                    await self._rate(case)

    async def _by_form(self, case: Case) -> None:
        path = f"/report?division={FENGQUAN}"
        await self.resident.open(path)
        await self.resident.send(path, category=case.category, description=WORDS, compared="1")
        found = re.search(r"/track/(ZY-\d{4}-\w+)/(\w+)", self.resident.text)
        assert found is not None, self.resident.text
        case.number, case.secret = found.groups()

    async def _by_app(self, case: Case) -> None:
        given = {"category": case.category, "divisionCode": FENGQUAN, "description": WORDS, "channel": "API"}
        filed = (await self.filing(FILE, input=given))["fileGrievance"]
        case.number, case.secret = filed["grievance"]["number"], filed["trackingSecret"]

    async def _accept(self) -> None:
        """Page by page, all that is new."""
        desk = await signed_in(self.app, self.dispatcher)
        while picked := PICK.findall(await desk.open("/staff/grievances?view=new")):
            await desk.send("/staff/grievances/bulk", pick=picked, act="accept")
            assert desk.status == 200

    async def resolve(self, cases: list[Case]) -> None:
        """What came by the form on the work page, the rest over GraphQL."""
        desk = await signed_in(self.app, self.dispatcher)
        for case in cases:
            if case.is_by_form:
                work = f"/staff/grievances/{case.number}"
                await desk.open(work)
                await desk.send(f"{work}/resolution", outcome="已修好")
                assert desk.status == 200
            else:
                given = {"number": case.number, "version": 2, "outcome": "已修好"}
                assert (await self.working(RESOLVE, input=given))["resolveGrievance"]["errors"] == []

    async def _rate(self, case: Case) -> None:
        if case.is_by_form:
            await self.say(case, is_solved="true", stars="5")
        else:
            given = {"number": case.number, "secret": case.secret, "isSolved": True, "stars": 4}
            assert (await self.filing(RATE, input=given))["rateTrackedGrievance"]["errors"] == []

    async def say(self, case: Case, **fields: str) -> None:
        """Rate it on the tracking page."""
        tracked = f"/track/{case.number}/{case.secret.replace('-', '')}"
        await self.resident.open(tracked)
        await self.resident.send(f"{tracked}/rating", **fields)
        assert self.resident.status == 200

    async def work(self, case: Case, noun: str, **fields: str) -> None:
        """Take one step on the work page."""
        desk = await signed_in(self.app, self.dispatcher)
        work = f"/staff/grievances/{case.number}"
        await desk.open(work)
        await desk.send(f"{work}/{noun}", **fields)
        assert desk.status == 200, desk.text

    async def told(self) -> dict[str, Any]:
        """What GraphQL tells, once the page, the month's report and the table for spreadsheets have told the same."""
        client = self.resident.http
        found = await self.filing(TOLD)
        whole, lines = found["grievanceFigures"], await rows(client, f"/figures.csv?within={FENGGANG}")
        parts = {("合计", FENGGANG): whole}
        parts |= {("月份", one["month"]): one for one in whole["byMonth"]}
        parts |= {("渠道", one["channel"].lower()): one for one in whole["byChannel"]}
        by_key = {(line["分组"], line["编码"]): line for line in lines}
        for key, of in parts.items():
            wanted = {heading: "" if of[name] is None else of[name] for name, (heading, _) in FIGURES.items()}
            assert {heading: by_key[key][heading] for heading in wanted} == {k: f"{v}" for k, v in wanted.items()}, key
        for path, of in (("/figures", whole), ("/figures/2026-05", whole["byMonth"][-1])):
            text = await get(client, f"{path}?within={FENGGANG}")
            strip = dict(re.findall(r"<dt>([^<]+)</dt> <dd>([\d.—]+)", text))
            for name, (_, label) in FIGURES.items():
                if label:
                    value = f"{of[name] * 100:.1f}" if name.endswith("Rate") else f"{of[name]}"
                    assert strip[label] == value, (label, name)
        listed = await get(client, f"/shortfalls?within={FENGGANG}")
        numbers = [one["number"] for one in found["grievances"]["nodes"]]
        assert re.findall(r'<a href="/grievances/(ZY-[\w-]+)">', listed) == numbers
        return {**whole, "listed": sorted(numbers)}


async def test_97_percent_of_233_are_told_by_the_page_the_report_graphql_and_csv_and_the_rest_stands_as_shortfalls(
    app: Starlette,
) -> None:
    await fill()
    with clock.override(DAYS[0]):
        dispatcher = await place.person("city.dispatcher", Role.DISPATCHER, CITY)
        partner = await place.person("partner", Role.GRID_WORKER, FENGGANG)
        resident = visit(app)
        scopes = {"name": "小程序", "scopes": ["read", "grievances"], "days": 90}
        filing, working = [
            Partner(resident.http, (await create_token(one, scopes))["secret"]) for one in (partner, dispatcher)
        ]
    hotline = Hotline(app, dispatcher, resident, filing, working)
    cases = [Case(number) for number in range(RECEIVED)]
    for number, day in enumerate(DAYS):
        await hotline.day(day, [case for case in cases if case.place * len(DAYS) // RECEIVED == number])

    again = cases[192]  # what gas promises was broken; its reporter says that it is not solved
    with clock.override(NOON + timedelta(hours=7)):
        await hotline.say(again, is_solved="false", stars="1", words="还是不亮")
    with clock.override(NOON + timedelta(hours=8)):
        await hotline.work(again, "acceptance")
        await hotline.resolve([again])

    left = [case for case in cases if not case.is_done]
    with clock.override(NOON + timedelta(days=1)):
        told = await hotline.told()
        page = await get(resident.http, f"/figures?within={FENGGANG}")
    counted = (told["received"], told["resolved"], told["open"], told["resolutionRate"], told["shortfalls"])
    assert counted == (RECEIVED, COMPLETED, len(left), 0.97, 0)
    assert "233 件里，226 件已办结" in page
    assert "还有 7 件没有办结" in page
    assert [one["received"] for one in told["byChannel"] if one["received"]] == [15, 218]
    rated = sum(case.is_rated for case in cases)
    assert (told["rated"], told["satisfied"], told["reopened"], told["brokenBefore"]) == (rated + 1, rated, 1, 1)

    given = {"body": "区住建局", "reason": "要等片区改造", "review_on": "2026-06-20"}
    with clock.override(NOON + timedelta(days=1)):
        for case in left:
            await hotline.work(case, "shortfall", **given)
        told = await hotline.told()
    assert (told["resolved"], told["resolutionRate"], told["open"], told["shortfalls"]) == (COMPLETED, 0.97, 0, 7)
    assert told["listed"] == sorted(case.number for case in left)
    assert await checking.check_all() == 0
