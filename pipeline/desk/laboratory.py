"""The policy laboratory: suppose other numbers of a book, try them on every firm at once, keep them as a scheme."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import jobs
from pipeline.acts import book as book_acts
from pipeline.acts import trial as trial_acts
from pipeline.acts.trial import Side
from pipeline.desk.attempt import attempt
from pipeline.desk.book import GROUPS, DayForm, group_of
from pipeline.desk.difference import title_of
from pipeline.desk.numbers import Numbers, Parameter
from pipeline.fields import day_field, offer
from pipeline.models import BookDraft, Trial
from pipeline.models.in_force import book_in_force
from pipeline.request import StaffRequest, number_sent
from pipeline.rules import NoValue
from pipeline.rules.condition import TITLES as RULES
from pipeline.rules.programmes import conditions_of
from pipeline.rules.shelf.volumes import TITLES, BookRefused
from pipeline.templatetags.look import spoken

TRIED = ("pool", "hte", "sme")  # books whose figures the record has
SHOWN = 20  # trials and schemes on the first page

STATES = {
    "draft": gettext_lazy("draft"),
    "proposed": gettext_lazy("waits for the second signature"),
    "published": gettext_lazy("published"),
    "rejected": gettext_lazy("not published"),
    "withdrawn": gettext_lazy("taken back"),
}


class NameForm(forms.Form):
    """Beside the numbers, where a trial needs no name: the browser insists on none."""

    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("Name of the scheme"), max_length=100, widget=forms.TextInput({"class": "entry"})
    )


class SideForm(forms.Form):
    """Which book, on which day: one in force, or a scheme."""

    book = forms.ChoiceField(label=gettext_lazy("Book or scheme"), widget=forms.Select({"class": "entry"}))
    on = day_field(gettext_lazy("Day"))

    def __init__(self, *args: Any, schemes: list[BookDraft], **also: Any) -> None:
        super().__init__(*args, **also)
        self.schemes = {str(each.public_id): each for each in schemes}
        in_force = [(name, spoken(TITLES[name])) for name in TRIED]
        kept = [(key, f"{each.name} ({spoken(TITLES[each.book])})") for key, each in self.schemes.items()]
        choices: list[Any] = [(_("In force"), in_force)]
        offer(self, "book", choices + ([(_("Schemes"), kept)] if kept else []))

    def clean(self) -> dict[str, Any]:
        """The side of a trial, or why the book cannot be had on that day."""
        said: dict[str, Any] = self.cleaned_data
        if "book" in said and "on" in said:
            scheme = self.schemes.get(said["book"])
            try:
                said["side"] = side_of(scheme, said["on"]) if scheme else trial_acts.side(said["book"], said["on"])
            except NoValue:
                self.add_error("on", _("The book says nothing of this day yet."))
            except BookRefused as refused:
                self.add_error("book", "; ".join(spoken(fault.says) for fault in refused.faults))
        return said


def side_of(scheme: BookDraft, day: date) -> Side:
    return trial_acts.side(scheme.book, day, scheme.changes, scheme.name)


def laboratory(request: StaffRequest) -> HttpResponse:
    """Books to start from, two sides to compare, schemes and what was tried before."""
    schemes = list(BookDraft.objects.visible_to(request.user).select_related("author").order_by("-pk")[:SHOWN])
    forms_of_sides = [_side_form(request, which, schemes) for which in ("one", "two")]
    if request.method == "POST" and sum(form.is_valid() for form in forms_of_sides) == len(forms_of_sides):
        one, two = (form.cleaned_data["side"] for form in forms_of_sides)
        return tried(request, one, two)
    trials = Trial.objects.visible_to(request.user).select_related("by", "office").order_by("-pk")[:SHOWN]
    context = {
        "section": "desk:laboratory",
        "books": [{"name": name, "title": TITLES[name]} for name in TRIED],
        "one": forms_of_sides[0],
        "two": forms_of_sides[1],
        "sides": list(zip([_("Before"), _("After")], forms_of_sides, strict=True)),
        "schemes": [(each, TITLES[each.book], STATES[each.state]) for each in schemes],
        "trials": [_told(each) for each in trials],
    }
    return render(request, "desk/laboratory/laboratory.html", context)


def _told(trial: Trial) -> tuple[Trial, str, str]:
    """A trial with what was tried, and the condition its numbers are about."""
    rule = trial.outcome.get("rule")
    title = title_of(Side.from_json(trial.before), Side.from_json(trial.after))
    return trial, title, spoken(RULES[rule]) if rule in RULES else ""


def _side_form(request: StaffRequest, which: str, schemes: list[BookDraft]) -> SideForm:
    data = request.POST if request.method == "POST" else None
    return SideForm(data, prefix=which, schemes=schemes, initial={"on": request.today, "book": TRIED[0]})


def tried(request: StaffRequest, before: Side, after: Side) -> HttpResponse:
    """Run a small trial at once; a large one is left to a job, which the page of the trial watches."""
    trial = trial_acts.ask(before=before, after=after, by=request.user)
    if trial.firms_total <= trial_acts.AT_ONCE:
        trial_acts.run(trial.pk, by=request.user)
    else:
        transaction.on_commit(lambda: jobs.run_trial.delay(trial.pk, person=request.user.pk), robust=True)
    return redirect("desk:trial", trial.public_id)


def supposition(request: StaffRequest, name: str) -> HttpResponse:
    """The numbers of a book to be changed: tried, or kept as a scheme.

    `?scheme=` goes on from a scheme, `?trial=` from what was tried; `?on=` is the day of the book.
    """
    if name not in TRIED:
        raise Http404("this book is not tried on firms")
    scheme, side = _start(request, name)
    if request.method == "GET":
        day, person = side.day.isoformat(), request.user.pk
        transaction.on_commit(lambda: jobs.read_pool_ahead.delay(day, person=person), robust=True)
    base = book_in_force(name, side.day)
    start = side.supposed if side.changes else None
    form = Numbers(request.POST if request.method == "POST" else None, base=base, start=start)
    naming = NameForm(
        request.POST if request.POST.get("act") == "save" else None, initial={"name": scheme.name if scheme else ""}
    )
    if request.method == "POST" and form.is_valid():
        answer = (
            _kept(request, form, naming, scheme) if request.POST.get("act") == "save" else _try(request, form, side)
        )
        if answer is not None:
            return answer
    context = {
        "section": "desk:laboratory",
        "book": base,
        "day": side.day,
        "scheme": scheme,
        "form": form,
        "naming": naming,
        "groups": _grouped(form),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/laboratory/supposition.html", context, status=status)


def _start(request: StaffRequest, name: str) -> tuple[BookDraft | None, Side]:
    """Where the form begins: from a scheme, from a trial, or from the book as it stands."""
    if key := request.GET.get("scheme"):
        scheme = get_object_or_404(BookDraft.objects.visible_to(request.user), public_id=_uuid(key), book=name)
        return scheme, side_of(scheme, request.today)
    if key := request.GET.get("trial"):
        trial = get_object_or_404(Trial.objects.visible_to(request.user), public_id=_uuid(key))
        return None, Side.from_json(trial.after)
    asked = DayForm(request.GET)
    day = (asked.cleaned_data["on"] if asked.is_valid() else None) or request.today
    try:
        return None, trial_acts.side(name, day)
    except NoValue:
        return None, trial_acts.side(name, request.today)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("no such key") from None


def _try(request: StaffRequest, form: Numbers, side: Side) -> HttpResponse | None:
    if not form.changes:
        form.add_error(None, _("No number differs from the book. Change at least one."))
        return None
    before = trial_acts.side(side.book, side.day)
    return tried(request, before, trial_acts.side(side.book, side.day, form.changes))


def _kept(request: StaffRequest, form: Numbers, naming: NameForm, scheme: BookDraft | None) -> HttpResponse | None:
    """Keep the numbers as a scheme: a new one, or the one the form began with while it is still a draft."""
    if not naming.is_valid():
        return None
    name = naming.cleaned_data["name"]

    def keep() -> None:
        nonlocal scheme
        if scheme is not None and scheme.state == "draft":
            rows = BookDraft.objects.filter(pk=scheme.pk)
            seen = number_sent(request.POST.get("version", ""))
            changed = {"name": name, "changes": form.changes, "by": request.user, "on": request.today}
            book_acts.change(rows, version=seen, **changed)
        else:
            scheme = book_acts.save(
                name=name, book=form.base.name, changes=form.changes, by=request.user, on=request.today
            )

    if not attempt(naming, keep) or scheme is None:
        return None
    messages.success(request, _("The scheme “%(name)s” is kept.") % {"name": name})
    return redirect("desk:scheme", scheme.public_id)


def _grouped(form: Numbers) -> list[tuple[str, list[Parameter], bool]]:
    """The numbers by what they are for; a group is open where something in it is changed, the conditions always."""
    conditions = {each.rule for each in conditions_of(form.base)}
    found: dict[str, list[Parameter]] = {group: [] for group in GROUPS}
    for each in form.parameters():
        found[group_of(each.entry, conditions)].append(each)
    return [
        (str(GROUPS[group]), rows, group == "conditions" or any(each.changed or each.faults for each in rows))
        for group, rows in found.items()
        if rows
    ]
