"""What is one person's own in the walls' city: how they are told, a code, a message on its way."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

from pipeline import models


def told_rows(people: list[int], firm: int, today: date) -> None:
    """One row of each of these people in every table of people's own; the message is about the firm."""
    now = make_aware(datetime.combine(today, time.min))
    notice = models.Notice.objects.filter(firm_id=firm)[0]
    for key in people:
        models.Telling.objects.create(person_id=key, phone="13900001234", phone_confirmed_at=now)
        code = {"salt": "0" * 64, "session": "0" * 64}
        soon = now + timedelta(minutes=1)
        models.PhoneProof.objects.create(person_id=key, phone="13900001234", **code, asked_at=now, expires_at=soon)
        models.Delivery.objects.create(person_id=key, notice=notice, channel="mail", urgent=True, next_try_at=now)
