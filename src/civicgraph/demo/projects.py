"""The projects that were signed in the first quarter of 2026: 166, with 22,000 million CNY contracted.

The facts file gives the two sums alone. Which projects they are, where and how far they have come is made up, and says so; their
steps follow from their milestones, so that each page tells one story.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from civicgraph import clock
from civicgraph.accounts.models import Grant
from civicgraph.demo.facts import facts
from civicgraph.divisions.models import Division, DivisionLevel
from civicgraph.enterprises.models import Enterprise
from civicgraph.projects.counting import Cells, of_project
from civicgraph.projects.keeping import add_cells
from civicgraph.projects.models import (
    AmountOf,
    InvestmentAmount,
    InvestmentMilestone,
    InvestmentProject,
    InvestmentStageChange,
    ProjectStage,
)
from civicgraph.projects.reminders import reminders_of
from civicgraph.projects.rules import KEEPING
from civicgraph.scheduler.deadlines import set_deadlines
from civicgraph.text import search_terms

FIRST_DAY, DAYS = date(2026, 1, 5), 85
MILLION_FEN = 1_000_000_00


class Work(NamedTuple):
    """A sort of project: its name behind that of its county, in both languages, what is built, its industry, how large such ones are."""

    name: str
    name_en: str
    summary: str
    industry: str
    weight: int


_LEVEL = re.compile("(gelaozu.*|qu|xian|shi)$")
"""What a county is, at the end of its pinyin: English says Suiyang, Daozhen."""
WORKS = (
    Work("白酒包装印刷产业园", "packaging and printing park", "建彩盒、瓶盖和标签生产线，给本地酒企配套。", "23", 6),
    Work("酱香白酒基酒储存库", "baijiu storehouse", "建恒温陶坛库和自动化勾调车间。", "15", 14),
    Work("锂电池正极材料生产线", "lithium cathode plant", "建前驱体和正极材料生产线，配套检测中心。", "38", 30),
    Work("铝精深加工基地", "aluminium works", "用本地电解铝做型材和汽车零部件。", "32", 24),
    Work("金属制品线材改扩建", "wire works extension", "更新拉丝和热处理设备，增产高强度钢丝绳。", "33", 12),
    Work("茶叶精深加工园", "tea processing park", "建精制、拼配和冷链车间，带动周边茶农。", "15", 5),
    Work("辣椒制品加工厂", "chilli factory", "建油辣椒、干辣椒分拣和检测车间。", "14", 4),
    Work("食用菌智能化基地", "mushroom houses", "建菌棒厂、恒温菇房和分拣冷库。", "01", 4),
    Work("光伏发电站", "solar power station", "在荒坡和厂房屋顶装光伏板，配储能。", "44", 20),
    Work("装配式建材厂", "prefabricated building works", "生产预制构件和轻质墙板。", "30", 8),
    Work("冷链物流园", "cold-chain logistics park", "建冷库、分拨中心和农产品交易区。", "59", 9),
    Work("中药材提取车间", "herb extraction plant", "建天麻、杜仲提取和饮片生产线。", "27", 7),
    Work("温泉康养旅游区", "hot-spring resort", "修步道、民宿和康复中心，不占基本农田。", "61", 11),
    Work("数据标注服务中心", "data labelling centre", "招本地青年做数据标注和客服外包。", "65", 3),
)


class Plan(NamedTuple):
    """A milestone as it is planned: so many days after the signing at an ordinary pace, and the stage that it leads to."""

    name: str
    days: int
    stage: ProjectStage | None


PLANS = (
    Plan("用地和规划手续办完", 45, ProjectStage.APPROVED),
    Plan("拿到施工许可证、开工", 85, ProjectStage.BUILDING),
    Plan("主体结构封顶", 190, None),
    Plan("竣工验收", 260, ProjectStage.COMPLETED),
    Plan("设备调试完、正式投产", 310, ProjectStage.PRODUCING),
)
STOPPED = {
    17: "投资方资金没有到位，双方协商解除合同。",
    58: "选址压覆矿产，另行选址。",
    103: "环评没有通过。",
    149: "投资方调整布局。",
}
"""Projects that were stopped, by their number, and why."""


async def load_projects(random: Random) -> None:
    """All of them, with their history until today."""
    counties = await Division.filter(level=DivisionLevel.COUNTY).order_by("code")
    count, total = (
        facts()["enterprise_figures"]["signed_projects"],
        facts()["enterprise_figures"]["contracted_investment_cny"],
    )
    works = [WORKS[(number * 5 + number // 14) % len(WORKS)] for number in range(count)]
    amounts = _amounts(random, works, total * 100)
    firms = await Enterprise.filter(name__startswith="演示用人单位").order_by("id").limit(count)
    keepers = await _keepers()
    projects, changes, sums, milestones = [], [], [], []
    for number, (work, fen) in enumerate(zip(works, amounts, strict=True), 1):
        county = counties[number % len(counties)]
        firm = firms[number] if number % 8 == 0 else None
        row = InvestmentProject(
            name=f"{county.short_name}{work.name}",
            name_en=f"{_LEVEL.sub('', county.pinyin)} {work.name_en}",
            summary=work.summary,
            division_id=county.code,
            industry_id=work.industry,
            investor="" if firm else f"投资企业 {number:03d} 号（演示）",
            enterprise_id=firm.id if firm else None,
            body=f"{county.short_name}投资促进局",
            responsible_id=keepers.get(county.code),
            signed_on=FIRST_DAY + timedelta(days=(number * 37) % DAYS),
            contracted_fen=fen,
            is_published=True,
            is_generated=True,
        )
        row.counted_from = row.stage_on = row.signed_on
        row.search_terms = search_terms(
            row.name, row.name_en, row.summary, firm.name if firm else row.investor, row.body
        )
        planned = _milestones(random, row, number)
        steps = _steps(row, planned, number)
        projects.append(row)
        milestones += planned
        changes.append(steps)
        sums.append(_sums(random, row, number, steps))
    await _write(projects, changes, sums, milestones)


def _amounts(random: Random, works: list[Work], total_fen: int) -> list[int]:
    """Round amounts by the size of each work, whose sum is the published one to the fen."""
    weights = [work.weight * random.uniform(0.5, 1.7) for work in works]
    found = [max(5, int(total_fen / MILLION_FEN * one / sum(weights))) * MILLION_FEN for one in weights]
    found[found.index(max(found))] += total_fen - sum(found)
    return found


async def _keepers() -> dict[str, int]:
    """Who sees to the projects of each county: the nearest of those who keep them."""
    grants = await Grant.filter(role__in=KEEPING, person__is_active=True).order_by("id")
    found: dict[str, tuple[int, int]] = {}
    for county in await Division.filter(level=DivisionLevel.COUNTY):
        for grant in grants:
            over, person = str(grant.division_id), int(grant.person_id)  # type: ignore[attr-defined]
            if county.code.startswith(over) and len(over) > found.get(county.code, (0, 0))[0]:
                found[county.code] = (len(over), person)
    return {code: person for code, (_, person) in found.items()}


def _milestones(random: Random, row: InvestmentProject, number: int) -> list[InvestmentMilestone]:
    """What was planned, and done so far: one after the other. Of some the next one is late, of some due within days."""
    pace, today, is_open = random.uniform(0.8, 3.2), clock.today(), False
    found: list[InvestmentMilestone] = []
    for plan in PLANS:
        due_on = row.signed_on + timedelta(days=int(plan.days * pace))
        done_on = due_on + timedelta(days=random.randint(-12, 9))
        if not is_open and (done_on > today or (number in STOPPED and plan is not PLANS[0])):
            is_open = True
            late = (number % 12 == 6) - (number % 9 == 4)
            due_on = (
                today - timedelta(days=late * random.randint(1, 25)) if late else max(due_on, today + timedelta(14))
            )
            due_on = today + timedelta(days=number % 7) if late < 0 else due_on
            due_on = max(due_on, found[-1].due_on + timedelta(days=1)) if found else due_on
        elif is_open:
            due_on = max(due_on, found[-1].due_on + timedelta(days=45))
        done = None if is_open else done_on
        found.append(InvestmentMilestone(project_id=number, name=plan.name, due_on=due_on, done_on=done))
    return found


def _steps(row: InvestmentProject, planned: list[InvestmentMilestone], number: int) -> list[InvestmentStageChange]:
    """The stages that its milestones led to, and where it was stopped; the project stands at the last."""
    reached = [(ProjectStage.SIGNED, row.signed_on)]
    for plan, one in zip(PLANS, planned, strict=True):
        if plan.stage is not None and one.done_on is not None:
            reached.append((plan.stage, max(one.done_on, reached[-1][1])))
    if number in STOPPED and (stopped_on := reached[-1][1] + timedelta(days=30)) <= clock.today():
        reached.append((ProjectStage.STOPPED, stopped_on))
        row.stop_reason = STOPPED[number]
    row.stage, row.stage_on = reached[-1]
    before: list[ProjectStage | None] = [None, *(stage for stage, _ in reached)]
    return [
        InvestmentStageChange(
            project_id=number,
            before=earlier,
            stage=stage,
            on=on,
            reason=row.stop_reason if stage is ProjectStage.STOPPED else "",
            person_id=row.responsible_id,
        )
        for earlier, (stage, on) in zip(before, reached, strict=False)
    ]


def _sums(
    random: Random, row: InvestmentProject, number: int, steps: list[InvestmentStageChange]
) -> list[InvestmentAmount]:
    """The contract, and at the end of each quarter what was invested: little before work begins, all when it is done."""
    found = [
        InvestmentAmount(project_id=number, of=AmountOf.CONTRACTED, on=row.signed_on, amount_fen=row.contracted_fen)
    ]
    shares = dict(zip(ProjectStage, (0.02, 0.1, 0.45, 0.92, 1.0, 0.05), strict=True))
    for day in (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)):
        if day > clock.today():
            break
        stage = [one.stage for one in steps if one.on <= day][-1]
        share = shares[stage] * random.uniform(0.7, 1)
        fen = max(row.invested_fen, int(row.contracted_fen / MILLION_FEN * share) * MILLION_FEN)
        if fen > row.invested_fen:
            row.invested_fen = fen
            found.append(
                InvestmentAmount(project_id=number, of=AmountOf.INVESTED, on=day, amount_fen=fen, note="季度统计报表")
            )
    return found


async def _write(
    projects: list[InvestmentProject],
    changes: list[list[InvestmentStageChange]],
    sums: list[list[InvestmentAmount]],
    milestones: list[InvestmentMilestone],
) -> None:
    """Everything in a few statements, counted and with its reminders; parts name their project by its place in the list."""
    cells: Cells = Cells()
    for row, steps, amounts in zip(projects, changes, sums, strict=True):
        cells.update(of_project(row, steps, amounts))
    await InvestmentProject.bulk_create(projects)
    numbers = await InvestmentProject.all().order_by("id").values_list("id", flat=True)
    steps_of = [one for steps in changes for one in steps]
    amounts_of = [one for amounts in sums for one in amounts]
    parts: list[InvestmentStageChange | InvestmentAmount | InvestmentMilestone] = [*steps_of, *amounts_of, *milestones]
    for one in parts:
        one.project_id = int(str(numbers[one.project_id - 1]))
    await InvestmentStageChange.bulk_create(steps_of)
    await InvestmentAmount.bulk_create(amounts_of)
    await InvestmentMilestone.bulk_create(milestones)
    await add_cells(cells)
    known = {row.id: row for row in await InvestmentProject.all()}
    due = [each for one in await InvestmentMilestone.all() for each in reminders_of(known[one.project_id], one)]
    await set_deadlines(due)
