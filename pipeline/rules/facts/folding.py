"""From a firm's facts to its figures: what counts for which year, what cannot be, what has to be asked about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipeline.rules.codes.divisions import division_doubt
from pipeline.rules.codes.fields import is_chosen
from pipeline.rules.codes.identifiers import IdentifierRefused, certificate_number, credit_code_doubts
from pipeline.rules.codes.industries import division_of
from pipeline.rules.facts.certificates import fold_certificate
from pipeline.rules.facts.figures import (
    EXPENSE,
    LATER,
    MONEY,
    NAMES,
    NOT_CLOSED,
    YEARLY,
    YEARS_BACK,
    Figures,
    Missing,
    year_name,
)
from pipeline.rules.facts.firm import SCORE_ITEMS, BookedExpense, Certificate, FirmFacts, Identity, YearFigures
from pipeline.rules.facts.grounds import fold_grounds
from pipeline.rules.facts.reading import Fault
from pipeline.rules.facts.rights import fold_rights
from pipeline.rules.facts.staff import annual_average
from pipeline.rules.facts.tax_figures import fold_tax
from pipeline.rules.formula import Number
from pipeline.rules.labels import Label
from pipeline.rules.law.score import TITLES

FEN = 100
INTERNAL = ("personnel", "direct", "depreciation", "amortisation", "design", "commissioning")
MAJOR_INCIDENTS = frozenset({"safety", "quality", "environment"})
RECOGNISED_STANDARDS = frozenset({"international", "national", "industry"})


type Fold = Callable[[FirmFacts, Figures], None]
ONLY_FOR: dict[Fold, frozenset[str]] = {
    fold_grounds: frozenset({"sme"}),
    fold_certificate: frozenset({"sme", "obligations"}),
    fold_tax: frozenset({"tax"}),
}
"""Folds whose figures only some books ask for."""


def fold(facts: FirmFacts, day: date, book: str | None = None) -> Figures:
    """The figures of the firm as they may be known on that day: those that one book may ask for, else every figure."""
    figures = Figures(day)
    fold_identity(facts, figures)
    for back in YEARS_BACK:
        fold_year(facts, back, figures)
    fold_conversions(facts, figures)
    fold_rights(facts, figures)
    fold_records(facts, figures)
    fold_scores(facts, figures)
    for fold_more, asking in ONLY_FOR.items():
        if book is None or book in asking:
            fold_more(facts, figures)
    return figures


def fold_identity(facts: FirmFacts, figures: Figures) -> None:
    firm, day = facts.identity, figures.day
    figures.put_plain("resident", as_number(firm.resident), "firm.resident")
    figures.put_plain("division", division_number(firm.division), "firm.division")
    ask_about_codes(firm, figures)
    for name in ("audited_taxation", "abnormal_list", "restricted_industry"):
        figures.put_plain(name, as_number(getattr(firm, name)), f"firm.{name}")
    fold_industry(firm.industry, figures)
    figures.put_plain("field_chosen", 1 if firm.field else None, "firm.field")
    if firm.field and not is_chosen(firm.field):
        says = Label("不是领域目录中的末级代码", "this is not a code of the lowest level of the list of fields")
        figures.strike("firm.field", says, "field_chosen")
    founded = firm.registered_on
    figures.put_plain("registered_days", (day - founded).days if founded else None, "firm.registered_on")
    figures.put_plain("operating_years", operating_years(facts, day), "firm.registered_on")
    if founded and founded > day:
        figures.strike("firm.registered_on", LATER, "registered_days", "operating_years")


def ask_about_codes(firm: Identity, figures: Figures) -> None:
    """What is odd about the credit code, and a division that is no more or never was."""
    doubts = [("firm.uscc", each) for each in credit_code_doubts(firm.uscc)] if firm.uscc else []
    county = (firm.division or "")[:6].ljust(6, "0")
    gone = division_doubt(county) if firm.division and county.isdecimal() else None
    if gone is not None:
        doubts.append(("firm.division", gone))
    figures.asks += [Fault(place, doubt) for place, doubt in doubts]


def as_number(value: bool | int | None) -> int | None:
    return None if value is None else int(value)


def division_number(code: str | None) -> int | None:
    return int(code[:6].ljust(6, "0")) if code and code.isdecimal() else None


def fold_industry(code: str | None, figures: Figures) -> None:
    """The division of the code as a number; its finer digits may be of an older edition."""
    division = division_of(code or "")
    figures.put_plain("industry_division", int(division.code) if division else None, "firm.industry")
    if code and division is None:
        says = Label("不是国民经济行业代码", "this is no code of the classification of industries")
        figures.strike("firm.industry", says, "industry_division")


def operating_years(facts: FirmFacts, day: date) -> int | None:
    """Up to three financial years before the day's year in which the firm existed; the first, short one counts."""
    founded = facts.identity.registered_on
    if founded:
        return max(0, min(3, day.year - founded.year))
    return 3 if facts.year(day.year - 3) else None


