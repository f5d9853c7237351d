"""What firms of the walls' city ask for and come to: questions, hours, trainings; what offices hold ready for them."""

from datetime import date, datetime, time
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
    models.SmeRegistration.objects.create(**own, year=2026, route="points", by=officer)
    event = _event(office, day, officer.pk)
    models.Attendance.objects.create(**own, event=event, invited_on=day, invited_by=officer)
    models.Announcement.objects.create(
        kind="news", title="通知", text="年报", seats=["firm_owner"], during=DateRange(day, None), by=officer
    )
