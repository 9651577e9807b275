"""What becomes of a resolved grievance: rated by its reporter, closed by the clock, or opened again."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.models import Division
from civicgraph.grievances import clocks, notices, silence
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations.heed_danger import heed_danger
from civicgraph.grievances.operations.history import Taken, begin_anew, check_source, take, take_as_reporter
from civicgraph.grievances.operations.inputs import Reason, Step, Tracked, Words
from civicgraph.grievances.rules import OFFICES, SYSTEM_LINE
from civicgraph.grievances.workflow import MAX_REVIEW, after_reopening
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, Unavailable, operation
from civicgraph.permissions import Actor
from civicgraph.text import mask_personal

_TOO_LATE = N_("This was resolved long ago. Please report it anew and name this number.")
_STILL = "办理{times}次后，反映人仍说没有解决：{words}"
"""The reason on the public list, until the body in charge gives its own."""
_NO_WORDS = N_("Please say what is not solved, so that it can be.")


class RateTrackedGrievance(Tracked):
    """How its reporter finds it."""

    is_solved: bool = Field(title=N_("Is it really solved?"))
    stars: int | None = Field(
        None,
        title=N_("How were you dealt with?"),
        ge=1,
        le=5,
        json_schema_extra={"widget": "radios"},
        description=N_("From 1 star, badly, to 5 stars, very well."),
    )
    words: Words = Field(
        "",
        title=N_("Your words"),
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Telephone and identity numbers in it are hidden from others."),
    )


@operation()
async def rate_tracked_grievance(actor: Actor, data: RateTrackedGrievance) -> Grievance:
    """Rate as the reporter what was resolved 评价: solved closes it, not solved opens it again."""
    taken = await take_as_reporter(actor, "rate", data.number, data.secret)
    row, words = taken.row, mask_personal(data.words)
    if not data.is_solved and not silence.may_reopen(row, taken.at):
        raise Unavailable(_TOO_LATE)
    if not data.is_solved and len(words) < 2:
        raise InvalidInput.at("words", "missing", _NO_WORDS)
    row.update_from_dict({"rated_at": taken.at, "is_solved": data.is_solved, "stars": data.stars, "rating_text": words})
    if not data.is_solved:
        taken.rated(row.is_solved, row.stars)
        return await _reopen(taken, words, data.words)
    row.closed_at = row.closed_at or taken.at
    return await heed_danger(await taken.done(note=words), data.words, taken.at)


class ReopenGrievance(Step):
    """It came back, or was never solved."""

    reason: Reason


@operation()
async def reopen_grievance(actor: Actor, data: ReopenGrievance) -> Grievance:
    """Open a grievance again 重新办理, with fresh promised times. The second time it goes on the shortfall list."""
    return await _reopen(await take(actor, "reopen", data), data.reason)


async def _reopen(taken: Taken, words: str, said: str = "") -> Grievance:
    """Open it again; `said` are its reporter's words, which may tell of danger as those before since it was resolved."""
    taken.verb = "reopen"
    row = taken.row
    check_source(row, "reopen")
    earlier = [one.internal_note for one in await silence.said_since(row)]
    begin_anew(row)
    done = await _opened(taken, words)
    return await heed_danger(done, "\n".join([*earlier, said]), taken.at)


async def _opened(taken: Taken, words: str) -> Grievance:
    row = taken.row
    row.reopened_count += 1
    row.outcome = ""
    status = after_reopening(row.reopened_count)
    if status is not GrievanceStatus.SHORTFALL:
        done = await taken.done(status, note=words)
        await notices.call_for_reopened(done)
        return done
    body = row.body_in_charge or row.team or await _office_of(row)
    times = {2: "两"}.get(row.reopened_count, f" {row.reopened_count} ")
    row.update_from_dict({"reason": _STILL.format(times=times, words=words), "body_in_charge": body})
    row.review_at = clocks.morning((taken.at + MAX_REVIEW / 3).astimezone(CITY_ZONE).date())
    done = await taken.done(status, note=words, by_way_of=GrievanceStatus.REOPENED)
    await _list_by_rule(done, taken.at)
    await notices.call_for_listed(done)
    return done


async def _list_by_rule(row: Grievance, at: datetime) -> None:
    """Whoever opened it again did not put it on the list: the rule did, and signs for it."""
    entry = await GrievanceUpdate.create(
        grievance_id=row.id,
        at=at,
        status=row.status,
        verb="list_shortfall",
        until=row.review_at,
        by_line=SYSTEM_LINE,
        public_note=row.reason,
    )
    await notices.publish_step(row, entry)


async def _office_of(row: Grievance) -> str:
    """The community's office: it answers for what nobody else was named for, until it names who does."""
    place = await Division.get(code=row.division_id).only("code", "short_name")  # type: ignore[attr-defined]
    return place.short_name + OFFICES[len(place.code)]


async def close_by_clock(taken: Taken) -> Grievance:
    """Close what its reporter said nothing about."""
    taken.row.closed_at = taken.at
    return await taken.done()
