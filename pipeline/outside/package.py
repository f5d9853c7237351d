"""The directory of a zip. Python's reader takes it into memory whole before anybody can count its members."""

import zipfile
from typing import Any, BinaryIO

LARGEST_DIRECTORY = 1 << 20  # bytes; 2,000 members with long names have a third of it
SIZE = 5  # where the size of the directory stands in what zipfile found at the end of a file

_end_record: Any = zipfile._EndRecData  # type: ignore[attr-defined]  # its own search, so that both look at the same place


def has_endless_directory(file: BinaryIO) -> bool:
    """Whether the directory is larger than that of any honest workbook or document: then it must not be read."""
    found = _end_record(file)
    file.seek(0)
    return bool(found) and found[SIZE] > LARGEST_DIRECTORY
