"""Figures: cells that follow every step, equal a recount, and are put right and logged when they do not."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from statistics import median
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from civicgraph import clock, migrations
from civicgraph.graph.engine import Engine
from civicgraph.graph.sums import BadSlice
from civicgraph.grids.models import GridAssignment
from civicgraph.grievances import operations, rules
from civicgraph.grievances.desk.models import Team, TeamKind
from civicgraph.grievances.figures import checking, lateness
from civicgraph.grievances.figures.counting import ENDING, UNCOUNTED, Facts, contribution, difference, vector
from civicgraph.grievances.figures.lateness import count_late
from civicgraph.grievances.figures.models import BOUNDS, COLUMNS
from civicgraph.grievances.models import (
    Channel,
    Grievance,
    GrievanceCell,
    GrievanceStatus,
    GrievanceUpdate,
    LedKind,
    WorkOrder,
)
from civicgraph.grievances.workflow import OPEN
from civicgraph.operations import OperationError
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.web import templating
from tests.grievances.conftest import Report
from tests.grievances.steps import know_secret, take
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG

START = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
USUAL = ("accept", "assign", "start", "resolve", "comment")
RARE = ("rate", "reopen", "hold", "resume", "return", "resubmit", "redirect", "transfer", "merge", "list_shortfall",
        "withdraw", "send_back")  # fmt: skip
CellKey = tuple[str, str, str, str, str, str]
Cells = dict[CellKey, dict[str, int]]
Body = tuple[str, str]
"""The sort and the code of who is in charge."""


async def histories(report: Report, random: Random, number: int) -> None:
    """Grievances of both communities through random steps at random moments, over some months."""
    dispatcher = await place.person("city.dispatcher", Role.DISPATCHER, CITY)
    checker = await place.person("city.checker", Role.DISPATCHER, CITY)
    leads, dice = await who_may_lead(), Random(f"who leads {number}")
    at = START
    for _ in range(number):
        at += timedelta(minutes=random.randint(0, 9_000))
        given = {"category": random.choice(("lighting", "gas", "ent_policy"))}
        given["division_code"] = random.choice((FENGQUAN, HONGQIAO))
        taken = random.choice(({}, {"channel": "phone"}))
        with clock.override(at):
            row = await report(dispatcher if taken else ANONYMOUS, **given, **taken)
        chosen = partial(dice.choice, leads[row.division_id])
        await walk((dispatcher, checker), await know_secret(row), random, at, chosen)


async def who_may_lead() -> dict[str, list[dict[str, int]]]:
    """By community, whom a grievance can be given to: nobody, a grid worker, a colleague, or a team of some level."""
    teams = [
        await Team.create(division_id=code, name=f"{code}的{kind.value}", kind=kind)
        for code, kind in ((FENGQUAN, TeamKind.PROPERTY), (LONGQUAN, TeamKind.VOLUNTEERS), (FENGGANG, TeamKind.DEPARTMENT),
                           (CITY, TeamKind.DEPARTMENT), (HONGQIAO, TeamKind.GRID))
    ]  # fmt: skip
    worker = await place.person("a.grid.worker", Role.GRID_WORKER, FENGQUAN)
    await GridAssignment.create(grid_id=f"{FENGQUAN}001", person_id=worker.person_id, from_on=START.date())
    colleague = await place.person("a.colleague", Role.GRID_WORKER, CITY)
    people = {FENGQUAN: [worker, colleague], HONGQIAO: [colleague]}
    return {
        code: [
            {},
            *({"assignee_id": one.person_id or 0} for one in people[code]),
            *({"lead_team_id": one.id} for one in teams if code.startswith(one.division_id)),
        ]
        for code in (FENGQUAN, HONGQIAO)
    }


async def walk(
    actors: tuple[Actor, Actor], row: Grievance, random: Random, at: datetime, lead: Callable[[], dict[str, int]] = dict
) -> None:
    """Some steps with one grievance; those that cannot be taken change nothing."""
    for _ in range(random.randint(0, 9)):
        at += timedelta(minutes=random.choice((1, 9, 30, 31, 200, 1_500, 9_000, 50_000)))
        verb = random.choice(USUAL if random.random() < 0.7 else RARE)
        values: dict[str, Any] = {}
        if verb == "rate":
            values = {"is_solved": random.random() < 0.6, "stars": random.choice((None, 1, 3, 4, 5))}
        if verb == "assign" and (await Grievance.get(id=row.id)).division_id == row.division_id:
            values = lead()
        with clock.override(at):
            try:
                await take(random.choice(actors), verb, row, **values)
            except OperationError:
                continue


async def kept() -> Cells:
    """The cells as they stand; those of which nothing is left are as if they were not there."""
    rows = await GrievanceCell.all().values(
        "division_id", "month", "category", "channel", "led_kind", "led_by", *COLUMNS
    )
    found = {}
    for row in rows:
        key = (row["division_id"], row["month"], row["category"], row["channel"], row["led_kind"], row["led_by"])
        counts = {name: row[name] for name in COLUMNS if row[name]}
        if counts:
            found[key] = counts
    return found


async def told_by_trail(row: Grievance) -> dict[datetime | None, Counter[str]]:
    """Ratings, the last of each resolution, and promises that were broken before a fresh one, from the audit trail.

    By the moment in which the attempt was undone; None: it stands.
    """
    found: dict[datetime | None, Counter[str]] = {}
    rating, ended_at = None, START
    entries = AuditEntry.filter(subject_type="Grievance", subject_id=str(row.id))
    for entry in await entries.exclude(operation="file_grievance").order_by("id"):
        before, after = ({name: pair[place] for name, pair in entry.changes.items() if pair} for place in (0, 1))
        match entry.operation:
            case "resolve_grievance":
                rating, ended_at = None, entry.at
            case "return_grievance":
                ended_at = entry.at
            case "rate_tracked_grievance":
                solved, stars = rating or (None, None)
                rating = (after.get("is_solved", solved), after.get("stars", stars))
        is_opened = entry.operation in ("rate_tracked_grievance", "reopen_grievance") and not rating_closes(after)
        if is_opened or entry.operation == "resubmit_tracked_grievance":
            late = ended_at > datetime.fromisoformat(before["resolution_due_at"]) + timedelta(seconds=1)
            found[entry.at] = Counter(broken_before=int(late)) + told(rating)
            rating = None
    return {**found, None: told(rating)}


def told(rating: tuple[bool, int | None] | None) -> Counter[str]:
    """What a rating counts."""
    if rating is None:
        return Counter()
    solved, stars = rating
    return Counter(rated=1, satisfied=int(bool(solved) and (stars or 5) >= 4))


async def in_charge(row: Grievance, at: datetime | None) -> Body:
    """Who led at a moment, or leads, by the work orders as they were given and taken back."""
    orders = [
        one
        for one in await WorkOrder.filter(grievance_id=row.id, is_lead=True).select_related("team").order_by("id")
        if (
            one.ended_at is None if at is None else one.ordered_at <= at and (one.ended_at is None or one.ended_at > at)
        )
    ]
    if not orders:
        return "office", ""
    if orders[-1].team is not None:
        team = orders[-1].team
        return team.kind.value, team.division_id.ljust(12, "_") + f"T{team.id}"
    grid = await GridAssignment.get_or_none(person_id=orders[-1].person_id)
    return ("grid", str(grid.grid_id)) if grid else ("office", "")  # type: ignore[attr-defined]


def rating_closes(after: dict[str, Any]) -> bool:
    """Whether an entry of the trail leaves the grievance closed: it was so, or is now."""
    return after.get("status", "closed") == "closed"


async def recounted() -> Cells:
    """The same from the grievances, slowly and by other words than the code's."""
    found: dict[CellKey, Counter[str]] = {}
    for row in await Grievance.exclude(status__in=("redirected", "merged", "withdrawn")):
        counts = Counter(received=1)
        for name, at, is_in_time in (
            ("responded", row.first_response_at, row.first_response_in_time),
            ("resolved", row.resolved_at, row.resolved_at is not None and row.resolved_at <= row.resolution_due_at),
        ):
            if at is not None:
                counts += Counter({name: 1, f"{name}_in_time": int(bool(is_in_time))})
                counts += Counter({f"{name}_{b}": 1 for b in BOUNDS if at - row.submitted_at <= timedelta(minutes=b)})
        is_open = row.status in ("submitted", "accepted", "assigned", "in_progress", "on_hold", "reopened")
        counts += Counter(closed=int(row.closed_at is not None), open=int(is_open))
        counts += Counter(reopened=int(row.reopened_count > 0), shortfalls=int(row.status == "shortfall"))
        late = {"unanswered_late": row.is_response_late, "open_late": row.is_resolution_late}
        counts += Counter({name: int(is_open and is_late) for name, is_late in late.items()})
        month = (row.submitted_at + timedelta(hours=8)).strftime("%Y-%m")
        for at, part in (await told_by_trail(row)).items():
            of = part + counts if at is None else part
            kind, by = await in_charge(row, at)
            own = len(by[:12].rstrip("_"))
            slices = {("", "", "", ""), (row.category_id, "", "", ""), ("", row.channel.value, "", ""),
                      (row.category_id, row.channel.value, "", ""), ("", "", kind, "")}  # fmt: skip
            for digits in (4, 6, 9, 12):
                is_named = by and digits >= ({12: 9, 9: 6, 6: 4, 4: 4}[own] if "T" in by else 12)
                for rest in slices | ({("", "", kind, by)} if is_named else set()):
                    key = (row.division_id[:digits], month, *rest)
                    found[key] = found.get(key, Counter()) + of
    found = {key: counts for key, counts in found.items() if counts}
    return {key: dict(counts) for key, counts in found.items()}


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_random_histories_the_cells_equal_a_recount_of_the_grievances(report: Report, seed: int) -> None:
    await histories(report, Random(seed), 30)
    cells = await kept()
    assert cells == await recounted()
    assert {len(key[1]) for key in cells} == {7}
    assert await checking.check_all() == 0


