"""What an extract of the market's registry tells is taken in once and carried out by people."""

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import registry
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.registry import Taken
from pipeline.models import Certificate, Firm, FormerName, IntellectualProperty, Note, Obligation, RegistryEvent, User
from tests.acts.twins import TWIN
from tests.cast import DAY, QINGHE, YUNLING, Cast
from tests.outside.workbooks import xlsx

HEAD = ["统一社会信用代码", "变更事项", "变更日期", "变更前名称", "变更后名称", "对方统一社会信用代码", "对方名称"]
NEW, OLD = "青禾智能科技（杭州）有限公司", "杭州青禾智控科技有限公司"
ON = date(2026, 10, 20)
RENAMED = [QINGHE, "名称变更", "2026-10-20", OLD, NEW]
MERGED = [QINGHE, "吸收合并", "2026-10-20", OLD, "", YUNLING, "桐庐云岭医疗器械有限公司"]
SPLIT = [QINGHE, "存续分立", "2026-10-20", OLD, "", "", "青禾传感有限公司"]
TakeIn = Callable[..., Taken]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def take_in(cast: Cast, tmp_path: Path) -> TakeIn:
    def taken(*rows: list[Any], by: User | None = None, head: list[str] = HEAD) -> Taken:
        content = xlsx(tmp_path / "变更.xlsx", [["登记变更明细"], head, *rows]).read_bytes()
        who = by or cast.chen
        with acting(who), transaction.atomic():
            return registry.take_in(BytesIO(content), name="变更.xlsx", by=who, on=DAY)

    return taken


@pytest.fixture
def certified(cast: Cast) -> Certificate:
    """Qinghe holds a certificate and a right, Yunling the same right and no certificate."""
    with acting(INTAKE), transaction.atomic():
        issued = date(2024, 12, 1)
        for number in ("201710601862.3", "201810601862.9"):
            IntellectualProperty.objects.create(firm=cast.qinghe, kind="invention", number=number)
        IntellectualProperty.objects.create(firm=cast.yunling, kind="invention", number="201710601862.3")
        valid = DateRange(issued, date(2027, 12, 1))
        return Certificate.objects.create(firm=cast.qinghe, number="GR202433000001", issued_on=issued, valid=valid)


def carry_out(by: User) -> None:
    with acting(by), transaction.atomic():
        registry.carry_out(RegistryEvent.objects.get(), by=by, on=DAY)


