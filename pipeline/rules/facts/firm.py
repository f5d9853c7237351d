"""What the rules may know of a firm: one frozen record for each part of the facts file.

Money is Decimal yuan, persons are annual averages, shares do not occur. None is *unknown*, never zero; a tuple that is
present is complete, so `()` means none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, cast

from pipeline.rules.facts.reading import (
    FactsRefused,
    Fault,
    code,
    day,
    decimal,
    flag,
    heads,
    listing,
    one_of,
    record,
    scalar,
    text,
    uscc,
    whole,
    yuan,
)
from pipeline.rules.labels import Label

CLASS_1 = frozenset(
    {"invention", "defence_invention", "plant_variety", "crop_variety", "new_drug", "protected_tcm", "ic_layout"}
)
CLASS_2 = frozenset({"utility_model", "design", "software"})
CHANGE_KINDS = ("renamed", "business", "split", "merger", "restructuring", "moved_whole", "moved_part")
SCORE_ITEMS = (
    "ip_advance", "ip_support", "ip_count", "ip_origin", "standards", "conversion",
    "rd_system", "rd_institute", "incentives", "talent", "growth_net_assets", "growth_sales",
)  # fmt: skip

Yuan = Annotated[Decimal | None, scalar(yuan)]
Heads = Annotated[Decimal | None, scalar(heads)]
Points = Annotated[Decimal | None, scalar(decimal)]
Text = Annotated[str | None, scalar(text)]
Code = Annotated[str | None, scalar(code)]
CreditCode = Annotated[str | None, scalar(uscc)]
Day = Annotated[date | None, scalar(day)]
Flag = Annotated[bool | None, scalar(flag)]
Year = Annotated[int, scalar(whole(1980, 2199))]


@dataclass(frozen=True, slots=True)
class Identity:
    name: Text = None
    uscc: CreditCode = None
    registered_on: Day = None
    resident: Flag = None
    field: Code = None
    division: Code = None
    industry: Code = None
    audited_taxation: Flag = None
    abnormal_list: Flag = None
    restricted_industry: Flag = None
    manufacturing: Flag = None
    ic_machine_tool: Flag = None
    vat_listed: Flag = None


@dataclass(frozen=True, slots=True)
class BookedExpense:
    """R&D expense of one year as booked, by the eight categories, before any cap."""

    personnel: Yuan = None
    direct: Yuan = None
    depreciation: Yuan = None
    amortisation: Yuan = None
    design: Yuan = None
    commissioning: Yuan = None
    outsourced_domestic: Yuan = None
    outsourced_foreign: Yuan = None
    other: Yuan = None


@dataclass(frozen=True, slots=True)
class TaxScope:
    """What the tax law treats otherwise of the same year's `rd`.

    Two parts each of `depreciation` and `direct`, one of `outsourced_foreign`, and two sums taken off the whole.
    """

    buildings_depreciation: Yuan = None
    deferred_expense: Yuan = None
    property_rent: Yuan = None
    sold_materials: Yuan = None
    outsourced_foreign_persons: Yuan = None
    special_income: Yuan = None
    fiscal_funds: Yuan = None


@dataclass(frozen=True, slots=True)
class StaffMonth:
    """Persons on the first and the last day of one month."""

    month: Annotated[int, scalar(whole(1, 12))]
    opening: Heads = None
    closing: Heads = None
    tech_opening: Heads = None
    tech_closing: Heads = None


@dataclass(frozen=True, slots=True)
class YearFigures:
    """One financial year. `rd_total` and `rd_domestic` stand in for `rd` where only totals are known, caps applied.

    `taxable_income` is after the super deduction, `loss` what is not made up yet of the loss of that year.
    An `estimate` is of a year not closed yet: it serves forecasts only, to a verdict its figures are unknown.
    """

    year: Year
    estimate: Flag = None
    sales: Yuan = None
    total_income: Yuan = None
    non_taxable_income: Yuan = None
    hitech_income: Yuan = None
    net_assets: Yuan = None
    total_assets: Yuan = None
    costs: Yuan = None
    taxable_income: Yuan = None
    rd: Annotated[BookedExpense | None, record(BookedExpense)] = None
    rd_total: Yuan = None
    rd_domestic: Yuan = None
    rd_tax: Annotated[TaxScope | None, record(TaxScope)] = None
    rd_tax_total: Yuan = None
    main_business_income: Yuan = None
    investment_income: Yuan = None
    input_vat: Yuan = None
    loss: Yuan = None
    staff: Heads = None
    tech_staff: Heads = None
    staff_months: Annotated[tuple[StaffMonth, ...] | None, listing(record(StaffMonth))] = None


@dataclass(frozen=True, slots=True)
class IntellectualProperty:
    """One right. `expires_on` is its last day; no `used_in_certification_on` means that it was never used for one."""

    kind: Annotated[str, scalar(one_of(*sorted(CLASS_1), *sorted(CLASS_2), "trademark"))]
    number: Text = None
    granted_on: Day = None
    expires_on: Day = None
    acquired_by: Annotated[str | None, scalar(one_of("own_rd", "assigned", "donated", "merger", "licensed"))] = None
    owners: Annotated[int | None, scalar(whole(1, 1000))] = None
    used_in_certification_on: Day = None
    core: Flag = None

    @property
    def right_class(self) -> int | None:
        return 1 if self.kind in CLASS_1 else 2 if self.kind in CLASS_2 else None


@dataclass(frozen=True, slots=True)
class RightsCount:
    """Usable rights by class, where their list is not known."""

    class_1: Annotated[int | None, scalar(whole(0, 100_000))] = None
    class_2: Annotated[int | None, scalar(whole(0, 100_000))] = None


@dataclass(frozen=True, slots=True)
class Conversions:
    """Results converted in one year; the same result counts once."""

    year: Year
    count: Annotated[int, scalar(whole(0, 10_000))]


@dataclass(frozen=True, slots=True)
class Scores:
    """Points given by experts; a panel's average may have decimals."""

    ip_advance: Points = None
    ip_support: Points = None
    ip_count: Points = None
    ip_origin: Points = None
    standards: Points = None
    conversion: Points = None
    rd_system: Points = None
    rd_institute: Points = None
    incentives: Points = None
    talent: Points = None
    growth_net_assets: Points = None
    growth_sales: Points = None


