"""What an expert says of themselves: where they work, what they hold, what they know, when they take no tasks."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.types.range import DateRange

from pipeline.acts import expert as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import IdentifierField, day_field, offer
from pipeline.models import Expert
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.codes.identifiers import credit_code
from pipeline.rules.panels import KINDS
from pipeline.templatetags.look import spoken

QUALIFICATIONS = {
    Expert.SENIOR: gettext_lazy("senior professional title"),
    Expert.ACCOUNTANT: gettext_lazy("certified public accountant"),
    Expert.TAX_ADVISER: gettext_lazy("tax adviser"),
    Expert.OTHER: gettext_lazy("another"),
}
FINEST = 3  # digits of the fields to choose from; who knows one knows what lies in it


def _lines(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.Textarea({"rows": 3})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=8_000, widget=widget)


class ExpertForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("I judge"), widget=forms.RadioSelect)
    employer = forms.CharField(label=gettext_lazy("Employer"), max_length=200)
    employer_code = IdentifierField(
        label=gettext_lazy("Credit code of the employer"), reads=credit_code, required=False, max_length=18
    )
    qualification = forms.ChoiceField(label=gettext_lazy("Qualification"))
    years = forms.IntegerField(label=gettext_lazy("Years of practice"), min_value=0, max_value=70)
    knows = forms.MultipleChoiceField(
        label=gettext_lazy("Fields"), required=False, widget=forms.SelectMultiple({"size": 10})
    )
    shares = _lines(gettext_lazy("Firms I hold shares of"), gettext_lazy("A line each: credit code or whole name."))
    declared = _lines(
        gettext_lazy("Firms I keep away from"),
        gettext_lazy("For another reason. A line each: credit code or whole name."),
    )
    available = forms.BooleanField(label=gettext_lazy("I take tasks"), required=False)
    away_from = day_field(gettext_lazy("No task from"), required=False)
    away_until = day_field(gettext_lazy("until (that day included)"), required=False)

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "kind", [(kind, spoken(says)) for kind, says in KINDS.items()])
        offer(self, "qualification", QUALIFICATIONS.items())
        fields = carried_fields().items()
        offer(self, "knows", [(code, f"{code} {name}") for code, name in fields if len(code) <= FINEST])

    def clean(self) -> dict[str, Any]:
        said = dict(super().clean() or {})
        first, last = said.get("away_from"), said.get("away_until")
        if last and (not first or last < first):
            self.add_error("away_until", _("It lies after the day from which you take none."))
        return said

    def record(self) -> dict[str, Any]:
        """As `acts.expert.keep` takes it."""
        said = self.cleaned_data
        away = DateRange(said["away_from"], said["away_until"], "[]") if said["away_from"] else None
        lists = {name: _split(said[name]) for name in ("shares", "declared")}
        plain = {
            name: said[name] for name in ("kind", "employer", "employer_code", "qualification", "years", "available")
        }
        return {**plain, **lists, "fields": said["knows"], "away": away}


def expert(request: StaffRequest) -> HttpResponse:
    kept = Expert.objects.visible_to(request.user).filter(user=request.user).first()
    form = ExpertForm(request.POST or None, initial=_initial(kept))
    if request.method == "POST" and form.is_valid() and _keeps(request, form):
        messages.success(request, _("Kept. The next draw goes by it."))
        return redirect("advisers:expert")
    context = {"form": form, "kept": kept, "version": kept.version if kept else 0}
    return render(request, "advisers/expert/expert.html", context, status=422 if form.errors else 200)


def _keeps(request: StaffRequest, form: ExpertForm) -> bool:
    version = number_sent(request.POST.get("version", ""))
    try:
        acts.keep(request.user, form.record(), by=request.user, on=request.today, version=version)
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            place = {"fields": "knows"}.get(missing.place, missing.place)
            form.add_error(place if place in form.fields else None, missing.says)
        return False
    return True


def _initial(kept: Expert | None) -> dict[str, Any]:
    if kept is None:
        return {"available": True, "years": 0}
    names = ("kind", "employer", "employer_code", "qualification", "years", "available")
    lists = {"knows": kept.fields, "shares": "\n".join(kept.shares), "declared": "\n".join(kept.declared)}
    away: DateRange | None = kept.away
    days = {"away_from": away.lower, "away_until": _last(away)} if away else {}
    return {name: getattr(kept, name) for name in names} | lists | days


def _last(away: DateRange) -> Any:
    return away.upper - timedelta(days=1) if away.upper else None


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
