"""A kept diagnosis: the verdict, each condition with its figures, what closes a gap, and the diagnoses before it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pipeline import access, rules
from pipeline.acts import diagnosis as diagnosis_acts
from pipeline.desk.identity import identity
from pipeline.desk.looking import note_look
from pipeline.models import Diagnosis, Firm, Round
from pipeline.request import StaffRequest
from pipeline.rules import Book, Label, Plan, Step, planned
from pipeline.rules.facts.figures import NAMES
from pipeline.rules.law.score import IP_BLOCK, most_points
from pipeline.templatetags import what_if
from pipeline.templatetags.figures import planned_day, quantity, wan
from pipeline.templatetags.look import spoken

KEPT_SHOWN = 60
COUNTED = ("met", "unmet", "manual_review", "unknown")
JUDGES = {
    "field": Label("由评审专家判断。", "The experts judge."),
    "innovation_score": Label("由评审专家打分。", "The experts give the points."),
    "owns_ip": Label("由县区核对知识产权与主要产品的关系。", "The county compares the rights with the main products."),
}
OTHER_JUDGE = Label("由县区经办人核实后判断。", "The county officer checks and judges.")
PEOPLE = {
    "firm_finance": Label("企业财务", "the firm's finance"),
    "firm_rd": Label("企业研发", "the firm's R&D"),
    "firm_owner": Label("企业管理员", "the firm's owner"),
    "coach": Label("辅导老师", "the coach"),
    "county": Label("县区科技局", "the county office"),
    "city": Label("市科技局", "the city office"),
}
BLOCKS = (
    (Label("知识产权", "Intellectual property"), IP_BLOCK),
    (Label("成果转化", "Conversion of results"), ("conversion",)),
    (Label("研发组织管理", "Management of R&D"), ("rd_system", "rd_institute", "incentives", "talent")),
    (Label("企业成长性", "Growth"), ("growth_net_assets", "growth_sales")),
)
HEADS = frozenset({"staff", "tech_staff"})


def diagnosis(request: StaffRequest, uscc: str, day: str = "") -> HttpResponse:
    """The newest diagnosis, or that of a day; of several on one day `?of=2` shows the second newest."""
    firm = get_object_or_404(Firm.objects.visible_to(request.user).with_county(), uscc=uscc)
    note_look(request, firm, "plan")
    kept = _kept(request, firm)
    chosen = _chosen(kept, day, request.GET.get("of", "1"))
    if chosen is not None and request.GET.get("part") == what_if.PART:
        newest = Diagnosis.objects.get(pk=chosen.pk)
        return render(request, "look/what_if_outcome.html", what_if.outcome(newest, request.GET, request.today))
    who = identity(request.user, firm, on=request.today, here="desk:diagnosis")
    context = {"identity": who, "firm": firm, "kept": _placed(kept), "may": _may(request, firm)}
    if chosen is not None:
        context |= shown(Diagnosis.objects.get(pk=chosen.pk), newest=chosen == kept[0], today=request.today)
    return render(request, "desk/diagnosis/diagnosis.html", context)


def diagnose(request: StaffRequest, uscc: str) -> HttpResponse:
    """Judge the firm anew by what is on record today; the diagnoses before it stay."""
    firm = get_object_or_404(Firm.objects.visible_to(request.user), uscc=uscc)
    diagnosis_acts.keep(Firm.objects.filter(pk=firm.pk), by=request.user, on=request.today)
    messages.success(request, _("Judged by what is on record today and kept."))
    return redirect("desk:diagnosis", uscc)


def _may(request: StaffRequest, firm: Firm) -> bool:
    return access.may(request.user, "diagnosis.keep", Firm.objects.filter(pk=firm.pk))


def _kept(request: StaffRequest, firm: Firm) -> list[Diagnosis]:
    """The firm's diagnoses by the certification book, newest first, without what they say."""
    kept = Diagnosis.objects.visible_to(request.user).filter(firm=firm, book=diagnosis_acts.CERTIFICATION)
    return list(kept.defer("facts", "assessment").select_related("by").order_by("-day", "-pk")[:KEPT_SHOWN])


def _placed(kept: Sequence[Diagnosis]) -> list[tuple[Diagnosis, int]]:
    """Each with its place among those of its day, the newest being the first."""
    days: Counter[date] = Counter()
    placed = []
    for each in kept:
        days[each.day] += 1
        placed.append((each, days[each.day]))
    return placed


