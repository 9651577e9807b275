"""Surnames and given names, for finding names in free text.

From the ministry's count of 2020 (百家姓, the hundred most frequent cover 85 of 100 people) with those frequent in
northern Guizhou. Characters of given names are those most frequent in the same ministry's reports of names by decade.
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

CAREFUL = "曾许严施费温易余莫钟雷戴焦柳桂涂管汤范葛祝蒙包陶胡唐江路柯孟殷霍向宦淦"
"""Surnames that also begin an ordinary word with a character of given names after it (曾建成, 余庆, 汤泉)."""

GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏飞建国林志海波燕玲辉斌健俊峰琴兰梅春雪晶慧"
    "婷浩宇鑫欣怡梓轩涵诗雨佳琪思远泽晨瑞博文昊天子豪嘉颖倩莉娇凤珍贞莲真环爱妹香月莺媛瑞凡云莎锦黛青淑贤"
    "美琼勤菊荣荷蓉蓝菲雯岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁仁贵福生龙元全胜学祥才发武"
    "新利清彬富顺信昌成康星光达安岩中茂进有坚和彪诚敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲"
    "江亮政谦亨奇固之轮翰朗伯宏言若鸣朋梁栋维启克伦翔旭帆士以忠义礼智孝廉德义应正廷绪永世家传宗祖荫崇"
    "素芬碧翠彩凤仙银金国珠巧惠晓小莹洁萱"
)
"""Of which given names are made, more than nine of ten."""

EXAMPLES = ("张三", "李四", "王五", "赵六", "孙七", "周八", "吴九", "郑十")
"""As one says for anybody, and as one writes who means somebody."""