def fold_year(facts: FirmFacts, back: int, figures: Figures) -> None:
    number, founded = figures.day.year - back, facts.identity.registered_on
    row = facts.year(number)
    if founded and founded.year > number:
        figures.values.update({year_name(stem, back): 0 for stem in YEARLY})
        if row:
            says = Label("早于注册年份的数据不计", "figures of a year before registration are not counted")
            figures.asks.append(Fault(f"years[{number}]", says))
        return
    closed = row if row and not row.estimate else YearFigures(number)
    for stem, value in figures_of(closed, founded).items():
        if value is None:
            figures.put(year_name(stem, back), None, missing_of_year(row, number, stem))
        else:
            figures.put(year_name(stem, back), value)
    if row and not row.estimate:
        doubt_year(row, back, figures)


def missing_of_year(row: YearFigures | None, number: int, stem: str) -> Missing:
    says = NOT_CLOSED.filled(name=NAMES[stem]) if row and row.estimate else NAMES[stem]
    return Missing(f"years[{number}].{stem}", says, number)


def figures_of(row: YearFigures, founded: date | None) -> dict[str, Number | None]:
    booked = row.rd or BookedExpense()
    internal = [fen(getattr(booked, category)) for category in INTERNAL]
    return {
        **{stem: fen(getattr(row, stem)) for stem in MONEY},
        "rd_internal": None if None in internal else sum(each or 0 for each in internal),
        "rd_outsourced_domestic": fen(booked.outsourced_domestic),
        "rd_outsourced_foreign": fen(booked.outsourced_foreign),
        "rd_other": fen(booked.other),
        "staff": persons(row, row.staff, tech=False, founded=founded),
        "tech_staff": persons(row, row.tech_staff, tech=True, founded=founded),
    }


def fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan * FEN)


def persons(row: YearFigures, average: Decimal | None, *, tech: bool, founded: date | None) -> Number | None:
    """From the months where they are complete, else the annual average as given."""
    monthly = annual_average(row.staff_months or (), tech=tech, year=row.year, founded_on=founded)
    return number(average) if monthly is None and average is not None else monthly


def number(given: Decimal) -> Number:
    over, under = given.as_integer_ratio()
    return over if under == 1 else Fraction(over, under)


def doubt_year(row: YearFigures, back: int, figures: Figures) -> None:
    """Strikes figures of the year that cannot be and asks about those that are unlikely."""
    place = f"years[{row.year}]"
    doubt_persons(place, back, figures)
    doubt_expense(row, place, back, figures)
    doubt_tax_scope(row, place, back, figures)
    doubt_sizes(place, back, figures)
    income, hitech = (figures.values[year_name(stem, back)] for stem in ("total_income", "hitech_income"))
    if income is not None and hitech is not None and hitech > income:
        says = Label(
            "高新技术产品（服务）收入大于收入总额，请核对", "hi-tech income is above gross income: please compare"
        )
        figures.asks.append(Fault(f"{place}.hitech_income", says))


def doubt_persons(place: str, back: int, figures: Figures) -> None:
    both = year_name("staff", back), year_name("tech_staff", back)
    staff, tech = (figures.values[name] for name in both)
    for name, value in (("staff", staff), ("tech_staff", tech)):
        if value is not None and value < 0:
            figures.strike(
                f"{place}.{name}", Label("人数不能为负", "persons cannot be negative"), year_name(name, back)
            )
    if staff is not None and tech is not None and tech > staff:
        figures.strike(
            f"{place}.tech_staff", Label("科技人员多于职工总数", "there are more tech staff than staff"), *both
        )


def doubt_expense(row: YearFigures, place: str, back: int, figures: Figures) -> None:
    parts = {stem: figures.values[year_name(stem, back)] for stem in (*EXPENSE, "rd_total", "rd_domestic")}
    all_names = [year_name(stem, back) for stem in parts]
    booked = [parts[stem] for stem in EXPENSE]
    spent = parts["rd_total"] if None in booked else sum(each or 0 for each in booked)
    sales, costs = fen(row.sales), fen(row.costs)
    if any(value is not None and value < 0 for value in parts.values()):
        figures.strike(f"{place}.rd", Label("研发费用不能为负", "R&D expense cannot be negative"), *all_names)
    elif spent is not None and costs is not None and sales is not None and spent > sales + costs:
        says = Label("研发费用大于销售收入与成本费用之和", "R&D expense is above sales and costs together")
        figures.strike(f"{place}.rd", says, *all_names)
    elif spent is not None and costs is not None and spent > costs:
        says = Label("研发费用大于成本费用，请核对", "R&D expense is above all costs: please compare")
        figures.asks.append(Fault(f"{place}.rd", says))
    if above(figures.values[year_name("rd_domestic", back)], figures.values[year_name("rd_total", back)]):
        says = Label("境内研发费用大于研发费用总额", "domestic R&D expense is above the whole")
        figures.strike(f"{place}.rd_domestic", says, year_name("rd_domestic", back))


