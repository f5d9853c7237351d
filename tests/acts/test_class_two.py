"""What uses a class II right up is what the hte book reads."""

from dataclasses import replace

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import class_two
from pipeline.models import IntellectualProperty
from pipeline.rules import Book, books
from tests.cast import DAY, Cast, the

LATER = DAY.replace(year=2027)


def reading(word: str) -> Book:
    book = books("hte", DAY)
    entry = book.entry("class_two_used_by")
    other = replace(entry, values=tuple(replace(each, value=word) for each in entry.values))
    return Book("hte", book.title, word, DAY, {**book.entries, other.rule: other})


@pytest.mark.parametrize(
    ("word", "certified", "used"),
    [("certified", True, True), ("certified", False, False), ("reviewed", True, True), ("reviewed", False, True)],
)
def test_rights_granted_by_the_day_are_used_by_what_the_book_says(
    cast: Cast, word: str, certified: bool, used: bool
) -> None:
    granted = {"utility_model": DAY, "design": None, "software": LATER, "invention": DAY}
    with acting(INTAKE), transaction.atomic():
        held = cast.qinghe
        for at, (kind, day) in enumerate(granted.items()):
            IntellectualProperty.objects.create(firm=held, kind=kind, number=str(at), granted_on=day)
        assert class_two.use_up(the(held), certified=certified, on=DAY, book=reading(word)) == (2 if used else 0)
        kept = dict(IntellectualProperty.objects.values_list("kind", "used_in_certification_on"))
    taken = {kind for kind, day in kept.items() if day == DAY}
    assert taken == ({"utility_model", "design"} if used else set())
