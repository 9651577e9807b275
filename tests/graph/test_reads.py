"""A read is one statement, says the same through both doors, and tells nobody what is not theirs."""

from __future__ import annotations

import json
from datetime import date

import orjson
import pytest
from graphql.execution import execute

from civicgraph import clock
from civicgraph.enterprises.models import Enterprise, EnterpriseKind, Industry
from civicgraph.events.models import Event, EventKind, EventStatus
from civicgraph.graph.cursors import BadPage
from civicgraph.graph.engine import Engine
from civicgraph.graph.http import Context
from civicgraph.grids.models import Grid, GridAssignment
from civicgraph.grievances.models import Body, Grievance, GrievanceCategory, Urgency
from civicgraph.grievances.operations import file_grievance
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from tests.support import city

DEEP = """
query Deep($county: DivisionCode!) {
  division(code: $county) {
    name
    children(first: 5) { nodes { shortName children(first: 5) { nodes { code
      grids(first: 5) { totalCount nodes { code name
        grievances(filter: {isOpen: true}, first: 3) { nodes { number status submittedAt isOverdue
          latestUpdate { at status byLine } } pageInfo { hasNextPage } } } } } } } }
  }
}
"""


async def report(**values: str) -> str:
    """A grievance in 凤泉社区 with a contact, and its number."""
    await GrievanceCategory.get_or_create(
        code="lighting",
        defaults={
            "group_code": "home",
            "group_name": "房屋",
            "group_name_en": "Homes",
            "name": "照明",
            "name_en": "Lighting",
            "urgency": Urgency.GENERAL,
            "body": Body.PROPERTY,
            "position": 1,
        },
    )
    data = {
        "category": "lighting",
        "division_code": city.FENGQUAN,
        "description": "楼道灯坏了，我的电话 13800001234",
        "contact_phone": "13800001234",
        "contact_name": "张三",
        "address": "三单元 501",
        "channel": "web",
        **values,
    }
    made = await file_grievance(ANONYMOUS, data)
    return str(made["grievance"].number)


async def by_core(engine: Engine, text: str, variables: dict[str, object], actor: Actor) -> dict[str, object]:
    """The same document run by graphql-core, field by field."""
    document = engine.document(text)
    assert document.parsed is not None
    result = execute(engine.schema, document.parsed, context_value=Context(actor, engine), variable_values=variables)
    result = await result if hasattr(result, "__await__") else result
    assert not result.errors, result.errors
    return json.loads(orjson.dumps(result.data))


@pytest.fixture
async def small_city(connected: Settings) -> None:
    await city.build()


async def test_a_nested_read_is_one_statement(small_city: None, engine: Engine) -> None:
    number = await report()
    before = engine.statements
    data = await engine.read(DEEP, {"county": city.FENGGANG}, ANONYMOUS)
    assert engine.statements == before + 1
    grid = data["division"]["children"]["nodes"][0]["children"]["nodes"][0]["grids"]["nodes"][0]
    assert grid["grievances"]["nodes"][0]["number"] == number
    assert grid["grievances"]["nodes"][0]["latestUpdate"]["status"] == "SUBMITTED"


DOCUMENTS = [
    (DEEP, {"county": city.FENGGANG}),
    (
        "{ divisions(first: 3) { totalCount totalCountIsCapped edges { cursor node { id name level isProvisional updatedAt } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
        {},
    ),
    ("{ divisions(last: 2) { nodes { code } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }", {}),
    (
        "query($t: Boolean!) { divisions(filter: {level: [COUNTY]}) { nodes { a: name ... on Division @include(if: $t) { parent { name } } ...F } } } fragment F on Division { foundedYear __typename }",
        {"t": True},
    ),
    (
        "query($t: Boolean!) { divisions(filter: {level: [COUNTY]}) { nodes { name parent @skip(if: $t) { name } } } }",
        {"t": True},
    ),
    (
        '{ node(id: "Division:520327") { __typename id ... on Division { name } } gone: node(id: "Event:99") { id } wrong: node(id: "nonsense") { id } }',
        {},
    ),
    (
        "{ events { nodes { title startsAt priceFen audiences hazards division { name } programme { title kind } isOver } } }",
        {},
    ),
    (
        "{ grievances { nodes { number publicText description contactPhoneMasked address category { nameEn } updates { nodes { status at } } } } }",
        {},
    ),
]


