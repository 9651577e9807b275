"""A million grievances with every step, the deadlines of what is open, and the figures that follow from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

import orjson

from civicgraph.demo.city import cases, codes
from civicgraph.demo.city.cases import Case, Category
from civicgraph.demo.city.ground import OFFSET, Community, Ground
from civicgraph.demo.city.tables import SIZE, Batch, Row, table
from civicgraph.grievances.clocks import next_due
from civicgraph.grievances.desk.bodies import Led
from civicgraph.grievances.figures.counting import Facts, Key, Vector, add_to, contribution
from civicgraph.grievances.figures.models import COLUMNS
from civicgraph.grievances.kinds import PAUSING, LedKind, names_of
from civicgraph.grievances.models import Channel, Grievance, GrievanceCell, GrievanceUpdate, ReporterKind
from civicgraph.grievances.promises import SOON
from civicgraph.grievances.rules import GRID_WORKER, OFFICES, REPORTERS
from civicgraph.scheduler.models import Deadline, DeadlineState

GRIEVANCE = table(
    Grievance,
    *("id", "created_at", "updated_at", "number", "secret_hash", "category_id", "urgency", "channel", "reporter_kind"),
    *("division_id", "grid_id", "compound_id", "enterprise_id", "public_text", "description", "address"),
    *(
        "contact_name",
        "contact_name_masked",
        "contact_phone",
        "contact_phone_masked",
        "contact_email",
        "contact_email_masked",
        "locale",
    ),
    *("status", "is_public", "assignee_id", "team", "outcome", "submitted_at", "accepted_at", "assigned_at"),
    *("resolved_at", "closed_at", "response_due_at", "resolution_due_at", "due_at"),
    *("is_response_late", "is_resolution_late", "is_generated", "search_terms", "version"),
    *("first_response_at", "first_response_in_time", "response_minutes", "resolution_minutes", "reopened_count"),
    *("rated_at", "stars", "is_solved", "reason", "body_in_charge", "rating_text"),
    *("hold_reason", "hold_until", "review_at", "verified_at", "duplicate_of_id"),
    *("phone_index", "email_index", "erase_at"),
    *("is_reporter_written_to",),
    *("calendar", "pausing", "response_soon_at", "resolution_soon_at"),
    *("building", "latitude_micro", "longitude_micro", "danger", "supporter_count", "nudged_count", "event_id"),
    *("led_kind", "led_by"),
)
UPDATE = table(
    GrievanceUpdate,
    *("grievance_id", "at", "status", "verb", "minutes", "until", "is_pausing", "changes"),
    *("by_line", "person_id", "public_note", "internal_note", "is_solved", "stars", "broke_promise"),
    *("led_kind", "led_by"),
    *("level_before", "level", "category_before", "category", "moved_to", "promised_before", "promised"),
)
DEADLINE = table(
    Deadline,
    *("created_at", "updated_at", "subject_type", "subject_id", "kind", "due_at", "state", "settled_at", "lease_term"),
)
CELL = table(GrievanceCell, *Key._fields, *COLUMNS)
REPLACED = (CELL.name,)
"""Tables that are written anew, with what stood in them added in."""

_NOTHING = (None,) * 5
"""No rest, review, check, or earlier one."""
_PAUSING = orjson.dumps(names_of(PAUSING)).decode()
_UNMOVED = (None,) * 7
"""A step that changes nothing of what people were told."""
_NOBODY = ("", "", None)
"""No contact to be found by, and none to erase."""
_WEIGHTS = {"home": 7, "order": 7, "safety": 2, "people": 3, "neighbours": 5, "enterprise": 1, "other": 2}
_IN_COMPOUND = ("home", "order", "neighbours")
_WEEK = (1.15, 1.08, 1.0, 1.0, 1.02, 0.9, 0.85)  # Monday to Sunday
_CHANNELS = tuple(
    channel
    for channel, hundredths in (
        *((Channel.WEB, 36), (Channel.PHONE, 22), (Channel.CHAT, 12), (Channel.VISIT, 8), (Channel.STAFF, 7)),
        *((Channel.API, 9), (Channel.EMAIL, 3), (Channel.OPEN311, 3)),
    )
    for _ in range(hundredths)
)
_OF_ENTERPRISES = (Channel.BUSINESS,) * 3 + (Channel.FORUM,) + (Channel.VISIT,) + (Channel.WEB,)
_PUBLIC = 0.97
_YEAR_ONE = 719_163


def count(ground: Ground) -> int:
    """Rows to come."""
    return max(0, ground.scale.grievances - ground.counts["grievance"])


def rows(ground: Ground) -> Iterator[Batch]:
    """The grievances in the order in which they were reported, each batch with its history."""
    random, secrets = ground.random("grievance").random, ground.random("secret").getrandbits
    categories = [one for one in cases.categories().values() for _ in range(_WEIGHTS[one.group])]
    serials: defaultdict[str, int] = defaultdict(int)
    cells: dict[Key, Vector] = {}
    number_id = ground.last["grievance"]
    found: list[Row] = []
    updates: list[Row] = []
    deadlines: list[Row] = []
    for day, times in _days(ground, count(ground)):
        on = date.fromordinal(day + _YEAR_ONE)
        stamp = f"{on:%m%d}"
        if on.day == 1:  # nothing counts for the past month any more
            yield from _counted(ground, cells)
        for submitted in times:
            number_id += 1
            category = categories[int(random() * len(categories))]
            community = ground.slots[int(random() * len(ground.slots))]
            case = cases.live(random, category, submitted, ground.now)
            grid = int(random() * len(community.grids))
            lead = community.leads[grid]
            led = Led(LedKind.GRID.value, community.grids[grid]) if case.assigned_at else Led()
            text, terms = cases.compose(random, category)
            ways = _OF_ENTERPRISES if category.group == "enterprise" else _CHANNELS
            channel = ways[int(random() * len(ways))].value
            found.append(
                (
                    *(number_id, submitted, case.steps[-1].at, _number(ground, serials, stamp)),
                    *(f"{secrets(256):064x}", category.code, category.urgency),
                    *(channel, _reporter(category).value),
                    *(community.code, community.grids[grid], *_subjects(random, category, community)),
                    *(text, text, *("",) * 7, "zh", case.status, random() < _PUBLIC),
                    *(lead if case.assigned_at else None, case.team, case.outcome, submitted, case.accepted_at),
                    *(case.assigned_at, case.resolved_at, case.closed_at, case.response_due, case.resolution_due),
                    *(
                        next_due(case.accepted_at, case.response_due, case.resolution_due),
                        *_late(case, ground.now),
                        True,
                        terms,
                        len(case.steps),
                        case.accepted_at,
                        _in_time(case),
                    ),
                    *(category.response // 60, category.resolution // 60, 0),
                    *(case.closed_at, case.stars, True if case.closed_at else None, "", "", ""),
                    *_NOTHING,
                    *_NOBODY,
                    True,
                    *("", _PAUSING, _soon(submitted, case.response_due), _soon(submitted, case.resolution_due)),
                    *("", None, None, "", 0, 0, None),
                    *led,
                )
            )
            updates += _updates(number_id, case, category, community, lead)
            if case.is_open:
                deadlines += _deadlines(ground.now, number_id, case, submitted)
            facts = _facts(case, community.code, category.code, channel, submitted, ground.now, led)
            add_to(cells, contribution(facts).items())
        if len(found) >= SIZE:
            yield GRIEVANCE, found
            yield UPDATE, updates
            yield DEADLINE, deadlines
            found, updates, deadlines = [], [], []
    yield GRIEVANCE, found
    yield UPDATE, updates
    yield DEADLINE, deadlines
    yield from _counted(ground, cells)
    yield from _counted(ground, {key: counts for month in ground.cells.values() for key, counts in month.items()})


def _days(ground: Ground, total: int) -> Iterator[tuple[int, list[int]]]:
    """Each day of the city's calendar with its moments in order; the last one ends now."""
    random = ground.random("moment").random
    first = ground.today - ground.scale.days + 1
    begun = (ground.now + OFFSET) % 86_400
    weights = [_WEEK[(day + 3) % 7] for day in range(first, ground.today + 1)]  # 1970-01-01 was a Thursday
    weights[-1] *= begun / 86_400
    whole, before, given = sum(weights), 0.0, 0
    for day, weight in enumerate(weights, first):
        before += weight
        number = round(total * before / whole) - given
        given += number
        length = begun if day == ground.today else 86_400
        midnight = day * 86_400 - OFFSET
        yield day, sorted(midnight + int(_hour(random) * length) for _ in range(number))


