"""What comes in: by its content, within bounds, drawn anew."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from civicgraph import settings as configuration
from civicgraph.operations import InvalidInput
from civicgraph.uploads.cleaning import clean, redraw
from civicgraph.uploads.rules import IMAGE, safe_filename
from tests.conftest import make_settings
from tests.uploads import pictures


@pytest.fixture(autouse=True)
def bounds() -> None:
    configuration.use(make_settings("sqlite://unused.sqlite3", upload_megabytes=1))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


async def test_place_time_and_camera_are_gone_and_the_picture_stands_upright() -> None:
    sent = pictures.telltale()
    assert pictures.CAMERA.encode() in sent
    assert opened(sent).getexif().get_ifd(0x8825)
    cleaned = await clean(sent)
    assert (cleaned.width, cleaned.height) == (300, 400)
    for content in cleaned.contents.values():
        image = opened(content)
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
        assert pictures.CAMERA.encode() not in content
        right, left = image.getpixel((image.width - 5, 5)), image.getpixel((5, 5))
        assert min(right) > 200 > max(left)  # type: ignore[arg-type, type-var]  # the light corner was turned to the right


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_every_picture_becomes_a_jpeg_in_three_sizes(kind: str) -> None:
    cleaned = await clean(pictures.photo(1600, 900, kind=kind))
    assert {name: opened(one).size for name, one in cleaned.contents.items()} == {
        "large": (1600, 900),
        "page": (1280, 720),
        "list": (480, 270),
    }
    assert {opened(one).format for one in cleaned.contents.values()} == {"JPEG"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pictures.bomb(), "pixels"),
        (pictures.photo()[:900], "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "kind"),
        (b"GIF8 or not", "kind"),
        (b"MZ\x90\0" + b"\0" * 200, "kind"),
        (b"<html><body>hello", "kind"),
        (b"\xff\xd8\xff" + b"\0" * 1_000_001, "bytes"),
        (b"", "empty"),
    ],
)  # fmt: skip
async def test_what_would_harm_or_cannot_be_read_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await clean(data)
    (error,) = refused.value.errors
    assert error.code == f"upload_{code}"
    assert "请" in error.message


async def test_a_picture_of_a_few_bytes_and_just_under_the_bound_is_not_more_than_its_memory() -> None:
    with pytest.raises(InvalidInput):  # cut off, so it is broken; what matters is that it ends
        await clean(pictures.bomb(5_000, 5_000))


async def test_what_stands_behind_the_end_of_a_picture_is_not_kept() -> None:
    cleaned = await clean(pictures.polyglot())
    assert not [one for one in cleaned.contents.values() if b"script" in one]


async def test_a_blurred_region_has_no_detail_left_and_the_rest_stays() -> None:
    lines = Image.new("RGB", (400, 400), "white")
    for x in range(0, 400, 2):
        lines.paste("black", (x, 0, x + 1, 400))
    out = io.BytesIO()
    lines.save(out, "PNG")
    image = opened((await redraw(out.getvalue(), [(0, 0, 500, 500)])).whole).convert("L")
    blurred, sharp = image.crop((10, 10, 150, 150)), image.crop((250, 250, 390, 390))
    assert blurred.getextrema()[1] - blurred.getextrema()[0] < 30  # type: ignore[operator]
    assert sharp.getextrema()[1] - sharp.getextrema()[0] > 150  # type: ignore[operator]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\楼道.jpg", "楼道.jpg"),
        ('a"; filename="b.html\r\nx: y', "a filenameb.htmlx y"),
        ("...", ""),
        ("照" * 300, "照" * 100),
    ],
)
def test_a_files_name_leads_nowhere(sent: str, kept: str) -> None:
    assert safe_filename(sent, IMAGE) == kept
