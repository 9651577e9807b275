"""The pages of accounts, as a browser without JavaScript walks them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from civicgraph.accounts import trail
from civicgraph.accounts.changes import declared_of, field_words
from civicgraph.accounts.models import Grant, Person, Session
from civicgraph.accounts.operations import actor_from_token, create_person
from civicgraph.accounts.pages import device_words
from civicgraph.operations.kernel import REGISTRY
from civicgraph.permissions import SYSTEM, Actor, Role
from civicgraph.schema import schema
from tests.accounts.conftest import PASSWORD, newcomer
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG


@dataclass
class Site:
    """The running site, and who uses it."""

    app: Starlette
    lin: Person
    administrator: Actor
    stranger: Browser
    admin: Browser
    neighbour: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application; Lin can sign in."""
    await place.build()
    lin = await create_person(SYSTEM, newcomer())
    actor = await place.person("fenggang.admin", Role.ADMINISTRATOR, FENGGANG)
    other = await place.person("suiyang.admin", Role.ADMINISTRATOR, SUIYANG)
    made = Site(app, lin, actor, visit(app), await signed_in(app, actor), await signed_in(app, other))
    yield made
    for browser in (made.stranger, made.admin, made.neighbour):
        await browser.http.aclose()


async def test_who_signs_in_comes_back_to_where_they_were_going(site: Site) -> None:
    browser = site.stranger
    await browser.open("/staff/inbox")
    assert browser.status == 303
    await browser.open("/sign-in?next=/staff/inbox")
    await browser.send(username="lin", password=PASSWORD)
    assert browser.address.endswith("/staff/inbox")
    assert browser.status == 200
    assert "林小红" in browser.text


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
async def test_signing_in_leads_to_no_other_site(site: Site, onward: str) -> None:
    await site.stranger.open(f"/sign-in?next={onward}")
    form = site.stranger.form()
    pairs = {**dict(form.pairs), "username": "lin", "password": PASSWORD}
    answer = await site.stranger.http.post(site.stranger.address, data=pairs)
    assert answer.headers["location"] == "/staff"


async def test_the_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(site: Site) -> None:
    await site.stranger.open("/sign-in")
    pairs = {**dict(site.stranger.form().pairs), "username": "lin", "password": PASSWORD}
    answer = await site.stranger.http.post("/sign-in", data=pairs)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_wrong_password_keeps_the_name_and_never_shows_the_password(site: Site) -> None:
    browser = site.stranger
    await browser.open("/sign-in")
    await browser.send(username="lin", password="a wrong guess")
    assert browser.status == 422
    assert 'value="lin"' in browser.text
    assert "a wrong guess" not in browser.text
    assert "登录名和密码对不上" in browser.text


async def test_a_form_from_another_site_signs_nobody_in(site: Site) -> None:
    answer = await site.stranger.http.post("/sign-in", data={"username": "lin", "password": PASSWORD, "csrf": "guess"})
    assert answer.status_code == 403
    assert await Session.filter(person=site.lin).count() == 0


async def test_signing_out_ends_the_session_and_forgets_the_cookie(site: Site) -> None:
    await site.admin.open("/staff")
    await site.admin.send("/sign-out")
    await site.admin.open("/staff")
    assert site.admin.status == 303


async def test_an_administrator_enters_a_colleague_and_gives_and_takes_roles(site: Site) -> None:
    browser = site.admin
    await browser.open("/staff/people/new")
    given = {
        "name": "陈大勇",
        "username": "chen",
        "password": PASSWORD,
        "role": "grid_worker",
        "division_code": FENGQUAN,
    }
    await browser.send(**{**given, "username": "陈"})
    assert browser.status == 422
    assert 'value="陈大勇"' in browser.text
    assert PASSWORD not in browser.text
    await browser.send(**given)
    chen = await Person.get(username="chen")
    assert "陈大勇" in browser.text
    await browser.open(f"/staff/people/{chen.id}/roles")
    assert FENGQUAN in browser.text
    assert HONGQIAO not in browser.text
    await browser.send(f"/staff/people/{chen.id}/roles", role="editor", division_code=LONGQUAN)
    assert "角色已授予" in browser.text
    assert await Grant.filter(person=chen).count() == 2
    await browser.send(f"/staff/people/{chen.id}/roles/revocations")
    assert [grant.role for grant in await Grant.filter(person=chen)] == [Role.EDITOR]


