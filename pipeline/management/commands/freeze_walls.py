from typing import Any

from django.core.management.base import BaseCommand

from pipeline import walls


class Command(BaseCommand):
    help = "Print the SQL of the row policies as the register has them, to be frozen beside a new migration."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(walls.walls(), ending="")
