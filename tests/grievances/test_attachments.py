"""Photos and documents beside notes: of which kinds, and seen by whom."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.operations import InvalidInput
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive
from tests.grievances.conftest import Report, fill, words
from tests.grievances.steps import lead_to, take
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGQUAN, HONGQIAO
from tests.uploads import pictures

PDF = b"%PDF-1.7\n%%EOF"


def package(*parts: str, **contents: str) -> bytes:
    """A document as Office or OpenDocument packs it: its parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("mimetype", *parts):
            if name != "mimetype" or name in contents:
                made.writestr(name, contents.get(name, "<x/>"))
    return out.getvalue()


WORD = package("[Content_Types].xml", "word/document.xml")
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le")
SHEET = package("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("data", "sent", "kept"),
    [
        (PDF, "情况说明.pdf", "情况说明.pdf"),
        (WORD, "纪要.docx", "纪要.docx"),
        (WORD, "photo.jpg", "photo.jpg.docx"),
        (OLD_EXCEL, "预算.et", "预算.et.xls"),
        (SHEET, "C:\\docs\\名单.ods", "名单.ods"),
        (pictures.photo(kind="PNG"), "现场.png", "现场.png"),
    ],
)
async def test_staff_attach_photos_and_documents_whose_type_is_that_of_their_content(
    dispatcher: Actor, data: bytes, sent: str, kept: str
) -> None:
    assert (await receive(dispatcher, sent, data)).filename == kept


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "upload_macros"),
        (OLD_EXCEL + "_VBA_PROJECT".encode("utf-16-le"), "upload_macros"),
        (package("Basic/script.xml", mimetype="application/vnd.oasis.opendocument.text"), "upload_macros"),
        (package("word/document.xml"), "upload_document"),
        (package("setup.exe"), "upload_document"),
        (b"PK\x03\x04 cut off", "upload_document"),
        (b"MZ\x90\x00 named like a PDF", "upload_document"),
        (b"<svg/>", "upload_document"),
    ],
)
async def test_what_could_do_harm_or_is_no_document_is_refused_with_words(
    dispatcher: Actor, data: bytes, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await receive(dispatcher, "a.pdf", data)
    assert [one.code for one in refused.value.errors] == [code]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_residents_send_pictures_and_pdf_alone_and_nothing_larger_than_allowed(
    city: None, dispatcher: Actor, settings: Settings
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await receive(ANONYMOUS, "a.docx", WORD)
    assert [one.code for one in refused.value.errors] == ["upload_kind"]
    with pytest.raises(InvalidInput) as refused:
        await receive(dispatcher, "a.pdf", PDF + bytes(settings.upload_megabytes * 1_000_000))
    assert [one.code for one in refused.value.errors] == ["upload_bytes"]


async def _files(client: httpx.AsyncClient, number: str) -> dict[bool, list[dict[str, str]]]:
    """What GraphQL tells of files, by whether their words are among staff."""
    text = f'{{grievance(number: "{number}") {{updates(first: 50) {{nodes {{isInternal files {{name filename}}}}}}}}}}'
    found = (await client.post("/graphql", json={"query": text}, headers={"accept": "application/json"})).json()[
        "data"
    ]["grievance"]["updates"]["nodes"]
    kept: dict[bool, list[dict[str, str]]] = {}
    for one in found:
        kept.setdefault(one["isInternal"], []).extend(one["files"])
    return kept


async def test_files_of_a_note_are_seen_by_those_who_may_read_the_note(
    app: Starlette, client: httpx.AsyncClient, settings: Settings
) -> None:
    await fill()
    row = (await operations.file_grievance(ANONYMOUS, words()))["grievance"]
    point = await signed_in(app, await place.person("point", Role.DISPATCHER, FENGQUAN))
    await point.open(f"/staff/grievances/{row.number}")
    address = f"/staff/grievances/{row.number}/notes"
    given = {"number": row.number, "idempotency_key": "k" * 20, "csrf": dict(point.form(address).pairs)["csrf"]}
    sent = [("files", ("赵小植的身份证.pdf", PDF)), ("files", ("现场.jpg", pictures.telltale()))]
    inside = await point.http.post(address, data={**given, "version": "1", "note": "见附件"}, files=sent)
    assert inside.status_code == 303
    again = await point.http.post(address, data={**given, "version": "1", "note": "见附件"}, files=sent)
    assert again.status_code == 303  # a form that is sent twice is one note with two files
    given |= {"version": "2", "idempotency_key": "p" * 20, "is_public": "true"}
    shown = [("files", ("王二的通知.docx", WORD))]
    assert (await point.http.post(address, data={**given, "note": "通知见附件"}, files=shown)).status_code == 303
    assert await GrievanceUpdate.filter(grievance_id=row.id, verb="comment").count() == 2
    secret = await Upload.get(filename__endswith=".pdf", subject_type="GrievanceUpdate")
    public = await Upload.get(filename__endswith=".docx")

    page = await point.open(f"/staff/grievances/{row.number}")
    assert "赵小植的身份证.pdf" in page
    assert "王二的通知.docx" in page
    answer = await point.http.get(f"/uploads/{secret.name}/file")
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment")

    seen = (await client.get(f"/grievances/{row.number}")).text
    assert public.name in seen
    assert secret.name not in seen
    assert "王二" not in seen
    assert (await client.get(f"/uploads/{secret.name}/file")).status_code == 404
    given_out = await client.get(f"/uploads/{public.name}/file")
    assert given_out.content == WORD
    assert 'filename="document.docx"' in given_out.headers["content-disposition"]
    found = await _files(client, row.number)
    assert [one["filename"] for one in found.get(False, [])] == [None]
    assert not found.get(True)
    elsewhere = await signed_in(app, await place.person("elsewhere", Role.DISPATCHER, HONGQIAO))
    assert (await elsewhere.http.get(f"/uploads/{secret.name}/file")).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_refused_note_keeps_the_files_that_came_with_it(app: Starlette) -> None:
    await fill()
    row = (await operations.file_grievance(ANONYMOUS, words()))["grievance"]
    point = await signed_in(app, await place.person("point", Role.DISPATCHER, FENGQUAN))
    await point.open(f"/staff/grievances/{row.number}")
    address = f"/staff/grievances/{row.number}/notes"
    given = {"number": row.number, "version": "1", "csrf": dict(point.form(address).pairs)["csrf"], "note": ""}
    answer = await point.http.post(address, data=given, files={"files": ("a.pdf", PDF)})
    assert answer.status_code == 422
    assert (await Upload.get()).name in answer.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_files_follow_to_another_community_and_those_among_staff_go_with_the_contact(
    report: Report, dispatcher: Actor, settings: Settings
) -> None:
    row = await report()
    inside = await receive(dispatcher, "a.pdf", PDF)
    public = await receive(dispatcher, "b.docx", WORD)
    await take(dispatcher, "comment", row, note="给同事", files=[inside.name])
    await take(dispatcher, "comment", row, note="给大家", files=[public.name], is_public=True)
    await take(dispatcher, "transfer", row)
    assert {one.division_code for one in await Upload.all()} == {HONGQIAO}
    hongqiao = await place.person("hongqiao", Role.DISPATCHER, HONGQIAO)
    await lead_to(hongqiao, await Grievance.get(id=row.id), GrievanceStatus.CLOSED)
    assert len(list(Path(settings.uploads_folder).rglob("*.*"))) == 2