def _hour(random: cases.Random) -> float:
    """A moment of the day as a share of it: few report at night."""
    return 0.27 + 0.68 * random() if random() < 0.94 else random()


def _number(ground: Ground, serials: defaultdict[str, int], stamp: str) -> str:
    while (number := f"ZY-{stamp}-{codes.grievance_suffix(serials[stamp])}") in ground.numbers:
        serials[stamp] += 1
    serials[stamp] += 1
    return number


def _reporter(category: Category) -> ReporterKind:
    return ReporterKind.ENTERPRISE if category.group == "enterprise" else ReporterKind.RESIDENT


def _subjects(random: cases.Random, category: Category, community: Community) -> tuple[int | None, int | None]:
    """The compound and the enterprise that it is about."""
    if category.group == "enterprise" and community.enterprises:
        return None, community.enterprises[int(random() * len(community.enterprises))]
    if category.group in _IN_COMPOUND and community.compounds:
        return community.compounds[int(random() * len(community.compounds))], None
    return None, None


def _updates(number: int, case: Case, category: Category, community: Community, lead: int) -> list[Row]:
    lines = {
        cases.REPORTER: REPORTERS[_reporter(category)],
        cases.DISPATCHER: community.name + OFFICES[12],
        cases.WORKER: community.name + GRID_WORKER,
    }
    return [
        (
            *(number, step.at, step.status, cases.VERBS[step.status], None, None, False, None, lines[step.who]),
            *(lead if step.who == cases.WORKER else None, step.note, "", None, None, False, *Led()),
            *_UNMOVED,
        )
        for step in case.steps
    ]


