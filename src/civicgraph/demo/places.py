"""The demo city's ground: divisions, compounds, published figures, grids."""

from __future__ import annotations

from typing import Any

from pypinyin import lazy_pinyin

from civicgraph.demo.facts import divisions, facts, places
from civicgraph.divisions import rules
from civicgraph.divisions.models import Compound, Division, DivisionLevel, Figure, Management, Qualifier
from civicgraph.grids.models import Grid, GridLevel, Net
from civicgraph.text import search_terms

NETS = [Net.PUBLIC_SAFETY.name, Net.CIVILIZED_CITY.name, Net.EMERGENCY.name]
_HANZI = "一二三四五六七八九十"


def pinyin(name: str) -> str:
    """A name in pinyin, its syllables as one word: Honglingshequ."""
    return "".join(lazy_pinyin(name)).capitalize()


async def load_divisions() -> None:
    """Every division of the register, then the places of the facts file that it lacks."""
    rows = []
    for row in divisions():
        short = rules.short_name(row["name"])
        rows.append(
            Division(
                code=row["code"],
                name=row["name"],
                short_name=short,
                pinyin=pinyin(short),
                level=DivisionLevel(row["level"]),
                parent_id=row["parent_code"] or None,
                search_terms=search_terms(row["name"]),
            )
        )
    for level in DivisionLevel:
        await Division.bulk_create([row for row in rows if row.level is level], batch_size=400)
    await _load_provisional({row.code for row in rows})


async def _load_provisional(known: set[str]) -> None:
    for place in facts()["places"]:
        code = places()[place["key"]]
        if code in known:
            await Division.filter(code=code).update(**_extra(place))
            continue
        above = rules.parent_code(code)
        if above not in known:
            name = "待定街道"
            await Division.create(
                code=above,
                name=name,
                short_name=name,
                pinyin=pinyin(name),
                level=DivisionLevel.SUBDISTRICT,
                parent_id=rules.parent_code(above),
                is_provisional=True,
                search_terms=search_terms(name),
            )
            known.add(above)
        name = place["community"]
        await Division.create(
            code=code,
            name=name,
            short_name=name,
            pinyin=pinyin(name),
            level=DivisionLevel.COMMUNITY,
            parent_id=above,
            is_provisional=True,
            search_terms=search_terms(name),
            **_extra(place),
        )
        known.add(code)


