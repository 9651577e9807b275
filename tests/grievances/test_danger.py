"""Danger is read from plain words, and not from every word that sounds like it."""

from __future__ import annotations

import pytest

from civicgraph.grievances.intake.danger import calls, danger_in

DANGEROUS = {
    "gas": (
        "厨房燃气泄漏，味道很大",
        "闻到一股煤气味，不知道从哪里来的",
        "楼下天然气管道一直在漏",
        "燃 气 管 破 了",
        "液化气罐漏气，快来人",
        "一氧化碳报警，怀疑煤气中毒",
        "There is a gas leak in the stairway",
        "煤气味很重",
        "厨房有一股臭鸡蛋味",
        "It smells of gas in the stairwell, strong smell",
        "Gas smell: there is a strong gas smell in the corridor",
    ),
    "fire": (
        "三楼着火了！",
        "楼道里电动车起火，烟很大",
        "配电箱冒烟，有糊味",
        "对面楼下店里冒烟，看得到火光，大火",
        "电瓶车充电时爆炸",
        "邻居家里失火，没有人在家",
        "Fire! Please come",
        "楼上起烟了",
        "电瓶车在楼道充电起烟",
    ),
    "trapped": (
        "有人被困电梯",
        "老人被困在六楼下不来",
        "电梯停了，我妈妈关在电梯里",
        "孩子掉进井里了",
        "电梯里困人，物业不接电话",
        "小孩掉进没有盖的窨井里了",
        "老人滑到路边没有围栏的深沟里",
    ),
    "electric": ("有人触电，快", "高压电线断落在路上", "路灯杆漏电，小孩被电到", "积水带电"),
    "life": (
        "老人昏迷在楼道",
        "独居老人没有呼吸了",
        "小区里狗咬人了",
        "孩子被流浪狗咬伤",
        "有人要跳楼",
        "河边有人落水",
        "邻居喝农药",
        "我不想活了",
        "My neighbour wants to end his life",
        "孕妇要生了没人送医院",
        "老人在家好几天没人应门",
    ),
    "missing": ("孩子走丢了", "我妈妈昨晚走失，有老年痴呆", "My son is missing since noon"),
    "violence": ("有人持刀在小区里", "楼上正在打人，孩子哭得厉害", "隔壁家暴"),
    "ground": (
        "屋后山体滑坡，房子危险",
        "房子裂了要倒",
        "山洪来了",
        "挡墙垮了，压到车",
        "地面塌陷，车掉下去了",
        "桥快塌了",
        "墙要倒了",
    ),
}
HARMLESS = (
    "楼道灯坏了两天",
    "遛狗不牵绳，怕咬到孩子",
    "fire extinguisher is empty",
    "最近总被困扰，楼上太吵",
    "停车被困难折腾",
    "希望增加防火防触电宣传",
    "社区组织火灾逃生演练的时间能不能改",
    "想参加燃气泄漏应急处理培训",
    "楼道堆放纸箱，担心着火",
    "电动车在楼道充电，容易起火",
    "飞线充电，万一着火怎么办",
    "垃圾堆没有着火，只是味道大",
    "灭火器过期了",
    "消防通道被车堵住",
    "商场清仓跳楼价喇叭太响",
    "急得我着火急燎的",
    "防溺水牌子倒了",
    "请在河边加防溺水警示牌",
    "去年这里发生过火灾，线路一直没换",
    "上个月电梯困人，后来修好了，现在又有异响",
    "燃气费没交上，显示欠费",
    "天然气什么时候能开通",
    "煤气灶打不着火",
    "燃气报警器过期了怎么换",
    "烧烤摊油烟大",
    "井盖松了，走过有响声",
    "墙皮掉了一块",
    "路灯不亮，没有漏电",
    "希望消除山洪隐患",
    "地质灾害讲座什么时候有",
    "贷款困难，企业被困难住了",
    "着火点已经确认不是我家",
    "树枝快碰到电线",
    "物业费太高，火大",
    "电梯关门有异响",
    "楼上漏水，天花板湿了一片",
    "孩子怕被困在电梯里",
    "I worry about the noise at night",
    "烧烤摊起烟，呛人",
    "垃圾桶一股臭鸡蛋味",
    "小区的流浪猫不见了",
    "快递不见了，物业不管",
    "手机掉到沙发缝里",
    "老人补贴好几个月没有动静",
    "老人反映的事情没人应答",
    "孩子上学的路口没有红绿灯",
    "There is a smell of gasoline at the garage",
)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in DANGEROUS.items() for text in texts])
def test_words_of_danger_are_heard(code: str, text: str) -> None:
    found = danger_in(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_are_no_danger(text: str) -> None:
    assert danger_in(text) is None


def test_a_danger_in_any_of_the_texts_counts_and_words_do_not_run_together() -> None:
    assert danger_in("电梯", "有人被困") is not None
    assert danger_in("家里有燃", "气味不好") is None


def test_whom_to_call_first() -> None:
    gas = danger_in("燃气泄漏")
    assert [one.number for one in calls(gas, "0851-28220000")] == ["0851-28220000", "119"]
    assert [one.number for one in calls(gas, "")] == ["119"]
    assert [one.number for one in calls(None, "")] == ["119", "120", "110"]
