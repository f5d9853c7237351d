"""One firm, one book, one day: reads every condition exactly and says what came out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pipeline.rules.condition import Condition, Judged, Lever, Quantity, verdict_word
from pipeline.rules.facts.figures import Figures, Missing
from pipeline.rules.facts.firm import FirmFacts
from pipeline.rules.facts.folding import fold
from pipeline.rules.findings import Assessment, Finding, ItemPoints, Points, ScoreCard
from pipeline.rules.formula import Number, Reading
from pipeline.rules.labels import Label
from pipeline.rules.law.score import TITLES, ScoreItem
from pipeline.rules.plans.remedies import least
from pipeline.rules.programmes import SCORED_BY, amounts_of, conditions_of, score_table
from pipeline.rules.reckoning import found_amount
from pipeline.rules.sentences import exact_text, plainly, shown
from pipeline.rules.shelf.dated import Book

WORST_FIRST = ("unmet", "manual_review", "unknown", "met")
FEN = 100


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm while it is judged: what is known of it, its figures, and what formulas say of them."""

    facts: FirmFacts
    figures: Figures
    read: Reading


def assess(facts: FirmFacts, *, book: Book, day: date) -> Assessment:
    """Judges the firm by its facts on that day, which must be the book's; raises NoValue for a day before the book."""
    if book.day != day:
        raise ValueError(f"the book is the one of {book.day}, not of {day}")
    figures = fold(facts, day, book.name)
    firm = Firm(facts, figures, Reading(figures.values))
    findings = tuple(found_of(condition, book, firm) for condition in conditions_of(book))
    return Assessment(
        book=book.name,
        version=book.version,
        on=day,
        verdict=overall([each.verdict for each in findings]),
        findings=findings,
        score=score_card(book, firm.read),
        impossible=tuple(figures.impossible),
        asks=tuple(figures.asks),
        facts=facts,
        amounts=tuple(found_amount(each, figures, firm.read) for each in amounts_of(book)),
    )


def overall(verdicts: list[str]) -> str:
    """The worst of them; what does not apply counts for nothing."""
    return next((word for word in WORST_FIRST if word in verdicts), "met")


def found_of(condition: Condition, book: Book, firm: Firm) -> Finding:
    judged = judge(condition, firm)
    source = book.source(condition.rule)
    return Finding(
        rule=condition.rule,
        title=condition.title,
        verdict=judged.verdict,
        found=text_of(judged.found),
        needed=text_of(judged.needed),
        op=condition.op,
        unit=condition.unit,
        gap=gap_of(condition.lever, judged),
        article=source.article,
        source=source.in_words(),
        certainty=source.certainty,
        used=dict(used_of(condition.uses, firm)),
        missing=judged.missing,
        says=(condition.says or plainly)(judged),
    )


def judge(condition: Condition, firm: Firm) -> Judged:
    read = firm.read
    verdict = verdict_word(read[condition.verdict])
    return Judged(
        condition=condition,
        verdict=verdict,
        found=read[condition.found],
        needed=read[condition.needed],
        gap=gap(condition, verdict, read),
        missing=tuple(missing_of(condition, firm)) if verdict == "unknown" else (),
        read=read,
        facts=firm.facts,
    )


def gap(condition: Condition, verdict: str, read: Reading) -> int | None:
    """How much more closes it, in the unit of the lever, fen for money; None where that is not known."""
    if condition.lever is None or verdict not in {"met", "unmet"}:
        return None
    if verdict == "met":
        return 0
    if condition.shortfall is not None:
        points_short: Number | None = read[condition.shortfall]
        if points_short is None:
            return None
        return floor(points_short) + 1 if condition.op == ">" else ceil(points_short)
    return least(condition.verdict, read.facts, condition.lever.raises)


def gap_of(lever: Lever | None, judged: Judged) -> dict[str, str]:
    if lever is None or judged.gap is None:
        return {}
    return {lever.key: exact_text(Fraction(judged.gap, FEN) if lever.unit == "yuan" else judged.gap)}


def missing_of(condition: Condition, firm: Firm) -> Iterator[Missing]:
    """What stands behind the figures it lacks, each thing once."""
    wanted = (missing for name in condition.lacks(firm.read) for missing in firm.figures.missing.get(name, ()))
    yield from dict.fromkeys(wanted)


def text_of(value: Any) -> str | None:
    return None if value is None else exact_text(value)


def used_of(uses: tuple[Quantity, ...], firm: Firm) -> Iterator[tuple[str, Any]]:
    """The years, the totals and every year's own figures; money in yuan."""
    if not uses:
        return
    read, this_year = firm.read, firm.figures.day.year
    years = {this_year - back: back for quantity in uses for back in quantity.by_year}
    yield "years", sorted(years)
    for quantity in uses:
        yield quantity.key, amount(read[quantity.total], quantity)
    yield (
        "by_year",
        {
            str(year): {quantity.key: amount(read[quantity.by_year[back]], quantity) for quantity in uses}
            for year, back in sorted(years.items())
        },
    )


def amount(value: Number | None, quantity: Quantity) -> str | None:
    if value is None or quantity.unit != "yuan":
        return text_of(value)
    yuan, fen = divmod(value, FEN)
    return text_of(Fraction(value, FEN) if fen else yuan)


def score_card(book: Book, read: Reading) -> ScoreCard | None:
    """None for a book that gives no points."""
    table = score_table(book)
    if table is None:
        return None
    condition = next(each for each in conditions_of(book) if each.rule == SCORED_BY[book.name])
    return ScoreCard(
        low=points(read[table.low]),
        high=points(read[table.high]),
        given=None if (given := read[table.given]) is None else points(given),
        line=points(read[condition.needed]),
        above=condition.op == ">",
        items=tuple(item_points(each, read) for each in table.items),
    )


def points(value: Number) -> Points:
    return int(value) if value.denominator == 1 else exact_text(value)


def item_points(item: ScoreItem, read: Reading) -> ItemPoints:
    low, high, given = (read[each] for each in (item.low, item.high, item.points))
    doubt = next((reason for test, reason in item.doubts if read[test]), None)
    return ItemPoints(
        item=item.name,
        title=TITLES[item.name],
        found=text_of(read[item.found]),
        band=(points(low), points(high)),
        given=None if given is None else points(given),
        refused=refusal(item, low, high, given, read[item.found]) if read[item.allowed] is False else None,
        review=doubt,
        says=item.says(read) if item.says else None,
    )


def refusal(item: ScoreItem, low: Number, high: Number, given: Number, found: Number | None) -> Label:
    if not item.name.startswith("growth") or found is None:
        text = Label(
            "给 {given} 分，只允许 {low}–{high} 分。", "{given} points were given, {low} to {high} are allowed."
        )
        return text.filled(given=points(given), low=points(low), high=points(high))
    text = Label(
        "给 {given} 分，增长率 {rate} 只允许 {low}–{high} 分。",
        "{given} points were given, a growth of {rate} allows {low} to {high}.",
    )
    return text.filled(given=points(given), low=points(low), high=points(high), rate=shown(found, "share"))
