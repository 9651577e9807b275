"""Open311 GeoReport v2: a client that others wrote, answers that fit the specification, and nothing that is not public."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import georeport
import httpx
import pytest
import xmlschema

from civicgraph import budgets, clock, crypto, db
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.accounts.operations import create_token, revoke_token
from civicgraph.graph.engine import Engine
from civicgraph.grievances import operations
from civicgraph.grievances.models import CategoryQuestion, Grievance, HeldReport
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from civicgraph.web.templating import document
from tests.conftest import SECRET, make_settings
from tests.grievances.conftest import fill
from tests.grievances.steps import take
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO
from tests.support.plans import gone_through, plan_of_document
from tests.support.servers import Server
from tests.uploads.pictures import photo

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent.parent / "support/georeport.xsd")
WORDS = "三单元楼道灯坏了两天，请打 13800001234 找我"
SENT = {
    "service_code": "lighting",
    "address_id": FENGQUAN,
    "address_string": "斌鑫二期3栋2单元501",
    "lat": "27.9562",
    "long": "107.7161",
    "description": WORDS,
    "first_name": "阿婆",
    "last_name": "陈",
    "phone": "13800001234",
    "email": "chen@example.cn",
    "attribute[since]": "一周以上",
}


async def built() -> str:
    """The small city with a question, and a partner's key."""
    await fill()
    await CategoryQuestion.create(
        category_id="lighting",
        code="since",
        name="坏了多久？",
        name_en="For how long?",
        kind="choice",
        choices=["一两天", "一周以上"],
        choices_en=["A day or two", "More than a week"],
        is_required=True,
        is_public=True,
    )
    await CategoryQuestion.create(
        category_id="lighting", code="lamps", name="几盏灯？", name_en="How many lamps?", kind="number", position=1
    )
    partner = await place.person("partner", Role.GRID_WORKER, place.CITY)
    return str((await create_token(partner, {"name": "小程序", "scopes": ["reports"], "days": 1}))["secret"])


@pytest.fixture
async def key(client: httpx.AsyncClient) -> str:
    """A partner's key, in the small city behind the client."""
    return await built()


async def sent(client: httpx.AsyncClient, key: str, ending: str = "json", **values: str) -> httpx.Response:
    given = {name: value for name, value in {**SENT, "api_key": key, **values}.items() if value}
    return await client.post(f"/open311/v2/requests.{ending}", data=given)


def checked(answer: httpx.Response) -> Any:
    """XML that fits the specification, as Python reads it."""
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    SCHEMA.validate(answer.text.encode())
    return SCHEMA.to_dict(answer.text.encode())


def test_a_client_that_others_wrote_lists_services_files_and_follows(database: str, tmp_path: Path) -> None:
    made = make_settings(database)
    configuration.use(made)

    async def build() -> str:
        async with db.connected(made):
            return await built()

    key = asyncio.run(build())
    with Server(database, SECRET, tmp_path) as server:
        for form in ("json", "xml"):
            found = georeport.GeoReport(f"{server.url}/open311/v2", api_key=key, output_format=form)
            assert [one["service_code"] for one in found.get_service_list()] == ["lighting", "gas", "ent_policy"]
            definition = found.get_service_definition("lighting")
            assert definition["service_code"] == "lighting"
            given = {**SENT, "api_key": key, "idempotency_key": form}
            answer = httpx.post(f"{server.url}/open311/v2/requests.json", data=given)
            assert answer.status_code == 201, answer.text
            number = answer.json()[0]["service_request_id"]
            assert found.get_service_request(number)["status"] == "open"
            listed = found.get_service_requests(service_code="lighting", status="open")
            assert number in {one["service_request_id"] for one in (listed if isinstance(listed, list) else [listed])}
        assert "13800001234" not in server.log
        assert key not in server.log


async def test_every_answer_in_xml_fits_the_specification(client: httpx.AsyncClient, key: str) -> None:
    filed = checked(await sent(client, key, "xml"))["request"][0]
    held = checked(await sent(client, key, "xml", address_id="", address_string="河边"))["request"][0]
    assert checked(await client.get(f"/open311/v2/tokens/{held['token']}.xml"))["request"][0]["token"] == held["token"]
    checked(await client.get("/open311/discovery.xml"))
    checked(await client.get("/open311/v2/services.xml"))
    checked(await client.get("/open311/v2/services/lighting.xml"))
    checked(await client.get("/open311/v2/services/gas.xml"))
    checked(await client.get("/open311/v2/requests.xml"))
    checked(await client.get(f"/open311/v2/requests/{filed['service_request_id']}.xml?lang=en"))
    checked(await client.get("/open311/v2/requests/ZY-0101-0000.xml"))
    checked(await sent(client, "", "xml"))


