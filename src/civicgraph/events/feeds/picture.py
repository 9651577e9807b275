"""The picture that chat programs show beside an event's link: 1200 by 630, like a door plate with a calendar leaf.

Chinese needs a font with Chinese characters. One is looked for where systems keep them, or named in the settings; where
there is none, the picture has its date and colours and no words, rather than a row of empty boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
_PAPER, _INK, _GREY, _PLATE, _CINNABAR, _WHITE = "#faf8f3", "#1b1e23", "#5b5f66", "#1d4e89", "#b3261e", "#ffffff"
_EDGE, _LEAF = 64, (64, 96, 304, 396)
_PLACES = (
    *("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    *("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc"),
    *("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    *("/System/Library/Fonts/PingFang.ttc", "C:/Windows/Fonts/msyhbd.ttc", "C:/Windows/Fonts/simsun.ttc"),
)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Words:
    """What stands on a picture, in the order of reading."""

    month: str
    day: str
    place: str
    title: str
    when: str
    where: str
    mark: str
    site: str


@lru_cache(128)
def drawn(words: Words, font_file: str = "") -> bytes:
    """The picture as PNG; the same words give the same bytes."""
    image = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    found = _chinese(font_file)
    _leaf(pen, words, found)
    if found:
        _text(pen, words, found)
    pen.rectangle((0, SIZE[1] - 18, SIZE[0], SIZE[1]), fill=_PLATE)
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def has_chinese(font_file: str = "") -> bool:
    """Whether pictures have words here."""
    return _chinese(font_file) is not None


@lru_cache(8)
def _chinese(font_file: str) -> tuple[str, int] | None:
    """A font with Chinese characters: its file, and the number of its simplified Chinese face."""
    for place in filter(None, (font_file, *_PLACES)):
        if Path(place).is_file():
            return place, _face(place)
    return None


def _face(place: str) -> int:
    for index in range(10):
        try:
            name = ImageFont.truetype(place, 20, index=index).getname()[0] or ""
        except OSError:
            break
        if name.endswith(" SC") or " SC " in name:
            return index
    return 0


@lru_cache(32)
def _font(found: tuple[str, int] | None, size: int) -> Font:
    return ImageFont.truetype(found[0], size, index=found[1]) if found else ImageFont.load_default(size)


def _leaf(pen: ImageDraw.ImageDraw, words: Words, found: tuple[str, int] | None) -> None:
    left, top, right, bottom = _LEAF
    middle = (left + right) // 2
    pen.rectangle(_LEAF, fill=_WHITE, outline=_INK, width=3)
    pen.rectangle((left, top, right, top + 76), fill=_CINNABAR)
    month = words.month if found else "".join(char for char in words.month if char.isascii())
    pen.text((middle, top + 38), month, _WHITE, _font(found, 40), anchor="mm")
    pen.text((middle, top + 76 + (bottom - top - 76) // 2), words.day, _INK, _font(found, 150), anchor="mm")
    if words.mark:  # the day does not hold: said without words too, where there is no font for them
        pen.line((left + 20, bottom - 20, right - 20, top + 96), fill=_CINNABAR, width=14)


def _text(pen: ImageDraw.ImageDraw, words: Words, found: tuple[str, int]) -> None:
    left, width = 352, SIZE[0] - 352 - _EDGE
    plate = _font(found, 34)
    place = _cut(words.place, plate, width - 48)
    wide = int(plate.getlength(place))
    pen.rounded_rectangle((left, 96, left + wide + 48, 156), 8, fill=_PLATE)
    pen.text((left + 24, 126), place, _WHITE, plate, anchor="lm")
    size = next((size for size in (76, 64, 54) if len(list(_lines(words.title, _font(found, size), width))) <= 3), 54)
    title, at = _font(found, size), 186
    if words.mark:
        pen.text((left, at), words.mark, _CINNABAR, _font(found, 44))
        at += 66
    for line in list(_lines(words.title, title, width))[:3]:
        pen.text((left, at), line, _INK, title)
        at += int(size * 1.3)
    small = _font(found, 36)
    pen.text((_EDGE, 470), _cut(words.when, small, SIZE[0] - 2 * _EDGE), _INK, small)
    pen.text((_EDGE, 522), _cut(words.where, small, SIZE[0] - 2 * _EDGE), _GREY, small)
    pen.text((SIZE[0] - _EDGE, 574), words.site, _PLATE, _font(found, 30), anchor="rm")


def _lines(text: str, font: Font, width: int) -> Iterator[str]:
    """A text in lines that fit, broken anywhere between Chinese characters and at spaces of other words."""
    line = ""
    for char in text:
        if font.getlength(line + char) > width and line:
            head, _, rest = line.rpartition(" ")
            keeps_word = bool(head) and char.isascii() and rest.isascii()
            yield head if keeps_word else line
            line = rest if keeps_word else ""
        line += char
    if line.strip():
        yield line


def _cut(text: str, font: Font, width: int) -> str:
    while font.getlength(text) > width:
        text = text.rstrip("…")[:-1] + "…"
    return text
