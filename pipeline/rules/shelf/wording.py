"""A book in words: each value as lines of a table, each condition as a sentence, each formula as it is reckoned.

Nothing here knows a rule: all of it is read off the entries and the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby, pairwise

from pipeline.rules.condition import NOT_APPLICABLE, Condition, Quantity
from pipeline.rules.facts.certificates import MONTHDAYS, REPORTS
from pipeline.rules.facts.figures import IN_FEN, NAMES
from pipeline.rules.formula import Formula, Number, nodes
from pipeline.rules.labels import Label, listed
from pipeline.rules.law.obligations import CHANGES
from pipeline.rules.law.score import TITLES as SCORE_TITLES
from pipeline.rules.sentences import UNITS, ends, plain_number
from pipeline.rules.shelf.dated import Band, Entry, PointsFrom, Value
from pipeline.rules.shelf.readings import READINGS, in_words

FEN = 100
TEN_THOUSAND = 10_000
MOST_NODES = 60  # a longer formula is a table of its own and is shown as one
OTHER_NAMES = {
    "rd": NAMES["rd_total"],
    "class_1_rights": Label("Ⅰ类知识产权件数", "rights of class I"),
    "class_2_rights": Label("Ⅱ类知识产权件数", "rights of class II"),
    "class_1_rights_most": Label("Ⅰ类知识产权最多件数", "the most rights of class I"),
    "class_2_rights_most": Label("Ⅱ类知识产权最多件数", "the most rights of class II"),
    "all_rights": Label("知识产权件数", "rights"),
    "all_rights_most": Label("知识产权最多件数", "the most rights"),
    "own_rights_most": Label("自主研发的知识产权最多件数", "the most rights of own R&D"),
    "recognised_standards": Label("参与编制的标准数", "standards the firm had a part in"),
    "incident_days": Label("事故或违法行为的日期", "the day of the accident or offence"),
    "valid_class_2_rights": Label("有效Ⅱ类知识产权件数", "valid rights of class II"),
    "valid_class_2_rights_most": Label("有效Ⅱ类知识产权最多件数", "the most valid rights of class II"),
    "any_incident_years": Label("事故、违法或失信行为的日期", "the day of the accident, offence or fraud"),
    "undated_any_incidents": Label("日期不明的事故、违法或失信行为数", "accidents, offences or fraud without a day"),
    "award_open": Label("国家级科技奖励的名次和日期", "place and day of national awards"),
    "standard_open": Label("主导制定标准的名次和日期", "place and day of standards"),
    "undated_incidents": Label("日期不明的事故或违法行为数", "accidents or offences without a day"),
    "certificate_months": Label("发证后满的月数", "whole months since the day of issue"),
    "certificate_years": Label("发证后的年度数", "calendar years since the year of issue"),
    "certificate_revoked": Label("证书已被取消", "the certificate was revoked"),
    "certificate_clock": Label("判定日", "the day that is judged"),
    "issued_clock": Label("发证日", "the day of issue"),
    **{f"report_clock_{n}": Label(f"第 {n} 份年报填报日", f"the day of report {n}") for n in REPORTS},
    "change_months": Label("变化至报告的最长月数", "the most months from a change to its report"),
    "changes_lost": Label("导致失去资格的变化数", "changes that cost the status"),
    **{f"undecided_{kind}": Label(f"待判定的{each.zh}数", f"undecided: {each.en}") for kind, each in CHANGES.items()},
}
"""What figures are called that nobody is asked for by name; the others stand in `figures.NAMES`."""
MEASURES = {**UNITS, "count": Label("{n}", "{n}")}  # a count in a book is of papers, times or months alike
SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ ", ">=": " ≥ ", ">": " > ", "<=": " ≤ ", "<": " < ", "==": " = "}
BINDS = {"+": 2, "-": 2, "*": 3, "/": 3}
REST = Label("其余", "otherwise")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a value: where it holds (nothing for a single value) and what it is there."""

    where: Label | None
    value: Label


def heading(entry: Entry) -> Label:
    """What an entry is called where its readings stand beside it in words: without the codes of a file."""
    if entry.rule not in READINGS:
        return entry.title
    return Label(entry.title.zh.partition("（")[0], entry.title.en.partition(" (")[0])


