"""Documents with an enterprise's problem: at filing and afterwards, for the enterprise and the offices that deal with it alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from civicgraph.enterprises import operations as enterprises
from civicgraph.enterprises.industries import load_industries
from civicgraph.graph.engine import Engine
from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import HeldReport
from civicgraph.grievances.models import Grievance, GrievanceCategory
from civicgraph.operations import InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive
from civicgraph.uploads.private import take_back_document
from tests.enterprises.conftest import CASES
from tests.enterprises.test_accounts import CODE, WITH_EMAIL, claimed
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO
from tests.uploads.papers import PDF, office

READ = """query ($number: String!) {
  grievance(number: $number) { documents { filename } photos { name } }
  trackedGrievance(number: $number, secret: "mine") { maySendDocuments documents { filename sizeBytes } photos { name } }
}"""


@dataclass
class Town:
    """Who takes part."""

    owner: Actor
    desk: Actor
    worker: Actor
    neighbour: Actor

    async def file(self, actor: Actor | None = None, **given: object) -> str:
        """The number of a public problem of the suitcase maker."""
        report = {"category": "ent_policy", "division_code": FENGQUAN, "description": "贷款材料被退回三次，请协调。"}
        values = {**report, "enterprise_code": CODE, **given}
        return str((await operations.file_grievance(actor or self.owner, values))["number"])


async def build() -> Town:
    """A county with the suitcase maker, its account, a desk and others."""
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    await enterprises.create_enterprise(editor, {**CASES, **WITH_EMAIL})
    await GrievanceCategory.create(
        **{"code": "ent_policy", "name": "政策", "name_en": "Policies", "group_code": "enterprise"},
        **{"group_name": "企业", "group_name_en": "Enterprises", "urgency": "general", "body": "community"},
        position=1,
    )
    desk = await place.person("desk", Role.DISPATCHER, FENGGANG)
    worker = await place.person("worker", Role.GRID_WORKER, FENGQUAN)
    neighbour = await place.person("neighbour", Role.DISPATCHER, HONGQIAO)
    return Town(await claimed(), desk, worker, neighbour)


@pytest.fixture
async def town(connected: Settings) -> Town:
    """The county."""
    return await build()


async def sent(actor: Actor, name: str = "退件通知.pdf", data: bytes = PDF) -> str:
    """The name of a file that somebody sent to /uploads."""
    return (await receive(actor, name, data)).name


async def test_documents_come_with_the_report_and_with_the_answer_without_a_script(app: Starlette) -> None:
    town = await build()
    owner, desk = await signed_in(app, town.owner), await signed_in(app, town.desk)
    await owner.open(f"/report?division={FENGQUAN}&enterprise={CODE}")
    action = f"/report?division={FENGQUAN}"
    words = {"category": "ent_policy", "description": "贷款材料被退回三次，请协调。"}
    await owner.attach(action, {"documents": ("退件通知.docx", office())}, **words, contact_phone="1")
    assert owner.status == 422  # a telephone number that is none: the document stays with the form
    await owner.attach(action, {}, contact_phone="13912345678")
    assert owner.status == 200
    row = await Grievance.get()
    mine, work = f"/track/{row.number}/MINE", f"/staff/grievances/{row.number}"
    assert "退件通知.docx" in await owner.open(mine)
    assert "退件通知.docx" in await desk.open(work)
    asked = {"number": row.number, "version": row.version, "reason": "请补银行的书面意见"}
    await operations.return_grievance(town.desk, asked)
    await owner.open(mine)
    text = await owner.attach(f"{mine}/answer", {"documents": ("银行意见.pdf", PDF)}, answer="已补，见附件。")
    assert "银行意见.pdf" in text
    text = await owner.attach(
        f"{mine}/words", {"documents": ("报表.xlsx", office("xl/workbook.xml"))}, words="再补一份。"
    )
    assert "报表.xlsx" in text
    assert text.count("/file") == 3
    await desk.open(work)
    assert all(name in desk.text for name in ("退件通知.docx", "银行意见.pdf", "报表.xlsx"))
    for browser in (owner, desk):
        await browser.http.aclose()


async def test_a_document_of_a_public_problem_is_for_its_enterprise_and_the_staff_of_its_place_and_looks_are_kept(
    app: Starlette,
) -> None:
    town = await build()
    number = await town.file(documents=[await sent(town.owner)])
    name = (await Upload.get(subject_type="Grievance")).name
    for actor, expected in (
        *((one, 200) for one in (town.owner, town.desk, town.worker)),
        *((one, 404) for one in (town.neighbour, await place.person("stranger", Role.EDITOR, FENGGANG))),
    ):
        browser = await signed_in(app, actor)
        assert (await browser.http.get(f"/uploads/{name}/file")).status_code == expected
        assert (await browser.http.get(f"/uploads/{name}/original")).status_code == 404
        await browser.http.aclose()
    nobody = visit(app)
    assert (await nobody.http.get(f"/uploads/{name}/file")).status_code == 404
    public = await nobody.open(f"/grievances/{number}")
    assert (nobody.status, "退件通知" in public, name in public) == (200, False, False)
    await nobody.http.aclose()
    looks = await AuditEntry.filter(operation="look_at_document").order_by("id")
    assert [one.person_id for one in looks] == [one.person_id for one in (town.owner, town.desk, town.worker)]
    for verb in (operations.publish_grievance_photo, operations.hide_grievance_photo, operations.blur_grievance_photo):
        more = {"reason": "不该公开"} if verb is operations.hide_grievance_photo else {}
        more |= {"regions": "0,0,10,10"} if verb is operations.blur_grievance_photo else {}
        with pytest.raises(NotFound):  # a document never becomes a photo that everyone sees
            await verb(town.desk, {"number": number, "name": name, **more})


async def test_documents_are_read_over_graphql_by_the_same_people(town: Town, engine: Engine) -> None:
    number = await town.file(documents=[await sent(town.owner)])
    own = await engine.read(READ, {"number": number}, town.owner)
    document = {"filename": "退件通知.pdf", "sizeBytes": len(PDF)}
    assert own["trackedGrievance"] == {"maySendDocuments": True, "documents": [document], "photos": []}
    staff = await engine.read(READ, {"number": number}, town.worker)
    assert staff["grievance"] == {"documents": [{"filename": "退件通知.pdf"}], "photos": []}
    for actor in (ANONYMOUS, town.neighbour, town.owner):
        found = await engine.read(READ, {"number": number}, actor)
        assert found["grievance"] == {"documents": [], "photos": []}


async def test_who_reports_as_a_resident_sends_photos_alone(town: Town) -> None:
    with pytest.raises(InvalidInput) as refused:
        await town.file(enterprise_code=None, documents=[await sent(town.owner)])
    assert [one.field for one in refused.value.errors] == ["documents"]
    answer = await operations.file_grievance(
        ANONYMOUS, {"category": "ent_policy", "division_code": FENGQUAN, "description": "门口的灯坏了"}
    )
    own = {"number": answer["number"], "secret": answer["tracking_secret"]}
    words = {**own, "words": "见附件", "documents": [await sent(ANONYMOUS)]}
    with pytest.raises(InvalidInput) as refused:
        await operations.add_to_tracked_grievance(ANONYMOUS, words)
    assert [one.field for one in refused.value.errors] == ["documents"]
    with pytest.raises(InvalidInput):  # strangers send no Word
        await sent(ANONYMOUS, "合同.docx", office())


async def test_documents_of_a_report_that_is_held_wait_with_it(town: Town) -> None:
    name = await sent(town.owner)
    number = await town.file(description="代开发票，加微信：fapiao888，诚信经营", documents=[name])
    held = await HeldReport.get(number=number)
    assert (await Upload.get(name=name)).subject_type == "HeldReport"
    await operations.release_report(town.desk, {"number": held.number})
    row = await Grievance.get(number=number)
    kept = await Upload.get(name=name)
    assert (kept.subject_type, kept.subject_id, kept.purpose) == ("Grievance", row.id, "document")


async def test_a_copy_names_documents_and_looks_and_erasing_lets_go_of_them(town: Town) -> None:
    answer = await operations.file_grievance(
        town.owner,
        {
            **{"category": "ent_policy", "division_code": FENGQUAN, "description": "贷款材料被退回"},
            **{"enterprise_code": CODE, "documents": [await sent(town.owner)]},
        },
    )
    own = {"number": answer["number"], "secret": answer["tracking_secret"]}
    copy = json.loads((await operations.export_tracked_data(town.owner, own))["data"])
    assert [one["name"] for one in copy["documents"]] == ["退件通知.pdf"]
    assert (copy["photos"], copy["documents_were_looked_at"]) == ([], [])
    await operations.erase_tracked_data(town.owner, {**own, "is_sure": True})
    assert await Upload.filter(subject_type="Grievance").count() == 0


async def test_the_enterprise_takes_back_a_document_of_its_problem_until_that_is_ended(app: Starlette) -> None:
    town = await build()
    number = await town.file(documents=[await sent(town.owner), await sent(town.owner, "另一份.pdf", PDF + b"2")])
    wrong, other = [one.name for one in await Upload.filter(subject_type="Grievance").order_by("position")]
    owner, desk = await signed_in(app, town.owner), await signed_in(app, town.desk)
    mine, work = f"/track/{number}/MINE", f"/staff/grievances/{number}"
    await owner.open(mine)
    text = await owner.send(f"{mine}/documents/{wrong}/withdrawal")
    assert all(words in text for words in ("文件已撤回", "企业已撤回", "退件通知.pdf", f"/uploads/{other}/file"))
    assert wrong not in text
    text = await desk.open(work)
    assert ("企业已撤回" in text, "退件通知.pdf" in text, f"/uploads/{other}/file" in text) == (True, True, True)
    assert (await desk.http.get(f"/uploads/{wrong}/file")).status_code == 404
    (entry,) = await AuditEntry.filter(operation="take_back_document")
    assert (entry.person_id, entry.subject_type) == (town.owner.person_id, "Grievance")
    for actor in (ANONYMOUS, town.desk, town.neighbour):
        with pytest.raises(NotFound):
            await take_back_document(actor, {"name": other})
    row = await Grievance.get(number=number)
    await operations.withdraw_tracked_grievance(town.owner, {"number": number, "secret": "mine"})
    with pytest.raises(Unavailable):
        await take_back_document(town.owner, {"name": other})
    assert f"{mine}/documents/" not in await owner.open(mine)
    assert row.number == number
    for browser in (owner, desk):
        await browser.http.aclose()
