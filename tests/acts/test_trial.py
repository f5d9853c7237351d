"""A trial that is left to a job: its transactions are its own, and what it says is what the record says."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.acts import trial, trial_sheet
from pipeline.models import Firm, PoolPart, Trial, User
from tests.cast import DAY, city
from tests.desk.crowd import crowd


@pytest.fixture
def desk(fresh_database: str, django_db_blocker: Any, tmp_path: Path, settings: Any) -> Any:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    with django_db_blocker.unblock():
        with transaction.atomic():
            cast = city()
            crowd(cast, 3)
        yield cast


def test_jobs_work_as_whoever_asked_in_transactions_of_their_own(desk: Any) -> None:
    """A worker holds no transaction open around a job, as a test does."""
    chen = User.objects.get(pk=desk.chen.pk)
    jobs.read_pool_ahead(DAY.isoformat(), person=chen.pk)
    with acting(chen), transaction.atomic():
        assert PoolPart.objects.count() == 1
        everyone = Firm.objects.count()
        asked = trial.ask(before=trial.side("hte", DAY), after=trial.side("pool", DAY), by=chen)
    jobs.run_trial(asked.pk, person=chen.pk)
    with acting(chen), transaction.atomic():
        done = Trial.objects.get(pk=asked.pk)
        assert (done.state, done.firms_done) == ("done", everyone)
        sheet = trial_sheet.ask(done, rule="", language="zh-hans", by=chen)
    jobs.write_trial_sheet(sheet.pk, person=desk.zhou.pk)  # in another's name nothing is written
    with acting(chen), transaction.atomic():
        sheet.refresh_from_db()
        assert (sheet.state, sheet.kept) == ("waiting", "")
    jobs.write_trial_sheet(sheet.pk, person=chen.pk)
    with acting(chen), transaction.atomic():
        sheet.refresh_from_db()
        assert sheet.state == "done"
