"""Trainings of the walls' city: one of each office nobody is invited to, and one of the city for each firm; steps."""

from datetime import date, time
from typing import Any

from pipeline import models


def _event(office: int, day: date, by: int) -> models.Event:
    when = {"on": day, "begins": time(9), "answer_by": day}
    return models.Event.objects.create(office_id=office, title="培训", place="一楼", seats=9, **when, by_id=by)


def office_rows(offices: list[int], day: date, by: int) -> None:
    """What every office has: a training without firms, and a step of its own for plans."""
    for office in offices:
        _event(office, day, by)
        said = {"rule": "rd_ledger", "what": "建辅助账", "who": "firm_finance", "lead_days": 30}
        models.StepTemplate.objects.create(office_id=office, **said, by_id=by)


def attendance_row(own: dict[str, Any], office: int, day: date, by: int) -> None:
    """The firm is invited, by this office, to a training of its own."""
    invited = {"event": _event(office, day, by), "invited_on": day, "invited_by_id": by}
    models.Attendance.objects.create(**own, **invited)
