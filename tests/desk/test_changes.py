"""What a firm changed after a return, field by field, as the officer sees it."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, fault, figures
from pipeline.models import Fault, FinancialYear
from tests.cast import DAY, Story, city

PLACE = "figures.2025.rd_total"


@pytest.fixture
def returned(fresh_database: str, django_db_blocker: Any) -> Any:
    """Committed step by step: what came before a submission is told from what came after by the clock."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            cast = city()
        story = Story(cast)
        with transaction.atomic():
            story.to("county_review")
        told = [(PLACE, "研发费用与审计报告不符"), ("firm.field", "领域不对")]
        with acting(cast.wang), transaction.atomic():
            case.return_from_county(story.case, by=cast.wang, on=DAY, faults=told)
        yield story


def amend(story: Story, amount: int) -> None:
    li, firm = story.cast.li, story.cast.qinghe
    year = FinancialYear.objects.get(firm=firm, year=2025)
    values = {name: getattr(year, name) for name in FinancialYear.FIGURES} | {"rd_total": Decimal(amount)}
    figures.enter(firm, 2025, values, version=year.version, by=li, on=DAY, source="年度审计报告")


def test_a_figure_changed_after_the_return_stands_beside_its_fault(returned: Story) -> None:
    cast = returned.cast
    for amount in (3_400_000, 3_500_000):
        with acting(cast.li), transaction.atomic():
            amend(returned, amount)
    with acting(cast.li), transaction.atomic():
        answers = {
            each.pk: fault.Answer("", Fault.CHANGED) if each.place == PLACE else fault.Answer("没错", Fault.EXPLAINED)
            for each in Fault.objects.all()
        }
        case.resubmit_to_county(returned.case, by=cast.li, on=DAY, answers=answers)
    client = Client()
    client.force_login(cast.wang)
    page = client.get(reverse("desk:case", args=[returned.number])).content.decode()
    assert page.count("<ins>350") == 1  # beside its fault
    assert "<del>329" in page
    assert "340" not in page