async def test_discovery_names_the_endpoint_and_its_formats(client: httpx.AsyncClient, key: str) -> None:
    found = (await client.get("/open311/discovery.json")).json()
    (endpoint,) = found["endpoints"]
    assert endpoint["url"].endswith("/open311/v2")
    assert endpoint["formats"] == ["text/xml", "application/json"]


async def test_a_category_with_questions_says_so_and_tells_them(client: httpx.AsyncClient, key: str) -> None:
    services = {one["service_code"]: one for one in (await client.get("/open311/v2/services.json?lang=en")).json()}
    assert services["lighting"]["metadata"] is True
    assert services["gas"]["metadata"] is False
    assert services["lighting"]["service_name"] == "Corridor and street lighting"
    asked, lamps = (await client.get("/open311/v2/services/lighting.json")).json()["attributes"]
    assert (asked["datatype"], asked["required"], asked["order"]) == ("singlevaluelist", True, 1)
    assert asked["values"][1] == {"key": "一周以上", "name": "一周以上"}
    assert (lamps["datatype"], "values" in lamps) == ("number", False)


async def test_a_report_arrives_with_all_that_was_sent(client: httpx.AsyncClient, key: str) -> None:
    answer = await sent(client, key)
    assert answer.status_code == 201
    (told,) = answer.json()
    row = await Grievance.get(number=told["service_request_id"]).prefetch_related("answers")
    assert (row.channel, row.division_id, crypto.decrypt(row.contact_name), row.address) == (
        "open311",
        FENGQUAN,
        "陈阿婆",
        "斌鑫二期3栋2单元501",
    )
    assert (row.latitude_micro, row.longitude_micro) == (27_956_200, 107_716_100)
    assert [one.answer for one in row.answers] == ["一周以上"]
    path = told["service_notice"].partition("/track/")[2]
    assert (await client.get(f"/track/{path}")).status_code == 200


async def asked_similar(client: httpx.AsyncClient, ending: str = "json", **values: str) -> httpx.Response:
    """An app asks before it files, with what the report would say, and no key."""
    given = {name: value for name, value in {**SENT, **values}.items() if value}
    return await client.post(f"/open311/v2/similar.{ending}", data=given)


async def test_an_app_asks_before_filing_whether_somebody_reported_the_same(
    client: httpx.AsyncClient, key: str
) -> None:
    number = (await sent(client, key)).json()[0]["service_request_id"]
    hidden = (await sent(client, key, description=f"{WORDS}，快")).json()[0]["service_request_id"]
    await Grievance.filter(number=hidden).update(is_public=False)
    before = await Grievance.all().count()
    answer = await asked_similar(client, description="三单元的楼道灯坏了，好几天没亮")
    assert answer.status_code == 200
    (one,) = answer.json()
    assert (one["service_request_id"], one["status"]) == (number, "open")
    page = await client.get(one["service_notice"].partition("city.example")[2] or one["service_notice"])
    assert f"/grievances/{number}/support" in page.text  # there one has it too, or follows it
    assert "13800001234" not in answer.text
    (told,) = checked(await asked_similar(client, "xml", address_id="", description=WORDS, **NAMED))["request"]
    assert told["service_request_id"] == number
    for other in ({"description": "燃气味很重，请快来"}, {"address_id": place.HONGQIAO}, {"description": "灯"}):
        assert (await asked_similar(client, **other)).json() == []
    assert (await asked_similar(client, address_id="", address_string="河边")).json() == []
    assert (await asked_similar(client, address_id="", address_string="", lat="", long="")).status_code == 400
    assert await Grievance.all().count() == before


NAMED = {"address_string": "凤冈县龙泉街道凤泉社区三单元"}


