"""From the findings to the shortest ways to a pass: what is short, by how much, what closes it, who does it, by when.

Figures of closed years cannot be changed any more, so a plan looks ahead. At each day on which something more can have
been done it foretells the firm's figures, looks for the least deeds by which everything holds together, and tries them
out on the facts. A way that does not hold then is not offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from pipeline.rules.condition import Condition
from pipeline.rules.facts.folding import fold
from pipeline.rules.findings import Assessment, Finding
from pipeline.rules.formula import Facts, Reading
from pipeline.rules.judging import Firm, found_of
from pipeline.rules.labels import Label
from pipeline.rules.plans.deed_words import FIGURES, amount_of, by_time, told
from pipeline.rules.plans.deeds import KINDS, Deed
from pipeline.rules.plans.margins import what_helps, what_hurts
from pipeline.rules.plans.means import touched
from pipeline.rules.plans.prospect import Means, is_open
from pipeline.rules.plans.solving import Goal
from pipeline.rules.plans.ways import Blocked, Round, Situation, Way, ways_ahead
from pipeline.rules.sentences import wanted_in_words
from pipeline.rules.shelf.dated import Book
from pipeline.rules.shelf.volumes import books

FEN = 100
WHO_DOES = {
    **dict.fromkeys(("rd_expense", "rd_brought_home", "hitech_income", "net_assets", "rd_ledger"), "firm_finance"),
    **dict.fromkeys(("sales", "hitech_sales", "sme_listed"), "firm_owner"),
    "credit_clean": "county",
}
"""Who does a deed; R&D does all others."""
WHO_ANSWERS = {"registered_days": "firm_owner", "field": "coach"}
"""Who has to know where there is nothing to do; the county for all others."""
NO_WAY = {
    "region": Label("仅限在本市注册的企业。", "Only firms registered in the region are admitted."),
    "never_certified": Label(
        "已获认定的企业不入库，可直接申报重新认定。", "A certified firm re-certifies without the pool."
    ),
    "earlier_entries": Label("入库次数已满，可直接申报认定。", "No stay is left; the firm may apply directly."),
}
NOTHING_HELPS = Label("三年内企业自身没有办法达到此项。", "Nothing that the firm can do within three years meets this.")
NOT_TOGETHER = Label(
    "各项分别能补齐，但无法同时达到。", "Each of these can be met by itself, but not all of them together."
)
PAPER_HOLDERS = {"years": "firm_finance", "ip": "firm_rd", "conversions": "firm_rd", "scores": "coach"}
PUBLIC_RECORDS = frozenset({"incidents", "credit_clean", "certificates", "pool_entries", "sme_listed"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `kind` is raise, provide (a paper), wait, judge or blocked; money is in yuan.

    `amount` is what money or heads are short in the figures that were judged, or else how much is to be done; `target`
    is what the open year must reach. `also` are other rules that the same deed closes.
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
    also: tuple[str, ...] = ()
    deed: Deed | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule, *self.also)


@dataclass(frozen=True, slots=True)
class Path:
    """Steps in the order of their dates, and the first day on which an application with them all can be handed in.

    Once the `deeds` are done, the rules of `ready_on` say met; where a step provides a paper or asks a person, they do
    once it says yes. `helps` and `hurts` say what else of the open year would make it easier or undo it.
    """

    steps: tuple[Step, ...]
    ready_on: date
    round: Round | None
    says: Label
    deeds: tuple[Deed, ...] = ()
    helps: tuple[Label, ...] = ()
    hurts: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The ways to a pass, the best first; where there is none, what stands in the way."""

    paths: tuple[Path, ...] = ()
    obstacles: tuple[Step, ...] = ()

    @property
    def best(self) -> Path | None:
        return next(iter(self.paths), None)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is to be done on the best way; what stands in the way where there is none."""
        return self.best.steps if self.best else self.obstacles


def plan(assessment: Assessment, *, rounds: Sequence[Round] = (), book: Book | None = None) -> list[Path]:
    """The ways to a pass, the best first; none where nothing is open or where nothing helps (see `planned`)."""
    return list(planned(assessment, rounds=rounds, book=book).paths)


def planned(assessment: Assessment, *, rounds: Sequence[Round] = (), book: Book | None = None) -> Plan:
    """The ways to a pass, or what stands in the way of any; neither where nothing is open.

    Needs the facts that were assessed. `book` is the one they were judged by, where that is not the carried one.
    """
    if assessment.facts is None:
        raise ValueError("a plan needs the facts: read the assessment back together with them")
    in_turn = tuple(sorted(rounds, key=lambda each: each.closes_on))
    by = book or books(assessment.book, assessment.on)
    situation = Situation(assessment, assessment.facts, by, in_turn)
    if not situation.open_findings:
        return Plan()
    ways, blocked = ways_ahead(situation)
    if ways:
        return Plan(paths=tuple(path_of(each, situation) for each in ways))
    nearest = min(blocked, key=lambda each: len(each.conditions))
    return Plan(obstacles=tuple(obstacle(each.rule, nearest, situation) for each in nearest.conditions))


def obstacle(rule: str, blocked: Blocked, situation: Situation) -> Step:
    finding = situation.assessment.finding(rule)
    closes = NOT_TOGETHER if blocked.together else NO_WAY.get(rule, NOTHING_HELPS)
    return step_of(finding, "blocked", closes, WHO_ANSWERS.get(rule, "county"), situation.day)


def step_of(finding: Finding, kind: str, closes: Label, who: str, by: date) -> Step:
    """A step without a deed, for what was found."""
    return Step(
        rule=finding.rule,
        kind=kind,
        title=finding.title,
        short=finding.says,
        closes=closes,
        who=who,
        by=by,
        article=finding.source,
        amount=amount_short(finding),
        places=tuple(each.place for each in finding.missing),
    )


def amount_short(finding: Finding) -> Fraction | None:
    return next((Fraction(amount) for amount in finding.gap.values()), None) if finding.verdict == "unmet" else None


def path_of(way: Way, situation: Situation) -> Path:
    steps = sorted(steps_of(way, situation), key=lambda each: each.by)
    ready = way.prospect.on
    first = situation.round_after(ready)
    if first:
        says = Label(
            f"补齐后最早可报：{first.name}（{first.closes_on} 截止）。",
            f"The first round to reach: {first.name}, until {first.closes_on}.",
        )
    else:
        says = Label(f"补齐后最早 {ready} 起可申报。", f"The earliest day to apply is {ready}.")
    return Path(tuple(steps), ready, first, says, way.deeds, tuple(what_helps(way)), tuple(what_hurts(way)))


def steps_of(way: Way, situation: Situation) -> Iterator[Step]:
    """One for each deed, one for each open finding that no deed closes, one for what opens only on the way."""
    closed: set[str] = set()
    for means, goals in served(way).items():
        step = raising(means, goals, way, situation)
        closed |= set(step.rules)
        yield step
    open_then = [each for each in way.prospect.conditions if is_open(way.prospect.verdict(each, way.amounts))]
    still_open = {each.rule for each in open_then}
    for finding in situation.open_findings:
        if finding.rule not in closed or (finding.verdict != "unmet" and finding.rule in still_open):
            yield without_deed(finding, way, situation)
    asked_for = {each.rule for each in situation.open_findings if each.verdict != "unmet"}
    for condition in open_then:
        if condition.rule not in asked_for:
            yield left_open(foretold(way, condition, way.deeds), situation)


def served(way: Way) -> dict[Means, list[Goal]]:
    """The deeds, each with the goals it serves; a goal whose own means are not needed is served by the others'."""
    found: dict[Means, list[Goal]] = {means: [] for means in way.amounts}
    for goal in way.goals:
        own = [each for each in goal.means if each in found]
        others = [each for each in found if touched(each.what) & goal.condition.verdict.asks]
        for means in own or others:
            found[means].append(goal)
    return found


