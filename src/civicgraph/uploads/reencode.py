"""Cleans one picture in a process of its own: `python -I reencode.py [blur]`, the picture at its standard input.

It answers a line of JSON and behind it three JPEGs: large, page and list. Whatever the picture held beside its
pixels is gone: EXIF with its place and time, comments, thumbnails, profiles, what stood behind its end. How it is
to be turned is done to the pixels. Nothing of the application is imported here, and no secret is in its environment.

A picture that breaks the decoder breaks this process alone: its memory, its time and its files are bounded before
the first byte is read.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MEMORY_BYTES = 900_000_000
CPU_SECONDS = 20
MAX_PIXELS = 25_000_000
SIZES = (2560, 1280, 480)
"""Pixels of the longer side of what is kept: as it is, on a page, in a list."""
QUALITY = 82
MOSAIC = 6
"""Squares along the longer side of what is blurred: fewer than a number plate has characters."""


class TooLarge(Exception):
    """More pixels than are decoded."""


def bound() -> None:
    """Give this process no more than it needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse(reason: str) -> None:
    """Answer why the picture is not taken."""
    sys.stdout.buffer.write(json.dumps({"refused": reason}).encode() + b"\n")


def main() -> None:
    """Clean what comes in; with an argument, also blur its regions: `x,y,width,height` in thousandths, by semicolons."""
    bound()
    data = sys.stdin.buffer.read()
    try:
        plain = opened(data)
    except (TooLarge, MemoryError):
        refuse("pixels")
        return
    except Exception:  # whatever a broken file makes the decoder say
        refuse("broken")
        return
    for region in regions(sys.argv[1] if len(sys.argv) > 1 else ""):
        blur(plain, region)
    made = [jpeg(plain, size) for size in SIZES]
    head = {"width": plain.width, "height": plain.height, "sizes": [len(one) for one in made]}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(made))


def opened(data: bytes) -> Image.Image:
    """The pixels of a picture, upright, on white where it is transparent, no larger than the largest size."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # ours is checked before anything is decoded
    image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF"))
    if image.width * image.height > MAX_PIXELS:
        raise TooLarge
    image.draft("RGB", (SIZES[0], SIZES[0]))
    image.load()
    turned = ImageOps.exif_transpose(image)
    is_clear = turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info
    turned = turned.convert("RGBA" if is_clear else "RGB")
    turned.thumbnail((SIZES[0], SIZES[0]))
    plain = Image.new("RGB", turned.size, "white")
    plain.paste(turned, mask=turned.getchannel("A") if is_clear else None)
    return plain


def jpeg(plain: Image.Image, size: int) -> bytes:
    """The picture with its longer side no longer than `size`."""
    smaller = plain.copy()
    smaller.thumbnail((size, size))
    out = io.BytesIO()
    smaller.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def regions(text: str) -> list[tuple[int, int, int, int]]:
    """The regions that an argument names."""
    return [tuple(int(part) for part in one.split(",")) for one in text.split(";") if one]  # type: ignore[misc]


def blur(image: Image.Image, region: tuple[int, int, int, int]) -> None:
    """Put a few squares of one colour each in the place of a region."""
    x, y, width, height = region
    left, top = image.width * x // 1000, image.height * y // 1000
    right = min(image.width, -(-image.width * (x + width) // 1000))
    bottom = min(image.height, -(-image.height * (y + height) // 1000))
    if right <= left or bottom <= top:
        return
    box = (left, top, right, bottom)
    part = image.crop(box)
    step = max(part.size) / MOSAIC
    coarse = part.resize((max(1, round(part.width / step)), max(1, round(part.height / step))))
    image.paste(coarse.resize(part.size), box)


if __name__ == "__main__":
    main()
