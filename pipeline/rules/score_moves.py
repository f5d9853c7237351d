"""Where points of the innovation score can still be won, and how many at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from pipeline.rules.dated import Book
from pipeline.rules.figures import YEARS_BACK, year_name
from pipeline.rules.formula import Facts, Number, exact
from pipeline.rules.labels import Label
from pipeline.rules.programmes import score_items
from pipeline.rules.remedies import raised
from pipeline.rules.score import TITLES, ScoreItem
from pipeline.rules.sentences import plain_number

CLASS_1_RIGHT = ("class_1_rights", "class_1_rights_most", "all_rights", "all_rights_most")


@dataclass(frozen=True, slots=True)
class Move:
    """Something that can win up to `gain` points."""

    item: str
    gain: Fraction
    says: Label


def moves(book: Book, values: Facts) -> list[Move]:
    """The moves that are open, the one that wins most first."""
    items = {each.name: each for each in score_items(book)}
    found = [*more_conversions(book, items["conversion"], values), *another_right(items["ip_count"], values)]
    found += [headroom(each, values) for each in items.values() if each.name not in {move.item for move in found}]
    return sorted((move for move in found if move.gain > 0), key=lambda move: -move.gain)


def held(item: ScoreItem, values: Facts) -> Fraction:
    """What the item brings now: the points given, else the most its band allows."""
    return Fraction(exact(item.narrowed(item.high), values))


def more_conversions(book: Book, item: ScoreItem, values: Facts) -> Iterator[Move]:
    """The results still to convert in order to reach the next better band of the yearly average."""
    years = values.get("operating_years")
    counts = [values.get(year_name("conversions", back)) for back in YEARS_BACK]
    if not years or None in counts:
        return
    now = sum(each or 0 for each in counts)
    for line in reversed(book.points("score_conversion")):
        more = ceil((line.start or 0) * years) - now
        if line.start is not None and more > 0:
            average = plain_number(line.start)
            yield move_to(
                item,
                line.high,
                values,
                Label(
                    f"再转化 {more} 项成果（年均达到 {average} 项）",
                    f"Convert {more} more results (an average of {average} a year)",
                ),
            )
            return


def another_right(item: ScoreItem, values: Facts) -> Iterator[Move]:
    if values.get("class_1_rights") == 0:
        best = exact(item.high, raised(values, CLASS_1_RIGHT, 1))
        yield move_to(item, best, values, Label("再获授权 1 项Ⅰ类知识产权", "Obtain one right of class I"))


def move_to(item: ScoreItem, best: Number, values: Facts, deed: Label) -> Move:
    gain = Fraction(best) - held(item, values)
    text = Label("{deed}，最多增 {gain} 分", "{deed}: up to {gain} points more")
    return Move(item.name, gain, text.filled(deed=deed, gain=plain_number(gain)))


def headroom(item: ScoreItem, values: Facts) -> Move:
    """Points that the band allows beyond those given."""
    gain = Fraction(exact(item.high, values)) - held(item, values)
    text = Label("{title}还有 {gain} 分空间", "{title}: room for {gain} points")
    return Move(item.name, gain, text.filled(title=TITLES[item.name], gain=plain_number(gain)))
