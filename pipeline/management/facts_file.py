"""One firm's facts from a file of JSON."""

import json
from pathlib import Path
from typing import Any

from pipeline.rules import Fault, Label

MOST_BYTES = 20_000_000


class Unreadable(Exception):
    """There is nothing to be judged: what is wrong with the file or with the arguments, each with its place."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def unreadable(place: str, zh: str, en: str) -> Unreadable:
    return Unreadable(Fault(place, Label(zh, en)))


def content(file: Path) -> Any:
    """What the file holds; Unreadable where it is no JSON or names an entry twice."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise unreadable(str(file), f"读不到文件：{error.strerror}", f"cannot be read: {error.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise unreadable(str(file), "文件过大", "the file is too large")
    try:
        return json.loads(raw, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError) as error:
        raise unreadable(str(file), f"不是 JSON：{error}", f"not JSON: {error}") from None


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} stands twice in one object")
    return dict(pairs)
