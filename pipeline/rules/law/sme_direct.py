"""Article 8 of 国科发政〔2017〕115号: what confirms a technology SME directly, whatever its points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from pipeline.rules.condition import Judged
from pipeline.rules.facts.certificates import newest
from pipeline.rules.facts.figures import top
from pipeline.rules.formula import Formula, both, choose, either, fact, given
from pipeline.rules.labels import Label
from pipeline.rules.shelf.dated import Book

MONTHS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """One of the four, any of which is enough."""

    holds: Formula
    says: Callable[[Judged], Label]


def grounds(book: Book) -> tuple[Ground, ...]:
    return certificate(book), award(book), institute(), standard(book)


def confirmed(book: Book) -> Formula:
    """Whether any ground holds. The book tells whether one that nobody told of is unknown or is not there."""
    any_of_them = reduce(either, (each.holds for each in grounds(book)))
    return surely(any_of_them) if book.choice("direct_unclaimed") == "absent" else any_of_them


def surely(test: Formula) -> Formula:
    """Whether it is known to hold; what is not known does not."""
    return given(choose((test, 1), otherwise=0), 0).equals(1)


def certificate(book: Book) -> Ground:
    months = book.number("certificate_years") * MONTHS
    within_term = both(fact("certificate_revoked").equals(0), fact("certificate_months") < months)
    return Ground(both(fact("certificates") >= 1, within_term), say_certificate)


def say_certificate(judged: Judged) -> Label:
    held = newest(judged.facts)
    number = held.number if held and held.number else ""
    return Label(f"持有有效高新技术企业证书 {number}".rstrip(), f"it holds a valid certificate {number}".rstrip())


def award(book: Book) -> Ground:
    years, rank = int(book.number("direct_award_years")), int(book.number("direct_award_rank"))
    says = Label(
        f"近 {years} 年内获国家级科技奖励且在获奖单位中排名前 {rank}",
        f"it was among the first {rank} winners of a national award within {years} years",
    )
    return Ground(within("award", rank, years), lambda _: says)


def institute() -> Ground:
    says = Label("拥有经认定的省部级以上研发机构", "it has a recognised R&D institute of provincial level or above")
    return Ground(fact("rd_institute").equals(1), lambda _: says)


def standard(book: Book) -> Ground:
    years, rank = int(book.number("direct_standard_years")), int(book.number("direct_standard_rank"))
    says = Label(
        f"近 {years} 年内主导制定国际、国家或行业标准（起草单位前 {rank} 名）",
        f"within {years} years it led a standard, as one of the first {rank} drafters",
    )
    return Ground(within("standard", rank, years), lambda _: says)


def within(stem: str, rank: int, years: int) -> Formula:
    """One of these places was reached within these years; open while a day or a place that decides is not known."""
    months, least = fact(top(stem, rank)), fact(f"{top(stem, rank)}_least")
    possible = both(least <= years * MONTHS, fact(f"{stem}_open").equals(1))
    return either(months <= years * MONTHS, possible)
