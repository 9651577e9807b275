"""What is kept of people, why, how long and who sees it: one table, for the page, the documentation and the clock. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from civicgraph.bookings.rules import KEEP_CONTACT as KEEP_REGISTRATION
from civicgraph.grievances.following import FORGET_AFTER
from civicgraph.grievances.workflow import KEEP_CONTACT
from civicgraph.i18n import N_


@dataclass(frozen=True)
class Kept:
    """A kind of what is kept."""

    what: str
    why: str
    days: int | None
    """None: as long as the city's own record of its work."""
    since: str
    seen_by: str
    law: str


KEPT: Mapping[str, Kept] = {
    "contact": Kept(
        N_("Name, telephone, e-mail, address and own words of a reporter"),
        N_("To ask, to come by, and to tell what was done"),
        KEEP_CONTACT.days,
        N_("after the case ended"),
        N_("staff of the place; telephone and e-mail masked, each look recorded"),
        "个人信息保护法 art. 13(3), 19, 47",
    ),
    "follower": Kept(
        N_("E-mail address of a follower that was never confirmed"),
        N_("To ask once whether it is theirs"),
        FORGET_AFTER.days,
        N_("after it was asked"),
        N_("nobody"),
        "个人信息保护法 art. 13(1), 15",
    ),
    "registration": Kept(
        N_("Name, telephone, e-mail and answers of those who register or enrol"),
        N_("To keep the place, to tell of changes, to check in"),
        KEEP_REGISTRATION.days,
        N_("after the event, term or registration has ended"),
        N_("staff of the place; telephone and e-mail masked, each look recorded"),
        "个人信息保护法 art. 13(2), 19, 47",
    ),
    "message": Kept(
        N_("Address of a message that was sent"),
        N_("To send it again when it did not arrive"),
        30,
        N_("after it was sent"),
        N_("nobody"),
        "个人信息保护法 art. 19",
    ),
    "submission": Kept(
        N_("Key of a submission with its answer"),
        N_("So that a report sent twice is one report"),
        30,
        N_("after it was sent"),
        N_("nobody"),
        "个人信息保护法 art. 6, 19",
    ),
    "inbox": Kept(
        N_("Messages in the inbox of staff"),
        N_("To find what one was told"),
        365,
        N_("after it was written"),
        N_("their owner"),
        "个人信息保护法 art. 19",
    ),
    "session": Kept(
        N_("Sessions of staff with the browser's name"),
        N_("To see and end one's sessions"),
        90,
        N_("after signing in"),
        N_("their owner"),
        "网络安全法 art. 21(3)",
    ),
    "attempt": Kept(
        N_("Failed attempts to sign in, as keyed hashes"),
        N_("To slow down who guesses passwords"),
        7,
        N_("after the attempt"),
        N_("nobody"),
        "网络安全法 art. 21",
    ),
    "report": Kept(
        N_("The report as the public reads it, masked, with its history"),
        N_("To show what the city does, and to count it"),
        None,
        N_("for good"),
        N_("everyone"),
        "政府信息公开条例 art. 19",
    ),
    "trail": Kept(
        N_("The audit trail: who of the staff did what, without contacts"),
        N_("To find misuse, whole to its first entry"),
        None,
        N_("for good"),
        N_("supervisors and administrators of the place"),
        "个人信息保护法 art. 51, 54",
    ),
}