def _in_time(case: Case) -> bool | None:
    return None if case.accepted_at is None else case.accepted_at <= case.response_due


def _late(case: Case, now: int) -> tuple[bool, bool]:
    """What of it is late and still awaited: the first response, the resolution."""
    return (
        case.is_open and case.accepted_at is None and case.response_due < now,
        case.is_open and case.resolution_due < now,
    )


def _soon(submitted: int, due: int) -> int:
    """When three quarters of the time have passed: made-up cases count round the clock."""
    return submitted + int(SOON * (due - submitted))


def _deadlines(now: int, number: int, case: Case, submitted: int) -> list[Row]:
    """What is promised and not done. What had passed before the city was loaded counts as reminded of."""
    due = [("resolution", case.resolution_due)]
    if case.accepted_at is None:
        due.append(("response", case.response_due))
    due += [(f"{kind}_soon", _soon(submitted, at)) for kind, at in due]
    found: list[Row] = []
    for kind, at in due:
        is_past = at <= now
        state = DeadlineState.FIRED if is_past else DeadlineState.PENDING
        found.append((now, now, "Grievance", number, kind, at, state.value, at if is_past else None, None))
    return found


def _facts(case: Case, division_id: str, category: str, channel: str, submitted: int, now: int, led: Led) -> Facts:
    """What of a case counts, from the generator's plain numbers."""
    return Facts(
        division_id,
        category,
        channel,
        case.status,
        _moment(submitted),
        None if case.accepted_at is None else _moment(case.accepted_at),
        _in_time(case),
        None if case.resolved_at is None else _moment(case.resolved_at),
        None if case.closed_at is None else _moment(case.closed_at),
        _moment(case.resolution_due),
        0,
        True if case.closed_at else None,
        case.stars,
        *_late(case, now),
        *led,
    )


def _moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _counted(ground: Ground, cells: dict[Key, Vector]) -> Iterator[Batch]:
    """The cells with what they held before; then they are forgotten, since all of them would fill the memory."""
    for month in {key.month for key in cells}:
        add_to(cells, ground.cells.pop(month, {}).items())
    rows = [(*key, *cells[key]) for key in sorted(cells)]
    cells.clear()
    for start in range(0, len(rows), SIZE):
        yield CELL, rows[start : start + SIZE]
