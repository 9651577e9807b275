"""Products of the demo city: the mushrooms of the facts file, and made-up ones of every county, said to be.

The facts file names no year for the mushrooms' output and sales; they are entered for the last whole year.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image

from civicgraph import clock, crypto
from civicgraph.demo import pictures
from civicgraph.demo.facts import facts
from civicgraph.divisions.models import Division
from civicgraph.enterprises.models import Enterprise, EnterpriseKind
from civicgraph.enterprises.rules import ALPHABET, complete, search_terms_of
from civicgraph.masking import mask_email
from civicgraph.permissions import SYSTEM
from civicgraph.products import operations
from civicgraph.products.models import Product

_XISHUI = "520330"
_MADE: list[tuple[str, str, str, str, list[str], tuple[str, str], list[tuple[str, str]]]] = [
    ("520322", "produce", "方竹笋", "高山方竹林里的秋笋，鲜笋和干笋都有。", ["september", "october"], ("3600", "tonne"), [("重庆", "1200"), ("成都", "600")]),
    ("520304", "produce", "朝天椒", "色红、味辣、肉厚，鲜椒和干椒都收。", ["august", "september", "october"], ("12000", "tonne"), [("重庆", "3000"), ("长沙", "1500")]),
    ("520303", "food", "辣椒酱", "本地辣椒发酵半年，不加色素。", [], ("400000", "bottle"), [("贵阳", "120000")]),
    ("520323", "food", "空心面", "手工拉制，细如发丝，中间是空的。", [], ("800", "tonne"), [("贵阳", "260"), ("广州", "90.5")]),
    ("520323", "herb", "金银花", "石山上种的金银花，当天采当天烘。", ["may", "june"], ("900000", "jin"), [("亳州", "500000")]),
    ("520324", "tea", "白茶", "清明前后采，芽头白毫多。", ["march", "april"], ("640", "tonne"), [("杭州", "150")]),
    ("520324", "industrial", "吉他", "从选木到调音都在县里的园区完成。", [], ("6000", "piece"), [("广州", "2400")]),
    ("520325", "produce", "高山蔬菜", "海拔一千米以上的夏季菜：莲花白、辣椒、番茄。", ["june", "july", "august", "september"], ("26000", "tonne"), [("重庆", "15000")]),
    ("520325", "tea", "绿茶", "高山云雾里的春茶。", ["march", "april", "may"], ("1100", "tonne"), [("重庆", "300")]),
    ("520326", "livestock", "白山羊", "山上放养，吃百草。", [], ("38000", "head"), [("重庆", "9000")]),
    ("520327", "tea", "富锌富硒茶", "有机茶园，一芽一叶到两叶。", ["march", "april", "may"], ("2600", "tonne"), [("上海", "400"), ("520302", "80")]),
    ("520328", "tea", "翠芽", "扁平光滑，清香回甜。", ["march", "april"], ("3200", "tonne"), [("济南", "700"), ("北京", "350")]),
    ("520328", "food", "大米", "冬水田里的一季稻，晚上碾、早上发。", ["october", "november", "december"], ("5000000", "jin"), [("520302", "900000"), ("珠海", "300000")]),
    ("520329", "tea", "苦丁茶", "小叶苦丁，先苦后甜。", ["april", "may"], ("380", "tonne"), [("福州", "60")]),
    ("520330", "food", "土蜂蜜", "一年取一次的百花蜜。", ["october", "november"], ("42000", "kilogram"), [("珠海", "6000")]),
    ("520381", "herb", "石斛", "长在丹霞石上的石斛，鲜条和干条都有。", ["november", "december"], ("260", "tonne"), [("广州", "70")]),
    ("520381", "livestock", "乌骨鸡", "竹林里散养。", [], ("900000", "head"), [("520302", "150000"), ("成都", "200000")]),
    ("520381", "craft", "竹编", "楠竹篾编的篮、灯罩和画。", [], ("52000", "piece"), [("上海", "8000")]),
    ("520382", "drink", "酱香型白酒", "本地红缨子高粱，按节气下沙。", [], ("1500", "kilolitre"), [("郑州", "300")]),
    ("520382", "produce", "红缨子高粱", "酿酒用的糯高粱，订单种植。", ["september"], ("9000", "tonne"), [("520382", "8200")]),
    ("520302", "food", "香菇脆片", "鲜香菇低温脱水，开袋即食。", [], ("70000", "box"), [("贵阳", "16000")]),
]  # fmt: skip
_ENGLISH = {
    **{"食用菌": "Mushrooms", "箱包": "Bags and suitcases", "方竹笋": "Square bamboo shoots", "朝天椒": "Chillies"},
    **{
        "辣椒酱": "Chilli paste",
        "空心面": "Hollow noodles",
        "金银花": "Honeysuckle",
        "白茶": "White tea",
        "吉他": "Guitars",
    },
    **{"高山蔬菜": "Highland vegetables", "绿茶": "Green tea", "白山羊": "White goats", "翠芽": "Cuiya green tea"},
    **{"富锌富硒茶": "Tea rich in zinc and selenium", "大米": "Rice", "苦丁茶": "Kuding tea", "土蜂蜜": "Wild honey"},
    **{"石斛": "Dendrobium", "乌骨鸡": "Silkie chickens", "竹编": "Bamboo weaving", "酱香型白酒": "Sauce-aroma baijiu"},
    **{"红缨子高粱": "Hongyingzi sorghum", "香菇脆片": "Shiitake crisps"},
}
"""What each is called in English."""
_DRAWN: dict[str, Callable[[], Image.Image]] = {
    **{"tea": pictures.leaves, "朝天椒": pictures.peppers, "方竹笋": pictures.shoots, "高山蔬菜": pictures.greens},
    **{"food": pictures.jar, "drink": pictures.jar, "herb": pictures.greens},
}
"""Which of them have a picture, by kind or name."""


async def load_products(random: Random) -> None:
    """The facts' mushrooms, and what made-up co-operatives of the counties grow and make."""
    await _mushrooms()
    await _bags()
    makers = await _makers(random)
    year = clock.today().year - 1
    for code, kind, name, summary, months, (amount, unit), sold in _MADE:
        links = [
            {"year": year, "amount": much, "unit": unit, **({"place_code": to} if to.isdigit() else {"market": to})}
            for to, much in sold
        ]
        before = str(max(1, round(float(amount) * random.uniform(0.7, 0.95))))
        data = {
            **{"credit_code": makers[code], "division_code": code, "kind": kind, "name": name, "summary": summary},
            "name_en": _ENGLISH[name],
            **{"months": months, "links": links},
            "outputs": [
                {"year": year - 1, "amount": before, "unit": unit},
                {"year": year, "amount": amount, "unit": unit},
            ],
            "bases": [
                {"name": f"{name}基地", "place_code": code, "area": str(random.randint(2, 60) * 100), "area_unit": "mu"}
            ]
            if kind in ("produce", "tea", "herb")
            else [],
        }
        row = await operations.create_product(SYSTEM, data)
        await _finish(row, is_generated=True, drawn=_DRAWN.get(name) or _DRAWN.get(kind), alt=f"{name}（示意图）")


