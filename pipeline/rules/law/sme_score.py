"""The hundred points of the evaluation of technology SMEs: they follow from the figures, and no expert gives any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from pipeline.rules.condition import larger, stepped
from pipeline.rules.facts.figures import year_name
from pipeline.rules.formula import Formula, Number, Reading, choose, fact, given, total
from pipeline.rules.labels import Label, listed
from pipeline.rules.law.hte import FEN, counted_expense
from pipeline.rules.law.score import Score, ScoreItem
from pipeline.rules.sentences import percent, plain_number, shown
from pipeline.rules.shelf.dated import Book, NoValue

STAFF, TECH_STAFF, SALES, COSTS, TAX_SCOPE = (
    year_name(stem, 1) for stem in ("staff", "tech_staff", "sales", "costs", "rd_tax_total")
)
BORROWED = Label(
    "未填加计扣除口径的研发费用，暂按高企口径计。",
    "R&D expense is that of the certification scope, as that of the tax scope is not given.",
)
SITE_CHECK = Label("{what}，列入当年现场核查范围。", "{what}: to be visited on site this year.")


type Doubts = tuple[tuple[Formula, Label], ...]


def score_of(book: Book) -> Score:
    items = tech_staff(book), rd_expense(book), results(book)
    low, high = total(each.low for each in items), total(each.high for each in items)
    return Score(items, low, high, low, high, given=total(each.points for each in items))


def most_of(book: Book, *rules: str) -> Fraction:
    return max(band.value for rule in rules for band in book.bands(rule))


def visited(book: Book, rule: str, test: Callable[[Fraction], Formula], what: Callable[[Fraction], Label]) -> Doubts:
    """Whether the firm is one that the year's notice sends a visit to; nothing in a year without such a number."""
    try:
        line = book.number(rule)
    except NoValue:
        return ()
    return ((test(line), SITE_CHECK.filled(what=what(line))),)


def tech_staff(book: Book) -> ScoreItem:
    share = fact(TECH_STAFF) / fact(STAFF)
    points = stepped(share, book.bands("score_tech_staff"))
    return ScoreItem(
        "tech_staff",
        low=given(points, 0),
        high=given(points, most_of(book, "score_tech_staff")),
        found=share,
        doubts=visited(
            book,
            "site_check_staff",
            lambda few: fact(STAFF) <= few,
            lambda few: Label(f"职工不超过 {few} 人", f"A staff of {few} or fewer"),
        ),
        own=points,
        says=partial(say_tech_staff, share, points, book.number("months_of_work")),
    )


def say_tech_staff(share: Formula, points: Formula, months: Number, read: Reading) -> Label | None:
    found = read[share]
    if found is None:
        return None
    text = Label(
        "科技人员占职工总数 {share}，得 {points} 分（兼职、临时聘用人员须全年累计工作满 {months} 个月）。",
        "Tech staff are {share} of all: {points} points (part-time and temporary staff work at least {months} months).",
    )
    return text.filled(share=percent(found), points=read[points], months=months)


def rd_spent(book: Book) -> Formula:
    """R&D expense of the last year: of the tax scope where that is given, else as for certification."""
    for_certification = counted_expense(book, 1)
    return given(fact(TAX_SCOPE), for_certification) if book.choice("rd_scope") == "tax" else for_certification


def scope_is_borrowed(book: Book, read: Reading) -> bool:
    return book.choice("rd_scope") == "tax" and read[fact(TAX_SCOPE)] is None


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """R&D expense as a share of sales or of costs, and what that brings; none where there is nothing to divide by."""

    whole: Formula
    share: Formula
    points: Formula
    of: Label

    def divides(self, read: Reading) -> bool | None:
        whole = read[self.whole]
        return None if whole is None else whole > 0


def alternatives(book: Book, spent: Formula) -> tuple[Alternative, Alternative]:
    sales, costs = Label("销售收入", "sales"), Label("成本费用支出", "costs")
    return (
        alternative(book, "score_rd_sales", spent, fact(SALES), sales),
        alternative(book, "score_rd_costs", spent, fact(COSTS), costs),
    )


def alternative(book: Book, rule: str, spent: Formula, whole: Formula, of: Label) -> Alternative:
    share = spent / whole
    points = choose((whole <= 0, 0), otherwise=stepped(share, book.bands(rule)))
    return Alternative(whole, share, points, of)


