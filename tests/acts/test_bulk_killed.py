"""A worker is killed in the middle of an act on thousands of cases: each is done once, soon after the next start."""

import os
import signal
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from stdnum.cn import uscc

from config import clock
from config.postgres.scope import acting
from pipeline.acts import bulk, case, firm
from pipeline.models import Bulk, Case, Firm, Notice, Transition, User
from tests.acts.test_roster_killed import wait_until
from tests.cast import city
from tests.live import House

pytestmark = pytest.mark.long
CASES = 6_000


def leads(cast: Any) -> None:
    place = cast.divisions["linan"]
    codes = [f"91330112MA2E{number:05}" for number in range(CASES)]
    records = [
        {"uscc": code + uscc.calc_check_digit(code), "name": f"临安第{number}科技有限公司", "division": place}
        for number, code in enumerate(codes)
    ]
    with acting(cast.chen):
        firm.register(records, by=cast.chen, on=_today())
        case.open_lead(Firm.objects.filter(uscc__startswith="91330112MA2E"), by=cast.chen, on=_today())


def _today() -> date:

    return clock.today()


def confirmed(chen: User) -> int:
    """Inviting all leads, rehearsed and confirmed; its key."""
    with acting(chen), transaction.atomic():
        asked = bulk.ask(Case.objects.all(), kind="invite", said={}, query="", language="zh-hans", by=chen, on=_today())
    with acting(chen):
        bulk.work(asked.pk, by=chen)
        with transaction.atomic():
            bulk.confirm(Bulk.objects.get(pk=asked.pk), by=chen, on=_today())
    return int(asked.pk)


@pytest.fixture(scope="module")
def house(own_house: House) -> House:
    """Its processes are killed here."""
    return own_house


def test_a_killed_worker_loses_and_doubles_nothing(house: House) -> None:
    house.stop()
    with transaction.atomic():
        cast = city()
        leads(cast)
    chen = cast.chen
    key = confirmed(chen)

    def done() -> int:
        with transaction.atomic(), acting(chen):
            return int(Bulk.objects.get(pk=key).rows_done)

    killed_at = []
    for rows in (1, 2_001):
        house.restart(beat=True)
        wait_until(lambda rows=rows: done() >= rows)  # type: ignore[misc]
        os.killpg(house.children["worker"].process.pid, signal.SIGKILL)
        killed_at.append(done())
    house.restart(beat=True)
    wait_until(lambda: done() == CASES)
    assert killed_at[-1] < CASES
    with transaction.atomic(), acting(chen):
        assert Bulk.objects.get(pk=key).state == Bulk.DONE
        assert Case.objects.filter(stage="draft", version=2).count() == CASES
        assert Transition.objects.filter(move="case.invite").count() == CASES
        assert Notice.objects.filter(kind="case.invite").count() == CASES