async def _bags() -> None:
    """箱包 of the facts' bag maker; its contact for buyers, like its account (`firms`), is made up."""
    enterprise = await Enterprise.get(name="虹发包包厂")
    row = await operations.create_product(
        SYSTEM,
        {
            **{"credit_code": enterprise.credit_code, "division_code": str(enterprise.division_id)},  # type: ignore[attr-defined]
            **{
                "kind": "industrial",
                "name": "箱包",
                "name_en": _ENGLISH["箱包"],
                "summary": "书包、手提袋和行李箱，搬迁社区的居民做的，可以来样加工。",
            },
            **{"contact_name": "韩厂长", "contact_phone": "13900000000", "contact_agreed_on": "2026-03-02"},
        },
    )
    await _finish(row, is_generated=True, drawn=None, alt="")


async def _mushrooms() -> None:
    """食用菌 of the facts file, exactly."""
    one = next(row for row in facts()["enterprises"] if row["key"] == "qingguniang")
    made, year = one["products"][0], clock.today().year - 1
    woods, zhuhai = one["bases"]
    enterprise = await Enterprise.get(name=one["name"])
    output, sold = str(made["annual_output_jin"]), str(made["to_zhuhai_jin"])
    row = await operations.create_product(
        SYSTEM,
        {
            **{"credit_code": enterprise.credit_code, "division_code": _XISHUI, "kind": "produce"},
            **{"name": made["name"], "name_en": _ENGLISH[made["name"]], "brand": one["brand"]},
            "summary": f"林下和大棚里种的食用菌，菌棒 {made['mushroom_sticks']:,} 棒，订单超过 {made['orders_above']:,}。",
            "outputs": [{"year": year, "amount": output, "unit": "jin"}],
            "bases": [
                {
                    **{"name": "习水食用菌基地", "kind": woods["kind"], "place_code": _XISHUI},
                    **{"area": str(woods["mu_above"]), "area_unit": "mu"},
                    **{"capacity": str(made["mushroom_sticks"]), "capacity_unit": "stick"},
                },
                {
                    **{"name": "珠海食用菌基地", "kind": zhuhai["kind"], "elsewhere": zhuhai["at"]},
                    **{"area": str(zhuhai["mu"]), "area_unit": "mu"},
                },
            ],
            "links": [{"source": "习水食用菌基地", "market": "珠海", "year": year, "amount": sold, "unit": "jin"}],
            "supports": [{"giver": one["support"]["from"], "amount_fen": one["support"]["amount"] * 100}],
            "recognitions": [{"title": one["recognition"]}],
        },
    )
    await _finish(row, is_generated=False, drawn=pictures.mushrooms, alt="木头旁长出的几朵食用菌（示意图）")


async def _finish(row: Product, *, is_generated: bool, drawn: Callable[[], Image.Image] | None, alt: str) -> None:
    """Give it a picture if one is drawn, and show it to everyone."""
    if drawn is not None:
        name = await pictures.keep(drawn())
        given = {"id": row.id, "version": row.version, "picture": name, "picture_alt": alt}
        row = await operations.set_product_picture(SYSTEM, given)
    await operations.publish_product(SYSTEM, {"id": row.id, "version": row.version})
    await Product.filter(id=row.id).update(is_generated=is_generated)


async def _makers(random: Random) -> dict[str, str]:
    """A made-up co-operative of each county: its credit code by the county's."""
    found = {}
    for county in await Division.filter(level="county").order_by("code"):
        first17 = "93" + county.code + "MC" + "".join(random.choice(ALPHABET) for _ in range(7))
        name, address = f"{county.short_name}演示产品合作社", f"maker-{county.code}@demo.invalid"
        row = await Enterprise.create(
            credit_code=complete(first17),
            name=name,
            summary="合作社和它的统一社会信用代码都是演示生成的。",
            kind=EnterpriseKind.COOPERATIVE,
            industry_id="01",
            division_id=county.code,
            counted_from=clock.today(),
            search_terms=search_terms_of(name, ""),
            contact_email=crypto.encrypt(address),
            contact_email_masked=mask_email(address),
            is_generated=True,
        )
        found[county.code] = row.credit_code
    return found
