"""The results of an operation as they come: many of a subscription, one of any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from civicgraph.budgets import BudgetExceeded
from civicgraph.graph.http.answers import Answer
from civicgraph.graph.http.asked import Asked, Caller, Understood, failed, followed, run, understood
from civicgraph.graph.live import Ending, Follower, Live, viewer

RENEW_SECONDS = 60
"""How long somebody whose session or token has ended may go on following what does not change."""
Renew = Callable[[], Awaitable[Caller | None]]
"""Who the caller is by now; None when the session or the token that was shown has ended."""


class SignedOut(Exception):
    """The session or the token has ended that a subscription was begun with."""


class Refused(Exception):
    """The operation is not run, or no longer; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def results(asked: Asked, live: Live, renew: Renew) -> AsyncIterator[bytes]:
    """Each result as the JSON that GraphQL gives it. Raises `Refused` and `SignedOut`."""
    try:
        found = await understood(asked)
        if isinstance(found, Answer):
            raise Refused(found)
        if not found.is_followed:
            yield (await run(asked, found)).body
            return
        async for data in follow(asked, found, live, renew):
            yield b'{"data":%b}' % data
    except (Refused, SignedOut):
        raise
    except Ending:
        return
    except Exception as error:
        raise Refused(failed(error, asked.actor)) from error


async def follow(asked: Asked, found: Understood, live: Live, renew: Renew) -> AsyncIterator[bytes]:
    """The data of a subscription, now and whenever it becomes another one; each is paid for by who follows it.

    Whoever signed in is looked up again before each: what has been taken from a person is not shown any more.
    """
    follower = await live.follow(followed(asked, found), asked.payer)
    try:
        while True:
            is_new = await _is_new(follower)
            if asked.actor.is_staff:
                caller = await renew()
                if caller is None or not caller.actor.is_staff:
                    raise SignedOut
                if viewer(caller.actor) != viewer(asked.actor):
                    asked = replace(asked, caller=caller)
                    follower.close()
                    follower = await live.follow(followed(asked, found), asked.payer)
                    continue
            if is_new:
                await _paid(asked, follower.watch.read.cost)
                yield follower.take()
    finally:
        follower.close()


async def _is_new(follower: Follower) -> bool:
    """Wait for news; False when there was none for so long that the person is to be looked up again."""
    try:
        async with asyncio.timeout(RENEW_SECONDS):
            await follower.news()
    except TimeoutError:
        return False
    return True


async def _paid(asked: Asked, cost: int) -> None:
    """Pay for an answer, as soon as the budget allows it."""
    while True:
        try:
            asked.spend(cost)
        except BudgetExceeded as error:
            await asyncio.sleep(error.retry_after)
        else:
            return
