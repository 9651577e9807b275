"""Policies of the small city: in every state, with rules in words, examples and grants."""

from __future__ import annotations

from datetime import date
from random import Random

from civicgraph.policies.models import (
    AmountKind,
    GrantState,
    Policy,
    PolicyCategory,
    PolicyCycle,
    PolicyExample,
    PolicyGrant,
    PolicyRuleLine,
    PolicyStatus,
    WithheldSum,
)
from civicgraph.text import search_terms
from tests.graph.reference.words import NOW, WORDS, sentence

DAY = date(2026, 5, 1)


async def build_policies(places: list[str]) -> None:
    """All of it; thrown with dice of their own, so that the rest of the city stays as it is."""
    dice = Random(23)
    for number in range(1, 13):
        title, summary, owner = sentence(dice)[:60], sentence(dice)[:250], dice.choice(WORDS)
        status = list(PolicyStatus)[number % 4]
        leaf = {"fact": "employees", "is": "at_least", "value": number}
        row = await Policy.create(
            category=dice.choice(list(PolicyCategory)),
            title=title,
            title_en=dice.choice(["", "wifi for firms"]),
            summary=summary,
            summary_en=dice.choice(["", "What it gives"]),
            legal_source=dice.choice(["", "遵府办〔2026〕1 号"]),
            division_id=dice.choice(places),
            owner=owner,
            phone=dice.choice(["", "0851-1"]),
            status=status,
            starts_on=DAY,
            ends_on=dice.choice([None, DAY]),
            ended_on=DAY if status is PolicyStatus.ENDED else None,
            cycle=dice.choice(list(PolicyCycle)),
            amount_kind=dice.choice(list(AmountKind)),
            amount_fen=dice.choice([None, 100]),
            share_bp=dice.choice([None, 25]),
            cap_fen=dice.choice([None, 2**53]),
            budget_fen=dice.choice([None, 2**53]),
            granted_fen=dice.choice([0, 300]),
            eligibility=dice.choice([{} if status is PolicyStatus.DRAFT else leaf, {"all": [leaf, {"not": leaf}]}]),
            used_up_at=NOW if number % 3 == 0 else None,
            matched_at=dice.choice([None, NOW]),
            is_generated=number % 2 == 0,
        )
        row.search_terms = search_terms(row.title, row.summary, row.owner, row.title_en)
        await row.save()
        sums = (("", ""), ("2026", ""), ("", row.category.value))[number % 4 :]  # in all, or of a part alone
        for year, category in sums:
            part = {"year": year, "category": category, "figure": "granted"}
            await WithheldSum.create(division_id=row.division_id[:4], policy_number=row.id, **part)
        for position, (path, is_group) in enumerate((("", True), ("0", False))[: number % 3]):
            words = {"words": dice.choice(WORDS), "words_en": "words"}
            line = {"position": position, "path": path, "depth": len(path), "is_group": is_group}
            await PolicyRuleLine.create(policy_id=row.id, **line, **words)
        for turn in range(number % 3):
            full = {"kind": "farm", "status": "active", "scale": "micro", "established_on": DAY, "listed_on": DAY}
            known = {"employees": 3, "revenue_fen": 2**53, "on": DAY, "amount_fen": 7, "lists": ["FOUR_ABOVE"]}
            codes = {"industry_code": "19", "division_code": places[0]}
            more = {**full, **known, **codes} if turn or number % 2 else {}
            await PolicyExample.create(policy_id=row.id, title="样例", qualifies=turn == 0, **more)
        for enterprise in dice.sample(range(1, 26), 3):
            state = dice.choice(list(GrantState))
            await PolicyGrant.create(
                enterprise_id=enterprise,
                policy_id=row.id,
                period=dice.choice(["2026", "2026Q1", "once"]),
                division_id=dice.choice(places),
                amount_fen=dice.choice([1, 2**53]),
                state=state,
                granted_on=dice.choice([None, DAY]),
                objection_until=dice.choice([None, DAY]),
                paid_on=dice.choice([None, DAY]),
                reason="异议成立" if state is GrantState.WITHDRAWN else "",
                objection=dice.choice(["", "人数不对"]),
                objected_at=dice.choice([None, NOW]),
                objection_answer=dice.choice(["", "已核对"]),
                objection_answered_at=dice.choice([None, NOW]),
                notice_due=dice.random() < 0.5,
                notified_at=dice.choice([None, NOW]),
                is_told_by_phone=dice.random() < 0.5,
            )
