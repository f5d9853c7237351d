from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config import clock
from config.postgres.scope import acting
from pipeline.acts import roster
from pipeline.management import facts
from pipeline.management.demonstration import (
    asking,
    cast,
    certification,
    lists,
    naming,
    office,
    own_books,
    panels,
    pool,
    registrations,
    results,
    stories,
    suppositions,
    telling,
    training,
    twins,
    workbook,
)
from pipeline.models import Firm, Import, ImportRow, User

CITY = "330100"
FILE = Path(workbook.__file__).with_name("hangzhou.xlsx")
NOTE_COLUMN = 37  # of the carried workbook: what of a firm's record is invented


class Command(BaseCommand):
    help = (
        "Load the demonstration city: offices, people, the carried roster and cases in every stage. May be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the log-ins")

    def handle(self, *args: Any, logins: bool, **options: Any) -> None:
        if logins:
            self.print_logins()
            return
        day = clock.today()
        earliest = date(day.year, 1, 4)
        cast.seat_everybody(facts.load(CITY), on=day)
        everybody = cast.everybody()
        self.bring_in_roster(everybody["chen"], on=min(earliest, day))
        stories.judge_everybody(on=day)
        stories.Demonstration(everybody, day=day, earliest=min(earliest, day)).tell()
        own_books.keep(everybody["chen"], on=day)
        stories.judge_everybody(on=day)
        suppositions.suppose(everybody["chen"], on=day)
        office.work(everybody, on=day)
        lists.keep(everybody, on=day)
        naming.shorten(everybody, on=day)
        twins.show(everybody, on=day)
        pool.tend(everybody, on=day)
        training.hold(everybody, on=day)
        panels.judge(everybody, on=day)
        registrations.register(everybody, on=day)
        certification.hold(everybody.people, on=day)
        results.tell(everybody, on=day)
        asking.wait(everybody, on=day)
        stories.judge_everybody(on=day)
        telling.choose()
        self.print_logins()

    def bring_in_roster(self, officer: User, *, on: date) -> None:
        """The carried roster, through the acts an officer and the jobs would call; nothing where it is in already."""
        name = workbook.NAME.format(first=on.year - 3, last=on.year - 1)
        with acting(officer), transaction.atomic():
            if Import.objects.filter(state=Import.COMMITTED).exists():
                return
            content = BytesIO(workbook.shown_in(FILE, on.year))
            received = roster.receive(content, name=name, by=officer, on=on)
        with acting(officer):
            roster.read(received.pk, by=officer, on=on)
            with transaction.atomic():
                found = Import.objects.get(pk=received.pk)
                roster.confirm(found, version=found.version, by=officer, on=on)
            roster.commit(received.pk, by=officer, on=on)
            self.mark_what_is_made_up(received)

    @transaction.atomic
    def mark_what_is_made_up(self, received: Import) -> None:
        for row in ImportRow.objects.filter(roster=received, state__in=["new", "changed"]):
            Firm.objects.filter(uscc=row.uscc).update(made_up=str(row.cells[NOTE_COLUMN])[:200])

    def print_logins(self) -> None:
        try:
            table = list(cast.logins())
        except User.DoesNotExist:
            raise CommandError("The demonstration is not loaded yet; run manage.py demonstrate first.") from None
        self.stdout.write(f"Password of every log-in: {cast.PASSWORD}\n")
        for username, name, seat, where in table:
            self.stdout.write(f"  {username:18} {seat}  {name}  {where}")
