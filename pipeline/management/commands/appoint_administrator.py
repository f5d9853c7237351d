from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, transaction

from config import clock
from pipeline.acts import people
from pipeline.management.newcomers import account


class Command(BaseCommand):
    help = "Appoint the first security administrator of a new house, who grants all other seats (manage.py grant_seat)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="as it is shown, such as 宋安")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        try:
            with transaction.atomic():
                user, password = account(username, name)
                people.appoint_first_administrator(user, on=clock.today())
        except DatabaseError as error:
            raise CommandError(
                "This house has a security administrator already: only that person grants seats."
            ) from error
        self.stdout.write(f"{user.name} ({username}) is the security administrator.")
        if password:
            self.stdout.write(f"Password to begin with, to be changed at the first log-in: {password}")