@dataclass(frozen=True, slots=True)
class Certificate:
    number: Text = None
    issued_on: Day = None
    revoked_on: Day = None


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """The annual report on one year of a certificate's holder; no `accepted_on` means that it was not accepted."""

    year: Year
    accepted_on: Day = None


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of a certificate's holder; no `reported_on` means that it was not reported.

    `kept` is what the agency found: whether the status stays (art. 17, 18).
    """

    kind: Annotated[str, scalar(one_of(*CHANGE_KINDS))]
    on: Day = None
    reported_on: Day = None
    kept: Flag = None


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard that the firm drafted; `rank` is its place among the drafters, `led` whether it was a leading one."""

    level: Annotated[str, scalar(one_of("international", "national", "industry", "local", "group"))]
    led: Flag = None
    rank: Annotated[int | None, scalar(whole(1, 1000))] = None
    published_on: Day = None


@dataclass(frozen=True, slots=True)
class Prize:
    level: Annotated[str, scalar(one_of("national", "provincial", "city"))]
    rank: Annotated[int | None, scalar(whole(1, 1000))] = None
    on: Day = None


@dataclass(frozen=True, slots=True)
class Incident:
    kind: Annotated[str, scalar(one_of("safety", "quality", "environment", "fraud", "research_misconduct"))]
    on: Day = None


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """Everything known of one firm; what is not known is None."""

    firm: Annotated[Identity | None, record(Identity)] = None
    years: Annotated[tuple[YearFigures, ...] | None, listing(record(YearFigures))] = None
    ip: Annotated[tuple[IntellectualProperty, ...] | None, listing(record(IntellectualProperty))] = None
    ip_counts: Annotated[RightsCount | None, record(RightsCount)] = None
    conversions: Annotated[tuple[Conversions, ...] | None, listing(record(Conversions))] = None
    scores: Annotated[Scores | None, record(Scores)] = None
    certificates: Annotated[tuple[Certificate, ...] | None, listing(record(Certificate))] = None
    never_certified: Flag = None
    annual_reports: Annotated[tuple[AnnualReport, ...] | None, listing(record(AnnualReport))] = None
    changes: Annotated[tuple[Change, ...] | None, listing(record(Change))] = None
    renewal_applied: Flag = None
    standards: Annotated[tuple[Standard, ...] | None, listing(record(Standard))] = None
    awards: Annotated[tuple[Prize, ...] | None, listing(record(Prize))] = None
    rd_institute: Flag = None
    incidents: Annotated[tuple[Incident, ...] | None, listing(record(Incident))] = None
    sme_listed: Flag = None
    pool_entries: Annotated[int | None, scalar(whole(0, 100))] = None
    rd_ledger: Flag = None
    credit_clean: Flag = None

    @property
    def identity(self) -> Identity:
        return self.firm or Identity()

    def year(self, number: int) -> YearFigures | None:
        return next((each for each in self.years or () if each.year == number), None)

    def to_json(self) -> dict[str, Any]:
        """The facts file again; unknown entries are left out. `read_facts` gives back an equal record."""
        return cast(dict[str, Any], plain(self))


READ_FIRM = record(FirmFacts)


def read_facts(mapping: Mapping[str, Any]) -> FirmFacts:
    """The facts of one firm from a facts file; raises FactsRefused with every fault and its place."""
    faults: list[Fault] = []
    facts: FirmFacts | None = READ_FIRM(mapping, "", faults)
    if facts is not None:
        faults += twice_named("years", [each.year for each in facts.years or ()])
        faults += twice_named("conversions", [each.year for each in facts.conversions or ()])
        faults += twice_named("annual_reports", [each.year for each in facts.annual_reports or ()])
        for index, each in enumerate(facts.years or ()):
            months = [month.month for month in each.staff_months or ()]
            faults += twice_named(f"years[{index}].staff_months", months)
    if facts is None or faults:
        raise FactsRefused(faults or [Fault("", Label("没有资料", "there are no facts"))])
    return facts


def twice_named(place: str, numbers: list[int]) -> list[Fault]:
    return [
        Fault(f"{place}[{index}]", Label(f"{number} 重复出现", f"{number} stands here twice"))
        for index, number in enumerate(numbers)
        if number in numbers[:index]
    ]


def plain(value: Any) -> Any:
    if is_dataclass(value):
        kept = {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        return {name: each for name, each in kept.items() if each is not None}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
