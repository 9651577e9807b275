"""Surnames, for finding names in free text.

From the ministry's count of 2020 (百家姓, the hundred most frequent cover 85 of 100 people) with those frequent in
northern Guizhou.
"""

PLAIN = (
    "王李张刘陈杨赵吴周徐孙胡朱郭罗郑梁谢宋唐许韩冯邓曹彭曾肖蔡潘袁董余苏魏吕丁沈姚卢姜崔钟谭陆范汪廖贾韦邹熊"
    "孟秦阎薛侯雷龚邵严覃戴莫钱汤易乔贺赖庞樊殷施陶翟倪俞鲁葛岳尹柳祝詹耿柯涂蒋骆娄冉犹敖晏喻淦冷宦蒲佘瞿桂费"
    "蒙鄢缪荣萧闫霍温芦焦邱巫"
)
"""Seldom anything but a surname where a name may stand."""

DOUBTFUL = "于向任何方常高万安全时成单黄马毛叶龙江田金白石林夏史段文程钱孔武尚洪牛章包华付兰欧杜顾甘游古"
"""Also ordinary words or parts of them (由于, 任何, 地方, 黄色): told only where a clear sign stands before them."""

COMPOUND = ("欧阳", "令狐", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "司徒", "端木", "东方")
