"""The yearly adjustment: whom the book proposes to take out, rehearsed; then each step of its two decisions."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access, stages
from pipeline.acts import adjustment as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import altered, page_of
from pipeline.desk.pool import tabs
from pipeline.models import Adjustment, Case, Leaver
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force
from pipeline.models.staying import who_leaves
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import spoken

REASONS = ("expired", "inactive", "became_ineligible")
STATES = {
    Adjustment.DRAWN: gettext_lazy("drawn up"),
    Adjustment.PROPOSED: gettext_lazy("waits for a head"),
    Adjustment.OBJECTIONS: gettext_lazy("open to objections"),
    Adjustment.SUBMITTED: gettext_lazy("publication waits for a head"),
    Adjustment.PUBLISHED: gettext_lazy("published"),
    Adjustment.DROPPED: gettext_lazy("dropped"),
}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Reasons"), required=False, max_length=1_000, widget=forms.Textarea({"rows": 3})
    )


class DocumentForm(forms.Form):
    document = forms.CharField(label=gettext_lazy("Number of the announcement"), required=False, max_length=60)
    note = forms.CharField(
        label=gettext_lazy("Or what is to be changed"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea({"rows": 3}),
    )


# button -> (act, what it takes of the form, what is said when it is done)
STEPS: dict[str, tuple[Callable[..., Any], tuple[str, ...], Any]] = {
    "propose": (acts.propose, ("note",), gettext_lazy("The list is before the head.")),
    "accept": (acts.accept, (), gettext_lazy("The firms are told; the days for objections run.")),
    "submit": (acts.submit, (), gettext_lazy("The publication is before the head.")),
    "publish": (acts.publish, ("document",), gettext_lazy("The list is published and the cases are closed.")),
    "send_back": (acts.send_back, ("note",), gettext_lazy("The list goes back to who drew it up.")),
    "drop": (acts.drop, ("note",), gettext_lazy("The list is dropped.")),
}
OFFERED = {
    Adjustment.DRAWN: ("propose", "drop"),
    Adjustment.PROPOSED: ("accept", "send_back"),
    Adjustment.OBJECTIONS: ("submit", "drop"),
    Adjustment.SUBMITTED: ("publish", "send_back"),
    Adjustment.PUBLISHED: (),
    Adjustment.DROPPED: (),
}
BUTTONS = {
    "propose": gettext_lazy("Put it before the head"),
    "accept": gettext_lazy("Accept the list"),
    "submit": gettext_lazy("Ask for publication"),
    "publish": gettext_lazy("Publish it"),
    "send_back": gettext_lazy("Send it back"),
    "drop": gettext_lazy("Drop the list"),
}


def adjustments(request: StaffRequest) -> HttpResponse:
    """The adjustments there were, and what the book would propose today; nothing is written by looking."""
    form = forms.Form(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _draw(request)):
        messages.success(request, _("The list of this year is drawn up. Look it over before it goes to the head."))
        return redirect("desk:adjustments")
    found = _rehearsed(request)
    counts = Counter(why.reason for why in found.values())
    chosen = _chosen(request)
    keys = [key for key, why in found.items() if chosen in ("", why.reason)]
    cases = Case.objects.filter(pk__in=keys).with_county().select_related("firm").defer("firm__search")
    page = page_of(request, cases.order_by("firm__pinyin", "pk"), len(keys))
    drawn = list(Adjustment.objects.order_by("-year", "-pk"))
    context = {
        "tabs": tabs(request.user, "desk:adjustments"),
        "form": form,
        "adjustments": [(each, STATES[each.state]) for each in drawn],
        "reasons": _reasons(request, counts),
        "total": len(found),
        "page": page,
        "rows": [(case, found[case.pk]) for case in page.object_list],
        "may_draw": access.may(request.user, "adjustment.draw") and not _of_year(drawn, request.today.year),
        "section": "desk:pool_terms",
    }
    return render(request, "desk/adjustment/adjustments.html", context)


def adjustment(request: StaffRequest, adjustment_key: Any) -> HttpResponse:
    """One list: who leaves and why, who was taken off it, and the next step for who may take it."""
    found = get_object_or_404(
        Adjustment.objects.select_related("drawn_by", "proposed_by", "accepted_by", "submitted_by", "published_by"),
        public_id=adjustment_key,
    )
    form = (DocumentForm if found.state == Adjustment.SUBMITTED else NoteForm)(request.POST or None)
    if request.method == "POST" and _done(request, found, form):
        return redirect(request.get_full_path())
    rows = Leaver.objects.within(request.user.reach(access.OFFICE)).filter(adjustment=found)
    chosen = _chosen(request)
    counts = Counter(rows.leaving().values_list("reason", flat=True))
    shown = rows.filter(reason=chosen) if chosen else rows
    shown = shown.with_county().select_related("firm", "case").defer("firm__search").order_by("firm__pinyin", "pk")
    offered = [name for name in OFFERED[found.state] if access.may(request.user, f"adjustment.{name}")]
    context = {
        "tabs": tabs(request.user, "desk:adjustments"),
        "adjustment": found,
        "state": STATES[found.state],
        "form": form,
        "reasons": _reasons(request, counts),
        "total": sum(counts.values()),
        "stayed": rows.exclude(stays="").count(),
        "page": page_of(request, shown, shown.count()),
        "reason_names": {name: spoken(stages.CLOSED[name]) for name in REASONS},
        "offered": [(name, BUTTONS[name]) for name in offered],
        "may_keep": found.state in (Adjustment.DRAWN, Adjustment.OBJECTIONS)
        and access.may(request.user, "adjustment.keep"),
        "section": "desk:pool_terms",
    }
    return render(request, "desk/adjustment/adjustment.html", context)


def _draw(request: StaffRequest) -> None:
    acts.draw(by=request.user, on=request.today)


def _rehearsed(request: StaffRequest) -> dict[int, Any]:
    """Who within reach would leave today."""
    cases = Case.objects.within(request.user.reach(access.OFFICE))
    return who_leaves(cases, book_in_force(POOL, request.today), request.today)


def _of_year(drawn: list[Adjustment], year: int) -> bool:
    return any(each.year == year and each.state != Adjustment.DROPPED for each in drawn)


def _chosen(request: StaffRequest) -> str:
    asked = request.GET.get("reason", "")
    return asked if asked in REASONS else ""


def _reasons(request: StaffRequest, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each reason as a number that opens its firms."""
    return [
        {
            "says": spoken(stages.CLOSED[name]),
            "count": counts.get(name, 0),
            "url": altered(request.GET, "reason", name),
            "here": name == _chosen(request),
        }
        for name in REASONS
    ]


