"""What would be: a firm judged on the next New Year as if the open year came out differently. Nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_UP, Decimal

from pipeline.rules.condition import UNMET
from pipeline.rules.facts.firm import FirmFacts
from pipeline.rules.facts.folding import fold
from pipeline.rules.facts.forecast import foreseen
from pipeline.rules.findings import Assessment
from pipeline.rules.formula import exact
from pipeline.rules.judging import assess
from pipeline.rules.labels import Label
from pipeline.rules.plans.deeds import KINDS, Deed, done
from pipeline.rules.plans.remedies import smallest
from pipeline.rules.programmes import conditions_of, score_items
from pipeline.rules.shelf.dated import Book
from pipeline.rules.shelf.volumes import books

WAN = Decimal(10_000)
MOST_STEPS = 2**30
MOST_MORE = {"heads": Decimal(20), "count": Decimal(8)}
FIGURES = {"rd_expense": "rd_total", "sales": "sales", "hitech_income": "hitech_income", "net_assets": "net_assets"}
"""Sliders that stand for a whole figure of the open year; the others for so much more than foreseen."""
CLOSES = {"rd_expense": "rd_intensity", "hitech_income": "hitech_income", "tech_staff": "tech_staff_ratio"}
LIFTS = {
    "conversions": "conversion",
    "class_1_right": "ip_count",
    "class_2_right": "ip_count",
    "sales": "growth_sales",
    "net_assets": "growth_net_assets",
}
"""Which condition a slider closes, or which line of the score it lifts into the next band."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A figure to play with, in the unit of its kind. `mark` is the least value that makes a difference, if there is
    one: the condition is met from there on (`closes`), or the next band of points begins.
    """

    what: str
    name: Label
    unit: str
    year: int | None
    least: Decimal
    now: Decimal
    most: Decimal
    step: Decimal
    mark: Decimal | None
    closes: bool


@dataclass(frozen=True, slots=True)
class Box:
    """Something not known yet that may be supposed to be in order."""

    what: str
    name: Label
    suppose: Callable[[FirmFacts], FirmFacts]


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A firm as its next application will be judged if nothing changes, and what may be changed."""

    facts: FirmFacts
    day: date
    book: Book

    @property
    def on(self) -> date:
        """The first day of next year, when the open year has closed."""
        return date(self.day.year + 1, 1, 1)

    def supposed(self, values: Mapping[str, Decimal], boxes: Mapping[str, bool]) -> Assessment:
        """Judged with these values in place of those foreseen; sliders that are not named stay as they are."""
        return assess(self.changed(values, boxes), book=self.book, day=self.on)

    def changed(self, values: Mapping[str, Decimal], boxes: Mapping[str, bool]) -> FirmFacts:
        ahead = foreseen(self.facts, self.day)
        year = self.day.year
        deeds = [
            self.deed(what, max(value, least_of(what, ahead, year)) - now_of(what, ahead, year))
            for what, value in values.items()
        ]
        facts = done(self.facts, deeds, self.day)
        for box in boxes_of(facts):
            facts = box.suppose(facts) if boxes.get(box.what) else facts
        return facts

    def deed(self, what: str, amount: Decimal) -> Deed:
        return Deed(what, amount, year=self.day.year)

    def sliders(self) -> Iterator[Slider]:
        """Those of figures that are known, with what they are and where they would make a difference."""
        ahead = foreseen(self.facts, self.day)
        for what in (*CLOSES, *LIFTS):
            if is_known(what, ahead, self.day.year):
                yield self.slider(what, ahead)

    def slider(self, what: str, ahead: FirmFacts) -> Slider:
        kind, now = KINDS[what], now_of(what, ahead, self.day.year)
        more = self.least_that_counts(what, step_of(what))
        mark = None if more is None else round_up(now + more, step_of(what))
        return Slider(
            what=what,
            name=kind.name,
            unit=kind.unit,
            year=self.day.year if what in FIGURES else None,
            least=least_of(what, ahead, self.day.year),
            now=now,
            most=most_of(kind.unit, now, mark),
            step=step_of(what),
            mark=mark,
            closes=what in CLOSES,
        )

    def least_that_counts(self, what: str, step: Decimal) -> Decimal | None:
        """The least so much more that closes its condition or wins a point; None where it is met or never will be."""
        counts = self.closing(CLOSES[what]) if what in CLOSES else self.lifting(LIFTS[what])
        if counts(self.changed({}, {})):
            return None

        def holds(steps: int) -> bool:
            return counts(done(self.facts, [self.deed(what, step * steps)], self.day))

        most = MOST_STEPS if KINDS[what].unit == "yuan" else int(10 * MOST_MORE[KINDS[what].unit])
        found = smallest(holds, most)
        return None if found is None else step * found

    def closing(self, rule: str) -> Callable[[FirmFacts], bool]:
        """Whether the condition is not unmet: what is unknown or for a person to judge no slider settles."""
        condition = next(each for each in conditions_of(self.book) if each.rule == rule)
        return lambda facts: exact(condition.verdict, fold(facts, self.on).values) != UNMET

    def lifting(self, name: str) -> Callable[[FirmFacts], bool]:
        """Whether the line allows more points than it does now."""
        item = next(each for each in score_items(self.book) if each.name == name)
        now = exact(item.high, fold(self.changed({}, {}), self.on).values)
        return lambda facts: bool(exact(item.high, fold(facts, self.on).values) > now)

    def boxes(self) -> list[Box]:
        return list(boxes_of(foreseen(self.facts, self.day)))


