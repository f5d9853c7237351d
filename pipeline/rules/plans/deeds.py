"""What a firm may do, and the facts as they will stand when it has done so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import reduce
from typing import Any

from pipeline.rules.facts.firm import Conversions, FirmFacts, IntellectualProperty, StaffMonth, YearFigures
from pipeline.rules.facts.forecast import FOUR_PLACES, foreseen, with_year
from pipeline.rules.labels import Label

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Deed:
    """So much more of something than foreseen; less, where the amount is negative.

    `amount` is in the unit of its kind: yuan, persons, a count, points, or 1 for a thing that is done or not. `year` is
    the financial year whose figures it changes (else that of the forecast's day), `since` the month of that year from
    which persons are there, `on` the day from which a right is held (else the forecast's), `item` the line of the score
    that points are given on.
    """

    what: str
    amount: Decimal
    year: int | None = None
    since: int = 1
    on: date | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of deed: what is raised, in which unit, and how the facts change by it."""

    name: Label
    unit: str
    change: Callable[[FirmFacts, Deed, date], FirmFacts]

    @property
    def step(self) -> Decimal:
        """The least amount: one fen, else one."""
        return Decimal("0.01") if self.unit == "yuan" else Decimal(1)


def done(facts: FirmFacts, deeds: Iterable[Deed], day: date, on: date | None = None) -> FirmFacts:
    """The facts as the rules of `on` (next New Year where not given) will see them if the firm does this from `day`.

    Years not closed by `day` are foreseen first, so that a deed comes on top. What is unknown stays so.
    """
    return carried_out(foreseen(facts, day, on), deeds, day)


def carried_out(ahead: FirmFacts, deeds: Iterable[Deed], day: date) -> FirmFacts:
    """The facts that are foreseen already with the deeds on top."""
    return reduce(lambda now, deed: KINDS[deed.what].change(now, deed, day), deeds, ahead)


def of_year(change: Callable[[YearFigures, Deed], YearFigures]) -> Callable[[FirmFacts, Deed, date], FirmFacts]:
    def changed(facts: FirmFacts, deed: Deed, day: date) -> FirmFacts:
        row = facts.year(day.year if deed.year is None else deed.year)
        return facts if row is None else with_year(facts, change(row, deed))

    return changed


def raising(*names: str) -> Callable[[FirmFacts, Deed, date], FirmFacts]:
    """A deed that raises these figures of its year together."""
    return of_year(lambda row, deed: raised(row, names, deed.amount))


def raised(row: YearFigures, names: Iterable[str], amount: Decimal) -> YearFigures:
    return replace(row, **plus(row, dict.fromkeys(names, amount)))


def plus(record: object, amounts: Mapping[str, Decimal | int]) -> dict[str, Any]:
    """Those of the record's figures that are known, each with its amount added."""
    known = {name: value for name in amounts if (value := getattr(record, name)) is not None}
    return {name: value + amounts[name] for name, value in known.items()}


def spend_in_house(row: YearFigures, deed: Deed) -> YearFigures:
    """R&D expense is a cost too; where it is booked by category it comes as wages of R&D staff."""
    booked = row.rd and replace(row.rd, **plus(row.rd, {"personnel": deed.amount}))
    names = ("rd_total", "rd_domestic", "rd_tax_total", "costs")
    return replace(raised(row, names, deed.amount), rd=booked)


def bring_home(row: YearFigures, deed: Deed) -> YearFigures:
    """R&D that was commissioned abroad is commissioned inside the country, at the same price."""
    moved = {"outsourced_domestic": deed.amount, "outsourced_foreign": -deed.amount}
    booked = row.rd and replace(row.rd, **plus(row.rd, moved))
    return replace(raised(row, ("rd_domestic",), deed.amount), rd=booked)


def spend_abroad(row: YearFigures, deed: Deed) -> YearFigures:
    booked = row.rd and replace(row.rd, **plus(row.rd, {"outsourced_foreign": deed.amount}))
    return replace(raised(row, ("rd_total", "costs"), deed.amount), rd=booked)


def hire_tech(row: YearFigures, deed: Deed) -> YearFigures:
    return with_persons(row, deed, staff=True, tech=True)


def move_to_tech(row: YearFigures, deed: Deed) -> YearFigures:
    """People of the firm take up R&D work."""
    return with_persons(row, deed, staff=False, tech=True)


def hire_others(row: YearFigures, deed: Deed) -> YearFigures:
    return with_persons(row, deed, staff=True, tech=False)


def with_persons(row: YearFigures, deed: Deed, *, staff: bool, tech: bool) -> YearFigures:
    """Persons count in the annual average by the months they are there, from the first day of the month on."""
    months = row.staff_months and tuple(joined(each, deed, staff=staff, tech=tech) for each in row.staff_months)
    names = [name for name, rises in (("staff", staff), ("tech_staff", tech)) if rises]
    return replace(raised(row, names, deed.amount * part_of_year(deed.since)), staff_months=months)


def part_of_year(since: int) -> Decimal:
    """What one person there from that month on adds to the annual average, cut to four decimals."""
    return (Decimal(MONTHS + 1 - since) / MONTHS).quantize(FOUR_PLACES, ROUND_DOWN)


def joined(month: StaffMonth, deed: Deed, *, staff: bool, tech: bool) -> StaffMonth:
    if month.month < deed.since:
        return month
    names = (["opening", "closing"] if staff else []) + (["tech_opening", "tech_closing"] if tech else [])
    return replace(month, **plus(month, dict.fromkeys(names, deed.amount)))


def right(kind: str, acquired_by: str) -> Callable[[FirmFacts, Deed, date], FirmFacts]:
    """Rights of this kind that support the main products, owned by the firm alone; they outlast any application."""

    def changed(facts: FirmFacts, deed: Deed, day: date) -> FirmFacts:
        since, number = deed.on or day, int(deed.amount)
        if facts.ip is None:
            return counted_rights(facts, kind, number)
        new = IntellectualProperty(
            kind=kind,
            granted_on=since,
            expires_on=date.max,
            acquired_by=acquired_by,
            owners=1,
            core=True,
        )
        return replace(facts, ip=(*facts.ip, *[new] * number))

    return changed


def counted_rights(facts: FirmFacts, kind: str, number: int) -> FirmFacts:
    name = "class_1" if kind == "invention" else "class_2"
    counts = facts.ip_counts and replace(facts.ip_counts, **plus(facts.ip_counts, {name: number}))
    return replace(facts, ip_counts=counts)


def convert(facts: FirmFacts, deed: Deed, day: date) -> FirmFacts:
    if facts.conversions is None:
        return facts
    year = day.year if deed.year is None else deed.year
    now = next((each.count for each in facts.conversions if each.year == year), 0)
    others = tuple(each for each in facts.conversions if each.year != year)
    return replace(facts, conversions=(*others, Conversions(year, now + int(deed.amount))))


def win_points(facts: FirmFacts, deed: Deed, day: date) -> FirmFacts:
    scores = facts.scores and replace(facts.scores, **plus(facts.scores, {deed.item: deed.amount}))
    return replace(facts, scores=scores)


def settle(name: str) -> Callable[[FirmFacts, Deed, date], FirmFacts]:
    now_true: dict[str, Any] = {name: True}
    return lambda facts, deed, day: replace(facts, **now_true)


KINDS = {
    "rd_expense": Kind(Label("研发费用", "R&D expense"), "yuan", of_year(spend_in_house)),
    "rd_brought_home": Kind(
        Label("由委托境外改为委托境内的研发费用", "R&D commissioned inside the country instead of abroad"),
        "yuan",
        of_year(bring_home),
    ),
    "rd_abroad": Kind(Label("委托境外研发费用", "R&D commissioned abroad"), "yuan", of_year(spend_abroad)),
    "sales": Kind(Label("销售收入", "sales"), "yuan", raising("sales", "total_income")),
    "hitech_sales": Kind(
        Label("高新技术产品（服务）销售收入", "sales of hi-tech products"),
        "yuan",
        raising("sales", "total_income", "hitech_income"),
    ),
    "hitech_income": Kind(Label("高新技术产品（服务）收入", "hi-tech income"), "yuan", raising("hitech_income")),
    "net_assets": Kind(Label("净资产", "net assets"), "yuan", raising("net_assets", "total_assets")),
    "tech_staff": Kind(Label("新聘科技人员", "tech staff hired"), "heads", of_year(hire_tech)),
    "tech_moved": Kind(Label("转岗从事研发的职工", "staff moved to R&D"), "heads", of_year(move_to_tech)),
    "other_staff": Kind(Label("新聘其他人员", "other staff hired"), "heads", of_year(hire_others)),
    "class_1_right": Kind(
        Label("自主取得Ⅰ类知识产权", "class I rights by own R&D"), "count", right("invention", "own_rd")
    ),
    "class_2_right": Kind(
        Label("自主取得Ⅱ类知识产权", "class II rights by own R&D"), "count", right("utility_model", "own_rd")
    ),
    "class_1_bought": Kind(Label("受让Ⅰ类知识产权", "class I rights bought"), "count", right("invention", "assigned")),
    "class_2_bought": Kind(
        Label("受让Ⅱ类知识产权", "class II rights bought"), "count", right("utility_model", "assigned")
    ),
    "conversions": Kind(Label("科技成果转化", "results converted"), "count", convert),
    "points": Kind(Label("评分", "points"), "points", win_points),
    "rd_ledger": Kind(Label("研发费用辅助账", "R&D ledger"), "flag", settle("rd_ledger")),
    "credit_clean": Kind(Label("信用修复", "credit record restored"), "flag", settle("credit_clean")),
    "sme_listed": Kind(Label("科技型中小企业入库", "registration as a technology SME"), "flag", settle("sme_listed")),
}
"""Every sort of deed by its name, in the order of a form."""
