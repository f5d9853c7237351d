"""Who acts for the firm, whom it lets in besides, and who looked: given, seen and ended here."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import coaching as coaching_acts
from pipeline.acts import mandate as mandate_acts
from pipeline.acts import membership
from pipeline.fields import PhoneField, day_field, offer
from pipeline.models import Appointment, Firm, Invitation, Mandate, Seat, Viewing
from pipeline.portal import standing
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import spoken

PART_NAMES = {
    "figures": gettext_lazy("figures"),
    "rights": gettext_lazy("rights"),
    "plan": gettext_lazy("plan and diagnosis"),
    "papers": gettext_lazy("papers"),
    "verdict": gettext_lazy("verdict"),
    "one_page": gettext_lazy("one page"),
}
LOOKS_SHOWN = 20


def seat_choices(kinds: frozenset[str]) -> list[tuple[str, str]]:
    return [(kind, spoken(access.SEAT_NAMES[kind])) for kind in access.SEAT_NAMES if kind in kinds]


class InviteForm(forms.Form):
    to = forms.CharField(
        label=gettext_lazy("Telephone or e-mail"),
        help_text=gettext_lazy("of the one person who may use the link"),
        max_length=254,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Seat"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="invite")
        offer(self, "kind", seat_choices(access.FIRM))

    def clean_to(self) -> dict[str, str]:
        """The number or the address as the invitation is bound to it."""
        said = self.cleaned_data["to"].strip()
        if "@" in said:
            return {"email": forms.EmailField(max_length=254).clean(said)}
        return {"phone": PhoneField().clean(said)}


class MandateForm(forms.Form):
    kind, known = Mandate.AGENCY, Mandate.PARTS

    agent = forms.CharField(
        label=gettext_lazy("Log-in name of the agency"), help_text=gettext_lazy("the agency tells it"), max_length=64
    )
    parts = forms.MultipleChoiceField(label=gettext_lazy("In which parts"), widget=forms.CheckboxSelectMultiple)
    until = day_field(gettext_lazy("Last day"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="mandate" if self.kind == Mandate.AGENCY else self.kind)
        offer(self, "parts", [(part, PART_NAMES[part]) for part in self.known])


class BankForm(MandateForm):
    kind, known = Mandate.BANK, Mandate.BANK_PARTS

    agent = forms.CharField(
        label=gettext_lazy("Log-in name at the bank"), help_text=gettext_lazy("the bank tells it"), max_length=64
    )


def people(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    invite, mandate, bank = InviteForm(), MandateForm(), BankForm()
    if request.method == "POST":
        deed = request.POST.get("do", "consent")
        if deed == "invite":
            invite = InviteForm(request.POST)
            link = _invited(request, firm, invite)
            if link:
                return render(request, "portal/people/invited.html", {"firm": firm, "link": link})
        elif deed == "mandate":
            mandate = MandateForm(request.POST)
            if _granted(request, firm, mandate):
                return redirect("portal:people", uscc)
        elif deed == "bank":
            bank = BankForm(request.POST)
            if _granted(request, firm, bank):
                return redirect("portal:people", uscc)
        elif deed in DEEDS:
            DEEDS[deed](request, firm)
            return redirect("portal:people", uscc)
        else:
            raise Http404("no such deed")
    context = {"firm": firm, "invite": invite, "mandate": mandate, "bank": bank, **_shown(request, firm)}
    return render(request, "portal/people/people.html", context)


def _shown(request: StaffRequest, firm: Firm) -> dict[str, Any]:
    mandates = Mandate.objects.current().filter(firm=firm).select_related("agent").order_by("pk")
    let_in = [(each, [PART_NAMES[part] for part in each.parts]) for each in mandates]
    looks = Viewing.objects.filter(firm=firm).select_related("person").order_by("-day", "-pk")[:LOOKS_SHOWN]
    seats = Seat.objects.filter(firm=firm, during__contains=request.today).select_related("user").order_by("pk")
    coaches = Appointment.objects.filter(firm=firm, during__contains=request.today).select_related("coach")
    return {
        "seats": seats,
        "kinds": seat_choices(access.FIRM - {membership.OWNER}),
        "invitations": Invitation.objects.filter(firm=firm).open_at(now()).order_by("pk"),
        "coaches": coaches,
        "mandates": [pair for pair in let_in if pair[0].kind == Mandate.AGENCY],
        "banks": [pair for pair in let_in if pair[0].kind == Mandate.BANK],
        "looks": [(each, PART_NAMES[each.part]) for each in looks],
        "may": access.may(request.user, "membership.invite"),
    }


def _invited(request: StaffRequest, firm: Firm, form: InviteForm) -> str:
    """The link to pass on, which is shown this once; empty where the form was refused."""
    access.require(request.user, "membership.invite", Firm.objects.filter(pk=firm.pk))
    if not form.is_valid():
        return ""
    said = form.cleaned_data
    tokens: list[str] = []
    attempt(form, lambda: tokens.append(membership.invite(firm, said["kind"], by=request.user, at=now(), **said["to"])))
    return request.build_absolute_uri(reverse("portal:join", args=tokens)) if tokens else ""


def _granted(request: StaffRequest, firm: Firm, form: MandateForm) -> bool:
    access.require(request.user, "mandate.grant", Firm.objects.filter(pk=firm.pk))
    if not form.is_valid():
        return False
    said = {**form.cleaned_data, "kind": form.kind}
    granted = attempt(form, lambda: mandate_acts.grant(firm, by=request.user, on=request.today, **said))
    if granted:
        agency = form.kind == Mandate.AGENCY
        done = _("The agency may act for you now, as long as you say.")
        messages.success(request, done if agency else _("The bank may look now, as long as you say."))
    return granted


def _consent(request: StaffRequest, firm: Firm) -> None:
    coach = request.POST.get("coach", "")
    appointment = get_object_or_404(Appointment, firm=firm, coach__username=coach, consented_on=None)
    coaching_acts.consent(appointment, by=request.user, on=request.today)
    messages.success(request, _("Your coach may now see your papers."))


def _withdraw_consent(request: StaffRequest, firm: Firm) -> None:
    coach = request.POST.get("coach", "")
    held = Appointment.objects.filter(firm=firm, coach__username=coach, during__contains=request.today)
    coaching_acts.withdraw_consent(get_object_or_404(held, consented_on__isnull=False), by=request.user)
    messages.success(request, _("The coach sees nothing of your firm any more."))


def _revoke(request: StaffRequest, firm: Firm) -> None:
    mandate = get_object_or_404(Mandate.objects.current(), firm=firm, agent__username=request.POST.get("agent", ""))
    mandate_acts.revoke(mandate, by=request.user, on=request.today)
    agency = mandate.kind == Mandate.AGENCY
    messages.success(request, _("The agency acts for you no more.") if agency else _("The bank sees nothing any more."))


def _withdraw(request: StaffRequest, firm: Firm) -> None:
    invitation = get_object_or_404(Invitation, firm=firm, pk=number_sent(request.POST.get("invitation", "")))
    membership.withdraw(invitation, by=request.user, at=now())
    messages.success(request, _("The link works no more."))


def _seat(request: StaffRequest, firm: Firm) -> Seat:
    held = Seat.objects.filter(firm=firm, during__contains=request.today)
    return get_object_or_404(held, pk=number_sent(request.POST.get("seat", "")))


def _change(request: StaffRequest, firm: Firm) -> None:
    form = forms.Form(request.POST)
    kind = request.POST.get("kind", "")
    changed = attempt(form, lambda: membership.change(_seat(request, firm), kind, by=request.user, on=request.today))
    _tell(request, form, _("The seat is changed.") if changed else "")


def _end(request: StaffRequest, firm: Firm) -> None:
    form, seat = forms.Form(request.POST), _seat(request, firm)
    attempt(form, lambda: membership.end(seat, by=request.user, on=request.today))
    _tell(request, form, _("%(name)s acts for the firm no more.") % {"name": seat.user})


def _tell(request: StaffRequest, form: forms.Form, done: str) -> None:
    for says in form.non_field_errors():
        messages.error(request, str(says))
    if form.is_valid():
        messages.success(request, done)


DEEDS: dict[str, Callable[[StaffRequest, Firm], None]] = {
    "consent": _consent,
    "withdraw-consent": _withdraw_consent,
    "revoke": _revoke,
    "withdraw": _withdraw,
    "change": _change,
    "end": _end,
}
