"""The demo city's staff: one for each role, in two counties, with random passwords told once."""

from __future__ import annotations

from dataclasses import dataclass

from civicgraph import clock
from civicgraph.accounts.commands import new_password
from civicgraph.accounts.models import Grant, Person
from civicgraph.accounts.passwords import hash_password
from civicgraph.demo.facts import places
from civicgraph.grids.models import GridAssignment, GridRole
from civicgraph.permissions import Role


@dataclass(frozen=True)
class Credential:
    """How to sign in as one of the demo's staff."""

    role: Role
    username: str
    password: str
    place: str


async def load_people() -> tuple[list[Credential], dict[str, Person]]:
    """The staff, with the passwords that are told now and never again."""
    fengquan, hongqiao = places()["fengquan"], places()["hongqiao"]
    staff = [
        ("admin", "陈管理", "市级管理员", Role.ADMINISTRATOR, "5203", "遵义市"),
        ("centre", "周指挥", "凤冈县指挥中心", Role.SUPERVISOR, "520327", "凤冈县"),
        ("station", "吴联络", "龙泉街道联络站", Role.DISPATCHER, fengquan[:9], "龙泉街道"),
        ("department", "严执法", "龙泉街道综合执法队", Role.GRID_WORKER, fengquan[:9], "龙泉街道"),
        ("point", "郑调度", "凤泉社区联络点", Role.DISPATCHER, fengquan, "凤泉社区"),
        ("grid", "王网格", "凤泉社区网格员", Role.GRID_WORKER, fengquan, "凤泉社区"),
        ("editor", "冯编辑", "汇川区信息编辑", Role.EDITOR, "520303", "汇川区"),
        ("author", "沈信息", "汇川区信息员", Role.AUTHOR, "520303", "汇川区"),
        ("suiyang", "褚指挥", "绥阳县指挥中心", Role.SUPERVISOR, "520323", "绥阳县"),
        ("hongqiao", "卫调度", "虹桥社区联络点", Role.DISPATCHER, hongqiao, "虹桥社区"),
        ("hongqiao.grid", "蒋网格", "虹桥社区网格员", Role.GRID_WORKER, hongqiao, "虹桥社区"),
    ]
    credentials: list[Credential] = []
    people: dict[str, Person] = {}
    for username, name, title, role, code, place in staff:
        password = new_password()
        person = await Person.create(
            username=username,
            name=name,
            title=title,
            email=f"{username}@demo.invalid",
            is_generated=True,
            work_phone="0851-1234" + f"{len(people):04d}"[1:],
            password_hash=await hash_password(password),
        )
        await Grant.create(person=person, role=role, division_id=code)
        credentials.append(Credential(role, username, password, place))
        people[username] = person
    for username, code in (("grid", fengquan), ("hongqiao.grid", hongqiao)):
        for number in range(1, 4):  # each of the two communities has one worker who can sign in, for all its grids
            await GridAssignment.create(
                grid_id=f"{code}{number:03d}", person=people[username], role=GridRole.LEAD, from_on=clock.today()
            )
    return credentials, people
