"""Judges one facts file by a book, without a database: `manage.py assess FACTS.json --book hte --on 2026-05-20`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from pipeline.rules import Assessment, FactsRefused, Fault, Label, NoBook, NoValue, assess, books, read_facts

WRONG_INPUT = 2
SIGNS = {"met": "✓", "unmet": "✗", "unknown": "?", "manual_review": "◇", "not_applicable": "–"}
MOST_BYTES = 20_000_000


class Unreadable(Exception):
    """The file is not one to be judged."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


class Command(BaseCommand):
    help = "Judge a facts file by a book: exit 0 whatever the verdict, 2 where the file or the arguments are wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FACTS.json", type=Path)
        parser.add_argument("--book", help="hte or pool")
        parser.add_argument("--on", metavar="DAY", help="the day to judge by, such as 2026-05-20")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--lang", choices=["zh", "en"], help="language (sentences: zh, faults: en)")

    def handle(
        self, *, file: Path, book: str | None, on: str | None, json: bool, lang: str | None, **options: object
    ) -> None:
        try:
            assessment = judged(file, book, on)
        except (Unreadable, FactsRefused) as refused:
            for fault in refused.faults:
                self.stderr.write(fault.in_language(lang or "en"))
            sys.exit(WRONG_INPUT)
        self.stdout.write((as_json if json else as_text)(assessment, lang or "zh"))


def judged(file: Path, book: str | None, on: str | None) -> Assessment:
    if book is None or on is None:
        absent = [name for name, value in (("--book", book), ("--on", on)) if value is None]
        raise Unreadable(*(Fault(name, Label("必填", "this is required")) for name in absent))
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Unreadable(Fault("--on", Label(f"不是日期：{on}", f"not a day such as 2026-05-20: {on}"))) from None
    facts = read_facts(content(file))
    try:
        return assess(facts, book=books(book, day), day=day)
    except NoBook as missing:
        raise Unreadable(Fault("--book", Label(f"没有这本手册：{book}", str(missing)))) from None
    except NoValue as missing:
        raise Unreadable(Fault("--on", Label(f"手册在该日没有数值（{missing}）", str(missing)))) from None


def content(file: Path) -> Any:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Unreadable(
            Fault(str(file), Label(f"读不到文件：{error.strerror}", f"cannot be read: {error.strerror}"))
        ) from None
    if len(raw) > MOST_BYTES:
        raise Unreadable(Fault(str(file), Label("文件过大", "the file is too large")))
    try:
        return json.loads(raw, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Fault(str(file), Label(f"不是 JSON：{error}", f"not JSON: {error}"))) from None


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} stands twice in one object")
    return dict(pairs)


def as_json(assessment: Assessment, language: str) -> str:
    return json.dumps(assessment.to_json(language), ensure_ascii=False, indent=2)


def as_text(assessment: Assessment, language: str) -> str:
    head = f"{assessment.book} {assessment.on} {assessment.verdict}"
    findings = [
        f"{SIGNS[each.verdict]} {each.title.in_language(language)}  {each.says.in_language(language)}"
        for each in assessment.findings
    ]
    doubts = [f"! {fault.in_language(language)}" for fault in (*assessment.impossible, *assessment.asks)]
    return "\n".join([head, *findings, *doubts])
