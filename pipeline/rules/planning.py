"""From the findings to a coaching plan: what is short, by how much, what closes it, who does it, by when.

Figures of closed years cannot be changed any more. So a gap in them is also told as what the open year must reach, on
the assumption that its other figures come out as last year's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from pipeline.rules.condition import Condition
from pipeline.rules.dated import Book
from pipeline.rules.findings import Assessment, Finding
from pipeline.rules.folding import fold
from pipeline.rules.formula import Facts
from pipeline.rules.hte import FEN
from pipeline.rules.labels import Label
from pipeline.rules.open_year import SOUGHT, sales_target, target
from pipeline.rules.programmes import conditions_of
from pipeline.rules.score_moves import Move, moves
from pipeline.rules.sentences import shown, wanted_in_words
from pipeline.rules.volumes import books

PAPER_WITHIN = timedelta(days=30)
"""How soon a missing paper is asked for where no round closes earlier."""
RIGHT_TAKES = timedelta(days=365)
"""How long a class II right takes from filing to grant, roughly."""
AGAIN = Label("补齐后重新评估。", "Put this right and assess again.")
DOERS = {
    "registered_days": "firm_owner",
    "owns_ip": "firm_rd",
    "field": "coach",
    "tech_staff_ratio": "firm_rd",
    "rd_intensity": "firm_finance",
    "rd_domestic": "firm_finance",
    "hitech_income": "firm_finance",
    "innovation_score": "firm_rd",
    "entry_score": "firm_rd",
    "rd_ledger": "firm_finance",
    "no_incident": "county",
    "credit_clean": "county",
    "region": "county",
}
DEEDS = {
    "owns_ip": Label(
        "申请并取得对主要产品（服务）起核心支持作用的知识产权，或受让一项。",
        "Obtain rights that support the main products, by own R&D or by transfer.",
    ),
    "rd_ledger": Label("设置研发费用辅助账，按项目归集。", "Keep an R&D ledger, project by project."),
    "credit_clean": Label("完成信用修复。", "Have the credit record restored."),
    "sme_listed": Label("先完成科技型中小企业评价入库。", "Register as a technology SME first."),
    "region": Label("仅限在本市注册的企业。", "Only firms registered in the region are admitted."),
    "never_certified": Label(
        "已获认定的企业不入库，可直接申报重新认定。", "A certified firm re-certifies without the pool."
    ),
    "earlier_entries": Label("入库次数已满，可直接申报认定。", "No stay is left; the firm may apply directly."),
}
PAPER_HOLDERS = {"years": "firm_finance", "ip": "firm_rd", "conversions": "firm_rd", "scores": "coach"}
PUBLIC_RECORDS = frozenset({"incidents", "credit_clean", "certificates", "pool_entries", "sme_listed"})


@dataclass(frozen=True, slots=True)
class Round:
    """A call for applications and its last day."""

    name: str
    closes_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `kind` is raise, provide (a paper), wait or judge; money is in yuan.

    `amount` is what is short in the figures that were judged; `target` is what the open year must reach instead.
    """

    rule: str
    kind: str
    title: Label
    short: Label
    closes: Label
    who: str
    by: date
    article: str
    amount: Fraction | None = None
    unit: str = ""
    target_year: int | None = None
    target: Fraction | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """Steps in the order of their dates, and the first day on which an application with them all can be handed in."""

    steps: tuple[Step, ...]
    ready_on: date
    round: Round | None
    says: Label


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What a step is worked out from: the firm's figures on the day, the book, and the next round."""

    day: date
    book: Book
    values: Facts
    rounds: tuple[Round, ...]

    @property
    def paper_day(self) -> date:
        """When a missing paper is wanted: before the next round closes, and not later than the default."""
        closing = [each.closes_on for each in self.rounds if each.closes_on >= self.day]
        return min([self.day + PAPER_WITHIN, *closing])


def plan(assessment: Assessment, *, rounds: Sequence[Round] = ()) -> list[Path]:
    """The ways to a pass, the plainest first; none where nothing is open. Needs the facts that were assessed."""
    if assessment.facts is None:
        raise ValueError("a plan needs the facts: read the assessment back together with them")
    book = books(assessment.book, assessment.on)
    values = fold(assessment.facts, assessment.on).values
    situation = Situation(assessment.on, book, values, tuple(sorted(rounds, key=lambda each: each.closes_on)))
    choices = [list(ways(finding, situation)) for finding in assessment.findings]
    open_choices = [each for each in choices if each]
    if not open_choices:
        return []
    plainest = [each[0] for each in open_choices]
    varied = [
        [*plainest[:place], other, *plainest[place + 1 :]]
        for place, alternatives in enumerate(open_choices)
        for other in alternatives[1:]
    ]
    return [path_of(steps, situation) for steps in (plainest, *varied)]


def path_of(steps: list[Step], situation: Situation) -> Path:
    steps = sorted(steps, key=lambda each: each.by)
    next_year = date(situation.day.year + 1, 1, 1)
    needs_new_year = any(each.target_year for each in steps)
    ready = max([each.by for each in steps] + ([next_year] if needs_new_year else []))
    first = next((each for each in situation.rounds if each.closes_on >= ready), None)
    if first:
        says = Label(
            f"补齐后最早可报：{first.name}（{first.closes_on} 截止）。",
            f"The first round to reach: {first.name}, until {first.closes_on}.",
        )
    else:
        says = Label(f"补齐后最早 {ready} 起可申报。", f"The earliest day to apply is {ready}.")
    return Path(tuple(steps), ready, first, says)