@pytest.mark.parametrize("more", [{}, {"category": "lighting", "point": "27.95, 107.71"}])
async def test_what_is_alike_is_found_by_the_index_of_the_community(
    engine: Engine, city: None, more: dict[str, str]
) -> None:
    plan, values = engine.prepared(
        document("open311/similar"), {"community": FENGQUAN, "text": WORDS, **more}, ANONYMOUS
    )
    assert not await gone_through(plan.statement, engine.parameters(plan.slots, values, ANONYMOUS), ("grievance",))


async def test_of_its_point_a_report_tells_the_square_that_it_lies_in(
    client: httpx.AsyncClient, key: str, settings: Settings
) -> None:
    configuration.use(settings.model_copy(update={"city_bounds": "-90, -180, 90, 180"}))
    told = {}
    for lat, long in (("27.9501", "107.7101"), ("27.9599", "107.7199"), ("-27.9562", "-0.0001"), ("", "")):
        words = f"楼道灯坏了两天，第{len(told)}处"
        number = (await sent(client, key, lat=lat, long=long, description=words)).json()[0]["service_request_id"]
        (one,) = (await client.get(f"/open311/v2/requests/{number}.json")).json()
        assert checked(await client.get(f"/open311/v2/requests/{number}.xml"))
        told[lat, long] = (one["lat"], one["long"])
    assert list(told.values()) == [(27.955, 107.715), (27.955, 107.715), (-27.955, -0.005), (None, None)]


async def test_nothing_that_is_not_public_is_told(client: httpx.AsyncClient, key: str) -> None:
    number = (await sent(client, key)).json()[0]["service_request_id"]
    hidden = (await sent(client, key, description="这一条不公开，楼上每天深夜敲打")).json()[0]["service_request_id"]
    await Grievance.filter(number=hidden).update(is_public=False)
    for ending in ("json", "xml"):
        text = (await client.get(f"/open311/v2/requests.{ending}?api_key={key}")).text
        assert number in text
        for private in ("13800001234", "陈", "501", "chen@", "27.956", "107.716", hidden):
            assert private not in text
    assert (await client.get(f"/open311/v2/requests/{hidden}.json")).status_code == 404


async def test_a_retry_is_one_report_and_other_words_under_its_key_are_refused(
    client: httpx.AsyncClient, key: str
) -> None:
    first, second = await sent(client, key), await sent(client, key)
    assert first.json() == second.json()
    assert await Grievance.all().count() == 1
    await sent(client, key, idempotency_key="mine")
    assert (await sent(client, key, idempotency_key="mine", description="完全不同的另一件事情")).status_code == 400
    assert await Grievance.all().count() == 2


@pytest.mark.parametrize(
    ("values", "status", "named"),
    [
        ({"service_code": "none"}, 404, "service_code"),
        ({"jurisdiction_id": "1101"}, 404, "jurisdiction_id"),
        ({"jurisdiction_id": "520399"}, 404, "jurisdiction_id"),
        ({"description": "灯"}, 400, "description"),
        ({"attribute[since]": ""}, 400, "attribute[since]"),
        ({"attribute[lamps]": "许多"}, 400, "attribute[lamps]"),
        ({"attribute[colour]": "红"}, 400, "attribute[colour]"),
        ({"phone": "12"}, 400, "phone"),
        ({"lat": "95"}, 400, "lat, long"),
        ({"lat": "39.9042", "long": "116.4074"}, 400, "lat, long"),
        ({"lat": "27.9562", "long": "17.7161"}, 400, "lat, long"),
        ({"address_id": "520327001999"}, 400, "address_id"),
        ({"address_id": "", "address_string": "", "lat": ""}, 400, "address_id"),
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "cg_wrong"}, 403, "api_key"),
    ],
)
async def test_what_is_wrong_is_said_by_the_name_that_the_client_knows(
    client: httpx.AsyncClient, key: str, values: dict[str, str], status: int, named: str
) -> None:
    answer = await sent(client, **{"key": key, **values} if "api_key" not in values else {"key": values["api_key"]})
    assert answer.status_code == status
    (error,) = answer.json()
    assert error["code"] == status
    assert error["description"].startswith(named) or named in error["description"]
    assert not await Grievance.exists()


