"""The components of the look as tags and filters; a builtin of every template.

Each draws one thing of design/look: a sign always stands beside its word, a colour never alone.
"""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django import template
from django.core.paginator import Page
from django.db.models import prefetch_related_objects
from django.forms import BoundField
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pipeline import access, stages
from pipeline.stages import Due, Stage
from pipeline.templatetags import figures
from pipeline.templatetags.icons import ICONS

register = template.Library()

register.filter("wan", figures.wan)
register.filter("wan_exact", figures.wan_exact)
register.filter("yuan", figures.yuan)
register.filter("quantity", figures.quantity)
register.filter("percent", figures.percent)
register.filter("points_short", figures.points)
register.filter("rounded", figures.rounded)
register.filter("masked_phone", figures.masked_phone)
register.filter("masked_code", figures.masked_code)
register.filter("workdays_left", figures.workdays_left)

VERDICTS = {"met": "met", "unmet": "unmet", "unknown": "unknown", "manual_review": "person", "not_applicable": "info"}
DUE_SIGNS = {
    "over": "warning",
    "today": "clock",
    "soon": "clock",
    "calm": "",
    "notice": "",
    "paused": "pause",
    "none": "",
}
TASK_STATES = {"open": "", "filling": "warn", "returned": "bad", "submitted": "good", "accepted": "good"}
DOT_PLACES = (4, 11.5, 19, 26.5)


def language() -> stages.Language:
    return "en" if (get_language() or "").startswith("en") else "zh"


def verdict_word(verdict: str) -> str:
    words = {
        "met": _("Met"),
        "unmet": _("Not met"),
        "unknown": _("Not enough data"),
        "manual_review": _("A person must judge"),
        "not_applicable": _("Not asked for"),
    }
    return words[verdict]


def task_word(state: str) -> str:
    words = {
        "open": _("Not started"),
        "filling": _("Being filled in"),
        "returned": _("To correct"),
        "submitted": _("Submitted"),
        "accepted": _("Accepted"),
    }
    return words[state]


@register.filter
def spoken(value: Any) -> str:
    """A text kept in both languages ({zh, en}, a Label, a pair) in the reader's; anything else as it is."""
    if isinstance(value, Mapping):
        return str(value.get(language()) or value.get("zh", ""))
    if isinstance(value, tuple | list) and len(value) == 2:
        return str(value[1 if language() == "en" else 0])
    if hasattr(value, "in_language"):
        return str(value.in_language(language()))
    return "" if value is None else str(value)


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="i" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>', SafeString(ICONS[name])
    )


def today_of(context: Context) -> date:
    today = context.get("today")
    return today if isinstance(today, date) else localdate()


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> str:
    return figures.day(value, today_of(context))


@register.simple_tag(takes_context=True)
def planned_day(context: Context, value: date | None) -> str:
    return figures.planned_day(value, today_of(context))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | date | None) -> str:
    return figures.moment(value, today_of(context))


@register.filter
def last_day(period: Any) -> date | None:
    """The last day of a half-open period, which is the one people name."""
    upper = getattr(period, "upper", None)
    return date.fromordinal(upper.toordinal() - 1) if upper else None


@register.simple_tag(takes_context=True)
def menu_item(context: Context, name: str, drawing: str, label: str, count: int | None = None) -> SafeString:
    """An entry of the navigation; nothing where the person's seats do not open the page."""
    url = address(context, name)
    if not url:
        return SafeString()
    request = context.get("request")
    here = bool(request and request.resolver_match and request.resolver_match.view_name == name)
    current = here or context.get("section") == name
    return format_html(
        '<a class="to" href="{}"{}>{}<span>{}</span>{}</a>',
        url,
        SafeString(' aria-current="page"') if current else "",
        icon(drawing),
        label,
        format_html('<span class="n">{}</span>', count) if count is not None else "",
    )


@register.simple_tag(takes_context=True)
def address(context: Context, name: str) -> str:
    """Where a page is, or nothing where none of the person's seats opens it."""
    kinds: frozenset[str] = getattr(context.get("user"), "seat_kinds", frozenset())
    return reverse(name) if access.opens(kinds, name) else ""


