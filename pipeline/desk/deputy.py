"""Who is away and who stands in; whose signature somebody else gives for a while."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import deputy as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.office import people_of, tabs
from pipeline.fields import day_field, offer_rows
from pipeline.models import Absence, Delegation, User
from pipeline.request import StaffRequest, number_sent


class AbsenceForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), empty_label="—", label=gettext_lazy("Who is away"))
    substitute = forms.ModelChoiceField(User.objects.none(), empty_label="—", label=gettext_lazy("Who stands in"))
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=200)

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data, auto_id="away_%s", initial={"user": user.pk})
        people = people_of(user)
        own = people if user.seat_kinds & access.HEADS else people.filter(pk=user.pk)
        offer_rows(self, "user", own)
        offer_rows(self, "substitute", people)


class SignatureForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), empty_label="—", label=gettext_lazy("Who signs"))
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    note = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=200)

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data, auto_id="sign_%s")
        offer_rows(self, "to", people_of(user).exclude(pk=user.pk))


def absences(request: StaffRequest) -> HttpResponse:
    user = request.user
    away = AbsenceForm(request.POST if "away" in request.POST else None, user)
    sign = SignatureForm(request.POST if "sign" in request.POST else None, user)
    if request.method == "POST" and _done(request, away, sign):
        return redirect("desk:absences")
    noted = Absence.objects.visible_to(user).filter(during__endswith__gt=request.today)
    given = Delegation.objects.visible_to(user).filter(during__endswith__gt=request.today)
    context = {
        "tabs": tabs(user, "desk:absences"),
        "away": away,
        "sign": sign,
        "form": sign if sign.is_bound else away,
        "absences": noted.select_related("user", "substitute", "office").order_by("during", "pk"),
        "signatures": given.select_related("giver", "to", "office").order_by("during", "pk"),
        "may_give": access.may(user, "signature.give"),
        "head": bool(user.seat_kinds & access.HEADS),
        "section": "desk:workload",
    }
    return render(request, "desk/deputy/absences.html", context)


def _done(request: StaffRequest, away: AbsenceForm, sign: SignatureForm) -> bool:
    user, today = request.user, request.today

    def note() -> None:
        acts.note_absence(by=user, on=today, **away.cleaned_data)

    def give() -> None:
        acts.give_signature(by=user, on=today, **sign.cleaned_data)

    if "away" in request.POST and away.is_valid() and attempt(away, note):
        messages.success(request, _("Noted: the cases are with the substitute, and it ends by itself."))
        return True
    if "sign" in request.POST and sign.is_valid() and attempt(sign, give):
        messages.success(request, _("The signature is given; it ends by itself."))
        return True
    return _ended(request)


def _ended(request: StaffRequest) -> bool:
    user, today = request.user, request.today
    if "back" in request.POST:
        chosen = Absence.objects.visible_to(user).filter(pk=number_sent(request.POST["back"]))
        _there(chosen.exists())
        acts.end_absence(chosen, by=user, on=today)
    elif "take_back" in request.POST:
        given = Delegation.objects.filter(giver=user, pk=number_sent(request.POST["take_back"]))
        _there(given.exists())
        acts.take_signature_back(given, by=user, on=today)
    else:
        return False
    messages.success(request, _("Ended."))
    return True


def _there(is_there: bool) -> None:
    if not is_there:
        raise Http404("no such line")
