"""How the house is, part by part: exit status 0 where nothing is bad, 1 otherwise."""

import json
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from config import clock
from pipeline import health

SIGNS = {"good": "✓", "warn": "!", "bad": "✗"}


class Command(BaseCommand):
    help = "Say how database, broker, worker, beat, outbox, disk, calendar and trail are, and what to do."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="language of the sentences")

    def handle(self, *, json: bool, lang: str, **options: object) -> None:
        with translation.override("en" if lang == "en" else "zh-hans"):
            checks = health.look(timezone.now(), clock.today())
            self.stdout.write(_as_json(checks) if json else "\n".join(map(_line, checks)))
        sys.exit(0 if all(check.good for check in checks) else 1)


def _as_json(checks: list[health.Check]) -> str:
    return json.dumps(health.as_json(checks), ensure_ascii=False, indent=2)


def _line(check: health.Check) -> str:
    remedy = f"\n    → {check.remedy}" if check.remedy else ""
    return f"{SIGNS[check.state]} {check.title}: {check.says}{remedy}"
