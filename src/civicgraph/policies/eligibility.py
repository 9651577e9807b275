"""Who qualifies: a tree of conditions over the register's facts, declared once.

The same tree becomes one SQL condition (both databases), an answer for one enterprise in plain Python with the answer
of each of its conditions, and words. What the register does not know is neither true nor false (Kleene's logic, which
is SQL's): nobody gets money by a fact that is not known, nor by its denial. A rule that does not say which status is
for enterprises in business alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.enterprises.rules import is_part, level
from civicgraph.i18n import N_, Labelled

MAX_DEPTH = 6
MAX_CONDITIONS = 40
Tree = Mapping[str, Any]
"""`{"all": […]}`, `{"any": […]}`, `{"not": tree}` or `{"fact": …, "is": …, "value": …}`."""


class Comparison(Labelled):
    """How a fact is compared."""

    ONE_OF = "one_of", N_("is one of")
    AT_LEAST = "at_least", N_("at least, or since")
    AT_MOST = "at_most", N_("at most, or until")


class FactKind(StrEnum):
    """What sort of value a fact has."""

    CHOICE = "choice"
    INDUSTRY = "industry"
    PLACE = "place"
    LIST = "list"
    NUMBER = "number"
    MONEY = "money"
    YEARS = "years"
    DATE = "date"


@dataclass(frozen=True)
class Known:
    """What is known of an enterprise; None for what is not."""

    kind: str | None = None
    status: str | None = None
    scale: str | None = None
    industry: str | None = None
    division: str | None = None
    established_on: date | None = None
    employees: int | None = None
    revenue_fen: int | None = None
    assets_fen: int | None = None
    listings: tuple[Listed, ...] | None = ()

    def on(self, name: str, day: date) -> Listed | None:
        """Its place on a list on a day."""
        found = [
            one
            for one in self.listings or ()
            if one.list == name and one.listed_on <= day and (one.delisted_on is None or one.delisted_on >= day)
        ]
        return max(found, key=lambda one: one.listed_on) if found else None


class Sql:
    """A condition being written for one of the databases, with its parameters."""

    def __init__(self, dialect: str, day: date) -> None:
        self.is_postgres = dialect == "postgres"
        self.day = day
        self.values: list[Any] = []

    def bind(self, value: Any, kind: str = "text") -> str:
        """A parameter's place: of kind text, bigint or date."""
        is_day = isinstance(value, date)
        self.values.append(value.isoformat() if is_day and not self.is_postgres else value)
        return f"${len(self.values)}::{kind}" if self.is_postgres else f"?{len(self.values)}"

    def least(self, first: str, second: str) -> str:
        """The smaller of two."""
        return f"{'least' if self.is_postgres else 'min'}({first}, {second})"


@dataclass(frozen=True)
class Fact:
    """A fact of the register that rules may ask for: `sql` is its column of `e`, `value` the same of what is known."""

    name: str
    label: str
    kind: FactKind
    sql: str
    value: Callable[[Known, date], Any]
    choices: type[Labelled] | None = None
    is_private: bool = False
    of_list: str = ""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """How it can be compared."""
        if self.kind in (FactKind.CHOICE, FactKind.INDUSTRY, FactKind.PLACE, FactKind.LIST):
            return (Comparison.ONE_OF,)
        return (Comparison.AT_LEAST, Comparison.AT_MOST)


def _listed_since(name: str) -> Callable[[Known, date], Any]:
    def since(known: Known, day: date) -> date | None:
        found = known.on(name, day)
        return found.listed_on if found else None

    return since


_CHOICES: tuple[tuple[str, str, type[Labelled]], ...] = (
    ("kind", N_("Legal kind"), EnterpriseKind),
    ("status", N_("Status"), EnterpriseStatus),
    ("scale", N_("Scale"), EnterpriseScale),
)


def _column(name: str) -> Callable[[Known, date], Any]:
    return lambda known, day: getattr(known, name)