def lines_of(entry: Entry, value: Value | None) -> tuple[Line, ...]:
    """A value of an entry, line by line; a repeal is one line that says so."""
    if value is None:
        return (Line(None, Label("已废止", "repealed")),)
    if isinstance(value, str):
        return (Line(None, in_words(entry.rule, value)),)
    if isinstance(value, Fraction):
        return (Line(None, quantity(value, entry)),)
    bands = [each for each in value if isinstance(each, Band)]
    return tuple(band_lines(bands, entry) if bands else points_lines(value))


def quantity(value: Number, entry: Entry) -> Label:
    """A number of the book with the measure word of its entry, to the last digit."""
    if entry.unit in ("share", "factor"):
        return percent(value)
    if entry.unit == "yuan":
        return money(value)
    text = Label("{n}", "{n}")
    for mark, words in (
        ("workdays", Label("{n} 个工作日", "{n} working days")),
        ("months", Label("{n} 个月", "{n} months")),
    ):
        text = words if mark in entry.rule else text
    if text.zh == "{n}":
        text = MEASURES.get(entry.unit, text)
    return text.filled(n=plain_number(value))


def percent(value: Number) -> Label:
    """As a fraction where its decimals do not end: two thirds are no 66.66 %."""
    text = f"{plain_number(Fraction(value) * 100)}%" if ends(value) else str(Fraction(value))
    return Label(text, text)


def money(yuan: Number) -> Label:
    """In 万元, which people think in, whatever the amount."""
    whole, _, rest = plain_number(Fraction(yuan) / TEN_THOUSAND).partition(".")
    text = f"{int(whole):,}" + (f".{rest}" if rest else "")
    return Label(f"{text} 万元", f"{text} × 10,000 yuan")


def edge(value: Fraction, edges: Iterable[Fraction]) -> Label:
    """Where a line of a table ends. Tables do not tell the unit of their edges: amounts are large, shares below one."""
    if any(each >= TEN_THOUSAND for each in edges):
        return money(value)
    if any(0 < each < 1 for each in edges):
        return percent(value)
    return Label(plain_number(value), plain_number(value))


def band_lines(bands: list[Band], entry: Entry) -> Iterator[Line]:
    edges = [band.upto for band in bands if band.upto is not None]
    for before, band in pairwise([None, *bands]):
        if band is not None:
            yield Line(where_of(before, band, edges), quantity(band.value, entry))


def where_of(before: Band | None, band: Band, edges: list[Fraction]) -> Label | None:
    """From the end of the band before to one's own end; the sign tells to which of them the end itself belongs."""
    least = None if before is None or before.upto is None else edge(before.upto, edges)
    most = None if band.upto is None else edge(band.upto, edges)
    parts = []
    if least is not None and before is not None:
        parts.append(Label("≥ {x}" if before.open else "> {x}", "≥ {x}" if before.open else "> {x}").filled(x=least))
    if most is not None:
        parts.append(Label("< {x}" if band.open else "≤ {x}", "< {x}" if band.open else "≤ {x}").filled(x=most))
    return listed(parts) if parts else None


def points_lines(table: Iterable[object]) -> Iterator[Line]:
    lines = [each for each in table if isinstance(each, PointsFrom)]
    edges = [each.start for each in lines if each.start is not None]
    for line in lines:
        sign = "> {x}" if line.open else "≥ {x}"
        start = None if line.start is None else Label(sign, sign).filled(x=edge(line.start, edges))
        points = str(line.low) if line.low == line.high else f"{line.low}–{line.high}"
        yield Line(start or (REST if edges else None), Label(f"{points} 分", f"{points} points"))


def sentence(condition: Condition, day: date) -> Label:
    """What the condition asks for: the figures it compares, and the line it compares them with."""
    if condition.verdict.op == "const" and condition.verdict.args[0] == NOT_APPLICABLE:
        return Label("{subject}：本手册不要求。", "{subject}: not asked for.").filled(subject=condition.subject)
    if condition.op in ("is", "in"):
        return Label("{subject}。", "{subject}.").filled(subject=condition.subject)
    needed = written(condition.needed, day, of=condition.unit)
    if len(condition.uses) == 2:
        part, whole = (over_years(each, day) for each in condition.uses)
        text = Label("{part} ÷ {whole} {op} {needed}。", "{part} ÷ {whole} {op} {needed}.")
        return text.filled(part=part, whole=whole, op=SIGNS[condition.op].strip(), needed=needed)
    text = Label("{subject} {op} {needed}。", "{subject} {op} {needed}.")
    return text.filled(subject=condition.subject, op=SIGNS[condition.op].strip(), needed=needed)


