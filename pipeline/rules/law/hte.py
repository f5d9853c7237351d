"""The conditions of article 11 of 国科发火〔2016〕32号, one function each; every number comes from the book."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.condition import MET, UNMET, Condition, Judged, Lever, Quantity, by_band, compared, share
from pipeline.rules.facts.figures import year_name
from pipeline.rules.formula import UNKNOWN, Formula, both, choose, fact, given, lifted, smaller
from pipeline.rules.labels import Label
from pipeline.rules.law.score import Score, score_of
from pipeline.rules.sentences import plain_number, plainly, standard
from pipeline.rules.shelf.dated import Book

FEN = 100
RD_LEVER = Lever("rd_total", "yuan", ("rd_internal_y1", "rd_total_y1", "rd_domestic_y1"))


def conditions(book: Book) -> tuple[Condition, ...]:
    """Eight conditions, nine findings: article 11(5) is two of them."""
    return (
        registered_days(book),
        owns_ip(book),
        field(book),
        tech_staff_ratio(book),
        rd_intensity(book),
        rd_domestic(book),
        hitech_income(book),
        innovation_score(book),
        no_incident(book),
    )


def registered_days(book: Book) -> Condition:
    """Article 11(1): a resident firm, registered for a year."""
    days, needed = fact("registered_days"), lifted(book.number("registered_days"))
    holds = both(days >= needed, fact("resident").equals(1))
    return Condition(
        "registered_days",
        "days",
        found=days,
        op=">=",
        needed=needed,
        verdict=choose((holds, MET), otherwise=UNMET),
        subject=Label("注册成立", "Time since registration"),
        lever=Lever("registered_days", "days", ("registered_days",)),
        says=say_registered,
    )


def say_registered(judged: Judged) -> Label:
    if judged.verdict == "unmet" and judged.values.get("resident") == 0:
        return Label("不是居民企业。", "It is not a resident firm.")
    return plainly(judged)


def owns_ip(book: Book) -> Condition:
    """Article 11(2): owns rights that support the technology of its main products."""
    return compared(
        "owns_ip",
        unit="count",
        found=fact("core_rights"),
        needed=book.number("owns_ip"),
        subject=Label("对主要产品（服务）起核心支持作用的有效知识产权", "Usable rights that support the main products"),
        lever=Lever("core_rights", "count", ("core_rights",)),
    )


def field(book: Book) -> Condition:
    """Article 11(3): the technology is within the supported fields; the experts confirm what the firm has chosen."""
    return Condition(
        "field",
        "code",
        found=UNKNOWN,
        op="in",
        needed=UNKNOWN,
        verdict=choose((fact("field_chosen").equals(1), MET), otherwise=UNMET),
        subject=Label("主要产品（服务）的技术领域", "Field of the main products' technology"),
        says=say_field,
    )


def say_field(judged: Judged) -> Label:
    code = judged.facts.identity.field
    if judged.verdict != "met" or code is None:
        return plainly(judged)
    return Label(
        f"所选技术领域 {code} {carried_fields()[code]} 在国家重点支持的高新技术领域内，以专家判断为准。",
        f"The chosen field {code} {carried_fields()[code]} is among those the state supports; the experts confirm it.",
    )


def tech_staff_ratio(book: Book) -> Condition:
    """Article 11(4): tech staff over staff, annual averages of the last year."""
    return share(
        "tech_staff_ratio",
        part=Quantity.over("tech_staff", "heads", yearly("tech_staff", 1)),
        whole=Quantity.over("staff", "heads", yearly("staff", 1)),
        needed=book.number("tech_staff_ratio"),
        subject=Label("科技人员占职工总数", "Tech staff as a share of staff"),
        lever=Lever("tech_staff", "heads", ("tech_staff_y1", "staff_y1")),
        empty=Label(
            "上年职工总数为零，比例无法计算。", "There was no staff last year, so there is no share to compute."
        ),
    )


def rd_intensity(book: Book) -> Condition:
    """Article 11(5): R&D expense over sales of the same years, by the band of the last year's sales."""
    years = int(book.number("rd_years"))
    return share(
        "rd_intensity",
        part=rd_expense(book, years),
        whole=Quantity.over("sales", "yuan", yearly("sales", years)),
        needed=by_band(fact("sales_y1"), book.bands("rd_intensity"), scale=FEN),
        subject=Label("研发费用占同期销售收入", "R&D expense as a share of sales"),
        lever=RD_LEVER,
        empty=Label(
            "各年销售收入合计不大于零，比例无法计算。", "Sales of these years come to nothing, so there is no share."
        ),
    )


def rd_domestic(book: Book) -> Condition:
    """Article 11(5): the part of the R&D expense that was spent inside the country."""
    years = int(book.number("rd_years"))
    domestic = {back: domestic_expense(book, back) for back in range(years, 0, -1)}
    return share(
        "rd_domestic",
        part=Quantity.over("rd_domestic", "yuan", domestic),
        whole=rd_expense(book, years),
        needed=book.number("rd_domestic"),
        subject=Label("境内研发费用占全部研发费用", "R&D expense inside the country as a share of all"),
        lever=Lever("rd_domestic", "yuan", RD_LEVER.raises),
        empty=Label(
            "研发费用合计不大于零，比例无法计算。", "R&D expense comes to nothing, so there is no share to compute."
        ),
    )


