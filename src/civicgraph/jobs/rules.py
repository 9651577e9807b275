"""Rules of the jobs room: what is offered, by when a person is to be at work, who sees and does what. Pure."""

from __future__ import annotations

import hmac
import re
import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph import crypto
from civicgraph.clock import CITY_ZONE
from civicgraph.enterprises.claims.rules import is_own
from civicgraph.jobs.stages import RUNNING
from civicgraph.permissions import EDIT_VACANCIES, HANDLE_REFERRALS

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

PROMISE = timedelta(hours=72)
"""From the application to the first working day, round the clock: the city's case of 白云社区 (善治美, 72 小时内上岗)."""
SOON = timedelta(hours=24)
"""So long before the promise ends, whoever follows a referral is reminded."""
CLIMBS = timedelta(hours=24)
"""So long after it has passed, the level above the one that was told learns of it as well."""
MAX_OPEN = 50
"""Vacancies that an enterprise offers by its own account at once."""
NUMBER_LENGTH = 8
SECRET_LENGTH = 22
"""Characters of the signature in a link: 88 bits."""


# Numbers and links ------------------------------------------------------------------------------------------------


def typed_number(text: str) -> str:
    """A referral's number as people type it: in any case, with spaces and dashes."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())[:12]


def secret_of(number: str) -> str:
    """The signature that makes a link to a referral its applicant's: kept nowhere, made again when it is needed."""
    return crypto.keyed_hash("referral", number)[:SECRET_LENGTH].upper()


def is_secret(number: str, secret: str) -> bool:
    """Whether number and signature belong together."""
    return hmac.compare_digest(secret_of(number).encode(), secret.strip().upper().encode("utf-8", "replace"))


def own_link(number: str) -> str:
    """The path of a referral's own page, for its applicant alone."""
    return f"/my-job/{number}/{secret_of(number)}"


# Time -------------------------------------------------------------------------------------------------------------


def reminders(due_at: datetime) -> dict[str, datetime]:
    """When somebody is told of a promise: before it ends, when it has passed, and a day after it the level above that."""
    return {"soon": due_at - SOON, "late": due_at, "later": due_at + CLIMBS}


def hours_between(applied_at: datetime, started_at: datetime) -> int:
    """Full hours from the application to the first working day."""
    return int((started_at - applied_at) // timedelta(hours=1))


# Vacancies --------------------------------------------------------------------------------------------------------


def today(c: Compiler) -> str:
    """Today in the city, as SQL."""
    return c.value(lambda run: run.now.astimezone(CITY_ZONE).date(), "day", share="jobs today")


def is_public(c: Compiler, row: Row) -> str:
    """Whether everyone reads it: neither a draft nor taken off, of an enterprise that the public register shows."""
    _, source = c.find("Enterprise", lambda one: f"{one['id']} = {row['enterprise_id']} AND {one['is_published']}")
    return f"({row['status']} IN ('open', 'closed') AND EXISTS (SELECT 1 {source}))"


def visible(c: Compiler, row: Row) -> str:
    """What is or was offered; the rest for those who keep vacancies there, and the enterprise itself."""
    return f"({is_public(c, row)} OR {may_edit(c, row)} OR {is_mine(c, row)})"


def may_edit(c: Compiler, row: Row) -> str:
    """Whether the actor keeps the vacancies of the place."""
    return c.covers(row["division_id"], EDIT_VACANCIES)


def is_mine(c: Compiler, row: Row) -> str:
    """Whether the actor's account acts for the enterprise."""
    return is_own(c, row["enterprise_id"])


def is_open(c: Compiler, row: Row) -> str:
    """Whether one can apply for it today."""
    return f"({row['status']} = 'open' AND {row['valid_until']} >= {today(c)} AND {row['hired']} < {row['places']})"


def is_not_open(c: Compiler, row: Row) -> str:
    """The opposite."""
    return f"NOT {is_open(c, row)}"


def left(c: Compiler, row: Row) -> str:
    """Places that nobody took yet."""
    return f"({row['places']} - {row['hired']})"


def of_enterprise(c: Compiler, row: Row, given: Given) -> str:
    """Of the enterprise with a code."""
    return f"{row['enterprise_id']} = (SELECT e.id FROM enterprise e WHERE e.credit_code = {given.sql(c)})"


# Referrals --------------------------------------------------------------------------------------------------------

_RUNNING = ", ".join(f"'{stage.value}'" for stage in RUNNING)


def handles(c: Compiler, row: Row) -> str:
    """Whether the actor follows referrals of the place. Nobody else reads them: not the enterprise either."""
    return c.covers(row["division_id"], HANDLE_REFERRALS)


def visible_step(c: Compiler, row: Row) -> str:
    """A step of a referral that one sees."""
    referral, source = c.find("Referral", lambda one: f"{one['id']} = {row['referral_id']}")
    return f"EXISTS (SELECT 1 {source} AND {handles(c, referral)})"


def is_running(c: Compiler, row: Row) -> str:
    """Whether something is still to be done for it."""
    return f"{row['stage']} IN ({_RUNNING})"


def is_over(c: Compiler, row: Row) -> str:
    """The opposite."""
    return f"{row['stage']} NOT IN ({_RUNNING})"


def is_late(c: Compiler, row: Row) -> str:
    """Whether it still runs and the promised time has passed."""
    return f"({is_running(c, row)} AND {row['due_at']} < {c.now()})"


def is_not_late(c: Compiler, row: Row) -> str:
    """The opposite."""
    return f"NOT {is_late(c, row)}"


def followed_by_me(c: Compiler, row: Row) -> str:
    """Whether the actor is the one who follows it."""
    return f"coalesce({row['responsible_id']} = {c.person()}, {c.dialect.false})"


def own(c: Compiler, row: Row, number: Given, secret: Given) -> str:
    """The referral of this number, when the signature is its own."""

    def checked(run: object) -> str:
        typed = typed_number(number.find(run))  # type: ignore[arg-type]
        return typed if is_secret(typed, secret.find(run)) else ""  # type: ignore[arg-type]

    return f"{row['number']} = {c.value(checked, 'text')}"
