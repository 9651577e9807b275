"""The generated city: the same rows for the same seed, consistent in themselves, all of them or none."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection

from civicgraph import clock, crypto, db
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.bookings.rounds import check_quota
from civicgraph.bookings.rules import KEEP_CONTACT
from civicgraph.demo import facts as sources
from civicgraph.demo.city import (
    CITY,
    CityIsBusy,
    Scale,
    bookings,
    compounds,
    enterprises,
    events,
    fill,
    grievances,
    people,
    services,
)
from civicgraph.demo.city.cases import categories, compose
from civicgraph.demo.city.codes import credit_code, grievance_suffix
from civicgraph.demo.city.progress import Silent
from civicgraph.demo.city.tables import Table
from civicgraph.demo.city.words import words
from civicgraph.demo.contacts import NAME
from civicgraph.divisions.models import Division
from civicgraph.enterprises.figures import keeping
from civicgraph.enterprises.industries import classification
from civicgraph.enterprises.models import Enterprise, EnterpriseKind, EnterpriseList, EnterpriseListing
from civicgraph.enterprises.rules import is_credit_code, search_terms_of, section
from civicgraph.events.models import Event
from civicgraph.graph.engine import Engine
from civicgraph.grids.models import Grid, GridLevel
from civicgraph.grievances.figures.checking import check_all
from civicgraph.grievances.figures.counting import UNCOUNTED
from civicgraph.grievances.models import Grievance, GrievanceCell, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.rules import DONE, OPEN
from civicgraph.permissions import ANONYMOUS
from civicgraph.scheduler.models import Deadline
from civicgraph.settings import Settings
from civicgraph.text import search_terms
from tests.conftest import make_settings
from tests.demo.conftest import MOMENT, SMALL, load_demo, small_city

TABLES: tuple[Table, ...] = tuple(
    one
    for module in (people, compounds, enterprises, events, bookings, services, grievances)
    for one in vars(module).values()
    if isinstance(one, Table)
)


async def fingerprint(table: Table, demo: int = 0) -> str:
    """A hash of what the generator wrote into a table, without what chance decided in the demo (ids up to `demo`)."""
    rows = await get_connection("default").execute_query_dict(f'SELECT * FROM "{table.name}"')
    if demo:  # those of the demo were entered by people, with numbers and secrets of their own
        rows = [row for row in rows if row["id"] > demo]
    for sealed in {"contact_phone", "contact_email"}.intersection(
        table.columns
    ):  # by chance anew each time, for the one in the demo
        rows = [{**dict(row), sealed: bool(row[sealed])} for row in rows]
    left_out = {"password_hash", "secret_hash", "id", "created_at", "updated_at"}
    kept = sorted(
        str([_plain(row[column]) for column in table.columns if column not in left_out])
        for row in map(dict, rows)
        if table.name not in ("person", "role_grant") or "grid." in str(row.get("username", ""))
    )
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def _plain(value: Any) -> str:
    """A value as both databases mean it: truth as a number, JSON parsed, times as ISO 8601."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str) and value.startswith("["):
        return str(json.loads(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


async def test_generators_fill_every_column_of_their_tables(connected: Settings) -> None:
    for table in TABLES:
        rows = await get_connection("default").execute_query_dict(
            "SELECT name FROM pragma_table_info(?)"
            if not db.is_postgres(connected)
            else "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1",
            [table.name],
        )
        assert {row["name"] for row in map(dict, rows)} - {"id"} == set(table.columns) - {"id"}, table.name


def test_the_same_seed_gives_the_same_rows_on_both_databases(
    sqlite_template: Path, postgres_folder: str, tmp_path: Path
) -> None:
    path = tmp_path / "city.sqlite3"
    shutil.copy(sqlite_template, path)
    name = "same_seed"

    async def administer(statement: str) -> None:
        connection = await asyncpg.connect(host=postgres_folder, user="postgres", database="postgres")
        await connection.execute(statement)
        await connection.close()

    async def found(url: str, seed: int) -> dict[str, str]:
        EXECUTOR_CACHE.clear()
        settings = make_settings(url)
        configuration.use(settings)
        async with db.connected(settings):
            await load_demo()
            last = {
                model._meta.db_table: int((await model.all().order_by("-id").first()).id)
                for model in (Grievance, Event, Quota, Registration)
            }
            assert await small_city(settings, seed)
            return {table.name: await fingerprint(table, last.get(table.name, 0)) for table in TABLES}

    asyncio.run(administer(f"CREATE DATABASE {name} TEMPLATE template_city"))
    try:
        on_postgres = asyncio.run(found(f"postgres://postgres@/{name}?host={postgres_folder}", 7))
    finally:
        asyncio.run(administer(f"DROP DATABASE {name} WITH (FORCE)"))
    on_sqlite = asyncio.run(found(f"sqlite://{path}", 7))
    assert on_sqlite == on_postgres
    shutil.copy(sqlite_template, path)
    for rest in ("-wal", "-shm"):
        Path(f"{path}{rest}").unlink(missing_ok=True)
    assert asyncio.run(found(f"sqlite://{path}", 8))["grievance"] != on_sqlite["grievance"]


async def test_the_city_has_as_many_rows_as_its_scale_says(city: None, connected: Settings) -> None:
    assert await Enterprise.all().count() == SMALL.enterprises
    assert await Grievance.all().count() == SMALL.grievances
    assert await Event.all().count() == SMALL.events
    assert await Registration.all().count() == SMALL.registrations
    first = await Division.filter(level="community").order_by("code").limit(SMALL.communities or 0)
    for division in first[:10]:
        assert await Grid.filter(division_id=division.code, level=GridLevel.GRID).count() == SMALL.grids_per_community


async def test_the_full_scale_is_that_of_the_published_city() -> None:
    assert (CITY.grids_per_community, CITY.enterprises, CITY.grievances) == (35, 830_000, 1_000_000)
    assert (CITY.events, CITY.registrations) == (20_000, 200_000)
    assert dict(CITY.lists)[EnterpriseList.FOUR_ABOVE] == 3563
    assert CITY.four_above_joined - CITY.four_above_left == 171


async def test_lists_have_as_many_enterprises_today_as_was_published(demo: str, connected: Settings) -> None:
    scale = Scale(
        **{**vars(SMALL), "lists": ((EnterpriseList.FOUR_ABOVE, 120),), "four_above_joined": 30, "four_above_left": 10}
    )
    assert await small_city(connected, scale=scale)
    of = EnterpriseListing.filter(list=EnterpriseList.FOUR_ABOVE)
    assert await of.filter(delisted_on=None).count() == 120
    assert await of.filter(listed_on__gte=date(2025, 4, 1)).count() == 30
    assert await of.filter(delisted_on__gte=date(2025, 4, 1)).count() == 10


async def test_the_figures_of_the_city_are_those_that_were_published(
    demo: str, engine: Engine, connected: Settings
) -> None:
    facts = sources.facts()["enterprise_figures"]
    lists = {**vars(SMALL), "enterprises": 6_000, "lists": CITY.lists}
    assert await small_city(connected, scale=Scale(**lists))
    await keeping.recount()
    found = await engine.read(
        """{ end: enterpriseFigures(within: "5203", toQuarter: "2026Q1") { byList { list count filled } }
        year: enterpriseFigures(within: "5203", fromQuarter: "2025Q2", toQuarter: "2026Q1") { byList { list count } } }""",
        {},
        ANONYMOUS,
    )
    counted = {one["list"]: one["count"] for one in found["end"]["byList"]}
    assert counted["FOUR_ABOVE"] == facts["above_four_scales"] == 3563
    assert counted["INNOVATIVE_SME"] == facts["innovative_smes"] == 251
    assert counted["SPECIALISED_SME"] == facts["specialised_smes"] == 181
    assert counted["SOFTWARE_OVER_5M"] == facts["software_firms_over_5m"] == 34
    assert counted["SIZE_WATCHLIST"] == facts["designated_size_watchlist"]
    assert counted["PROVINCIAL_PLATFORM"] == facts["provincial_platforms"]
    net = {one["list"]: one["count"] for one in found["year"]["byList"]}
    assert net["FOUR_ABOVE"] == facts["above_four_scales_net_increase"] == 171
    filled = {one["list"]: one["filled"] for one in found["end"]["byList"]}
    assert filled["FOUR_ABOVE"] == facts["service_subsectors_filled"] == 14


async def test_histories_deadlines_and_figures_follow_from_the_grievances(city: None, connected: Settings) -> None:
    rows = await Grievance.all().order_by("id")
    last: dict[int, GrievanceStatus] = {}
    async for step in GrievanceUpdate.all().order_by("id"):
        last[step.grievance_id] = step.status  # type: ignore[attr-defined]
    assert all(last[row.id] is row.status for row in rows)
    city = await GrievanceCell.filter(division_id="5203", category="", channel="", led_kind="")
    assert sum(one.received for one in city) == sum(row.status not in UNCOUNTED for row in rows)
    assert sum(one.resolved for one in city) == sum(row.status in DONE for row in rows)
    in_time = sum(bool(row.resolved_at and row.resolved_at <= row.resolution_due_at) for row in rows)
    assert sum(one.resolved_in_time for one in city) == in_time
    assert await check_all() == 0
    running = Deadline.filter(kind="resolution").exclude(state="met")  # what operations settled is kept
    pending = set(await running.values_list("subject_id", flat=True))
    assert pending == {row.id for row in rows if row.status in OPEN}
    assert not await Deadline.filter(state="pending", due_at__lt=MOMENT).exists()


async def test_places_are_counted_as_they_are_taken_and_who_waits_waits_in_turn(
    city: None, connected: Settings
) -> None:
    made = await Quota.filter(code__startswith="g0").order_by("id")
    assert made
    for quota in made:
        assert not await check_quota(quota.id)
        assert quota.capacity is None or quota.taken <= quota.capacity
        rows = await Registration.filter(quota_id=quota.id).order_by("rank")
        assert [row.rank for row in rows] == list(range(1, quota.issued + 1))
        assert [row.created_at for row in rows] == sorted(row.created_at for row in rows)
        assert all(row.created_at <= MOMENT for row in rows)
        waits = [row.state is RegistrationState.WAITING for row in rows]
        assert waits == sorted(waits)
        assert (quota.attended > 0) <= (quota.ends_at is not None and quota.ends_at < MOMENT)
    past = Registration.filter(quota__code__startswith="g0", quota__ends_at__lt=MOMENT - KEEP_CONTACT)
    assert await past.exists()
    assert not await past.exclude(contact_name="").exists()
    ahead = {quota.id for quota in made if quota.starts_at and quota.starts_at > MOMENT}
    due = Deadline.filter(subject_type="Quota", kind="reminder_hours", state="pending")
    assert ahead <= {int(str(one)) for one in await due.values_list("subject_id", flat=True)}


async def test_what_is_generated_says_so_and_names_nobody(demo: str, connected: Settings) -> None:
    told = await Grievance.filter(is_generated=False).count()
    assert await small_city(connected)
    assert await Grievance.filter(is_generated=False).count() == told
    for row in await Grievance.filter(is_generated=True):
        assert row.address == ""
        assert crypto.decrypt(row.contact_name) in ("", NAME)  # and numbers and addresses that lead to nobody
        assert re.fullmatch(r"(1390000\d{4})?", crypto.decrypt(row.contact_phone))
        assert re.fullmatch(r"(resident\d+@demo\.invalid)?", crypto.decrypt(row.contact_email))
    workers = await Person.filter(username__startswith="grid.5")
    assert workers
    assert all(row.is_generated and not row.password_hash for row in workers)


async def test_generated_rows_are_found_by_searching(city: None, engine: Engine, connected: Settings) -> None:
    row = await Enterprise.all().order_by("-id").first()
    assert row is not None
    document = "query($t: String!) { enterprises(filter: {text: $t}, first: 50) { nodes { creditCode } } }"
    found = await engine.read(document, {"t": row.name}, ANONYMOUS)
    assert row.credit_code in [one["creditCode"] for one in found["enterprises"]["nodes"]]


async def test_rows_entered_afterwards_get_free_numbers_and_are_found(
    city: None, engine: Engine, connected: Settings
) -> None:
    before = await Enterprise.all().order_by("-id").first()
    assert before is not None
    made = await Enterprise.create(
        credit_code=credit_code(EnterpriseKind.COMPANY, "520302", 20_000_000),
        name="后来登记的企业",
        kind=EnterpriseKind.COMPANY,
        industry_id="52",
        division_id="520302",
        search_terms=search_terms_of("后来登记的企业", ""),
    )
    assert made.id > before.id
    document = '{ enterprises(filter: {text: "后来登记"}) { nodes { name } } }'
    assert (await engine.read(document, {}, ANONYMOUS))["enterprises"]["nodes"] == [{"name": "后来登记的企业"}]


async def test_a_second_load_keeps_the_city(city: None, connected: Settings) -> None:
    count = await GrievanceUpdate.all().count()
    assert not await small_city(connected)
    assert await GrievanceUpdate.all().count() == count


class _Interrupted(Silent):
    def step(self, what: str, total: int | None = None) -> None:
        if what.startswith(("Full-text", "Indexes")):
            raise KeyboardInterrupt


async def test_an_interrupted_load_leaves_the_demo_as_it_was(demo: str, connected: Settings) -> None:
    before = await _schema_objects(connected), await GrievanceCell.all().order_by("id").values()
    with clock.override(MOMENT), pytest.raises(KeyboardInterrupt):
        await fill(connected, 5203, SMALL, _Interrupted())
    assert (await _schema_objects(connected), await GrievanceCell.all().order_by("id").values()) == before
    assert await small_city(connected)
    assert await _schema_objects(connected) == before[0]


async def _schema_objects(settings: Settings) -> list[str]:
    """Every index, trigger and constraint; PostgreSQL spells the casts of a condition anew each time it reads it."""
    statement = (
        "SELECT indexdef AS one FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
        " SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
        if db.is_postgres(settings)
        else "SELECT type || name || coalesce(sql, '') AS one FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"
    )
    rows = await get_connection("default").execute_query_dict(statement)
    return sorted(re.sub(r"::(character varying|text)(\[\])?|[()]", "", dict(row)["one"]) for row in rows)


async def test_a_sqlite_file_that_a_server_has_open_is_not_touched(demo: str, connected: Settings) -> None:
    if db.is_postgres(connected):
        pytest.skip("PostgreSQL takes its locks itself")
    server = sqlite3.connect(db.sqlite_path(connected))
    server.execute("SELECT count(*) FROM division").fetchone()
    try:
        with pytest.raises(CityIsBusy, match="Stop the server"):
            await small_city(connected)
    finally:
        server.close()
    assert await Enterprise.all().count() == 300


async def test_the_index_of_sections_is_worded_as_the_rule_that_asks_it(connected: Settings) -> None:
    from importlib import import_module

    written = import_module("civicgraph.migrations.0048_classes_of_industry").section()
    assert written == section("industry_id")
    objects = await _schema_objects(connected)
    assert sum("enterprise_section" in one for one in objects) == 2


def test_the_classes_of_made_up_enterprises_lie_in_the_industries_of_their_words() -> None:
    spoken, known = words()["enterprises"], {one.code for one in classification()}
    said = {word: code for code, own in spoken["industries"].items() for word in own[1]}
    said |= {word: code for code, own in spoken["newly_filled"].items() for word in own}
    for word, code in spoken["classes"].items():
        assert code in known
        assert code.startswith(said[word]), word


def test_credit_codes_are_valid_and_none_comes_twice() -> None:
    made = {credit_code(kind, "520327", n) for n in range(3000) for kind in (EnterpriseKind.COMPANY,)}
    assert len(made) == 3000
    assert all(map(is_credit_code, made))


def test_numbers_of_a_days_grievances_do_not_repeat() -> None:
    assert len({grievance_suffix(n) for n in range(50_000)}) == 50_000


def test_search_terms_put_together_from_clauses_are_those_of_the_whole_text() -> None:
    from random import Random

    random = Random(1).random
    for category in categories().values():
        for _ in range(20):
            text, terms = compose(random, category)
            assert terms == search_terms(text, category.name)
