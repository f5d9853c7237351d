"""A photograph is shown upright and without what the camera wrote into it; one that is too large is never unpacked."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from pipeline.outside import photograph

JPEG, PNG = "image/jpeg", "image/png"
ORIENTATION, MAKER, PLACE = 0x0112, 0x010F, 0x8825


def taken(kind: str = "JPEG", size: tuple[int, int] = (30, 20), **also: Any) -> BytesIO:
    """A picture as a telephone takes it: lying on its side, with maker and place."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "CANARY-CAMERA"
    exif[PLACE] = {1: "N", 2: (30.0, 15.0, 7.0), 3: "E", 4: (119.0, 43.0, 30.0)}
    content = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(content, kind, exif=exif, **also)
    return content


def a_head_of(width: int, height: int) -> BytesIO:
    """A PNG whose head promises so many pixels and which holds none."""
    head = b"IHDR" + struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack("!I", 13) + head + struct.pack("!I", zlib.crc32(head))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IEND\xaeB`\x82")


def test_place_camera_and_remarks_are_gone_and_the_picture_stands_upright() -> None:
    content = taken(comment=b"CANARY-REMARK")
    content.seek(0, 2)
    content.write(b"CANARY-BEHIND")
    assert b"CANARY-CAMERA" in content.getvalue()
    copy = photograph.plain_copy(content, JPEG)
    assert copy is not None
    assert b"CANARY" not in copy.getvalue()
    with Image.open(copy) as shown:
        assert shown.size == (20, 30)
        assert len(shown.getexif()) == 0


def test_a_png_keeps_its_points_and_loses_its_texts() -> None:
    copy = photograph.plain_copy(taken("PNG"), PNG)
    assert copy is not None
    assert b"eXIf" not in copy.getvalue()
    assert b"CANARY" not in copy.getvalue()
    with Image.open(copy) as shown:
        assert shown.convert("RGB").getpixel((0, 0)) == (200, 30, 30)


def test_a_sound_picture_has_no_flaws() -> None:
    assert list(photograph.flaws(taken(), JPEG)) == []


@pytest.mark.parametrize("size", [(8_000, 5_001), (60_000, 60_000)])
def test_a_bomb_of_pixels_is_told_by_its_head(size: tuple[int, int]) -> None:
    assert list(photograph.flaws(a_head_of(*size), PNG)) == [photograph.TOO_LARGE]


@pytest.mark.parametrize("content", [b"\xff\xd8\xff photo", b"%PDF-1.7", b""])
def test_what_is_no_picture_is_told(content: bytes) -> None:
    assert list(photograph.flaws(BytesIO(content), JPEG)) == [photograph.UNREADABLE]


def test_a_picture_of_another_kind_is_not_read_as_what_it_says() -> None:
    assert list(photograph.flaws(taken("PNG"), JPEG)) == [photograph.UNREADABLE]


def test_a_picture_that_breaks_off_gives_no_copy() -> None:
    whole = taken(size=(600, 400)).getvalue()
    assert photograph.plain_copy(BytesIO(whole[: len(whole) // 2]), JPEG) is None