def hitech_income(book: Book) -> Condition:
    """Article 11(6): hi-tech income over total income, which is gross income less non-taxable income."""
    income = {1: fact("total_income_y1") - fact("non_taxable_income_y1")}
    return share(
        "hitech_income",
        part=Quantity.over("hitech_income", "yuan", yearly("hitech_income", 1)),
        whole=Quantity.over("counted_income", "yuan", income),
        needed=book.number("hitech_income"),
        subject=Label("高新技术产品（服务）收入占同期总收入", "Hi-tech income as a share of total income"),
        lever=Lever("hitech_income", "yuan", ("hitech_income_y1",)),
        empty=Label(
            "上年总收入不大于零，比例无法计算。", "Total income of last year is nothing, so there is no share."
        ),
    )


def innovation_score(book: Book) -> Condition:
    """Article 11(7): the experts' points must exceed the line; until they are given, the bands tell the range."""
    score, line = score_of(book), book.number("innovation_score")
    return score_condition("innovation_score", score, ">", lifted(line))


def score_condition(rule: str, score: Score, op: str, line: Formula) -> Condition:
    reached, reachable = Formula(op, (score.narrowed_low, line)), Formula(op, (score.narrowed_high, line))
    verdict = choose((reached, MET), (reachable, score.given), otherwise=UNMET)
    subject = Label("创新能力评价得分", "Innovation score")
    says = partial(say_score, score)
    lever, shortfall = Lever("points", "points", ()), line - score.narrowed_high
    return Condition(
        rule, "points", score.given, op, line, verdict, subject, lever=lever, shortfall=shortfall, says=says
    )


def say_score(score: Score, judged: Judged) -> Label:
    low, high = judged.read[score.narrowed_low], judged.read[score.narrowed_high]
    if low == high:
        return plainly(replace(judged, found=low))
    end = {
        "met": Label("最低分已够。", "even the least is enough."),
        "unmet": Label("最高分也不够。", "even the most is not enough."),
        "unknown": Label("尚不能判断，需各项评分。", "this cannot be told without the points of each item."),
    }[judged.verdict]
    text = Label(
        "按现有资料可得 {low}–{high} 分，标准{needed}，{end}",
        "{low}–{high} points by the figures, {needed} needed: {end}",
    )
    return text.filled(low=plain_number(low), high=plain_number(high), needed=standard(judged), end=end)


def no_incident(book: Book) -> Condition:
    """Article 11(8): no serious accident or environmental offence in the days before the application."""
    none, days, line = (
        fact("major_incidents").equals(0),
        fact("days_since_incident"),
        lifted(book.number("no_incident")),
    )
    all_dated = fact("undated_incidents").equals(0)
    return Condition(
        "no_incident",
        "days",
        found=choose((none, UNKNOWN), otherwise=days),
        op=">",
        needed=line,
        verdict=choose((none, MET), (days <= line, UNMET), (all_dated, MET), otherwise=fact("incident_days")),
        subject=Label("距最近一次重大事故或严重违法行为", "Time since the last serious accident or offence"),
        lever=Lever("days", "days", ("days_since_incident",)),
        says=say_incident,
    )


def say_incident(judged: Judged) -> Label:
    if judged.verdict == "met" and judged.found is None:
        return Label(
            "没有重大安全、质量事故或严重环境违法行为。", "No serious accident or environmental offence is known."
        )
    return plainly(judged)


def yearly(stem: str, years: int) -> dict[int, Formula]:
    """The figure of each of the last years, the oldest first."""
    return {back: fact(year_name(stem, back)) for back in range(years, 0, -1)}


def rd_expense(book: Book, years: int) -> Quantity:
    return Quantity.over("rd", "yuan", {back: counted_expense(book, back) for back in range(years, 0, -1)})


def counted_expense(book: Book, back: int) -> Formula:
    """R&D expense of one year: from the booked categories with their caps, else the total as given."""
    foreign = of_year("rd_outsourced_foreign", back) * book.number("rd_outsourced_factor")
    return given(inland_expense(book, back) + foreign, of_year("rd_total", back))


def domestic_expense(book: Book, back: int) -> Formula:
    return given(inland_expense(book, back), of_year("rd_domestic", back))


def inland_expense(book: Book, back: int) -> Formula:
    """What was spent in house and with partners inside the country, other expenses up to their cap."""
    inside = of_year("rd_outsourced_domestic", back) * book.number("rd_outsourced_factor")
    return of_year("rd_internal", back) + inside + counted_other(book, back)


def counted_other(book: Book, back: int) -> Formula:
    inside, abroad = of_year("rd_outsourced_domestic", back), of_year("rd_outsourced_foreign", back)
    rest = of_year("rd_internal", back) + (inside + abroad) * book.number("rd_outsourced_factor")
    return smaller(of_year("rd_other", back), rest * cap_on_the_rest(book))


def cap_on_the_rest(book: Book) -> Formula:
    """The most of other expenses as a share of the rest: 20 % of all, others included, is 25 % of the rest."""
    cap = book.number("rd_other_cap")
    return lifted(cap / (1 - cap) if book.choice("rd_other_cap_base") == "inclusive" else cap)


def of_year(stem: str, back: int) -> Formula:
    return fact(year_name(stem, back))