def _extra(place: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "founded" in place:
        found["founded_year"] = place["founded"]
    if place.get("resettlement"):
        found["is_resettlement"] = True
    note = {
        "lingxi": "位于新蒲新区。",
        "hangtian": "网格工作组 6 个；AI 网格员 24 小时在线，微信群和小程序都能问，重复咨询量下降 80%。",
        "hongqiao": "易地扶贫搬迁安置社区，设微网格 35 个。",
        "fenghuang": "推行诉求“四级清单”：紧急 2 小时、一般 24 小时响应。",
        "fengquan": "“民声总台”设在这里：县级指挥中心、街道联络站、社区联络点三级办理。",
        "baiyun": "“善治美”平台办理群众诉求，72 小时内帮居民找到竹料砍伐岗位。",
    }.get(place["key"])
    if note:
        found["summary"] = note
    return found


def _management(compound: dict[str, Any]) -> Management:
    return Management(compound.get("management", "property_company"))


async def load_compounds() -> dict[str, Compound]:
    """The compounds of the facts file, by key."""
    found: dict[str, Compound] = {}
    for one in facts()["compounds"]:
        fee = one.get("fee", {}).get("amount")
        found[one["key"]] = await Compound.create(
            division_id=places()[one["place"]],
            name=one["name"],
            households=one["households"] if isinstance(one.get("households"), int) else None,
            residents=one.get("residents"),
            management=_management(one),
            manager_name=one.get("company", ""),
            fee_fen=fee * 100 if fee else None,
            summary=_about(one),
            search_terms=search_terms(one["name"]),
        )
    return found


def _about(compound: dict[str, Any]) -> str:
    return {
        "junlan": "2026 年第一批民生实事：增设休闲座椅和儿童游乐区，2026 年春完工；意见来自民情恳谈会和网格微信群。",
        "oasis": "没有物业公司，业主委员会自管：2018 年成立业委会，2025 年建立党支部。收入来自临时停车费、农贸市场租金、门禁系统管理费。",
        "tianju": "公租房小区，由社区办的公司管理，24 小时服务；5 名楼栋管家，新增地下停车位 31 个。",
        "binxin2": "数千户的小区，设“民声总台”联络点：小区（网格）党支部、业主委员会、物业服务企业一起办。",
    }[compound["key"]]


async def load_figures(compounds: dict[str, Compound]) -> None:
    """Every published figure that belongs to a division or a compound."""
    data, at = facts(), places()
    city = data["city"]["code"]
    emergency, enterprises = data["emergency_figures"], data["enterprise_figures"]
    policies, problems = data["policy_catalogue"], data["enterprise_problems"]
    rows: list[tuple[str, str | None, str, str, float, str, Qualifier, str]] = []

    def add(
        code: str,
        key: str,
        name: str,
        amount: float,
        unit: str = "",
        qualifier: Qualifier = Qualifier.EXACT,
        period: str = "",
        compound: str | None = None,
    ) -> None:
        rows.append((code, compound, key, name, amount, unit, qualifier, period))

    add(city, "rescue_teams", "应急救援队伍", emergency["rescue_teams_above"], "支", Qualifier.ABOVE)
    add(city, "rescuers", "救援队员", emergency["rescuers_above"], "人", Qualifier.ABOVE)
    add(city, "drills", "应急演练", emergency["drills_past_year"], "场", Qualifier.EXACT, "近一年")
    add(city, "drill_participants", "演练参加人次", emergency["drill_participants"], "人次", Qualifier.EXACT, "近一年")
    quarter = "2026 年第一季度"
    for key, name, unit, qualifier in _ENTERPRISE_FIGURES:
        add(city, key, name, enterprises[key], unit, qualifier, quarter)
    add(city, "policy_categories", "惠企政策类别", policies["categories"], "类", Qualifier.EXACT, "免申即享")
    add(city, "policy_measures", "惠企政策措施", policies["measures"], "条", Qualifier.EXACT, "免申即享")
    add(city, "problems_solved", "已解决的企业难题", problems["solved"], "件")
    add(city, "problems_in_progress", "限期办理中的企业难题", problems["in_progress_with_deadline"], "件")
    hongqiao = data["outcomes"]["hongqiao"]
    add(at["hongqiao"], "micro_grids", "微网格", data["grid_figures"]["micro_grids_hongqiao"], "个")
    add(at["hongqiao"], "disputes_change", "矛盾纠纷同比", hongqiao["disputes_change_yoy"] * 100, "%")
    add(at["hongqiao"], "satisfaction", "安全感和满意度", hongqiao["safety_and_satisfaction"] * 100, "%")
    paying = data["grievance_services"][1]["households_paying_property_fee"]
    add(at["fenghuang"], "paying_before", "此前缴物业费的户数", paying["before_above"], "户", Qualifier.ABOVE)
    add(at["fenghuang"], "paying_after", "现在缴物业费的户数", paying["after"], "户")
    add(at["hangtian"], "grid_groups", "网格工作组", data["places"][2]["grid_working_groups"], "个")
    add(at["hangtian"], "inquiries", "重复咨询量", -data["grievance_services"][3]["inquiry_reduction"] * 100, "%")
    station = data["grievance_services"][0]
    add(at["fengquan"], "received", "民声总台收到诉求", station["received"], "件")
    add(at["fengquan"], "completed", "办结率", station["completed_rate"] * 100, "%")
    oasis, tianju = data["compounds"][1], data["compounds"][2]
    code = at["hongling"]
    staff = sum(oasis["staff"].values())
    add(code, "staff", "兼职人员", staff, "人", compound="oasis")
    add(
        code,
        "labour_cost",
        "人工费用",
        oasis["labour_cost_below"]["amount"],
        "元/月",
        Qualifier.BELOW,
        compound="oasis",
    )
    add(
        code,
        "fund",
        "公共收益结余",
        oasis["public_fund_balance_above"]["amount"],
        "元",
        Qualifier.ABOVE,
        compound="oasis",
    )
    rule = data["cost_sharing"]["rule"]
    add(code, "lift_base", f"加装电梯：{rule['base_floor']} 楼每户", rule["base_amount"], "元", compound="oasis")
    add(code, "lift_step", "加装电梯：每高一层加", rule["per_floor_step"], "元", compound="oasis")
    add(at["jintai"], "new_parking", "新增停车位", tianju["new_parking_spaces"], "个", compound="tianju")
    add(at["jintai"], "stewards", "楼栋管家", tianju["resident_stewards"], "人", compound="tianju")
    await Figure.bulk_create(
        [
            Figure(
                division_id=code,
                compound_id=compounds[compound].id if compound else None,
                key=key,
                name=name,
                amount=round(amount * 1000),
                unit=unit,
                qualifier=qualifier,
                period=period,
                position=position,
            )
            for position, (code, compound, key, name, amount, unit, qualifier, period) in enumerate(rows, 1)
        ]
    )


_ENTERPRISE_FIGURES = (
    ("market_entities", "经营主体", "户", Qualifier.ABOUT),
    ("above_four_scales", "“四上”企业", "家", Qualifier.EXACT),
    ("above_four_scales_net_increase", "“四上”企业净增", "家", Qualifier.EXACT),
    ("designated_size_watchlist", "规上企业培育清单", "家", Qualifier.EXACT),
    ("service_subsectors_filled", "填补服务业细分行业", "个", Qualifier.EXACT),
    ("innovative_smes", "创新型中小企业", "家", Qualifier.EXACT),
    ("specialised_smes", "专精特新企业", "家", Qualifier.EXACT),
    ("provincial_platforms", "省级平台", "个", Qualifier.EXACT),
    ("software_firms_over_5m", "500 万元以上软件企业", "家", Qualifier.EXACT),
    ("digital_scenarios", "数字化场景", "个", Qualifier.EXACT),
    ("signed_projects", "签约项目", "个", Qualifier.EXACT),
    ("contracted_investment_cny", "合同投资额", "元", Qualifier.EXACT),
    ("job_stabilisation_subsidy_cny", "稳岗补贴", "元", Qualifier.EXACT),
    ("inclusive_loans_cny", "普惠贷款", "元", Qualifier.EXACT),
)


async def load_grids() -> None:
    """Grids of the places of the facts file: 35 micro-grids of 虹桥社区, 6 working groups of 航天社区."""
    at = places()
    micro = facts()["grid_figures"]["micro_grids_hongqiao"]
    groups = facts()["places"][2]["grid_working_groups"]
    ground = await _ground()
    rows = [
        _grid(
            at["hangtian"],
            number,
            f"第{_HANZI[number - 1]}网格工作组",
            _area(ground, at["hangtian"], number) + _MADE_UP,
            is_fact=True,
        )
        for number in range(1, groups + 1)
    ]
    for key, code in at.items():
        if len(code) == 12 and key not in ("hangtian",):
            each = micro if key == "hongqiao" else _BUILDINGS
            rows += [
                _grid(code, number, f"第{_HANZI[number - 1]}网格", _area(ground, code, number, each), is_fact=False)
                for number in range(1, 4)
            ]
    await Grid.bulk_create(rows)
    above = f"{at['hongqiao']}001"
    await Grid.bulk_create(
        [
            Grid(
                code=f"{above}{n:02d}",
                division_id=at["hongqiao"],
                parent_id=above,
                level=GridLevel.MICRO_GRID,
                name=f"第 {n} 微网格",
                area=f"{ground[at['hongqiao']]} {n}栋{_MADE_UP}",
                nets=NETS,
            )
            for n in range(1, micro + 1)
        ]
    )


_BUILDINGS = 10
"""Buildings of a grid where nothing else is known."""
_MADE_UP = "（示例划分）"
"""Said of the grids that the facts file names: what they cover is made up."""


async def _ground() -> dict[str, str]:
    """What the buildings of a community belong to: its compound where the facts file has one, else its main street."""
    streets = {
        one.code: f"{one.short_name.removesuffix('村').removesuffix('社区')}路"
        for one in await Division.filter(code__in=[code for code in places().values() if len(code) == 12])
    }
    return streets | {one.division_id: one.name for one in await Compound.all()}  # type: ignore[attr-defined]


def _area(ground: dict[str, str], code: str, number: int, each: int = _BUILDINGS) -> str:
    """What a grid covers: its share of the buildings, counted on from the grid before."""
    return f"{ground[code]} {(number - 1) * each + 1}栋至{number * each}栋"


def _grid(code: str, number: int, name: str, area: str, *, is_fact: bool) -> Grid:
    return Grid(code=f"{code}{number:03d}", division_id=code, name=name, area=area, nets=NETS, is_generated=not is_fact)
