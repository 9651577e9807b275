"""What is kept of people, why, how long and who sees it: one table, for the page, the documentation and the clock. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from civicgraph import settings
from civicgraph.bookings.rules import KEEP_CONTACT as KEEP_REGISTRATION
from civicgraph.grievances.following import FORGET_AFTER
from civicgraph.i18n import N_


@dataclass(frozen=True)
class Kept:
    """A kind of what is kept."""

    what: str
    why: str
    period: int | str | None
    """Days, or the setting that says how many. None: as long as the city's own record of its work."""
    since: str
    seen_by: str
    law: str

    @property
    def days(self) -> int | None:
        """How many days it is kept."""
        return int(getattr(settings.current(), self.period)) if isinstance(self.period, str) else self.period


KEPT: Mapping[str, Kept] = {
    "contact": Kept(
        N_("Name, telephone, e-mail, address and own words of a reporter"),
        N_("To ask, to come by, and to tell what was done"),
        "keep_contact_days",
        N_("after the case ended"),
        N_("staff of the place; name, telephone and e-mail masked, each look recorded"),
        "个人信息保护法 art. 13(3), 19, 47",
    ),
    "answers": Kept(
        N_("Answers to a category's questions that are not public, and the point on the map"),
        N_("To find the place and bring the right tools"),
        "keep_contact_days",
        N_("after the case ended, with the contact"),
        N_("staff of the place"),
        "个人信息保护法 art. 6, 19, 47",
    ),
    "photos": Kept(
        N_(
            "Photos that were not published or were withdrawn, what was blurred, files of notes among staff, documents of an enterprise"
        ),
        N_("To see the problem and what was done"),
        "keep_contact_days",
        N_("after the case ended, with the contact"),
        N_("staff of the place"),
        "个人信息保护法 art. 6, 19, 47",
    ),
    "held": Kept(
        N_("A report that was held for a person to look at, with its contact and photos"),
        N_("To decide whether it is one"),
        "keep_held_report_days",
        N_("after it was sent; its content goes when it is decided"),
        N_(
            "dispatchers of the place: its first words and its contact, masked, and where it is; each look at the contact is recorded"
        ),
        "个人信息保护法 art. 6, 19, 47",
    ),
    "upload": Kept(
        N_("A photo or document that was sent and belongs to nothing"),
        N_("So that a form that is sent again has its photos"),
        "keep_unclaimed_upload_days",
        N_("after it was sent"),
        N_("whoever sent it"),
        "个人信息保护法 art. 6, 19",
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
    "one_thing": Kept(
        N_("What was filled into the one form of an enterprise’s case, and the documents that came with it"),
        N_("So that every department has what it needs, asked once"),
        "keep_contact_days",
        N_("after the case was done or withdrawn"),
        N_("the window of the place and the departments of its steps; what is personal masked, each look recorded"),
        "个人信息保护法 art. 13(3), 19, 47",
    ),
    "referral": Kept(
        N_("Name, telephone, e-mail and own words of those who look for work"),
        N_("To find work that fits, and to call about it"),
        "keep_contact_days",
        N_("after they began to work, or it ended without"),
        N_("staff of the place who follow it, never the enterprise; telephone and e-mail masked, each look recorded"),
        "个人信息保护法 art. 13(2), 19, 47",
    ),
    "message": Kept(
        N_("Address of a message that was sent, and what of its words was sealed: a buyer’s inquiry, a secret link"),
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