def over_years(quantity_used: Quantity, day: date) -> Label:
    """A quantity with the years it is summed over: 2023–2025 年研发费用合计."""
    return sum_of(name_of(quantity_used.key), [day.year - back for back in quantity_used.by_year])


def sum_of(name: Label, years: list[int]) -> Label:
    first, last = min(years), max(years)
    if first == last:
        return Label(f"{first} 年{name.zh}", f"{name.en} of {first}")
    return Label(f"{first}–{last} 年{name.zh}合计", f"{name.en} of {first}–{last}")


def reckoned(condition: Condition, day: date) -> list[tuple[Label, Label]]:
    """How each figure of the condition is reckoned, where that is more than reading it off."""
    found = []
    for used in condition.uses:
        formula = next(iter(used.by_year.values()))
        if formula.op != "fact":
            found.append((name_of(used.key), written(formula, None, of=used.unit)))
    if not condition.uses and tells_more(condition.found):
        found.append((condition.subject, written(condition.found, day)))
    return found


def tells_more(formula: Formula) -> bool:
    """Whether a formula that is no share says more than the sentence: short, of known parts, not a plain yes or no."""
    parts = list(nodes(formula))
    plain = formula.op in ("fact", "const", "==") or any(
        each.op in ("and", "or") and has_question(each) for each in parts
    )
    return not plain and len(parts) <= MOST_NODES and all(each.args != (None,) for each in parts)


def has_question(formula: Formula) -> bool:
    return any(isinstance(part, Formula) and part.op == "fact" for part in formula.args)


def written(formula: Formula, day: date | None, *, of: str = "") -> Label:
    """A formula as one reads it; `day` gives its years their numbers, without it they are left out."""
    match formula.op, formula.args:
        case "const", (value,):
            return constant(value, of)
        case "fact", (name,):
            return figure(str(name), day)
        case "choose", (arms, otherwise):
            return chosen(arms, otherwise, day, of)
        case "steps", (inner, table, otherwise):
            return stepped(inner, table, otherwise, day)
        case "given", alternatives:
            return joined([written(each, day, of=of) for each in alternatives], "，缺则 ", ", failing that ")
        case ("and" | "or") as op, (left, right):
            words = (" 且 ", " and ") if op == "and" else (" 或 ", " or ")
            return joined([written(left, day), written(right, day)], *words)
        case "min", parts:
            inside = joined([written(each, day, of=of) for each in parts], "，", ", ")
            return Label("取小（{x}）", "the smaller of ({x})").filled(x=inside)
        case "+", _:
            return added(list(addends(formula)), day, of)
        case op, (left, right):
            unit = "" if op in "*/" else unit_of(left) or unit_of(right) or of
            return Label("{x}{op}{y}", "{x}{op}{y}").filled(
                x=bracketed(left, op, day, unit), op=SIGNS[op], y=bracketed(right, op, day, unit, right=True)
            )
    raise ValueError(f"no words for {formula.op}")


def constant(value: Number | bool | None, unit: str) -> Label:
    if value is None:
        return Label("未知", "unknown")
    if unit == "fen":
        return money(Fraction(value) / FEN)
    if unit == "clock":
        return clock_in_words(int(value))
    if unit in ("share", "factor") or 0 < value < 1:
        return percent(value)
    return MEASURES.get(unit, Label("{n}", "{n}")).filled(n=plain_number(value))


def clock_in_words(clock: int) -> Label:
    """A day counted from the year of issue (see `certificates`): 10531 is 05-31 of the year after, 30000 3 years."""
    years, monthday = divmod(clock, MONTHDAYS)
    if not monthday:
        return Label(f"{years} 年", f"{years} years")
    month, day = divmod(monthday, 100)
    return Label(f"发证后第 {years} 年 {month:02d}-{day:02d}", f"{month:02d}-{day:02d} of year {years} after the issue")


