"""Taking files in and giving them out."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.permissions import READ_GRIEVANCES, Role
from civicgraph.settings import Settings
from civicgraph.uploads import operations
from civicgraph.uploads.models import Purpose, Upload
from tests.support import city as place
from tests.support.city import FENGQUAN, HONGQIAO
from tests.uploads import pictures

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def send(client: httpx.AsyncClient, *files: bytes, **headers: str) -> httpx.Response:
    sent = [("photos", (f"{number}.jpg", data)) for number, data in enumerate(files)]
    return await client.post("/uploads", files=sent, headers=headers)


async def claimed(client: httpx.AsyncClient, *, is_public: bool) -> Upload:
    """A photo that belongs to 凤泉社区."""
    await place.build()
    name = (await send(client, pictures.photo())).json()["uploads"][0]["name"]
    subject = await Person.create(username="somebody", name="somebody")
    (row,) = await operations.claim(
        [name],
        subject,
        purpose=Purpose.REPORT,
        division_code=FENGQUAN,
        capability=READ_GRIEVANCES,
        is_public=is_public,
    )
    return row


async def test_a_file_is_kept_under_the_hash_of_what_is_shown(client: httpx.AsyncClient, settings: Settings) -> None:
    answer = await send(client, pictures.photo(), pictures.photo(colour="red"))
    assert answer.status_code == 201
    first, second = answer.json()["uploads"]
    assert first["name"] != second["name"]
    row = await Upload.get(name=first["name"])
    path = Path(settings.uploads_folder) / row.content_hash[:2] / f"{row.content_hash}.large.jpg"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == row.content_hash
    assert (await client.get(f"/uploads/{row.name}/list")).status_code == 200


async def test_what_everyone_may_see_is_kept_for_good_by_browsers_and_can_do_nothing_in_our_name(
    client: httpx.AsyncClient,
) -> None:
    row = await claimed(client, is_public=True)
    answer = await client.get(f"/uploads/{row.name}/page")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline")


async def test_a_document_is_saved_and_not_shown(client: httpx.AsyncClient) -> None:
    name = (await send(client, b"%PDF-1.7\n%%EOF")).json()["uploads"][0]["name"]
    answer = await client.get(f"/uploads/{name}/file")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_what_is_not_public_is_shown_to_those_whose_grants_cover_it_and_never_kept(
    client: httpx.AsyncClient,
) -> None:
    row = await claimed(client, is_public=False)
    assert (await client.get(f"/uploads/{row.name}/page")).status_code == 404
    await place.sign_in(client, "elsewhere", Role.DISPATCHER, HONGQIAO)
    assert (await client.get(f"/uploads/{row.name}/page")).status_code == 404
    await place.sign_in(client, "here", Role.DISPATCHER, FENGQUAN)
    answer = await client.get(f"/uploads/{row.name}/page")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"


async def test_no_address_leads_to_what_was_hidden_or_blurred_since(client: httpx.AsyncClient) -> None:
    row = await claimed(client, is_public=True)
    before = f"/uploads/{row.name}/page"
    plain = (await client.get(before)).content
    await operations.show_blurred(row, await operations.blurred(row, [(0, 0, 300, 300)]))
    assert (await client.get(before)).status_code == 404
    after = f"/uploads/{row.name}/page"
    assert (await client.get(after)).content != plain
    assert (await client.get(f"/uploads/{row.name}/original")).status_code == 404
    await place.sign_in(client, "here", Role.DISPATCHER, FENGQUAN)
    assert (await client.get(f"/uploads/{row.name}/original")).status_code == 200
    client.cookies.clear()
    await operations.hide(row, "a face")
    assert (await client.get(after)).status_code == 404
    assert (await client.get(f"/uploads/{row.name}/page")).status_code == 404


@pytest.mark.parametrize("path", ["/uploads/nothing/page", "/uploads/..%2f..%2fetc/page", "/uploads/nothing/original"])
async def test_unknown_names_and_ways_out_of_the_folder_are_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_size_that_is_none_is_not_found(client: httpx.AsyncClient) -> None:
    row = await claimed(client, is_public=True)
    assert (await client.get(f"/uploads/{row.name}/..%2f{'0' * 64}")).status_code == 404
    assert (await client.get(f"/uploads/{row.name}/huge")).status_code == 404


async def test_one_bad_file_does_not_cost_the_good_ones(client: httpx.AsyncClient) -> None:
    answer = await send(client, pictures.photo(), b"<svg/>")
    assert answer.status_code == 201
    assert len(answer.json()["uploads"]) == 1
    assert [one["code"] for one in answer.json()["errors"]] == ["upload_kind"]


HEIC = b"\x00\x00\x00\x24ftypheic" + b"\x00" * 200


@pytest.mark.parametrize(
    ("data", "code", "wrong", "to_do"),
    [
        (b"<svg/>", "upload_kind", "不是能显示的图片", "截一张图"),
        (HEIC, "upload_heic", "HEIC 格式", "截一张图"),
        (pictures.photo()[:700], "upload_broken", "打不开", "再拍一张"),
        (b"\xff\xd8\xff" + b"0" * 1_000_001, "upload_bytes", "超过 1 MB", "截一张图"),
        (b"", "upload_empty", "是空的", "重新选择"),
    ],
)
async def test_a_photo_that_is_not_taken_says_which_what_is_wrong_and_what_to_do(
    client: httpx.AsyncClient, settings: Settings, data: bytes, code: str, wrong: str, to_do: str
) -> None:
    configuration.use(settings.model_copy(update={"upload_megabytes": 1}))
    files = [("files", ("楼道 1.jpg", data, "image/jpeg")), ("files", ("2.jpg", pictures.photo(), "image/jpeg"))]
    answer = await client.post("/uploads", files=files)
    (error,) = answer.json()["errors"]
    assert (len(answer.json()["uploads"]), error["code"]) == (1, code)
    assert error["message"].startswith("“楼道 1.jpg”：")
    assert wrong in error["message"]
    assert to_do in error["message"]


async def test_what_is_too_much_at_once_is_said_so_with_what_to_do(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    await place.build()
    configuration.use(settings.model_copy(update={"upload_form_megabytes": 1}))
    answer = await client.post("/uploads", files=[("files", ("a.jpg", b"0" * 2_100_000, "image/jpeg"))])
    assert answer.status_code == 413
    assert "一次最多上传 1 MB。请少传几个" in answer.json()["errors"][0]["message"]
    page = await client.post(
        f"/report?division={FENGQUAN}",
        files=[("photos", ("a.jpg", b"0" * 2_100_000))],
        headers={"accept": "text/html"},
    )
    assert page.status_code == 413
    assert "合计不能超过 1 MB" in page.text
    assert "少传一张" in page.text


async def test_another_site_cannot_send_files_by_its_visitors(client: httpx.AsyncClient) -> None:
    assert (await send(client, pictures.photo(), **{"sec-fetch-site": "cross-site"})).status_code == 403


async def test_what_nothing_claimed_is_gone_after_a_day_but_not_what_others_still_show(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    row = await claimed(client, is_public=True)
    left = (await send(client, pictures.photo())).json()["uploads"][0]["name"]
    alone = (await send(client, pictures.photo(colour="red"))).json()["uploads"][0]["name"]
    gone = await Upload.get(name=alone)
    with clock.override(clock.now() + timedelta(hours=25)):
        assert await operations.sweep() == 2
    assert (await client.get(f"/uploads/{left}/page")).status_code == 404
    assert (await client.get(f"/uploads/{row.name}/page")).status_code == 200
    assert not list(Path(settings.uploads_folder).rglob(f"{gone.content_hash}*"))
