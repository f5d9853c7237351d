"""What came of a trial: who gains and who drops, by county and field, each number with the firms behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs
from pipeline.acts import trial as acts
from pipeline.acts import trial_sheet as sheet_acts
from pipeline.acts.trial import Side
from pipeline.desk.difference import changes, title_of
from pipeline.desk.laboratory import TRIED
from pipeline.desk.paging import altered, page_of
from pipeline.models import Division, Firm, Trial, TrialSheet, User
from pipeline.models.diagnosis import NUMERIC
from pipeline.models.trial import DONE, FAILED
from pipeline.request import StaffRequest
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.columns.laboratory import ALL, HOLDS, Comparison, Group, Line
from pipeline.rules.condition import TITLES as RULES
from pipeline.rules.formula import Number
from pipeline.rules.programmes import conditions_of
from pipeline.rules.sentences import exact_text
from pipeline.rules.shelf.volumes import TITLES as BOOKS
from pipeline.templatetags.figures import MINUS
from pipeline.templatetags.look import measure, spoken, verdict_word

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VERDICTS = ("met", "unmet", "manual_review", "unknown", "not_applicable")
ALWAYS = ("met", "unmet", "unknown")  # rows of the cross table that stand there even when empty
HELD, NOT_HELD = frozenset(HOLDS), frozenset(VERDICTS) - frozenset(HOLDS)
FIELDS: Mapping[str | None, str] = {code: name for code, name in carried_fields().items() if len(code) == 2}
MOVES = {
    "gained": gettext_lazy("newly met"),
    "dropped": gettext_lazy("no longer met"),
    "before": gettext_lazy("met before"),
    "after": gettext_lazy("met after"),
    "figures": gettext_lazy("all conditions that figures decide are met"),
}
BAR = 200  # the length of the longest bar
NAMED = 5  # firms on the page itself
WHOLE = "all"  # in an address: the verdict as a whole
NOWHERE = "none"  # in an address: firms without a county, or without a field


@dataclass(frozen=True)
class Bar:
    """A county's or a field's firms. The bar has a part for each that holds before and after, gains, and drops: where
    it ends and how long it is, in the drawing's own measure.
    """

    name: str
    code: str
    group: Group
    kept: str
    gained: str
    dropped: str
    at: str


def trial(request: StaffRequest, trial_key: UUID) -> HttpResponse:
    """The answer, or how far it is."""
    found = _one(request.user, trial_key)
    before, after = Side.from_json(found.before), Side.from_json(found.after)
    shown = {
        "section": "desk:laboratory",
        "trial": found,
        "title": title_of(before, after),
        "before": before,
        "after": after,
        "tried": TRIED,
        "seconds": f"{(found.milliseconds or 0) / 1000:.1f}",
        "year": after.day.year - 1,
        "book_titles": (BOOKS[before.book], BOOKS[after.book]),
        "changes": changes(before.supposed, after.supposed),
    }
    if found.state == FAILED:
        return render(request, "desk/trial/failed.html", shown)
    if found.state != DONE:
        return render(request, "desk/trial/waiting.html", shown | _progress(found))
    comparison = acts.comparison(found)
    rule = _rule(request.GET.get("rule"), comparison)
    return render(request, "desk/trial/trial.html", shown | _shown(comparison, rule, counties()))


def progress(request: StaffRequest, trial_key: UUID) -> HttpResponse:
    """The moving part of a trial under way; the page is asked for anew when it is done."""
    found = _one(request.user, trial_key)
    if found.state in (DONE, FAILED):
        return HttpResponseClientRefresh()
    return render(request, "look/progress.html", _progress(found))


def firms(request: StaffRequest, trial_key: UUID) -> HttpResponse:
    """The firms behind one number: what is sought stands in the address."""
    found = _done(request.user, trial_key)
    comparison = acts.comparison(found)
    rule = _rule(request.GET.get("rule"), comparison)
    keys = within(request.user, sought(comparison, rule, request.GET))
    page = page_of(request, keys, len(keys))
    before, after = Side.from_json(found.before), Side.from_json(found.after)
    context = {
        "section": "desk:laboratory",
        "trial": found,
        "title": title_of(before, after),
        "rule": rule,
        "rule_title": rule_title(rule),
        "page": page,
        "total": len(keys),
        "rows": rows_of(comparison, list(page.object_list), rule),
        "chips": _chips(request.GET, counties()),
        "year": after.day.year - 1,
    }
    return render(request, "desk/trial/firms.html", context)


def sheet(request: StaffRequest, trial_key: UUID) -> HttpResponse:
    """Ask for the workbook of a trial: a small one comes at once, a large one is made by a job."""
    found = _done(request.user, trial_key)
    rule = _rule(request.POST.get("rule", ""), acts.comparison(found)) or ""
    asked = sheet_acts.ask(found, rule=rule, language=get_language() or "", by=request.user)
    if asked.state != DONE and asked.rows_total <= sheet_acts.AT_ONCE:
        sheet_acts.write(asked.pk, by=request.user)
    elif asked.state != DONE:
        transaction.on_commit(lambda: jobs.write_trial_sheet.delay(asked.pk, person=request.user.pk), robust=True)
    return redirect("desk:trial_download", found.public_id, rule or WHOLE)


def download(request: StaffRequest, trial_key: UUID, rule: str) -> HttpResponse:
    """The workbook, or how far it is."""
    asked = _sheet(request, trial_key, rule)
    if asked.state == DONE:
        name = _("trial %(day)s.xlsx") % {"day": asked.trial.after["day"]}
        headers = {"Content-Disposition": content_disposition_header(True, name) or "", "Cache-Control": "no-store"}
        return HttpResponse(sheet_acts.content(asked).read(), content_type=XLSX, headers=headers)
    shown = {"section": "desk:laboratory", "trial": asked.trial, "failed": asked.state == FAILED}
    return render(request, "desk/trial/writing.html", shown | _writing(asked, rule))


def download_progress(request: StaffRequest, trial_key: UUID, rule: str) -> HttpResponse:
    """The moving part of a workbook being written; once it is there the browser is sent to it."""
    asked = _sheet(request, trial_key, rule)
    if asked.state in (DONE, FAILED):
        return HttpResponseClientRefresh()
    return render(request, "look/progress.html", _writing(asked, rule))


def _sheet(request: StaffRequest, trial_key: UUID, rule: str) -> TrialSheet:
    found = _done(request.user, trial_key)
    asked = {"rule": "" if rule == WHOLE else rule, "language": get_language() or ""}
    return get_object_or_404(TrialSheet.objects.select_related("trial"), trial=found, **asked)


def _writing(asked: TrialSheet, rule: str) -> dict[str, Any]:
    return {
        "id": "progress",
        "url": reverse("desk:trial_download_progress", args=[asked.trial.public_id, rule]),
        "says": _("The workbook is being written. You may leave this page and come back."),
        "done": asked.rows_done,
        "total": asked.rows_total,
        "finished": False,
    }


def _one(user: User, trial_key: UUID) -> Trial:
    return get_object_or_404(Trial.objects.visible_to(user).select_related("by", "office"), public_id=trial_key)


def _done(user: User, trial_key: UUID) -> Trial:
    found = _one(user, trial_key)
    if found.state != DONE:
        raise Http404("the trial has no answer yet")
    return found


def _progress(found: Trial) -> dict[str, Any]:
    return {
        "id": "progress",
        "url": reverse("desk:trial_progress", args=[found.public_id]),
        "says": _("The books are tried on every firm. You may leave this page."),
        "done": found.firms_done,
        "total": found.firms_total,
        "finished": False,
    }


def _rule(asked: str | None, comparison: Comparison) -> str | None:
    """The rule a page is about; None is the verdict as a whole. Unless told, the one that moved most firms."""
    if asked is None:
        return acts.about(comparison)
    if asked and asked not in comparison.rules:
        raise Http404("neither book has this rule")
    return asked or None


def rule_title(rule: str | None) -> str:
    return spoken(RULES[rule]) if rule else _("All conditions")


def _shown(comparison: Comparison, rule: str | None, names: Mapping[str | None, str]) -> dict[str, Any]:
    gained, dropped = comparison.gained(rule), comparison.dropped(rule)
    total, tabs, more = comparison.summed(rule), *_tabs(comparison, rule)
    return {
        "rule": rule,
        "rule_title": rule_title(rule),
        "tabs": tabs,
        "more_tabs": more,
        "total": total,
        "net": signed(total.after - total.before),
        "most_met": total.after + total.unknown,
        "figures": _by_figures(comparison),
        "counties": bars(comparison.by_county(rule), names),
        "fields": bars(comparison.by_field(rule), FIELDS),
        "matrix": matrix(comparison.crossed(rule)),
        "gained": rows_of(comparison, gained[:NAMED], rule),
        "dropped": rows_of(comparison, dropped[:NAMED], rule),
        "short": _still_short(comparison, rule) if rule and gained else None,
    }


def _by_figures(comparison: Comparison) -> dict[str, Any]:
    """How many firms meet every condition that figures alone decide; the others wait for papers and experts."""
    rules = NUMERIC.intersection(comparison.rules)
    before, after = (len(comparison.together(rules, side)) for side in ("before", "after"))
    return {"after": after, "before": before, "net": signed(after - before)} if rules else {}


def signed(number: int) -> str:
    return f"{number:+,}".replace("-", MINUS) if number else "±0"


def _tabs(comparison: Comparison, here: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The verdict as a whole and every rule, with how many firms' verdict on it changed; apart, those it did not."""
    tabs = [
        {
            "url": f"?rule={rule or ''}",
            "label": rule_title(rule),
            "count": acts.moves(comparison, rule) or None,
            "here": rule == here,
        }
        for rule in (None, *comparison.rules)
    ]
    first = [tab for at, tab in enumerate(tabs) if at == 0 or tab["count"] or tab["here"]]
    return first, [tab for tab in tabs if tab not in first]