@pytest.mark.parametrize(("text", "variables"), DOCUMENTS)
async def test_both_doors_answer_alike(
    small_city: None, engine: Engine, text: str, variables: dict[str, object]
) -> None:
    from datetime import UTC, datetime

    await report()
    await Event.create(
        slug="night",
        kind=EventKind.CULTURE_NIGHT,
        title="美术馆之夜",
        division_id=city.FENGQUAN,
        status=EventStatus.PUBLISHED,
        starts_at=datetime(2026, 5, 22, 11, tzinfo=UTC),
        ends_at=datetime(2026, 5, 22, 14, tzinfo=UTC),
        hazards=["FIRE"],
        audiences=["老人"],
    )
    worker = await city.person("worker", Role.DISPATCHER, city.FENGQUAN)
    for actor in (ANONYMOUS, worker):
        assert await engine.read(text, variables, actor) == await by_core(engine, text, variables, actor)


async def test_paging_forth_and_back_meets_every_division_once(small_city: None, engine: Engine) -> None:
    text = "query($a: String, $b: String, $f: Int, $l: Int) { divisions(first: $f, after: $a, last: $l, before: $b) { nodes { code } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    seen: list[str] = []
    cursor = None
    while True:
        page = (await engine.read(text, {"f": 2, "a": cursor}, ANONYMOUS))["divisions"]
        seen += [node["code"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == sorted(city.NAMES)
    back: list[str] = []
    cursor = None
    while True:
        page = (await engine.read(text, {"l": 3, "b": cursor}, ANONYMOUS))["divisions"]
        back = [node["code"] for node in page["nodes"]] + back
        cursor = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert back == seen


@pytest.mark.parametrize(
    ("arguments", "selection", "info"),
    [
        ("first: 2", "hasPreviousPage", {"hasPreviousPage": False}),
        ("last: 2", "hasNextPage", {"hasNextPage": False}),
        (
            "first: 0",
            "hasNextPage startCursor endCursor",
            {"hasNextPage": True, "startCursor": None, "endCursor": None},
        ),
        ("last: 0", "hasPreviousPage startCursor", {"hasPreviousPage": True, "startCursor": None}),
        ("first: 2", "__typename", {"__typename": "PageInfo"}),
        ('first: 2, filter: {within: "520399"}', "hasPreviousPage", {"hasPreviousPage": False}),
        ('first: 2, filter: {within: "520399"}', "hasNextPage endCursor", {"hasNextPage": False, "endCursor": None}),
    ],
)
async def test_what_is_told_of_a_page_is_told_once_however_many_rows_it_has(
    small_city: None, engine: Engine, arguments: str, selection: str, info: dict[str, object]
) -> None:
    for beside in ("", " __typename", " totalCount", " nodes { code }"):
        text = f"{{ divisions({arguments}) {{ pageInfo {{ {selection} }}{beside} }} }}"
        assert (await engine.read(text, {}, ANONYMOUS))["divisions"]["pageInfo"] == info, text


@pytest.mark.parametrize(("size", "known"), [("first", "hasPreviousPage"), ("last", "hasNextPage")])
@pytest.mark.parametrize("field", ["divisions", "events"])
async def test_what_is_known_of_a_page_without_its_rows_is_said_of_a_full_and_of_an_empty_list(
    small_city: None, engine: Engine, field: str, size: str, known: str
) -> None:
    text = f"{{ {field}({size}: 2) {{ pageInfo {{ __typename {known} }} other: pageInfo {{ __typename }} }} }}"
    info = {"__typename": "PageInfo", known: False}
    assert await engine.read(text, {}, ANONYMOUS) == {field: {"pageInfo": info, "other": {"__typename": "PageInfo"}}}


@pytest.mark.parametrize("cursor", ["", "zz", "00", "5B5D", "'; DROP TABLE division; --", "5B22353230332 2C225D"])
async def test_a_forged_cursor_is_refused(small_city: None, engine: Engine, cursor: str) -> None:
    with pytest.raises(BadPage):
        await engine.read("query($a: String) { grievances(after: $a) { nodes { number } } }", {"a": cursor}, ANONYMOUS)


@pytest.mark.parametrize("size", [-1, 101, 2_000_000_000])
async def test_a_page_has_a_bounded_size(small_city: None, engine: Engine, size: int) -> None:
    with pytest.raises(BadPage):
        await engine.read("query($n: Int) { divisions(first: $n) { nodes { code } } }", {"n": size}, ANONYMOUS)


async def test_a_second_read_with_other_values_compiles_nothing(small_city: None, engine: Engine) -> None:
    text = "query($c: DivisionCode!) { division(code: $c) { name } }"
    document = engine.document(text)
    operation = document.operation(None)
    one, other = (engine.variables(operation, {"c": code}) for code in (city.FENGGANG, city.SUIYANG))
    plan = engine.plan(document, operation, one, ANONYMOUS)
    assert engine.document(text) is document
    assert engine.plan(document, operation, other, ANONYMOUS) is plan


PRIVATE = "query($n: String!) { grievance(number: $n) { description address contactNameMasked contactPhoneMasked assignee { name } } }"


async def test_private_fields_are_for_those_whose_grants_cover_the_place(small_city: None, engine: Engine) -> None:
    number = await report()
    own = await city.person("own", Role.DISPATCHER, city.LONGQUAN)
    other = await city.person("other", Role.SUPERVISOR, city.SUIYANG)
    seen = (await engine.read(PRIVATE, {"n": number}, own))["grievance"]
    assert "13800001234" in seen["description"]
    assert seen["contactPhoneMasked"] == "138****1234"
    for stranger in (ANONYMOUS, other):
        hidden = (await engine.read(PRIVATE, {"n": number}, stranger))["grievance"]
        assert set(hidden.values()) == {None}


async def test_a_list_that_a_stranger_may_not_read_is_null_whatever_is_asked_below_it(
    small_city: None, engine: Engine
) -> None:
    number = await report()
    text = """query($n: String!, $size: Int) { grievance(number: $n) {
      workers(first: $size) { totalCount nodes { title } } messages: updates(first: $size) { totalCount } number } }"""
    hidden = (await engine.read(text, {"n": number, "size": 2}, ANONYMOUS))["grievance"]
    assert (hidden["workers"], hidden["number"]) == (None, number)


async def test_what_is_asked_below_a_field_that_is_kept_from_strangers_is_not_asked_of_the_database(
    small_city: None, engine: Engine
) -> None:
    number = await report()
    text = """query($n: String!, $words: String!) { grievance(number: $n) { number
      enterprise { grievances(last: 3, filter: {text: $words, channel: WEB}) { totalCount nodes { number } } } } }"""
    own = await city.person("own", Role.DISPATCHER, city.FENGQUAN)
    for actor in (ANONYMOUS, own):
        found = await engine.read(text, {"n": number, "words": "灯"}, actor)
        assert found["grievance"] == {"number": number, "enterprise": None}


async def test_a_strangers_county_learns_nothing_by_nesting_or_ids(small_city: None, engine: Engine) -> None:
    number = await report(is_public=False)  # type: ignore[arg-type]
    other = await city.person("other", Role.SUPERVISOR, city.SUIYANG)
    row_id = (
        await engine.read(
            "query($n: String!) { grievance(number: $n) { id } }",
            {"n": number},
            await city.person("own", Role.DISPATCHER, city.FENGQUAN),
        )
    )["grievance"]["id"]
    text = """query($id: ID!, $n: String!, $c: DivisionCode!, $g: String!) {
      node(id: $id) { id } grievance(number: $n) { number } grievances(filter: {within: $c}) { totalCount nodes { number } }
      division(code: $c) { grievances { totalCount nodes { number } } grids { nodes { grievances { nodes { number } } } } }
      grid(code: $g) { grievances { nodes { number } } } }"""
    data = await engine.read(text, {"id": row_id, "n": number, "c": city.FENGQUAN, "g": f"{city.FENGQUAN}001"}, other)
    assert number not in json.dumps(data)
    assert data["grievances"]["totalCount"] == 0


async def test_which_enterprise_reported_something_is_told_from_neither_side(small_city: None, engine: Engine) -> None:
    industry = await Industry.create(code="19", name="皮革制品和制鞋业", name_en="Leather")
    enterprise = await Enterprise.create(
        name="箱箱有礼",
        credit_code="91520323MA6EXAMP1X",
        kind=EnterpriseKind.COMPANY,
        industry=industry,
        division_id=city.FENGQUAN,
    )
    number = await report()
    await Grievance.filter(number=number).update(enterprise_id=enterprise.id)
    text = "query($id: ID!) { node(id: $id) { ... on Enterprise { grievances { totalCount nodes { number } } } } }"
    own = await city.person("own", Role.DISPATCHER, city.FENGQUAN)
    other = await city.person("other", Role.SUPERVISOR, city.SUIYANG)
    for actor, count in ((ANONYMOUS, 0), (other, 0), (own, 1)):
        found = (await engine.read(text, {"id": f"Enterprise:{enterprise.id}"}, actor))["node"]
        assert found["grievances"]["totalCount"] == len(found["grievances"]["nodes"]) == count


async def test_of_the_staff_strangers_know_those_in_charge_of_a_grid(small_city: None, engine: Engine) -> None:
    hidden, known = [await city.person(name, Role.GRID_WORKER, city.FENGQUAN) for name in ("hidden", "known")]
    grid = await Grid.get(code=f"{city.FENGQUAN}001")
    await GridAssignment.create(grid=grid, person_id=known.person_id, from_on=date(2026, 1, 1))
    ids = [f"Person:{one.person_id}" for one in (hidden, known)]
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Person { name } } }"
    assert (await engine.read(text, {"ids": ids}, ANONYMOUS))["nodes"] == [None, {"name": "known"}]
    assert (await engine.read(text, {"ids": ids}, hidden))["nodes"] == [{"name": "hidden"}, {"name": "known"}]


