"""What else of the open year would make a way easier, and what would undo it, each tried out on the figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from pipeline.rules.condition import MET, Condition
from pipeline.rules.facts.figures import year_name
from pipeline.rules.formula import COMPARISON, Number, Reading
from pipeline.rules.labels import Label
from pipeline.rules.law.score import TITLES, ScoreItem
from pipeline.rules.plans.bounds import room
from pipeline.rules.plans.deed_words import FIGURES, amount_of
from pipeline.rules.plans.means import BUILT_UP, touched
from pipeline.rules.plans.points import tables
from pipeline.rules.plans.prospect import Means, edges, is_unmet
from pipeline.rules.plans.remedies import smallest
from pipeline.rules.plans.solving import is_scored
from pipeline.rules.plans.ways import Way
from pipeline.rules.programmes import score_items
from pipeline.rules.sentences import shown

FEN = 100
HUNDRED_YUAN = 100 * FEN
"""Limits are told in whole hundreds of yuan, on the safe side."""
NEAR = Fraction(1, 2)
"""A limit further away than that part of the figure is not worth a sentence."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A figure of the open year that comes out higher (1) or lower (-1) than foreseen, whole or as what is new."""

    what: str
    stem: str
    sign: int
    text: Label
    is_new: bool = False


MORE = Label(
    "{year} 年{name}超过 {limit}时，{rule}不再达标。", "{rule} is lost if {name} of {year} come to more than {limit}."
)
LESS = Label(
    "{year} 年{name}低于 {limit}时，{rule}不再达标。", "{rule} is lost if {name} of {year} come to less than {limit}."
)
ANY = Label("{year} 年一有{name}，{rule}即不再达标。", "{rule} is lost by any {name} in {year}.")
TURNS = (
    Turn("sales", "sales", 1, MORE),
    Turn("sales", "sales", -1, LESS),
    Turn("rd_abroad", "rd_outsourced_foreign", 1, MORE, is_new=True),
    Turn("other_staff", "staff", 1, MORE, is_new=True),
)
NAMES = {
    "sales": Label("销售收入", "sales"),
    "rd_abroad": Label("新增委托境外研发费用", "further R&D commissioned abroad"),
    "other_staff": Label("新聘其他人员（按全年计）", "other staff who are hired (for the whole year)"),
}
FALLS = {"net_assets": "growth_net_assets", "sales": "growth_sales"}
"""What costs points where it falls, and on which line of the score."""


def what_helps(way: Way) -> Iterator[Label]:
    """The next band of sales, where it asks for less, and points that can still be built up."""
    if way.prospect.on.year > way.prospect.day.year:
        for means in way.amounts:
            if means.what in FIGURES and means.what not in {"sales", "hitech_sales"}:
                yield from across_the_line(way, means)
    yield from room_to_build(way)


def across_the_line(way: Way, means: Means) -> Iterator[Label]:
    """How much less of a deed is enough if sales come out above the next line of its condition."""
    then, ahead = way.prospect.with_deeds(way.amounts), way.prospect
    now, sales = then["sales_y1"], Means("sales", means.ready, means.by, means.year)
    lines = sorted({line for goal in way.goals for line in edges(goal.condition.verdict).get("sales_y1", ())})
    line = next((each for each in lines if now is not None and now <= each <= 2 * now), None)
    if line is None or now is None:
        return
    beyond = {**way.amounts, sales: way.amounts.get(sales, 0) + int(line - now) + 1}

    def holds(units: int) -> bool:
        return all(goal.reached(ahead, {**beyond, means: units}) for goal in way.goals)

    fewer = smallest(holds, way.amounts[means])
    if fewer is not None and fewer < way.amounts[means]:
        stem, name = FIGURES[means.what]
        reached = amount_of(ahead.with_deeds({**beyond, means: fewer}), stem) or 0
        text = Label(
            "{year} 年销售收入超过 {line}时，{name}达到 {reached}即可。",
            "With sales of {year} above {line}, {reached} of {name} are enough.",
        )
        yield text.filled(year=means.year, line=in_yuan(line), name=name, reached=in_yuan(reached))


def room_to_build(way: Way) -> Iterator[Label]:
    ahead = way.prospect
    scored = next((each for each in ahead.conditions if is_scored(ahead, each)), None)
    if scored is None or not any(goal.condition is scored for goal in way.goals):
        return
    taken = sum(units for means, units in way.amounts.items() if means.what == "points")
    names = {each.name for each in score_items(ahead.book)}
    left = sum(Fraction(room(ahead, item)) for item in BUILT_UP if item in names) - taken
    if left > 0:
        text = Label("研发组织管理还有 {n} 分空间。", "There is room for {n} points in the management of R&D.")
        yield text.filled(n=shown(left, "count").en)


def what_hurts(way: Way) -> Iterator[Label]:
    """What would undo the way if the open year came out otherwise than foreseen."""
    if way.prospect.on.year == way.prospect.day.year:
        return
    for turn in TURNS:
        found = nearest(way, turn)
        if found:
            yield told(way, turn, *found)
    for what, item in FALLS.items():
        yield from points_lost(way, what, item)