def _done(request: StaffRequest, found: Adjustment, form: forms.Form) -> bool:
    if "keep" in request.POST:
        return _kept(request, found)
    name = request.POST.get("step", "")
    if name not in OFFERED[found.state] or not form.is_valid():
        raise Http404(name)
    act, fields, says = STEPS[name]
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    said = {each: form.cleaned_data.get(each, "") for each in fields}
    version = number_sent(request.POST.get("version", ""))
    if not attempt(form, lambda: act(found, version=version, **who, **said)):
        return False
    messages.success(request, says)
    return True


def _kept(request: StaffRequest, found: Adjustment) -> bool:
    """Take the chosen firms off the list, with the reason; one that is not on it refuses the whole."""
    chosen = {number_sent(key) for key in request.POST.getlist("chosen")}
    rows = Leaver.objects.filter(adjustment=found, pk__in=chosen)
    if rows.count() != len(chosen):
        raise Http404("one of the chosen firms is not on the list")
    asked = forms.Form({})
    why = request.POST.get("why", "")
    if not chosen:
        messages.error(request, _("Choose at least one firm."))
    elif attempt(asked, lambda: acts.keep(rows, by=request.user, on=request.today, why=why)):
        says = ngettext("%(count)s firm stays.", "%(count)s firms stay.", len(chosen)) % {"count": len(chosen)}
        messages.success(request, says)
    else:
        messages.error(request, " ".join(str(each) for each in asked.non_field_errors()))
    return True
