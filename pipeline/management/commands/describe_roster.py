from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from pipeline.outside.roster.pages import manual


class Command(BaseCommand):
    help = "Print the page of the manual that describes the roster; --write puts it into docs/."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if write:
            (Path(settings.BASE_DIR) / "docs" / "roster.md").write_text(manual(), encoding="utf-8")
        else:
            self.stdout.write(manual())
