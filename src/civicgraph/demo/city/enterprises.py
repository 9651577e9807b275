"""The register of market entities, the lists of a few thousand, and what those make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random as Generator
from typing import TypeVar

from civicgraph.demo.city import codes
from civicgraph.demo.city.cases import Random, pick
from civicgraph.demo.city.ground import Community, Ground
from civicgraph.demo.city.tables import SIZE, Batch, Row, table
from civicgraph.demo.city.words import words
from civicgraph.enterprises.models import (
    Enterprise,
    EnterpriseKind,
    EnterpriseList,
    EnterpriseListing,
    EnterpriseScale,
    EnterpriseStatus,
)
from civicgraph.enterprises.rules import search_terms_of
from civicgraph.enterprises.scale import Figures, scale_of
from civicgraph.products.models import Product, ProductKind
from civicgraph.text import search_terms

ENTERPRISE = table(
    Enterprise,
    *("id", "created_at", "updated_at", "version", "is_generated", "credit_code", "name", "brand", "kind", "status"),
    *("industry_id", "division_id", "address", "established_on", "counted_from", "scale", "employees", "revenue_fen"),
    *("assets_fen", "figures_year"),
    *("summary", "is_published", "contact_name", "contact_phone", "contact_phone_masked", "contact_email"),
    *("contact_email_masked", "search_terms"),
)
LISTING = table(EnterpriseListing, "created_at", "updated_at", "enterprise_id", "list", "listed_on", "delisted_on")
PRODUCT = table(
    Product,
    *("created_at", "updated_at", "version", "is_generated", "enterprise_id", "division_id", "kind", "name", "brand"),
    *("name_en", "summary", "description", "months", "standards", "picture_alt", "contact_name", "contact_phone"),
    *("contact_agreed_on", "is_published", "search_terms"),
)

# Shares of the kinds and states, after the make-up of a county's register.
_KINDS = (
    (0.78, EnterpriseKind.SOLE_TRADER),
    (0.955, EnterpriseKind.COMPANY),
    (0.985, EnterpriseKind.COOPERATIVE),
    (1.0, EnterpriseKind.FARM),
)
_STATES = (
    (0.93, EnterpriseStatus.ACTIVE),
    (0.96, EnterpriseStatus.SUSPENDED),
    (1.0, EnterpriseStatus.CLOSED),
)
_FARMING, _SOFTWARE = ("01", "03", "05"), "65"
_KNOWN = 4  # enterprises of a community that its made-up problems name
_YEAR_ONE = 719_163
_YEAR = 739_342  # date(2025, 4, 1).toordinal(): the year that ends with the first quarter of 2026
_DAYS = 365
_FIGURES_YEAR = 2025

Joined = tuple[EnterpriseList, int, int | None]
T = TypeVar("T")


def count(ground: Ground) -> int:
    """Rows to come."""
    return max(0, ground.scale.enterprises - ground.counts["enterprise"])


def rows(ground: Ground) -> Iterator[Batch]:
    """The register in the order of its numbers."""
    random, total = ground.random("enterprise").random, count(ground)
    lists = _lists(ground, total)
    spoken = words()["enterprises"]
    trades = [(code, own[1]) for code, own in spoken["industries"].items() for _ in range(own[0])]
    farming = [one for one in trades if one[0] in _FARMING]
    software = next(one for one in trades if one[0] == _SOFTWARE)
    newly_filled = iter(spoken["newly_filled"].items())
    classes = spoken["classes"]
    serial, base = 0, ground.last["enterprise"] + 1
    found: list[Row] = []
    listed: list[Row] = []
    made: list[Row] = []
    for index in range(total):
        community = ground.slots[int(random() * len(ground.slots))]
        joined = lists.get(index, ())
        kind = EnterpriseKind.COMPANY if joined else _share(random(), _KINDS)
        is_farming = kind in (EnterpriseKind.COOPERATIVE, EnterpriseKind.FARM)
        of = farming if is_farming else trades
        industry, trade = of[int(random() * len(of))]
        if any(one[0] is EnterpriseList.SOFTWARE_OVER_5M for one in joined):
            industry, trade = software
        elif any(one[0] is EnterpriseList.FOUR_ABOVE and one[1] >= _YEAR for one in joined):
            industry, trade = next(newly_filled, (industry, trade))
        word = pick(random, trade)
        name = _name(random, kind, community, spoken["stems"], word)
        status = EnterpriseStatus.ACTIVE if joined else _share(random(), _STATES)
        while (code := codes.credit_code(kind, community.code[:6], serial)) in ground.credit_codes:
            serial += 1
        serial += 1
        established = ground.today + _YEAR_ONE - int(random() ** 2 * 7300)
        number = base + index
        found.append(
            (
                *(number, ground.now, ground.now, 1, True, code, name, "", kind.value, status.value),
                *(
                    classes.get(word, industry),
                    community.code,
                    "",
                    established,
                    established,
                    *_size(random, kind, classes.get(word, industry), is_listed=bool(joined)),
                ),
                *("", True, "", "", "", "", "", search_terms_of(name, "")),
            )
        )
        if len(community.enterprises) < _KNOWN:
            community.enterprises.append(number)
        for one, since, until in joined:
            listed.append((ground.now, ground.now, number, one.value, since, until))
        if joined:
            made.append(_product(ground, number, community, industry, word))
        if len(found) >= SIZE:
            yield ENTERPRISE, found
            yield LISTING, listed
            yield PRODUCT, made
            found, listed, made = [], [], []
    yield ENTERPRISE, found
    yield LISTING, listed
    yield PRODUCT, made


def _product(ground: Ground, number: int, community: Community, industry: str, word: str) -> Row:
    """What it makes: a name alone."""
    kind = ProductKind.PRODUCE if industry in _FARMING else ProductKind.INDUSTRIAL
    return (
        *(ground.now, ground.now, 1, True, number, community.code, kind.value, word, ""),
        *("", "", "", "[]", "[]", "", "", "", None, True, search_terms(word)),
    )


def _size(random: Random, kind: EnterpriseKind, industry: str, *, is_listed: bool) -> tuple[str, int, int, int, int]:
    """Its scale by the standard, the people insured through it, its revenue and assets, by and large, and their year."""
    if is_listed:
        people = 20 + int(random() ** 3 * 900)
        revenue = people * (20_000_000 + int(random() * 60_000_000))
    else:
        people = int(random() ** 4 * (40 if kind is EnterpriseKind.COMPANY else 6))
        revenue = (1 + people) * int(random() * 30_000_000)
    assets = revenue * 3 // 2
    typed = EnterpriseScale.SMALL if is_listed else EnterpriseScale.MICRO
    scale = scale_of(industry, Figures(people, revenue, assets)) or typed
    return scale.value, people, revenue, assets, _FIGURES_YEAR


def _share(chance: float, shares: Sequence[tuple[float, T]]) -> T:
    return next(value for bound, value in shares if chance < bound)


def _name(random: Random, kind: EnterpriseKind, community: Community, stems: list[str], word: str) -> str:
    stem = pick(random, stems) + pick(random, stems)
    if kind is EnterpriseKind.COMPANY:
        return f"遵义市{stem}{word}有限公司" if random() < 0.6 else f"贵州{stem}{word}有限责任公司"
    if kind is EnterpriseKind.COOPERATIVE:
        return f"{community.county}{stem}{word}农民专业合作社"
    if kind is EnterpriseKind.FARM:
        return f"{community.county}{community.name}{stem}家庭农场"
    return f"{community.county}{stem}{word}"


def _lists(ground: Ground, total: int) -> dict[int, tuple[Joined, ...]]:
    """Which of the new entries are on which lists, so that each list has as many today as was published."""
    source = ground.random("enterprise_listing")
    found: dict[int, tuple[Joined, ...]] = {}
    for one, wanted in ground.scale.lists:
        missing = min(total, max(0, wanted - ground.listed[one]))
        leavers = min(ground.scale.four_above_left, total - missing) if one is EnterpriseList.FOUR_ABOVE else 0
        for order, index in enumerate(source.sample(range(total), missing + leavers)):
            found[index] = (*found.get(index, ()), _joined(source, ground, one, order, missing))
    return found


def _joined(source: Generator, ground: Ground, one: EnterpriseList, order: int, missing: int) -> Joined:
    """On a list since when and until when: of the four above some came and some went within the year."""
    before = _YEAR - 1 - source.randrange(1500)
    if one is not EnterpriseList.FOUR_ABOVE:
        return one, before, None
    if order >= missing:
        return one, before, _YEAR + source.randrange(_DAYS - 1)
    is_new = order < min(ground.scale.four_above_joined, missing)
    return one, _YEAR + source.randrange(_DAYS) if is_new else before, None
