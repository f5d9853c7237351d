"""Who else looks at a case: within seconds, without a lock, never told to firms."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import presence
from pipeline.models import Presence, TrailEntry
from pipeline.models.presence import STAYS
from tests.cast import Story
from tests.desk.conftest import statements, text

MORNING = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


@pytest.fixture
def clients(story: Story) -> dict[str, Client]:
    story.to("county_review")
    found = {}
    with time_machine.travel(MORNING, tick=False):
        for name in ("wang", "zhao", "li"):
            found[name] = Client()
            found[name].force_login(story.cast.people[name])
    return found


def look(client: Client, story: Story) -> str:
    answer = client.post(reverse("desk:case_presence", args=[story.number]))
    assert answer.status_code == 200
    return text(answer)


def test_a_colleague_is_seen_at_the_next_look_and_gone_once_the_page_says_nothing(
    story: Story, clients: dict[str, Client]
) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        assert "赵越" not in look(clients["wang"], story)
        clock.shift(1)
        assert "王敏" in look(clients["zhao"], story)
        clock.shift(4)
        assert "赵越" in look(clients["wang"], story)
        assert "王敏" not in look(clients["wang"], story)
        clock.shift(STAYS)
        assert "赵越" not in look(clients["wang"], story)


def test_looking_again_and_again_keeps_one_row_and_costs_a_put_and_a_question(
    story: Story, clients: dict[str, Client]
) -> None:
    with time_machine.travel(MORNING, tick=False):
        look(clients["wang"], story)
        with statements() as taken:
            look(clients["wang"], story)
    asked = [each for each in taken if "pipeline_presence" in each]
    assert len(asked) == 2
    with acting(story.cast.wang), transaction.atomic():
        assert Presence.objects.count() == 1


def test_the_firm_neither_asks_nor_finds_who_looks(story: Story, clients: dict[str, Client]) -> None:
    with time_machine.travel(MORNING, tick=False):
        look(clients["wang"], story)
        assert clients["li"].post(reverse("desk:case_presence", args=[story.number])).status_code == 404
    with acting(story.cast.li), transaction.atomic():
        assert not Presence.objects.exists()


def test_a_look_leaves_no_trail_and_is_kept_in_no_log_of_the_database(story: Story, clients: dict[str, Client]) -> None:
    with time_machine.travel(MORNING, tick=False):
        look(clients["wang"], story)
    with acting(story.cast.tang), transaction.atomic():
        assert not TrailEntry.objects.filter(table="pipeline_presence").exists()
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'pipeline_presence'")
        assert cursor.fetchone() == ("u",)


def test_rows_that_are_worth_nothing_are_taken_away(story: Story, clients: dict[str, Client]) -> None:
    with time_machine.travel(MORNING, tick=False):
        look(clients["wang"], story)
    with acting(INTAKE), transaction.atomic():
        assert presence.forget(MORNING, by=INTAKE) == 0
        assert presence.forget(MORNING + timedelta(minutes=1), by=INTAKE) == 1
