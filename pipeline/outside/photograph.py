"""Photographs and scans: whether they can be read within limits, and a copy that tells nothing but the picture."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.Image import DecompressionBombError

MOST_PIXELS = 40_000_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
TOO_LARGE, UNREADABLE = "more pixels than are read", "not readable as a picture"
QUALITY = 90  # print on a scanned page stays sharp


def flaws(content: BinaryIO, media_type: str) -> Iterator[str]:
    """What forbids to read the picture; told from its head, before a pixel is unpacked."""
    content.seek(0)
    try:
        with Image.open(content, formats=[FORMATS[media_type]]) as picture:
            width, height = picture.size
    except DecompressionBombError:
        yield TOO_LARGE
        return
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        yield UNREADABLE
        return
    if width * height > MOST_PIXELS:
        yield TOO_LARGE


def plain_copy(content: BinaryIO, media_type: str) -> BytesIO | None:
    """The picture written anew, upright, without place, camera, remarks or what hangs behind it; None where it breaks
    off. Needs a picture without `flaws`.
    """
    content.seek(0)
    copy, kind = BytesIO(), FORMATS[media_type]
    try:
        with Image.open(content, formats=[kind]) as picture:
            upright = ImageOps.exif_transpose(picture)
            upright.info.clear()
            upright.save(copy, kind, **({"quality": QUALITY} if kind == "JPEG" else {}))
    except (OSError, ValueError, SyntaxError):
        return None
    copy.seek(0)
    return copy