FACTS: dict[str, Fact] = {
    one.name: one
    for one in (
        *(
            Fact(name, label, FactKind.CHOICE, f"e.{name}", _column(name), choices=choices)
            for name, label, choices in _CHOICES
        ),
        Fact("industry", N_("Industry"), FactKind.INDUSTRY, "e.industry_id", _column("industry")),
        Fact("place", N_("Place"), FactKind.PLACE, "e.division_id", _column("division")),
        Fact("established_on", N_("Founded on"), FactKind.DATE, "e.established_on", _column("established_on")),
        Fact("age", N_("Years since its founding"), FactKind.YEARS, "e.established_on", _column("established_on")),
        Fact(
            "employees",
            N_("People insured through it"),
            FactKind.NUMBER,
            "e.employees",
            _column("employees"),
            is_private=True,
        ),
        Fact(
            "revenue",
            N_("Revenue of its last year, CNY"),
            FactKind.MONEY,
            "e.revenue_fen",
            _column("revenue_fen"),
            is_private=True,
        ),
        Fact(
            "assets",
            N_("Total assets of its last year, CNY"),
            FactKind.MONEY,
            "e.assets_fen",
            _column("assets_fen"),
            is_private=True,
        ),
        Fact(
            "list",
            N_("List of offices"),
            FactKind.LIST,
            "",
            lambda known, day: (
                None if known.listings is None else {x.value for x in EnterpriseList if known.on(x, day)}
            ),
            choices=EnterpriseList,
        ),
        *(
            Fact(f"since_{one}", one.label, FactKind.DATE, "", _listed_since(one.value), of_list=one.value)
            for one in EnterpriseList
        ),
    )
}
"""Every fact, by its name. `since_…` is the day on which it came on a list that it is on."""


def years_before(day: date, years: int) -> date:
    """The latest founding whose so-manieth birthday has come by a day; that of 29 February comes on 1 March."""
    year = day.year - years
    if year < 1:
        return date.min
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


# Reading a tree ---------------------------------------------------------------------------------------------------


def conditions(tree: Tree) -> list[Tree]:
    """The conditions of a tree, from the top."""
    if "fact" in tree:
        return [tree]
    return [found for one in branches(tree) for found in conditions(one)]


def placed(tree: Tree, path: str = "") -> list[tuple[str, Tree]]:
    """The same, each with the path of its line."""
    if "fact" in tree:
        return [(path, tree)]
    if is_denial(tree):
        return [(path, tree["not"])]
    return [found for index, one in enumerate(branches(tree)) for found in placed(one, f"{path}.{index}".lstrip("."))]


def is_denial(tree: Tree) -> bool:
    """Whether it is a condition that must not be so: that is one line, whose answer says whether what is asked for is so."""
    return "not" in tree and "fact" in tree["not"]


def branches(tree: Tree) -> list[Tree]:
    """What stands directly below a group."""
    return [tree["not"]] if "not" in tree else list(tree.get("all") or tree.get("any") or [])


_IN_BUSINESS: Tree = {"fact": "status", "is": "one_of", "value": [EnterpriseStatus.ACTIVE.value]}


def whole(tree: Tree) -> Tree:
    """A rule with what it need not say: who gave up business, or rests, qualifies only where the rule names the status.

    The branches keep their paths where all of them have to hold.
    """
    if not tree or any(one["fact"] == "status" for one in conditions(tree)):
        return tree
    return {"all": [*tree["all"], _IN_BUSINESS]} if "all" in tree else {"all": [tree, _IN_BUSINESS]}


def _is_bound_held(fact: Fact, comparison: str, value: Any, bound: Any, day: date) -> bool:
    if fact.kind is FactKind.YEARS:  # so many years at least: founded by then at the latest
        latest = years_before(day, bound if comparison == "at_least" else bound + 1)
        return bool(value <= latest) if comparison == "at_least" else bool(value > latest)
    bound = date.fromisoformat(bound) if fact.kind is FactKind.DATE else bound
    return bool(value >= bound) if comparison == "at_least" else bool(value <= bound)


def holds(tree: Tree, known: Known, day: date) -> bool | None:
    """Whether an enterprise qualifies by a rule; None when that depends on what is not known."""
    return _answer(whole(tree), known, day)


