"""Panels of experts: the list and a new draw; one panel with who sits in it, what was given, and what is owed."""

import secrets
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import panel as acts
from pipeline.acts import scoring
from pipeline.acts.conditions import demand
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.fields import day_field
from pipeline.models import Expert, Firm, Panel, PanelFile, PanelMember, ScoreSheet
from pipeline.models.in_force import book_in_force
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.chance import chance
from pipeline.rules.law.score import TITLES
from pipeline.rules.panels import ITEMS, KINDS, outliers, result, spreads, total
from pipeline.templatetags.look import spoken

MOST_FEE = 100_000
REVIEWS = {
    Panel.MOCK: gettext_lazy("rehearsal"),
    Panel.REAL: gettext_lazy("review of applications"),
}
STATES = {
    Panel.DRAWN: ("warn", gettext_lazy("drawn, waits to be opened")),
    Panel.OPEN: ("warn", gettext_lazy("under review")),
    Panel.CLOSED: ("good", gettext_lazy("ended")),
    Panel.DROPPED: ("", gettext_lazy("dropped")),
}


class PanelForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Name of the panel"), max_length=100)
    codes = forms.CharField(
        label=gettext_lazy("Credit codes of the firms"),
        help_text=gettext_lazy("A line each, up to 60."),
        max_length=4_000,
        widget=forms.Textarea({"rows": 4}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Purpose of the review"),
        choices=list(REVIEWS.items()),
        initial=Panel.MOCK,
        widget=forms.RadioSelect,
    )
    blind = forms.BooleanField(label=gettext_lazy("Hide the firms' names"), required=False, initial=True)
    technical = forms.IntegerField(label=gettext_lazy("Technical experts"), min_value=0, max_value=20, initial=4)
    financial = forms.IntegerField(label=gettext_lazy("Financial experts"), min_value=0, max_value=20, initial=1)
    opens_on = day_field(gettext_lazy("Review from"))
    closes_on = day_field(gettext_lazy("until"))
    fee = forms.DecimalField(
        label=gettext_lazy("Fee of an expert for each firm (yuan)"),
        min_value=0,
        max_value=MOST_FEE,
        decimal_places=2,
        initial=0,
    )


class WhyForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why"), max_length=200)


class ReplaceForm(WhyForm):
    member = forms.IntegerField(widget=forms.HiddenInput)


def panels(request: StaffRequest) -> HttpResponse:
    """The newest first, and the form for another draw."""
    form = PanelForm(request.POST or None, initial={"opens_on": request.today})
    if request.method == "POST" and form.is_valid():
        made: list[Panel] = []
        if attempt(form, lambda: made.append(_composed(request, form))):
            messages.success(request, _("The experts are drawn. Another person of the city opens the review."))
            return redirect("desk:panel", made[0].public_id)
    seen = Panel.objects.visible_to(request.user)
    page = page_of(request, seen.with_counts().select_related("by").defer("draw").order_by("-pk"), seen.count())
    context = {
        "page": page,
        "rows": [(each, *STATES[each.state], REVIEWS[each.kind]) for each in page.object_list],
        "form": form,
        "may_draw": access.may(request.user, "panel.compose"),
        "section": "desk:panels",
    }
    return render(request, "desk/panel/panels.html", context, status=422 if form.errors else 200)


def panel(request: StaffRequest, panel_key: UUID) -> HttpResponse:
    found = _one(request, panel_key)
    do = request.POST.get("do", "")
    form = FORMS[do](request.POST) if do in FORMS else None
    if request.method == "POST" and form is not None and form.is_valid() and _done(request, found, do, form):
        return redirect("desk:panel", panel_key)
    members = list(found.members.select_related("user", "expert", "recused_from").order_by("position"))
    files = list(found.files.select_related("firm").defer("firm__search", "content").order_by("position"))
    tone, state = STATES[found.state]
    context = {
        "panel": found,
        "tone": tone,
        "state": state,
        "review": REVIEWS[found.kind],
        "members": _seated(found, members),
        "files": _judged(request, found, files, members),
        "summary": next((each.summary for each in members if each.chair and each.summary), ""),
        "draw": _lot(found),
        "may": {
            act for act in ("open", "call", "replace", "close", "drop") if access.may(request.user, f"panel.{act}")
        },
        "own": found.by_id == request.user.pk,
        "why": WhyForm(request.POST if do == "drop" else None),
        "form": form,
        "section": "desk:panels",
    }
    return render(request, "desk/panel/panel.html", context, status=422 if form is not None and form.errors else 200)


def panel_fees(request: StaffRequest, panel_key: UUID) -> HttpResponse:
    """What each expert is owed, to be signed."""
    found = _one(request, panel_key)
    rows = list(found.members.exclude(fee=None).select_related("user", "expert").order_by("position"))
    context = {
        "panel": found,
        "rows": [(each, KINDS[each.kind]) for each in rows],
        "firms": found.files.count(),
        "sum": sum(each.fee or 0 for each in rows),
        "section": "desk:panels",
    }
    return render(request, "desk/panel/fees.html", context)


def experts(request: StaffRequest) -> HttpResponse:
    """Who may be drawn, and what stands in the way of the others."""
    seen = Expert.objects.visible_to(request.user).select_related("user")
    page = page_of(request, seen.order_by("kind", "user__name"), seen.count())
    tasks = PanelMember.objects.filter(expert__in=list(page.object_list)).exclude(done_at=None)
    done: dict[int, int] = {}
    for each in tasks:
        done[each.expert_id] = done.get(each.expert_id, 0) + 1
    hindrances = {each.pk: each.hindrance(request.today, request.today) for each in page.object_list}
    rows = [
        (each, KINDS[each.kind], done.get(each.pk, 0), hindrances[each.pk], acts.LEFT_OUT.get(hindrances[each.pk]))
        for each in page.object_list
    ]
    return render(request, "desk/panel/experts.html", {"rows": rows, "page": page, "section": "desk:panels"})


def _one(request: StaffRequest, panel_key: UUID) -> Panel:
    return get_object_or_404(
        Panel.objects.visible_to(request.user).select_related("by", "opened_by"), public_id=panel_key
    )


def _composed(request: StaffRequest, form: forms.Form) -> Panel:
    """Firms by their codes; one that is nobody's here refuses all."""
    said = form.cleaned_data
    codes = {line.strip().upper() for line in said["codes"].split()}
    firms = Firm.objects.within(request.user.reach(access.OFFICE)).filter(uscc__in=codes)
    strange = sorted(codes - set(firms.values_list("uscc", flat=True)))
    demand(not strange, "codes", _("Not a firm within your reach: %(codes)s") % {"codes": ", ".join(strange[:5])})
    asked = acts.Asked(**{name: said[name] for name in acts.Asked.__dataclass_fields__})
    return acts.compose(firms, asked, by=request.user, on=request.today, seed=secrets.token_hex(16))


def _done(request: StaffRequest, found: Panel, do: str, form: forms.Form) -> bool:
    who, today, said = request.user, request.today, form.cleaned_data
    how: dict[str, Any] = {"by": who, "on": today, "version": number_sent(request.POST.get("version", ""))}
    member = found.members.filter(pk=number_sent(request.POST.get("member", ""))).first() or PanelMember(panel=found)
    now = timezone.now()
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "open": (
            lambda: acts.open(found, at=now, **how),
            _("Open. The experts are sent their links; tell them the codes."),
        ),
        "call": (lambda: acts.call(member, by=who, at=now), _("A new link is on its way; the code is a new one, too.")),
        "replace": (
            lambda: acts.replace(member, why=said["why"], by=who, on=today, at=now),
            _("Recused. If anybody is left in the lot, they sit in the panel now."),
        ),
        "close": (lambda: acts.close(found, **how), _("The review has ended; the statement of fees is ready.")),
        "drop": (lambda: acts.drop(found, why=said["why"], **how), _("The panel is dropped.")),
    }
    act, says = deeds[do]
    if not attempt(form, act):
        return False
    messages.success(request, says)
    return True


