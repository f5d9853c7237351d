"""A worker that is killed in the middle of a roster: every row is on record once, soon after the next start."""

import os
import signal
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.db import transaction
from stdnum.cn import uscc

from config.postgres.scope import acting
from pipeline.acts import roster
from pipeline.models import FinancialYear, Firm, Import, User
from tests.acts.test_roster import DAY, SALES
from tests.cast import city
from tests.live import House
from tests.outside.workbooks import HEAD, xlsx

pytestmark = pytest.mark.long
ROWS = 5_000
WITHIN = 120  # seconds; half a minute of standing still, the next sweep, and the rows that are left


def code(number: int) -> str:
    body = f"91330112MA2D{number:05}"
    return body + str(uscc.calc_check_digit(body))


def confirmed(chen: User, path: Path) -> int:
    """A roster that waits to be committed; its key."""
    rows = [[*HEAD, SALES], *([code(n), f"临安第{n}科技有限公司", "临安区", 1000 + n] for n in range(ROWS))]
    with acting(chen):
        content = BytesIO(xlsx(path, rows).read_bytes())
        key = roster.receive(content, name="名册.xlsx", by=chen, on=DAY).pk
        roster.read(key, by=chen, on=DAY)
        with transaction.atomic():
            found = Import.objects.get(pk=key)
            roster.confirm(found, version=found.version, by=chen, on=DAY)
    return int(key)


@pytest.fixture(scope="module")
def house(own_house: House) -> House:
    """Its processes are killed here."""
    return own_house


def test_a_killed_worker_loses_and_doubles_nothing(house: House, tmp_path: Path) -> None:
    with transaction.atomic():
        chen = city().chen
    key = confirmed(chen, tmp_path / "名册.xlsx")

    def done() -> int:
        with transaction.atomic(), acting(chen):
            return int(Import.objects.get(pk=key).rows_done)

    for rows in (1, 2_001):
        house.restart(beat=True)
        wait_until(lambda rows=rows: done() >= rows)  # type: ignore[misc]
        os.killpg(house.children["worker"].process.pid, signal.SIGKILL)
    at_the_kill = done()
    house.restart(beat=True)
    wait_until(lambda: done() == ROWS)
    assert at_the_kill < ROWS
    with transaction.atomic(), acting(chen):
        assert Firm.objects.filter(uscc__startswith="91330112MA2D").count() == ROWS
        assert FinancialYear.objects.filter(firm__uscc__startswith="91330112MA2D").count() == ROWS


def wait_until(holds: Callable[[], bool]) -> None:
    for _try in range(WITHIN * 5):
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {WITHIN} s")