async def test_the_second_of_two_editors_is_told_and_loses_nothing(site: Site) -> None:
    address = f"/staff/people/{site.lin.id}"
    second = await signed_in(site.app, site.administrator)
    await site.admin.open(address)
    await second.open(address)
    await site.admin.send(title="组长")
    await second.send(title="副组长")
    assert second.status == 409
    assert "组长" in second.text
    assert "副组长" in second.text
    await second.send()
    assert (await Person.get(id=site.lin.id)).title == "副组长"
    await second.http.aclose()


async def test_another_countys_administrator_finds_no_such_person(site: Site) -> None:
    for path in ("", "/roles", "/password", "/history"):
        await site.neighbour.open(f"/staff/people/{site.lin.id}{path}")
        assert site.neighbour.status == 404
    assert "林小红" not in await site.neighbour.open("/staff/people")
    assert "林小红" in await site.admin.open("/staff/people?q=小红")
    assert "林小红" not in await site.admin.open("/staff/people?active=no")


async def test_a_new_password_is_set_and_then_changed_by_its_owner(site: Site) -> None:
    await site.admin.open(f"/staff/people/{site.lin.id}/password")
    await site.admin.send(password="short")
    assert site.admin.status == 422
    await site.admin.send(password="told by telephone")
    browser = site.stranger
    await browser.open("/sign-in")
    await browser.send(username="lin", password="told by telephone")
    await browser.open("/staff/sessions")
    await browser.send(current="a guess here", password="my very own one")
    assert browser.status == 422
    assert "这不是您现在的密码" in browser.text
    assert "my very own one" not in browser.text
    await browser.send(current="told by telephone", password="my very own one")
    assert browser.status == 200
    assert "密码已经改好" in browser.text


async def test_a_token_is_shown_once_and_revoked(site: Site) -> None:
    browser = site.admin
    await browser.open("/staff/tokens")
    await browser.send(name="script", scopes=["read", "grievances"])
    (secret,) = re.findall(r"cg_[\w-]{40,}", browser.text)
    assert await actor_from_token(secret)
    assert secret not in await browser.open("/staff/tokens")
    await browser.send("/staff/tokens/1/revocation")
    assert "已作废" in browser.text
    assert await actor_from_token(secret) is None


async def test_ones_other_sessions_are_listed_and_ended(site: Site) -> None:
    lost = await signed_in(site.app, site.administrator)
    await site.admin.open("/staff/sessions")
    other = await Session.filter(person_id=site.administrator.person_id).order_by("-id").first()
    await site.admin.send(f"/staff/sessions/{other.id}/revocation")  # type: ignore[union-attr]
    await lost.open("/staff")
    assert lost.status == 303
    await lost.http.aclose()


def test_a_number_in_the_trail_is_that_of_whatever_it_stands_at() -> None:
    """A registration's was called that of a grievance, after another operation's form."""
    assert field_words("number", declared_of("register", "number")) == "编号"


async def test_the_trail_reads_like_the_forms_and_is_narrowed_by_what_is_asked(site: Site) -> None:
    browser = site.admin
    await browser.open(f"/staff/people/{site.lin.id}")
    await browser.send(title="组长", email="new@example.cn")
    await browser.open("/staff/audit")
    for words in ("修改人员信息", "职务", "组长", "有改动，内容不留存", "fenggang.admin"):
        assert words in browser.text
    assert "new@example.cn" not in browser.text
    assert "组长" not in await browser.open("/staff/audit?operation=grant_role")
    assert "组长" in await browser.open(f"/staff/audit?subject=Person&person={site.administrator.person_id}")
    assert "组长" not in await browser.open("/staff/audit?person=999999")
    assert "组长" in await browser.open("/staff/audit?within=nonsense&subject=nonsense&person=nonsense")
    assert "组长" in await browser.open("/staff/audit", **{"hx-request": "true"})
    assert "<html" not in browser.text
    assert "组长" not in await site.neighbour.open("/staff/audit")
    assert "组长" not in await site.neighbour.open(f"/staff/audit?within={FENGGANG}")


async def test_a_cursor_that_does_not_belong_is_refused_in_words(site: Site) -> None:
    await site.admin.open("/staff/audit?after=zz")
    assert site.admin.status == 400


def test_the_trail_has_words_for_every_operation() -> None:
    schema()
    audited = {name for name, operation in REGISTRY.items() if operation.is_audited}
    assert audited - set(trail.OPERATIONS) == set()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1 MicroMessenger/8.0.49", "微信 · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "未知"),
    ],
)
def test_a_device_is_named_as_people_know_it(agent: str, words: str) -> None:
    assert device_words(agent) == words