def outlook(facts: FirmFacts, *, book: str, day: date) -> Outlook:
    """What may be supposed of a firm on that day, judged by the book as it stands on the next New Year."""
    return Outlook(facts, day, books(book, date(day.year + 1, 1, 1)))


def is_known(what: str, ahead: FirmFacts, year: int) -> bool:
    row = ahead.year(year)
    match what:
        case "conversions":
            return ahead.conversions is not None
        case "class_1_right" | "class_2_right":
            return ahead.ip is not None or ahead.ip_counts is not None
        case "tech_staff":
            return row is not None and None not in (row.staff, row.tech_staff)
    return row is not None and getattr(row, FIGURES[what]) is not None


def now_of(what: str, ahead: FirmFacts, year: int) -> Decimal:
    row = ahead.year(year)
    return Decimal(0) if what not in FIGURES or row is None else Decimal(getattr(row, FIGURES[what]) or 0)


def least_of(what: str, ahead: FirmFacts, year: int) -> Decimal:
    """Zero; R&D expense may fall by what is spent inside the country, as that is what the slider raises and lowers."""
    row = ahead.year(year)
    if what != "rd_expense" or row is None or row.rd_total is None or row.rd_domestic is None:
        return Decimal(0)
    return max(Decimal(0), row.rd_total - row.rd_domestic)


def step_of(what: str) -> Decimal:
    return WAN if KINDS[what].unit == "yuan" else Decimal(1)


def round_up(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_UP) * step


def most_of(unit: str, now: Decimal, mark: Decimal | None) -> Decimal:
    """Twice what is foreseen, and room beyond the mark."""
    if unit != "yuan":
        return max(MOST_MORE[unit], (mark or Decimal(0)) + 2)
    return round_up(max(2 * now, (mark or Decimal(0)) * Decimal("1.25"), 100 * WAN), 100 * WAN)


def boxes_of(facts: FirmFacts) -> Iterator[Box]:
    if facts.incidents is None:
        name = Label("近一年无重大事故和违法", "no serious accident or offence within a year")
        yield Box("no_incident", name, lambda each: replace(each, incidents=()))
    if facts.ip and not any(each.core for each in facts.ip) and any(each.core is None for each in facts.ip):
        name = Label("已有知识产权起核心支持作用", "the rights there are support the main products")
        yield Box("core", name, with_core)


def with_core(facts: FirmFacts) -> FirmFacts:
    rights = tuple(replace(each, core=True) if each.core is None else each for each in facts.ip or ())
    return replace(facts, ip=rights)