def ways(finding: Finding, situation: Situation) -> Iterator[Step]:
    """The steps of which any one settles the finding, the plainest first."""
    match finding.verdict:
        case "unknown":
            yield provide(finding, situation)
        case "manual_review":
            yield ask_a_person(finding, situation)
        case "unmet":
            yield from close(finding, situation)


def provide(finding: Finding, situation: Situation) -> Step:
    places = tuple(each.place for each in finding.missing)
    wanted = wanted_in_words(finding.missing)
    return Step(
        rule=finding.rule,
        kind="provide",
        title=finding.title,
        short=finding.says,
        closes=Label("提供：{wanted}。", "Provide: {wanted}.").filled(wanted=wanted),
        who=holder(places),
        by=situation.paper_day,
        article=finding.source,
        places=places,
    )


def holder(places: tuple[str, ...]) -> str:
    """Whose paper is missing, by the first place that lacks it."""
    root = places[0].split(".")[0].split("[")[0] if places else "scores"
    return "county" if root in PUBLIC_RECORDS else PAPER_HOLDERS.get(root, "firm_owner")


def ask_a_person(finding: Finding, situation: Situation) -> Step:
    return Step(
        rule=finding.rule,
        kind="judge",
        title=finding.title,
        short=finding.says,
        closes=Label("由县区核实后认定。", "The county looks into it and decides."),
        who="county",
        by=situation.paper_day,
        article=finding.source,
    )


def close(finding: Finding, situation: Situation) -> Iterator[Step]:
    condition = next(each for each in conditions_of(situation.book) if each.rule == finding.rule)
    plain = Step(
        rule=finding.rule,
        kind="raise",
        title=finding.title,
        short=finding.says,
        closes=DEEDS.get(finding.rule, AGAIN),
        who=DOERS.get(finding.rule, "firm_owner"),
        by=situation.day + RIGHT_TAKES,
        article=finding.source,
        amount=amount_of(finding),
        unit=condition.lever.unit if condition.lever else "",
    )
    if finding.rule in SOUGHT:
        yield from in_the_open_year(plain, condition, situation)
    elif finding.rule in {"innovation_score", "entry_score"}:
        yield from win_points(plain, situation)
    elif finding.rule in {"registered_days", "no_incident"}:
        yield wait(plain, finding, situation)
    else:
        yield plain


def amount_of(finding: Finding) -> Fraction | None:
    return next((Fraction(amount) for amount in finding.gap.values()), None)


def wait(step: Step, finding: Finding, situation: Situation) -> Step:
    if step.amount is None:
        return step
    until = situation.day + timedelta(days=int(step.amount))
    closes = Label(f"最早 {until} 满足。", f"Met from {until} on.")
    return replace(step, kind="wait", by=until, closes=closes)


def in_the_open_year(step: Step, condition: Condition, situation: Situation) -> Iterator[Step]:
    """What this year must reach; for the R&D share also the sales from which the law asks for a lower one."""
    sought, needed = SOUGHT[step.rule], target(condition, situation.values, situation.book)
    if needed is None:
        yield step
        return
    yield aimed(step, sought.name, needed, sought.unit, situation)
    if step.rule == "rd_intensity":
        sales = sales_target(condition, situation.values, situation.book)
        if sales is not None:
            name = Label("销售收入（进入下一档，研发费用不减）", "sales (the next band, with no less R&D expense)")
            yield aimed(step, name, sales, "yuan", situation)


def aimed(step: Step, name: Label, needed: int, unit: str, situation: Situation) -> Step:
    year = situation.day.year
    amount = Fraction(needed, FEN) if unit == "yuan" else Fraction(needed)
    text = Label(
        "{last} 年已结账，从 {year} 年补起：{year} 年{name}达到 {amount}（其余按上年估计），{after} 年申报。",
        "{last} is closed: {name} of {year} must reach {amount}, all else as last year, to apply in {after}.",
    )
    closes = text.filled(last=year - 1, year=year, after=year + 1, name=name, amount=shown(amount, unit))
    return replace(step, closes=closes, by=date(year, 12, 31), target_year=year, target=amount, unit=unit)


def win_points(step: Step, situation: Situation) -> Iterator[Step]:
    """The best moves that are enough together, then each other one that is enough by itself."""
    short = step.amount or Fraction(0)
    open_moves = moves(situation.book, situation.values)
    yield winning(step, enough(open_moves, short), situation)
    for move in open_moves[1:]:
        if move.gain >= short:
            yield winning(step, [move], situation)


def enough(open_moves: list[Move], short: Fraction) -> list[Move]:
    taken: list[Move] = []
    for move in open_moves:
        if sum(each.gain for each in taken) >= short:
            break
        taken.append(move)
    return taken


def winning(step: Step, taken: list[Move], situation: Situation) -> Step:
    by = date(situation.day.year, 12, 31)
    if not taken:
        return replace(step, by=by)
    zh, en = "；".join(each.says.zh for each in taken), "; ".join(each.says.en for each in taken)
    return replace(step, closes=Label(f"{zh}。", f"{en}."), by=by)