async def test_utf8_is_taken_as_it_comes_and_what_is_none_is_refused_in_the_format_asked_for(
    client: httpx.AsyncClient, key: str
) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    given = "&".join(f"{name}={value}" for name, value in {**SENT, "api_key": key}.items()).encode()
    assert (await client.post("/open311/v2/requests.json", content=given, headers=headers)).status_code == 201
    assert (await Grievance.get()).description.startswith("三单元楼道灯坏了两天")
    for broken in (given + b"&description=%FF", given + b"&account_id=\xff", given + b"&\xff=1", b"api_key=\xff"):
        for door in ("requests", "similar"):
            answer = await client.post(f"/open311/v2/{door}.json", content=broken, headers=headers)
            assert answer.status_code == 400
            assert "有些字符无法识别" in answer.json()[0]["description"]
            answer = await client.post(f"/open311/v2/{door}.xml", content=broken, headers=headers)
            assert answer.status_code == 400
            assert checked(answer)["error"]
    assert await Grievance.all().count() == 1


async def test_a_key_needs_the_scope_and_ends_when_it_is_revoked(client: httpx.AsyncClient, key: str) -> None:
    row = await Person.get(username="partner")
    partner = Actor(kind="person", person_id=row.id, name="partner")
    reading = await create_token(partner, {"name": "读", "scopes": ["read"], "days": 1})
    assert (await sent(client, reading["secret"])).status_code == 403
    ending = await create_token(partner, {"name": "写", "scopes": ["reports"], "days": 1})
    await revoke_token(partner, {"id": ending["token"].id})
    assert (await sent(client, ending["secret"])).status_code == 403


async def test_a_place_in_words_is_found_and_an_unclear_one_waits_for_staff(
    client: httpx.AsyncClient, key: str
) -> None:
    named = (await sent(client, key, address_id="", address_string="绥阳县风华镇虹桥社区中街")).json()[0]
    assert (await Grievance.get(number=named["service_request_id"])).division_id == HONGQIAO
    held = (await sent(client, key, address_id="", address_string="河边")).json()[0]
    assert "service_request_id" not in held
    waiting = (await client.get(f"/open311/v2/tokens/{held['token']}.json")).json()[0]
    assert waiting["service_request_id"] is None
    dispatcher = await place.person("d", Role.DISPATCHER, place.CITY)
    report = await HeldReport.get(cause="place")
    await operations.release_report(dispatcher, {"number": report.number, "division_code": FENGQUAN})
    found = (await client.get(f"/open311/v2/tokens/{held['token']}.json")).json()[0]
    assert found["service_request_id"] == report.number
    assert (await client.get(f"/open311/v2/tokens/{report.number}~WRONG.json")).status_code == 404


async def test_the_notice_says_whom_to_call_where_there_is_danger(client: httpx.AsyncClient, key: str) -> None:
    told = (await sent(client, key, description="楼道里着火了，有人被困")).json()[0]["service_notice"]
    assert told.startswith("这可能有危险。如果有人正处在危险中，请先离开现场并拨打：119")
    assert "/track/" in told


async def test_photos_come_along_and_stay_private_until_somebody_looked(client: httpx.AsyncClient, key: str) -> None:
    files = {"media": ("灯.jpg", photo(), "image/jpeg")}
    answer = await client.post("/open311/v2/requests.json", data={**SENT, "api_key": key}, files=files)
    number = answer.json()[0]["service_request_id"]
    own = answer.json()[0]["service_notice"].partition("/track/")[2]
    assert f"/track/{own}/photos/" in (await client.get(f"/track/{own}")).text
    assert (await client.get(f"/open311/v2/requests/{number}.json")).json()[0]["media_url"] is None
    inward = await sent(client, key, media_url="http://127.0.0.1/photo.jpg", description="另一处的路灯也坏了一周")
    assert inward.status_code == 201
    assert "media_url" in inward.json()[0]["service_notice"]