def rd_expense(book: Book) -> ScoreItem:
    """The firm may choose one of two shares: the better one counts."""
    spent, most = rd_spent(book), most_of(book, "score_rd_sales", "score_rd_costs")
    by_sales, by_costs = both_ways = alternatives(book, spent)
    low = larger(given(by_sales.points, 0), given(by_costs.points, 0))
    points = choose((low >= most, low), otherwise=larger(by_sales.points, by_costs.points))
    return ScoreItem(
        "rd_expense",
        low=low,
        high=given(points, most),
        found=choose((by_sales.points >= by_costs.points, by_sales.share), otherwise=by_costs.share),
        doubts=visited(
            book,
            "site_check_rd",
            lambda little: spent < little * FEN,
            lambda little: Label("研发费用低于 {line}", "R&D expense below {line}").filled(line=shown(little, "yuan")),
        ),
        own=points,
        says=partial(say_rd_expense, book, both_ways, points),
    )


def say_rd_expense(
    book: Book, both_ways: tuple[Alternative, Alternative], points: Formula, read: Reading
) -> Label | None:
    known = [each for each in both_ways if each.divides(read) and read[each.points] is not None]
    if not known:
        return None
    shares = listed([share_and_points(each, read) for each in known])
    other = next((each for each in both_ways if each not in known), None)
    why = the_better(known, read) if other is None else the_only(other, read[points], read)
    note = BORROWED if scope_is_borrowed(book, read) else Label("", "")
    return Label(f"研发费用{shares.zh}：{why.zh}{note.zh}", f"R&D expense is {shares.en}: {why.en} {note.en}".rstrip())


def share_and_points(each: Alternative, read: Reading) -> Label:
    text = Label("占{of} {share}（{points} 分）", "{share} of {of} ({points} points)")
    share, points = read[each.share], read[each.points]
    return text.filled(of=each.of, share=percent(share), points=plain_number(points))


def the_better(known: list[Alternative], read: Reading) -> Label:
    first, second = (read[each.points] for each in known)
    if first == second:
        return Label("两种算法同得 {points} 分。", "{points} points either way.").filled(points=plain_number(first))
    text = Label("取较高者，按占{of}得 {points} 分。", "the better one counts, by {of}: {points} points.")
    return text.filled(of=known[first < second].of, points=plain_number(max(first, second)))


def the_only(other: Alternative, points: Number | None, read: Reading) -> Label:
    """Why there is nothing to compare with; points that are the most of all need no comparison."""
    if points is None:
        text = Label("{of}未知，另一种算法尚不能比较。", "{of} are not known, so the other way stays open.")
    elif other.divides(read) is False:
        text = Label(
            "{of}不大于零，只能用这一种，得 {points} 分。", "without {of} there is no other way: {points} points."
        )
    else:
        text = Label("已是最高分 {points} 分。", "{points} points are the most.")
    return text.filled(of=other.of, points=None if points is None else plain_number(points))


def results(book: Book) -> ScoreItem:
    """One right of class I is enough; else the number of class II decides."""
    used = "valid_" if book.choice("rights_used_count") == "yes" else ""
    one, two = "class_1_rights", f"{used}class_2_rights"
    low, high = (rights_points(book, fact(f"{one}{end}"), fact(f"{two}{end}")) for end in ("", "_most"))
    points = choose((low.equals(high), low), otherwise=fact(f"{used}rights"))
    return ScoreItem(
        "results",
        low=given(low, 0),
        high=given(high, most_of(book, "score_rights_class_1")),
        found=choose((fact(one) >= 1, fact(one)), otherwise=fact(two)),
        doubts=visited(
            book,
            "site_check_rights",
            lambda none: fact(f"{one}_most") + fact(f"{two}_most") <= none,
            lambda none: Label(f"知识产权不超过 {none} 件", f"No more than {none} rights"),
        ),
        own=points,
        says=partial(say_results, points, one, two),
    )


def rights_points(book: Book, one: Formula, two: Formula) -> Formula:
    return larger(stepped(one, book.bands("score_rights_class_1")), stepped(two, book.bands("score_rights_class_2")))


def say_results(points: Formula, one: str, two: str, read: Reading) -> Label | None:
    got = read[points]
    if got is None:
        return None
    if read[fact(one)]:
        text, count = (
            Label("有效Ⅰ类知识产权 {n} 件，得 {points} 分。", "Valid rights of class I: {n}, so {points} points."),
            one,
        )
    else:
        text, count = (
            Label("有效Ⅱ类知识产权 {n} 件，得 {points} 分。", "Valid rights of class II: {n}, so {points} points."),
            two,
        )
    return text.filled(n=read[fact(count)], points=plain_number(got))
