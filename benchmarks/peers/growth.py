"""Demo scale against city scale: the same read for answers that hold as much, by one connection."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from benchmarks.peers import load
from benchmarks.peers.contest import Course, target
from benchmarks.peers.load import Run, Target
from benchmarks.peers.reads import Read, kinds, words
from benchmarks.peers.servers import Server

DEEP = 40
"""Pages before the deep page."""
ALIKE = 0.1
"""Of the objects of two answers that hold as much, at most so many are in one alone."""


@dataclass
class Grown:
    """A read at both sizes."""

    title: str
    sizes: tuple[int, int]
    """Objects of the small city's answer and of the whole one's; words of a page."""
    apart: float
    """The share of them that is in one alone."""
    small: list[Run] = field(default_factory=list)
    city: list[Run] = field(default_factory=list)

    @property
    def is_alike(self) -> bool:
        """Whether the answers hold as much."""
        return self.apart <= ALIKE


@dataclass(frozen=True)
class Answered:
    """What a read was answered: its objects by where they stand."""

    read: Read
    kinds: Counter[str]

    def apart(self, other: Answered) -> float:
        """The share of the objects of both that is in one alone."""
        alone = (self.kinds - other.kinds) + (other.kinds - self.kinds)
        return alone.total() / (self.kinds.total() + other.kinds.total())


@dataclass(frozen=True)
class Pair:
    """Our server over the small city and over the whole, with what is read from each, in the same order."""

    small: Server
    city: Server
    of_small: list[Read]
    of_city: list[Read]

    def measured(self, course: Course) -> list[Grown]:
        """Every read on both, in turns."""
        found = []
        for small, big in zip(self.of_small, self.of_city, strict=True):
            whole = replace(big, is_paged=False)
            ours, theirs = _alike(_answers(self.small, replace(small, is_paged=False)), _answers(self.city, whole))
            found.append(self._turns(course, small.title.replace(", second page", ""), ours, theirs))
            if big.is_paged:
                deep = self._deep(whole, theirs.read)
                found.append(self._turns(course, f"the same, {DEEP} pages further in the city", ours, deep))
        return [*found, self._page(course, [read for read in self.of_city if read.name == "place"])]

    def _deep(self, whole: Read, alike: Read) -> Answered:
        after = None
        for _ in range(DEEP):
            (connection,) = self.city.answer(replace(whole, variables={**whole.variables, "after": after})).values()
            after = connection["pageInfo"]["endCursor"] or after
        return _answered(self.city, replace(alike, variables={**alike.variables, "after": after}))

    def _turns(self, course: Course, title: str, ours: Answered, theirs: Answered) -> Grown:
        one = Grown(title, (ours.kinds.total(), theirs.kinds.total()), ours.apart(theirs))
        small, city = target(self.small, ours.read), target(self.city, theirs.read)
        return _timed(course, one, (self.small, small), (self.city, city))

    def _page(self, course: Course, places: list[Read]) -> Grown:
        """The events list as HTML, drawn each time; in the city, of a part where there is about as much."""
        size = len(words(self.small.page()).split())
        parts = sorted({str(other["code"])[:9] for read in places for other in read.others})
        asked = min(
            ("", *(f"?within={part}" for part in parts)),
            key=lambda query: abs(len(words(self.city.page(query)).split()) - size),
        )
        found = len(words(self.city.page(asked)).split())
        one = Grown("the HTML of the events list", (size, found), abs(size - found) / (size + found))
        more = f"{asked}&" if asked else "?"
        return _timed(course, one, (self.small, _drawn(self.small, "?")), (self.city, _drawn(self.city, more)))


def _answered(server: Server, read: Read) -> Answered:
    return Answered(read, kinds(server.answer(read)))


def _answers(server: Server, read: Read) -> list[Answered]:
    return [_answered(server, read), *(_answered(server, replace(read, variables=other)) for other in read.others)]


def _alike(ours: list[Answered], theirs: list[Answered]) -> tuple[Answered, Answered]:
    """The longest answers of both that hold as much; the least different ones when there are none."""
    pairs = [(one.apart(other), one, other) for one in ours for other in theirs]
    alike = [pair for pair in pairs if pair[0] <= ALIKE / 2]
    _, one, other = (
        max(alike, key=lambda pair: pair[1].kinds.total()) if alike else min(pairs, key=lambda pair: pair[0])
    )
    return one, other


def _drawn(server: Server, query: str) -> Target:
    address = f"{server.address}/events{query}number=%d"
    return Target(address, headers=(("accept", "text/html"),), is_new_each_time=True)


def _timed(course: Course, one: Grown, small: tuple[Server, Target], city: tuple[Server, Target]) -> Grown:
    for _ in range(2 * course.rounds):
        for (server, asked), runs in ((small, one.small), (city, one.city)):
            runs.append(load.run(asked, 1, 1, course.core, server.process, course.database))
    course.say(f"{one.title}: {one.small[-1]} → {one.city[-1]}")
    return one