def _seated(found: Panel, members: list[PanelMember]) -> list[dict[str, Any]]:
    """Who sits or sat in the panel; of open tasks that nobody came in to, the code to be told."""
    conflicts = acts.in_conflict(found) if found.state in (Panel.DRAWN, Panel.OPEN) else {}
    return [
        {
            "member": each,
            "kind": KINDS[each.kind],
            "code": scoring.code_of(each) if found.state == Panel.OPEN and not each.entered_at else "",
            "conflict": acts.LEFT_OUT[conflicts[each.expert_id]] if each.expert_id in conflicts else "",
            "sits": each.recused_on is None,
        }
        for each in members
    ]


def _judged(
    request: StaffRequest, found: Panel, files: list[PanelFile], members: list[PanelMember]
) -> list[dict[str, Any]]:
    """Of each firm the panel's points, how far the sheets lie apart, and who stands out; of sheets handed in alone."""
    book = book_in_force("hte", request.today)
    block, line = book.number("score_ip_block"), book.number("innovation_score")
    names = {each.pk: each for each in members if each.recused_on is None}
    handed_in = ScoreSheet.objects.filter(panel=found, member__in=names).exclude(submitted_at=None)
    sheets = sorted(handed_in, key=lambda each: names[each.member_id].position)
    rows = []
    for file in files:
        own = [each for each in sheets if each.file_id == file.pk]
        points = result([(each.kind, each.points) for each in own], block)
        row: dict[str, Any] = {
            "file": file,
            "points": None if points is None else round(float(points), 2),
            "passes": None if points is None else points > line,
            "least": sum(low for low, _high in file.bands.values()),
            "most": sum(high for _low, high in file.bands.values()),
            "chance": _percent(own, file, line, block) if found.kind == Panel.MOCK else None,
            "sheets": _sheets(file, own, names, block),
            "spreads": _spreads(file, own),
        }
        rows.append(row)
    return rows