@pytest.mark.parametrize(
    ("within", "count"), [("5203", 7), (city.FENGGANG, 3), (city.FENGQUAN, 1), ("0520", 0), ("9999", 0)]
)
async def test_a_subtree_is_what_begins_with_its_code(
    small_city: None, engine: Engine, within: str, count: int
) -> None:
    text = "query ($code: DivisionCode) { divisions(filter: {within: $code}) { totalCount } }"
    assert (await engine.read(text, {"code": within}, ANONYMOUS))["divisions"]["totalCount"] == count


async def test_signs_that_a_database_takes_for_any_text_stand_for_themselves(small_city: None, engine: Engine) -> None:
    text = "query($text: String!) { divisions(filter: {text: $text}) { totalCount } }"
    for sign in ("%", "_", "\\"):
        assert (await engine.read(text, {"text": sign}, ANONYMOUS))["divisions"]["totalCount"] == 0
    assert (await engine.read(text, {"text": "凤冈"}, ANONYMOUS))["divisions"]["totalCount"] == 1


async def test_an_editor_of_one_county_sees_no_drafts_of_another(small_city: None, engine: Engine) -> None:
    from datetime import UTC, datetime

    times = {"starts_at": datetime(2027, 5, 22, 11, tzinfo=UTC), "ends_at": datetime(2027, 5, 22, 14, tzinfo=UTC)}
    await Event.create(slug="draft", kind=EventKind.ACTIVITY, title="草稿", division_id=city.FENGQUAN, **times)
    mine = await city.person("mine", Role.EDITOR, city.FENGGANG)
    other = await city.person("other", Role.EDITOR, city.SUIYANG)
    text = '{ event(slug: "draft") { title } events { nodes { slug } } }'
    assert (await engine.read(text, {}, mine))["event"] == {"title": "草稿"}
    assert await engine.read(text, {}, other) == {"event": None, "events": {"nodes": []}}


