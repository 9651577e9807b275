"""An event of the demo city that comes again: dancing on Saturday evenings in 虹桥社区, once called off. Made up."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.demo.checklists import actor_of
from civicgraph.demo.facts import places
from civicgraph.events import operations
from civicgraph.events.models import Event, EventSeries

TIMES = 10


async def load_series(staff: dict[str, Person]) -> None:
    """Ten Saturdays from the next one on; the third does not take place."""
    admin = await actor_of(staff["admin"])
    today = clock.today()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    begins = datetime.combine(saturday, time(19, 30), clock.CITY_ZONE)
    row = await operations.create_event(
        admin,
        {
            "kind": "activity", "title": "虹桥社区周末广场舞", "summary": "每周六晚上一起跳，不会的有人教。", "venue": "虹桥社区文化广场",
            "organiser": "虹桥社区居委会", "division_code": places()["hongqiao"], "starts_at": begins,
            "ends_at": begins + timedelta(hours=1, minutes=30),
        },
    )  # fmt: skip
    row = await operations.publish_event(admin, {"slug": row.slug, "version": row.version})
    await operations.repeat_event(
        admin, {"slug": row.slug, "version": row.version, "frequency": "weekly", "count": TIMES}
    )
    series = await EventSeries.get()
    third = (await Event.filter(series_id=series.id).order_by("starts_at"))[2]
    await operations.cancel_event(
        admin, {"slug": third.slug, "version": third.version, "reason": "这一周广场要检修，停跳一次。"}
    )
    await Event.filter(series_id=series.id).update(is_generated=True)
