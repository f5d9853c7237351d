"""A roster whose work was cut off, stopped or failed: what is kept, and what it goes on with."""

import csv
import shutil
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import people, roster, roster_reading
from pipeline.models import Contact, Firm, FirmMove, Import, ImportRow, MoveRefused, Seat, TrailEntry, User
from pipeline.models.roster import READING_MAY_PAUSE
from tests.acts.test_roster import DAY, ROWS, SALES, Desk
from tests.cast import SINCE, Cast
from tests.outside.workbooks import CODE, HEAD, OTHER_CODE


@pytest.fixture
def desk(cast: Cast, tmp_path: Path, settings: Any) -> Desk:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return Desk(cast, tmp_path)


def now(found: Import) -> Import:
    return Import.objects.get(pk=found.pk)


def half_committed(desk: Desk, by: User) -> Import:
    """Two rows, one of them on record; the worker is between its chunks."""
    found = desk.read(ROWS, by)
    with acting(by):
        roster.confirm(found, version=found.version, by=by, on=DAY)
        assert roster._commit_chunk(found.pk, by=by, on=DAY)
        return now(found)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "COMMITTED_AT_ONCE", 1)
    monkeypatch.setattr(roster_reading, "STAGED_AT_ONCE", 1)


@pytest.mark.usefixtures("one_by_one")
def test_a_reading_that_was_cut_off_goes_on_behind_the_rows_it_staged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen, rows = desk.cast.chen, [*ROWS, [CODE, "临安新苗有限公司", "临安区", 1, 1]]
    found, stage = desk.receive(rows, chen), roster_reading.Reading._stage

    def cut_off(reading: Any, chunk: Any, done: int) -> bool:
        if done:
            raise KeyboardInterrupt  # nothing in the act may catch it, as nothing catches a kill
        return stage(reading, chunk, done)

    monkeypatch.setattr(roster_reading.Reading, "_stage", cut_off)
    with acting(chen):
        with pytest.raises(KeyboardInterrupt):
            roster.read(found.pk, by=chen, on=DAY)
        first = ImportRow.objects.get(roster=found)
        long_ago = F("worked_at") - READING_MAY_PAUSE - timedelta(seconds=1)
        Import.objects.filter(pk=found.pk).update(worked_at=long_ago)
        monkeypatch.setattr(roster_reading.Reading, "_stage", stage)
        roster.read(found.pk, by=chen, on=DAY)
        rows_now = list(ImportRow.objects.filter(roster=found).order_by("number"))
        assert [row.number for row in rows_now] == [1, 2, 3]
        assert rows_now[0].pk == first.pk
        assert [row.kinds for row in rows_now] == [["twice"], [], ["twice"]]  # known of a row that was passed over, too
        assert (now(found).state, now(found).rows_done) == (Import.READ, 3)


@pytest.mark.usefixtures("one_by_one")
def test_a_writing_that_is_stopped_keeps_what_is_in_and_goes_on_when_asked(desk: Desk) -> None:
    chen = desk.cast.chen
    found = half_committed(desk, chen)
    with acting(chen):
        roster.cancel(found, version=found.version, by=chen)
        roster.commit(found.pk, by=chen, on=DAY)
        stopped = now(found)
        assert (stopped.state, stopped.rows_done) == (Import.STOPPED, 1)
        assert Firm.objects.filter(uscc__in=[CODE, OTHER_CODE]).count() == 1
        roster.again(stopped, version=stopped.version, by=chen)
        roster.commit(found.pk, by=chen, on=DAY)
        assert (now(found).state, now(found).rows_done) == (Import.COMMITTED, 2)
        assert Firm.objects.filter(uscc__in=[CODE, OTHER_CODE]).count() == 2


