"""What looks odd or alike in the records, by kind."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pipeline.acts.listings.listing import Asked, Asker, Column, Condition, Listing, Rows, Sort
from pipeline.acts.listings.narrowing import COUNTY, TEXT, since, until
from pipeline.models import Firm, Hit
from pipeline.models.quality import OFF_BY_UNIT, ON_LINE
from pipeline.rules.facts.figures import NAMES
from pipeline.rules.sentences import shown

GROUPS: dict[str, str | Promise] = {
    "same_name": gettext_lazy("Same name"),
    "same_phone": gettext_lazy("Same telephone"),
    "same_person": gettext_lazy("Same person and address"),
    "near_code": gettext_lazy("Codes one sign apart"),
    "same_right": gettext_lazy("Same right"),
    "same_staff": gettext_lazy("Same people"),
    "same_text": gettext_lazy("Same text"),
    "on_line": gettext_lazy("Exactly on the line"),
    "off_by_unit": gettext_lazy("Off by a unit"),
}
SETTLED = "1"


def _hits(asker: Asker, asked: Asked) -> Rows:
    state = Hit.SETTLED if asked.conditions.get("settled") == SETTLED else Hit.OPEN
    return Hit.objects.visible_to(asker.person).filter(kind=asked.view, state=state)


def _dressed(hits: list[Any], asker: Asker) -> list[Any]:
    """Each with its firms, one or both, and `what` it is about in a few words."""
    keys = {key for each in hits for key in keys_of(each)}
    seen = Firm.objects.visible_to(asker.person).filter(pk__in=keys).with_county().defer("search", "also_search")
    firms: dict[int, Any] = {each.pk: each for each in seen}
    for each in hits:
        each.firms = [firms[key] for key in keys_of(each) if key in firms]
        each.what = what_of(each)
    return hits


def keys_of(hit: Hit) -> list[int]:
    return [hit.firm_id] if hit.other_id is None else [hit.firm_id, hit.other_id]


def what_of(hit: Hit) -> str:
    facts = hit.facts
    if hit.kind == ON_LINE:
        return f"{_said(facts['title'])}: {share(facts['found'])} / {share(facts['needed'])}"
    if hit.kind == OFF_BY_UNIT:
        return f"{facts['year']} {_said(NAMES[facts['figure']].to_json())} × {facts['factor']:,}"
    first, second = facts["shared"][0]
    said = first if first == second else f"{first} / {second}"
    return said if facts["count"] == 1 else _("%(first)s and %(n)s more") % {"first": said, "n": facts["count"] - 1}


def share(value: str) -> str:
    return shown(Fraction(value), "share").in_language(get_language() or "")


def _said(text: Mapping[str, str]) -> str:
    return str(text.get("en" if get_language() == "en" else "zh", ""))


def _one(place: int, name: str) -> Any:
    def cell(hit: Any) -> str:
        return str(getattr(hit.firms[place], name) or "") if len(hit.firms) > place else ""

    return cell


QUALITY = Listing(
    name="quality",
    title=gettext_lazy("Data quality"),
    rows=_hits,
    shown=lambda rows, asker: rows.select_related("settled_by"),
    dressed=_dressed,
    sorts={
        "found": Sort(lambda rows: rows.annotate(turn=F("pk")), int, newest_first=True),
        "firm": Sort(lambda rows: rows.annotate(turn=F("firm__pinyin")), str),
    },
    conditions={
        "settled": Condition(
            gettext_lazy("State"), gettext_lazy("state is"), lambda rows, value, asker: rows,
            lambda asker: [(SETTLED, gettext_lazy("Settled"))],
        ),
        "county": COUNTY,
        "since": since("found_on", gettext_lazy("Found from"), gettext_lazy("found from")),
        "until": until("found_on", gettext_lazy("Found until"), gettext_lazy("found until")),
        "text": TEXT,
    },
    columns={
        "other": Column(gettext_lazy("Other firm"), _one(1, "name"), width=36),
        "what": Column(gettext_lazy("What it is"), lambda hit: hit.what, width=40),
        "county": Column(gettext_lazy("County"), _one(0, "county_name"), wide=True),
        "found": Column(gettext_lazy("Found on"), lambda hit: hit.found_on, form="day"),
        "why": Column(gettext_lazy("Settled because"), lambda hit: hit.why, wide=True, width=40),
        "settled": Column(gettext_lazy("Settled on"), lambda hit: hit.settled_on, wide=True, form="day"),
        "code": Column(gettext_lazy("Credit code"), _one(0, "uscc"), wide=True, width=22),
    },
    at_first=("other", "what", "county", "found", "why"),
    groups=GROUPS,
    group_param="kind",
    firm=_one(0, "name"),
)  # fmt: skip
