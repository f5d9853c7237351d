from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import people
from pipeline.models import Division, User


class Command(BaseCommand):
    help = "Open the office of the city or of a county, in which people can then be seated (manage.py grant_seat)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="such as 临安区科学技术局")
        parser.add_argument("division", metavar="CODE", help="the six digits of its city or county")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="an administrator")

    def handle(self, *args: Any, name: str, division: str, by: str, **options: Any) -> None:
        administrator = User.objects.filter(username=by).first()
        place = Division.objects.filter(code=division, during__upper_inf=True).first()
        if administrator is None or place is None:
            missing = (
                f"account {by}" if administrator is None else f"division {division}; run manage.py load_facts first"
            )
            raise CommandError(f"There is no {missing}.")
        try:
            with acting(administrator):
                office = people.open_office(name, place, by=administrator)
        except access.Refused:
            raise CommandError(f"{by} is no administrator.") from None
        self.stdout.write(f"{office.name} is open for {place.name}.")
