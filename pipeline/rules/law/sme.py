"""The conditions of article 6 of 国科发政〔2017〕115号 for a technology SME. Nobody is asked for an age."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce

from pipeline.rules.codes.industries import carried_industries
from pipeline.rules.condition import MANUAL_REVIEW, MET, UNMET, Condition, Judged, Lever, Quantity
from pipeline.rules.facts.figures import NAMES, year_name
from pipeline.rules.formula import UNKNOWN, Formula, Reading, both, choose, either, fact, lifted
from pipeline.rules.labels import Label, listed
from pipeline.rules.law.hte import FEN, yearly
from pipeline.rules.law.pool import say_yes_or_no, yes_or_no
from pipeline.rules.law.score import TITLES, Score
from pipeline.rules.law.sme_direct import confirmed, grounds, surely
from pipeline.rules.law.sme_score import (
    BORROWED,
    COSTS,
    SALES,
    STAFF,
    Doubts,
    rd_spent,
    scope_is_borrowed,
    score_of,
    visited,
)
from pipeline.rules.sentences import not_known, plain_number, shown, standard, wanted_in_words
from pipeline.rules.shelf.dated import Book

NOBODY = Label(
    "上年职工总数为零，科技人员占比无法计算。", "There was no staff last year, so there is no share to compute."
)
NOTHING = Label(
    "上年销售收入和成本费用支出均不大于零，研发投入占比无法计算。",
    "There were neither sales nor costs last year, so there is no share of R&D expense to compute.",
)


def conditions(book: Book) -> tuple[Condition, ...]:
    return eligible_body(book), size(book), industry(book), clean(book), score(book)


def eligible_body(book: Book) -> Condition:
    """Article 6(1): a resident firm; since the guidelines of 2022 one that is taxed by its books."""
    resident, audited = fact("resident").equals(1), fact("audited_taxation").equals(1)
    if book.choice("eligible_body") == "resident":
        return yes_or_no("eligible_body", resident, Label("居民企业", "A resident firm"))
    subject = Label("居民企业且查账征收", "A resident firm that is taxed by its books")
    return yes_or_no("eligible_body", both(resident, audited), subject)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a figure of the last year may be, the line itself included: heads, or yuan."""

    stem: str
    unit: str
    most: Fraction

    @property
    def figure(self) -> Formula:
        return fact(year_name(self.stem, 1))

    @property
    def kept(self) -> Formula:
        return self.figure <= self.most * self.scale

    @property
    def scale(self) -> int:
        return FEN if self.unit == "yuan" else 1

    def in_words(self, read: Reading) -> Label:
        text = Label("{name} {value}（上限 {most}）", "{name} {value} (at most {most})")
        value = Fraction(read[self.figure]) / self.scale
        return text.filled(name=NAMES[self.stem], value=shown(value, self.unit), most=shown(self.most, self.unit))


def size(book: Book) -> Condition:
    """Article 6(2): staff, sales and total assets of the last year, each up to its limit."""
    limits = (
        Limit("staff", "heads", book.number("size")),
        Limit("sales", "yuan", book.number("size_sales")),
        Limit("total_assets", "yuan", book.number("size_assets")),
    )
    small = reduce(both, (each.kept for each in limits))
    uses = tuple(Quantity.over(each.stem, each.unit, yearly(each.stem, 1)) for each in limits)
    subject = Label("职工总数、销售收入和资产总额", "Staff, sales and total assets")
    return replace(yes_or_no("size", small, subject), uses=uses, says=partial(say_size, limits))


def say_size(limits: tuple[Limit, ...], judged: Judged) -> Label:
    if judged.verdict == "unknown":
        return not_known(judged)
    told = limits if judged.verdict == "met" else [each for each in limits if judged.read[each.kept] is False]
    words = listed([each.in_words(judged.read) for each in told])
    end = {"met": Label("均未超过。", "all within."), "unmet": Label("超过上限。", "too large.")}[judged.verdict]
    return Label("{words}，{end}", "{words}: {end}").filled(words=words, end=end)


def industry(book: Book) -> Condition:
    """Article 6(3): products are not restricted; since 2022 not in an industry without super deduction either."""
    free = fact("restricted_industry").equals(0)
    codes = [int(code) for code in book.choice("industry").split() if code.isdecimal()]
    if codes:
        division = fact("industry_division")
        excluded = reduce(either, (division.equals(code) for code in codes))
        free = both(free, choose((excluded, 0), otherwise=1).equals(1))
    subject = Label("产品不属于限制类、淘汰类，行业在评价范围内", "Neither its products nor its industry are excluded")
    return replace(yes_or_no("industry", free, subject), says=say_industry)


def say_industry(judged: Judged) -> Label:
    if judged.verdict != "unmet":
        return say_yes_or_no(judged)
    if judged.values["restricted_industry"] == 1:
        return Label("产品属于限制类或淘汰类。", "Its products are restricted or to be phased out.")
    text = Label(
        "所属行业大类 {division}不适用研发费用加计扣除，不在评价范围。",
        "Its industry, division {division}, may not claim the super deduction, so it is not evaluated.",
    )
    code = str(judged.values["industry_division"])
    return text.filled(division=Label(f"{code} {carried_industries()[code].name}", code))


