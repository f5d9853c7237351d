"""Where documents lie: content-addressed, on a disk or in an S3-compatible store, under the same names in both."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, cast
from unicodedata import normalize

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

LONGEST_NAME = 200
CHUNK = 1024 * 1024
INNER = "/documents/"


class DiskStorage(FileSystemStorage):
    """A folder. A file appears under its name whole or not at all."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
            for piece in content.chunks(CHUNK):
                draft.write(piece)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(target)
        return name


def plain_name(name: str) -> str:
    """A file's name as text: no folders, no invisible signs, and its ending kept."""
    text = normalize("NFC", Path(name.replace("\\", "/")).name)
    return "".join(sign for sign in text if sign.isprintable())[-LONGEST_NAME:]


def keep(content: BinaryIO) -> str:
    """Store what the stream holds, once; its SHA-256, by which it is found again."""
    digest = hashlib.sha256()
    content.seek(0)
    for piece in iter(lambda: content.read(CHUNK), b""):
        digest.update(piece)
    key = digest.hexdigest()
    content.seek(0)
    documents = storages["documents"]
    if not documents.exists(_name(key)):
        documents.save(_name(key), File(content))
    return key


def fetch(sha256: str) -> BinaryIO:
    """The stored bytes, open for reading."""
    return cast(BinaryIO, storages["documents"].open(_name(sha256)))


def lay_at(sha256: str, place: Path) -> None:
    """The stored bytes as a file at a place, for reading: a link to them where they lie on this disk, else a copy."""
    documents = storages["documents"]
    try:
        place.symlink_to(documents.path(_name(sha256)))
    except NotImplementedError:  # no store of files on this disk
        with fetch(sha256) as content, place.open("wb") as target:
            shutil.copyfileobj(content, target, CHUNK)


def drop(sha256: str) -> None:
    """Remove what nobody refers to any more."""
    storages["documents"].delete(_name(sha256))


def inner_address(sha256: str) -> str:
    """Where a web server that sends files itself finds the stored bytes (`X-Accel-Redirect`)."""
    return f"{INNER}{_name(sha256)}"


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:]}"
