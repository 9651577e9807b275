"""Pictures for tests: honest ones, and those that mean harm."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw

GPS = {1: "N", 2: (27.0, 41.0, 30.0), 3: "E", 4: (106.0, 55.0, 12.0)}
CAMERA = "Telltale 3000"


def photo(width: int = 640, height: int = 480, colour: str = "teal", kind: str = "JPEG") -> bytes:
    """A plain photo with a light square in its upper left corner."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill="white")
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def telltale() -> bytes:
    """A photo as a phone makes it: turned by a note in it, with place, time, camera and a comment."""
    image = Image.new("RGB", (400, 300), "navy")
    ImageDraw.Draw(image).rectangle((0, 0, 100, 75), fill="white")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    exif[0x0110] = CAMERA
    exif[0x9003] = "2026:05:22 19:00:00"
    exif.get_ifd(0x8825).update(GPS)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"taken at home")
    return out.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of some kilobytes that holds billions of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 4_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def polyglot() -> bytes:
    """A picture with a page behind its end that would run a script."""
    return photo() + b"<html><script>alert(document.cookie)</script></html>"