RATES = """{ grievanceFigures(within: "5203") {
  rated satisfied satisfactionRate resolved resolvedInTime brokenBefore resolutionOnTimeRate } }"""


async def test_a_second_attempt_neither_unsays_a_rating_nor_mends_a_broken_promise(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    row = await take(dispatcher, "accept", await know_secret(await report()))
    with clock.override(clock.now() + timedelta(days=9)):  # promised within three days
        await take(dispatcher, "resolve", row)
        await take(dispatcher, "rate", row, is_solved=True, stars=5)
        await take(dispatcher, "rate", row, is_solved=False, stars=1)  # it came back: this is what counts
        await take(dispatcher, "assign", row)
        await take(dispatcher, "resolve", row)
    first = (await engine.read(RATES, {}, ANONYMOUS))["grievanceFigures"]
    assert first == {
        **{"rated": 1, "satisfied": 0, "satisfactionRate": 0, "resolved": 1, "resolvedInTime": 1},
        **{"brokenBefore": 1, "resolutionOnTimeRate": 0.5},
    }
    with clock.override(clock.now() + timedelta(days=9)):
        await take(dispatcher, "rate", row, is_solved=True, stars=5)
    again = (await engine.read(RATES, {}, ANONYMOUS))["grievanceFigures"]
    assert (again["rated"], again["satisfied"], again["satisfactionRate"]) == (2, 1, 0.5)
    assert await checking.check_all() == 0
    await GrievanceUpdate.filter(verb="reopen").update(is_solved=None, broke_promise=False)
    assert await checking.check_all() == 4 * 5  # the check goes by the history


async def test_what_was_passed_on_and_taken_back_counts_as_if_it_had_stayed(report: Report, dispatcher: Actor) -> None:
    row = await take(dispatcher, "accept", await report())
    before = await kept()
    await take(dispatcher, "redirect", row)
    assert await kept() == {}
    await take(dispatcher, "recall", row)
    assert await kept() == before
    assert await checking.check_all() == 0


async def test_the_migration_fills_the_cells_that_the_steps_would_have_made(report: Report) -> None:
    await histories(report, Random(3), 40)
    undone, dispatcher = await know_secret(await report()), await place.person("another", Role.DISPATCHER, CITY)
    team = await Team.get(division_id=FENGQUAN)
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("assign", {"lead_team_id": team.id}), ("resolve", {}), ("rate", {"is_solved": False, "stars": 2}), ("assign", {}),
    )  # fmt: skip
    for days, (verb, values) in enumerate(steps, 3):
        with clock.override(clock.now() + timedelta(days=days)):
            await take(dispatcher, verb, undone, **values)
    with clock.override(clock.now() + timedelta(days=400)):
        await count_late()
    led = await who_led()
    assert {kind for kind, _ in led.values()} >= {"office", "grid", "property", "department"}
    assert await GrievanceUpdate.exclude(led_by="").filter(verb="reopen").exists()
    cells = await kept()
    await GrievanceCell.all().delete()
    for table in (Grievance, GrievanceUpdate):
        await table.all().update(led_kind="office", led_by="")
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    name = next(one.name for one in pkgutil.iter_modules(migrations.__path__) if one.name.endswith("_who_led"))
    migration = importlib.import_module(f"civicgraph.migrations.{name}")
    for statement in (*migration.leading(is_postgres), *migration.filling(is_postgres)):
        await connection.execute_query(statement)
    assert await who_led() == led
    assert await kept() == cells
    assert await checking.check_all() == 0


