"""Masking of personal data in free text that becomes public.

Found are: telephone, identity and bank card numbers, vehicle plates, e-mail addresses, numbers of WeChat and QQ
after a word that says so, doors of flats, and names after a word that says so. Digits may be full-width, parted,
or Chinese numerals. What is found is replaced by `MASK`; a detector cannot know every name, so forms say that
everyone reads the words, and staff can take out what is left (`operations/redact.py` of the grievances).

A door (501室, 3-2-501, 十二楼A座) points at somebody's home and is masked, and so does a unit's floor, behind which a
few live; building, unit and a street's number stay, and the floor of what all share (三单元五楼楼道灯): the place of a
broken lamp must be found by whoever reads of it.

Sources: GB 11643-1999 (identity numbers), the national numbering plan (mobile and fixed lines), GA 36-2018
(plates), ISO/IEC 7812-1 (bank cards).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from civicgraph.surnames import CAREFUL, COMPOUND, DOUBTFUL, EXAMPLES, GIVEN, PLAIN

MASK = "＊＊＊"

Span = tuple[int, int]

# Numbers --------------------------------------------------------------------------------------

_NUMERALS = str.maketrans("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_SEP = "[-\\s._·()\u200b-\u200f\u2060\ufeff]{0,3}"

_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_SEP})?1{_SEP}[3-9](?:{_SEP}\d){{9}}(?!\d)")
_FIXED = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_SEP})?0{_SEP}[1-9](?:{_SEP}\d){{8,10}}(?!\d)")
_LOCAL = re.compile(
    rf"(?:电话|座机|手机|号码|联系方式|拨打|致电|tel|phone)[号码是为:,\s]{{0,4}}(\d(?:{_SEP}\d){{6,7}})(?!\d)", re.I
)
_BARE = re.compile(r"(?<![\dA-Z:#-])[2-8]\d{3}[- ]?\d{4}(?![\d.-]|\s?[元米吨户人次个年条张份亿万%])", re.I)
_LONG = re.compile(rf"(?<!\d)\d(?:{_SEP}\d){{11,18}}(?:{_SEP}[xX])?(?!\d)")
_ACCOUNT = re.compile(rf"(?:卡号|账号|帐号|账户|银行卡|存折)[号码是为:,\s]{{0,4}}(\d(?:{_SEP}\d){{8,}})")

_PASSPORT = re.compile(r"(?<![A-Z0-9])(?:[DEGPS]\d{8}|E[A-Z]\d{7})(?![A-Z0-9])", re.I)

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"[{_PROVINCE}]\s?[A-Z](?:[·•.\-\s]{{0,2}})"
    rf"(?=[A-Z0-9]*\d[A-Z]?\d)(?:[A-Z0-9]{{5,6}}|[A-Z0-9]{{4}}[学警港澳挂使领])(?![A-Z0-9])",
    re.I,
)
_SPACED_PLATE = re.compile(
    rf"[{_PROVINCE}]\s{{0,2}}[A-Z](?=[^㐀-鿿]*\d[^㐀-鿿]*\d)(?:[·•.\-\s]{{1,2}}[A-Z0-9]){{5,6}}(?![A-Z0-9])", re.I
)
_EMAIL = re.compile(
    r"(?:(?<![A-Z0-9._%+-])[A-Z0-9._%+-]+|[㐀-鿿]{1,10})\s?@\s?[A-Z0-9㐀-鿿-]+(?:\.[A-Z0-9㐀-鿿-]+)+", re.I
)
_SPELT_EMAIL = re.compile(
    r"(?<![A-Z0-9._-])[A-Z0-9._-]{1,40}\s?(?:[(\[]\s?at\s?[)\]]|\sat\s|艾特|圈a)\s?[A-Z0-9-]{1,40}"
    r"\s?(?:[(\[]\s?dot\s?[)\]]|\sdot\s|点|\.)\s?(?:com|cn|net|org)(?![A-Z])",
    re.I,
)
_CHAT = re.compile(
    r"(?:微信|威信|薇信|wechat|(?<![A-Z])(?:加\s?v|(?:vx|wx|v)(?=[:是为号]))|qq|扣扣|企鹅|抖音|快手|支付宝)(?:号码?|账号)?[是为:,\s]{0,4}"
    r"([A-Z][A-Z0-9_-]{5,19}|\d{5,12})(?![A-Z0-9_])",
    re.I,
)
_BEGIN = r"(?<![\d十百千])"
_TENS = r"\d?十\d?"
"""Of 十二 and 二十三 the digits are folded, the signs between them are not."""
_FLOOR = rf"{_BEGIN}(?:{_TENS}|\d{{1,2}})[楼层]"
_FLAT = rf"(?:(?:\d千)?\d百(?:0\d|{_TENS})|\d{{3,4}})(?![\d十百千])"
_SHARED = r"\s?(?:[到至~-]|楼?[道梯]|走[廊道]|过道|通道|电梯|的?(?:声控|感应|路)?灯|平台|[转拐]角|公共|消防|窗|大?门|入口|大厅|架空|以|上下|之间|[与和]|楼|高)"
"""What stands behind the floor of what all share."""
_DOORS = (
    re.compile(r"(?<!\d)(\d{1,2}-){1,3}\d{1,4}(?=[室房户]|号房|$|[,;!?、。)\s])"),
    re.compile(rf"{_BEGIN}{_FLAT}(?=[室房](?![0-9型内外屋])|号房)"),
    re.compile(rf"(?<=单元)[\s,-]{{0,2}}(?:{_FLOOR}|(?:{_TENS}|\d{{1,2}})[-之])(?:{_TENS}|\d{{1,4}})(?![楼层])号?"),
    re.compile(rf"(?<=单元)[\s,-]{{0,2}}{_FLOOR}(?!{_SHARED})"),
    re.compile(rf"(?<=单元)[\s,-]{{0,2}}{_FLAT}(?![年元米层楼度户人块次个])"),
    re.compile(rf"(?:(?<=[栋幢座])|(?<=号楼))[\s,-]{{0,2}}{_FLAT}(?![-~年元米层楼度户人块次个平路])"),
    re.compile(rf"{_FLOOR}[\s-]?[A-H](?:[座室户]|(?=[房号家]|$|[,;!?、。)\s]))", re.I),
    re.compile(rf"{_FLOOR}(?:{_TENS}|\d{{1,2}})(?=号[房室户家])"),
    re.compile(rf"{_BEGIN}(?:{_TENS}|\d{{1,2}})[A-H](?=[室户房])", re.I),
    re.compile(r"\b(?:flat|apartment|apt\.?)\s?(?:no\.?\s?)?\d{1,4}[A-Z]?\b", re.I),
    re.compile(rf"(?:(?<=住)|(?<=住在)|(?<=我家)){_FLAT}(?![-~年元米层楼度户人块次个平路弄号巷天多])"),
)


def _folded(text: str) -> str:
    """`text` in plain letters and digits, each character in its place: ８ and 八 are 8."""
    plain = "".join(one if len(one) == 1 else char for char in text for one in (unicodedata.normalize("NFKC", char),))
    return plain.translate(_DASHES)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit() or char in "xX").upper()


def _is_identity(number: str) -> bool:
    """18 characters with a day of birth or the right check character; 15, as issued until 1999, with a day of birth."""
    if len(number) == 18 and number[:17].isdigit():
        weighed = sum(int(char) * (2 ** (17 - place) % 11) for place, char in enumerate(number[:17]))
        return _is_day(number[6:14]) or "10X98765432"[weighed % 11] == number[17]
    return len(number) == 15 and number.isdigit() and number[6:8] >= "10" and _is_day("19" + number[6:12])


def _is_day(text: str) -> bool:
    return "1900" < text[:4] < "2100" and "01" <= text[4:6] <= "12" and "01" <= text[6:8] <= "31"


def _is_card(number: str) -> bool:
    """A bank card: 13 to 19 digits whose last fits the others (Luhn)."""
    if not 13 <= len(number) <= 19 or not number.isdigit():
        return False
    doubled = [int(char) * (2 if place % 2 else 1) for place, char in enumerate(reversed(number))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0 and set(number) != {"0"}


def _numbers(plain: str) -> Iterator[Span]:
    plain = plain.translate(_NUMERALS)
    for pattern in (_MOBILE, _FIXED):
        yield from (found.span() for found in pattern.finditer(plain))
    for pattern in (_LOCAL, _ACCOUNT, _CHAT):
        yield from (found.span(1) for found in pattern.finditer(plain))
    for found in _LONG.finditer(plain):
        number = _digits(found[0])
        if _is_identity(number) or _is_card(number):
            yield found.span()
        elif number[-1] == "X" and _is_card(number[:-1]):
            yield found.start(), found.end() - 1
    yield from (found.span() for found in _BARE.finditer(plain) if not _is_day(_digits(found[0])))
    for pattern in (_PLATE, _SPACED_PLATE, _PASSPORT, _EMAIL, _SPELT_EMAIL):
        yield from (found.span() for found in pattern.finditer(plain))


def _doors(plain: str) -> Iterator[Span]:
    plain = plain.translate(_NUMERALS)
    for place, pattern in enumerate(_DOORS):
        for found in pattern.finditer(plain):
            if place or _is_door(found[0]):
                yield found.span()


def _is_door(text: str) -> bool:
    """3-2-501 or 12-501: with a door of three digits at its end; 2026-5-22 is a day, 3-5 a range."""
    parts = text.split("-")
    return len(parts[-1]) >= 3 and not re.fullmatch(r"(?:19|20)\d\d", parts[-1])


# Names ----------------------------------------------------------------------------------------

_HAN = "[㐀-鿿]"
_AFTER = "住在是的电手家联我今想要反来说和与跟给有也就及等为把被叫去从到先女大阿老师"
"""What mostly follows a name and is seldom its last character."""
_WORDS = (
    "谢谢|周[围边末一二三四五六日年]|许[多久可]|严[重格禁肃]|温[度馨暖]|施[工救]|费用|曾经|董事|范围|钟[头点]|雷[雨电声]|胡[同乱]|戴[着口头]"
    "|焦[急虑点]|余[下地款]|汪汪|丁[字点]|莫名|陶瓷|桂花|柳树|陆续|陆地|孙女(?!士)|孙子"
)
"""Words that begin like a name."""
_GIVEN = f"(?:(?![{_AFTER}]){_HAN}){{1,2}}"
_ANY = f"(?:(?!{_WORDS})(?:{'|'.join(COMPOUND)}|[{PLAIN}{DOUBTFUL}]))"
_SURE = f"(?:(?!{_WORDS})(?:{'|'.join(COMPOUND)}|[{PLAIN}]))"
_BEFORE = r"(?:(?<=[^㐀-鿿])|(?<=^)|(?<=[是找给叫位，]))"
_END = rf"(?=$|[^㐀-鿿]|[{_AFTER}])"
_TITLES = (
    "先生|女士|小姐|太太|阿姨|大爷|大妈|大叔|大哥|大姐|大娘|大嫂|奶奶|爷爷|叔叔|伯伯|婆婆|阿婆|嬢嬢|孃孃|师傅|医生|护士"
    "|警官|律师|书记|主任|经理|老板|同学|同志|某某|某"
)
_SAID = (
    "姓名|名字|联系人|联络人|报修人|报警人|反映人|投诉人|举报人|申请人|当事人|负责人|责任人|经办人|收件人|家长|户主|业主|住户|租户|租客|房东"
    "|机主|患者|死者|伤者|老人|邻居|网格员|楼长"
)

_PLACE = "村社镇乡街路巷组寨坝坪湾沟桥县区市屯庄岩山河湖岭垭塘堡店厂校院馆宅井洞园场苑庙关口坡坎头"
"""What makes a place of a name before it: 刘家坪, 李子垭."""
_KIN = "妈|爸|母|父|妻|夫|老公|老婆|丈夫|爱人|孩|儿|女|爷|奶|孙|哥|姐|弟|妹|家|房|车|狗|店|摊|电话|手机|邻居"
_FAMILY = "儿子|女儿|父亲|母亲|爸爸?|妈妈?|爷爷|奶奶|外公|外婆|老公|老婆|丈夫|妻子|爱人|哥哥?|姐姐?|弟弟?|妹妹?|孙子|孙女|孩子|小孩"
_SURNAMES = f"(?!{_WORDS})[{''.join(one for one in PLAIN if one not in CAREFUL)}]"
_COMMON = rf"(?:{_ANY}[{GIVEN}]{{1,2}})"
_BESIDE = "上下边壁面找问请让叫跟和与给对由向是姓户任"
"""What often stands right before a name."""

_NAMES = (
    re.compile(rf"(?:我|名|名字|姓名|本名|真名|人|女|儿)叫做?\s?({_SURE}{_GIVEN})"),
    re.compile(rf"(?:{_SAID})\s?(?:[:,]|是|为|叫|\s)\s?({_ANY}{_GIVEN})(?![先女])"),
    re.compile(rf"(?:{_SAID})({_SURE}{_GIVEN}){_END}"),
    re.compile(rf"(?:我是|本人|我姓|免贵姓?)\s?({_SURE}{_GIVEN}|{_SURE})(?=$|[^㐀-鿿]|[住电手家今想要反])"),
    re.compile(rf"({_SURE}(?:{_GIVEN})?)(?={_TITLES}|老师)"),
    re.compile(rf"{_BEFORE}([{DOUBTFUL}](?:{_GIVEN})?)(?={_TITLES})"),
    re.compile(rf"[老小阿]((?![赖费姜汤余]){_SURE}){_END}"),
    re.compile(rf"(?<!{_HAN})({_SURE}{_GIVEN})(?=[\s:,(]{{0,2}}＊＊＊)"),
    re.compile(rf"(?<=＊＊＊)[\s,(]{{0,2}}({_SURE}{_GIVEN})(?=$|[^㐀-鿿])"),
    re.compile(rf"((?:{'|'.join(COMPOUND)}|{_SURNAMES})[{GIVEN}](?!家)[{GIVEN}])(?![{_PLACE}]|家[{_PLACE}])"),
    re.compile(rf"(?:(?<![㐀-鿿])|(?<=[{_BESIDE}]))({_COMMON})(?=家(?!{_HAN}?[{_PLACE}])|的(?:{_KIN}))"),
    re.compile(rf"(?:找|问|联系)({_SURE}[{GIVEN}])(?=处理|解决|办|谈|说|问|帮|反映|协调|联系|了解|$|[^㐀-鿿])"),
    re.compile(rf"({'|'.join(EXAMPLES)})(?![{_PLACE}月日号点])"),
    re.compile(rf"我(?:家|的)?(?:{_FAMILY})叫?\s?({_SURE}{_GIVEN}){_END}"),
    re.compile(r"(?:\bI['’]m|\bI am|\b[Tt]his is|我是|我叫|名叫|联系人[:是]?)\s*([A-Z][a-z]+\s[A-Z][a-z]+)"),
    re.compile(r"(?:[Mm]y name is|[Nn]ame:|[Cc]ontact:|[Cc]alled|\b(?:Mr|Mrs|Ms|Miss|Dr)\.?)\s+([A-Z][a-z]+(?:\s[A-Z][a-z]+)?)"),
)  # fmt: skip


def _names(plain: str) -> Iterator[Span]:
    for pattern in _NAMES:
        for found in pattern.finditer(plain):
            group = next(number for number in range(1, pattern.groups + 1) if found[number])
            yield found.span(group)


# Masking --------------------------------------------------------------------------------------


def mask_personal(text: str) -> str:
    """`text` without numbers, addresses and names that point at a person."""
    return _masked(text, _numbers, _doors, _names)


def mask_known(text: str, name: str) -> str:
    """`text` without a name that is known (钱多多家里没人), wherever it stands. What is given as a name and is none stays: 居民, 业主."""
    name = _folded(name).strip()
    is_chinese = re.fullmatch(r"[㐀-鿿·]{2,8}", name) and (
        name[0] in PLAIN + DOUBTFUL or name[:2] in COMPOUND or "·" in name
    )
    if is_chinese:
        pattern = re.compile(_SEP.join(map(re.escape, name)))
    elif re.fullmatch(r"[a-z][a-z .'’-]{2,60}", name, re.I):
        pattern = re.compile(rf"(?<![a-z]){r'[ .-]*'.join(map(re.escape, name.split()))}(?![a-z])", re.I)
    else:
        return text
    return _replaced(text, [match.span() for match in pattern.finditer(_folded(text))])


def mask_words(text: str, words: Iterable[str]) -> str:
    """`text` without words that are known, wherever they stand, however they are parted or set: what an enterprise is called."""
    plain = _folded(text)
    patterns = [_SEP.join(map(re.escape, _folded(word))) for word in words]
    return _replaced(text, [found.span() for one in patterns for found in re.finditer(one, plain, re.I)])


def mask_numbers(text: str) -> str:
    """The same for what names a body or a team: 老马调解室 keeps its name, a telephone number goes."""
    return _masked(text, _numbers)


def _masked(text: str, *detectors: Callable[[str], Iterator[Span]]) -> str:
    """Until nothing more is found: what stands beside a mask may itself be told by it."""
    while True:
        plain = _folded(text)
        # NFKC makes of ＊ a *: the mask itself is told by its own sign.
        plain = "".join("＊" if char == "＊" else one for char, one in zip(text, plain, strict=True))
        masked = _replaced(text, [span for detect in detectors for span in detect(plain)])
        if masked == text:
            return text
        text = masked


def _replaced(text: str, spans: list[Span]) -> str:
    parts, end = [], 0
    for start, stop in sorted(spans):
        if stop <= end:
            continue
        if start >= end:
            parts += [text[end:start], MASK]
        end = stop
    return "".join(parts) + text[end:]


def mask_name(name: str) -> str:
    """陈＊＊, for whoever has to tell two reporters apart; how long a name is says who it is, so all look alike."""
    return name.strip()[:1] + "＊＊" if len(name.strip()) > 1 else "＊＊" if name.strip() else ""


def mask_phone(phone: str) -> str:
    """138****0000: enough to recognise one's own number, not enough to call it."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 9 else "****"


def mask_email(email: str) -> str:
    """l***@example.cn"""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"
