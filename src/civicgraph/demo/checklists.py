"""What is done once in the demo city: five checklists, made up after what cities offer, and cases at every stage.

The enterprise with people of its own has some of them; one case of another enterprise is late.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from civicgraph import clock
from civicgraph.accounts.models import Grant, Person
from civicgraph.checklists import operations
from civicgraph.checklists.models import Checklist, OneThingCase
from civicgraph.demo.firms import NAME, USERNAME
from civicgraph.enterprises.models import Enterprise
from civicgraph.grievances.desk.models import TeamKind
from civicgraph.grievances.models import Team, TeamMember
from civicgraph.permissions import Actor, Held
from civicgraph.scheduler.models import Deadline, DeadlineState
from civicgraph.uploads.operations import receive

_WINDOW: dict[str, Any] = {
    "division_code": "5203",
    "window_name": "当地政务大厅“一件事”综合窗口",
    "window_hours": "工作日 9:00–12:00，13:00–17:00",
    "phone": "0851-12345",
    "legal_source": "国发〔2024〕3 号《关于进一步优化政务服务提升行政效能推动“高效办成一件事”的指导意见》",
}
_CONTACT = [
    {"label": "联系人", "label_en": "Contact", "kind": "text", "is_personal": True},
    {"label": "联系电话", "label_en": "Telephone", "kind": "text", "is_personal": True, "help": "办理中有事好联系您。"},
]


def _step(
    title: str, title_en: str, department: str, days: int, materials: str, result: str, **more: Any
) -> dict[str, Any]:
    given = {"title": title, "title_en": title_en, "department": department, "working_days": days}
    return {**given, "materials": materials, "result": result, **more}


def _checklists(team: int) -> list[dict[str, Any]]:
    licence = _step("营业执照", "Business licence", "市场监督管理局", 1, "法定代表人身份证\n场所使用证明", "营业执照")
    return [
        {
            "title": "开办餐饮店“一件事”", "title_en": "Opening a restaurant",
            "summary": "办执照、食品经营许可、消防检查、招牌一起办，只填一张表，只跑一个窗口。",
            "summary_en": "Licence, food permit, fire check and sign together: one form, one window.",
            "audience": "准备开饭店、小吃店、奶茶店的企业和个体工商户", "audience_en": "Who opens a restaurant, snack bar or tea shop",
            "lead": "市场监督管理局", "working_days": 12,
            "questions": [
                {"text": "店里卖酒吗？", "text_en": "Will you sell alcohol?"},
                {"text": "门口要挂招牌吗？", "text_en": "Will you put up a sign?"},
                {"text": "面积超过 300 平方米吗？", "text_en": "Is it larger than 300 m²?"},
            ],
            "steps": [
                licence,
                _step("食品经营许可", "Food permit", "市场监督管理局", 5, "厨房平面图\n从业人员健康证", "食品经营许可证", after="1", team=team),
                _step("消防安全检查", "Fire safety check", "消防救援大队", 4, "消防承诺书\n场所平面图", "公众聚集场所投入使用、营业前消防安全检查意见书", after="1", question=3),
                _step("酒类流通备案", "Registering the sale of alcohol", "商务局", 2, "食品经营许可证", "备案登记表", after="2", question=1),
                _step("户外招牌设置", "Sign", "综合行政执法局", 3, "招牌效果图", "户外招牌设置回执", question=2),
            ],
            "form_fields": [
                {"label": "店名", "label_en": "Name of the shop", "kind": "text"},
                {"label": "地址", "label_en": "Address", "kind": "text"},
                {"label": "面积（平方米）", "label_en": "Area in m²", "kind": "number"},
                {"label": "主要做什么", "label_en": "What it serves", "kind": "choice", "choices": "正餐，小吃，火锅，饮品，糕点"},
                {"label": "打算哪天开业", "label_en": "Opening day", "kind": "date"},
                *_CONTACT,
            ],
        },
        {
            "title": "企业开办“一件事”", "title_en": "Starting a company",
            "summary": "执照、刻章、领发票、社保和公积金登记、银行预约开户，一张表全办。",
            "summary_en": "Licence, seals, invoices, social insurance, housing fund and bank account in one form.",
            "audience": "新设立的企业", "audience_en": "New companies", "lead": "市场监督管理局", "working_days": 3,
            "questions": [{"text": "现在就招人吗？", "text_en": "Will you hire people now?"}],
            "steps": [
                licence,
                _step("公章刻制", "Seals", "公安局", 1, "", "企业印章一套", after="1"),
                _step("领发票和税务 UKey", "Invoices", "税务局", 1, "", "数电发票额度", after="1"),
                _step("社保登记", "Social insurance", "人力资源和社会保障局", 1, "", "单位参保登记", after="1", question=1),
                _step("公积金开户", "Housing fund", "住房公积金管理中心", 1, "", "公积金单位账户", after="1", question=1),
            ],
            "form_fields": [
                {"label": "开户银行", "label_en": "Bank", "kind": "text", "is_optional": True},
                {"label": "首批员工人数", "label_en": "First employees", "kind": "number", "is_optional": True}, *_CONTACT,
            ],
        },
        {
            "title": "招用员工参保“一件事”", "title_en": "Hiring people",
            "summary": "用工备案、社保增员、医保增员、公积金开户一起办。",
            "summary_en": "Registering work, social and medical insurance and the housing fund together.",
            "audience": "招用员工的企业", "audience_en": "Companies that hire", "lead": "人力资源和社会保障局", "working_days": 5,
            "questions": [{"text": "有应届毕业生吗？", "text_en": "Are there fresh graduates?"}],
            "steps": [
                _step("就业登记", "Registering work", "人力资源和社会保障局", 1, "劳动合同\n员工名册", "就业登记回执"),
                _step("社保增员", "Social insurance", "人力资源和社会保障局", 2, "", "参保证明", after="1"),
                _step("医保增员", "Medical insurance", "医疗保障局", 2, "", "医保参保信息", after="1"),
                _step("公积金增员", "Housing fund", "住房公积金管理中心", 2, "", "个人账户设立", after="1"),
                _step("毕业生落户和档案", "Residence and records of graduates", "公安局", 3, "毕业证", "准迁证", question=1),
            ],
            "form_fields": [
                {"label": "新招人数", "label_en": "How many", "kind": "number"},
                {"label": "合同起始日", "label_en": "Contracts begin", "kind": "date"}, *_CONTACT,
            ],
        },
        {
            "title": "企业注销“一件事”", "title_en": "Deregistering a company",
            "summary": "税务、社保、海关、银行和营业执照注销一起办，各部门同步清税清费。",
            "summary_en": "Taxes, insurance, customs, bank and licence are closed together.",
            "audience": "不再经营的企业", "audience_en": "Companies that close", "lead": "市场监督管理局", "working_days": 20,
            "questions": [{"text": "做过进出口吗？", "text_en": "Did you import or export?"}],
            "steps": [
                _step("清税", "Tax clearance", "税务局", 8, "最近一期财务报表", "清税证明"),
                _step("社保和公积金注销", "Insurance and housing fund", "人力资源和社会保障局", 3, "", "单位注销回执"),
                _step("海关注销", "Customs", "海关", 5, "", "海关注销回执", question=1),
                _step("营业执照注销", "Licence", "市场监督管理局", 3, "清算报告", "登记通知书", after="1，2，3"),
            ],
            "form_fields": [
                {"label": "停业日期", "label_en": "Last day of business", "kind": "date"},
                {"label": "债务是否结清", "label_en": "Are debts settled?", "kind": "choice", "choices": "已结清，没有债务"}, *_CONTACT,
            ],
        },
        {
            "title": "水电气网联合报装“一件事”", "title_en": "Water, power, gas and network together",
            "summary": "一次报装，供水、供电、燃气、通信一起上门踏勘，一起施工。",
            "summary_en": "Asked for once: water, power, gas and telecoms come and build together.",
            "audience": "新建、扩建厂房和门店的企业", "audience_en": "Companies that build", "lead": "住房和城乡建设局", "working_days": 15,
            "questions": [{"text": "要用燃气吗？", "text_en": "Do you need gas?"}, {"text": "要占道开挖吗？", "text_en": "Has a road to be opened?"}],
            "steps": [
                _step("联合踏勘", "Visit together", "住房和城乡建设局", 3, "场所平面图\n用能需求", "接入方案"),
                _step("占道开挖审批", "Permit to open the road", "综合行政执法局", 3, "", "占道许可", after="1", question=2),
                _step("供水接入", "Water", "供水公司", 6, "", "通水", after="1，2"),
                _step("供电接入", "Power", "供电局", 6, "", "通电", after="1，2"),
                _step("燃气接入", "Gas", "燃气公司", 8, "", "通气", after="1，2", question=1),
                _step("通信接入", "Network", "通信运营商", 4, "", "通网", after="1，2"),
            ],
            "form_fields": [
                {"label": "报装地址", "label_en": "Address", "kind": "text"},
                {"label": "用电容量（千伏安）", "label_en": "Power in kVA", "kind": "number"},
                {"label": "希望通水通电的日子", "label_en": "Wanted by", "kind": "date"}, *_CONTACT,
            ],
        },
    ]  # fmt: skip


_ANSWERS: dict[str, list[str]] = {
    "开办餐饮店“一件事”": ["包包厂职工食堂", "风华镇工业园 2 号", "120", "正餐", "2026-12-20"],
    "招用员工参保“一件事”": ["6", "2026-12-01"],
    "水电气网联合报装“一件事”": ["风华镇工业园 5 号厂房", "315", "2027-01-15"],
    "企业注销“一件事”": ["2026-10-31", "没有债务"],
    "企业开办“一件事”": ["", ""],
}
_PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
"""An empty page."""
_PEOPLE = ["演示联系人", "13900000000"]


async def load_checklists(staff: dict[str, Person]) -> None:
    """The checklists, and cases: just begun, returned, done, and one that is late."""
    admin = await actor_of(staff["admin"])
    firm = await Enterprise.get(name=NAME)
    place = str(firm.division_id)  # type: ignore[attr-defined]
    team = await Team.create(division_id=place[:6], name="绥阳县市场监督管理局许可科", kind=TeamKind.DEPARTMENT)
    await TeamMember.create(team_id=team.id, person_id=staff["hongqiao.grid"].id)
    for values in _checklists(team.id):
        row = await operations.create_checklist(admin, {**_WINDOW, **values})
        await operations.publish_checklist(admin, {"id": row.id, "version": row.version})
    await Checklist.all().update(is_generated=True)
    owner = await actor_of(await Person.get(username=USERNAME))
    hiring = await _open(owner, firm, "招用员工参保“一件事”", 2)
    await _finish(admin, hiring, 1, 1)
    canteen = await _open(owner, firm, "开办餐饮店“一件事”", 6, yes=[2])
    with clock.override(clock.now() - timedelta(days=6)):
        paper = await receive(owner, "厨房设备清单（演示）.pdf", _PAPER)
        given = {"number": canteen.number, "documents": [{"needed": "2.0", "file": paper.name}]}
        await operations.send_case_documents(owner, given)
    canteen = await _finish(admin, canteen, 1, 5, "营业执照（增加餐饮服务）")
    with clock.override(clock.now() - timedelta(days=1)):
        step = {"number": canteen.number, "version": canteen.version, "position": 2}
        await operations.return_step(admin, {**step, "reason": "请补充厨房平面图，并写明排烟口的位置。"})
    hall = await _open(owner, firm, "水电气网联合报装“一件事”", 40)
    for ago, position in ((37, 1), (33, 6), (30, 3), (29, 4)):
        hall = await _finish(admin, hall, position, ago)
    others = await Enterprise.filter(division_id__startswith="520327", is_published=True).order_by("id").limit(2)
    late = await _open(admin, others[0], "企业注销“一件事”", 24)
    await _finish(admin, late, 2, 21)
    await _open(admin, others[-1], "企业开办“一件事”", 1, yes=[1])
    # Nobody is reminded today of what would have been told days ago.
    past = Deadline.filter(subject_type="OneThingStep", state=DeadlineState.PENDING, due_at__lte=clock.now())
    await past.update(state=DeadlineState.FIRED, settled_at=clock.now())


async def actor_of(person: Person) -> Actor:
    """The actor that a session of this person would give."""
    grants = tuple(Held(one.role, one.division_id) for one in await Grant.filter(person_id=person.id))  # type: ignore[attr-defined]
    return Actor(kind="person", person_id=person.id, name=person.name, title=person.title, grants=grants)


async def _open(
    actor: Actor, firm: Enterprise, title: str, days_ago: int, yes: list[int] | None = None
) -> OneThingCase:
    checklist = await Checklist.get(title=title)
    texts = [*_ANSWERS[title], *_PEOPLE]
    answers = [{"field": number, "text": text} for number, text in enumerate(texts, 1)]
    given = {"checklist_id": checklist.id, "credit_code": firm.credit_code, "answers": answers, "yes": yes or []}
    moment = clock.now() - timedelta(days=days_ago)
    with clock.override(moment):
        case = await operations.open_case(actor, given)
    await OneThingCase.filter(id=case.id).update(created_at=moment)
    return case


async def _finish(actor: Actor, case: OneThingCase, position: int, days_ago: int, result: str = "") -> OneThingCase:
    version = (await OneThingCase.get(id=case.id)).version
    given = {"number": case.number, "version": version, "position": position, "result": result}
    with clock.override(clock.now() - timedelta(days=days_ago)):
        return await operations.finish_step(actor, given)