async def who_led() -> dict[tuple[str, int], Body]:
    """Who leads each grievance, and who led each attempt that was undone and counts."""
    rows = await Grievance.all().values_list("id", "led_kind", "led_by")
    steps = await GrievanceUpdate.filter(verb__in=ENDING).values_list("id", "led_kind", "led_by")
    told = [("row", *one) for one in rows] + [("step", *one) for one in steps]
    return {(what, number): (str(kind), by) for what, number, kind, by in told}


async def test_what_has_drifted_is_put_right_and_logged(report: Report) -> None:
    await histories(report, Random(4), 8)
    right = await kept()
    await GrievanceCell.filter(division_id=FENGQUAN, category="", channel="", led_kind="").update(
        received=99, responded_30=7
    )
    await GrievanceCell.filter(division_id=SUIYANG).delete()
    await GrievanceCell.create(division_id=CITY, month="2020-01", category="gas", closed=3)
    structlog.reset_defaults()  # an application that ran before may have asked for errors alone
    with capture_logs() as logs:
        assert await checking.check_all() == len(logs) > 0
    assert await kept() == right
    assert {one["event"] for one in logs} == {"figures.drifted"}
    assert {one["log_level"] for one in logs} == {"warning"}
    invented = next(one for one in logs if one["month"] == "2020-01")
    assert (invented["division_id"], invented["category"], invented["added"]) == (CITY, "gas", {"closed": -3})
    assert await checking.check_all() == 0


