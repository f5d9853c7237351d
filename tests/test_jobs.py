"""Jobs find work and call an act; each may run twice."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import SENDER
from pipeline.acts import certificate, difficulty, evidence, figures, flag, hour, paper, trail, trial, trial_sheet
from pipeline.models import (
    Case,
    Certificate,
    Diagnosis,
    DocumentVersion,
    FinancialYear,
    Firm,
    Heartbeat,
    Hour,
    Notice,
    SmeRegistration,
    TrailSeal,
    Upload,
    UploadPiece,
)
from tests.cast import DAY, Cast, Story, the, yuan


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_firms_are_judged_once_for_each_change_of_their_record(cast: Cast) -> None:
    jobs.diagnose_firms()
    jobs.diagnose_firms()
    with acting(cast.chen):
        assert Diagnosis.objects.count() == 2
    with acting(cast.li), transaction.atomic():
        row = yuan((8_640, 8_800, 0, 5_600, 421, 421, 4_400, 121, 16))
        figures.enter(cast.qinghe, 2025, row, version=1, by=cast.li, on=date(2026, 11, 2))
    jobs.diagnose_firms()
    with acting(cast.chen):
        assert Diagnosis.objects.count() == 3
        assert Firm.objects.get(pk=cast.qinghe.pk).latest_diagnosis == Diagnosis.objects.latest("pk")


def test_a_publicity_that_is_over_and_unopposed_admits_by_itself(story: Story) -> None:
    story.to("publicity")
    with acting(story.cast.chen):
        last_day = story.case.get().due_on
        assert last_day is not None
    for day, stage in ((last_day, "publicity"), (last_day + timedelta(days=1), "coaching")):
        with time_machine.travel(at_noon(day)):
            jobs.close_publicity()
            jobs.close_publicity()
        with acting(story.cast.chen):
            assert story.case.get().stage == stage


def test_an_objection_holds_the_job_back(story: Story) -> None:
    story.to("publicity")
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        flag.raise_flag(the(story.cast.qinghe), kind="objection", by=chen, on=story.day, says="权属争议")
    with time_machine.travel(at_noon(date(2026, 12, 1))):
        jobs.close_publicity()
    with acting(chen):
        assert story.case.get().stage == "publicity"


def test_coaching_towards_renewal_begins_a_year_before_the_end_and_once(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        held = certificate.issue(
            cast.qinghe, number="GR202333001234", issued_on=date(2023, 12, 8), by=cast.chen, on=date(2026, 1, 8)
        )
    for day, opened in ((date(2025, 12, 7), 0), (date(2026, 1, 9), 1)):
        with time_machine.travel(at_noon(day)):
            jobs.open_renewals()
            jobs.open_renewals()
        with acting(cast.chen):
            assert Case.objects.filter(kind=Case.RENEWAL).count() == opened
            assert Certificate.objects.get() == held


def test_the_trail_is_sealed_in_a_chain(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "PATIENCE", 1)
    story.to("draft")
    jobs.seal_trail()
    assert TrailSeal.objects.count() == 0, "what is not committed yet is not sealed"


def test_the_beat_leaves_a_sign_of_life(db: None) -> None:
    jobs.beat()
    jobs.beat()
    assert Heartbeat.objects.get(part="beat").at <= timezone.now()


def test_every_entry_of_the_timetable_is_a_job() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert hasattr(jobs, str(entry["task"]).removeprefix("pipeline.jobs."))


def test_a_paper_is_shown_only_once_it_was_looked_at(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        year = FinancialYear.objects.get(year=2025)
        evidence.receive(
            cast.qinghe, BytesIO(b"%PDF-1.7"), name="审计.pdf", size=8, purpose="figures", by=cast.li, year=year
        )
        assert DocumentVersion.objects.get().state == "received"
    jobs.inspect_papers()
    jobs.inspect_papers()
    with acting(cast.li):
        assert DocumentVersion.objects.get().state == "clean"


def test_a_trial_and_its_sheet_that_wait_are_taken_up_as_whoever_asked(
    cast: Cast, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    for job in (jobs.run_trial, jobs.write_trial_sheet):
        monkeypatch.setattr(job, "delay", job)
    with acting(cast.wang):
        asked = trial.ask(before=trial.side("hte", DAY), after=trial.side("pool", DAY), by=cast.wang)
    jobs.sweep()
    jobs.sweep()
    jobs.run_trial(asked.pk, person=cast.wang.pk)
    with acting(cast.wang), transaction.atomic():
        asked.refresh_from_db()
        assert (asked.state, asked.firms_done) == ("done", 1), "Lin'an has one firm"
        sheet = trial_sheet.ask(asked, rule="", language="zh-hans", by=cast.wang)
    jobs.sweep()
    jobs.write_trial_sheet(sheet.pk, person=cast.wang.pk)
    with acting(cast.wang):
        sheet.refresh_from_db()
    assert sheet.state == "done"


def told_of(cast: Cast, kind: str) -> list[str]:
    with acting(SENDER), transaction.atomic():
        return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("to", flat=True))


def morning_after(*days: date) -> None:
    """The job runs on each of these mornings, and once more."""
    for day in days:
        with time_machine.travel(at_noon(day)):
            jobs.remind_of_help()
            jobs.remind_of_help()


def test_what_nobody_answered_goes_to_the_head_and_then_to_the_city_once(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        asked = difficulty.ask(cast.qinghe, kind="policy", says="年限？", coach=False, by=cast.li, on=date(2026, 11, 2))
    assert asked.due_on == date(2026, 11, 9)
    morning_after(date(2026, 11, 9), date(2026, 11, 10))
    assert told_of(cast, "difficulty.climb") == [Notice.COUNTY]
    assert told_of(cast, "difficulty.escalate") == []
    morning_after(date(2026, 11, 11), date(2026, 11, 12))
    assert told_of(cast, "difficulty.climb") == [Notice.COUNTY]
    assert told_of(cast, "difficulty.escalate") == [Notice.CITY]


def test_a_booked_hour_is_recalled_the_day_before_and_once(cast: Cast) -> None:
    now = at_noon(date(2026, 11, 2))
    with acting(cast.wang), transaction.atomic():
        free = hour.offer(starts_at=now + timedelta(days=4), minutes=60, place="305", by=cast.wang, now=now)
    with acting(cast.li), transaction.atomic():
        rows = Hour.objects.filter(pk=free.pk)
        hour.book(rows, cast.qinghe, about="研发台账", by=cast.li, on=now.date(), now=now)
    morning_after(date(2026, 11, 2), date(2026, 11, 4))
    assert told_of(cast, "hour.remind") == []
    morning_after(date(2026, 11, 5), date(2026, 11, 6))
    assert told_of(cast, "hour.remind") == [Notice.FIRM]


def test_who_was_listed_last_year_is_told_once_to_renew(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        SmeRegistration.objects.create(
            firm=cast.qinghe, year=2026, route="points", state=SmeRegistration.LISTED, number="202633011208012345",
            listed_on=date(2026, 6, 1), handed_in_on=date(2026, 5, 20), by=cast.li,
        )  # fmt: skip
    morning_after(date(2026, 12, 31))
    assert told_of(cast, "sme.remind") == []
    morning_after(date(2027, 1, 1), date(2027, 1, 2))
    assert told_of(cast, "sme.remind") == [Notice.FIRM]


def test_a_file_that_nobody_goes_on_sending_is_given_up_after_two_days(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        upload = paper.begin(cast.qinghe, name="证书.pdf", size=9_000, purpose="rights", by=cast.li, at=timezone.now())
        paper.add_piece(upload, b"%PDF-1.7" + b" " * 600, start=0, by=cast.li)
    for days, left in ((1.9, 1), (2.1, 0)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            jobs.clear_uploads()
            jobs.clear_uploads()
        with acting(cast.li), transaction.atomic():
            assert (Upload.objects.count(), UploadPiece.objects.count()) == (left, left)