def year_of(way: Way) -> int:
    return way.prospect.on.year - 1


def means_of(way: Way, what: str) -> Means:
    return Means(what, way.prospect.on, way.prospect.on, year_of(way))


def nearest(way: Way, turn: Turn) -> tuple[Condition, int] | None:
    """The condition that is lost first as the figure turns, and the units by which it is."""
    found = [
        (units, place, condition)
        for place, condition in enumerate(way.prospect.conditions)
        if touched(turn.what) & condition.verdict.asks
        and not is_scored(way.prospect, condition)
        and way.prospect.verdict(condition, way.amounts) == MET
        and (units := lost_by(way, turn, condition)) is not None
    ]
    if not found:
        return None
    units, _, condition = min(found)
    return condition, units


def lost_by(way: Way, turn: Turn, condition: Condition) -> int | None:
    ahead, means = way.prospect, means_of(way, turn.what)
    so_far = way.amounts.get(means, 0)

    def read(start: int, units: int) -> Reading:
        return ahead.read({**way.amounts, means: so_far + turn.sign * (start + units)})

    def lost(start: int, units: int) -> bool:
        return is_unmet(read(start, units)[condition.verdict])

    def below(start: int, units: int) -> Number | None:
        reading = read(start, units)
        found, needed = reading[condition.found], reading[condition.needed]
        return None if found is None or needed is None else needed - found

    for start, end in stretches(way, turn, condition):
        units = 0 if lost(start, 0) else smallest(partial(lost, start), end - start, partial(below, start))
        if units is not None:
            return start + units
    return None


def stretches(way: Way, turn: Turn, condition: Condition) -> Iterator[tuple[int, int]]:
    """From one unit to the most that is near, parted where the figure crosses a line of the condition by itself."""
    name = year_name(turn.stem, 1)
    value = base_of(way, turn)
    lines = edges(condition.verdict).get(name, ())
    ends = {int(line - value) if turn.sign > 0 else int(value - line) - 1 for line in lines}
    start, most = 1, int(value * NEAR)
    for end in sorted({*ends, most}):
        if start <= end <= most:
            yield start, end
            start = end + 1


def base_of(way: Way, turn: Turn) -> Number:
    """The figure that a turn is measured by."""
    then = way.prospect.with_deeds(way.amounts)
    stem = "rd_total" if turn.what == "rd_abroad" else turn.stem
    return amount_of(then, stem) or 0


def told(way: Way, turn: Turn, condition: Condition, units: int) -> Label:
    """With the last value that does no harm yet."""
    kept, value = units - 1, base_of(way, turn)
    if turn.is_new and not kept:
        return ANY.filled(year=year_of(way), name=NAMES[turn.what], rule=condition.title)
    if turn.is_new:
        limit = shown(kept, "heads") if turn.what == "other_staff" else in_yuan(down(kept))
    else:
        limit = in_yuan(down(value + kept) if turn.sign > 0 else up(value - kept))
    return turn.text.filled(year=year_of(way), name=NAMES[turn.what], limit=limit, rule=condition.title)


def points_lost(way: Way, what: str, name: str) -> Iterator[Label]:
    """From where on a fall costs points of growth."""
    item = next((each for each in score_items(way.prospect.book) if each.name == name), None)
    then = way.prospect.with_deeds(way.amounts)
    value = then[year_name(what, 1)]
    if item is None or value is None or value <= 0 or way.prospect.read(way.amounts)[item.found] is None:
        return
    fall = least_fall(way, means_of(way, what), item, int(value * NEAR))
    if fall:
        units, before, after = fall
        text = Label(
            "{year} 年{name}低于 {limit}时，{item}最多得 {after} 分（现最多 {before} 分）。",
            "If {name} of {year} come to less than {limit}, {item} brings {after} points at most ({before} now).",
        )
        limit = in_yuan(up(value - units + 1))
        yield text.filled(
            year=year_of(way), name=FIGURES[what][1], limit=limit, item=TITLES[name], after=after, before=before
        )


def least_fall(way: Way, means: Means, item: ScoreItem, most: int) -> tuple[int, Number, Number] | None:
    """The least fall that costs points, with the most points before and after it."""

    def read(units: int) -> Reading:
        return way.prospect.read({**way.amounts, means: way.amounts.get(means, 0) - units})

    now = read(0)
    before: Number = now[item.high]
    reached = [
        (inner, max((line for op, line in lines if COMPARISON[op](now[inner], line)), default=None))
        for inner, lines in tables(item.high)
        if now[inner] is not None
    ]
    inner, line = next(((inner, line) for inner, line in reached if line is not None), (None, None))

    def below(units: int) -> Number | None:
        value = None if inner is None else read(units)[inner]
        return None if value is None or line is None else line - value

    units = smallest(lambda units: read(units)[item.high] < before, most, None if inner is None else below)
    return (units, before, read(units)[item.high]) if units else None


def down(fen: Number) -> int:
    return int(fen // HUNDRED_YUAN) * HUNDRED_YUAN


def up(fen: Number) -> int:
    return -down(-fen)


def in_yuan(fen: Number) -> Label:
    return shown(Fraction(fen) / FEN, "yuan")
