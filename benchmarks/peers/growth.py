"""Demo scale against city scale: the same read for answers of about the same size, by one connection."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from benchmarks.peers import load
from benchmarks.peers.contest import Course, target
from benchmarks.peers.load import Run, Target
from benchmarks.peers.reads import Read, objects, words
from benchmarks.peers.servers import Server

DEEP = 40
"""Pages before the deep page."""
ALIKE = 1.25


@dataclass
class Grown:
    """A read at both sizes."""

    title: str
    sizes: tuple[int, int]
    """Objects of the demo's answer and of the city's; words of a page."""
    demo: list[Run] = field(default_factory=list)
    city: list[Run] = field(default_factory=list)

    @property
    def is_alike(self) -> bool:
        """Whether the answers are about as long."""
        return self.sizes[1] <= ALIKE * self.sizes[0]


@dataclass(frozen=True)
class Pair:
    """Our server over the demo and over the city, with what is read from each, in the same order."""

    demo: Server
    city: Server
    small: list[Read]
    big: list[Read]

    def measured(self, course: Course) -> list[Grown]:
        """Every read on both, in turns."""
        found = []
        for small, big in zip(self.small, self.big, strict=True):
            first = replace(small, is_paged=False)
            size = objects(self.demo.answer(first))
            alike = self._alike(replace(big, is_paged=False), size)
            found.append(self._turns(course, small.title.replace(", second page", ""), first, alike, size))
            if big.is_paged:
                deep = self._deep(replace(big, is_paged=False), alike)
                found.append(self._turns(course, f"the same, {DEEP} pages further in the city", first, deep, size))
        return [*found, self._page(course, [read for read in self.big if read.name == "place"])]

    def _alike(self, read: Read, size: int) -> Read:
        """The city's read whose answer holds about as many objects as the demo's."""
        asked = [read, *(replace(read, variables=other) for other in read.others)]
        return min(asked, key=lambda one: abs(objects(self.city.answer(one)) - size))

    def _deep(self, whole: Read, alike: Read) -> Read:
        after = None
        for _ in range(DEEP):
            (connection,) = self.city.answer(replace(whole, variables={**whole.variables, "after": after})).values()
            after = connection["pageInfo"]["endCursor"] or after
        return replace(alike, variables={**alike.variables, "after": after})

    def _turns(self, course: Course, title: str, small: Read, big: Read, size: int) -> Grown:
        one = Grown(title, (size, objects(self.city.answer(big))))
        return _timed(course, one, (self.demo, target(self.demo, small)), (self.city, target(self.city, big)))

    def _page(self, course: Course, places: list[Read]) -> Grown:
        """The events list as HTML, drawn each time; in the city, of a part where there is about as much."""
        size = len(words(self.demo.page()).split())
        parts = sorted({str(other["code"])[:9] for read in places for other in read.others})
        asked = min(
            ("", *(f"?within={part}" for part in parts)),
            key=lambda query: abs(len(words(self.city.page(query)).split()) - size),
        )
        one = Grown("the HTML of the events list", (size, len(words(self.city.page(asked)).split())))
        more = f"{asked}&" if asked else "?"
        return _timed(course, one, (self.demo, _drawn(self.demo, "?")), (self.city, _drawn(self.city, more)))


def _drawn(server: Server, query: str) -> Target:
    address = f"{server.address}/events{query}number=%d"
    return Target(address, headers=(("accept", "text/html"),), is_new_each_time=True)


def _timed(course: Course, one: Grown, demo: tuple[Server, Target], city: tuple[Server, Target]) -> Grown:
    for _ in range(2 * course.rounds):
        for (server, asked), runs in ((demo, one.demo), (city, one.city)):
            runs.append(load.run(asked, 1, 1, course.core, server.process, course.database))
    course.say(f"{one.title}: {one.demo[-1]} → {one.city[-1]}")
    return one