def _chosen(kept: Sequence[Diagnosis], day: str, place: str) -> Diagnosis | None:
    if not day:
        return kept[0] if kept else None
    for each, at in _placed(kept):
        if (each.day.isoformat(), str(at)) == (day, place):
            return each
    raise Http404("no diagnosis of that day")


def shown(diagnosis: Diagnosis, *, newest: bool, today: date) -> dict[str, Any]:
    """What a page tells of a kept diagnosis; remedies are reckoned for the newest only, an old one is as it was."""
    book = diagnosis.judged_by
    found = _planned(diagnosis, today) if newest else Plan()
    findings = [_explained(finding, _steps_for(finding, found), today) for finding in diagnosis.findings]
    counts = Counter(finding["verdict"] for finding in findings)
    return {
        "diagnosis": diagnosis,
        "newest": newest,
        "book": book,
        "findings": findings,
        "counts": [(verdict, counts[verdict]) for verdict in COUNTED],
        "years": _years(diagnosis.findings),
        "figures": _figures(diagnosis.findings),
        "score": diagnosis.assessment["score"],
        "blocks": _blocks(diagnosis.assessment["score"], book),
        "way": found.best,
        "ways": found.paths,
    }


def _planned(diagnosis: Diagnosis, today: date) -> Plan:
    """The ways to a pass from here, or what stands in the way; neither where nothing is open."""
    rounds = Round.objects.filter(county_date__gte=today).order_by("county_date")
    calls = [rules.Round(each.name, each.county_date) for each in rounds]
    return planned(diagnosis.shown, rounds=calls, book=diagnosis.judged_by)


def _steps_for(finding: Mapping[str, Any], found: Plan) -> list[Step]:
    return [step for step in found.steps if finding["rule"] in step.rules]


def _explained(finding: Mapping[str, Any], steps: Sequence[Step], today: date) -> dict[str, Any]:
    """A finding with what closes it, whose paper is missing, or who judges."""
    says = spoken(finding["says"])
    if finding["verdict"] == "manual_review":
        return {**finding, "says": f"{says} {spoken(JUDGES.get(finding['rule'], OTHER_JUDGE))}"}
    if finding["verdict"] == "unknown":
        asked = [_("To come from %(who)s by %(day)s.") % _told(step, today) for step in steps if step.kind == "provide"]
        return {**finding, "says": " ".join([says, *asked])}
    return {**finding, "remedy": " ".join(_remedy(step, today) for step in steps)} if steps else dict(finding)


def _remedy(step: Step, today: date) -> str:
    closes = spoken(step.closes)
    if step.kind == "blocked":
        return closes
    return " ".join([closes, _("Who and when: %(who)s, by %(day)s.") % _told(step, today)])


def _told(step: Step, today: date) -> dict[str, Any]:
    return {"who": spoken(PEOPLE.get(step.who, step.who)), "day": planned_day(step.by, today)}


def _years(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({year for finding in findings for year in finding["used"].get("by_year", {})})


def _figures(findings: Sequence[Mapping[str, Any]]) -> list[tuple[Any, list[str]]]:
    """The figures the verdict rests on: a line each, one value a year, money in 10k yuan."""
    years = _years(findings)
    lines: dict[str, dict[str, str | None]] = {}
    for finding in findings:
        for year, figures in finding["used"].get("by_year", {}).items():
            for key, value in figures.items():
                lines.setdefault(key, {})[year] = value
    return [(_named(key), [_written(key, values.get(year)) for year in years]) for key, values in lines.items()]


def _named(key: str) -> Label | str:
    return NAMES.get("rd_total" if key == "rd" else key, key)


def _written(key: str, value: str | None) -> str:
    return quantity(value) if key in HEADS else wan(value)


def _blocks(score: Mapping[str, Any] | None, book: Book) -> list[dict[str, Any]]:
    """The four blocks of the score with the range of points of each and its lines."""
    if score is None:
        return []
    items = {each["item"]: each for each in score["items"]}
    return [
        _block(title, most_points(book, names), [items[name] for name in names if name in items])
        for title, names in BLOCKS
    ]


def _block(title: Label, most: int, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ranges = [(each["given"], each["given"]) if each["given"] is not None else each["band"] for each in items]
    low, high = (min(most, sum(int(float(ends[end])) for ends in ranges)) for end in (0, 1))
    return {"title": title, "most": most, "low": low, "high": high, "items": items}