def bars(groups: Iterable[Group], names: Mapping[str | None, str]) -> list[Bar]:
    """The groups with bars to one scale."""
    found = list(groups)
    longest = max((each.before + each.gained for each in found), default=0) or 1
    return [_bar(each, names.get(each.code) or _("not told"), Fraction(BAR, longest)) for each in found]


def _bar(group: Group, name: str, scale: Fraction) -> Bar:
    kept = group.before - group.dropped
    kept_long, gained, dropped, at = (
        f"{float(number * scale):.1f}" for number in (kept, group.gained, group.dropped, kept + group.gained)
    )
    return Bar(name, group.code or NOWHERE, group, kept_long, gained, dropped, at)


def matrix(crossed: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """The verdicts before down and after across, with the sums of both."""
    words = [word for word in VERDICTS if word in ALWAYS or any(word in pair for pair in crossed)]
    said = {word: {"word": word, "says": verdict_word(word)} for word in words}
    rows = [(one, [(said[two], crossed.get((one, two), 0), kind_of(one, two)) for two in words]) for one in words]
    return {
        "words": list(said.values()),
        "rows": [(said[one], cells, sum(count for _two, count, _kind in cells)) for one, cells in rows],
        "sums": [sum(crossed.get((one, two), 0) for one in words) for two in words],
        "total": sum(crossed.values()),
    }


def kind_of(one: str, two: str) -> str:
    """How a firm that goes from one verdict to the other fares."""
    if one == two:
        return "keep"
    return "move" if (one in HOLDS) == (two in HOLDS) else "gain" if two in HOLDS else "lose"


def _still_short(comparison: Comparison, rule: str) -> dict[str, Any]:
    """What else those who gain are short of, most frequent first."""
    short = comparison.still_short(rule)
    return {"firms": short.firms, "by_rule": [(each, rule_title(each), count) for each, count in short.by_rule.items()]}


def sought(comparison: Comparison, rule: str | None, asked: QueryDict) -> list[int]:
    """The keys of the firms that an address asks for, in the order they were taken on record."""
    if (other := asked.get("short")) and rule and other in comparison.rules:
        return comparison.short_firms(rule, other)
    if asked.get("moved") == "figures":
        return comparison.together(NUMERIC.intersection(comparison.rules), "after")
    moves = {"gained": (NOT_HELD, HELD), "dropped": (HELD, NOT_HELD), "before": (HELD, None), "after": (None, HELD)}
    before, after = moves.get(asked.get("moved", ""), (_verdicts(asked.get("was")), _verdicts(asked.get("is"))))
    county, field = (_code(asked.get(name)) for name in ("county", "field"))
    return comparison.firms(rule, before=before, after=after, county=county, field=field)


def _code(asked: str | None) -> str | None:
    return ALL if not asked else None if asked == NOWHERE else asked


def _verdicts(word: str | None) -> frozenset[str] | None:
    return frozenset({word}) if word in VERDICTS else None


def within(user: User, keys: list[int]) -> list[int]:
    """Of the firms of a trial those that the person may see today; one that left the county is passed over."""
    reach = user.reach(access.OFFICE)
    if reach.everything or not keys:
        return keys
    seen = set(Firm.objects.within(reach).values_list("pk", flat=True))
    return [key for key in keys if key in seen]


def rows_of(comparison: Comparison, keys: Sequence[int], rule: str | None) -> list[dict[str, Any]]:
    """Each firm with what the trial found of it, in words. One statement."""
    firms_by_key = Firm.objects.with_county().defer("search").in_bulk(list(keys))
    unit = unit_of(comparison, rule)
    return [
        {"firm": firms_by_key[line.firm], "line": line, **in_words(line, unit)}
        for line in comparison.lines(keys, rule)
        if line.firm in firms_by_key
    ]


def unit_of(comparison: Comparison, rule: str | None) -> str:
    conditions = (*conditions_of(comparison.after), *conditions_of(comparison.before))
    return next((each.unit for each in conditions if each.rule == rule), "")


def in_words(line: Line, unit: str) -> dict[str, str]:
    """The numbers of a line with their unit; a share has as many decimals as tell it from the standard."""
    said = {}
    for side in ("before", "after"):
        found, needed = (_text(getattr(line, f"{part}_{side}")) for part in ("found", "needed"))
        said[f"found_{side}"], said[f"needed_{side}"] = measure(found, unit, needed), measure(needed, unit)
    return said


def _text(number: Number | None) -> str | None:
    return None if number is None else exact_text(Fraction(number))


def _chips(asked: QueryDict, names: Mapping[str | None, str]) -> list[dict[str, str]]:
    """What is sought as a sentence; each part can be taken away."""
    verdicts = {word: verdict_word(word) for word in VERDICTS}
    said: dict[str, tuple[str, Mapping[Any, Any]]] = {
        "was": (_("before"), verdicts),
        "is": (_("after"), verdicts),
        "moved": (_("list"), MOVES),
        "county": (_("county"), names),
        "field": (_("field"), FIELDS),
        "short": (_("still short of"), RULES),
    }
    return [
        {"name": name, "value": spoken(words.get(asked[key], _("not told"))), "clear": altered(asked, key)}
        for key, (name, words) in said.items()
        if asked.get(key)
    ]


def counties() -> dict[str | None, str]:
    """The names of all counties there have been, by their codes. One statement."""
    return {None: _("County to be assigned")} | dict(
        Division.objects.counties().order_by("during").values_list("code", "name")
    )
