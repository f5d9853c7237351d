"""What firms of the walls' city ask for and come to: questions, hours, trainings; what offices hold ready for them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import make_aware
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import models
from pipeline.models import User


def _event(office: int, day: date, by: int) -> models.Event:
    when = {"on": day, "begins": time(9), "answer_by": day}
    return models.Event.objects.create(office_id=office, title="培训", place="一楼", seats=9, **when, by_id=by)


def office_rows(offices: list[int], day: date, by: int) -> None:
    """What every office has: a training without firms, and a step of its own for plans."""
    for office in offices:
        _event(office, day, by)
        said: dict[str, Any] = {"rule": "rd_ledger", "what": "建辅助账", "who": "firm_finance", "lead_days": 30}
        models.StepTemplate.objects.create(office_id=office, **said, by_id=by)


def help_rows(own: dict[str, Any], number: int, day: date, office: int, officer: User) -> None:
    """A question, an hour and a training of the firm's own, each with the city."""
    models.Difficulty.objects.create(
        **own, kind="policy", says="问", to="county", asked_by=officer, asked_on=day, due_on=day
    )
    begins = make_aware(datetime.combine(day, time(9 + number)))
    with acting(officer):
        hour = models.Hour.objects.create(host=officer, side="city", starts_at=begins, place="一楼", state="taken")
    models.Booking.objects.create(**own, hour=hour, about="问", booked_by=officer, booked_on=day)
    told: dict[str, Any] = {"year": 2020 + number, "by": officer}
    models.SmePublicity.objects.create(**told, batch=1, opened_on=day, until=day + timedelta(days=14))
    models.SmeCheck.objects.create(**told, drawn_on=day, share=1, of=1, drawn=1, seed="1")
    sme = models.SmeRegistration.objects.create(**own, year=2026, route="points", by=officer)
    models.SmeEvent.objects.create(**own, registration=sme, act="check", on=day, by=officer)
    event = _event(office, day, officer.pk)
    models.Attendance.objects.create(**own, event=event, invited_on=day, invited_by=officer)
    models.Announcement.objects.create(
        kind="news", title="通知", text="年报", seats=["firm_owner"], during=DateRange(day, None), by=officer
    )


def sme_rows(firms: Iterable[models.Firm], officer: User, day: date) -> None:
    """A registration of each firm, drawn for a spot check or ready for public notice, and a batch of before."""
    told: dict[str, Any] = {"year": day.year, "by": officer}
    batch = models.SmePublicity.objects.filter(year=day.year).count() + 1
    until = day + timedelta(days=14)
    models.SmePublicity.objects.create(**told, batch=batch, opened_on=day, until=until)
    lot = models.SmeCheck.objects.create(**told, drawn_on=day, share=1, of=1, drawn=1, seed="1")
    for at, firm in enumerate(firms):
        handed_in: dict[str, Any] = {**told, "firm": firm, "route": "points", "handed_in_on": day}
        number = f"{day.year}330110080{firm.pk % 100_000:05}"
        checked = {"state": "spot_check", "check_drawn": lot, "number": number, "listed_on": day}
        kept = models.SmeRegistration.objects.create(**handed_in, **(checked if at % 2 else {"state": "form_ok"}))
        models.SmeEvent.objects.create(firm=firm, registration=kept, act="check", on=day, by=officer)
