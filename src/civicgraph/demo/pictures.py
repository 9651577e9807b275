"""Small drawn pictures of the demo city: a dark street lamp, a puddle, the lamp mended, what is grown. No camera, no place, no time in them."""

from __future__ import annotations

from PIL import Image, ImageDraw

from civicgraph.uploads import store
from civicgraph.uploads.cleaning import Cleaned
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import new_name
from civicgraph.uploads.reencode import SIZES, jpeg
from civicgraph.uploads.rules import IMAGE

_SIZE = (960, 720)


def lamp(*, is_lit: bool) -> Image.Image:
    """A street lamp at dusk before a house."""
    image = Image.new("RGB", _SIZE, "#2b3a55")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 960, 720), fill="#3d3f45")
    draw.rectangle((80, 180, 430, 560), fill="#4a4f5e")
    for row in range(4):
        for column in range(3):
            left, top = 115 + column * 105, 215 + row * 85
            draw.rectangle((left, top, left + 60, top + 50), fill="#d8b56a" if (row + column) % 3 == 0 else "#333949")
    if is_lit:
        draw.polygon(((700, 195), (540, 640), (900, 640)), fill="#7b745c")
    draw.rectangle((692, 160, 708, 620), fill="#191c22")
    draw.rectangle((640, 150, 760, 175), fill="#191c22")
    draw.ellipse((660, 170, 740, 210), fill="#fff1bf" if is_lit else "#3a3d44")
    return image


