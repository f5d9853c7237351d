"""A spreadsheet of firms on its way in."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import merging, roster
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.roster_record import held_values
from pipeline.models import Contact, FinancialYear, Firm, FirmMove, FormerName, Import, ImportRow, MoveRefused, User
from pipeline.models.roster import READING_MAY_PAUSE
from pipeline.models.what_moves import what_moves
from tests.acts.twins import TWIN, registered
from tests.cast import QINGHE, Cast
from tests.outside.workbooks import CODE, HEAD, OTHER_CODE, opened, xlsx

DAY = date(2026, 11, 23)
SALES = "2025年销售收入（万元）"
ROWS: list[list[Any]] = [
    [*HEAD, SALES, "2025年职工总数"],
    [CODE, "临安新苗有限公司", "临安区", 1234.5, 60],
    [OTHER_CODE, "西湖新叶公司", "西湖区", 800, None],
]


@pytest.fixture
def desk(cast: Cast, tmp_path: Path, settings: Any) -> "Desk":
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return Desk(cast, tmp_path)


class Desk:
    """Brings rosters in as one of the cast."""

    def __init__(self, cast: Cast, folder: Path) -> None:
        self.cast, self.folder = cast, folder

    def opened(self, content: bytes) -> list[list[list[Any]]]:
        return opened(content, self.folder / "given.xlsx")

    def receive(self, rows: Any, by: User) -> Import:
        content = BytesIO(xlsx(self.folder / "名册.xlsx", rows).read_bytes())
        with acting(by):
            return roster.receive(content, name="名册.xlsx", by=by, on=DAY)

    def read(self, rows: Any, by: User) -> Import:
        received = self.receive(rows, by)
        with acting(by):
            roster.read(received.pk, by=by, on=DAY)
            return Import.objects.get(pk=received.pk)

    def bring_in(self, rows: Any, by: User) -> Import:
        found = self.read(rows, by)
        with acting(by):
            roster.confirm(found, version=found.version, by=by, on=DAY)
            roster.commit(found.pk, by=by, on=DAY)
            return Import.objects.get(pk=found.pk)


def rows_of(found: Import) -> list[ImportRow]:
    return list(found.rows.order_by("number"))


def kinds(found: Import) -> list[list[str]]:
    return [row.kinds for row in rows_of(found)]


def test_read_by_the_city_for_a_county_it_tells_of_no_other_county_s_firms(desk: Desk) -> None:
    cast = desk.cast
    received = desk.receive(ROWS, cast.wang)
    with acting(cast.chen):
        roster.read(received.pk, by=cast.chen, on=DAY)
        assert [row.kinds for row in rows_of(received)][1] == ["beyond"]


def test_what_is_read_is_staged_and_nothing_of_it_is_on_record_yet(desk: Desk) -> None:
    chen = desk.cast.chen
    found = desk.read(ROWS, chen)
    with acting(chen):
        assert (found.state, found.rows_done, found.counts()) == (
            "read",
            2,
            {"new": 2, "changed": 0, "unchanged": 0, "refused": 0},
        )
        assert found.columns["sheets"][0]["texts"][3] == SALES
        assert not Firm.objects.filter(uscc=CODE).exists()


def test_confirmed_rows_become_firms_with_county_and_figures(desk: Desk) -> None:
    chen = desk.cast.chen
    found = desk.bring_in(ROWS, chen)
    with acting(chen):
        firm = Firm.objects.get(uscc=CODE)
        year = FinancialYear.objects.get(firm=firm, year=2025)
        assert (found.state, found.rows_done, found.rows_total) == ("committed", 2, 2)
        assert (firm.name, firm.resident, firm.diagnosis_due) == ("临安新苗有限公司", True, True)
        assert firm.county_on(DAY) == desk.cast.divisions["linan"]
        assert (year.sales, year.staff, year.rd_total) == (Decimal("12345000.00"), Decimal(60), None)
        assert year.source.startswith("名册.xlsx")


def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    chen = desk.cast.chen
    head = [*ROWS[0], "联系人", "联系电话", "注册日期", "Ⅰ类"]
    rows = [head, [*ROWS[1], "林一帆", "13900000001", date(2015, 3, 2), 2], [*ROWS[2], None, "13900000002", None, 0]]
    desk.bring_in(rows, chen)
    again = desk.read(rows, chen)
    with acting(chen):
        assert again.counts() == {"new": 0, "changed": 0, "unchanged": 2, "refused": 0}
        with pytest.raises(ConditionUnmet), transaction.atomic():
            roster.confirm(again, version=again.version, by=chen, on=DAY)


def test_a_change_shows_old_and_new_and_touches_nothing_else(desk: Desk) -> None:
    chen = desk.cast.chen
    desk.bring_in(ROWS, chen)
    rows = [[*HEAD, "2025年研发费用（元）", SALES], [CODE, "临安新苗有限公司", "临安区", 900_000, 1300]]
    changed = desk.bring_in(rows, chen)
    with acting(chen):
        assert rows_of(changed)[0].changes == [
            {"field": "sales", "year": 2025, "old": "12345000.00", "new": "13000000.00"},
            {"field": "rd_total", "year": 2025, "old": None, "new": "900000.00"},
        ]
        year = FinancialYear.objects.get(firm__uscc=CODE, year=2025)
        assert (year.sales, year.rd_total, year.staff, year.version) == (
            Decimal(13_000_000),
            Decimal(900_000),
            Decimal(60),
            2,
        )


def test_a_figure_tells_the_roster_and_the_row_it_came_by(desk: Desk) -> None:
    chen, head = desk.cast.chen, [*HEAD, "2025年销售收入（万元）", "2025年净资产（万元）"]
    desk.bring_in([head, [CODE, "甲公司", "临安区", "800", "300"]], chen)
    second = desk.bring_in(
        [head, [OTHER_CODE, "乙公司", "西湖区", "", ""], [CODE, "甲公司", "临安区", "900", "300"]], chen
    )
    with acting(chen):
        sources = FinancialYear.objects.get(firm__uscc=CODE).sources
    assert (sources["sales"]["roster"], sources["sales"]["line"]) == (second.name, 3)
    assert sources["net_assets"]["line"] == 2


def test_an_empty_cell_never_erases_what_is_on_record(desk: Desk) -> None:
    chen = desk.cast.chen
    desk.bring_in(ROWS, chen)
    again = desk.read([ROWS[0], [CODE, "临安新苗有限公司", "临安区", None, None]], chen)
    with acting(chen):
        assert [row.state for row in rows_of(again)] == ["unchanged"]


def test_a_new_name_is_asked_about_and_the_old_one_is_kept(desk: Desk) -> None:
    chen = desk.cast.chen
    desk.bring_in(ROWS, chen)
    renamed = desk.bring_in([HEAD, [CODE, "临安新苗科技有限公司", "临安区"]], chen)
    with acting(chen):
        row = rows_of(renamed)[0]
        assert (row.kinds, row.asks, row.state) == (["renamed"], True, "changed")
        assert Firm.objects.get(uscc=CODE).name == "临安新苗科技有限公司"
        assert FormerName.objects.get(firm__uscc=CODE).name == "临安新苗有限公司"


def test_a_roster_gives_a_firm_its_first_county_but_never_moves_it(desk: Desk) -> None:
    chen = desk.cast.chen
    desk.bring_in([HEAD, [CODE, "甲公司", None]], chen)
    with acting(chen):
        assert Firm.objects.get(uscc=CODE).county_on(DAY) is None
    desk.bring_in([HEAD, [CODE, "甲公司", "临安区"]], chen)
    moved = desk.read([HEAD, [CODE, "甲公司", "西湖区"]], chen)
    with acting(chen):
        assert Firm.objects.get(uscc=CODE).county_on(DAY) == desk.cast.divisions["linan"]
        assert (kinds(moved), rows_of(moved)[0].state) == ([["moved"]], "unchanged")
        assert FirmMove.objects.filter(firm__uscc=CODE).count() == 1


def test_a_county_brings_its_own_firms_only_and_learns_nothing_of_others(desk: Desk) -> None:
    wang = desk.cast.wang
    yunling = "91330106MA2CGLR46F"  # on record in Xihu
    rows = [
        HEAD,
        [CODE, "甲公司", "临安区"],
        [OTHER_CODE, "乙公司", "西湖区"],
        [yunling, "丙公司", "临安区"],
        [QINGHE, "杭州青禾智控科技有限公司", None],
    ]
    found = desk.bring_in(rows, wang)
    with acting(wang):
        states = [(row.state, row.kinds) for row in rows_of(found)]
        assert states == [("new", []), ("refused", ["beyond"]), ("refused", ["beyond"]), ("unchanged", [])]
        told = [fault["says"]["zh"] for row in rows_of(found) for fault in row.faults]
        assert set(told) == {"这家企业不在本单位办理范围内"}
        assert Firm.objects.get(uscc=CODE).county_on(DAY) == desk.cast.divisions["linan"]


def test_a_county_sees_its_own_rosters_and_the_city_sees_all(desk: Desk) -> None:
    mine, theirs = desk.receive(ROWS, desk.cast.wang), desk.receive(ROWS, desk.cast.sun)
    for person, expected in (
        (desk.cast.wang, {mine.pk}),
        (desk.cast.sun, {theirs.pk}),
        (desk.cast.chen, {mine.pk, theirs.pk}),
    ):
        with acting(person):
            assert set(Import.objects.values_list("pk", flat=True)) == expected
            assert set(Import.objects.visible_to(person).values_list("pk", flat=True)) == expected


def test_a_firm_s_owner_brings_in_no_roster(desk: Desk) -> None:
    with pytest.raises(access.Refused):
        desk.receive(ROWS, desk.cast.li)


def test_two_rows_for_one_firm_are_both_refused_and_name_each_other(desk: Desk) -> None:
    found = desk.read(
        [HEAD, [CODE, "甲公司", "临安区"], [OTHER_CODE, "乙公司", "西湖区"], [CODE, "甲公司", "临安区"]], desk.cast.chen
    )
    with acting(desk.cast.chen):
        assert kinds(found) == [["twice"], [], ["twice"]]
        assert "Sheet1!A4" in rows_of(found)[0].faults[0]["says"]["zh"]
        assert found.counts()["refused"] == 2


def test_a_figure_ten_thousand_times_the_one_on_record_is_refused(desk: Desk) -> None:
    chen = desk.cast.chen
    desk.bring_in(ROWS, chen)
    found = desk.read([[*HEAD, SALES], [CODE, "临安新苗有限公司", "临安区", 12_345_000]], chen)
    with acting(chen):
        assert kinds(found) == [["magnitude"]]
        assert "库中为 1,234.5 万元" in rows_of(found)[0].faults[0]["says"]["zh"]


def test_a_file_that_is_no_roster_is_refused_as_a_whole_with_a_sentence(desk: Desk) -> None:
    found = desk.read([["企业名称", "所属县区"], ["甲公司", "临安区"]], desk.cast.chen)
    assert found.state == "refused"
    assert "没有“统一社会信用代码”这一列" in str(found.problem)


def test_what_can_be_seen_from_outside_is_refused_at_the_door(desk: Desk) -> None:
    chen = desk.cast.chen
    with acting(chen), pytest.raises(ConditionUnmet) as refused, transaction.atomic():
        roster.receive(BytesIO(b"%PDF-1.7"), name="名册.xlsx", by=chen, on=DAY)
    assert "内容却是PDF" in refused.value.missing[0].says
    with acting(chen):
        assert not Import.objects.exists()


def test_refused_rows_are_given_back_marked_and_the_template_knows_the_counties(desk: Desk) -> None:
    chen = desk.cast.chen
    found = desk.read(
        [[*HEAD, "备注"], [CODE[:-1] + "8", "甲公司", "临安区", "x"], [CODE, "乙公司", "临安区", "y"]], chen
    )
    with acting(chen):
        given = desk.opened(roster.marked(found, language="zh-hans"))
        template = desk.opened(roster.empty_template(desk.cast.offices["linan"], on=DAY))
    assert given[0][0] == [*HEAD, "备注", "问题与处理"]
    assert given[0][1][:4] == [CODE[:-1] + "8", "甲公司", "临安区", "x"]
    assert len(given[0]) == 2
    assert template[0][0][10] == "2023年销售收入（万元）"


def test_reading_twice_reads_once_and_a_dead_reader_is_taken_over(desk: Desk) -> None:
    chen = desk.cast.chen
    found = desk.read(ROWS, chen)
    with acting(chen):
        roster.read(found.pk, by=chen, on=DAY)
        assert Import.objects.get(pk=found.pk).version == found.version
        Import.objects.filter(pk=found.pk).update(state=Import.READING)
        roster.read(found.pk, by=chen, on=DAY)
        assert Import.objects.get(pk=found.pk).state == Import.READING
        long_ago = F("worked_at") - READING_MAY_PAUSE - timedelta(seconds=1)
        Import.objects.filter(pk=found.pk).update(worked_at=long_ago)
        roster.read(found.pk, by=chen, on=DAY)
        assert Import.objects.get(pk=found.pk).state == Import.READ
        assert found.rows.count() == 2


def test_a_commit_that_was_cut_off_goes_on_with_the_next_chunk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    chen = desk.cast.chen
    monkeypatch.setattr(roster, "COMMITTED_AT_ONCE", 1)
    found = desk.read(ROWS, chen)
    with acting(chen):
        roster.confirm(found, version=found.version, by=chen, on=DAY)
        assert roster._commit_chunk(found.pk, by=chen, on=DAY)
        assert Import.objects.get(pk=found.pk).rows_done == 1
        assert Firm.objects.filter(uscc__in=[CODE, OTHER_CODE]).count() == 1
        roster.commit(found.pk, by=chen, on=DAY)
        done = Import.objects.get(pk=found.pk)
        assert (done.state, done.rows_done) == ("committed", 2)
        assert Firm.objects.filter(uscc__in=[CODE, OTHER_CODE]).count() == 2
        roster.commit(found.pk, by=chen, on=DAY)
        assert Import.objects.get(pk=found.pk).version == done.version


def test_a_firm_that_left_the_county_in_the_meantime_is_refused_at_the_commit(desk: Desk) -> None:
    wang, chen = desk.cast.wang, desk.cast.chen
    found = desk.read([HEAD, [CODE, "甲公司", "临安区"], [OTHER_CODE, "乙公司", "临安区"]], wang)
    desk.bring_in([HEAD, [CODE, "甲公司", "西湖区"]], chen)
    with acting(wang):
        roster.confirm(found, version=found.version, by=wang, on=DAY)
        roster.commit(found.pk, by=wang, on=DAY)
        assert [(row.state, row.kinds) for row in rows_of(found)] == [("refused", ["beyond"]), ("new", [])]
        assert Firm.objects.filter(uscc=OTHER_CODE).exists()
        assert Import.objects.get(pk=found.pk).state == "committed"


def test_only_the_roster_as_it_was_seen_can_be_confirmed_or_cancelled(desk: Desk) -> None:
    chen = desk.cast.chen
    found = desk.read(ROWS, chen)
    with acting(chen):
        with pytest.raises(MoveRefused), transaction.atomic():
            roster.confirm(found, version=found.version - 1, by=chen, on=DAY)
        roster.cancel(found, version=found.version, by=chen)
        with pytest.raises(MoveRefused), transaction.atomic():
            roster.confirm(found, version=found.version + 1, by=chen, on=DAY)
        roster.commit(found.pk, by=chen, on=DAY)
        assert not Firm.objects.filter(uscc=CODE).exists()


def test_a_new_contact_takes_the_place_of_the_old_one(desk: Desk) -> None:
    chen = desk.cast.chen
    head = [*HEAD, "联系人", "联系电话"]
    desk.bring_in(
        [
            head,
            [CODE, "甲公司", "临安区", "林一帆", "13900000001"],
            [OTHER_CODE, "乙公司", "西湖区", "周可", "13900000003"],
        ],
        chen,
    )
    desk.bring_in([head, [CODE, "甲公司", "临安区", "周可", "13900000002"]], chen)
    with acting(chen):
        assert list(Contact.objects.filter(firm__uscc=CODE).values_list("name", "phone")) == [("周可", "13900000002")]
        assert list(Contact.objects.filter(firm__uscc=OTHER_CODE).values_list("name", "phone")) == [
            ("周可", "13900000003")
        ]


def test_reading_makes_the_same_number_of_statements_for_many_firms_of_a_chunk(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    chen = desk.cast.chen
    desk.bring_in(ROWS, chen)
    with acting(chen), django_assert_max_num_queries(6):
        assert len(held_values([CODE, OTHER_CODE, QINGHE], desk.cast.chen.reach())) == 3


def merge(cast: Cast) -> None:
    """The second record of Qinghe goes into the first, by two people."""
    with acting(cast.chen), transaction.atomic():
        twin, qinghe = Firm.objects.get(uscc=TWIN), cast.qinghe
        seen = what_moves(twin, qinghe).digest
        proposed = merging.propose(twin, qinghe, why="同一家", seen=seen, by=cast.chen, on=DAY)
    with acting(cast.zhou), transaction.atomic():
        merging.merge(proposed, seen=seen, by=cast.zhou, on=DAY)


@pytest.fixture
def twice(desk: Desk) -> Desk:
    registered(desk.cast)
    merge(desk.cast)
    return desk


def test_a_row_with_the_code_of_a_merged_record_goes_to_the_one_that_stays(twice: Desk) -> None:
    by = twice.cast.wang
    found = twice.bring_in([[*HEAD, SALES], [TWIN, "名册里的旧名", "临安区", 9_000]], by)
    with acting(by), transaction.atomic():
        [row] = rows_of(found)
        assert (row.state, row.kinds) == ("changed", ["merged"])
        assert QINGHE in row.faults[0]["says"]["en"]
        assert FinancialYear.objects.get(firm__uscc=QINGHE, year=2025).sales == Decimal(90_000_000)
        assert not FinancialYear.objects.filter(firm__uscc=TWIN).exists()
        assert twice.cast.qinghe.name == "杭州青禾智控科技有限公司", "it is called as before"
        with roster.result(found, language="zh-hans") as told:
            assert "已并入" in told.read().decode("utf-8-sig")


def test_both_codes_of_one_firm_in_a_roster_are_several_rows_for_it(twice: Desk) -> None:
    rows = [[*HEAD, SALES], [TWIN, "旧名", "临安区", 9_000], [QINGHE, "杭州青禾智控科技有限公司", "临安区", 8_000]]
    found = twice.read(rows, twice.cast.wang)
    with acting(twice.cast.wang), transaction.atomic():
        assert [(row.state, "twice" in row.kinds) for row in rows_of(found)] == [("refused", True)] * 2


def test_what_was_merged_since_the_file_was_read_is_kept_out_and_says_so(desk: Desk) -> None:
    by = desk.cast.wang
    registered(desk.cast)
    found = desk.read([[*HEAD, SALES], [TWIN, "杭州青禾智控科技股份有限公司", "临安区", 9_000]], by)
    merge(desk.cast)
    with acting(by), transaction.atomic():
        roster.confirm(found, version=found.version, by=by, on=DAY)
        roster.commit(found.pk, by=by, on=DAY)
        [row] = rows_of(found)
        assert row.state == "refused"
        assert "merged since" in row.faults[0]["says"]["en"]
