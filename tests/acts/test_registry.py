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
from pipeline.acts import firm, registry, registry_extract
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.registry_extract import AT_ONCE, Taken
from pipeline.models import (
    Certificate,
    Firm,
    FormerName,
    IntellectualProperty,
    Note,
    Obligation,
    RegistryEvent,
    RegistryExtract,
    User,
)
from tests.acts.twins import TWIN
from tests.cast import DAY, QINGHE, YUNLING, Cast, the
from tests.outside.workbooks import xlsx

HEAD = ["统一社会信用代码", "变更事项", "变更日期", "变更前名称", "变更后名称", "对方统一社会信用代码", "对方名称"]
NEW, OLD = "青禾智能科技（杭州）有限公司", "杭州青禾智控科技有限公司"
ON = date(2026, 10, 20)
RENAMED = [QINGHE, "名称变更", "2026-10-20", OLD, NEW]
MERGED = [QINGHE, "吸收合并", "2026-10-20", OLD, "", YUNLING, "桐庐云岭医疗器械有限公司"]
SPLIT = [QINGHE, "存续分立", "2026-10-20", OLD, "", "", "青禾传感有限公司"]
TakeIn = Callable[..., RegistryExtract]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def take_in(cast: Cast, tmp_path: Path) -> TakeIn:
    def taken(*rows: list[Any], by: User | None = None, head: list[str] = HEAD) -> RegistryExtract:
        content = xlsx(tmp_path / "变更.xlsx", [["登记变更明细"], head, *rows]).read_bytes()
        who = by or cast.chen
        with acting(who), transaction.atomic():
            kept = registry_extract.take_in(BytesIO(content), name="变更.xlsx", by=who, on=DAY)
            registry_extract.read(kept.pk, by=who)
            kept.refresh_from_db()
            return kept

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


def put_forward(by: User) -> None:
    with acting(by), transaction.atomic():
        registry.propose(RegistryEvent.objects.get(), by=by, on=DAY)


def test_lines_of_firms_on_record_are_kept_once_and_the_rest_is_counted(cast: Cast, take_in: TakeIn) -> None:
    rows = [RENAMED, [TWIN, "更名", "2026-10-20", "", "别的公司"], ["", "更名", "2026-10-20"]]
    first = Taken.of(take_in(*rows, [YUNLING, "更名", "2026-10-20", "", "桐庐云岭医疗器械有限公司"]))
    assert (first.kept, first.known, first.strangers) == (1, 1, 1)
    assert [each.line for each in first.unread] == [5]
    assert Taken.of(take_in(RENAMED)).kept == 0


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
    taken = Taken.of(take_in(row))
    assert taken.kept == 0
    assert says in taken.unread[0].says.en


def test_a_file_without_its_head_is_refused(cast: Cast, take_in: TakeIn) -> None:
    kept = take_in(RENAMED, head=["甲", "乙"])
    assert kept.state == RegistryExtract.REFUSED
    assert "No head" in kept.problem["en"]


def test_a_county_takes_in_its_own_firms_only(cast: Cast, take_in: TakeIn) -> None:
    assert Taken.of(take_in(RENAMED, by=cast.sun)).strangers == 1
    assert Taken.of(take_in(RENAMED, by=cast.wang)).kept == 1


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
    put_forward(cast.chen)
    carry_out(cast.zhou)
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
    put_forward(cast.chen)
    carry_out(cast.zhou)
    with acting(cast.chen), transaction.atomic():
        assert Firm.objects.get(uscc=QINGHE).name == OLD
        assert Obligation.objects.get().due_on == date(2027, 1, 20)
        assert IntellectualProperty.objects.filter(firm__uscc=QINGHE).count() == 2


def test_a_merger_waits_until_the_other_firm_is_on_record(cast: Cast, take_in: TakeIn) -> None:
    take_in([*MERGED[:5], TWIN, "别的公司"])
    with pytest.raises(ConditionUnmet, match="not on record"):
        put_forward(cast.chen)
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


