"""What is masked in public words, and what is not: examples both ways, and laws."""

from __future__ import annotations

import re
import unicodedata
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from civicgraph import masking
from civicgraph.demo.facts import divisions
from civicgraph.divisions.rules import short_name
from civicgraph.masking import MASK, mask_known, mask_numbers, mask_personal, mask_words

ROOT = Path(__file__).parent.parent.parent

MASKED = {
    # telephone
    "请打 13800001234 找我": "请打 ＊＊＊ 找我",
    "电话138-0000-1234": "电话＊＊＊",
    "电话１３８００００１２３４。": "电话＊＊＊。",
    "幺三八零零零零一二三四": "＊＊＊",
    "一三八 零零零零 1234": "＊＊＊",
    "1 3 8 0 0 0 0 1 2 3 4": "＊＊＊",
    "手机：+86 138 0000 1234": "手机：＊＊＊",
    "0851-28221234 是我家": "＊＊＊ 是我家",
    "电话28221234，快来": "电话＊＊＊，快来",
    "打28221234就行": "打＊＊＊就行",
    # names and doors in families and in English
    "我儿子李浩然被撞了": "我儿子＊＊＊被撞了",
    "我妈妈王秀英在家": "我妈妈＊＊＊在家",
    "我是 Zhang Wei": "我是 ＊＊＊",
    "I'm Mary Johnson, flat 502": "I'm ＊＊＊, ＊＊＊",
    # identity, bank
    "身份证 52030219550101123X": "身份证 ＊＊＊",
    "旧身份证520302550101123": "旧身份证＊＊＊",
    "卡号6222 0212 3456 7890": "卡号＊＊＊",
    "6222021234567890128": "＊＊＊",
    "护照E12345678": "护照＊＊＊",
    # plates
    "贵C12345堵住了": "＊＊＊堵住了",
    "贵 c·D12345 占道": "＊＊＊ 占道",
    "贵C1234学": "＊＊＊",
    "贵 C 8 8 8 8 8 挡住门": "＊＊＊ 挡住门",
    # addresses of the net
    "发邮件到chen@example.cn": "发邮件到＊＊＊",
    "我的邮箱：chen＠example．cn": "我的邮箱：＊＊＊",
    "zhang at qq dot com": "＊＊＊",
    "zhang88(at)qq.com": "＊＊＊",
    "微信号 chen_apo88": "微信号 ＊＊＊",
    "加v：abc12345": "加v：＊＊＊",
    "QQ 123456789": "QQ ＊＊＊",
    # doors
    "3栋2单元501室漏水": "3栋2单元＊＊＊室漏水",
    "三栋二单元五零一": "三栋二单元＊＊＊",
    "楼上1202房半夜吵": "楼上＊＊＊房半夜吵",
    "5栋501漏水": "5栋＊＊＊漏水",
    "五栋五零一": "五栋＊＊＊",
    "3号楼 1203 在装修": "3号楼＊＊＊ 在装修",
    "我住501，楼下太吵": "我住＊＊＊，楼下太吵",
    "3-2-501 的住户": "＊＊＊ 的住户",
    "12楼A座漏水": "＊＊＊漏水",
    "十二楼A座漏水": "＊＊＊漏水",
    "二十三层b户很吵": "＊＊＊很吵",
    "12A室": "＊＊＊室",
    "3单元5楼半夜吵": "3单元＊＊＊半夜吵",
    "三单元五楼半夜吵": "三单元＊＊＊半夜吵",
    "3单元12楼3号": "3单元＊＊＊",
    "三单元十二楼三号": "三单元＊＊＊",
    "三单元十二之三": "三单元＊＊＊",
    "住十二楼三号房": "住＊＊＊号房",
    "五百零一室漏水": "＊＊＊室漏水",
    "五栋一千二百零三": "五栋＊＊＊",
    "我住五百零一，楼下太吵": "我住＊＊＊，楼下太吵",
    # names
    "我叫陈建国，住在凤泉": "我叫＊＊＊，住在凤泉",
    "我叫李伟住在三单元": "我叫＊＊＊住在三单元",
    "姓名：王小明": "姓名：＊＊＊",
    "联系人陈建国": "联系人＊＊＊",
    "联系人：高峰": "联系人：＊＊＊",
    "王女士说": "＊＊＊女士说",
    "孙女士来过": "＊＊＊女士来过",
    "请找李师傅": "请找＊＊＊师傅",
    "隔壁老张的狗": "隔壁老＊＊＊的狗",
    "欧阳先生": "＊＊＊先生",
    "陈建国 13800001234": "＊＊＊ ＊＊＊",
    "13800001234 张伟": "＊＊＊ ＊＊＊",
    "我是陈建国": "我是＊＊＊",
    "楼上刘芳家漏水": "楼上＊＊＊家漏水",
    "请找李建国处理": "请找＊＊＊处理",
    "张建军家的狗": "＊＊＊家的狗",
    "王五和赵六打架": "＊＊＊和＊＊＊打架",
    "我是张丽的妈妈": "我是＊＊＊的妈妈",
    "昨天王秀英摔倒了": "昨天＊＊＊摔倒了",
    "隔壁刘洋的车": "隔壁＊＊＊的车",
    "My name is John Smith.": "My name is ＊＊＊.",
}

