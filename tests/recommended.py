"""A dossier on its straight way from the firm to the province, each step by whoever takes it."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import application, coaching, recommendation
from pipeline.models import Case, CountyCheck
from pipeline.models.recommendation import AGREES, CHECKED
from pipeline.models.round import ApplicationQuerySet
from tests.cast import Cast

ALL_AGREES: Mapping[str, Mapping[str, str]] = {name: {"is": AGREES, "says": ""} for name in CHECKED}


def checked(cast: Cast, rows: ApplicationQuerySet, day: date) -> CountyCheck:
    """Wang has been at the firm and found everything as the dossier says."""
    wang = cast.wang
    with acting(wang), transaction.atomic():
        case = Case.objects.get(pk=rows.get().case_id)
        visit = coaching.record_visit(case, by=wang, on=day, way="visit", notes="现场核查属实", met="李青，总经理")
        return recommendation.check(rows, visit=visit, findings=ALL_AGREES, says="属实", by=wang, on=day)


def forwarded(cast: Cast, rows: ApplicationQuerySet, day: date) -> None:
    """What was handed in is checked and sent on to the city."""
    checked(cast, rows, day)
    with acting(cast.zhao), transaction.atomic():
        application.forward(rows, by=cast.zhao, on=day, opinion="for", note="同意推荐")


def recommended(cast: Cast, rows: ApplicationQuerySet, day: date) -> None:
    """From a draft to the city's recommendation."""
    with acting(cast.li), transaction.atomic():
        application.submit(rows, by=cast.li, on=day)
    forwarded(cast, rows, day)
    with acting(cast.chen), transaction.atomic():
        application.propose(rows, by=cast.chen, on=day, note="材料齐全")
    with acting(cast.zhou), transaction.atomic():
        application.recommend(rows, by=cast.zhou, on=day)