def test_lines_of_firms_on_record_are_kept_once_and_the_rest_is_counted(cast: Cast, take_in: TakeIn) -> None:
    rows = [RENAMED, [TWIN, "更名", "2026-10-20", "", "别的公司"], ["", "更名", "2026-10-20"]]
    first = take_in(*rows, [YUNLING, "更名", "2026-10-20", "", "桐庐云岭医疗器械有限公司"])
    assert (first.kept, first.known, first.strangers) == (1, 1, 1)
    assert [each.line for each in first.unread] == [5]
    assert take_in(RENAMED).kept == 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([QINGHE, "迁址", "2026-10-20"], "no renaming"),
        ([QINGHE, "更名", "2026-10-20", OLD], "new name is missing"),
        ([QINGHE, "吸收合并", "2026-10-20"], "other firm's credit code"),
        ([QINGHE, "更名", "", OLD, NEW], "day is missing"),
        ([QINGHE, "更名", "2027-10-20", OLD, NEW], "future"),
        ([QINGHE[:-1] + "X", "更名", "2026-10-20", OLD, NEW], "check digit"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(take_in: TakeIn, row: list[str], says: str) -> None:
    taken = take_in(row)
    assert taken.kept == 0
    assert says in taken.unread[0].says.en


def test_a_file_without_its_head_is_refused(take_in: TakeIn) -> None:
    with pytest.raises(ConditionUnmet, match="No head"):
        take_in(RENAMED, head=["甲", "乙"])


def test_a_county_takes_in_its_own_firms_only(cast: Cast, take_in: TakeIn) -> None:
    assert take_in(RENAMED, by=cast.sun).strangers == 1
    assert take_in(RENAMED, by=cast.wang).kept == 1


def test_a_renaming_keeps_the_former_name_and_asks_for_a_report_within_three_months(
    cast: Cast, take_in: TakeIn, certified: Certificate
) -> None:
    take_in(RENAMED)
    carry_out(cast.chen)
    with acting(cast.chen), transaction.atomic():
        assert Firm.objects.get(uscc=QINGHE).name == NEW
        assert FormerName.objects.values_list("name", "until").get() == (OLD, ON)
        owed = Obligation.objects.get(certificate=certified)
        assert (owed.kind, owed.due_on, owed.fulfilled_on) == ("change_report", date(2027, 1, 20), None)
        assert "renamed" in Note.objects.get(internal=True).text
        assert RegistryEvent.objects.get().state == RegistryEvent.DONE
    with pytest.raises(ConditionUnmet, match="settled it already"):
        carry_out(cast.chen)


def test_what_came_before_the_law_asks_for_no_report(cast: Cast, take_in: TakeIn, certified: Certificate) -> None:
    take_in([QINGHE, "更名", "2011-10-20", OLD, NEW])
    carry_out(cast.chen)
    with acting(cast.chen), transaction.atomic():
        assert not Obligation.objects.exists()
        assert Firm.objects.get(uscc=QINGHE).name == NEW


def test_without_a_certificate_of_that_day_nothing_is_owed(cast: Cast, take_in: TakeIn) -> None:
    take_in(RENAMED)
    carry_out(cast.chen)
    with acting(cast.chen):
        assert not Obligation.objects.exists()


def test_a_firm_that_was_taken_over_hands_on_its_rights_but_none_twice(
    cast: Cast, take_in: TakeIn, certified: Certificate
) -> None:
    take_in(MERGED)
    carry_out(cast.chen)
    with acting(cast.chen), transaction.atomic():
        rights = IntellectualProperty.objects.order_by("number", "firm__uscc")
        assert list(rights.values_list("firm__uscc", "number", "acquired_by")) == [
            (YUNLING, "201710601862.3", "own_rd"),
            (QINGHE, "201710601862.3", "own_rd"),
            (YUNLING, "201810601862.9", "merger"),
        ]
        assert Obligation.objects.get().kind == "change_report"
        assert Note.objects.count() == 2


def test_a_split_changes_nothing_but_what_is_owed(cast: Cast, take_in: TakeIn, certified: Certificate) -> None:
    take_in(SPLIT)
    carry_out(cast.chen)
    with acting(cast.chen), transaction.atomic():
        assert Firm.objects.get(uscc=QINGHE).name == OLD
        assert Obligation.objects.get().due_on == date(2027, 1, 20)
        assert IntellectualProperty.objects.filter(firm__uscc=QINGHE).count() == 2


def test_a_merger_waits_until_the_other_firm_is_on_record(cast: Cast, take_in: TakeIn) -> None:
    take_in([*MERGED[:5], TWIN, "别的公司"])
    with pytest.raises(ConditionUnmet, match="not on record"):
        carry_out(cast.chen)
    with acting(cast.chen), transaction.atomic():
        assert RegistryEvent.objects.get().state == RegistryEvent.WAITING


def test_a_line_may_be_left_with_a_reason(cast: Cast, take_in: TakeIn) -> None:
    take_in(RENAMED)
    with acting(cast.chen), transaction.atomic():
        with pytest.raises(ConditionUnmet), transaction.atomic():
            registry.leave(RegistryEvent.objects.get(), why=" ", by=cast.chen, on=DAY)
        registry.leave(RegistryEvent.objects.get(), why="登记机关已撤销", by=cast.chen, on=DAY)
        assert RegistryEvent.objects.get().state == RegistryEvent.LEFT
        assert Firm.objects.get(uscc=QINGHE).name == OLD


def test_only_officers_carry_out(cast: Cast, take_in: TakeIn) -> None:
    take_in(RENAMED)
    with acting(cast.zhou), transaction.atomic(), pytest.raises(access.Refused):
        registry.carry_out(RegistryEvent.objects.get(), by=cast.zhou, on=DAY)