@pytest.mark.parametrize("words", ["灯", "楼道", "楼道灯", "道灯坏", "'\"*", "OR AND NOT", "灯 楼道", "%_", "没有的词"])
async def test_a_search_finds_words_of_any_length_and_survives_any_text(
    small_city: None, engine: Engine, words: str
) -> None:
    await report()
    found = await engine.read(
        "query($t: String) { grievances(filter: {text: $t}) { nodes { publicText } } }", {"t": words}, ANONYMOUS
    )
    texts = [one["publicText"] for one in found["grievances"]["nodes"]]
    assert bool(texts) is any(words in "楼道灯坏了" or set(words.split()) <= {"灯", "楼道"} for _ in [0])


async def test_several_things_by_their_ids_come_in_the_order_of_the_ids(engine: Engine) -> None:
    await city.build()
    number = await report()
    found = await engine.read("{ grievances(first: 1) { nodes { id } } }", {}, ANONYMOUS)
    ids = ["Division:520327", "Grievance:99999", found["grievances"]["nodes"][0]["id"], "Division:5203"]
    ids += ["Nothing:1", "Grievance:x", "", ":", "Division:520327"]
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Division { code } ... on Grievance { number } } }"
    before = engine.statements
    data = await engine.read(text, {"ids": ids}, ANONYMOUS)
    assert engine.statements == before + 1
    county = {"__typename": "Division", "id": "Division:520327", "code": "520327"}
    assert data["nodes"] == [
        county,
        None,
        {"__typename": "Grievance", "id": ids[2], "number": number},
        {"__typename": "Division", "id": "Division:5203", "code": "5203"},
        *([None] * 4),
        county,
    ]
    assert (await engine.read(text, {"ids": ["Division:5203"] * 100}, ANONYMOUS))["nodes"][99]["code"] == "5203"
    with pytest.raises(BadPage, match="holds 101"):
        await engine.read(text, {"ids": ["Division:5203"] * 101}, ANONYMOUS)


