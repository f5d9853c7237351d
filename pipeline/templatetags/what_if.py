"""The panel of a diagnosis that asks what would be: sliders of the open year, and how the firm would be judged then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.translation import gettext as _

from pipeline.models import Diagnosis
from pipeline.rules import Assessment, Finding, read_facts
from pipeline.rules.plans.deeds import KINDS
from pipeline.rules.plans.what_if import CLOSES, LIFTS, WAN, Outlook, Slider, outlook
from pipeline.templatetags import figures

register = template.Library()

PART = "what-if"
"""What a page is asked for with `?part=` where only the outcome is wanted."""
MOST_TYPED = Decimal(10) ** 12
UNITS = {what: WAN if KINDS[what].unit == "yuan" else Decimal(1) for what in (*CLOSES, *LIFTS)}
"""What one of the number box is in the unit of the engine: money is typed in 10k yuan."""
FIRST_SHOWN = 4


@dataclass(frozen=True)
class Lever:
    """A slider with its number box, in the unit that people read."""

    slider: Slider
    value: str
    least: str
    most: str
    mark: str
    mark_at: str
    fault: str


@dataclass(frozen=True)
class Change:
    """A condition before and after: as kept, and as it would be."""

    after: Finding
    before_verdict: str
    found_before: str
    found_after: str

    @property
    def telling(self) -> bool:
        """Whether it is short, or became something else; days pass by themselves and tell nothing."""
        if self.after.verdict == "unmet" or self.before_verdict != self.after.verdict:
            return True
        return self.after.unit != "days" and self.found_before != self.found_after


@register.inclusion_tag("look/what_if.html")
def what_if(diagnosis: Diagnosis, query: QueryDict, today: date) -> dict[str, Any]:
    """The sliders where they stand and the outcome of that."""
    supposed = _outlook(diagnosis, today)
    levers = [_lever(each, query) for each in supposed.sliders()]
    boxes = [(each, each.what in query) for each in supposed.boxes()]
    return {"levers": levers[:FIRST_SHOWN], "others": levers[FIRST_SHOWN:], "boxes": boxes, "part": PART} | outcome(
        diagnosis, query, today
    )


def outcome(diagnosis: Diagnosis, query: QueryDict, today: date) -> dict[str, Any]:
    """How the firm would be judged with the values that were typed; what cannot be read stays as it is foreseen."""
    supposed = _outlook(diagnosis, today)
    values = {each: amount for each in query if (amount := _typed(each, query)) is not None}
    after = supposed.supposed(values, {box.what: box.what in query for box in supposed.boxes()})
    changes = list(_changes(diagnosis, after))
    return {
        "changes": [each for each in changes if each.telling],
        "unmet": sum(each.after.verdict == "unmet" for each in changes),
        "verdict": after.verdict,
        "year": supposed.on.year,
        "first": supposed.on.year - 3,
        "open": today.year,
    }


def _outlook(diagnosis: Diagnosis, today: date) -> Outlook:
    return outlook(read_facts(diagnosis.facts), book=diagnosis.book, day=today)


def _changes(diagnosis: Diagnosis, after: Assessment) -> Iterator[Change]:
    before = {finding["rule"]: finding for finding in diagnosis.findings}
    for finding in after.findings:
        kept = before.get(finding.rule, {})
        yield Change(
            after=finding,
            before_verdict=kept.get("verdict", ""),
            found_before=_found(kept.get("found"), finding.unit, diagnosis.assessment["score"]),
            found_after=_found(finding.found, finding.unit, after.score.to_json() if after.score else None),
        )


def _found(found: str | None, unit: str, score: Mapping[str, Any] | None) -> str:
    if unit == "points" and score and found is None:
        return f"{score['low']}–{score['high']}"
    if found is None:
        return ""
    return figures.percent(found) if unit == "share" else figures.quantity(found)


def _typed(name: str, query: QueryDict) -> Decimal | None:
    """The amount in the unit of the kind; None where it is no slider's or cannot be read."""
    from_kind = UNITS.get(name)
    text = query.get(name, "").replace(",", "").replace("，", "").strip()
    if from_kind is None or not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount * from_kind if amount.is_finite() and abs(amount) <= MOST_TYPED else None


def _lever(slider: Slider, query: QueryDict) -> Lever:
    scale = UNITS[slider.what]
    typed, text = _typed(slider.what, query), query.get(slider.what, "").strip()
    value = slider.now if typed is None else typed
    return Lever(
        slider=slider,
        value=_plain(value / scale),
        least=_plain(slider.least / scale),
        most=_plain(max(slider.most, value) / scale),
        mark="" if slider.mark is None else figures.quantity(slider.mark / scale),
        mark_at=_place(slider),
        fault=_("“%(text)s” is not a number.") % {"text": text} if text and typed is None else "",
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _place(slider: Slider) -> str:
    """Where the mark stands between the ends of the slider, as an SVG length."""
    if slider.mark is None or slider.most <= slider.least:
        return ""
    return f"{float((slider.mark - slider.least) / (slider.most - slider.least)):.1%}"