def clean(book: Book) -> Condition:
    """Article 6(4): nothing grave in the year of the form or the years before it, and on no list of offenders."""
    years, recent = book.number("clean"), fact("years_since_any_incident")
    blank = choose(
        (fact("any_incidents").equals(0), 1),
        (recent <= years, 0),
        (fact("undated_any_incidents").equals(0), 1),
        otherwise=fact("any_incident_years"),
    )
    subject = Label("无重大事故、严重违法与失信记录，未列入经营异常名录", "No accident, offence or fraud on record")
    visits = visited(
        book,
        "site_check_risk_years",
        lambda back: recent <= back,
        lambda back: Label(f"近 {back} 年内有风险记录", f"A record of risk within {back} years"),
    )
    holds = both(blank.equals(1), fact("abnormal_list").equals(0))
    return replace(yes_or_no("clean", holds, subject), says=partial(say_clean, years, visits))


def say_clean(years: Fraction, visits: Doubts, judged: Judged) -> Label:
    if judged.verdict == "met":
        note = next((reason for test, reason in visits if judged.read[test]), Label("", ""))
        plain = say_yes_or_no(judged)
        return Label(plain.zh + note.zh, f"{plain.en} {note.en}".rstrip())
    if judged.verdict != "unmet":
        return say_yes_or_no(judged)
    if judged.values["abnormal_list"] == 1:
        return Label("已列入经营异常名录或严重违法失信名单。", "It is listed as abnormal or dishonest.")
    return Label(
        f"当年或之前 {years} 个会计年度内有重大事故、严重违法或失信行为。",
        f"There was a serious accident, offence or fraud this year or in the {years} year(s) before.",
    )


def score(book: Book) -> Condition:
    """Article 6(5): enough points and some of them for tech staff, or what article 8 accepts instead."""
    table, line, direct = score_of(book), book.number("score"), confirmed(book)
    reached = choose((table.low >= line, 1), (table.high >= line, table.given), otherwise=0) >= 1
    passes = both(reached, table.items[0].points > 0) if book.choice("score_staff_nonzero") == "required" else reached
    no_share = either(fact(STAFF) <= 0, both(fact(SALES) <= 0, fact(COSTS) <= 0))
    return Condition(
        "score",
        "points",
        found=table.given,
        op=">=",
        needed=lifted(line),
        verdict=choose(
            (surely(direct), MET),
            (surely(no_share), MANUAL_REVIEW),
            (either(direct, passes), MET),
            otherwise=UNMET,
        ),
        subject=Label("评价得分", "Points of the evaluation"),
        uses=score_uses(book),
        lever=Lever("points", "points", ()),
        shortfall=choose((table.high < line, lifted(line) - table.high), otherwise=UNKNOWN),
        says=partial(say_score, book, table),
    )


def score_uses(book: Book) -> tuple[Quantity, ...]:
    plain = {"sales": "yuan", "costs": "yuan", "tech_staff": "heads", "staff": "heads"}
    spent = Quantity.over("rd", "yuan", {1: rd_spent(book)})
    return (spent, *(Quantity.over(stem, unit, yearly(stem, 1)) for stem, unit in plain.items()))


def say_score(book: Book, table: Score, judged: Judged) -> Label:
    ground = next((each for each in grounds(book) if judged.read[each.holds]), None)
    if ground is not None:
        return Label("可直接确认：{why}。", "Confirmed directly: {why}.").filled(why=ground.says(judged))
    if judged.verdict == "manual_review":
        return NOBODY if judged.read[fact(STAFF) <= 0] else NOTHING
    told = {"met": say_enough, "unmet": say_too_few}.get(judged.verdict, say_open)(table, judged)
    note = (
        BORROWED if scope_is_borrowed(book, judged.read) and judged.read[rd_spent(book)] is not None else Label("", "")
    )
    return Label(told.zh + note.zh, f"{told.en} {note.en}".rstrip())


def points_in_words(table: Score, judged: Judged) -> Label:
    """All points with those of each item, or the range in which they lie."""
    low, high = (plain_number(judged.read[each]) for each in (table.low, table.high))
    if judged.found is None:
        return Label(f"评价得分在 {low}–{high} 分之间", f"{low} to {high} points by the figures")
    text = Label("{title} {points} 分", "{title} {points}")
    parts = [
        text.filled(title=TITLES[each.name], points=plain_number(judged.read[each.points])) for each in table.items
    ]
    words = Label("评价得分 {n} 分（{parts}）", "{n} points ({parts})")
    return words.filled(n=plain_number(judged.found), parts=listed(parts))


def say_enough(table: Score, judged: Judged) -> Label:
    text = Label("{points}，达到标准（{line}）。", "{points}, as needed ({line}).")
    return text.filled(points=points_in_words(table, judged), line=standard(judged))


def say_too_few(table: Score, judged: Judged) -> Label:
    points = points_in_words(table, judged)
    if judged.gap:
        text = Label("{points}，未达标准（{line}），还差 {n} 分。", "{points}, but {line} are needed; short by {n}.")
        return text.filled(points=points, line=standard(judged), n=judged.gap)
    return Label("{points}，但科技人员得分为零。", "{points}, but none of them for tech staff.").filled(points=points)


def say_open(table: Score, judged: Judged) -> Label:
    text = Label("{points}，标准{line}；缺少：{wanted}。", "{points}, {line} needed; not judged without {wanted}.")
    wanted = wanted_in_words(judged.missing)
    return text.filled(points=points_in_words(table, judged), line=standard(judged), wanted=wanted)
