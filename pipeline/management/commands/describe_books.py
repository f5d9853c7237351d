from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from pipeline.rules.shelf.pages import pages


class Command(BaseCommand):
    help = "Print a page for every book of the law, made from its data; --write puts them into docs/books/."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "books"
        for name, text in pages().items():
            if write:
                folder.mkdir(exist_ok=True)
                (folder / f"{name}.md").write_text(text, encoding="utf-8")
            else:
                self.stdout.write(text)
