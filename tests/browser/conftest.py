"""A real Chromium against a real server over a small city."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.accounts.passwords import hash_password
from civicgraph.checklists import operations as checklists
from civicgraph.enterprises import operations as enterprises
from civicgraph.enterprises.claims.models import ClaimWay, EnterpriseAccount
from civicgraph.enterprises.importing import runs
from civicgraph.enterprises.industries import load_industries
from civicgraph.grievances.models import Body, GrievanceCategory, Urgency
from civicgraph.grievances.operations import file_grievance
from civicgraph.permissions import Actor, Role
from tests.checklists.conftest import ANSWERS, template
from tests.conftest import SECRET, make_settings
from tests.enterprises.conftest import CASES
from tests.policies.conftest import granted_to_all, published
from tests.projects.conftest import signed
from tests.support import city
from tests.support.chromium import options
from tests.support.servers import Server
from tests.support.templates import run

expect.set_options(timeout=20_000)  # two cores are shared with the other tests

PASSWORD = "a password for tests"
STAFF = {
    "point": (Role.DISPATCHER, city.FENGQUAN),
    "grid": (Role.GRID_WORKER, city.FENGQUAN),
    "editor": (Role.EDITOR, city.FENGGANG),
    "admin": (Role.ADMINISTRATOR, city.CITY),
    "stranger": (Role.SUPERVISOR, city.SUIYANG),
}
SIZES = {"phone": {"width": 360, "height": 800}, "desk": {"width": 1280, "height": 900}}


async def enter_enterprise(admin: Actor) -> None:
    """An enterprise with what its pages show: a grant, a problem, a project, a case, a file, and who acts for it."""
    await load_industries()
    row = await enterprises.create_enterprise(admin, {**CASES, "employees": 10})
    person = await Person.create(username="owner", name="李厂长")
    await EnterpriseAccount.create(enterprise_id=row.id, person_id=person.id, way=ClaimWay.CODE)
    owner = Actor(kind="person", person_id=person.id, name=person.name)
    policy = await published(admin)
    await granted_to_all(admin, policy.id)
    await signed(admin, enterprise_code=row.credit_code, investor="")
    draft = await checklists.create_checklist(admin, template())
    checklist = await checklists.publish_checklist(admin, {"id": draft.id, "version": draft.version})
    await checklists.open_case(
        owner, {"checklist_id": checklist.id, "credit_code": row.credit_code, "answers": ANSWERS, "yes": [1]}
    )
    own = {"group_code": "enterprise", "group_name": "企业", "group_name_en": "Enterprises", "urgency": Urgency.GENERAL}
    await GrievanceCategory.create(
        **{"code": "ent_policy", "name": "政策申请", "name_en": "Policies", "body": Body.COMMUNITY, "position": 9},
        **own,
    )
    report = {"category": "ent_policy", "division_code": city.FENGQUAN, "description": "申请材料被退回"}
    await file_grievance(owner, {**report, "enterprise_code": row.credit_code, "is_public": False})
    rows = (
        f"统一社会信用代码,企业名称,区划代码\n{row.credit_code},箱箱有礼,{city.HONGQIAO}\n1,不是代码,{city.HONGQIAO}\n"
    )
    await runs.stage(admin, "register.csv", io.BytesIO(rows.encode()))
    await runs.go_on()


async def _fill(url: str) -> None:
    settings = make_settings(url)
    configuration.use(settings)
    async with db.connected(settings):
        await city.build()
        for code, name in (("lighting", "楼道与路灯照明"), ("noise", "噪声扰民")):
            await GrievanceCategory.create(
                code=code,
                group_code="home",
                group_name="房屋与水电",
                group_name_en="Homes",
                name=name,
                name_en=code.title(),
                urgency=Urgency.GENERAL,
                body=Body.PROPERTY,
                position=1,
            )
        hashed = await hash_password(PASSWORD)
        actors = {username: await city.person(username, role, code) for username, (role, code) in STAFF.items()}
        await enter_enterprise(actors["admin"])
        await Person.all().update(password_hash=hashed)


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running site over a small city."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(sqlite_template, folder / "city.sqlite3")
    url = f"sqlite://{folder}/city.sqlite3"
    run(_fill(url))
    with Server(url, SECRET, folder) as server:
        yield server.url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options())
        yield browser
        browser.close()


class People:
    """Opens browsers for people and signs staff in."""

    def __init__(self, browser: Browser, url: str, size: str, has_script: bool) -> None:
        self.url, self.has_script = url, has_script
        self._make = lambda: browser.new_context(
            viewport=SIZES[size], java_script_enabled=has_script, base_url=url, locale="zh-CN"
        )
        self._open: list[BrowserContext] = []
        self.broken: list[str] = []

    def resident(self) -> Page:
        """Somebody without an account."""
        context = self._make()
        self._open.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("response", self._note)
        return page

    def staff(self, username: str) -> Page:
        """A member of staff, signed in."""
        page = self.resident()
        page.goto("/sign-in")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url("**/staff")
        return page

    def owner(self) -> Page:
        """Who acts for the enterprise, signed in."""
        page = self.resident()
        page.goto("/sign-in?next=/my/enterprises")
        page.fill("[name=username]", "owner")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url("**/my/enterprises/*")
        return page

    def _note(self, response: Response) -> None:
        if response.status >= 500:
            self.broken.append(response.url)

    def close(self) -> None:
        """Close every browser."""
        for context in self._open:
            context.close()


@pytest.fixture(
    params=[("phone", False), ("phone", True), ("desk", False), ("desk", True)],
    ids=lambda p: f"{p[0]}-{'js' if p[1] else 'nojs'}",
)
def people(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[People]:
    """People with a phone or a desk, with and without JavaScript."""
    made = People(chromium, site, *request.param)
    yield made
    made.close()
    assert not made.broken, f"the server broke on {made.broken}"


def until_kept(page: Page, path: str) -> None:
    """Wait until a page is kept in the browser; `wait_for_function` does not wait for a promise."""
    end = time.monotonic() + 20
    while not page.evaluate(f"caches.match('{path}').then(Boolean)"):
        assert time.monotonic() < end, f"{path} is not kept"
        page.wait_for_timeout(50)
