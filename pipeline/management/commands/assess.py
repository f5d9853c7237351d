"""Judges firms by a book, without a database: `manage.py assess FACTS.json --book hte --on 2026-05-20`."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from pipeline.management import results
from pipeline.management.facts_file import Unreadable, content, unreadable
from pipeline.management.many_firms import SHEETS, Outcome, of_folder, of_sheet
from pipeline.management.progress import told
from pipeline.management.results import SIGNS
from pipeline.rules import (
    Assessment,
    Book,
    FactsRefused,
    Fault,
    Label,
    NoBook,
    NoValue,
    Step,
    assess,
    books,
    planned,
    read_facts,
)
from pipeline.rules.shelf.volumes import TITLES

WRONG_INPUT = 2
CITY_DIGITS = 6
ONE_ONLY = "只用于单个资料文件", "for a single facts file only"
MANY_ONLY = "用于目录或电子表格", "for a directory or a spreadsheet"


class Command(BaseCommand):
    help = (
        "Judge a facts file, a directory of facts files or a roster of firms by a book: exit 0 whatever the verdicts, "
        "2 where a file or the arguments are wrong; what is right is judged all the same."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="facts (.json), a directory of them, or a roster")
        parser.add_argument("--book", help=", ".join(TITLES))
        parser.add_argument("--on", metavar="DAY", help="the day to judge by, such as 2026-05-20")
        parser.add_argument("--json", action="store_true", help="print one JSON object, for many firms one a line")
        parser.add_argument("--lang", choices=["zh", "en"], help="language (sentences: zh, faults: en)")
        parser.add_argument("--out", metavar="FILE", type=Path, help="write many firms to a table, .xlsx or .csv")
        parser.add_argument("--city", metavar="CODE", help="whose counties a roster names (default: the pool book's)")
        parser.add_argument("--paths", action="store_true", help="print the ways to a pass too (one facts file)")

    def handle(self, *, file: Path, book: str | None, on: str | None, lang: str | None, **options: Any) -> None:
        try:
            by = book_of(book, on)
            if file.is_dir() or file.suffix.lower() in SHEETS:
                wrong = self.judge_many(file, by, lang, **options)
            else:
                wrong = self.judge_one(file, by, lang or "zh", **options)
        except (Unreadable, FactsRefused) as refused:
            for fault in refused.faults:
                self.stderr.write(fault.in_language(lang or "en"))
            wrong = True
        if wrong:
            sys.exit(WRONG_INPUT)

    def judge_one(
        self, file: Path, book: Book, language: str, *, json: bool, paths: bool, out: Path | None, **options: object
    ) -> bool:
        if out is not None:
            raise unreadable("--out", *MANY_ONLY)
        assessment = judged(content(file), book)
        if json:
            ways = paths_as_json(assessment, language) if paths else {}
            self.stdout.write(as_json({**assessment.to_json(language), **ways}, indent=2))
        else:
            self.stdout.write(as_text(assessment, language))
            if paths:
                self.stdout.write("\n".join(paths_as_text(assessment, language)))
        return False

    def judge_many(
        self,
        file: Path,
        book: Book,
        lang: str | None,
        *,
        json: bool,
        paths: bool,
        out: Path | None,
        city: str | None,
        **options: object,
    ) -> bool:
        """Whether something was wrong with one of the firms."""
        if paths:
            raise unreadable("--paths", *ONE_ONLY)
        language, wrong = lang or "zh", False
        with self.writing(out, file, book, language, json=json) as write:
            for outcome in told(outcomes_of(file, book, city), lambda label: self.complain([label], lang)):
                self.complain(outcome.faults, lang)
                wrong = wrong or bool(outcome.faults)
                write(outcome)
        return wrong

    @contextmanager
    def writing(
        self, out: Path | None, source: Path, book: Book, language: str, *, json: bool
    ) -> Iterator[Callable[[Outcome], None]]:
        """Where outcomes go: into a table, or to standard output a line each."""
        if out is not None:
            results.may_be_saved(out, source)
            with results.table(out, book, language) as add:
                yield add
        elif json:
            yield lambda outcome: self.stdout.write(as_json(results.as_json(outcome, language)))
        else:
            yield lambda outcome: self.stdout.write(results.as_line(outcome, language))

    def complain(self, labels: Sequence[Label], lang: str | None) -> None:
        for label in labels:
            self.stderr.write(label.in_language(lang or "en"))


def book_of(name: str | None, on: str | None) -> Book:
    if name is None or on is None:
        absent = [option for option, value in (("--book", name), ("--on", on)) if value is None]
        raise Unreadable(*(Fault(option, Label("必填", "this is required")) for option in absent))
    try:
        return books(name, date.fromisoformat(on))
    except ValueError:
        raise unreadable("--on", f"不是日期：{on}", f"not a day such as 2026-05-20: {on}") from None
    except NoBook as missing:
        raise unreadable("--book", f"没有这本手册：{name}", str(missing)) from None
    except NoValue as missing:
        raise no_value(missing) from None


def judged(raw: Mapping[str, Any], book: Book) -> Assessment:
    try:
        return assess(read_facts(raw), book=book, day=book.day)
    except NoValue as missing:
        raise no_value(missing) from None


def no_value(missing: NoValue) -> Unreadable:
    return unreadable("--on", f"手册在该日没有数值（{missing}）", str(missing))


def outcomes_of(file: Path, book: Book, city: str | None) -> Iterator[Outcome]:
    def judge(raw: Mapping[str, Any]) -> Assessment:
        return judged(raw, book)

    if file.is_dir():
        return of_folder(file, judge)
    return of_sheet(file, judge, city=city or city_of_the_pool(book.day), day=book.day)


def city_of_the_pool(day: date) -> str:
    """The city that the pool book of the day is written for."""
    try:
        return books("pool", day).choice("region").ljust(CITY_DIGITS, "0")
    except NoValue:
        raise unreadable(
            "--city", "该日没有入库手册，请给出城市代码", "there is no pool book on that day: name the city"
        ) from None


def as_json(told: dict[str, Any], indent: int | None = None) -> str:
    return json.dumps(told, ensure_ascii=False, indent=indent)


def as_text(assessment: Assessment, language: str) -> str:
    head = f"{assessment.book} {assessment.on} {assessment.verdict}"
    findings = [
        f"{SIGNS[each.verdict]} {each.title.in_language(language)}  {each.says.in_language(language)}"
        for each in assessment.findings
    ]
    amounts = [f"= {each.says.in_language(language)}" for each in assessment.amounts]
    doubts = [f"! {each}" for each in results.doubts_of(assessment, language)]
    return "\n".join([head, *findings, *amounts, *doubts])


def paths_as_text(assessment: Assessment, language: str) -> Iterator[str]:
    """Each way to a pass with its steps; what stands in the way where there is none."""
    plan = planned(assessment)
    for n, path in enumerate(plan.paths, start=1):
        yield f"{n}. {path.says.in_language(language)}"
        yield from (
            f"   → {step.by}  {step.title.in_language(language)}  {step.closes.in_language(language)}"
            for step in path.steps
        )
        yield from (f"   + {each.in_language(language)}" for each in path.helps)
        yield from (f"   - {each.in_language(language)}" for each in path.hurts)
    yield from (f"✗ {each.title.in_language(language)}  {each.closes.in_language(language)}" for each in plan.obstacles)


def paths_as_json(assessment: Assessment, language: str) -> dict[str, Any]:
    plan = planned(assessment)
    paths = [
        {
            "ready_on": path.ready_on.isoformat(),
            "says": path.says.in_language(language),
            "steps": [step_as_json(step, language) for step in path.steps],
            "helps": [each.in_language(language) for each in path.helps],
            "hurts": [each.in_language(language) for each in path.hurts],
        }
        for path in plan.paths
    ]
    return {"paths": paths, "obstacles": [step_as_json(each, language) for each in plan.obstacles]}


def step_as_json(step: Step, language: str) -> dict[str, Any]:
    return {
        "rules": list(step.rules),
        "kind": step.kind,
        "closes": step.closes.in_language(language),
        "who": step.who,
        "by": step.by.isoformat(),
    }
