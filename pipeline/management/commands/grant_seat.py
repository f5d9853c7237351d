from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config import clock
from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import people
from pipeline.acts.conditions import ConditionUnmet
from pipeline.management.newcomers import account
from pipeline.models import Firm, Office, Seat, User


class Command(BaseCommand):
    help = "Seat a person in an office, a firm or an agency, in the name of the security administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("kind", choices=sorted(access.SEATS))
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the security administrator")
        parser.add_argument("--name", default="", help="of a person who has no account yet")
        parser.add_argument("--office", default="", metavar="NAME")
        parser.add_argument("--firm", default="", metavar="CREDIT_CODE")
        parser.add_argument("--agency", default="", metavar="NAME")

    def handle(self, *args: Any, username: str, kind: str, by: str, **options: Any) -> None:
        administrator = User.objects.filter(username=by).first()
        if administrator is None:
            raise CommandError(f"There is no account {by}.")
        place = {"office": _office(options["office"]), "firm": _firm(options["firm"]), "agency": options["agency"]}
        try:
            with acting(administrator), transaction.atomic():
                seat, password = _seat(administrator, username, options["name"], kind, **place)
        except access.Refused:
            raise CommandError(f"{by} is no security administrator.") from None
        except ConditionUnmet as unmet:
            raise CommandError(str(unmet)) from None
        self.stdout.write(f"{seat.user.name} ({username}) now holds the seat {kind}.")
        if password:
            self.stdout.write(f"Password to begin with, to be changed at the first log-in: {password}")


def _seat(administrator: User, username: str, name: str, kind: str, **place: Any) -> tuple[Seat, str]:
    user, password = account(username, name or username)
    return people.grant_seat(user, kind, by=administrator, on=clock.today(), **place), password


def _office(name: str) -> Office | None:
    if not name:
        return None
    office = Office.objects.filter(name=name).first()
    if office is None:
        known = "、".join(Office.objects.order_by("pk").values_list("name", flat=True))
        raise CommandError(f"There is no office {name}; there are {known}.")
    return office


def _firm(uscc: str) -> Firm | None:
    if not uscc:
        return None
    with acting(INTAKE), transaction.atomic():  # a security administrator sees no firm
        firm = Firm.objects.filter(uscc=uscc).first()
    if firm is None:
        raise CommandError(f"No firm with the credit code {uscc} is on record.")
    return firm