def puddle() -> Image.Image:
    """A puddle over the whole way at the gate of a compound."""
    image = Image.new("RGB", _SIZE, "#c9d3d6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 300, 960, 720), fill="#9a9890")
    draw.rectangle((90, 90, 150, 330), fill="#8d5b4c")
    draw.rectangle((810, 90, 870, 330), fill="#8d5b4c")
    draw.rectangle((60, 70, 900, 110), fill="#a4533f")
    draw.ellipse((140, 400, 830, 660), fill="#5c7787")
    draw.ellipse((230, 440, 640, 560), fill="#7d97a5")
    for x, y, width in ((300, 470, 90), (520, 590, 120), (640, 500, 70)):
        draw.arc((x, y, x + width, y + width // 3), 180, 360, fill="#c7d8df", width=4)
    return image


def mushrooms() -> Image.Image:
    """Mushrooms at a log in the woods."""
    image = Image.new("RGB", _SIZE, "#dfe6d3")
    draw = ImageDraw.Draw(image)
    for x in range(40, 960, 130):
        draw.rectangle((x, 0, x + 26, 470), fill="#a9b392")
    draw.rectangle((0, 470, 960, 720), fill="#8b9a6b")
    draw.rounded_rectangle((60, 520, 900, 640), 60, fill="#6d5743")
    draw.ellipse((840, 520, 900, 640), fill="#b59a78")
    for x, y, size in ((200, 360, 190), (400, 410, 130), (560, 330, 220), (760, 430, 110)):
        draw.rounded_rectangle((x - size // 7, y, x + size // 7, 560), size // 8, fill="#f1e9dc")
        draw.pieslice((x - size // 2, y - size // 2, x + size // 2, y + size // 2), 180, 360, fill="#8f5b3d")
        draw.rectangle((x - size // 2, y - 4, x + size // 2, y + 8), fill="#cfa987")
    return image


def leaves() -> Image.Image:
    """Rows of tea on a hill, with a bud and two leaves in front."""
    image = Image.new("RGB", _SIZE, "#dbe7ea")
    draw = ImageDraw.Draw(image)
    for row in range(6):
        top = 260 + row * 78
        draw.ellipse((-300, top, 1260, top + 520), fill=("#6f9a5b", "#5b8749")[row % 2])
    draw.line((480, 690, 480, 330), fill="#3f6b33", width=14)
    draw.ellipse((450, 180, 510, 380), fill="#a9cf7c")
    draw.polygon(((480, 520), (250, 400), (200, 300), (340, 340), (470, 460)), fill="#86b861")
    draw.polygon(((480, 560), (700, 430), (770, 330), (620, 370), (490, 490)), fill="#78ab55")
    return image


def peppers() -> Image.Image:
    """Red peppers on a bamboo tray."""
    image = Image.new("RGB", _SIZE, "#efe6d2")
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, 90, 870, 660), fill="#c9a566")
    draw.ellipse((130, 125, 830, 625), fill="#e0c489")
    for x, y, lean in (
        (300, 220, 60),
        (430, 180, -40),
        (560, 240, 50),
        (380, 360, -60),
        (520, 380, 30),
        (640, 330, -30),
    ):
        draw.polygon(((x - 26, y), (x + 26, y), (x + 18 + lean, y + 170), (x + lean, y + 200)), fill="#b3291f")
        draw.ellipse((x - 26, y - 20, x + 26, y + 24), fill="#b3291f")
        draw.rectangle((x - 5, y - 54, x + 5, y - 14), fill="#4d7a3a")
    return image


def shoots() -> Image.Image:
    """Bamboo shoots before bamboo."""
    image = Image.new("RGB", _SIZE, "#e3ead9")
    draw = ImageDraw.Draw(image)
    for x in range(30, 960, 105):
        draw.rectangle((x, 0, x + 34, 560), fill="#7fa26a")
        for y in range(60, 560, 120):
            draw.line((x, y, x + 34, y), fill="#5f8350", width=6)
    draw.rectangle((0, 560, 960, 720), fill="#9a8a63")
    for x, high in ((250, 330), (430, 420), (620, 300), (760, 220)):
        draw.polygon(((x - 60, 620), (x, 620 - high), (x + 60, 620)), fill="#b08a4f")
        for step in range(1, 4):
            y = 620 - high * step // 4
            draw.line((x - 60 + step * 14, y, x + 60 - step * 14, y - 24), fill="#8b6a3a", width=6)
    return image


def greens() -> Image.Image:
    """A basket of greens."""
    image = Image.new("RGB", _SIZE, "#f0eadb")
    draw = ImageDraw.Draw(image)
    for x, y, size in ((250, 280, 240), (430, 220, 270), (620, 270, 250), (520, 330, 200)):
        draw.ellipse((x - size // 2, y - size // 2, x + size // 2, y + size // 2), fill="#6f9f52")
        draw.line((x, y + size // 2, x, y - size // 3), fill="#cfe0b4", width=10)
    draw.polygon(((150, 360), (810, 360), (720, 640), (240, 640)), fill="#b58a4e")
    for step in range(5):
        y = 390 + step * 54
        draw.line((165 + step * 14, y, 795 - step * 14, y), fill="#8f6a37", width=8)
    return image


def jar() -> Image.Image:
    """A jar with a cloth over its lid, on a table."""
    image = Image.new("RGB", _SIZE, "#e8e2d6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 960, 720), fill="#a77f55")
    draw.rounded_rectangle((330, 250, 630, 620), 70, fill="#7a4a2f")
    draw.rounded_rectangle((370, 360, 590, 520), 12, fill="#efe3c4")
    draw.line((400, 410, 560, 410), fill="#7a4a2f", width=8)
    draw.line((400, 460, 520, 460), fill="#7a4a2f", width=8)
    draw.polygon(((310, 270), (350, 170), (610, 170), (650, 270)), fill="#a8322a")
    draw.rectangle((340, 240, 620, 262), fill="#d9b35b")
    return image


def art_night() -> Image.Image:
    """A museum at night: lit windows, a red sculpture on the square, people before it."""
    image = Image.new("RGB", _SIZE, "#1f2a44")
    draw = ImageDraw.Draw(image)
    draw.ellipse((790, 60, 870, 140), fill="#efe3c4")
    draw.rectangle((0, 540, 960, 720), fill="#39405a")
    draw.polygon(((60, 250), (330, 150), (600, 250)), fill="#6b5a4a")
    draw.rectangle((90, 250, 570, 560), fill="#8a7560")
    for left in range(130, 560, 110):
        draw.rectangle((left, 310, left + 60, 560), fill="#f4d58a")
    draw.polygon(((690, 600), (720, 330), (800, 250), (780, 400), (850, 330), (810, 600)), fill="#b3291f")
    draw.rectangle((660, 600, 840, 640), fill="#d9d2c3")
    for x, high in ((200, 120), (270, 95), (430, 125), (520, 105), (610, 120), (890, 115)):
        draw.ellipse((x - 20, 640 - high, x + 20, 680 - high), fill="#141a2b")
        draw.rounded_rectangle((x - 28, 685 - high, x + 28, 720), 22, fill="#141a2b")
    return image


def canteen() -> Image.Image:
    """A tray with three dishes, soup and rice on a wooden table."""
    image = Image.new("RGB", _SIZE, "#c79b6a")
    draw = ImageDraw.Draw(image)
    for y in range(90, 720, 120):
        draw.line((0, y, 960, y), fill="#b3875a", width=5)
    draw.rounded_rectangle((120, 110, 840, 640), 50, fill="#eceff0")
    for left, colour, piece in ((160, "#7fa356", "#55803a"), (390, "#c9552f", "#8f3a1f"), (620, "#e3bf5d", "#c79a35")):
        draw.rounded_rectangle((left, 150, left + 190, 340), 26, fill="#d5dadc")
        draw.ellipse((left + 18, 168, left + 172, 322), fill=colour)
        for x, y in ((52, 205), (98, 190), (120, 245), (70, 262), (105, 285)):
            draw.ellipse((left + x, y, left + x + 26, y + 18), fill=piece)
    draw.ellipse((180, 380, 420, 610), fill="#ffffff", outline="#c9cfd1", width=6)
    draw.ellipse((215, 410, 385, 580), fill="#f7f4ea")
    draw.ellipse((470, 390, 680, 600), fill="#ffffff", outline="#c9cfd1", width=6)
    draw.ellipse((500, 420, 650, 570), fill="#e9c98a")
    for x, y in ((540, 470), (590, 450), (580, 520)):
        draw.ellipse((x, y, x + 24, y + 16), fill="#6f9f52")
    draw.line((740, 390, 760, 620), fill="#6d4a2c", width=10)
    draw.line((780, 390, 790, 620), fill="#6d4a2c", width=10)
    return image


async def keep(image: Image.Image, uploaded_by: int | None = None) -> str:
    """The picture among the uploads, as cleaning would leave it; the name by which something claims it."""
    contents = {size: jpeg(image, side) for size, side in zip(("large", "page", "list"), SIZES, strict=True)}
    cleaned = Cleaned(IMAGE, contents, image.width, image.height)
    digest = await store.keep(cleaned)
    facts = {"media_type": IMAGE, "size_bytes": len(cleaned.whole), "width": image.width, "height": image.height}
    row = Upload(name=new_name(), content_hash=digest, original_hash=digest, uploaded_by_id=uploaded_by, **facts)
    await row.save()
    return row.name