def foretold(way: Way, condition: Condition, deeds: Iterable[Deed] = ()) -> Finding:
    """What will be found on the day of the application, with these deeds done."""
    facts, book = way.prospect.with_done(deeds), way.prospect.book
    figures = fold(facts, way.prospect.on, book.name)
    return found_of(condition, book, Firm(facts, figures, Reading(figures.values)))


def raising(means: Means, goals: Sequence[Goal], way: Way, situation: Situation) -> Step:
    """A deed, told as the remedy of the first of its rules that is unmet today, or of one that would be lost."""
    unmet_today = {each.rule: each for each in situation.open_findings if each.verdict == "unmet"}
    first, *rest = sorted(goals, key=lambda each: each.condition.rule not in unmet_today)
    rule, units, deed = first.condition.rule, way.amounts[means], means.deed(way.amounts[means])
    finding = unmet_today.get(rule) or foreseen_loss(way, first)
    then = way.prospect.with_deeds(way.amounts)
    closes = told(way.prospect, means, units, then, rule)
    step = step_of(finding, "raise", closes, WHO_DOES.get(means.what, "firm_rd"), means.by)
    also = (*(each.condition.rule for each in rest), *answered(means, way, situation))
    return replace(
        step,
        amount=step.amount if is_told_by_what_is_short(first, means, way) else Fraction(deed.amount),
        unit=KINDS[means.what].unit,
        target_year=means.year,
        target=target_of(means, then),
        also=also,
        deed=deed,
    )