def _sheets(
    file: PanelFile, own: list[ScoreSheet], names: dict[int, PanelMember], block: Fraction
) -> list[dict[str, Any]]:
    most = {kind: Fraction(sum(file.bands[item][1] for item in items)) for kind, items in ITEMS.items()}
    out = outliers([(each.member_id, each.kind, each.points) for each in own], most, block)
    return [
        {
            "member": names[each.member_id],
            "kind": KINDS[each.kind],
            "total": int(total(each.points, block)),
            "out": each.member_id in out,
            "opinion": each.opinion,
        }
        for each in own
    ]


def _percent(own: list[ScoreSheet], file: PanelFile, line: Fraction, block: Fraction) -> int | None:
    """How likely the real review passes the firm, to the nearest five: more would claim too much."""
    found = chance([(each.kind, each.points) for each in own], file.bands, line=line, block=block)
    return None if found is None or not own else round(found * 20) * 5


def _spreads(file: PanelFile, own: list[ScoreSheet]) -> list[dict[str, Any]]:
    return [
        {"title": TITLES[each.item], "band": file.bands[each.item], "spread": each, "mean": round(float(each.mean), 1)}
        for each in spreads([(each.kind, each.points) for each in own])
    ]


def _lot(found: Panel) -> dict[str, Any]:
    """The draw in words: how many could be drawn, who was left out and why, and that it gives the same once more."""
    names = {
        each.pk: each.user.name
        for each in Expert.objects.filter(pk__in=[key for key, _why in found.draw["left_out"]]).select_related("user")
    }
    return {
        "candidates": len(found.draw["candidates"]),
        "fitting": sum(fits for _key, _kind, fits in found.draw["candidates"]),
        "left_out": [(names.get(key, "—"), spoken(acts.LEFT_OUT[why])) for key, why in found.draw["left_out"]],
        "again": acts.drawn_again(found),
    }


FORMS: dict[str, type[forms.Form]] = {
    "open": forms.Form,
    "call": forms.Form,
    "replace": ReplaceForm,
    "close": forms.Form,
    "drop": WhyForm,
}
