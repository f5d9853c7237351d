"""Whether a paper may be shown to others: its inner structure, and what a virus scanner says of it.

`SCANNER_URL` names the scanner: `clamd://host:port`, or `structure:` where none is wanted (the demonstration, tests).
Without it no paper is ever found clean: closed, never open.
"""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from clamav_client.clamd import ClamdError, ClamdNetworkSocket
from django.conf import settings

from pipeline.outside import pdf, photograph
from pipeline.outside.package import has_endless_directory

MEMBERS, UNPACKED, RATIO = 1_000, 200 * 1024 * 1024, 100
SECONDS = 20.0
ENDLESS, NOT_OFFICE, MISSING_PART = "its directory is endless", "not an Office file inside", "{part} is missing"
MACROS, SLIPS, BOMB = "macros or embedded files", "names that lead out of it", "unpacks to far more than it should"
OFFICE = {"spreadsheetml": "xl/workbook.xml", "wordprocessingml": "word/document.xml"}


class ScannerDown(Exception):
    """Nobody could look at the file; it waits."""


def objections(content: BinaryIO, media_type: str) -> list[str]:
    """Why the file must not be shown; empty where nothing was found. Raises ScannerDown."""
    return [*flaws(content, media_type), *_virus(content)]


def flaws(content: BinaryIO, media_type: str) -> list[str]:
    """What is wrong with the inner structure, told without any scanner."""
    return list(_structure(content, media_type))


def _structure(content: BinaryIO, media_type: str) -> Iterator[str]:
    if media_type in photograph.FORMATS:
        yield from photograph.flaws(content, media_type)
    elif media_type == "application/pdf":
        yield from pdf.flaws(content)
    else:
        yield from _office(content, media_type)


def _office(content: BinaryIO, media_type: str) -> Iterator[str]:
    part = next((path for kind, path in OFFICE.items() if kind in media_type), None)
    if part is None:
        return
    content.seek(0)
    if has_endless_directory(content):
        yield ENDLESS
        return
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        yield NOT_OFFICE
        return
    names = {member.filename for member in members}
    packed, unpacked = sum(m.compress_size for m in members), sum(m.file_size for m in members)
    if part not in names:
        yield MISSING_PART.format(part=part)
    if any(name.endswith(("vbaProject.bin", ".exe", ".dll")) or "/embeddings/" in name for name in names):
        yield MACROS
    if any(_leaves(name) for name in names):
        yield SLIPS
    if len(members) > MEMBERS or unpacked > UNPACKED or unpacked > RATIO * max(packed, 1):
        yield BOMB


def _leaves(name: str) -> bool:
    """Whether a member's name would lead out of the folder it is unpacked into."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name


def _virus(content: BinaryIO) -> Iterator[str]:
    address = settings.SCANNER_URL
    if address.scheme == "structure":
        return
    if address.scheme != "clamd" or address.hostname is None:
        raise ScannerDown("SCANNER_URL names no scanner")
    content.seek(0)
    try:
        client = ClamdNetworkSocket(address.hostname, address.port or 3310, SECONDS)
        state, found = client.instream(content)["stream"]
    except (ClamdError, OSError, KeyError) as error:
        raise ScannerDown(str(error)) from error
    if state == "FOUND":
        yield found or "a virus"
    elif state != "OK":
        raise ScannerDown(f"the scanner answered {state}")