def is_told_by_what_is_short(goal: Goal, means: Means, way: Way) -> bool:
    """Whether the deed alone closes a gap in money or heads, so that what is short today tells what it is about."""
    lever, unit = goal.condition.lever, KINDS[means.what].unit
    alone = [each for each in goal.means if each in way.amounts] == [means]
    return alone and unit in {"yuan", "heads"} and lever is not None and lever.unit == unit


def answered(means: Means, way: Way, situation: Situation) -> Iterator[str]:
    """What a person would have to judge today and what the deed settles, as where there was nothing to divide by."""
    manual = {each.rule for each in situation.open_findings if each.verdict == "manual_review"}
    for condition in way.prospect.conditions:
        moved = condition.rule in manual and touched(means.what) & condition.verdict.asks
        if moved and not is_open(way.prospect.verdict(condition, way.amounts)):
            yield condition.rule


def foreseen_loss(way: Way, goal: Goal) -> Finding:
    """What would be found then if nothing were done about it."""
    others = [means.deed(units) for means, units in way.amounts.items() if means not in goal.means]
    finding = foretold(way, goal.condition, others)
    text = Label("{year} 年申报时预计：{says}", "Foreseen for {year}: {says}")
    return replace(finding, says=text.filled(year=way.prospect.on.year, says=finding.says))


def target_of(means: Means, then: Facts) -> Fraction | None:
    """What the figure of the open year comes to: yuan, or tech staff on average."""
    if means.what in FIGURES:
        return Fraction(amount_of(then, FIGURES[means.what][0]) or 0) / FEN
    return Fraction(then["tech_staff_y1"] or 0) if KINDS[means.what].unit == "heads" else None


def without_deed(finding: Finding, way: Way, situation: Situation) -> Step:
    if finding.verdict != "unmet":
        return left_open(finding, situation)
    waited = dict(situation.waited_for())
    until = waited.get(finding.rule, way.prospect.on)
    return step_of(finding, "wait", by_time(way.prospect, until), WHO_ANSWERS.get(finding.rule, "firm_owner"), until)


def left_open(finding: Finding, situation: Situation) -> Step:
    """A paper to provide, or something for a person to judge."""
    if finding.verdict == "manual_review":
        closes = Label("由县区核实后认定。", "The county looks into it and decides.")
        return step_of(finding, "judge", closes, "county", situation.paper_day)
    wanted = wanted_in_words(finding.missing)
    closes = Label("提供：{wanted}。", "Provide: {wanted}.").filled(wanted=wanted)
    step = step_of(finding, "provide", closes, "firm_owner", situation.paper_day)
    return replace(step, who=holder(step.places))


def holder(places: tuple[str, ...]) -> str:
    """Whose paper is missing, by the first place that lacks it."""
    root = places[0].split(".")[0].split("[")[0] if places else "scores"
    return "county" if root in PUBLIC_RECORDS else PAPER_HOLDERS.get(root, "firm_owner")
