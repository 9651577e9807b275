"""The demo city's teams, ready words, tags and work orders, in the community whose staff can sign in."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.demo.facts import places
from civicgraph.grievances.desk.models import (
    GrievanceTag,
    ReadyText,
    SavedFilter,
    Team,
    TeamKind,
    TeamMember,
    TextPurpose,
    WorkOrder,
)
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.workflow import OPEN

_TEXTS = (
    (
        "已受理",
        TextPurpose.PUBLIC,
        "您好，您反映的{category}问题（{number}）{office}已受理，我们会在 {due} 前办结并告诉您结果。",
    ),
    ("需要入户查看", TextPurpose.PUBLIC, "您好，我们需要到现场看一看，请说明什么时候方便。{office}"),
    ("转物业处理", TextPurpose.INTERNAL, "已联系物业，请网格员 {due} 前回访。"),
)


async def load_desk(people: dict[str, Person]) -> None:
    """Bodies that work is given to, and what the community has in hand of theirs."""
    fengquan = places()["fengquan"]
    volunteers = await Team.create(division_id=fengquan, name="凤泉社区水电维修志愿服务队", kind=TeamKind.VOLUNTEERS)
    await TeamMember.create(team_id=volunteers.id, person_id=people["grid"].id)
    await Team.create(
        division_id=fengquan,
        name="斌鑫物业服务中心",
        kind=TeamKind.PROPERTY,
        contact_office="工程部值班室",
        contact_phone="0851-1234100",
    )
    await Team.create(
        division_id=fengquan[:6], name="凤冈县住房和城乡建设局", kind=TeamKind.DEPARTMENT, contact_office="物业科"
    )
    enforcement = await Team.create(division_id=fengquan[:9], name="综合执法队", kind=TeamKind.DEPARTMENT)
    await TeamMember.create(team_id=enforcement.id, person_id=people["department"].id)
    for title, purpose, text in _TEXTS:
        await ReadyText.create(division_id=fengquan[:6], title=title, purpose=purpose, text=text)
    await SavedFilter.create(
        person_id=people["point"].id, division_id=fengquan, name="水电问题", query="view=open&q=水", is_shared=True
    )
    rows = await Grievance.filter(division_id=fengquan, status__in=OPEN).order_by("id").limit(12)
    for place, row in enumerate(rows):
        if row.assignee_id is not None:
            await WorkOrder.create(grievance_id=row.id, person_id=row.assignee_id, is_lead=True, ordered_at=clock.now())
            await WorkOrder.create(grievance_id=row.id, team_id=volunteers.id, ordered_at=clock.now())
        if place % 3 == 0:
            await GrievanceTag.create(grievance_id=row.id, name="老旧小区")