@pytest.mark.usefixtures("one_by_one")
def test_a_writing_whose_officer_lost_the_seat_breaks_off_and_a_colleague_takes_it_up(desk: Desk) -> None:
    chen, song = desk.cast.chen, desk.cast.song
    found = half_committed(desk, chen)
    with acting(song):
        people.end_seat(Seat.objects.get(user=chen), by=song, on=SINCE + timedelta(days=1))
        qian = User.objects.create_user("qian", name="钱进")
        people.grant_seat(qian, "city_officer", by=song, on=SINCE, office=desk.cast.offices["hangzhou"])
    chen = User.objects.get(pk=chen.pk)
    with acting(qian), pytest.raises(access.Refused):
        roster.commit(found.pk, by=chen, on=DAY)
    with acting(qian):
        failed = now(found)
        assert failed.state == Import.FAILED
        assert failed.problem is not None
        assert "导入了 1 行后停下" in failed.problem["zh"]
        roster.again(failed, version=failed.version, by=qian)
        roster.commit(found.pk, by=qian, on=DAY)
        assert (now(found).state, now(found).confirmed_by_id) == (Import.COMMITTED, qian.pk)


def test_a_reading_that_broke_off_can_be_begun_anew(desk: Desk) -> None:
    chen = desk.cast.chen
    found = desk.receive(ROWS, chen)
    papers, away = desk.folder / "documents", desk.folder / "away"
    shutil.move(papers, away)
    with acting(chen):
        with pytest.raises(FileNotFoundError):
            roster.read(found.pk, by=chen, on=DAY)
        failed = now(found)
        assert (failed.state, failed.problem) == (Import.FAILED, roster.NOT_READ.to_json())
        shutil.move(away, papers)
        with pytest.raises(MoveRefused), transaction.atomic():
            roster.again(failed, version=failed.version - 1, by=chen)
        roster.again(failed, version=failed.version, by=chen)
        roster.read(found.pk, by=chen, on=DAY)
        assert (now(found).state, now(found).problem) == (Import.READ, None)


def test_the_result_names_sheet_row_and_cell_of_what_is_wrong(desk: Desk) -> None:
    chen = desk.cast.chen
    rows = [[*HEAD, SALES], [CODE[:-1] + "8", "甲公司", "临安区", "约100"], [OTHER_CODE, "乙公司", "西湖区", 900]]
    found = desk.bring_in(rows, chen)
    with acting(chen):
        lines = list(csv.reader(StringIO(roster.result(found, language="zh").read().decode("utf-8-sig"))))
        assert [line[:3] for line in lines[1:]] == [
            ["Sheet1", "2", "A2"],
            ["Sheet1", "2", "D2"],
            ["Sheet1", "3", ""],
        ]
        assert [line[5] for line in lines[1:]] == ["没有导入", "没有导入", "新企业，已导入"]
        assert "“约100”不是数" in lines[2]
        assert roster.uploaded(found).read(2) == b"PK"


def test_a_changed_firm_s_trail_tells_each_change_and_its_phone_stays_where_the_row_names_none(desk: Desk) -> None:
    chen, head = desk.cast.chen, [*HEAD, "联系电话", "Ⅰ类"]
    desk.bring_in([head, [CODE, "甲公司", "临安区", "13900000001", 1]], chen)
    desk.bring_in([head, [CODE, "甲公司", "临安区", None, 2]], chen)
    with acting(chen):
        firm = Firm.objects.get(uscc=CODE)
        assert (firm.class_one, firm.version) == (2, 2)
        assert Contact.objects.get(firm=firm).phone == "13900000001"
        assert FirmMove.objects.get(firm=firm).during.lower == date(2026, 11, 23)
    with acting(desk.cast.tang):
        told = list(TrailEntry.objects.filter(table="pipeline_firm", row=str(firm.pk)).order_by("pk"))
        assert [entry.operation for entry in told] == ["insert", "update"]
        assert (told[0].act, told[1].act) == ("firm.register", "firm.amend")
        before, after = told[1].before or {}, told[1].after or {}
        assert (before["class_one"], after["class_one"]) == (1, 2)
