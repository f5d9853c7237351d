"""The hundred points of the innovation score: what the figures allow, what experts gave, where the two disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from pipeline.rules.condition import points_range
from pipeline.rules.facts.figures import YEARS_BACK, year_name
from pipeline.rules.formula import (
    UNKNOWN,
    Formula,
    Reading,
    both,
    choose,
    either,
    exact,
    fact,
    given,
    lifted,
    smaller,
    total,
)
from pipeline.rules.labels import Label
from pipeline.rules.shelf.dated import Book

IP_BLOCK = ("ip_advance", "ip_support", "ip_count", "ip_origin", "standards")
OTHERS = ("conversion", "rd_system", "rd_institute", "incentives", "talent", "growth_net_assets", "growth_sales")
TITLES = {
    "ip_advance": Label("技术的先进程度", "Technical advance"),
    "ip_support": Label("对主要产品（服务）的核心支持作用", "Support of the main products"),
    "ip_count": Label("知识产权数量", "Number of rights"),
    "ip_origin": Label("知识产权获得方式", "Origin of rights"),
    "standards": Label("参与编制标准", "Part in standards"),
    "conversion": Label("科技成果转化能力", "Conversion of results"),
    "rd_system": Label("研发组织管理制度与辅助账", "R&D rules and ledger"),
    "rd_institute": Label("研发机构、条件与产学研合作", "R&D institute and cooperation"),
    "incentives": Label("成果转化激励与创新平台", "Incentives and platforms"),
    "talent": Label("人才培养、引进与绩效", "Training and talent"),
    "growth_net_assets": Label("净资产增长率", "Growth of net assets"),
    "growth_sales": Label("销售收入增长率", "Growth of sales"),
    "tech_staff": Label("科技人员", "Tech staff"),
    "rd_expense": Label("研发投入", "R&D expense"),
    "results": Label("科技成果", "Results of R&D"),
}
NEGATIVE_BASE = Label("基期为负，按 0 分计，需人工判定。", "A base year is negative: 0 points, for a person to judge.")
ZERO_BASE = Label("第二年为零，按 0 分计，需人工判定。", "The second year is zero: 0 points, for a person to judge.")


@dataclass(frozen=True, eq=False)
class ScoreItem:
    """One line of the table: the points its band allows by the figures, from `low` to `high`.

    `found` is the figure behind the band; `doubts` are tests with the reason why a person should look. `own` are points
    that follow from the figures, where no expert gives any; `says` tells how they came about.
    """

    name: str
    low: Formula
    high: Formula
    found: Formula = UNKNOWN
    doubts: tuple[tuple[Formula, Label], ...] = ()
    own: Formula | None = None
    says: Callable[[Reading], Label | None] | None = None

    @cached_property
    def points(self) -> Formula:
        return fact(f"score_{self.name}") if self.own is None else self.own

    @cached_property
    def allowed(self) -> Formula:
        """Whether the points given lie within the band; unknown where none are given."""
        return both(self.points >= self.low, self.points <= self.high)

    @cached_property
    def taken(self) -> Formula:
        """The points given, where the band allows them."""
        return choose((self.allowed, self.points), otherwise=UNKNOWN)

    def narrowed(self, bound: Formula) -> Formula:
        return given(self.taken, bound)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """`low` to `high` is what the figures allow; the narrowed range also takes the points given."""

    items: tuple[ScoreItem, ...]
    low: Formula
    high: Formula
    narrowed_low: Formula
    narrowed_high: Formula
    given: Formula


def score_of(book: Book) -> Score:
    items = {name: item(book, name) for name in (*IP_BLOCK, *OTHERS)}
    narrowed = {name: (each.narrowed(each.low), each.narrowed(each.high)) for name, each in items.items()}
    taken = {name: each.taken for name, each in items.items()}
    return Score(
        items=tuple(items.values()),
        low=capped_sum(book, {name: each.low for name, each in items.items()}),
        high=capped_sum(book, {name: each.high for name, each in items.items()}),
        narrowed_low=capped_sum(book, {name: low for name, (low, _) in narrowed.items()}),
        narrowed_high=capped_sum(book, {name: high for name, (_, high) in narrowed.items()}),
        given=capped_sum(book, taken),
    )


def capped_sum(book: Book, points: dict[str, Formula]) -> Formula:
    """All points together, those for intellectual property up to the most of their block."""
    block = smaller(total(points[name] for name in IP_BLOCK), book.number("score_ip_block"))
    return block + total(points[name] for name in OTHERS)


def most_points(book: Book, names: Sequence[str]) -> int:
    """The most points that some lines can give together; the block of intellectual property has a most of its own."""
    most = sum(Fraction(exact(item(book, name).high, {}) or 0) for name in names)
    return int(min(most, book.number("score_ip_block")) if names == IP_BLOCK else most)


def item(book: Book, name: str) -> ScoreItem:
    match name:
        case "ip_count":
            return ip_count(book)
        case "ip_origin":
            return ip_origin(book)
        case "standards":
            return standards(book)
        case "conversion":
            return conversion(book)
        case "growth_net_assets":
            return growth(book, name, "net_assets")
        case "growth_sales":
            return growth(book, name, "sales")
    return ScoreItem(name, lifted(0), lifted(book.number(f"score_{name}")))


def ranged(name: str, low: Formula, high: Formula, most: Fraction, found: Formula = UNKNOWN) -> ScoreItem:
    """From 0 to the most of the item where the figures are not known."""
    return ScoreItem(name, given(low, 0), given(high, most), found)


def ip_count(book: Book) -> ScoreItem:
    """One class I right decides, whatever there is of class II."""
    lows: list[Formula] = []
    highs: list[Formula] = []
    for suffix, bounds in (("", lows), ("_most", highs)):
        one, two = fact(f"class_1_rights{suffix}"), fact(f"class_2_rights{suffix}")
        first, second = (
            points_range(one, book.points("score_ip_class_1")),
            points_range(two, book.points("score_ip_class_2")),
        )
        bounds += [choose((one >= 1, a), otherwise=b) for a, b in zip(first, second, strict=True)]
    return ranged("ip_count", lows[0], highs[1], book.number("score_ip_count"), fact("all_rights"))


def ip_origin(book: Book) -> ScoreItem:
    """Own R&D allows the full points, rights that were all acquired half of them."""
    own, acquired = book.number("score_ip_origin"), book.number("score_ip_origin_acquired")
    low = choose((fact("all_rights") >= 1, 1), otherwise=0)
    high = choose((fact("all_rights_most").equals(0), 0), (fact("own_rights_most") >= 1, own), otherwise=acquired)
    return ranged("ip_origin", low, high, own)


def standards(book: Book) -> ScoreItem:
    """A bonus for a part in national or industry standards."""
    count, most = fact("recognised_standards"), book.number("score_standards")
    low, high = choose((count >= 1, 1), otherwise=0), choose((count >= 1, most), otherwise=0)
    return ranged("standards", low, high, most, count)


def conversion(book: Book) -> ScoreItem:
    """Results converted a year, over three years or the years of operation."""
    years = fact("operating_years")
    average = total(fact(year_name("conversions", back)) for back in YEARS_BACK) / years
    low, high = points_range(average, book.points("score_conversion"))
    if book.choice("conversion_gap") == "E":
        *_, lowest, _ = book.points("score_conversion")
        some = both(average > 0, average < 1)
        low, high = choose((some, lowest.low), otherwise=low), choose((some, lowest.high), otherwise=high)
    no_year = years < 1
    most = book.points("score_conversion")[0].high
    return ranged(
        "conversion", choose((no_year, 0), otherwise=low), choose((no_year, 0), otherwise=high), Fraction(most), average
    )


def growth(book: Book, name: str, stem: str) -> ScoreItem:
    """The mean of two yearly growths, or after a zero first year the last one; a second year of zero gives 0 points.

    The figures of a year before the firm was founded are zero, so a firm of two years is judged by its one growth and a
    firm of one year gets 0 points without any further rule.
    """
    first, second, third = (fact(year_name(stem, back)) for back in (3, 2, 1))
    starts_at_zero, no_base, negative = bases(first, second, book.choice("negative_base"))
    last_two, mean = third / second - 1, (second / first + third / second) / 2 - 1
    rate = choose((starts_at_zero, last_two), otherwise=mean)
    low, high = points_range(rate, book.points("score_growth"))
    most = Fraction(book.points("score_growth")[0].high)
    return ScoreItem(
        name,
        low=given(choose((no_base, 0), otherwise=low), 0),
        high=given(choose((no_base, 0), otherwise=high), most),
        found=choose((no_base, UNKNOWN), otherwise=rate),
        doubts=((negative, NEGATIVE_BASE), (both(fact("operating_years") >= 2, second.equals(0)), ZERO_BASE)),
    )


def bases(first: Formula, second: Formula, reading: str) -> tuple[Formula, Formula, Formula]:
    """Whether growth starts in the second year, has no base, and has a negative base, about which the law is silent.

    `reading` is the book's parameter: a negative base gives 0 points, counts as zero, or is divided by like any other.
    """
    negative = either(first < 0, second < 0)
    match reading:
        case "literal":
            return first.equals(0), second.equals(0), negative
        case "as_zero":
            return first <= 0, second <= 0, negative
    return first.equals(0), either(second <= 0, first < 0), negative
