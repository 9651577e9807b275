"""Pictures of every page, in both languages, light and dark, on a phone and on a desk, into `shots/`.

What axe finds on them is printed, and so is what is wider than its window and what the keyboard alone does not get at.

make shots            all of them
python -m tests.shots home event   only pages whose name begins so
"""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.support.axe import IS_TOO_WIDE, troubles_of
from tests.support.chromium import options
from tests.support.keyboard import walked_by
from tests.support.servers import Server

FOLDER = Path("shots")
TROUBLES: list[str] = []
"""What shuts somebody out: the command fails when there is any."""
SIZES = {"phone": (360, 800), "desk": (1280, 900)}
ALL_PICTURES = (
    """Promise.all([...document.images].map(one => (one.loading = "eager", one.decode().catch(() => null))))"""
)
"""What is loaded only when somebody comes near to it is on the picture of the whole page too."""
SECRET = "a secret of the picture taker, long enough"

PUBLIC = {
    "home": "/",
    "places": "/places",
    "place-city": "/places/5203",
    "place": "/places/520327001901",
    "place-hongqiao": "/places/520323104001",
    "choose": "/place",
    "events": "/events",
    "calendar": "/events/calendar?month=2026-05",
    "events-week": "/events/week?from=2026-05-18",
    "events-map": "/events/map",
    "events-near": "/events/near?within=520327001901",
    "events-nowhere": "/events/near",
    "event": "@/events?past=1",
    "event-poster": "@/events?past=1#poster",
    "venue": "/venues/%E9%81%B5%E4%B9%89%E7%BE%8E%E6%9C%AF%E9%A6%86",
    "drills": "/drills",
    "rescue-teams": "/rescue-teams",
    "rescue-team": "/rescue-teams/2",
    "services": "/services",
    "service-times": "/services/elderly-station-hangkong",
    "service-stewards": "/services/stewards-tianju?building=3",
    "service-errand": "/services/proxy-errands",
    "service-shop": "/services/sales-point-jintai",
    "service-full": "/services/afterschool-changzheng",
    "service-slots": "/services/canteen-wujiangtianyuan",
    "book": "/services/parking-tianju#book",
    "book-waiting": "/services/afterschool-changzheng#book",
    "my-booking": "/services/parking-tianju#booked",
    "service": "/services/canteen-wujiangtianyuan",
    "enterprises": "/enterprises",
    "enterprise": "@/enterprises",
    "enterprises-facets": "/enterprises?q=%E5%85%AC%E5%8F%B8&kind=COMPANY#facets",
    "one-thing": "/one-thing",
    "jobs": "/jobs",
    "job": "/jobs/1",
    "job-apply": "/jobs/1/application",
    "job-where": "/jobs/application",
    "job-figures": "/jobs/figures",
    "one-thing-restaurant": "/one-thing/1?asked=1&yes=2",
    "enterprise-figures": "/enterprises/figures",
    "enterprise-figures-section": "/enterprises/figures?quarter=2023Q4&industry=C",
    "enterprise-figures-town": "/enterprises/figures?within=520323104&quarter=2026Q4",
    "industries": "/enterprises/industries",
    "industries-below": "/enterprises/industries?of=192",
    "industries-found": "/enterprises/industries?q=%E8%8C%B6",
    "enterprise-claim": "/enterprises/claim",
    "enterprise-claim-code": "/enterprises/91520323MAK8KAK65H/claim",
    "problems": "/enterprise-problems",
    "projects": "/projects",
    "project": "/projects/6",
    "project-stopped": "/projects/17",
    "project-figures": "/projects/figures?quarter=2026Q1",
    "products": "/products",
    "product": "/products/1",
    "product-contact": "/products/2",
    "product-inquiry": "/products/3/inquiry",
    "product-years": "/products/3",
    "markets": "/markets",
    "policies": "/policies",
    "policies-category": "/policies?category=EMPLOYMENT",
    "policy": "/policies/1",
    "policies-paid": "/policies/paid",
    "grievances": "/grievances",
    "grievance": "@/grievances",
    "map": "/grievances/map",
    "map-county": "/grievances/map?within=520327",
    "shortfalls": "/shortfalls",
    "figures": "/figures",
    "figures-community": "/figures?within=520327001901",
    "figures-category": "/figures?within=520327&category=plumbing&period=2026",
    "figures-empty": "/figures?within=520328",
    "month-report": "/figures/2026-11?within=520327",
    "report": "/report?division=520327001901",
    "report-errand": "/report?division=520327001901&category=errand",
    "support": "@/grievances?state=open#support",
    "report-where": "/report",
    "report-alike": "/report?division=520327001901#alike",
    "report-point": "/report?division=520327001901#point",
    "track": "/track",
    "search": "/search?q=%E8%99%B9%E6%A1%A5",
    "grid": "/grids/520323104001001",
    "sign-in": "/sign-in",
    "explorer": "/graphql",
    "styleguide": "/styleguide",
    "missing": "/nothing-here",
}
STAFF = {
    "desk": "/staff",
    "staff-events": "/staff/events",
    "staff-events-import": "/staff/events/import",
    "staff-events-bulk": "/staff/events#many",
    "staff-event-new": "/staff/events/new",
    "staff-event-new-drill": "/staff/events/new?kind=safety_drill",
    "staff-event-record": "/staff/events/20260522-34926456#record",
    "staff-rescue-teams": "/staff/rescue-teams",
    "staff-rescue-team": "/staff/rescue-teams/2",
    "staff-event": "@/staff/events",
    "staff-service-image": "/staff/services/canteen-wujiangtianyuan/image",
    "staff-services": "/staff/services",
    "staff-services-import": "/staff/services/import",
    "staff-bookings": "/staff/bookings?state=WAITING",
    "staff-bookings-calls": "/staff/bookings?call=true",
    "staff-findings": "/staff/findings",
    "staff-bookings-figures": "/staff/bookings/figures/service/canteen-wujiangtianyuan",
    "staff-service": "@/staff/services",
    "staff-service-kinds": "/staff/services/new",
    "staff-service-new": "/staff/services/new?kind=after_school_care",
    "staff-menu": "/staff/services/canteen-wujiangtianyuan/menu",
    "staff-quota-new": "/staff/bookings/new?kind=service&slug=parking-tianju",
    "staff-quota": "/services/afterschool-changzheng#quota",
    "staff-quota-waiting": "/services/afterschool-changzheng#quota?view=waiting",
    "staff-quota-edit": "/services/afterschool-changzheng#quota/edit",
    "staff-quota-messages": "/services/afterschool-changzheng#quota/messages",
    "staff-quota-sheet": "/services/afterschool-changzheng#quota/sheet",
    "staff-check-in": "/services/afterschool-changzheng#quota/check-in",
    "staff-registration": "/services/afterschool-changzheng#registration",
    "staff-enterprises": "/staff/enterprises",
    "staff-enterprise": "@/staff/enterprises",
    "staff-enterprise-accounts": "/staff/enterprises/91520323MAK8KAK65H/accounts",
    "staff-enterprise-policies": "/staff/enterprises/91520323MAK8KAK65H/policies",
    "staff-projects": "/staff/projects",
    "staff-project": "/staff/projects/6",
    "staff-project-new": "/staff/projects/new",
    "staff-project-progress": "/staff/projects/6/progress",
    "staff-products": "/staff/products",
    "staff-product": "/staff/products/1",
    "staff-product-new": "/staff/products/new",
    "staff-product-picture": "/staff/products/1/picture",
    "staff-vacancies": "/staff/vacancies",
    "staff-vacancy": "/staff/vacancies/1",
    "staff-vacancy-new": "/staff/vacancies/new",
    "staff-referrals": "/staff/referrals",
    "staff-referral": "@/staff/referrals",
    "staff-checklists": "/staff/checklists",
    "staff-checklist": "/staff/checklists/1",
    "staff-one-thing": "/staff/one-thing",
    "staff-one-thing-new": "/staff/one-thing/new",
    "staff-one-thing-case": "@/staff/one-thing",
    "staff-policies": "/staff/policies",
    "staff-policy": "/staff/policies/1",
    "staff-policy-examples": "/staff/policies/1/examples",
    "staff-policy-grants": "/staff/policies/1/grants",
    "staff-policy-granting": "/staff/policies/3/granting",
    "staff-imports": "/staff/enterprises/imports",
    "staff-places": "/staff/places",
    "staff-place": "/staff/places/520327001901",
    "staff-compounds": "/staff/compounds",
    "staff-compound": "@/staff/compounds",
    "staff-grids": "/staff/grids",
    "staff-grid": "/staff/grids/520327001901001",
    "staff-grievances": "/staff/grievances",
    "staff-grievance": "@/staff/grievances",
    "staff-queue-overdue": "/staff/grievances?view=overdue",
    "staff-queue-saved": "/staff/grievances?view=open&q=%E6%B0%B4",
    "staff-grievance-whistle": "@/staff/grievances?view=all&q=%E7%A7%AF%E6%B0%B4&within=520327001901",
    "staff-grievance-call": "@/staff/grievances?view=all&q=%E7%A7%AF%E6%B0%B4&within=520327001901#call",
    "staff-grievance-named": "/staff/grievances/new?division=520327001901#named",
    "staff-grievance-photos": "@/staff/grievances?view=all&q=%E5%8F%B0%E9%98%B6&within=520327001901",
    "staff-work-order": "@/staff/grievances?view=all&q=%E7%A7%AF%E6%B0%B4&within=520327001901#order",
    "staff-photo": "@/staff/grievances?view=all&q=%E5%8F%B0%E9%98%B6&within=520327001901#photo",
    "staff-bulk": "/staff/grievances#bulk",
    "staff-team": "@/staff/teams",
    "staff-ready-text": "@/staff/ready-texts",
    "staff-map": "/staff/map",
    "staff-teams": "/staff/teams",
    "staff-team-new": "/staff/teams/new",
    "staff-ready-texts": "/staff/ready-texts",
    "staff-ready-text-new": "/staff/ready-texts/new",
    "staff-grievance-new": "/staff/grievances/new",
    "staff-grievance-new-form": "/staff/grievances/new?division=520327001901",
    "staff-people": "/staff/people",
    "staff-person": "@/staff/people",
    "staff-tokens": "/staff/tokens",
    "staff-sessions": "/staff/sessions",
    "staff-audit": "/staff/audit",
    "staff-inbox": "/staff/inbox",
    "staff-outbox": "/staff/outbox",
    "staff-notices": "/staff/notices",
    "staff-robots": "/staff/robots",
    "staff-robot": "/staff/robots/1",
    "staff-webhooks": "/staff/webhooks",
    "staff-webhook": "/staff/webhooks/1",
    "staff-webhook-replay": "/staff/webhooks/1/replay",
    "staff-outbox-parked": "/staff/outbox?view=parked",
    "staff-held": "/staff/held",
    "staff-categories": "/staff/categories",
    "staff-category": "/staff/categories/lighting",
    "staff-category-new": "/staff/categories/new",
    "staff-promises": "/staff/promises?within=520327001901",
    "staff-messages": "/staff/messages",
    "staff-message": "/staff/messages/grievance_overdue/zh",
    "staff-plans": "/staff/plans",
}
OWN = {
    "my-day": ("grid", "/staff/today"),
    "inbox-of-a-point": ("point", "/staff/inbox"),
    "inbox-of-a-station": ("station", "/staff/inbox"),
    "my-enterprises": ("hongfa", "/my/enterprises"),
    "my-enterprise": ("hongfa", "/my/enterprises/91520323MAK8KAK65H"),
    "my-messages": ("hongfa", "/my/messages"),
    "my-product": ("hongfa", "/my/products/2"),
    "my-vacancies": ("hongfa", "/my/enterprises/91520323MAK8KAK65H/vacancies"),
    "my-vacancy": ("hongfa", "/my/vacancies/2"),
    "my-vacancy-new": ("hongfa", "/my/enterprises/91520323MAK8KAK65H/vacancies/new"),
    "my-one-thing-new": ("hongfa", "/my/enterprises/91520323MAK8KAK65H/one-thing/new/1?yes=2"),
    "my-one-thing": ("hongfa", "/my/enterprises/91520323MAK8KAK65H#case"),
    "my-one-thing-send": ("hongfa", "/my/enterprises/91520323MAK8KAK65H#send"),
    "my-report": ("hongfa", "/report?division=520323104001&group=enterprise&enterprise=91520323MAK8KAK65H"),
    "my-one-thing-correction": ("hongfa", "/my/enterprises/91520323MAK8KAK65H#correction"),
    "my-policies": ("hongfa", "/my/enterprises/91520323MAK8KAK65H/policies"),
    "my-policy": ("hongfa", "/my/enterprises/91520323MAK8KAK65H/policies/1"),
}
"""Pages that show something to one person alone."""


