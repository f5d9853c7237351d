"""What was entered by mistake is taken off its list, once it is said so twice, while nothing handed in rests on it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import commitment, conversion, firm, ledger, product
from pipeline.models import Conversion, Evidence, ExpenseLine, HitechProduct, IntellectualProperty, RdProject, Tie
from tests.cast import DAY, Cast, Story
from tests.portal.conftest import Visitor
from tests.walls.own_books import own_books

RIGHT = {"kind": "invention", "number": "ZL201710601862.3", "title": "监测装置", "acquired_by": "own_rd"}


def kept(cast: Cast) -> dict[str, int]:
    """A project with a line, a product with an income tied to it, a result and a person; and a right."""
    with acting(cast.li), transaction.atomic():
        own = own_books(cast.qinghe, by=cast.li, on=DAY)
        right = firm.record_property(cast.qinghe, RIGHT, by=cast.li)
        project, sold = RdProject.objects.get(), HitechProduct.objects.get()
        product.tie(cast.qinghe, add={(project.pk, None, sold.pk), (None, right.pk, sold.pk)}, remove=set(), by=cast.li)
        return own | {"right": right.pk}


def wrong(visitor: Visitor, *row: object) -> list[str]:
    return list(visitor.get("removal", *row).context["wrong"])


def test_it_is_asked_once_more_and_looking_takes_nothing_out(cast: Cast) -> None:
    kept(cast)
    assert "PS01" in Visitor(cast.li).text("removal", "product", "PS01")
    with acting(cast.li), transaction.atomic():
        assert HitechProduct.objects.exists()


def test_a_product_goes_with_its_incomes_and_ties(cast: Cast) -> None:
    kept(cast)
    with acting(cast.li), transaction.atomic():
        sold = HitechProduct.objects.get()
        product.record(cast.qinghe, {"code": "PS01", "title": "终端"}, {2025: Decimal(5)}, version=1, by=cast.li)
    Visitor(cast.li).post("removal", "product", "PS01")
    with acting(cast.li), transaction.atomic():
        assert not HitechProduct.objects.exists()
        assert not Tie.objects.filter(product=sold.pk).exists()


def test_a_project_with_lines_in_the_ledger_stays_and_says_so(cast: Cast) -> None:
    kept(cast)
    li = Visitor(cast.li)
    assert any("1" in says for says in wrong(li, "project", "RD01"))
    li.post("removal", "project", "RD01")
    with acting(cast.li), transaction.atomic():
        assert RdProject.objects.exists()
        line = ExpenseLine.objects.get()
        ledger.remove_line(cast.qinghe, line, version=line.version, by=cast.li)
    li.post("removal", "project", "RD01")
    with acting(cast.li), transaction.atomic():
        assert not RdProject.objects.exists()


def test_what_a_result_names_stays_until_the_result_is_changed(cast: Cast) -> None:
    own = kept(cast)
    with acting(cast.li), transaction.atomic():
        held = Conversion.objects.get()
        right = IntellectualProperty.objects.get()
        values = {"year": 2025, "result": "成果", "way": "self", "project": None, "right": right, "product": None}
        conversion.record(cast.qinghe, values, conversion=held, version=1, by=cast.li, on=DAY)
    li = Visitor(cast.li)
    assert any("成果" in says for says in wrong(li, "right", own["right"]))
    li.post("removal", "conversion", own["conversion"])
    assert wrong(li, "right", own["right"]) == []


def test_a_right_that_was_used_or_sworn_to_stays(cast: Cast) -> None:
    own = kept(cast)
    li = Visitor(cast.li)
    with acting(cast.li), transaction.atomic():
        commitment.sign(cast.qinghe, "rights", signed_as="李青", agreed=True, by=cast.li, on=DAY)
        IntellectualProperty.objects.update(used_in_certification_on=date(2023, 11, 1))
    told = " ".join(wrong(li, "right", own["right"]))
    assert "2023-11-01" in told
    assert "2026-11-02" in told


def test_while_an_office_judges_by_the_record_nothing_is_taken_out(cast: Cast, story: Story) -> None:
    own = kept(cast)
    li = Visitor(cast.li)
    number = story.to("county_review").number
    assert any(number in says for says in wrong(li, "person", own["member"]))
    li.post("removal", "person", own["member"])
    assert li.get("removal", "person", own["member"]).status_code == 200


def test_the_papers_of_a_right_stay_without_it(cast: Cast) -> None:
    own = kept(cast)
    li = Visitor(cast.li)
    li.post("removal", "right", own["right"])
    with acting(cast.li), transaction.atomic():
        assert not IntellectualProperty.objects.exists()
        assert not Evidence.objects.filter(right__isnull=False).exists()
    assert RIGHT["number"].removeprefix("ZL") in li.text("history")


def test_the_history_keeps_what_was_taken_off(cast: Cast) -> None:
    kept(cast)
    li = Visitor(cast.li)
    li.post("removal", "product", "PS01")
    [taken] = [each for each in li.get("history").context["changes"] if "PS01" in each.what and each.after == "—"]
    assert taken.before == "终端"


@pytest.mark.parametrize("row", [("product", "PS99"), ("person", "999"), ("figures", "1"), ("right", "x")])
def test_what_is_not_there_is_not_there(cast: Cast, row: tuple[str, str]) -> None:
    assert Visitor(cast.li).get("removal", *row).status_code == 404


def test_a_viewer_of_another_firm_and_finance_take_no_right_out(cast: Cast) -> None:
    own = kept(cast)
    assert Visitor(cast.he).get("removal", "right", own["right"]).status_code == 404
    assert Visitor(cast.bai).post("removal", "right", own["right"]).status_code == 403
