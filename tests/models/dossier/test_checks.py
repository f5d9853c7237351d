"""Each check of an application on both sides: what it must find, and what it must leave in peace."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline.models import (
    Auditor,
    Conversion,
    Document,
    Explanation,
    FinancialYear,
    Firm,
    FormerName,
    HitechProduct,
    IntellectualProperty,
    RdProject,
    SourcedFigure,
    Statement,
    Tie,
)
from pipeline.models.dossier.checks import CHECKS
from pipeline.models.dossier.gathering import Booked, Dossier
from pipeline.models.dossier.texts import names_in
from tests.cast import DAY, WAN

FORMER = "杭州青禾农业有限公司"
OTHER = "用近红外光谱识别果实糖度，建立分级模型并接入产线"
NAME = "杭州青禾智控科技有限公司"
LONG = "针对大棚温湿度波动大的问题，研究多点采样与模糊控制算法，试制样机并在示范基地连续运行，控制误差降低"


def dossier(*rows: Any, booked: Iterable[Booked] = (), **firm: Any) -> Dossier:
    """A firm's application from rows that were never saved; each has its key."""
    by_model: dict[Any, list[Any]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    own: dict[str, Any] = {"pk": 1, "name": NAME, "registered_on": date(2017, 3, 14), **firm}
    return Dossier(Firm(**own), DAY, by_model, list(booked))


def found(name: str, *rows: Any, **also: Any) -> list[str]:
    """The places of what a check found."""
    _title, check = CHECKS[name]
    return [each.place for each in check(dossier(*rows, **also))]


def year(**figures: Any) -> FinancialYear:
    return FinancialYear(year=2025, **{name: Decimal(value) * WAN for name, value in figures.items()})


def told(source: str, figure: str, amount: int) -> SourcedFigure:
    return SourcedFigure(year=2025, figure=figure, source=source, amount=Decimal(amount) * WAN)


def right(**also: Any) -> IntellectualProperty:
    usual: dict[str, Any] = {"pk": 1, "kind": "utility_model", "number": "ZL1", "granted_on": date(2024, 5, 1)}
    return IntellectualProperty(**usual | also)


def project(number: int = 1, **also: Any) -> RdProject:
    usual: dict[str, Any] = {"pk": number, "code": f"RD{number:02}", "title": f"课题{number}"}
    return RdProject(**usual | also)


def spent(category: str, amount: int, *, of: int = 1, on: date = date(2025, 6, 1)) -> Booked:
    return Booked(on.year, of, category, category, Decimal(amount) * WAN, on, on)


def auditor(**also: Any) -> Auditor:
    usual: dict[str, Any] = {
        "year": DAY.year, "name": "某会计师事务所", "licence": "33000001", "founded_on": date(2015, 1, 1),
        "staff": Decimal(30), "licensed": Decimal(9), "blameless": True,
    }  # fmt: skip
    return Auditor(**usual | also)


BOOKS = (year(rd_total=329), told("special_audit", "rd_total", 320))


@pytest.mark.parametrize(
    ("check", "rows", "places"),
    [
        ("books_differ", BOOKS, ["figures.2025.rd_total"]),
        ("books_differ", (year(rd_total=329), told("special_audit", "rd_total", 329)), []),
        ("books_differ", (*BOOKS, Explanation(year=2025, figure="rd_total", kind="difference", says="口径")), []),
        ("books_silent", (year(rd_total=329),), ["reconciliation.2025"]),
        ("books_silent", (year(rd_total=329), told("special_audit", "rd_total", 329)), []),
        ("books_silent", (), []),
        ("holes", (HitechProduct(pk=1, code="PS01"),), ["triangle"]),
        (
            "holes",
            (
                HitechProduct(pk=1, code="PS01"), project(), right(),
                Tie(project_id=1, product_id=1), Tie(right_id=1, product_id=1),
            ),
            [],
        ),
        ("holes", (project(), right(), Tie(project_id=1, right_id=1)), ["triangle"]),
        ("expired", (right(expires_on=date(2026, 11, 1)),), ["property.ZL1"]),
        ("expired", (right(expires_on=DAY),), []),
        ("expired", (right(granted_on=None),), ["property.ZL1"]),
        ("used_before", (right(used_in_certification_on=date(2023, 9, 1)),), ["property.ZL1"]),
        ("used_before", (right(kind="invention", used_in_certification_on=date(2023, 9, 1)),), []),
        ("of_another", (right(holder="宁波别家科技有限公司"),), ["property.ZL1"]),
        ("of_another", (right(holder=f"{NAME}；浙江大学"), right(pk=2, holder="")), []),
        ("of_another", (right(holder=FORMER), FormerName(name=FORMER)), ["property.ZL1"]),
        ("licensed", (right(acquired_by="licensed"),), ["property.ZL1"]),
        ("licensed", (right(acquired_by="assigned"),), []),
        ("shared", (right(owners=2),), ["property.ZL1"]),
        ("shared", (right(owners=2), Document(purpose="declaration", title="权属声明")), []),
        (
            "rights_too_early",
            (right(), project(starts_on=date(2024, 5, 2)), Tie(project_id=1, right_id=1)),
            ["project.RD01"],
        ),
        ("rights_too_early", (right(), project(starts_on=date(2024, 5, 1)), Tie(project_id=1, right_id=1)), []),
        (
            "rights_too_early",
            (right(acquired_by="assigned"), project(starts_on=date(2025, 1, 1)), Tie(project_id=1, right_id=1)),
            [],
        ),
        (
            "conversions_too_early",
            (Conversion(pk=7, year=2024, result="样机", project_id=1), project(starts_on=date(2025, 1, 1))),
            ["conversion.7"],
        ),
        ("conversions_too_early", (Conversion(pk=7, year=2025, result="样机", right_id=1), right()), []),
        ("conversions_too_early", (Conversion(pk=7, year=2023, result="样机", right_id=1), right()), ["conversion.7"]),
        ("ends_untold", (project(stage="finished", result="通过验收"),), ["project.RD01"]),
        ("ends_untold", (project(stage="running", ends_on=date(2026, 1, 31)),), ["project.RD01"]),
        ("ends_untold", (project(stage="finished", ends_on=date(2026, 1, 31)),), ["project.RD01"]),
        ("ends_untold", (project(stage="finished", ends_on=date(2026, 1, 31), result="通过验收"),), []),
        ("projects_alike", (project(1, result=f"{LONG}12%"), project(2, result=f"{LONG}15%")), ["project.RD02"]),
        ("projects_alike", (project(1, result=LONG), project(2, result=OTHER)), []),
        ("projects_alike", (project(1, result="已完成"), project(2, result="已完成")), []),
        ("others_named", (project(result="与宁波别家科技有限公司共同完成样机"),), ["project.RD01"]),
        ("others_named", (project(result=f"{NAME}自主完成；青禾智控科技有限公司验收"),), []),
        ("others_named", (Statement(year=DAY.year, topic="people", says="人才由宁波别家科技有限公司培养"),), ["texts"]),
        ("others_named", (Statement(year=DAY.year - 1, topic="people", says="宁波别家科技有限公司"),), []),
        ("texts_short", (Statement(year=DAY.year, topic="people", says="我们有人才"),), ["texts"]),
        ("texts_short", (Statement(year=DAY.year, topic="people", says=LONG * 2),), []),
        (
            "texts_short",
            tuple(Statement(year=DAY.year, topic=topic, says=LONG * 2) for topic in ("people", "property")),
            ["texts"],
        ),
        ("auditor_unfit", (auditor(founded_on=date(2023, 11, 3)),), ["texts"]),
        ("auditor_unfit", (auditor(founded_on=date(2023, 11, 2)),), []),
        ("auditor_unfit", (auditor(staff=Decimal(19)),), ["texts"]),
        ("auditor_unfit", (auditor(staff=Decimal(20), licensed=Decimal(6)),), []),
        ("auditor_unfit", (auditor(licensed=Decimal("8.99")),), ["texts"]),
        ("auditor_unfit", (auditor(blameless=False),), ["texts"]),
        ("auditor_unknown", (), ["texts"]),
        ("auditor_unknown", (auditor(year=DAY.year - 1),), ["texts"]),
        ("auditor_unknown", (auditor(blameless=None),), ["texts"]),
        ("auditor_unknown", (auditor(),), []),
    ],
)  # fmt: skip
def test_a_check_finds_what_it_is_for_and_nothing_else(check: str, rows: tuple[Any, ...], places: list[str]) -> None:
    assert found(check, *rows) == places


def test_other_expenses_count_up_to_their_cap() -> None:
    """Eight hundred of six categories allow two hundred of other expenses; to the yuan, not one more."""
    whole = [spent("personnel", 800), spent("other", 200)]
    assert found("beyond_caps", booked=whole) == []
    assert found("beyond_caps", booked=[spent("personnel", 800), spent("other", 201)]) == ["ledger.2025"]


def test_outsourced_expense_is_declared_at_four_fifths() -> None:
    booked = [spent("personnel", 800), spent("outsourced_domestic", 100)]
    assert found("beyond_caps", year(rd_total=880), booked=booked) == []
    assert found("beyond_caps", year(rd_total=900), booked=booked) == ["figures.2025.rd_total"]


def test_expense_in_the_same_shares_looks_divided_by_a_key() -> None:
    one = [spent("personnel", 60), spent("direct", 30), spent("other", 10)]
    same = [spent("personnel", 120, of=2), spent("direct", 60, of=2), spent("other", 20, of=2)]
    another = [spent("personnel", 130, of=2), spent("direct", 50, of=2), spent("other", 20, of=2)]
    projects = (project(1), project(2))
    assert found("split_alike", *projects, booked=one + same) == ["ledger.2025"]
    assert found("split_alike", *projects, booked=one + another) == []


def test_vouchers_belong_into_the_time_of_their_project() -> None:
    row = project(starts_on=date(2025, 3, 1), ends_on=date(2025, 9, 30))
    inside = [spent("direct", 1, on=date(2025, 3, 1)), spent("direct", 1, on=date(2025, 9, 30))]
    assert found("booked_outside", row, booked=inside) == []
    assert found("booked_outside", row, booked=[*inside, spent("direct", 1, on=date(2025, 10, 1))]) == ["project.RD01"]


def test_every_check_is_found_on_both_sides_here() -> None:
    [marks] = [each for each in test_a_check_finds_what_it_is_for_and_nothing_else.pytestmark if each.args]
    sides = {(check, bool(places)) for check, _rows, places in marks.args[1]}
    elsewhere = {"beyond_caps", "split_alike", "booked_outside"}
    assert {name for name, _side in sides} | elsewhere == set(CHECKS)
    assert {(name, side) for name in set(CHECKS) - elsewhere for side in (True, False)} == sides


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("委托杭州云帆检测有限公司检测", ["杭州云帆检测有限公司"]),
        ("样机由浙江大学和宁波别家科技股份有限公司试用", ["宁波别家科技股份有限公司"]),
        ("本公司与集团公司的研究院", []),
        ("有限公司", []),
    ],
)
def test_a_firm_is_named_without_the_words_before_it(text: str, names: list[str]) -> None:
    assert list(names_in(text)) == names