def _answer(tree: Tree, known: Known, day: date) -> bool | None:
    if "fact" in tree:
        return _holds(FACTS[tree["fact"]], tree, known, day)
    answers = [_answer(one, known, day) for one in branches(tree)]
    if "not" in tree:
        return None if answers[0] is None else not answers[0]
    decisive = "any" in tree
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def _holds(fact: Fact, tree: Tree, known: Known, day: date) -> bool | None:
    value, wanted = fact.value(known, day), tree["value"]
    if value is None:
        return None
    if fact.kind is FactKind.LIST:
        return bool(value & set(wanted))
    if fact.kind is FactKind.INDUSTRY:
        return any(is_part(value, one) for one in wanted)
    if fact.kind is FactKind.PLACE:
        return any(value.startswith(one) for one in wanted)
    if fact.kind is FactKind.CHOICE:
        return str(value) in wanted
    return _is_bound_held(fact, tree["is"], value, wanted, day)


def explained(tree: Tree, known: Known, day: date) -> dict[str, bool | None]:
    """The answer of every line of a rule, by its path."""
    return _explained(whole(tree), known, day)


def _explained(tree: Tree, known: Known, day: date, path: str = "") -> dict[str, bool | None]:
    found = {path: _answer(tree, known, day)}
    for index, one in enumerate([] if "fact" in tree or is_denial(tree) else branches(tree)):
        found |= _explained(one, known, day, f"{path}.{index}".lstrip("."))
    return found


# SQL --------------------------------------------------------------------------------------------------------------


def condition(tree: Tree, sql: Sql) -> str:
    """The rule as one SQL condition on the row `e` of the register."""
    return _branch(whole(tree), sql)


def _branch(tree: Tree, sql: Sql) -> str:
    if "fact" in tree:
        return _condition(FACTS[tree["fact"]], tree, sql)
    parts = [_branch(one, sql) for one in branches(tree)]
    if "not" in tree:
        return f"NOT ({parts[0]})"
    return f"({(' AND ' if 'all' in tree else ' OR ').join(parts)})"


def _condition(fact: Fact, tree: Tree, sql: Sql) -> str:
    if fact.kind is FactKind.CHOICE:
        return f"{fact.sql} IN ({', '.join(sql.bind(one) for one in tree['value'])})"
    if fact.kind is FactKind.INDUSTRY:
        return f"({' OR '.join(f'{level(fact.sql, len(one))} = {sql.bind(one)}' for one in tree['value'])})"
    if fact.kind is FactKind.PLACE:
        return f"({' OR '.join(_lies_in(fact.sql, one, sql) for one in tree['value'])})"
    if fact.kind is FactKind.LIST:
        marks = ", ".join(sql.bind(one) for one in tree["value"])
        return f"EXISTS (SELECT 1 FROM enterprise_listing l WHERE {_on_list(sql)} AND l.list IN ({marks}))"
    value, is_least = fact.sql, tree["is"] == "at_least"
    if fact.of_list:
        own = sql.bind(fact.of_list)
        value = f"(SELECT max(l.listed_on) FROM enterprise_listing l WHERE {_on_list(sql)} AND l.list = {own})"
    if fact.kind is FactKind.YEARS:
        latest = years_before(sql.day, tree["value"] if is_least else tree["value"] + 1)
        return f"{value} {'<=' if is_least else '>'} {sql.bind(latest, 'date')}"
    is_day = fact.kind is FactKind.DATE
    bound = sql.bind(date.fromisoformat(tree["value"]), "date") if is_day else sql.bind(tree["value"], "bigint")
    return f"{value} {'>=' if is_least else '<='} {bound}"


def _lies_in(column: str, code: str, sql: Sql) -> str:
    digits = len(code)
    return f"substr({column}, 1, {digits}) = {sql.bind(code)}"


def _on_list(sql: Sql) -> str:
    day = sql.bind(sql.day, "date")
    return f"l.enterprise_id = e.id AND l.listed_on <= {day} AND (l.delisted_on IS NULL OR l.delisted_on >= {day})"