def figure(name: str, day: date | None) -> Label:
    stem, back = stem_of(name)
    if back == 0 or day is None:
        return name_of(stem)
    return sum_of(name_of(stem), [day.year - back])


def stem_of(name: str) -> tuple[str, int]:
    """sales_y1 as ("sales", 1); a figure without a year has none."""
    stem, mark, back = name.rpartition("_y")
    return (stem, int(back)) if mark and back.isdecimal() else (name, 0)


def name_of(stem: str) -> Label:
    if stem.startswith("score_") and stem.removeprefix("score_") in SCORE_TITLES:
        return Label("“{x}”得分", "points for “{x}”").filled(x=SCORE_TITLES[stem.removeprefix("score_")])
    return OTHER_NAMES.get(stem) or NAMES.get(stem) or Label(stem, stem)


def chosen(arms: Iterable[tuple[Formula, Formula]], otherwise: Formula, day: date | None, of: str) -> Label:
    cases = [
        Label("{value}（{test}）", "{value} ({test})").filled(value=written(value, day, of=of), test=written(test, day))
        for test, value in arms
    ]
    rest = Label("{value}（{rest}）", "{value} ({rest})").filled(value=written(otherwise, day, of=of), rest=REST)
    return joined([*cases, rest], "；", "; ")


def stepped(inner: Formula, table: Iterable[tuple[str, Number, Number]], otherwise: Number, day: date | None) -> Label:
    unit = unit_of(inner)
    cases = [
        Label(f"{SIGNS[op].strip()} {{line}} 为 {{value}}", f"{SIGNS[op].strip()} {{line}}: {{value}}").filled(
            line=constant(line, unit), value=constant(value, "")
        )
        for op, line, value in table
    ]
    text = Label("{x}：{cases}；{rest}为 {other}", "{x}: {cases}; {rest}: {other}")
    return text.filled(x=written(inner, day), cases=joined(cases, "；", "; "), rest=REST, other=constant(otherwise, ""))


def addends(formula: Formula) -> Iterator[Formula]:
    if formula.op == "+":
        yield from addends(formula.args[0])
        yield from addends(formula.args[1])
    else:
        yield formula


def added(parts: list[Formula], day: date | None, of: str) -> Label:
    """A sum; the same figure of several years in a row is named once."""
    words = []
    for stem, group in groupby(parts, key=lambda each: stem_of(each.args[0])[0] if each.op == "fact" else ""):
        same = list(group)
        years = [stem_of(each.args[0])[1] for each in same if each.op == "fact"]
        if stem and day is not None and len(same) > 1 and all(years):
            words.append(sum_of(name_of(stem), [day.year - back for back in years]))
        else:
            words += [bracketed(each, "+", day, of) for each in same]
    return joined(words, " + ", " + ")


def bracketed(part: Formula, outer: str, day: date | None, of: str, *, right: bool = False) -> Label:
    """Brackets where the part would otherwise be read apart."""
    text = written(part, day, of=of)
    inner, around = BINDS.get(part.op), BINDS.get(outer, 0)
    loose = inner is not None and (inner < around or (right and inner == around and outer in "-/"))
    if loose or part.op in ("choose", "steps", "given", "and", "or"):
        return Label("（{x}）", "({x})").filled(x=text)
    return text


def unit_of(formula: Formula) -> str:
    """What a formula counts in: fen, heads, a share, or nothing that is known."""
    match formula.op, formula.args:
        case "fact", (name,):
            stem = stem_of(str(name))[0]
            return "fen" if stem in IN_FEN else "clock" if "_clock" in stem else ""
        case "/", (left, right):
            return "share" if unit_of(left) == unit_of(right) else ""
        case (("+" | "-" | "min" | "given"), parts):
            return next((unit for unit in map(unit_of, parts) if unit), "")
        case "*", (left, _):
            return unit_of(left)
        case "choose", (arms, otherwise):
            return next((unit for unit in (unit_of(value) for _, value in arms) if unit), unit_of(otherwise))
    return ""


def joined(parts: list[Label], zh: str, en: str) -> Label:
    return Label(zh.join(each.zh for each in parts), en.join(each.en for each in parts))