def test_a_merger_or_split_takes_a_second_person(cast: Cast, take_in: TakeIn) -> None:
    take_in(MERGED)
    with pytest.raises(ConditionUnmet, match="put forward first"):
        carry_out(cast.zhou)
    put_forward(cast.chen)
    with pytest.raises(ConditionUnmet, match="another person"):
        carry_out(cast.chen)
    with acting(cast.chen), transaction.atomic():
        registry.withdraw(RegistryEvent.objects.get(), by=cast.chen)
    with pytest.raises(ConditionUnmet, match="put forward first"):
        carry_out(cast.zhou)
    put_forward(cast.chen)
    carry_out(cast.zhou)


def test_the_line_of_a_firm_that_moved_away_is_done_by_the_city_or_left_by_the_county(
    cast: Cast, take_in: TakeIn
) -> None:
    take_in(RENAMED, [QINGHE, "更名", "2026-10-21", OLD, "又一个名字"], by=cast.wang)
    with acting(cast.chen), transaction.atomic():
        firm.assign_county(the(cast.qinghe), cast.divisions["xihu"], by=cast.chen, on=DAY)
        first, second = RegistryEvent.objects.order_by("pk")
    with acting(cast.wang), transaction.atomic():
        with pytest.raises(ConditionUnmet, match="the city does it"), transaction.atomic():
            registry.carry_out(first, by=cast.wang, on=DAY)
        registry.leave(second, why="已迁出本区", by=cast.wang, on=DAY)
    with acting(cast.sun), transaction.atomic(), pytest.raises(ConditionUnmet):
        registry.leave(first, why="别区的", by=cast.sun, on=DAY)
    with acting(cast.chen), transaction.atomic():
        registry.carry_out(first, by=cast.chen, on=DAY)
        assert Firm.objects.get(uscc=QINGHE).name == NEW


def lines(count: int) -> bytes:
    """As a file: that many lines, of them one of a firm on record, at the very end."""
    told = [f"{TWIN},更名,2026-10-20,,别的公司{number}" for number in range(count - 1)]
    return "\n".join([",".join(HEAD[:5]), *told, f"{QINGHE},更名,2026-10-20,{OLD},{NEW}"]).encode()


def test_a_long_extract_is_begun_at_once_and_read_to_its_end_by_a_job(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        kept = registry_extract.take_in(BytesIO(lines(AT_ONCE + 1)), name="变更.csv", by=cast.chen, on=DAY)
        registry_extract.read(kept.pk, by=cast.chen, at_once=AT_ONCE)
        kept.refresh_from_db()
        assert (kept.state, kept.lines_done, kept.working) == ("waiting", AT_ONCE, True)
        registry_extract.read(kept.pk, by=cast.zhou)
        assert not RegistryEvent.objects.exists(), "it is read for who took it in alone"
        registry_extract.read(kept.pk, by=cast.chen)
        kept.refresh_from_db()
        assert (kept.state, kept.lines_done) == ("done", AT_ONCE + 1)
        found = Taken.of(kept)
        assert (found.kept, found.strangers) == (1, AT_ONCE)


def test_an_extract_of_more_lines_than_may_be_is_refused_with_a_sentence(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        content = BytesIO(lines(registry_extract.LIMITS.rows + 1))
        kept = registry_extract.take_in(content, name="变更.csv", by=cast.chen, on=DAY)
        registry_extract.read(kept.pk, by=cast.chen, at_once=AT_ONCE)
        kept.refresh_from_db()
        assert kept.state == RegistryExtract.REFUSED
        assert "20,000" in kept.problem["en"]
        assert not RegistryEvent.objects.exists()


def test_one_that_broke_off_goes_on_where_it_ended(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(cast.chen), transaction.atomic():
        kept = registry_extract.take_in(BytesIO(lines(3)), name="变更.csv", by=cast.chen, on=DAY)
    with acting(cast.chen), monkeypatch.context() as broken:
        broken.setattr(registry_extract, "AT_ONCE", 1)
        broken.setattr(Firm.objects, "within", None)
        with pytest.raises(TypeError):
            registry_extract.read(kept.pk, by=cast.chen)
    with acting(cast.chen), transaction.atomic():
        kept.refresh_from_db()
        assert kept.state == "failed"
        registry_extract.again(kept, by=cast.chen)
        registry_extract.read(kept.pk, by=cast.chen)
        kept.refresh_from_db()
        assert (kept.state, Taken.of(kept).kept) == ("done", 1)
