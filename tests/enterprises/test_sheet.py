"""The register as CSV."""

from __future__ import annotations

import csv
import io

from starlette.applications import Starlette

from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.pages import sheet
from civicgraph.permissions import Role
from tests.enterprises.conftest import another
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
