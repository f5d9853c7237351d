"""The certifying agency's lists, matched with the record line by line and put on record."""

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import application, certificate, firm, objection, result
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.result_matching import rules_of
from pipeline.models import (
    Application,
    Case,
    Certificate,
    Flag,
    IntellectualProperty,
    Objection,
    Result,
    ResultList,
    Round,
    Step,
)
from pipeline.models.reconciliation import Span, sides
from tests.agency import called, with_agency
from tests.cast import DAY, QINGHE, YUNLING, Cast
from tests.desk.crowd import crowd, judge
from tests.outside.workbooks import xlsx

HEAD = ["序号", "企业名称", "统一社会信用代码", "证书编号", "发证日期"]
NAME, OTHER = "杭州青禾智控科技有限公司", "桐庐云岭医疗器械有限公司"
STRANGER = "91350100M000100Y43"
ISSUED, LATER = date(2026, 11, 20), date(2026, 12, 1)
Take = Callable[..., ResultList]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def round_(cast: Cast) -> Round:
    return called(cast)


@pytest.fixture
def applied(cast: Cast, round_: Round) -> Application:
    with acting(cast.chen):
        held = cast.qinghe
    return with_agency(cast, [held], round_)[0]


@pytest.fixture
def take(cast: Cast, tmp_path: Path) -> Take:
    def taken(
        *rows: list[Any],
        head: list[str] = HEAD,
        kind: str = "certified",
        round_: Round | None = None,
        day: date = ISSUED,
    ) -> ResultList:
        content = BytesIO(xlsx(tmp_path / "名单.xlsx", [["附件"], head, *rows], names=["公告名单"]).read_bytes())
        about: dict[str, Any] = {"kind": kind, "day": day, "round": round_, "by": cast.chen, "on": LATER}
        with acting(cast.chen), transaction.atomic():
            return result.take_in(content=content, name="名单.xlsx", **about)

    return taken


def number(serial: int) -> str:
    return f"GR202633{serial:06}"


def rows_of(cast: Cast, told: ResultList) -> list[Result]:
    with acting(cast.chen), transaction.atomic():
        return list(told.rows.select_related("firm").order_by("position"))


def states(cast: Cast, told: ResultList) -> list[str]:
    return [each.state for each in rows_of(cast, told)]


def put_on_record(cast: Cast, told: ResultList) -> list[str]:
    with acting(cast.chen):
        result.confirm(told, by=cast.chen)
        result.work(told.pk, by=cast.chen, on=LATER)
    return states(cast, told)


def test_a_firm_is_found_by_its_code_then_by_its_name(cast: Cast, round_: Round, take: Take) -> None:
    with acting(cast.chen):
        firms = [cast.qinghe, cast.yunling]
    with_agency(cast, firms, round_)
    told = take(["1", NAME, QINGHE, number(1), "2026-11-20"], ["2", OTHER, "", number(2), ""], round_=round_)
    assert [(each.state, each.firm and each.firm.uscc) for each in rows_of(cast, told)] == [
        ("sure", QINGHE),
        ("sure", YUNLING),
    ]


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("杭州青禾科技有限公司", QINGHE, "on record as “杭州青禾智控科技有限公司”"),
        (NAME, STRANGER, f"has the code {QINGHE}"),
        (NAME, QINGHE[:-1] + "K", f"has the code {QINGHE}"),
    ],
    ids=["another name", "another code", "a wrong code"],
)
def test_what_agrees_in_part_is_doubtful(
    cast: Cast, applied: Application, take: Take, name: str, code: str, says: str
) -> None:
    (row,) = rows_of(cast, take(["1", name, code, number(1), ""]))
    assert row.state == "doubtful"
    assert says in row.why["en"]


def test_a_former_name_beside_the_code_is_no_doubt(cast: Cast, applied: Application, take: Take) -> None:
    with acting(cast.chen), transaction.atomic():
        firm.rename(cast.qinghe, "青禾智能科技（杭州）有限公司", by=cast.chen, on=DAY)
    told = take(["1", NAME, QINGHE, number(1), ""], ["2", NAME, "", number(2), ""])
    assert states(cast, told) == ["sure", "doubtful"]