@register.filter
def firm_seats(user: Any) -> list[Any]:
    """The person's seats in firms; whoever holds several chooses between them, their firms read in one statement."""
    held = [seat for seat in getattr(user, "seats", ()) if seat.firm_id is not None]
    if len(held) > 1:
        prefetch_related_objects(held, "firm")
    return held


@register.simple_tag
def stage_dots(case: Any, face: stages.Face = "staff") -> SafeString:
    """Four dots (county, city, coaching, certification) and the label; a closed case shows its reason and no dots."""
    place: Stage = case.place
    label = place.label(language(), face)
    if case.stage == "closed":
        reason = stages.CLOSED.get(case.reason)
        label = _("%(label)s (%(reason)s)") % {"label": label, "reason": spoken(reason)} if reason else label
        return format_html('<span class="stage">{}</span>', label)
    return format_html('<span class="stage">{}{}</span>', _dots(*place.dots), label)


def _dots(reached: int, returned: bool) -> SafeString:
    circles = [
        f'<circle class="{_dot(place, reached, returned)}" cx="{x}" cy="4" r="2.6"/>'
        for place, x in enumerate(DOT_PLACES, start=1)
    ]
    return format_html('<svg viewBox="0 0 30 8" aria-hidden="true">{}</svg>', SafeString("".join(circles)))


def _dot(place: int, reached: int, returned: bool) -> str:
    if returned and place == reached:
        return "dot-back"
    return "dot-on" if place <= reached else "dot-off"


@register.simple_tag(takes_context=True)
def due_chip(context: Context, due: Due, says: str = "", of: str = "") -> SafeString:
    """The clock in working days, its date beside it; `says` is the derivation, `of` whom a paused clock waits for."""
    if due.kind == "none":
        return format_html('<span class="due none quiet">{}</span>', says or figures.NOTHING)
    shown = figures.day(due.day, today_of(context))
    chip = format_html(
        '<span class="due {}"{}>{}{}</span>',
        due.kind,
        format_html(' title="{}" tabindex="0"', says) if says else "",
        icon(DUE_SIGNS[due.kind]) if DUE_SIGNS[due.kind] else "",
        _due_words(due, shown, of),
    )
    return chip if due.kind in ("paused", "notice") else format_html('{} <span class="quiet xs">{}</span>', chip, shown)


def _due_words(due: Due, shown: str, of: str) -> str:
    if due.kind == "paused":
        return _("paused · %(who)s by %(day)s") % {"who": of or _("firm"), "day": shown}
    if due.kind == "notice":
        return _("on notice until %(day)s") % {"day": shown}
    return figures.workdays_left(due.workdays)


@register.simple_tag
def verdict(value: str) -> SafeString:
    return format_html('<span class="verdict {}">{}{}</span>', value, icon(VERDICTS[value]), verdict_word(value))


@register.simple_tag
def task_state(state: str, done: int | None = None, of: int | None = None) -> SafeString:
    """open, filling (with n of m), returned, submitted, accepted: always the word, on a tint."""
    word = task_word(state)
    if done is not None and of is not None:
        word = f"{word} {done}/{of}"
    return format_html('<span class="state {}">{}</span>', TASK_STATES[state], word)


@register.simple_tag
def bar(
    found: figures.Share, needed: figures.Share = None, full: figures.Share = None, label: str = "", tone: str = ""
) -> SafeString:
    """A value on its track with the standard line. Without a standard it is plain; `full` is the right end."""
    value, standard, end = (figures.fraction(number) for number in (found, needed, full))
    if value is None:
        return SafeString()
    end = end or _track_end(value, standard)
    kind = tone or ("plain" if standard is None else "short" if value < standard else "enough")
    line = _bar_line(standard, end) if standard is not None else SafeString()
    return format_html(
        '<svg class="bar" viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" width="200" height="10"/><rect class="{}" width="{}" height="10"/>{}</svg>',
        label or _bar_label(value, standard),
        kind,
        _along(value, end),
        line,
    )


def _track_end(value: Fraction, standard: Fraction | None) -> Fraction:
    """Half as much again as the standard, but a share never runs past the whole."""
    end = max(value, standard * 3 / 2 if standard else Fraction(1))
    return min(end, Fraction(1)) if max(value, standard or Fraction(0)) <= 1 else end


