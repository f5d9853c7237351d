"""Who of the office has how many cases in hand and how late they are; handing them over."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import assignment
from pipeline.desk.attempt import attempt
from pipeline.desk.office import people_of, tabs
from pipeline.desk.paging import page_of
from pipeline.desk.standing import open_dossier, standing_of
from pipeline.fields import offer_rows
from pipeline.models import Absence, Case, User
from pipeline.models.in_force import calendar_in_force
from pipeline.models.people import own_offices
from pipeline.models.work import by_deadline
from pipeline.request import StaffRequest

GROUPS = ("over", "today", "soon", "later")


@dataclass(frozen=True)
class Line:
    """One person's cases; each number with the list it opens."""

    person: User | None
    counts: dict[str, int]
    median: int | None
    away: Absence | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def address(self) -> str:
        return reverse("desk:queue") + (f"?view=all&officer={self.person.pk}" if self.person else "?view=unassigned")

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        return [(name, self.counts[name], f"{self.address}&when={name}") for name in GROUPS]


class HandOverForm(forms.Form):
    officer = forms.ModelChoiceField(User.objects.none(), empty_label="—", label=gettext_lazy("To whom"))
    note = forms.CharField(
        label=gettext_lazy("Why they change hands"), max_length=500, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, data: Any, user: User, former: User) -> None:
        super().__init__(data)
        offer_rows(self, "officer", people_of(user).exclude(pk=former.pk))


def workload(request: StaffRequest) -> HttpResponse:
    lines = _lines(request)
    context = {
        "tabs": tabs(request.user, "desk:workload"),
        "lines": lines,
        "most": max((line.total for line in lines), default=0),
        "total": sum(line.total for line in lines),
        "may_hand_over": access.may(request.user, "case.assign"),
        "section": "desk:workload",
    }
    return render(request, "desk/workload/workload.html", context)


def hand_over(request: StaffRequest) -> HttpResponse:
    """All of a colleague's cases, or the chosen ones, to another, with a reason."""
    if "from" not in request.GET:
        return redirect("desk:workload")
    former = get_object_or_404(people_of(request.user), pk=_number(request.GET.get("from", "")))
    held = Case.objects.visible_to(request.user).open().filter(officer=former)
    form = HandOverForm(request.POST or None, request.user, former)
    if request.method == "POST" and form.is_valid() and _handed(request, form, held):
        return redirect("desk:workload")
    page = page_of(request, held.first_due_first().values_list("pk", flat=True), held.count())
    cases = [
        standing_of(case, open_dossier(case), request.user, request.today)
        for case in Case.objects.in_turn(page.object_list)
    ]
    context = {
        "former": former,
        "form": form,
        "page": page,
        "rows": cases,
        "total": page.paginator.count,
        "section": "desk:workload",
    }
    return render(request, "desk/workload/handover.html", context)


def _handed(request: StaffRequest, form: HandOverForm, held: Any) -> bool:
    """The chosen numbers must all be this colleague's: a foreign one among them refuses the whole."""
    numbers = set(request.POST.getlist("chosen"))
    chosen = held if "everything" in request.POST else held.filter(number__in=numbers)
    if "everything" not in request.POST:
        if not numbers:
            form.add_error(None, _("Choose at least one case, or all of them."))
            return False
        if chosen.count() != len(numbers):
            form.add_error(None, _("One of the chosen cases is no longer in these hands. Look at the list again."))
            return False
    said, count = form.cleaned_data, chosen.count()

    def act() -> None:
        rows = Case.objects.filter(pk__in=list(chosen.values_list("pk", flat=True)))
        assignment.hand_over(rows, said["officer"], by=request.user, on=request.today, note=said["note"])

    if not attempt(form, act):
        return False
    words = {"count": count, "name": said["officer"].name}
    says = ngettext("%(count)s case is with %(name)s now.", "%(count)s cases are with %(name)s now.", count)
    messages.success(request, says % words)
    return True


def _lines(request: StaffRequest) -> list[Line]:
    user, today = request.user, request.today
    people = list(people_of(user))
    groups = by_deadline(today, calendar_in_force())
    cases = Case.objects.visible_to(user)
    held = {row["officer"]: row for row in cases.by_officer(groups, [each.pk for each in people])}
    away = {each.user_id: each for each in Absence.objects.today().filter(user__in=people).select_related("substitute")}
    lines = [_line(each, held.get(each.pk), away.get(each.pk), today) for each in people]
    lines.sort(key=lambda line: (-line.total, line.person.name if line.person else ""))
    free = cases.unheld(user).count_groups(groups)
    return [*lines, Line(None, free, None, None)] if own_offices(user) else lines


def _line(person: User, row: dict[str, Any] | None, away: Absence | None, today: date) -> Line:
    if row is None:
        return Line(person, dict.fromkeys(GROUPS, 0), None, away)
    return Line(person, {name: row[name] for name in GROUPS}, (today - row["middle"]).days, away)


def _number(sent: str) -> int:
    return int(sent) if sent.isdecimal() and len(sent) < 10 else -1
