"""One read, the servers that answer it, and how they are asked: in turns, round by round."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import orjson

from benchmarks.peers import load
from benchmarks.peers.load import Run, Target
from benchmarks.peers.reads import Read, canonical, first_difference, objects, words
from benchmarks.peers.servers import CONSTANT, OURS, Server

LONGEST = 8
"""Seconds in which a server has to answer every connection once; otherwise it is not asked by so many."""
NEW = "CivicGraph, each body new"
"""The same document and variables in a body that was not there before: nothing is found by the letter."""
DRAWN, UNCHANGED, KNOWN = "CivicGraph, drawn each time", "CivicGraph, unchanged", "CivicGraph, 304"


@dataclass
class Contest:
    """What is asked of whom, and what came of it."""

    name: str
    title: str
    entries: Mapping[str, tuple[Server, Target]]
    objects: int
    bytes: int
    runs: dict[tuple[str, int], list[Run]] = field(default_factory=lambda: defaultdict(list))
    """By entry and connections, a run for each round."""


@dataclass(frozen=True)
class Course:
    """How it is measured."""

    core: int
    connections: Sequence[int]
    rounds: int
    seconds: int
    database: Callable[[], list[int]]
    """The processes of the database server."""
    say: Callable[[str], None]

    def run(self, contest: Contest) -> None:
        """Everybody who can bear so many connections in turns, each round at each number of them."""
        alone = {label: self._run(*entry, connections=1, seconds=1).rate for label, entry in contest.entries.items()}
        for connections in self.connections:
            able = {label: entry for label, entry in contest.entries.items() if connections / alone[label] <= LONGEST}
            for _ in range(self.rounds):
                for label, entry in able.items():
                    waves = math.ceil(connections / alone[label])
                    found = self._run(*entry, connections, seconds=max(self.seconds, waves))
                    contest.runs[label, connections].append(found)
                    self.say(f"{contest.name} c={connections} {label}: {found}")

    def _run(self, server: Server, target: Target, connections: int, seconds: int) -> Run:
        found = load.run(target, connections, seconds, self.core, server.process, self.database)
        load.settled(server.process, self.database)
        return found


def of_read(read: Read, servers: Sequence[Server]) -> Contest:
    """A read by GraphQL. Raises `RuntimeError` when a server's answer is another than ours."""
    able = [server for server in servers if server.answers(read)]
    answers = {server.name: server.answer(read) for server in able}
    for name, answer in answers.items():
        if difference := first_difference(canonical(answers[OURS]), canonical(answer)):
            raise RuntimeError(f"{name} answers {read.name} in another way: {difference}")
    entries = {server.name: (server, target(server, read)) for server in able}
    ours = able[0]
    body = orjson.dumps({**ours.body(read), "extensions": {"number": "%d"}}).decode()
    new = Target(ours.url(read), body, is_new_each_time=True)
    entries = {OURS: entries.pop(OURS), NEW: (ours, new), **entries}
    return Contest(read.name, read.title, entries, objects(answers[OURS]), len(orjson.dumps(answers[OURS])))


def target(server: Server, read: Read) -> Target:
    """How a server is asked for a read."""
    return Target(server.url(read), orjson.dumps(server.body(read)).decode())


def of_page(ours: Server, orm: Server, constant: Server) -> Contest:
    """The events list as HTML. Raises `RuntimeError` when the ORM's page says something else."""
    page, other = ours.page(), orm.page()
    if words(page) != words(other):
        raise RuntimeError(f"the pages differ:\n{words(page)}\n{words(other)}")
    html = (("accept", "text/html"),)
    address = f"{ours.address}/events"
    tag = httpx.get(address, headers=dict(html)).headers["etag"]
    entries = {
        DRAWN: (ours, Target(f"{address}?number=%d", headers=html, is_new_each_time=True)),
        UNCHANGED: (ours, Target(address, headers=html)),
        KNOWN: (ours, Target(address, headers=(*html, ("if-none-match", tag)))),
        orm.name: (orm, Target(f"{orm.address}/events", headers=html)),
        CONSTANT: (constant, Target(f"{constant.address}/events", headers=html)),
    }
    return Contest("page", "the HTML of the events list", entries, 20, len(page.encode()))