async def test_the_cells_are_checked_at_night_a_few_divisions_at_a_tick(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_round", checking.Round())
    monkeypatch.setattr(checking, "A_TICK", 3)
    await report()
    await GrievanceCell.filter(division_id=CITY).update(received=5)
    with clock.override(datetime(2026, 5, 1, 6, 0, tzinfo=UTC)):  # 14:00 in the city
        assert [await checking.check_some() for _ in range(4)] == [0, 0, 0, 0]
    with clock.override(datetime(2026, 5, 1, 19, 0, tzinfo=UTC)):  # 3:00
        assert [await checking.check_some() for _ in range(4)] == [0, 0, 5, 0]
    assert {one.received for one in await GrievanceCell.filter(division_id=CITY)} == {1}


async def test_a_step_that_changes_nothing_that_counts_writes_no_cell(report: Report, dispatcher: Actor) -> None:
    row = await report()
    before = await GrievanceCell.all().order_by("id").values()
    await operations.comment_on_grievance(dispatcher, {"number": row.number, "version": 1, "note": "明天来看"})
    assert await GrievanceCell.all().order_by("id").values() == before


def facts(**values: Any) -> Facts:
    """A grievance of 20 March, promised within 2 and 24 hours."""
    given: dict[str, Any] = {
        "division_id": FENGQUAN,
        "category_id": "gas",
        "channel": "web",
        "status": "submitted",
        "submitted_at": START,
        "first_response_at": None,
        "first_response_in_time": None,
        "resolved_at": None,
        "closed_at": None,
        "resolution_due_at": START + timedelta(hours=24),
        "reopened_count": 0,
        "is_solved": None,
        "stars": None,
        "is_response_late": False,
        "is_resolution_late": False,
        **values,
    }
    return Facts(**given)


def test_a_grievance_counts_in_all_its_category_and_its_channel_from_its_community_to_the_city() -> None:
    keys = set(contribution(facts()))
    assert {key.division_id for key in keys} == {CITY, FENGGANG, LONGQUAN, FENGQUAN}
    of = {(key.category, key.channel) for key in keys if not key.led_kind}
    assert of == {("", ""), ("gas", ""), ("", "web"), ("gas", "web")}
    assert {(key.led_kind, key.led_by) for key in keys if not key.category and not key.channel} == {
        ("", ""),
        ("office", ""),
    }
    assert (len(keys), {key.month for key in keys}) == (4 * 5, {"2026-03"})


@pytest.mark.parametrize(("minutes", "first"), [(0, 10), (10, 10), (10.5, 30), (43_200, 43_200), (43_201, None)])
def test_a_time_counts_in_every_bound_that_it_keeps(minutes: float, first: int | None) -> None:
    counts = dict(zip(COLUMNS, vector(facts(first_response_at=START + timedelta(minutes=minutes))), strict=True))
    kept_bounds = [bound for bound in BOUNDS if counts[f"responded_{bound}"]]
    assert kept_bounds == ([bound for bound in BOUNDS if bound >= first] if first else [])


def test_another_category_moves_a_grievance_from_one_cell_to_the_other() -> None:
    before, after = facts(), facts(category_id="lighting")
    changed = difference(contribution(before), contribution(after))
    assert {key.category for key in changed} == {"gas", "lighting"}
    assert {(key.category, counts[0]) for key, counts in changed.items()} == {("gas", -1), ("lighting", 1)}
    assert {key.channel for key in changed} == {"", "web"}
    assert difference(contribution(before), contribution(before)) == {}


BOTH = '{ grievanceFigures(within: "5203", category: "gas", ledKind: GRID) { received } }'
ASKED = """query ($within: DivisionCode!, $from: String, $to: String, $category: String, $channel: Channel) {
  grievanceFigures(within: $within, fromMonth: $from, toMonth: $to, category: $category, channel: $channel) {
    received responded respondedInTime resolved resolvedInTime closed open reopened rated responseRate responseInTimeRate
    resolutionRate resolutionInTimeRate medianResponseHours medianResolutionHours month channel body
    division { code } category { code } } }"""


async def asked(engine: Engine, within: str, **variables: Any) -> Any:
    found = await engine.read(ASKED, {"within": within, **variables}, ANONYMOUS)
    return found["grievanceFigures"]


async def test_a_places_figures_are_those_of_its_subtree_its_months_and_its_category(
    engine: Engine, report: Report
) -> None:
    await histories(report, Random(5), 40)
    rows = [row for row in await Grievance.all() if row.status not in UNCOUNTED]
    ratings = {row.id: sum(one["rated"] for one in (await told_by_trail(row)).values()) for row in rows}

    def counted(fits: Callable[[Grievance], bool]) -> dict[str, int]:
        chosen = [row for row in rows if fits(row)]
        return {
            "received": len(chosen),
            "responded": sum(row.first_response_at is not None for row in chosen),
            "resolved": sum(row.resolved_at is not None for row in chosen),
            "open": sum(row.status in OPEN for row in chosen),
            "closed": sum(row.status is GrievanceStatus.CLOSED for row in chosen),
            "reopened": sum(row.reopened_count > 0 for row in chosen),
            "rated": sum(ratings[row.id] for row in chosen),
        }

    for within in (CITY, FENGGANG, LONGQUAN, FENGQUAN, HONGQIAO):
        found = await asked(engine, within)
        expected = counted(lambda row, within=within: row.division_id.startswith(within))  # type: ignore[misc]
        assert {name: found[name] for name in expected} == expected
        assert (found["division"], found["month"], found["category"]) == ({"code": within}, None, None)
    months = sorted({rules.month_of(row.submitted_at) for row in rows})
    found = await asked(engine, CITY, **{"from": months[1], "to": months[1]})
    assert found["received"] == counted(lambda row: rules.month_of(row.submitted_at) == months[1])["received"]
    assert found["month"] == months[1]
    gas = await asked(engine, FENGGANG, category="gas")
    assert gas["received"] == counted(lambda r: r.division_id == FENGQUAN and r.category_id == "gas")["received"]
    assert gas["category"] == {"code": "gas"}
    partner = await asked(engine, CITY, channel="API")
    assert 0 < partner["received"] == counted(lambda row: row.channel == "api")["received"] < len(rows)
    assert partner["channel"] == "API"


async def test_rates_and_medians_are_null_where_there_is_nothing_and_unknown_places_have_none(
    engine: Engine, report: Report
) -> None:
    await report()
    found = await asked(engine, FENGGANG)
    assert (found["received"], found["responseRate"], found["resolutionRate"]) == (1, 0.0, 0.0)
    assert (found["responseInTimeRate"], found["resolutionInTimeRate"]) == (None, None)
    assert (found["medianResponseHours"], found["medianResolutionHours"]) == (None, None)
    empty = await asked(engine, SUIYANG)
    assert (empty["received"], empty["responseRate"]) == (0, None)
    assert await asked(engine, "520399") is None


async def test_parts_add_up_to_the_whole(engine: Engine, report: Report) -> None:
    await histories(report, Random(6), 25)
    document = """query { grievanceFigures(within: "5203") { received
      byMonth { month received } byCategory { category { code } received } byBody { body received }
      byChannel { channel received }
      byDivision { division { code } received byDivision { division { code } received byMonth { month received } } } } }"""
    whole = (await engine.read(document, {}, ANONYMOUS))["grievanceFigures"]
    for parts in ("byMonth", "byCategory", "byBody", "byChannel", "byDivision"):
        assert sum(one["received"] for one in whole[parts]) == whole["received"]
    assert whole["received"] == len([row for row in await Grievance.all() if row.status not in UNCOUNTED]) > 15
    assert [one["category"]["code"] for one in whole["byCategory"]] == ["lighting", "gas", "ent_policy"]
    assert [one["channel"] for one in whole["byChannel"]] == [channel.name for channel in Channel]
    months = [one["month"] for one in whole["byMonth"]]
    assert months == sorted(months)
    assert len(months) > 2
    for county in whole["byDivision"]:
        assert sum(one["received"] for one in county["byDivision"]) == county["received"]
        for town in county["byDivision"]:
            assert sum(one["received"] for one in town["byMonth"]) == town["received"]


async def test_a_divisions_own_field_tells_what_the_root_field_tells(engine: Engine, report: Report) -> None:
    await histories(report, Random(7), 10)
    document = """{ divisions { nodes { code grievanceFigures(category: "gas") { received medianResponseHours } } } }"""
    for one in (await engine.read(document, {}, ANONYMOUS))["divisions"]["nodes"]:
        found = await asked(engine, one["code"], category="gas")
        assert one["grievanceFigures"] == {name: found[name] for name in ("received", "medianResponseHours")}


async def test_who_led_is_kept_apart_from_category_and_channel_and_the_refusal_says_so(
    engine: Engine, report: Report
) -> None:
    await report()
    for other in ('category: "gas"', 'group: "safety"', "channel: WEB"):
        with pytest.raises(BadSlice, match="one of the two at a time"):
            await engine.read(
                f'{{ grievanceFigures(within: "5203", ledKind: GRID, {other}) {{ received }} }}', {}, ANONYMOUS
            )
    document = """{ grievanceFigures(within: "5203") {
      byCategory { byBody { received } byLedKind { received } byLed { received } }
      byBody { byCategory { received } byLedKind { received } byLed { received } }
      byChannel { byLedKind { received } byLed { received } }
      byLedKind { byCategory { received } byBody { received } byChannel { received } } } }"""
    whole = (await engine.read(document, {}, ANONYMOUS))["grievanceFigures"]
    assert {part for parts in whole.values() for one in parts for part in one.values()} == {None}


CROSSED = """{ grievanceFigures(within: "5203") {
  byCategory { category { code } received byChannel { channel received resolved medianResolutionHours } }
  byChannel { channel received byCategory { category { code } received } byBody { body received } }
  byBody { body received byChannel { received } } } }"""


async def test_a_category_by_a_channel_is_what_came_in_so_about_it(engine: Engine, report: Report) -> None:
    await histories(report, Random(11), 40)
    rows = [row for row in await Grievance.all() if row.status not in UNCOUNTED]
    whole = (await engine.read(CROSSED, {}, ANONYMOUS))["grievanceFigures"]
    told, turned = {}, {}
    for kind in whole["byCategory"]:
        assert sum(one["received"] for one in kind["byChannel"]) == kind["received"]
        for one in kind["byChannel"]:
            fitting = [
                row
                for row in rows
                if row.category_id == kind["category"]["code"] and row.channel.name == one["channel"]
            ]
            assert (one["received"], one["resolved"]) == (
                len(fitting),
                sum(row.resolved_at is not None for row in fitting),
            )
            told[kind["category"]["code"], one["channel"]] = one["received"]
            pair = await asked(engine, CITY, category=kind["category"]["code"], channel=one["channel"])
            assert {name: pair[name] for name in ("received", "resolved", "medianResolutionHours")} == {
                name: one[name] for name in ("received", "resolved", "medianResolutionHours")
            }
    for way in whole["byChannel"]:
        assert sum(one["received"] for one in way["byBody"]) == way["received"]
        turned |= {(one["category"]["code"], way["channel"]): one["received"] for one in way["byCategory"]}
    assert told == turned
    assert len([number for number in told.values() if number]) == 6
    for one in whole["byBody"]:
        assert sum(part["received"] for part in one["byChannel"]) == one["received"]
    enterprise = await engine.read(
        '{ grievanceFigures(within: "5203", group: "enterprise", channel: PHONE) { received } }', {}, ANONYMOUS
    )
    assert enterprise["grievanceFigures"]["received"] == told["ent_policy", "PHONE"]


LED = """query ($within: DivisionCode!, $kind: LedKind) { grievanceFigures(within: $within, ledKind: $kind) { received rated
  byLedKind { ledKind ledBy received resolved rated satisfied brokenBefore openLate shortfalls reopened medianResolutionHours }
  byLed { ledKind ledBy ledByCode received resolved byMonth { month received } } } }"""


async def test_figures_by_the_body_in_charge_are_those_of_who_led_and_parts_add_up(
    engine: Engine, report: Report
) -> None:
    await histories(report, Random(12), 60)
    rows = [row for row in await Grievance.all() if row.status not in UNCOUNTED]
    leads = {row.id: await in_charge(row, None) for row in rows}
    names = {one.division_id.ljust(12, "_") + f"T{one.id}": one.name for one in await Team.all()}
    names[f"{FENGQUAN}001"] = "第一网格"
    for within in (CITY, FENGGANG, LONGQUAN, FENGQUAN):
        found = (await engine.read(LED, {"within": within}, ANONYMOUS))["grievanceFigures"]
        assert [one["ledKind"] for one in found["byLedKind"]] == [kind.name for kind in LedKind]
        for name in ("received", "rated"):
            assert sum(one[name] for one in found["byLedKind"]) == found[name]
        there = [row for row in rows if row.division_id.startswith(within)]
        for one in found["byLedKind"]:
            assert one["received"] == sum(leads[row.id][0].upper() == one["ledKind"] for row in there)
            alone = await engine.read(LED, {"within": within, "kind": one["ledKind"]}, ANONYMOUS)
            assert alone["grievanceFigures"]["received"] == one["received"]
            assert {body["ledKind"] for body in alone["grievanceFigures"]["byLed"]} <= {one["ledKind"]}
        bodies = Counter(leads[row.id][1] for row in there)
        told = {one["ledByCode"]: one["received"] for one in found["byLed"]}
        near = {by: {12: 9, 9: 6, 6: 4, 4: 4}[len(by[:12].rstrip("_"))] if "T" in by else 12 for by in bodies if by}
        expected = {by: n for by, n in bodies.items() if by and len(within) >= near[by]}
        assert told == expected
        assert [*told.values()] == sorted(told.values(), reverse=True)
        for one in found["byLed"]:
            assert one["ledBy"] == names[one["ledByCode"]]
            assert sum(month["received"] for month in one["byMonth"]) == one["received"]
    assert set(told) >= {f"{FENGQUAN}001"}


async def test_what_changed_hands_counts_for_who_led_last_and_an_undone_attempt_for_who_led_that(
    engine: Engine, report: Report
) -> None:
    await who_may_lead()
    first, second = await Team.filter(division_id__in=[FENGQUAN, FENGGANG]).order_by("id")
    dispatcher = await place.person("city.dispatcher", Role.DISPATCHER, CITY)
    row = await know_secret(await report())

    async def by_kind() -> dict[str, list[int]]:
        found = (await engine.read(LED, {"within": FENGQUAN}, ANONYMOUS))["grievanceFigures"]
        names = ("received", "resolved", "rated", "satisfied", "brokenBefore")
        return {
            one["ledKind"]: [one[name] for name in names] for one in found["byLedKind"] if any(one[n] for n in names)
        }

    assert await by_kind() == {"OFFICE": [1, 0, 0, 0, 0]}
    await take(dispatcher, "assign", row, lead_team_id=second.id)
    assert await by_kind() == {"DEPARTMENT": [1, 0, 0, 0, 0]}
    with clock.override(clock.now() + timedelta(days=9)):  # promised within three days
        await take(dispatcher, "assign", row, lead_team_id=first.id)
        await take(dispatcher, "resolve", row)
        assert await by_kind() == {"PROPERTY": [1, 1, 0, 0, 0]}
    with clock.override(clock.now() + timedelta(days=10)):
        await take(dispatcher, "rate", row, is_solved=False, stars=1)
    with clock.override(clock.now() + timedelta(days=11)):
        await take(dispatcher, "assign", row, lead_team_id=second.id)
        assert await by_kind() == {"PROPERTY": [0, 0, 1, 0, 1], "DEPARTMENT": [1, 0, 0, 0, 0]}
        await take(dispatcher, "resolve", row)
        await take(dispatcher, "rate", row, is_solved=True, stars=5)
    assert await by_kind() == {"PROPERTY": [0, 0, 1, 0, 1], "DEPARTMENT": [1, 1, 1, 1, 0]}
    assert await checking.check_all() == 0


async def test_what_is_asked_of_figures_need_not_be_a_figure(engine: Engine, report: Report) -> None:
    await report()
    document = """query ($from: String) { grievanceFigures(within: "520327", fromMonth: $from, category: "gas") {
      __typename division { code } byMonth { month } } }"""
    found = await engine.read(document, {"from": "2020-01"}, ANONYMOUS)
    month = f"{clock.today():%Y-%m}"
    expected = {"__typename": "GrievanceFigures", "division": {"code": FENGGANG}, "byMonth": [{"month": month}]}
    assert found["grievanceFigures"] == expected


async def test_a_median_lies_between_the_bounds_that_the_true_one_lies_between(engine: Engine, report: Report) -> None:
    random = Random(8)
    dispatcher = await place.person("city.dispatcher", Role.DISPATCHER, CITY)
    minutes = sorted(int(random.lognormvariate(5, 1.5)) for _ in range(41))
    for took in minutes:
        with clock.override(START):
            row = await report()
        with clock.override(START + timedelta(minutes=took)):
            await operations.accept_grievance(dispatcher, {"number": row.number, "version": 1})
    told = 60 * (await asked(engine, CITY))["medianResponseHours"]
    edges = (0, *BOUNDS)
    low, high = next((low, high) for low, high in pairwise(edges) if median(minutes) <= high)
    assert low <= told <= high


async def test_a_read_of_figures_has_its_price_and_too_many_parts_are_refused(client: Any) -> None:
    async def errors(parts: str) -> Any:
        document = f'{{ grievanceFigures(within: "5203") {parts} }}'
        return (await client.post("/graphql", json={"query": document}, headers={"accept": "application/json"})).json()

    assert "errors" not in await errors("{ received byMonth { received } }")
    refused = await errors("{ byDivision { byMonth { byCategory { received } } } }")
    assert refused["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    bad = (await client.post("/graphql", json={"query": BOTH}, headers={"accept": "application/json"})).json()
    assert bad["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_no_read_of_figures_goes_through_a_big_table(engine: Engine, report: Report) -> None:
    await histories(report, Random(9), 10)
    documents = [
        ASKED,
        """query ($within: DivisionCode!) { grievanceFigures(within: $within, category: "gas") {
             received byMonth { received } byDivision { received medianResolutionHours } } }""",
        """query ($within: DivisionCode!) { grievanceFigures(within: $within, fromMonth: "2026-03") {
             byMonth { received } byCategory { received } byBody { received } byChannel { received } } }""",
        """query ($within: DivisionCode!) { grievanceFigures(within: $within, category: "gas", channel: WEB) {
             received byMonth { received } byDivision { received } } }""",
        """query ($within: DivisionCode!) { grievanceFigures(within: $within, fromMonth: "2026-03") {
             byLedKind { received medianResolutionHours } byLed { ledBy received byMonth { received } }
             byCategory { byChannel { received } } } }""",
        """query ($within: DivisionCode!, $kind: LedKind) { grievanceFigures(within: $within, ledKind: $kind) {
             received byLed { ledBy received } } }""",
        "query ($within: DivisionCode!) { division(code: $within) { performances { month received } } }",
        templating.document("grievances/figures"),
        templating.document("grievances/feeds/crossed"),
        templating.document("grievances/month"),
    ]
    given = {"from": "2026-01", "to": "2026-05", "month": "2026-05", "before": "2026-04", "isAll": True,
             "isWhole": True, "channel": "WEB", "kind": "GRID"}  # fmt: skip
    for document in documents:
        for within in (CITY, FENGGANG, LONGQUAN, FENGQUAN):
            wanted = {name: value for name, value in given.items() if f"${name}:" in document}
            wanted |= {"channel": None} if "byLedKind" in document else {}
            plan, variables = engine.prepared(document, {"within": within, **wanted}, ANONYMOUS)
            assert not plan.tables & {"grievance", "grievance_update"}
            lines = await explained(plan.statement, engine.parameters(plan.slots, variables, ANONYMOUS))
            cells = set(re.findall(r'FROM "?grievance_cell"? (\w+)', plan.statement))
            assert cells
            if any("Index" in line or "Seq" in line for line in lines):
                assert not [line for line in lines if "Seq Scan on grievance_cell" in line], lines
            else:
                assert all(is_sought(alias, lines) for alias in cells), lines


def is_sought(alias: str, lines: list[str]) -> bool:
    """Whether SQLite finds the cells by place, channel and category."""
    sought = f"SEARCH {alias} USING INDEX sqlite_autoindex_grievance_cell_1 (division_id=? AND channel=? AND category=?"
    return any(line.startswith(sought) or line.startswith(sought.replace("INDEX", "COVERING INDEX")) for line in lines)


async def explained(statement: str, parameters: list[Any]) -> list[str]:
    """The database's plan; PostgreSQL is asked as if its tables were big."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        _, rows = await connection.execute_query(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row["detail"]) for row in rows]
    async with in_transaction() as held:  # else the next statement may run over another connection
        await held.execute_query("SET LOCAL enable_seqscan = off")
        _, rows = await held.execute_query(f"EXPLAIN {statement}", parameters)
    return [str(row["QUERY PLAN"]) for row in rows]


async def test_what_becomes_late_is_counted_at_the_next_tick_and_on_time_is_a_share_of_all_that_fell_due(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    begun = clock.now()
    rows = [await report() for _ in range(4)]
    for verb in ("accept", "resolve"):
        await take(dispatcher, verb, rows[0])  # resolved in time
    await take(dispatcher, "accept", rows[1])  # answered in time, will be late
    document = """{ grievanceFigures(within: "5203") {
      received openLate unansweredLate responseOnTimeRate resolutionOnTimeRate resolutionInTimeRate } }"""

    async def figures() -> list[Any]:
        found = (await engine.read(document, {}, ANONYMOUS))["grievanceFigures"]
        return list(found.values())

    assert await count_late() == 0
    assert await figures() == [4, 0, 0, 1.0, 1.0, 1.0]
    with clock.override(begun + timedelta(hours=25)):  # to be answered within 24 hours
        assert await count_late() == 2
        assert await count_late() == 0
        assert await figures() == [4, 0, 2, 0.5, 1.0, 1.0]
        await take(dispatcher, "accept", rows[2])
        assert await figures() == [4, 0, 1, 0.5, 1.0, 1.0]
    with clock.override(begun + timedelta(hours=80)):  # to be resolved within 72 hours
        assert await count_late() == 3
        assert await figures() == [4, 3, 1, 0.5, 0.25, 1.0]
        assert await checking.check_all() == 0
        await take(dispatcher, "list_shortfall", rows[1])
        assert await figures() == [4, 2, 1, 0.5, 0.25, 1.0]
        assert await checking.check_all() == 0
        assert await kept() == await recounted()


async def test_with_nothing_newly_late_a_tick_looks_into_two_indexes(report: Report) -> None:
    await report()
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        pytest.skip("PostgreSQL chooses by what the tables hold; an empty one tells nothing")
    for column, index in (("response_due_at", "grievance_unanswered"), ("resolution_due_at", "grievance_unresolved")):
        found = lateness.newly(column, is_postgres=False)
        plan = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {found}", ["2026"])
        assert [index in dict(one)["detail"] for one in plan] == [True], plan