KEPT = (
    "三单元楼道灯坏了两天，老人上下楼看不见",
    "由于老师没有通知，向老师反映",
    "业主任何时候都停不了车",
    "业主曾经反映，老人严重不满，业主要求退费",
    "联系方式没有，联系人员不在",
    "负责人于昨日答复",
    "小黄车乱放，小马路没灯，老毛病又犯",
    "小区于5月20日停水，2026-05-22 13:30 来水",
    "地方太小，高温天气，小方桌",
    "保安师傅态度好，水电师傅没来，项目经理不理，社区书记来过",
    "凤凰路120号门口，公交12路，第501号",
    "3栋2单元5楼到6楼，楼道108室内",
    "三单元五楼楼道灯坏了，3单元2楼道灯，二单元三楼到四楼的声控灯，一单元一楼大门",
    "五栋三百五十户，三单元三百多人，住五百多户，十二层高，2楼B区，A座十二楼",
    "12345热线，停车费300元，300户居民，户型三室两厅",
    "微信小程序打不开，微信公众号没有通知",
    "垃圾3-5天没人收",
    "金台社区居民，白云社区，龙泉街道，江边",
    "周围没有路灯，周末没人，谢谢",
    "20260522 停电，5栋300户，3号楼2026年建成",
    "李家寨到刘家坪的路，张王村，陈家湾，王家坝的水",
    "曾建成一座桥，余庆县，杨柳街，苏州路，梁平",
    "8月15日，订单 20260815",
    "the lamp at the corner of building 3 is broken since 20 May",
)


@pytest.mark.parametrize(("text", "public"), MASKED.items())
def test_what_points_at_a_person_is_masked(text: str, public: str) -> None:
    assert mask_personal(text) == public


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_words_stay(text: str) -> None:
    assert mask_personal(text) == text


def test_of_all_chinese_words_of_the_site_none_is_masked_but_examples_of_contacts() -> None:
    """Some thousands of sentences that nobody wrote for this test: the false alarms, measured."""
    said = {
        str(message.string)
        for path in (ROOT / "src/civicgraph/locales").rglob("*.po")
        for message in read_po(path.open("rb"))
        if message.id
    }
    touched = {one for one in said if mask_personal(one) != one}
    assert len(said) > 1_000
    assert all("0851-12345678" in one or "name@example.cn" in one for one in touched), touched


def test_of_all_places_of_the_city_none_is_taken_for_a_person() -> None:
    """2,362 names, many of them a family's: 张家湾, 刘家坪; as people write them."""
    places = [one for row in divisions() for one in (row["name"], short_name(row["name"]))]
    assert len(places) > 4_000
    ways = ("{}的路灯坏了", "我住在{}", "{}没有水", "从{}到{}的车")
    assert {said for one in places for way in ways if mask_personal(said := way.format(one, one)) != said} == set()


def test_the_demo_citys_reports_stay_as_they_were_told() -> None:
    cases = import_module("civicgraph.demo.grievances")
    said = re.findall(r"[㐀-鿿][^\"\n]{6,}", Path(cases.__file__ or "").read_text())
    assert len(said) > 20
    assert [one for one in said if mask_personal(one) != one] == []