def doubt_tax_scope(row: YearFigures, place: str, back: int, figures: Figures) -> None:
    name = year_name("rd_tax_total", back)
    spent, sales, costs = figures.values[name], fen(row.sales), fen(row.costs)
    if spent is not None and spent < 0:
        figures.strike(f"{place}.rd_tax_total", Label("研发费用不能为负", "R&D expense cannot be negative"), name)
    elif spent is not None and costs is not None and sales is not None and spent > sales + costs:
        says = Label("研发费用大于销售收入与成本费用之和", "R&D expense is above sales and costs together")
        figures.strike(f"{place}.rd_tax_total", says, name)


def doubt_sizes(place: str, back: int, figures: Figures) -> None:
    for stem in ("total_assets", "costs"):
        value = figures.values[year_name(stem, back)]
        if value is not None and value < 0:
            says = Label("{name}不能为负", "{name} cannot be negative").filled(name=NAMES[stem])
            figures.strike(f"{place}.{stem}", says, year_name(stem, back))


def above(x: Number | None, y: Number | None) -> bool:
    return x is not None and y is not None and x > y


def fold_conversions(facts: FirmFacts, figures: Figures) -> None:
    """A year that is missing from a list that is present counts 0."""
    for back in YEARS_BACK:
        name, year = year_name("conversions", back), figures.day.year - back
        if facts.conversions is not None:
            figures.put(name, next((each.count for each in facts.conversions if each.year == year), 0))
        elif name not in figures.values:
            figures.put(name, None, Missing("conversions", NAMES["conversions"]))


def fold_scores(facts: FirmFacts, figures: Figures) -> None:
    for name in SCORE_ITEMS:
        points = getattr(facts.scores, name, None)
        if points is None:
            figures.put(f"score_{name}", None, Missing(f"scores.{name}", TITLES[name]))
        else:
            figures.put(f"score_{name}", number(points))


def fold_records(facts: FirmFacts, figures: Figures) -> None:
    """What registers and ledgers say: accidents, certificates, standards, earlier stays."""
    fold_incidents(facts, figures)
    certified = None if facts.certificates is None else len(facts.certificates)
    if certified is None and facts.never_certified is not None:
        certified = int(not facts.never_certified)
    figures.put_plain("certificates", certified, "certificates")
    recognised = [each for each in facts.standards or () if each.level in RECOGNISED_STANDARDS]
    figures.put("recognised_standards", None if facts.standards is None else len(recognised))
    for name in ("rd_ledger", "credit_clean", "sme_listed", "pool_entries"):
        figures.put_plain(name, as_number(getattr(facts, name)), name)
    for index, each in enumerate(facts.certificates or ()):
        ask_about_certificate(f"certificates[{index}].number", each, figures)


def ask_about_certificate(place: str, certificate: Certificate, figures: Figures) -> None:
    """Its number, which holds the year of issue."""
    if certificate.number is None:
        return
    try:
        number = certificate_number(certificate.number)
    except IdentifierRefused as refused:
        figures.asks.append(Fault(place, refused.says))
        return
    if certificate.issued_on and number[2:6] != str(certificate.issued_on.year):
        says = Label("证书编号中的年份不是发证年份，请核对", "its year is not the year of issue: please compare")
        figures.asks.append(Fault(place, says))


def fold_incidents(facts: FirmFacts, figures: Figures) -> None:
    """The number of major ones, how many of them have no day, and the days since the last dated one."""
    fold_any_incidents(facts, figures)
    major = [(n, each) for n, each in enumerate(facts.incidents or ()) if each.kind in MAJOR_INCIDENTS]
    known = facts.incidents is not None
    figures.put_plain("major_incidents", len(major) if known else None, "incidents")
    figures.put("undated_incidents", sum(each.on is None for _, each in major) if known else None)
    days = [(figures.day - each.on).days for _, each in major if each.on]
    undated = [Missing(f"incidents[{n}].on", NAMES["days_since_incident"]) for n, each in major if each.on is None]
    figures.put("days_since_incident", min(days, default=None), *undated)
    figures.put("incident_days", None, *undated)
    for n, each in enumerate(facts.incidents or ()):
        if each.on and each.on > figures.day:
            of_both = ("major_incidents",) if each.kind in MAJOR_INCIDENTS else ()
            figures.strike(f"incidents[{n}].on", LATER, "any_incidents", *of_both)


def fold_any_incidents(facts: FirmFacts, figures: Figures) -> None:
    """The same of those of any kind, in calendar years."""
    listed, known = facts.incidents or (), facts.incidents is not None
    figures.put_plain("any_incidents", len(listed) if known else None, "incidents")
    figures.put("undated_any_incidents", sum(each.on is None for each in listed) if known else None)
    years = [figures.day.year - each.on.year for each in listed if each.on]
    says = NAMES["years_since_any_incident"]
    undated = [Missing(f"incidents[{n}].on", says) for n, each in enumerate(listed) if each.on is None]
    figures.put("years_since_any_incident", min(years, default=None), *undated)
    figures.put("any_incident_years", None, *undated)
