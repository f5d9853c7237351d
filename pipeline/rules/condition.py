"""A condition of a book: what a firm has, what it needs, and how a verdict follows, all as formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipeline.rules.facts.figures import Missing
from pipeline.rules.facts.firm import FirmFacts
from pipeline.rules.formula import (
    Facts,
    Formula,
    Number,
    Operand,
    Reading,
    both,
    choose,
    either,
    lifted,
    steps,
    total,
    unknowns,
)
from pipeline.rules.labels import Label
from pipeline.rules.shelf.dated import Band, PointsFrom

UNMET, MET, MANUAL_REVIEW, NOT_APPLICABLE = range(4)
VERDICTS = ("unmet", "met", "manual_review", "not_applicable")
UNKNOWN_VERDICT = "unknown"
"""A verdict is a formula too: 0 to 3, and None where something is not known."""

TITLES = {
    "registered_days": Label("注册成立满一年", "Registered for a year"),
    "owns_ip": Label("拥有核心知识产权", "Owns core rights"),
    "field": Label("属于重点支持领域", "Within a supported field"),
    "tech_staff_ratio": Label("科技人员占比", "Share of tech staff"),
    "rd_intensity": Label("研发费用占比", "R&D intensity"),
    "rd_domestic": Label("境内研发费用占比", "Domestic share of R&D"),
    "hitech_income": Label("高新技术产品收入占比", "Share of hi-tech income"),
    "innovation_score": Label("创新能力评价", "Innovation score"),
    "no_incident": Label("无重大事故与违法", "No serious accident or offence"),
    "region": Label("注册地在本市", "Registered in the region"),
    "never_certified": Label("从未获高企认定", "Never certified"),
    "entry_score": Label("创新能力自评", "Self-assessed innovation score"),
    "rd_ledger": Label("设置研发费用辅助账", "Keeps an R&D ledger"),
    "credit_clean": Label("信用记录良好", "Clean credit record"),
    "sme_listed": Label("科技型中小企业入库", "Registered as an SME"),
    "earlier_entries": Label("以往入库次数", "Earlier stays in the pool"),
    "eligible_body": Label("评价对象", "Firm that may be evaluated"),
    "size": Label("企业规模", "Size"),
    "industry": Label("行业与产品", "Industry and products"),
    "clean": Label("无事故、违法与失信", "No accident, offence or fraud"),
    "score": Label("综合评价得分", "Points of the evaluation"),
    "audited_taxation": Label("居民企业且查账征收", "Taxed by its accounts"),
    "scopes_reconciled": Label("研发费用口径核对", "Scopes of R&D expense compared"),
    "certificate_valid": Label("证书在有效期内", "Certificate valid"),
    "annual_reports": Label("按期填报年报", "Annual reports in time"),
    "changes": Label("重大变化按期报告", "Changes reported in time"),
    "status_kept": Label("变化后资格存续", "Status after changes"),
    "renewal": Label("重新认定", "Re-certification"),
}
"""What a condition is called on a list; what its number is called stands in the book."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A figure that a condition uses: its key in `used`, its unit and its part of each year it is summed over."""

    key: str
    unit: str
    by_year: Mapping[int, Formula]
    total: Formula

    @classmethod
    def over(cls, key: str, unit: str, by_year: Mapping[int, Formula]) -> Quantity:
        return cls(key, unit, by_year, total(by_year.values()))


@dataclass(frozen=True, slots=True)
class Lever:
    """What can be raised to close a gap: its key, its unit, and the figures that rise together by the same amount."""

    key: str
    unit: str
    raises: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One rule of one book on one day.

    A gap is the least that the lever must be raised, or the `shortfall` where no single figure can be. `empty` is the
    reason to hand it to a person where there is nothing to divide by; `says` makes the sentence of a condition that a
    plain comparison would not explain.
    """

    rule: str
    unit: str
    found: Formula
    op: str
    needed: Formula
    verdict: Formula
    subject: Label
    uses: tuple[Quantity, ...] = ()
    lever: Lever | None = None
    shortfall: Formula | None = None
    empty: Label | None = None
    says: Callable[[Judged], Label] | None = None

    @property
    def title(self) -> Label:
        return TITLES[self.rule]

    @property
    def parts(self) -> tuple[Formula, ...]:
        """All that is said of a firm: the verdict, what was found and what is needed."""
        return self.verdict, self.found, self.needed

    def lacks(self, read: Reading) -> list[str]:
        """The figures to ask for: those the verdict waits for and those the two sides of the comparison lack."""
        return list(dict.fromkeys(name for part in self.parts for name in unknowns(part, read)))


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A condition read for one firm: what a sentence can be made of. The gap is in the lever's unit, fen for money."""

    condition: Condition
    verdict: str
    found: Number | None
    needed: Number | None
    gap: int | None
    missing: tuple[Missing, ...]
    read: Reading
    facts: FirmFacts

    @property
    def values(self) -> Facts:
        return self.read.facts


def verdict_word(code: int | None) -> str:
    return UNKNOWN_VERDICT if code is None else VERDICTS[code]


def compared(
    rule: str,
    *,
    unit: str,
    found: Formula,
    needed: Operand,
    subject: Label,
    lever: Lever | None = None,
) -> Condition:
    """Met where what was found is at least what is needed."""
    line = lifted(needed)
    verdict = choose((found >= line, MET), otherwise=UNMET)
    return Condition(rule, unit, found, ">=", line, verdict, subject, lever=lever)


def share(
    rule: str, *, part: Quantity, whole: Quantity, needed: Operand, subject: Label, lever: Lever, empty: Label
) -> Condition:
    """Met where the part is at least the needed share of the whole; without a whole a person has to judge."""
    found, line = part.total / whole.total, lifted(needed)
    verdict = choose((whole.total <= 0, MANUAL_REVIEW), (found >= line, MET), otherwise=UNMET)
    return Condition(rule, "share", found, ">=", line, verdict, subject, (part, whole), lever, empty=empty)


def by_band(value: Formula, bands: Iterable[Band], *, scale: int = 1) -> Formula:
    """The value of the band that `value` falls in; `scale` turns the book's unit into the formula's."""
    *lower, last = bands
    arms = [
        (value < band.upto * scale if band.open else value <= band.upto * scale, band.value)
        for band in lower
        if band.upto is not None
    ]
    return choose(*arms, otherwise=last.value) if arms else lifted(last.value)


def stepped(value: Formula, bands: Iterable[Band]) -> Formula:
    """Like `by_band` for a table of whole numbers, whose lines are read together."""
    *lower, last = bands
    lines = [("<" if band.open else "<=", band.upto or Fraction(0), int(band.value)) for band in lower]
    return steps(value, lines, otherwise=int(last.value)) if lines else lifted(int(last.value))


def larger(x: Formula, y: Formula) -> Formula:
    return choose((x >= y, x), otherwise=y)


def points_range(value: Formula, lines: Iterable[PointsFrom]) -> tuple[Formula, Formula]:
    """The least and the most points that the table allows for the value."""
    *upper, last = lines
    if not upper:
        return lifted(last.low), lifted(last.high)
    starts = [(">" if line.open else ">=", line.start or Fraction(0), line.low, line.high) for line in upper]
    low = steps(value, [(op, start, low) for op, start, low, _ in starts], otherwise=last.low)
    high = steps(value, [(op, start, high) for op, start, _, high in starts], otherwise=last.high)
    return low, high


def at_least(certain: Formula, possible: Formula, number: Number, *, open_question: Formula) -> Formula:
    """Whether a count reaches a number, where some are certain and others turn on a question that is open."""
    return either(certain >= number, both(possible >= number, open_question))