def _along(value: Fraction, end: Fraction) -> str:
    return f"{float(min(max(value / end, Fraction(0)), Fraction(1)) * 200):.1f}"


def _bar_line(standard: Fraction, end: Fraction) -> SafeString:
    at = _along(standard, end)
    return format_html('<line class="standard" x1="{}" x2="{}" y1="-3" y2="13"/>', at, at)


def _bar_label(value: Fraction, standard: Fraction | None) -> str:
    shown = {"found": figures.percent(value, standard), "needed": figures.percent(standard)}
    return shown["found"] if standard is None else _("%(found)s, standard %(needed)s") % shown


@register.simple_tag
def diff(old: Any, new: Any) -> SafeString:
    """Old struck out, new underlined; one of them may be missing."""
    parts = [format_html("<del>{}</del>", old)] if old not in (None, "") else []
    parts += [format_html("<ins>{}</ins>", new)] if new not in (None, "") else []
    return SafeString(" ".join(parts))


def measure(value: figures.Share, unit: str, standard: figures.Share = None) -> str:
    """A number with its unit as findings carry it: share, yuan, days, points, count."""
    if value in (None, ""):
        return figures.NOTHING
    if isinstance(value, bool) or value in ("true", "false"):
        return _("yes") if value in (True, "true") else _("no")
    if unit == "share":
        return figures.percent(value, standard)
    if unit == "yuan":
        return _("%(amount)s 10k yuan") % {"amount": figures.wan(str(value))}
    return _number_with_unit(str(value), unit)


def _number_with_unit(value: str, unit: str) -> str:
    try:
        shown = figures.quantity(value)
    except ArithmeticError:  # a word, such as the code of a field
        return value
    many = 1 if shown == "1" else 2
    units = {
        "days": ngettext("%(n)s day", "%(n)s days", many),
        "points": ngettext("%(n)s point", "%(n)s points", many),
        "count": ngettext("%(n)s item", "%(n)s items", many),
        "heads": ngettext("%(n)s person", "%(n)s persons", many),
        "years": ngettext("%(n)s year", "%(n)s years", many),
    }
    return units.get(unit, "%(n)s") % {"n": shown}


@register.filter
def finding_found(finding: Mapping[str, Any]) -> str:
    return measure(finding.get("found"), str(finding.get("unit", "")), finding.get("needed"))


@register.filter
def finding_needed(finding: Mapping[str, Any]) -> str:
    needed = measure(finding.get("needed"), str(finding.get("unit", "")))
    signs = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "==": ""}
    return needed if needed == figures.NOTHING else signs.get(str(finding.get("op", "")), "") + needed


@register.filter
def finding_gap(finding: Mapping[str, Any]) -> str:
    """How far an unmet condition is from its standard, in the unit people count in; nothing where it has no number."""
    found, needed = figures.fraction(finding.get("found")), figures.fraction(finding.get("needed"))
    if found is None or needed is None:
        return verdict_word(finding["verdict"])
    if finding.get("unit") == "share":
        return _("short by %(gap)s percentage points") % {"gap": figures.points(found, needed)}
    gap = abs(needed - found) + (1 if finding.get("op") == ">" and needed >= found else 0)
    return _("short by %(gap)s") % {"gap": measure(str(float(gap)), str(finding.get("unit", "")))}


@register.inclusion_tag("look/finding.html", takes_context=True)
def finding_row(context: Context, finding: Mapping[str, Any], title: Any = "", remedy: str = "") -> dict[str, Any]:
    """Value, standard, gap and source of one condition; an unmet one opens with its remedy."""
    return {
        "finding": finding,
        "title": title or finding.get("title") or finding["rule"],
        "remedy": remedy,
        "short": finding["verdict"] == "unmet",
        "graph": finding.get("unit") in ("share", "points") and finding.get("found") is not None,
        "today": today_of(context),
    }


@register.inclusion_tag("look/pages.html", takes_context=True)
def pages(context: Context, page: "Page[Any]", name: str = "page") -> dict[str, Any]:
    return {"page": page, "name": name, "request": context.get("request")}


@register.filter
def widget_kind(field: BoundField) -> str:
    """The class of a field's widget, for the template that draws it."""
    return type(field.field.widget).__name__