def test_a_wrong_line_is_told_with_its_cell_and_the_rest_goes_on(
    cast: Cast, round_: Round, applied: Application, take: Take
) -> None:
    with acting(cast.chen):
        other = cast.yunling
    with_agency(cast, [other], round_)
    told = take(
        ["1", NAME, QINGHE, "GR20264400001", ""],
        ["2", NAME, QINGHE, "GR202644000001", ""],
        ["3", NAME, QINGHE, "GR202533000001", ""],
        ["4", NAME, QINGHE, number(1), "2026-13-40"],
        ["5", OTHER, YUNLING, number(2), ""],
        ["6", NAME, QINGHE, number(2), ""],
        ["7", "", QINGHE[:-1] + "K", number(3), ""],
        ["8", "", "", number(4), ""],
    )
    wrong = [(each.sheet, each.cell) for each in rows_of(cast, told) if each.state == "refused"]
    assert wrong == [("公告名单", cell) for cell in ("D3", "D4", "D5", "E6", "D8", "C9", "B10")]
    assert put_on_record(cast, told)[4] == "recorded"
    with acting(cast.chen):
        assert list(Certificate.objects.values_list("number", "firm__uscc")) == [(number(2), YUNLING)]


def test_a_confirmed_list_certifies_firms_and_ends_their_cases(cast: Cast, applied: Application, take: Take) -> None:
    told = take(["1", NAME, QINGHE, number(1), "2026-11-19"])
    with acting(cast.chen):
        assert not Certificate.objects.exists()
    assert put_on_record(cast, told) == ["recorded"]
    with acting(cast.chen):
        held = Certificate.objects.get()
        assert (held.number, held.issued_on, held.application_id) == (number(1), date(2026, 11, 19), applied.pk)
        assert Application.objects.get().stage == "certified"
        assert Case.objects.get().stage == "closed"


def test_the_same_list_twice_changes_nothing(cast: Cast, applied: Application, take: Take) -> None:
    lines = (["1", NAME, QINGHE, number(1), ""], ["2", "某外地企业", STRANGER, number(2), ""])
    told = take(*lines)
    put_on_record(cast, told)
    before = rows_of(cast, told)
    again = take(*reversed(lines))
    assert again.pk == told.pk
    assert put_on_record(cast, again) == [each.state for each in before] == ["recorded", "elsewhere"]
    longer = take(*lines, ["3", "又一外地企业", "", number(3), ""])
    assert states(cast, longer) == ["known", "elsewhere", "elsewhere"]
    with acting(cast.chen):
        assert Certificate.objects.count() == 1


def test_a_certificate_of_a_firm_that_did_not_apply_is_there_and_not_here(cast: Cast, take: Take) -> None:
    told = take(["1", NAME, QINGHE, number(1), ""], ["2", "某外地企业", STRANGER, number(2), ""])
    known, stranger = rows_of(cast, told)
    assert (known.state, stranger.state) == ("elsewhere", "elsewhere")
    assert put_on_record(cast, told) == ["elsewhere", "elsewhere"]
    with acting(cast.chen), transaction.atomic():
        assert not Certificate.objects.exists()
        settled = result.settle(known, firm=cast.qinghe, by=cast.chen, on=LATER)
        assert settled.state == "recorded"
        assert Certificate.objects.get().application is None
        result.leave(stranger, why="注册在外地", by=cast.chen, on=LATER)
    assert states(cast, told) == ["recorded", "left"]


def test_who_settles_a_doubtful_line_says_which_firm_it_is(cast: Cast, applied: Application, take: Take) -> None:
    told = take(["1", "杭州青禾科技有限公司", QINGHE, number(1), ""])
    (row,) = rows_of(cast, told)
    with acting(cast.chen), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            result.settle(row, firm=None, by=cast.chen, on=LATER)
        assert result.settle(row, firm=cast.qinghe, by=cast.chen, on=LATER).state == "sure"
        with pytest.raises(ConditionUnmet):
            result.settle(row, firm=cast.qinghe, by=cast.chen, on=LATER)
    assert put_on_record(cast, told) == ["recorded"]


def test_a_refused_line_cannot_be_settled_past_its_number(cast: Cast, applied: Application, take: Take) -> None:
    told = take(["1", NAME, QINGHE, "GR202644000001", ""])
    (row,) = rows_of(cast, told)
    with acting(cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet) as refused:
        result.settle(row, firm=cast.qinghe, by=cast.chen, on=LATER)
    assert "province 44" in refused.value.missing[0].says


