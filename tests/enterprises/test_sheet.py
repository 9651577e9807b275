"""The register as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from starlette.applications import Starlette

from civicgraph.accounts.models import Person
from civicgraph.enterprises import operations
from civicgraph.enterprises.importing import runs
from civicgraph.enterprises.importing.headings import fields_of
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.pages import sheet
from civicgraph.permissions import Role
from tests.enterprises.conftest import CASES, another
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO


async def test_staff_take_out_the_filtered_register_of_their_place_page_by_page_without_contacts(
    app: Starlette,
) -> None:
    await place.build()
    await load_industries()
    rows = [
        Enterprise(
            credit_code=another(number), name=f"=第{number}家", kind="company", industry_id="19",
            division_id=HONGQIAO if number == 3 else FENGQUAN, contact_name="李厂长", contact_phone_masked="139****5678",
            status="closed" if number == 5 else "active",
        )
        for number in range(sheet.SIZE * 2 + 6)
    ]  # fmt: skip
    await Enterprise.bulk_create(rows)
    page = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    answer = await page.http.get("/staff/enterprises.csv?status=ACTIVE")
    head, *found = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[0] == "信用代码"
    assert len(found) == sheet.SIZE * 2 + 4
    assert len({one[0] for one in found}) == len(found)
    assert another(3) not in answer.text
    assert all(one[1].startswith("'=第") for one in found)
    assert "李厂长" not in answer.text
    assert "139****" not in answer.text
    stranger = visit(app)
    assert (await stranger.http.get("/staff/enterprises.csv")).status_code == 303
    for browser in (page, stranger):
        await browser.http.aclose()


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_what_was_taken_out_can_be_sent_back_in_either_language(
    app: Starlette, locale: str, tmp_path: Path
) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    for number, status in enumerate(("active", "suspended", "closed"), 1):
        more = {"credit_code": another(number), "status": status, "name": f"=第{number}家，箱包厂", "brand": "-箱"}
        figures = {"employees": 30, "revenue_fen": 10_000_000_000} if number == 2 else {}
        listings = [
            {"list": "four_above", "listed_on": "2024-01-01"},
            {"list": "specialised_sme", "listed_on": "2023-01-01", "delisted_on": "2025-06-30"},
        ]
        await operations.create_enterprise(editor, {**CASES, **more, **figures, "listings": listings})
    page = await signed_in(app, editor)
    page.http.cookies.set("lang", locale)
    await Person.all().update(locale=locale)
    text = (await page.http.get("/staff/enterprises.csv")).text
    path = tmp_path / "enterprises.csv"
    path.write_text(text, "utf-8")
    head = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert head[1] == {"zh": "登记名称", "en": "Registered name"}[locale]
    fields = dict(zip(head, fields_of(head), strict=True))
    told_apart = {"zh": {"地方", "公开"}, "en": {"Place", "Public"}}[locale]
    assert {one for one, field in fields.items() if not field} == told_apart
    again = await runs.import_file(path, told=lambda _row: None)
    assert (again.unchanged_count, again.errors) == (3, [])
    await Enterprise.all().delete()
    again = await runs.import_file(path, told=lambda _row: None)
    assert (again.created_count, again.errors) == (3, [])
    rows, before = (
        sorted(csv.reader(io.StringIO(one.removeprefix("\ufeff"))))
        for one in ((await page.http.get("/staff/enterprises.csv")).text, text)
    )
    assert rows == before
    await page.http.aclose()
