"""What may confirm a firm directly as a technology SME, as figures of the day: national awards and standards it led.

`award_months_top_3` are the months begun since the newest award in which the firm was among the first three, NEVER
where there is none; `…_least` the fewest that it may turn out to be while a day or a place is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.rules.facts.figures import LATER, NAMES, RANKS, Figures, Missing, top
from pipeline.rules.facts.firm import FirmFacts, Prize, Standard
from pipeline.rules.labels import Label
from pipeline.rules.periods import months_begun

NEVER = 99_999
DRAFTED = frozenset({"international", "national", "industry"})
RANK = Label("获奖单位或起草单位中的名次", "the firm's place among the winners or drafters")
DAY = Label("获奖或发布日期", "the day of the award or of publication")


@dataclass(frozen=True, slots=True)
class Merit:
    """An award or a standard: the firm's place in it and its day, None where not known."""

    place: str
    rank: int | None
    rank_name: str
    on: date | None
    on_name: str

    def missing(self) -> Iterator[Missing]:
        if self.rank is None:
            yield Missing(f"{self.place}.{self.rank_name}", RANK)
        if self.on is None:
            yield Missing(f"{self.place}.{self.on_name}", DAY)


def fold_grounds(facts: FirmFacts, figures: Figures) -> None:
    figures.put_plain("rd_institute", None if facts.rd_institute is None else int(facts.rd_institute), "rd_institute")
    fold_merits("award", None if facts.awards is None else list(awards(facts.awards)), "awards", figures)
    led = None if facts.standards is None else list(led_standards(facts.standards))
    fold_merits("standard", led, "standards", figures)


def awards(listed: tuple[Prize, ...]) -> Iterator[Merit]:
    for n, each in enumerate(listed):
        if each.level == "national":
            yield Merit(f"awards[{n}]", each.rank, "rank", each.on, "on")


def led_standards(listed: tuple[Standard, ...]) -> Iterator[Merit]:
    """Those it led: said in words, or by its place among the drafters."""
    for n, each in enumerate(listed):
        if each.level in DRAFTED and not (each.led is False and each.rank is None):
            rank = 1 if each.led else each.rank
            yield Merit(f"standards[{n}]", rank, "led", each.published_on, "published_on")


def fold_merits(stem: str, merits: list[Merit] | None, place: str, figures: Figures) -> None:
    if merits is None:
        names = [name for rank in RANKS for name in (top(stem, rank), f"{top(stem, rank)}_least")]
        for name in (*names, f"{stem}_open"):
            figures.put(name, None, Missing(place, NAMES[top(stem, 1)]))
        return
    for each in merits:
        if each.on and each.on > figures.day:
            figures.strike(f"{each.place}.{each.on_name}", LATER)
    past = [each for each in merits if each.on is None or each.on <= figures.day]
    figures.put(f"{stem}_open", None, *(missing for each in merits for missing in wanted(each, figures.day)))
    for rank in RANKS:
        certain = [each for each in past if each.rank is not None and each.rank <= rank and each.on]
        possible = [each for each in merits if each.rank is None or each.rank <= rank]
        figures.put(top(stem, rank), fewest_months(certain, figures.day))
        figures.put(f"{top(stem, rank)}_least", fewest_months(possible, figures.day))


def wanted(merit: Merit, day: date) -> Iterator[Missing]:
    yield from merit.missing()
    if merit.on and merit.on > day:
        yield Missing(f"{merit.place}.{merit.on_name}", LATER)


def fewest_months(merits: Iterable[Merit], day: date) -> int:
    """A day that is not known, or not to be believed as it is still to come, may be today."""
    return min((months_begun(each.on, day) if each.on and each.on <= day else 0 for each in merits), default=NEVER)