def test_an_application_of_another_round_is_doubtful(cast: Cast, applied: Application, take: Take) -> None:
    later = called(cast, "2026 年第二批")
    (row,) = rows_of(cast, take(["1", NAME, QINGHE, number(1), ""], round_=later))
    assert (row.state, row.why["en"]) == ("doubtful", "the firm applied in the round “2026 年第一批”")


def test_public_notice_lasts_ten_working_days_from_the_day_of_the_list(
    cast: Cast, applied: Application, take: Take
) -> None:
    told = take(["1", NAME, QINGHE], head=HEAD[:3], kind="publicity", day=date(2026, 9, 24))
    assert put_on_record(cast, told) == ["recorded"]
    with acting(cast.chen):
        shown = Application.objects.get()
    # 25 September and 1 to 7 October are holidays; Saturday, 10 October is a working day for them.
    assert (shown.stage, shown.due_on) == ("publicity", date(2026, 10, 15))


def test_a_refusal_sends_the_firm_back_to_coaching_with_the_reasons_as_gaps(
    cast: Cast, applied: Application, take: Take
) -> None:
    with acting(cast.chen):
        judge([cast.qinghe])
    head = ["企业名称", "统一社会信用代码", "未通过原因"]
    told = take([NAME, QINGHE, "研发费用占比不足；科技人员占比不达标"], head=head, kind="refused")
    assert put_on_record(cast, told) == ["recorded"]
    with acting(cast.chen):
        assert Application.objects.get().refusal == ["tech_staff_ratio", "rd_intensity"]
        assert Case.objects.get().stage == "coaching"
        assert {"tech_staff_ratio", "rd_intensity"} <= set(Step.objects.values_list("rule", flat=True))


def test_a_refusal_without_a_known_reason_asks_which_condition_it_is(
    cast: Cast, applied: Application, take: Take
) -> None:
    head = ["企业名称", "统一社会信用代码", "未通过原因"]
    told = take([NAME, QINGHE, "材料不实"], head=head, kind="refused")
    (row,) = rows_of(cast, told)
    assert row.state == "doubtful"
    with acting(cast.chen), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            result.settle(row, firm=cast.qinghe, by=cast.chen, on=LATER)
        result.settle(row, firm=cast.qinghe, rules=["hitech_income"], by=cast.chen, on=LATER)
    assert put_on_record(cast, told) == ["recorded"]
    with acting(cast.chen):
        assert Application.objects.get().refusal == ["hitech_income"]


@pytest.mark.parametrize(
    ("reasons", "rules"),
    [
        ("境内研究开发费用占比不足60%", ("rd_domestic",)),
        ("近三年研究开发费用总额占比不达标", ("rd_intensity",)),
        ("创新能力评价得分69.2", ("innovation_score",)),
        ("企业注册成立不满一年", ("registered_days",)),
        ("同意", ()),
    ],
)
def test_the_words_of_a_refusal_name_conditions(reasons: str, rules: tuple[str, ...]) -> None:
    assert rules_of(reasons) == rules


def test_lists_and_record_are_compared_both_ways(cast: Cast, round_: Round, take: Take) -> None:
    firms = crowd(cast, 4)
    with_agency(cast, firms, round_)
    lines = [["", each.name, each.uscc, number(at), ""] for at, each in enumerate(firms[:3], start=1)]
    told = take(*lines, ["", "某外地企业", STRANGER, number(9), ""], round_=round_)
    put_on_record(cast, told)
    with acting(cast.chen), transaction.atomic():
        certificate.issue(firms[3], number=number(8), issued_on=ISSUED, by=cast.chen, on=LATER)  # on no list
        for span in (Span(2026, round_), Span(2026)):
            found = sides(span, cast.chen.reach(access.OFFICE), ResultList.objects.all())
            assert (found.there, found.here, found.both) == (4, 4, 3)
            assert [each.number for each in found.there_only] == [number(9)]
            assert [each.number for each in found.here_only] == [number(8)]
            assert not found.agrees
            assert not found.waiting.exists()