async def test_lists_are_narrowed_by_time_state_and_number(client: httpx.AsyncClient, key: str) -> None:
    now = clock.now()
    numbers = []
    for days in (100, 40, 1):
        with clock.override(now - timedelta(days=days)):
            numbers.append((await sent(client, key)).json()[0]["service_request_id"])
    old, middle, new = numbers
    await Grievance.filter(number=middle).update(status="closed")

    async def found(**params: str) -> list[str]:
        answer = await client.get("/open311/v2/requests.json", params=params)
        assert answer.status_code == 200, answer.text
        return [one["service_request_id"] for one in answer.json()]

    assert await found() == [new, middle]
    assert await found(status="closed") == [middle]
    assert await found(status="open,closed", service_code="gas,lighting") == [new, middle]
    assert await found(service_code="gas") == []
    start = (now - timedelta(days=101)).isoformat()
    assert await found(start_date=start, end_date=(now - timedelta(days=39)).isoformat()) == [middle, old]
    assert await found(service_request_id=f"{old},{new}") == [new, old]
    assert await found(jurisdiction_id=FENGGANG) == [new, middle]
    assert await found(jurisdiction_id=HONGQIAO) == []
    first = await client.get("/open311/v2/requests.json?page_size=1")
    following = first.headers["link"].partition("<")[2].partition(">")[0]
    assert [one["service_request_id"] for one in (await client.get(following)).json()] == [middle]
    assert await found(page="1", page_size="1") == [new]
    assert await found(page="2", page_size="1") == [middle]
    assert await found(page="3", page_size="1") == []
    assert await found(page="2") == []
    paged = await client.get("/open311/v2/requests.json?page_size=1&page=1")
    following = paged.headers["link"].partition("<")[2].partition(">")[0]
    assert [one["service_request_id"] for one in (await client.get(following)).json()] == [middle]
    for wrong in (
        *({"page": one} for one in ("0", "-1", "two", "1.5", "11", "99999999999")),
        *({"page_size": one} for one in ("0", "-5", "many", "101")),
        {"start_date": "gestern"},
        {"status": "lost"},
        {"start_date": "2020-01-01", "end_date": "2021-01-01"},
    ):
        answer = await client.get("/open311/v2/requests.json", params=wrong)
        assert answer.status_code == 400
        (error,) = answer.json()
        assert (error["code"], error["description"].startswith(tuple(wrong))) == (400, True)


async def test_a_joined_report_says_with_which_as_far_as_that_is_public(client: httpx.AsyncClient, key: str) -> None:
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGQUAN)
    first, second = [
        (await sent(client, key, description=f"楼道灯坏了两天，第{one}处")).json()[0]["service_request_id"]
        for one in "一二"
    ]
    await take(dispatcher, "merge", await Grievance.get(number=second), into=first, note="是同一盏灯。")
    path = f"/open311/v2/requests/{second}.json"
    (told,) = (await client.get(path)).json()
    assert told["status"] == "closed"
    assert told["status_notes"].startswith("是同一盏灯。")
    assert told["status_notes"].endswith(f"/grievances/{first}")
    await Grievance.filter(number=first).update(is_public=False)
    (told,) = (await client.get(path)).json()
    assert told["status_notes"] == "是同一盏灯。 已与此前反映同一问题的诉求并案办理。"
    assert first not in str(told)


WINDOW = {"submittedFrom": "2019-03-01T00:00:00+08:00", "submittedBefore": "2019-05-01T00:00:00+08:00"}


@pytest.mark.parametrize("place_code", [place.CITY, FENGGANG, place.LONGQUAN, FENGQUAN])
@pytest.mark.parametrize(
    "more", [{}, {"categories": ["gas", "lighting"]}, {"isUnfinished": True}, {"isUnfinished": False}]
)
async def test_what_was_reported_long_ago_is_found_by_an_index_of_times(
    engine: Engine, city: None, place_code: str, more: dict[str, Any]
) -> None:
    """Whoever asks for a spring of seven years ago does not go through all that was reported since."""
    variables = {"place": place_code, "filter": {"within": place_code, **WINDOW, **more}, "first": 100}
    plan, values = engine.prepared(document("open311/requests"), variables, ANONYMOUS)
    parameters = engine.parameters(plan.slots, values, ANONYMOUS)
    assert not await gone_through(plan.statement, parameters, ("grievance",))
    if len(place_code) <= len(FENGGANG) and "categories" not in more:
        told = await plan_of_document(engine, document("open311/requests"), variables)
        assert "submitted_at>? AND submitted_at<?" in told or "submitted_at >=" in told, told


async def test_a_key_sends_so_many_in_a_minute(
    client: httpx.AsyncClient, key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "shared", budgets.Budgets())
    configuration.use(settings.model_copy(update={"partner_reports_per_minute": 1}))
    assert (await sent(client, key)).status_code == 201
    answer = await sent(client, key)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
