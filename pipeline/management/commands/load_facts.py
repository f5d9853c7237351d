from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.management import facts


class Command(BaseCommand):
    help = "Load the divisions of one city, the industries and the fields of technology; may be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--city", required=True, help="six-digit code of the city, such as 330100")

    def handle(self, *args: Any, city: str, **options: Any) -> None:
        try:
            division = facts.load(city)
        except facts.NoSuchCity:
            raise CommandError(f"No city has the code {city}; give one such as 330100.") from None
        self.stdout.write(f"{division.name}: {division.children.filter(counted=True).count()} counties")
