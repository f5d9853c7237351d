"""What a PDF brings along besides its pages: scripts, programs, other files. Told from its names; nothing is run."""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SCRIPTS, FILES, LOCKED = "scripts", "files embedded in it", "locked, so that nobody can look inside"
NAMES = {
    SCRIPTS: re.compile(rb"/(?:JavaScript|JS|Launch|XFA)(?![A-Za-z0-9])"),
    FILES: re.compile(rb"/(?:EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])"),
}
ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
PACKED = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
STREAM = re.compile(rb"(?<!end)stream\r?\n")
END = b"endstream"
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
HEAD = 2_000  # bytes before a stream in which its dictionary is looked for
MOST_UNPACKED = 50 * 1024 * 1024  # of all its packed objects together


def flaws(content: BinaryIO) -> Iterator[str]:
    content.seek(0)
    spoken = list(_spoken(content.read()))
    for flaw, names in NAMES.items():
        if any(names.search(part) for part in spoken):
            yield flaw
    if any(ENCRYPTED.search(part) for part in spoken) and any(PACKED.search(part) for part in spoken):
        yield LOCKED


def _spoken(whole: bytes) -> Iterator[bytes]:
    """What the file says in names: all outside its streams, and the objects packed into streams."""
    at, left = 0, MOST_UNPACKED
    while found := STREAM.search(whole, at):
        between = _plain(whole[at : found.start()])
        yield between
        end = whole.find(END, found.end())
        end = len(whole) if end < 0 else end
        if PACKED.search(between[-HEAD:]):
            objects = _unpacked(whole[found.end() : end], left)
            left -= len(objects)
            yield _plain(objects)
        at = end
    yield _plain(whole[at:])


def _plain(text: bytes) -> bytes:
    """Names with their escapes read: /J#53 is /JS."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text)


def _unpacked(packed: bytes, most: int) -> bytes:
    """At most so many bytes; nothing where it is packed in another way than PDF's usual one."""
    try:
        return zlib.decompressobj().decompress(packed, max(most, 1))
    except zlib.error:
        return b""