def test_a_pasted_block_is_read_like_a_file(cast: Cast, applied: Application) -> None:
    text = f"企业名称\t统一社会信用代码\t证书编号\n{NAME}\t{QINGHE}\t{number(1)}\n"
    about: dict[str, Any] = {"kind": "certified", "day": ISSUED, "round": None, "by": cast.chen, "on": LATER}
    with acting(cast.chen), transaction.atomic():
        assert states(cast, result.take_in(text=text, **about)) == ["sure"]
        for wrong in (
            {"text": ""},
            {"text": "没有表头"},
            {"text": text, "kind": "other"},
            {"text": text, "day": DAY.replace(year=2027)},
        ):
            with pytest.raises(ConditionUnmet):
                result.take_in(**{**about, **wrong})


def test_only_the_city_takes_lists_in(cast: Cast) -> None:
    about: dict[str, Any] = {"kind": "certified", "day": ISSUED, "round": None, "on": LATER, "text": "企业名称\n某"}
    with acting(cast.wang), transaction.atomic(), pytest.raises(access.Refused):
        result.take_in(by=cast.wang, **about)


def on_notice(cast: Cast, applied: Application, take: Take) -> Application:
    told = take(["1", NAME, QINGHE], head=HEAD[:3], kind="publicity", day=DAY)
    assert put_on_record(cast, told) == ["recorded"]
    with acting(cast.chen):
        return Application.objects.get(pk=applied.pk)


def objected(cast: Cast, applied: Application, how: str) -> None:
    """Somebody objects under a real name, chen examines it, zhou decides it."""
    with acting(cast.wang), transaction.atomic():
        cases = Case.objects.filter(pk=applied.case_id)
        (found,) = objection.register(cases, by=cast.wang, on=LATER, objector="马某", says="专利权属有争议")
        assert found.about == "certification"
    one = Objection.objects.filter(pk=found.pk)
    if how == "undecided":
        return
    with acting(cast.chen), transaction.atomic():
        objection.examine(one, by=cast.chen, on=LATER, finding="已核对登记簿", version=1)
    with acting(cast.zhou), transaction.atomic():
        objection.decide(one, by=cast.zhou, on=LATER, result=how, ruling="理由如下", version=2)


@pytest.mark.parametrize(
    ("how", "state", "says"),
    [
        ("dismissed", "recorded", ""),
        ("withdrawn", "recorded", ""),
        ("undecided", "refused", "is not decided yet"),
        ("upheld", "refused", "was upheld"),
    ],
)
def test_an_objection_to_a_certification_keeps_it_off_the_record(
    cast: Cast, applied: Application, take: Take, how: str, state: str, says: str
) -> None:
    objected(cast, on_notice(cast, applied, take), how)
    told = take(["1", NAME, QINGHE, number(1), ""])
    assert put_on_record(cast, told) == [state]
    (row,) = rows_of(cast, told)
    assert says in (row.why or {"en": ""})["en"]
    with acting(cast.chen), transaction.atomic():
        assert Certificate.objects.exists() is (state == "recorded")
        if how in ("undecided", "upheld"):
            with pytest.raises(ConditionUnmet):
                application.record(Application.objects.all(), to="announced", by=cast.chen, on=LATER)


def test_a_refusal_settles_the_objection_that_was_upheld(cast: Cast, applied: Application, take: Take) -> None:
    objected(cast, on_notice(cast, applied, take), "upheld")
    with acting(cast.chen), transaction.atomic():
        rows = Application.objects.all()
        application.record(rows, to="refused", by=cast.chen, on=LATER, note="异议成立", refusal=["owns_ip"])
        assert Flag.objects.get().cleared_on == LATER
        assert Case.objects.get().stage == "coaching"


@pytest.mark.parametrize(("outcome", "used"), [("certified", LATER), ("refused", None)])
def test_a_certification_uses_class_two_rights_up_and_a_refusal_does_not(
    cast: Cast, applied: Application, take: Take, outcome: str, used: date | None
) -> None:
    with acting(INTAKE), transaction.atomic():
        IntellectualProperty.objects.create(firm_id=applied.firm_id, kind="software", number="1", granted_on=DAY)
    head = ["企业名称", "统一社会信用代码", "证书编号", "未通过原因"]
    told = take([NAME, QINGHE, number(1), "研发费用占比不足"], head=head, kind=outcome, day=LATER)
    assert put_on_record(cast, told) == ["recorded"]
    with acting(cast.chen):
        assert IntellectualProperty.objects.get().used_in_certification_on == used
