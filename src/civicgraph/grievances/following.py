"""Who follows a grievance: its subscription by e-mail, confirmed before anything is told, ended by a link.

A link carries its right in itself: which row, what it does, and a hash that only we can make.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from civicgraph import clock, crypto
from civicgraph.grievances.intake.models import GrievanceSupporter
from civicgraph.grievances.models import Grievance, GrievanceCategory, GrievanceFollower, GrievanceUpdate
from civicgraph.grievances.rules import REPORTER_LINE
from civicgraph.notifications.operations import notify_address

ASK_AGAIN_AFTER = timedelta(days=1)
"""Before that nobody is asked to confirm the same twice."""
MAX_ASKED = 5
"""Confirmations to one address in a day, whoever asks for them: nobody's mailbox is filled by a stranger."""
FORGET_AFTER = timedelta(days=7)
"""An address that was not confirmed until then is deleted."""
NUDGES = {5: 9, 20: 6}
"""How many must have the same problem, have reported it again or follow it for the level above to be told, and the digits of that level's code.

At 5 the subdistrict's station 联络站, at 20 the county's centre 指挥中心: each once, whatever the promised times say.
"""


async def begin_following(row: Grievance, email: str, locale: str, *, is_reporter: bool = False) -> None:
    """Ask an address once to confirm that it wants news of a grievance. Who follows it already is asked nothing.

    Nobody learns from outside whether the address was known.
    """
    now, address_key = clock.now(), key_of(email)
    found = await GrievanceFollower.select_for_update().get_or_none(grievance_id=row.id, address_key=address_key)
    if found is not None and (found.confirmed_at or found.asked_at > now - ASK_AGAIN_AFTER):
        return
    asked = GrievanceFollower.filter(address_key=address_key, asked_at__gt=now - ASK_AGAIN_AFTER)
    if await asked.count() >= MAX_ASKED:
        return
    if found is None:
        found = GrievanceFollower(grievance_id=row.id, address_key=address_key, address=crypto.encrypt(email))
    found.update_from_dict({"asked_at": now, "locale": locale, "is_reporter": is_reporter or found.is_reporter})
    await found.save()
    category = await GrievanceCategory.get(code=row.category_id)
    await notify_address(
        found.address,
        locale,
        "follow_confirm",
        {
            "number": row.number,
            "category": category.name,
            "category_en": category.name_en,
            "link": f"/follow/{token_of(found, 'confirm')}",
        },
        dedupe=f"follower:{found.id}:{found.address_key[:8]}:{now:%Y%m%d%H%M%S}",
        division_code=row.division_id,
    )


async def followers_of(rows: Sequence[int], *, is_public: bool) -> list[GrievanceFollower]:
    """Those who confirmed; of what the public does not see, those alone who came with its tracking secret."""
    found = GrievanceFollower.filter(grievance_id__in=list(rows), confirmed_at__not_isnull=True)
    return await (found if is_public else found.filter(is_reporter=True)).order_by("id")


async def persons(row: Grievance) -> int:
    """How many ask for it beside its reporter: who has the problem too, reported it again, follows it.

    Whoever does several of these counts once, where the hashes of addresses and telephones tell; who does not leave
    any is told from nobody, and counts each time. A reporter who writes again on another day counts once more for it.
    """
    again = await Grievance.filter(duplicate_of_id=row.id)
    own = {row.email_index, row.phone_index} - {""}
    reports = {one.email_index or one.phone_index or str(one.id) for one in again} - own
    known = {key_of(crypto.decrypt(one.contact_email)) for one in (row, *again) if one.contact_email}
    supporters = GrievanceSupporter.filter(grievance_id=row.id)
    known |= {str(key) for key in await supporters.exclude(address_key="").values_list("address_key", flat=True)}
    followers = GrievanceFollower.filter(grievance_id=row.id, confirmed_at__not_isnull=True, is_reporter=False)
    keys = {str(key) for key in await followers.values_list("address_key", flat=True)}
    said = GrievanceUpdate.filter(grievance_id=row.id, verb="comment", by_line=REPORTER_LINE)
    days = {one.at.astimezone(clock.CITY_ZONE).date() for one in await said.only("id", "at")}
    return row.supporter_count + len(reports) + len(keys - known) + max(0, len(days) - 1)


def nudges(count: int, told: int, division_code: str) -> dict[int, str]:
    """The codes of the levels that are still to be told that so many ask for it, by the numbers that were reached.

    `told` is the highest of these of which a level was told: what was reached while nobody could be told is not lost.
    """
    return {most: division_code[:digits] for most, digits in NUDGES.items() if told < most <= count}


def key_of(email: str) -> str:
    """What finds an address without keeping it readable; capitals make no other address."""
    return crypto.keyed_hash("follower", email.strip().lower())


def token_of(row: GrievanceFollower, purpose: str) -> str:
    """The end of a link that confirms (`confirm`) or ends (`end`) a subscription."""
    return f"f{row.id}.{_signature(purpose, row.id, row.address_key)}"


def reporter_token(row: Grievance) -> str:
    """The end of the link by which a reporter ends the messages about their own report."""
    return f"r{row.id}.{_signature('reporter', row.id, row.number)}"


async def followed_by(token: str, purpose: str) -> GrievanceFollower | None:
    """The subscription that a link is about; None when there is none any more or the link is not ours."""
    number, signature = _parts(token, "f")
    row = await GrievanceFollower.select_for_update().get_or_none(id=number)
    return row if row and _fits(signature, purpose, row.id, row.address_key) else None


async def reported_by(token: str) -> Grievance | None:
    """The report whose reporter's messages a link ends."""
    number, signature = _parts(token, "r")
    row = await Grievance.get_or_none(id=number)
    return row if row and _fits(signature, "reporter", row.id, row.number) else None


async def forget_unconfirmed() -> None:
    """Delete the addresses that nobody has confirmed for a week."""
    old = GrievanceFollower.filter(confirmed_at=None, asked_at__lt=clock.now() - FORGET_AFTER)
    if await old.exists():
        await old.delete()


def _parts(token: str, kind: str) -> tuple[int, str]:
    name, _, signature = token.partition(".")
    digits = name[1:]
    is_ours = name[:1] == kind and digits.isascii() and digits.isdigit() and len(digits) <= 18
    return (int(digits) if is_ours else 0), signature


def _signature(purpose: str, *parts: Any) -> str:
    return crypto.keyed_hash("following", "|".join(map(str, (purpose, *parts))))[:32]


def _fits(signature: str, purpose: str, *parts: Any) -> bool:
    return hmac.compare_digest(signature.encode(), _signature(purpose, *parts).encode())
