from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pipeline.management.demonstration import workbook
from pipeline.rules.codes.divisions import todays_divisions


class Command(BaseCommand):
    help = "For maintainers: draw the demonstration roster again from the published figures of listed firms."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="a_share_rd_2019_2021.csv")
        parser.add_argument("--to", type=Path, default=Path(workbook.__file__).with_name("hangzhou.xlsx"))

    def handle(self, *args: Any, source: Path, to: Path, **options: Any) -> None:
        counties = {each.code: each.name for each in todays_divisions().values() if each.level == "county"}
        to.write_bytes(workbook.drawn(source, counties))
        self.stdout.write(f"{to}: {to.stat().st_size:,} bytes")
