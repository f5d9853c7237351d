"""The firm's list of rights."""

from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import IntellectualProperty
from tests.cast import Cast
from tests.portal.conftest import Visitor, statements

RIGHT = {
    "kind": "invention",
    "number": "ZL201710601862.3",
    "granted_on": "2019-05-01",
    "acquired_by": "own_rd",
}


def test_a_right_is_listed_under_its_normal_number_and_corrected_by_it(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("property", core="", **RIGHT)
    li.post("property", **{**RIGHT, "number": "２０１７１０６０１８６２．３", "core": "yes"})
    with acting(cast.li), transaction.atomic():
        kept = IntellectualProperty.objects.get()
    assert (kept.kind, kept.core) == ("invention", True)
    assert kept.number in li.text("property")


def test_a_wrong_check_digit_is_told_at_the_number(cast: Cast) -> None:
    page = Visitor(cast.li).post("property", **{**RIGHT, "number": "ZL201710601862.4"})
    assert list(page.context["form"].errors) == ["number"]


def test_the_list_makes_as_many_statements_with_five_rights_as_with_fifty(cast: Cast) -> None:
    li, counts = Visitor(cast.li), []
    for many in (5, 50):
        with acting(cast.li), transaction.atomic():
            held = IntellectualProperty.objects.count()
            IntellectualProperty.objects.bulk_create(
                IntellectualProperty(firm=cast.qinghe, kind="software", number=f"2021SR{each:07d}")
                for each in range(held, many)
            )
        with statements() as queries:
            li.text("property")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_finance_clerk_does_not_write_the_list(cast: Cast) -> None:
    assert Visitor(cast.bai).post("property", **RIGHT).status_code == 403
