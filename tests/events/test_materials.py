"""Materials of an event that are files: sent in by the form or over GraphQL, public with the event alone, safe to open."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from civicgraph.events import operations
from civicgraph.events.models import Event, EventEntry
from civicgraph.operations import InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive, sweep
from tests.events.conftest import NIGHT
from tests.grievances.test_attachments import WORD, package
from tests.support.browser import ADDRESS, Browser, signed_in
from tests.support.city import FENGGANG
from tests.uploads.pictures import photo
from tests.uploads.test_images import Site, site

__all__ = ["site"]

PDF = b"%PDF-1.7\n" + b"0" * 340_000
SLIDES = package("[Content_Types].xml", "ppt/presentation.xml")
CLASS: dict[str, Any] = {**NIGHT, "kind": "policy_class", "title": "防溺水微课堂", "programme": []}
ADD = """mutation ($input: AddEventEntryInput!) {
  addEventEntry(input: $input) { entry { number text file { name filename mediaType sizeBytes } } errors { field code } } }"""


async def lesson(site: Site, *, is_published: bool = True, **values: Any) -> Event:
    """A policy class."""
    row = await operations.create_event(site.editor, {**CLASS, **values})
    if not is_published:
        return row
    return await operations.publish_event(site.editor, {"slug": row.slug, "version": row.version})


async def sent(site: Site, name: str = "防溺水手册.pdf", data: bytes = PDF) -> str:
    return (await receive(site.editor, name, data)).name


async def material(site: Site, row: Event, name: str = "", **values: Any) -> EventEntry:
    """An entry of its materials, with the file of this name."""
    given = {"slug": row.slug, "kind": "material", "text": "防溺水手册", "file": name, **values}
    return await operations.add_event_entry(site.editor, given)


async def file_of(entry: EventEntry) -> Upload:
    return await Upload.get(subject_type="EventEntry", subject_id=entry.id)


async def post(page: Browser, path: str, data: bytes, filename: str, **changed: str) -> httpx.Response:
    """A form of the open page with its file, as a browser sends it: also where none was chosen."""
    *kept, last = [one for one in page.form(path).pairs if one[0] == "file"]
    assert last == ("file", "")
    pairs = {**dict(page.form(path).pairs), "file": [value for _, value in kept], **changed}
    boundary = "----" + secrets.token_hex(8)
    parts = [(f'name="{name}"', one.encode()) for name, value in pairs.items() for one in as_list(value)]
    parts.append((f'name="file"; filename="{filename}"\r\ncontent-type: application/octet-stream', data))
    body = b"".join(
        f"--{boundary}\r\ncontent-disposition: form-data; {head}\r\n\r\n".encode() + one + b"\r\n"
        for head, one in parts
    )
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    content = body + f"--{boundary}--\r\n".encode()
    return await page.http.post(path, content=content, headers=headers, follow_redirects=True)


def as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


async def ask(http: httpx.AsyncClient, query: str, **variables: Any) -> Any:
    """What GraphQL answers."""
    headers = {"origin": ADDRESS, "accept": "application/json"}
    answer = await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    return answer.json()["data"]


async def test_staff_send_a_material_in_by_the_form_without_javascript_and_the_public_reads_name_kind_and_size(
    site: Site,
) -> None:
    row = await lesson(site)
    there = f"/staff/events/{row.slug}/record"
    await site.browser.open(there)
    answer = await post(site.browser, f"{there}/material", PDF, "防溺水手册.pdf", text="防溺水手册")
    assert answer.status_code == 200, answer.text
    assert "防溺水手册.pdf" in answer.text
    name = (await Upload.get(purpose="material")).name
    page = await site.stranger.open(f"/events/{row.slug}")
    assert f"/uploads/{name}/file" in page
    assert "防溺水手册.pdf" in page
    assert "PDF · 340 KB" in page
    found = await site.stranger.http.get(f"/uploads/{name}/file")
    assert (found.status_code, found.content) == (200, PDF)
    assert found.headers["content-type"] == "application/pdf"
    assert found.headers["content-disposition"] == (
        "attachment; filename*=utf-8''%E9%98%B2%E6%BA%BA%E6%B0%B4%E6%89%8B%E5%86%8C.pdf"
    )
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"<html><script>alert(1)</script>", "手册.pdf", "upload_document"),
        (b"MZ\x90\x00", "手册.docx", "upload_document"),
        (package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "手册.docx", "upload_macros"),
        (b"%PDF-" + b"0" * 21_000_000, "手册.pdf", "upload_bytes"),
    ],
)
async def test_what_is_no_document_or_too_large_is_refused_beside_the_field_whatever_it_is_called(
    site: Site, data: bytes, filename: str, code: str
) -> None:
    row = await lesson(site)
    there = f"/staff/events/{row.slug}/record"
    await site.browser.open(there)
    answer = await post(site.browser, f"{there}/material", data, filename, text="防溺水手册")
    assert answer.status_code == 422
    assert not await EventEntry.filter(event_id=row.id).exists()
    with pytest.raises(InvalidInput) as refused:
        await receive(site.editor, filename, data)
    assert [one.code for one in refused.value.errors] == [code]
    assert refused.value.errors[0].message in answer.text


async def test_a_file_that_came_with_a_form_that_is_refused_need_not_be_chosen_again(site: Site) -> None:
    row = await lesson(site)
    there = f"/staff/events/{row.slug}/record"
    await site.browser.open(there)
    answer = await post(site.browser, f"{there}/material", PDF, "手册.pdf", text="")
    assert (answer.status_code, "您选的文件已经留下" in answer.text) == (422, True)
    site.browser.text = answer.text
    answer = await post(site.browser, f"{there}/material", b"", "", text="防溺水手册")
    assert (answer.status_code, "手册.pdf" in answer.text) == (200, True)
    assert await Upload.filter(purpose="material").count() == 1


async def test_over_graphql_a_material_is_sent_to_uploads_and_named(site: Site) -> None:
    row = await lesson(site)
    http = (await signed_in(site.app, site.editor)).http
    taken = await http.post("/uploads", files={"file": ("课件.pptx", SLIDES)}, headers={"origin": ADDRESS})
    name = taken.json()["uploads"][0]["name"]
    given = {"slug": row.slug, "kind": "MATERIAL", "text": "课件", "file": name}
    assert (await ask(http, ADD, input=given))["addEventEntry"]["errors"] == []
    read = "query ($slug: String!) { event(slug: $slug) { entries { file { filename mediaType sizeBytes } } } }"
    (entry,) = (await ask(site.stranger.http, read, slug=row.slug))["event"]["entries"]
    assert (entry["file"]["filename"], entry["file"]["sizeBytes"]) == ("课件.pptx", len(SLIDES))
    assert entry["file"]["mediaType"].endswith("presentationml.presentation")
    again = await ask(http, ADD, input=given)
    assert again["addEventEntry"]["errors"] == [{"field": "file", "code": "BAD_USER_INPUT"}]


async def test_of_a_draft_the_file_is_seen_by_its_editors_alone_and_it_moves_with_the_event(site: Site) -> None:
    row = await lesson(site, is_published=False)
    entry = await material(site, row, await sent(site))
    name = (await file_of(entry)).name
    seen = [await site.status_for(one, name) for one in (None, site.neighbour, site.author, site.editor)]
    assert seen == [404, 404, 200, 200]
    row = await Event.get(id=row.id)  # with what belongs to a draft its version grows
    await operations.update_event(
        site.editor, {**CLASS, "slug": row.slug, "version": row.version, "division_code": FENGGANG}
    )
    assert (await file_of(entry)).division_code == FENGGANG
    row = await Event.get(id=row.id)
    row = await operations.publish_event(site.editor, {"slug": row.slug, "version": row.version})
    assert await site.status_for(None, name) == 200
    await operations.withdraw_event(site.editor, {"slug": row.slug, "version": row.version})
    assert await site.status_for(None, name) == 404


async def test_a_file_is_kept_replaced_and_taken_away_with_its_entry_and_the_history_says_which(site: Site) -> None:
    row = await lesson(site)
    entry = await material(site, row, await sent(site))
    first = (await file_of(entry)).name
    values = {"id": entry.id, "text": "防溺水手册（新版）"}
    entry = await operations.change_event_entry(site.editor, {**values, "version": entry.version})
    assert (await file_of(entry)).name == first  # nothing chosen: it keeps it
    second = await sent(site, "手册二.docx", WORD)
    entry = await operations.change_event_entry(site.editor, {**values, "version": entry.version, "file": second})
    assert (await file_of(entry)).name == second
    assert await site.status_for(None, first) == 404
    page = await site.browser.open(f"/staff/events/{row.slug}/history")
    assert "防溺水手册.pdf" in page
    assert "手册二.docx" in page
    assert "参考材料 1 · 文件" in page
    there = f"/staff/events/{row.slug}/record"
    await site.browser.open(there)
    await site.browser.send(f"{there}/{entry.id}", takes_file_away="true")
    assert not await Upload.filter(subject_type="EventEntry").exists()
    assert await site.status_for(None, second) == 404
    entry = await EventEntry.get(id=entry.id)
    third = await sent(site)
    entry = await operations.change_event_entry(site.editor, {**values, "version": entry.version, "file": third})
    await operations.remove_event_entry(site.editor, {"id": entry.id, "version": entry.version})
    assert await site.status_for(None, third) == 404
    while await sweep():
        pass
    assert not await Upload.all().exists()


async def test_an_event_that_is_restored_to_what_it_was_keeps_its_files(site: Site) -> None:
    row = await lesson(site)
    created = await AuditEntry.filter(operation="publish_event").order_by("-id").first()
    assert created is not None
    entry = await material(site, row, await sent(site))
    row = await operations.update_event(
        site.editor, {**CLASS, "slug": row.slug, "version": row.version, "title": "别的题目"}
    )
    await site.browser.open(f"/staff/events/{row.slug}?as_of={created.id}")
    assert CLASS["title"] in site.browser.text
    await site.browser.send()
    assert (await Event.get(id=row.id)).title == CLASS["title"]
    assert await site.status_for(None, (await file_of(entry)).name) == 200


async def test_a_copy_of_an_event_has_its_materials_under_names_of_their_own(site: Site) -> None:
    row = await lesson(site)
    entry = await material(site, row, await sent(site))
    await material(site, row, text="网上的一页", link="https://www.zunyi.gov.cn/1")
    copy = await operations.duplicate_event(site.editor, {"slug": row.slug})
    found = await EventEntry.filter(event_id=copy.id).order_by("position")
    assert [(one.text, one.link) for one in found] == [("防溺水手册", ""), ("网上的一页", "https://www.zunyi.gov.cn/1")]
    original, other = await file_of(entry), await file_of(found[0])
    assert (other.filename, other.content_hash) == (original.filename, original.content_hash)
    assert other.name != original.name
    assert await site.status_for(None, other.name) == 404  # the copy is a draft
    await operations.remove_event_entry(site.editor, {"id": entry.id, "version": entry.version})
    while await sweep():
        pass
    browser = await signed_in(site.app, site.editor)
    assert (await browser.http.get(f"/uploads/{other.name}/file")).content == PDF


async def test_a_picture_is_drawn_anew_and_called_as_it_was_sent(site: Site) -> None:
    row = await lesson(site)
    await material(site, row, await sent(site, "海报.png", photo(kind="PNG")))
    name = (await Upload.get(purpose="material")).name
    assert f"/uploads/{name}/large" in await site.stranger.open(f"/events/{row.slug}")
    found = await site.stranger.http.get(f"/uploads/{name}/large")
    assert found.headers["content-type"] == "image/jpeg"
    assert found.headers["content-disposition"] == "inline; filename*=utf-8''%E6%B5%B7%E6%8A%A5.jpg"


async def test_only_materials_have_files(site: Site) -> None:
    row = await lesson(site, kind="consultation")
    name = await sent(site)
    with pytest.raises(InvalidInput) as foreign:
        await operations.add_event_entry(
            site.editor, {"slug": row.slug, "kind": "agenda", "text": "议程一", "file": name}
        )
    assert [(one.field, one.code) for one in foreign.value.errors] == [("file", "foreign")]
