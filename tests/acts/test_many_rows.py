"""Rows that are alike are written in one statement, like any others."""

from typing import Any

import pytest
from django.db import DataError, transaction

from config.postgres.scope import acting
from pipeline.models import Notice
from pipeline.models.many_rows import insert_alike
from tests.cast import Story


def notices(story: Story, count: int, **other: Any) -> list[Notice]:
    case = story.case.get()
    said: dict[str, Any] = {"firm_id": case.firm_id, "case": case, "to": "firm", "kind": "case.tell", **other}
    return [Notice(**said, title={"zh": "甲"}, body={"zh": f"第{number}"}) for number in range(count)]


def test_each_row_gets_its_own_key_and_what_the_database_fills_in(story: Story) -> None:
    story.to("county_review")
    with acting(story.cast.wang), transaction.atomic():
        written = insert_alike(notices(story, 30))
        found = Notice.objects.in_bulk([each.pk for each in written])
        for each in written:
            kept = found[each.pk]
            assert (kept.body, kept.title, kept.public_id) == (each.body, each.title, each.public_id)
            assert (kept.next_try_at, kept.state) == (each.next_try_at, "waiting")


@pytest.mark.parametrize("count", [1, 3])
def test_a_text_that_is_too_long_is_refused_and_not_cut_off(story: Story, count: int) -> None:
    story.to("county_review")
    with acting(story.cast.wang), pytest.raises(DataError), transaction.atomic():
        insert_alike(notices(story, count, kind="k" * 41))


def test_no_rows_are_written_without_a_statement(story: Story) -> None:
    assert insert_alike(list[Notice]()) == []