async def test_a_variable_is_bound_once_however_often_it_is_asked_for(engine: Engine) -> None:
    await city.build()
    text = """query ($place: DivisionCode!, $filter: EventFilter) {
      division(code: $place) { grids { totalCount } } services(filter: {within: $place}) { totalCount nodes { name } }
      events(filter: $filter) { totalCount nodes { title } } }"""
    variables = {"place": city.FENGQUAN, "filter": {"venue": "凤冈美术馆", "startsFrom": "2026-05-22"}}
    plan, coerced = engine.prepared(text, variables, ANONYMOUS)
    values = engine.parameters(plan.slots, coerced, ANONYMOUS)
    assert (values.count(city.FENGQUAN), values.count("凤冈美术馆")) == (1, 1)
    assert (await engine.read(text, variables, ANONYMOUS))["division"] == {"grids": {"totalCount": 1}}


@pytest.mark.parametrize(
    "asked",
    [
        "totalCount pageInfo { hasNextPage hasPreviousPage }",
        "pageInfo { hasNextPage }",
        "nodes { title } pageInfo { hasNextPage endCursor }",
        "totalCount nodes { title } pageInfo { hasNextPage startCursor endCursor }",
    ],
)
async def test_an_empty_list_and_a_full_page_say_that_nothing_follows(engine: Engine, asked: str) -> None:
    await city.build()
    for number in range(3):
        await Event.create(
            slug=f"e{number}",
            kind=EventKind.ACTIVITY,
            title=f"{number}",
            venue="剧场",
            division_id=city.FENGQUAN,
            status=EventStatus.PUBLISHED,
            starts_at=clock.now(),
            ends_at=clock.now(),
        )
    for venue, first, more in (
        ("剧场", 2, True),
        ("剧场", 3, False),
        ("剧场", 0, True),
        ("无", 2, False),
        ("无", 0, False),
    ):
        text = f'{{ events(filter: {{venue: "{venue}"}}, first: {first}) {{ {asked} }} }}'
        assert (await engine.read(text, {}, ANONYMOUS))["events"]["pageInfo"]["hasNextPage"] is more


async def test_response_names_are_any_names(engine: Engine) -> None:
    """Those that the statement uses itself, and those that only differ behind what a database keeps of a name."""
    await city.build()
    long = "a" * 63
    text = f"""{{ division(code: "{city.FENGQUAN}") {{ t1: name o: code row: level {long}: shortName {long}b: code
      {long}c: parent {{ t2: code {long}d: name {long}e: code }}
      grids {{ nodes {{ t3: code o: name {long}f: name {long}g: code division {{ o: code }} }} pageInfo {{ o: hasNextPage }} }} }} }}"""
    plain = f"""{{ division(code: "{city.FENGQUAN}") {{ name code level shortName parent {{ code name }}
      grids {{ nodes {{ code name }} }} }} }}"""
    (found,) = (await engine.read(text, {}, ANONYMOUS)).values()
    (known,) = (await engine.read(plain, {}, ANONYMOUS)).values()
    assert list(found) == ["t1", "o", "row", long, f"{long}b", f"{long}c", "grids"]
    assert list(found.values())[:5] == [known[name] for name in ("name", "code", "level", "shortName", "code")]
    county, (grid,) = known["parent"], known["grids"]["nodes"]
    assert found[f"{long}c"] == {"t2": county["code"], f"{long}d": county["name"], f"{long}e": county["code"]}
    assert found["grids"]["nodes"] == [
        {
            "t3": grid["code"], "o": grid["name"], f"{long}f": grid["name"], f"{long}g": grid["code"],
            "division": {"o": city.FENGQUAN},
        }
    ]  # fmt: skip