@pytest.mark.parametrize(
    ("text", "name", "public"),
    [
        ("管道漏水，钱多多家里没人", "钱多多", "管道漏水，＊＊＊家里没人"),
        ("请找钱 多多", "钱多多", "请找＊＊＊"),
        ("at bob  smith house", "Bob Smith", "at ＊＊＊ house"),
        ("阿依古丽·买买提家门口", "阿依古丽·买买提", "＊＊＊家门口"),
        ("居民反映，业主同意", "居民", "居民反映，业主同意"),
        ("bobby is there", "Bob", "bobby is there"),
        ("小王修好了", "王", "小王修好了"),
        ("灯坏了", "", "灯坏了"),
    ],
)
def test_a_name_that_is_known_goes_wherever_it_stands(text: str, name: str, public: str) -> None:
    assert mask_known(text, name) == public


def test_words_that_are_known_go_however_they_are_set() -> None:
    text = "遵义 钢绳（集团）有限公司、遵义钢绳的车；代码 9152０302madndp86t5"
    assert (
        mask_words(text, ("遵义钢绳(集团)有限公司", "遵义钢绳", "91520302MADNDP86T5"))
        == "＊＊＊、＊＊＊的车；代码 ＊＊＊"
    )


def test_a_bodys_name_stays_and_its_telephone_goes() -> None:
    assert mask_numbers("老马调解室 13800001234") == "老马调解室 ＊＊＊"


# Laws -----------------------------------------------------------------------------------------

SEPARATORS = st.sampled_from(["", " ", "-", "－", "·", ".", "  ", "\u200b"])
FORMS = (
    str.maketrans("", ""),
    str.maketrans("0123456789", "０１２３４５６７８９"),
    str.maketrans("0123456789", "零一二三四五六七八九"),
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Nd", "No", "Nl", "Cs"]), max_size=12).filter(
    lambda text: (
        not set(unicodedata.normalize("NFKC", text)) & set("0123456789零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖")
    )
)
NUMERALS = str.maketrans("零〇一二三四五六七八九", "00123456789")


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A number of a person, and as somebody wrote it."""
    tail = draw(st.text("0123456789", min_size=9, max_size=9))
    kinds = {"mobile": f"1{draw(st.sampled_from('3456789'))}{tail}", "fixed": f"0851{tail[:8]}"}
    day = draw(st.sampled_from(["19550101", "20011231"]))
    kinds["identity"] = f"520302{day}{tail[:4]}"
    number = kinds[draw(st.sampled_from(sorted(kinds)))]
    separator, form = draw(SEPARATORS), draw(st.sampled_from(FORMS))
    groups = [number[i : i + 4] for i in range(0, len(number), 4)]
    return number, separator.join(groups).translate(form)


@settings(max_examples=60)
@given(WORDS, numbers(), WORDS)
def test_no_number_outlives_its_masking(before: str, number: tuple[str, str], after: str) -> None:
    plain, written = number
    masked = mask_personal(f"{before} {written} {after}")
    left = re.sub(r"\D", "", unicodedata.normalize("NFKC", masked).translate(NUMERALS))
    assert MASK in masked
    assert plain[-6:] not in left


PIECES = st.one_of(
    st.sampled_from(
        [*MASKED, *KEPT, MASK, "＊", "*", "老", "王", "女士", "我叫", "联系人：", "单元", "-", "@", "V", "号"]
    ),
    st.text(max_size=6),
    st.from_regex(r"[\d\s-]{1,12}", fullmatch=True),
)


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_masking_again_changes_nothing_and_nothing_but_masks_is_added(text: str) -> None:
    masked = mask_personal(text)
    assert mask_personal(masked) == masked
    left = iter(text)
    assert all(char in left for char in masked.replace("＊", ""))  # what stays, stays in its order
    assert masking.mask_numbers(masked) == masked


@pytest.mark.parametrize("text", ["1" * 2000, "1-" * 1000, "王" * 2000, "a" * 2000 + "@", "老张" * 1000, "A@" * 1000])
def test_no_text_takes_long(text: str) -> None:
    """2,000 characters at most are read; none of them may cost more than some tenths of a second."""
    from time import process_time

    began = process_time()
    mask_personal(text)
    assert process_time() - began < 0.5
