"""Firms whose dossiers lie with the certifying agency, put there past the acts that lead to it."""

from datetime import date, timedelta

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import round
from pipeline.models import Application, Case, Firm, Round
from tests.cast import DAY, Cast

WAY = ("application.submit", "application.forward", "application.recommend")


def called(cast: Cast, name: str = "2026 年第一批", opens_on: date = DAY) -> Round:
    dates = dict.fromkeys(("county_date", "city_date", "province_date"), opens_on + timedelta(days=30))
    with acting(cast.chen), transaction.atomic():
        return round.open(name=name, opens_on=opens_on, by=cast.chen, **dates)


def with_agency(cast: Cast, firms: list[Firm], round_: Round, on: date = DAY) -> list[Application]:
    """An application of each, recommended."""
    with acting(cast.chen), transaction.atomic():
        numbers = Case.numbers(on.year, len(firms))
        opened = [
            Case.objects.create(firm=each, number=number, kind=Case.DIRECT, stage="in_certification", opened_on=on)
            for each, number in zip(firms, numbers, strict=True)
        ]
        sent = [
            Application.objects.create(firm_id=each.firm_id, case=each, round=round_, stage="draft", opened_on=on)
            for each in opened
        ]
        for move in WAY:
            Application.objects.filter(pk__in=[each.pk for each in sent]).move(move)
        return list(Application.objects.filter(pk__in=[each.pk for each in sent]).order_by("pk"))