async def _take(browser: Browser, url: str, wanted: list[str], passwords: dict[str, str]) -> None:
    for (size, (width, height)), locale, scheme in itertools.product(SIZES.items(), ("zh", "en"), ("light", "dark")):
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale={"zh": "zh-CN", "en": "en-GB"}[locale],
        )
        await context.add_cookies([{"name": "lang", "value": locale, "url": url}])
        page = await context.new_page()
        pages = {name: path for name, path in PUBLIC.items() if _is_wanted(name, wanted)}
        staff = {name: path for name, path in STAFF.items() if _is_wanted(name, wanted)}
        for name, path in pages.items():
            await _shoot(page, url, name, path, f"{size}-{locale}-{scheme}")
        if staff:
            await _sign_in(page, url, "admin", passwords)
        for name, path in staff.items():
            await _shoot(page, url, name, path, f"{size}-{locale}-{scheme}")
        for name, (person, path) in OWN.items():
            if _is_wanted(name, wanted):
                await context.clear_cookies(name="session")
                await _sign_in(page, url, person, passwords)
                await _shoot(page, url, name, path, f"{size}-{locale}-{scheme}")
        await context.close()
        print(f"{size} {locale} {scheme}: {len(pages) + len(staff)} pages", flush=True)


async def _sign_in(page, url: str, person: str, passwords: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    await page.goto(f"{url}/sign-in")
    await page.fill("[name=username]", person)
    await page.fill("[name=password]", passwords[person])
    await page.click("main form button[type=submit]")


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(name.startswith(one) for one in wanted)


async def _shoot(page, url: str, name: str, path: str, variant: str) -> None:  # type: ignore[no-untyped-def]
    """A picture of a page; a path that begins with @ is a list whose first entry is opened."""
    answer = await page.goto(url + path.removeprefix("@"))
    if path.startswith("@"):
        link = page.locator("#results th a, #results h3 a, #results td.acts a").first
        answer = await page.goto(url + str(await link.get_attribute("href")))
    await _take_a_place(page, url, path)
    if answer is not None and answer.status >= 500:
        raise RuntimeError(f"{name} answered {answer.status}")
    if name == "explorer":
        await page.wait_for_timeout(1500)
    if name == "staff-plans":
        await page.click("main form button[type=submit]")
    await page.evaluate(ALL_PICTURES)
    await page.screenshot(path=FOLDER / f"{name}-{variant}.png", full_page=name != "explorer")
    there = ["wider than the window"] if await page.evaluate(IS_TOO_WIDE) else []
    if name != "explorer":  # GraphiQL's own markup
        there += await troubles_of(page)
        there += await walked_by(page) if variant.endswith("zh-light") else []
    for trouble in there:
        TROUBLES.append(f"{name} {variant}: {trouble}")
        print(f"  {TROUBLES[-1]}")


async def _take_a_place(page, url: str, path: str) -> None:  # type: ignore[no-untyped-def]
    """From the page of an event or service to its poster or record, its form, the confirmation, or the staff's pages of its places."""
    _, _, step = path.partition("#")
    if step in ("poster", "record"):
        await page.click(f"main a[href$='/{step}']")
        await page.wait_for_load_state()
    if step in ("book", "booked"):
        await page.click("#places a[href^='/book/']")
    if step == "booked":
        await page.fill("[name=contact_name]", "赵大妈")
        await page.fill("[name=contact_phone]", "13800001234")
        await page.click("main form button[type=submit]")
        await page.wait_for_url("**/my-booking/**")
    if step == "facets":
        await page.evaluate("document.querySelector('details.facets').open = true")
    if step in ("case", "correction", "send"):
        await page.click("main a[href*='/one-thing/YJS'] >> nth=1")
        await page.wait_for_load_state()
    if step == "send":
        await page.evaluate("document.querySelector('#send').open = true")
    if step == "correction":
        await page.click("main a[href$='/correction']")
        await page.wait_for_load_state()
    if step == "support":
        await page.click("main a[href$='/support']")
    if step in ("call", "named", "alike", "point"):
        await _work_on_one(page, step)
    if step == "order":
        order = page.locator("a[href*='/work-order']").first
        await page.goto(url + str(await order.get_attribute("href")))
    if step == "photo":
        await page.click(".gallery figcaption a >> nth=0")
    if step == "many":
        await page.check("input[name=pick] >> nth=0")
        await page.click("#bulk button[value=cancellation]")
        await page.wait_for_load_state()
    if step == "bulk":
        await page.check("input[name=pick] >> nth=0")
        await page.fill("#bulk-tag", "汛期")
        await page.click("#bulk button[value=tag]")
        await page.wait_for_load_state()
    if step.startswith(("quota", "registration")):
        quota = await page.locator("#places a[href^='/staff/bookings/']").first.get_attribute("href")
        await page.goto(url + str(quota) + step.removeprefix("quota").removeprefix("registration"))
    if step == "registration":
        await page.click("#results th a >> nth=0")
        await page.wait_for_load_state()


async def _work_on_one(page, step: str) -> None:  # type: ignore[no-untyped-def]
    """The form that calls departments 吹哨报到, opened; a grievance whose reporter gave a name; a report that was sent before."""
    if step == "call":
        await page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = one.id == 'call')")
    if step == "named":
        await _report(page, "三单元门禁坏了三天，进出都要等人开门")
        await page.fill("[name=contact_name]", "陈阿婆")
        await page.fill("[name=contact_phone]", "13800001234")
        await page.click("main form .cta button[type=submit]")
        await page.wait_for_load_state()
        if await page.locator("#same").count():  # taken for an earlier picture
            await page.click("main form .cta button[type=submit]")
            await page.wait_for_load_state()
        await page.click("main .cta a[href*='/staff/grievances/ZY'] >> nth=0")
        await page.wait_for_load_state()
    if step == "alike":
        await _report(page, "小区大门口积水，雨停两天了也没退")
        await page.wait_for_selector("#same")
    if step == "point":
        await page.locator("details", has=page.locator("[name=point]")).locator("summary").first.click()
        await page.fill("[name=point]", "27.954700, 107.716300")
        await page.press("[name=point]", "Tab")
        await page.click("[data-plan] svg", position={"x": 60, "y": 60})


async def _report(page, words: str) -> None:  # type: ignore[no-untyped-def]
    await page.select_option("[name=category]", "facilities")
    await page.fill("[name=description]", words)


async def _main(wanted: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite://{folder}/city.sqlite3"
        environment = {**os.environ, "CIVICGRAPH_DATABASE_URL": database, "CIVICGRAPH_SECRET_KEY": SECRET}
        command = [sys.executable, "-m", "civicgraph", "demo"]
        told = subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True, text=True).stdout
        passwords = {line.split()[0]: line.split()[1] for line in told.splitlines() if " · " in line}
        with Server(database, SECRET, folder) as server:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(**options())
                await _take(browser, server.url, wanted, passwords)
                await browser.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
    sys.exit(f"{len(TROUBLES)} troubles, see above." if TROUBLES else 0)
