"""Which days are worked: a year at a glance, and the yearly notice taken in by one person and compared by another."""

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import calendar as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.office import tabs
from pipeline.desk.signature import missing_year
from pipeline.models import YearNotice
from pipeline.models.in_force import calendar_in_force
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.holidays import NoticeRefused, read_notice
from pipeline.rules.workdays import Calendar, NoticeDay
from pipeline.templatetags.look import language, spoken

LARGEST = 200_000  # bytes of a notice
LAST_YEAR = 2099


class NoticeForm(forms.Form):
    """The notice as text or as a file, and the document it comes from."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2007, max_value=LAST_YEAR)
    document = forms.CharField(
        label=gettext_lazy("Document"), max_length=acts.LONGEST, help_text=gettext_lazy("Its number or address")
    )
    text = forms.CharField(
        label=gettext_lazy("The notice"),
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("Its sentences as they stand, or a line a day: the day, the holiday, off or work"),
    )
    file = forms.FileField(label=gettext_lazy("Or a text file"), required=False)
    days: list[NoticeDay]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if "year" not in said:
            return said
        text = said.get("text") or self._from_file(said.get("file"))
        try:
            self.days = read_notice(text, said["year"])
        except NoticeRefused as refused:
            for fault in refused.faults:
                place = _("Line %(n)s: ") % {"n": fault.line} if fault.line else ""
                self.add_error("text", place + spoken(fault.says))
        else:
            if not self.days:
                self.add_error("text", _("No day of a notice was found in it. Paste its sentences, or a line a day."))
        said["text"] = text
        return said

    def _from_file(self, file: Any) -> str:
        if file is None:
            return ""
        if file.size > LARGEST:
            self.add_error("file", _("A notice is a page of text: this file is too large."))
            return ""
        content: bytes = file.read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        self.add_error("file", _("This is no text file. Save the notice as plain text, or paste it."))
        return ""


@dataclass(frozen=True)
class Day:
    """A cell of a month: `kind` is off, worked (a weekend made up), weekend, or empty for a plain working day."""

    day: date
    kind: str
    says: str


def calendar(request: StaffRequest) -> HttpResponse:
    known = calendar_in_force()
    year = _year(request, known)
    form = NoticeForm(None, initial={"year": known.last_announced_year + 1})
    if request.method == "POST":
        if "confirm" in request.POST or "drop" in request.POST:
            return _decided(request)
        form = NoticeForm(request.POST, request.FILES)
        if form.is_valid() and "take" in request.POST and _taken(request, form):
            return redirect(f"{reverse('desk:calendar')}?year={form.cleaned_data['year']}")
    return render(request, "desk/calendar/calendar.html", _shown(request, known, year, form))


def _shown(request: StaffRequest, known: Calendar, year: int, form: NoticeForm) -> dict[str, Any]:
    months = [_month(known, year, month) for month in range(1, 13)]
    notices = list(YearNotice.objects.filter(year=year).select_related("proposed_by", "confirmed_by").order_by("-pk"))
    return {
        "weekdays": [(name, str(name)[:2] if language() == "en" else str(name)[-1]) for name in WEEKDAYS.values()],
        "tabs": tabs(request.user, "desk:calendar"),
        "year": year,
        "before": year - 1 if year > known.first_announced_year else None,
        "after": year + 1 if year <= known.last_announced_year else None,
        "months": months,
        "announced": known.announced(date(year, 1, 1)),
        "workdays": known.between(date(year - 1, 12, 31), date(year, 12, 31)),
        "days": known.notices_of(year),
        "confirmed": next((each for each in notices if each.confirmed_on), None),
        "open": next((each for each in notices if not each.confirmed_on and not each.dropped_on), None),
        "form": form,
        "read": getattr(form, "days", []) if form.is_bound and not form.errors else [],
        "may": access.may(request.user, "calendar.propose"),
        "may_confirm": access.may(request.user, "calendar.confirm"),
        "missing": missing_year(request),
        "section": "desk:workload",
    }


def _year(request: StaffRequest, known: Calendar) -> int:
    asked = number_sent(request.GET.get("year", ""))
    return asked if known.first_announced_year <= asked <= known.last_announced_year + 1 else request.today.year


def _month(known: Calendar, year: int, month: int) -> dict[str, Any]:
    told = {each.day: each for each in known.notices_of(year)}
    weeks = [
        [_day(each, told.get(each)) if each.month == month else None for each in week]
        for week in Weeks().monthdatescalendar(year, month)
    ]
    return {"first": date(year, month, 1), "weeks": weeks}


def _day(day: date, told: NoticeDay | None) -> Day:
    if told is not None:
        return Day(day, "off" if told.off else "worked", spoken(told.name))
    return Day(day, "weekend" if day.weekday() >= 5 else "", "")


def _taken(request: StaffRequest, form: NoticeForm) -> bool:
    said = {"year": form.cleaned_data["year"], "document": form.cleaned_data["document"], "days": form.days}
    if not attempt(form, lambda: acts.propose(by=request.user, on=request.today, **said)):
        return False
    messages.success(request, _("Taken in. It counts once a second person has compared it with the document."))
    return True


def _decided(request: StaffRequest) -> HttpResponse:
    act = "confirm" if "confirm" in request.POST else "drop"
    notices = YearNotice.objects.filter(pk=number_sent(request.POST[act]))
    taken = notices.first()
    if taken is None:
        raise Http404("no such notice")
    form = forms.Form(request.POST)
    form.is_valid()
    changed: list[int] = []
    if act == "drop":
        acts.drop(notices, by=request.user, on=request.today)
        messages.success(request, _("Dropped."))
    elif attempt(form, lambda: changed.append(acts.confirm(notices, by=request.user, on=request.today))):
        says = ngettext(
            "The days count from now on; %(count)s due day changed.",
            "The days count from now on; %(count)s due days changed.",
            changed[0],
        )
        messages.success(request, says % {"count": changed[0]})
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(f"{reverse('desk:calendar')}?year={taken.year}")
