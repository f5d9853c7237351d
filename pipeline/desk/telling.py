"""How a person is told beyond the application: everybody's own page, whatever their seat."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import jobs
from pipeline.acts import telling as acts
from pipeline.desk.attempt import attempt
from pipeline.fields import offer
from pipeline.models import Delivery, PhoneProof, Telling
from pipeline.models.telling import CHANNELS, DINGTALK, MAIL, SMS, WECOM
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.figures import masked_phone


def _clock() -> forms.TimeInput:
    return forms.TimeInput({"type": "time", "class": "w-day"}, format="%H:%M")


class TellingForm(forms.Form):
    urgent = forms.MultipleChoiceField(label=gettext_lazy("Channels"), required=False)
    ordinary = forms.MultipleChoiceField(required=False)
    wecom = forms.CharField(
        label=gettext_lazy("WeCom account"),
        help_text=gettext_lazy("as your WeCom administrator has it on the list of members"),
        required=False,
        max_length=64,
    )
    dingtalk = forms.CharField(
        label=gettext_lazy("DingTalk account"),
        help_text=gettext_lazy("the user ID from the DingTalk administration; you are called on in the bureau's group"),
        required=False,
        max_length=64,
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=_clock())
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        help_text=gettext_lazy("What happens in between is sent at the end. Leave both empty to be told at any hour."),
        required=False,
        widget=_clock(),
    )
    digest = forms.BooleanField(
        label=gettext_lazy("Put the other messages of a day into one, sent when the quiet hours end"), required=False
    )

    def __init__(self, data: Any, *, offered: list[str], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        for name in ("urgent", "ordinary"):
            offer(self, name, [(each, each) for each in offered])
        for name in {WECOM, DINGTALK} - set(offered):
            del self.fields[name]


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel", "class": "w-code"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the SMS"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-day"}),
    )


@dataclass(frozen=True)
class Line:
    """A channel on the page: where it reaches the person, or why it does not."""

    channel: str
    name: str
    where: str
    usable: bool
    urgent: bool
    ordinary: bool
    last: str


def telling(request: StaffRequest) -> HttpResponse:
    told, deed = acts.of(request.user), request.POST.get("do", "")
    form = _form(request.POST if deed == "choose" else None, told)
    phone = PhoneForm(request.POST if deed == "code" else None, initial={"phone": told.phone or request.user.phone})
    code = CodeForm(request.POST if deed == "confirm" else None)
    if request.method == "POST" and _done(request, deed, form, phone, code):
        return redirect("telling")
    shown = {"told": told, "form": form, "phone": phone, "code": code, "lines": list(_lines(form, told))}
    asked = PhoneProof.objects.filter(person=request.user).usable(now()).order_by("-pk").first()
    return render(request, "desk/telling/telling.html", {**shown, "asked": asked, "sms": SMS in acts.offered()})


def _form(data: Any, told: Telling) -> TellingForm:
    fields = ("urgent", "ordinary", "wecom", "dingtalk", "quiet_from", "quiet_until", "digest")
    return TellingForm(data, offered=acts.offered(), initial={name: getattr(told, name) for name in fields})


def _done(request: StaffRequest, deed: str, form: TellingForm, phone: PhoneForm, code: CodeForm) -> bool:
    if deed == "forget":
        acts.forget_phone(request.user)
        messages.success(request, _("Your mobile number is forgotten, and nothing is sent to it any more."))
        return True
    deeds = {"choose": (form, _chosen), "code": (phone, _code_asked), "confirm": (code, _confirmed)}
    if deed not in deeds:
        return True
    filled, act = deeds[deed]
    return filled.is_valid() and act(request, filled)


def _chosen(request: StaffRequest, form: forms.Form) -> bool:
    said, told = form.cleaned_data, acts.of(request.user)
    kept = {name: said.get(name, getattr(told, name)) for name in ("wecom", "dingtalk")}
    choice = acts.Choice(**{**said, **kept})
    version = number_sent(request.POST.get("version", ""))
    chosen = attempt(form, lambda: acts.choose(request.user, choice, version=version))
    if chosen:
        messages.success(request, _("From now on you are told as you say here."))
    return chosen


def _code_asked(request: StaffRequest, form: forms.Form) -> bool:
    number, session = form.cleaned_data["phone"], request.session.session_key or ""
    asked = attempt(form, lambda: acts.ask_code(request.user, number, session=session, at=now()))
    if asked:
        transaction.on_commit(jobs.send_codes.delay, robust=True)
        messages.success(request, _("A code is on its way. It works for ten minutes and in this window only."))
    return asked


def _confirmed(request: StaffRequest, form: forms.Form) -> bool:
    session = request.session.session_key or ""
    if acts.confirm(request.user, form.cleaned_data["code"], session=session, at=now()):
        messages.success(request, _("The number is yours. You can choose SMS now."))
        return True
    form.add_error(
        "code", _("This is not the code, or it works no more. Look at the last SMS, or ask for another code.")
    )
    return False


def _lines(form: TellingForm, told: Telling) -> Iterator[Line]:
    there, last = acts.offered(), _last_by_channel(told)
    ticked = {name: set(form[name].value() or []) for name in ("urgent", "ordinary")}
    for channel in CHANNELS:
        usable = channel in there and (channel in (WECOM, DINGTALK) or bool(told.address(channel)))
        yield Line(
            channel,
            str(acts.NAMES[channel]),
            _where(channel, told, there),
            usable,
            channel in ticked["urgent"],
            channel in ticked["ordinary"],
            last.get(channel, ""),
        )


def _where(channel: str, told: Telling, there: list[str]) -> str:
    if channel not in there:
        return _("not offered here")
    address = told.address(channel)
    if address:
        return masked_phone(address) if channel == SMS else address
    return {
        MAIL: _("your account has no address"),
        SMS: _("confirm your mobile number first"),
    }.get(channel, _("enter your account below"))


def _last_by_channel(told: Telling) -> dict[str, str]:
    """What became of the last message by each channel, where it did not arrive."""
    rows = Delivery.objects.filter(person=told.person).exclude(state=Delivery.MOOT)
    newest = rows.order_by("channel", "-pk").distinct("channel").values_list("channel", "state", "tries")
    says = {Delivery.DEAD: _("The last message could not be delivered: read it under messages.")}
    late = _("The last message is not delivered yet; it is tried again.")
    return {
        channel: says.get(state, late if state in Delivery.OPEN and tries else "") for channel, state, tries in newest
    }
