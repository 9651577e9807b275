"""Investment projects of the small city: at every stage, shown and not, with milestones done, late and to come."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from civicgraph.projects.models import (
    AmountOf,
    InvestmentAmount,
    InvestmentMilestone,
    InvestmentProject,
    InvestmentStageChange,
    ProjectStage,
)
from civicgraph.text import search_terms
from tests.graph.reference.words import WORDS, sentence

DAY = date(2026, 5, 22)


async def give_to_teams() -> None:
    """Some of the projects, those that somebody sees to alone among them, once there are teams."""
    for number in range(1, 15):
        await InvestmentProject.filter(id=number).update(team_id=[None, 1, 2, 3][number % 4])


async def build_projects(places: list[str], people: list[int]) -> None:
    """All of it; thrown with dice of their own, so that the rest of the city stays as it is."""
    dice = Random(29)
    for number in range(1, 15):
        name, summary = sentence(dice)[:60], sentence(dice)[:250]
        investor, body = dice.choice(["", *WORDS[:3]]), dice.choice(WORDS)
        stage = list(ProjectStage)[number % 6]
        row = await InvestmentProject.create(
            name=name,
            summary=summary,
            division_id=dice.choice(places),
            industry_id=dice.choice(["C", "1922", "651", "I", "19"]),
            investor=investor,
            enterprise_id=dice.choice([None, *range(1, 26)]),
            body=body,
            phone=dice.choice(["", "0851-1"]),
            responsible_id=dice.choice([None, *people]),
            signed_on=DAY - timedelta(days=dice.choice([0, 1, 22])),
            counted_from=dice.choice([None, DAY]),
            stage=stage,
            stage_on=DAY,
            stop_reason="资金没有到位" if stage is ProjectStage.STOPPED else "",
            name_en="A factory" if number % 2 else "",
            contracted_fen=dice.choice([1, 500, 2**53]),
            invested_fen=dice.choice([0, 2**53]),
            is_published=number % 3 > 0,
            is_generated=number % 2 == 0,
            search_terms=search_terms(name, summary, investor, body),
        )
        for turn in range(number % 3 + 1):
            before = list(ProjectStage)[turn - 1] if turn else None
            step = {"before": before, "stage": list(ProjectStage)[turn], "on": DAY, "reason": "原因" if turn else ""}
            await InvestmentStageChange.create(project_id=row.id, person_id=dice.choice([None, *people]), **step)
            amount = {"of": list(AmountOf)[turn % 2], "on": DAY + timedelta(days=turn // 2), "note": "报表"}
            await InvestmentAmount.create(project_id=row.id, amount_fen=dice.choice([0, 2**53]), **amount)
            due_on, done_on = DAY + timedelta(days=dice.choice([-9, -1, 0, 1])), dice.choice([None, None, DAY])
            words = {"name": dice.choice(WORDS), "note": dice.choice(["", "等规划许可"])}
            first = dice.choice([None, DAY - timedelta(days=30)])
            await InvestmentMilestone.create(
                project_id=row.id, due_on=due_on, promised_on=first, done_on=done_on, **words
            )
