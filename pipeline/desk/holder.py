"""One certificate in the years after it: what it owes, what changed, and what its end means for the tax."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import holder as acts
from pipeline.acts.listings.certification import OBLIGATIONS, STATES
from pipeline.desk.attempt import attempt
from pipeline.desk.identity import identity
from pipeline.fields import IdentifierField, day_field, offer
from pipeline.models import Certificate, CertificateEvent, Firm, Obligation
from pipeline.models.certificate import GROUNDS, under_recheck
from pipeline.request import StaffRequest
from pipeline.rules import books
from pipeline.rules.codes.identifiers import certificate_number
from pipeline.rules.law.aftermath import tax_says
from pipeline.rules.law.obligations import CHANGES, status_after
from pipeline.rules.shelf.readings import STATUS
from pipeline.templatetags.look import spoken

EVENTS: dict[str, str | Promise] = {
    "moved_in": gettext_lazy("Moved in with it"),
    "recheck": gettext_lazy("Checked anew"),
    "kept": gettext_lazy("The status stays"),
    "revoked": gettext_lazy("Revoked"),
    "superseded": gettext_lazy("Followed by the next"),
}
WHY: dict[str, str | Promise] = {
    "not_eligible": gettext_lazy("Conditions not met (art. 16)"),
    "change": gettext_lazy("Not eligible after a change (art. 17)"),
    "fraud": gettext_lazy("Falsehood in the application (art. 19 (1))"),
    "accident": gettext_lazy("Serious accident or offence (art. 19 (2))"),
    "not_reported": gettext_lazy("Change or annual reports not reported (art. 19 (3))"),
}
DUTY_STATES: dict[str, tuple[str | Promise, str]] = {
    "done": (gettext_lazy("done"), "good"),
    "late": (gettext_lazy("done late"), "warn"),
    "missed": (gettext_lazy("past its day"), "bad"),
    "due": (gettext_lazy("to be done"), ""),
}


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=1_000, widget=forms.Textarea({"rows": 3}))


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What changed"))
    changed_on = day_field(gettext_lazy("Day of the change"))
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=1_000, required=False)

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "kind", [(kind, spoken(CHANGES[law].to_json())) for kind, law in acts.REPORTED.items()])


class RevokeForm(NoteForm):
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    since = day_field(gettext_lazy("Day of the deed, or since when the conditions were not met"))
    revoked_on = day_field(gettext_lazy("Day of the decision"))
    field_order = ("ground", "since", "revoked_on", "note")

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "ground", [(ground, WHY[ground]) for ground in GROUNDS])


class MoveInForm(forms.Form):
    number = IdentifierField(
        reads=certificate_number,
        label=gettext_lazy("Number of the certificate"),
        max_length=20,
        widget=forms.TextInput({"class": "w-code", "autocomplete": "off"}),
    )
    issued_on = day_field(gettext_lazy("Day of issue, as printed"))
    moved_on = day_field(gettext_lazy("Day of the move"))
    place = forms.CharField(label=gettext_lazy("Where it came from"), max_length=100)


FORMS: dict[str, tuple[type[forms.Form], str, Callable[..., object]]] = {
    "change": (ChangeForm, "certificate.note_change", acts.note_change),
    "recheck": (NoteForm, "certificate.recheck", acts.recheck),
    "keep": (NoteForm, "certificate.recheck", acts.keep),
    "revoke": (RevokeForm, "certificate.revoke", acts.revoke),
}


def certificate(request: StaffRequest, number: str) -> HttpResponse:
    """The certificate with its obligations and its history; the acts that its state allows."""
    seen = Certificate.objects.within(request.user.reach(access.OFFICE)).with_ending(request.today)
    held = get_object_or_404(seen, number=number)
    forms_ = {
        name: form(request.POST if name in request.POST else None, prefix=name) for name, (form, *_x) in FORMS.items()
    }
    chosen = next((name for name in FORMS if name in request.POST), "")
    if chosen and forms_[chosen].is_valid() and attempt(forms_[chosen], lambda: _do(request, held, chosen, forms_)):
        messages.success(request, _("It is on record."))
        return redirect("desk:certificate", number)
    return render(request, "desk/holder/certificate.html", _shown(request, held, forms_, chosen))


def moved_in(request: StaffRequest, firm: Firm, form: MoveInForm) -> bool:
    """Whether the certificate that a firm moved in with was recorded."""
    said = form.cleaned_data if form.is_valid() else None
    if said is None or not attempt(form, lambda: acts.move_in(firm, by=request.user, on=request.today, **said)):
        return False
    messages.success(request, _("Certificate %(number)s is on record; its obligations are listed.") % said)
    return True


def _do(request: StaffRequest, held: Certificate, chosen: str, forms_: dict[str, forms.Form]) -> None:
    one = Certificate.objects.filter(pk=held.pk)
    FORMS[chosen][2](one, by=request.user, on=request.today, **forms_[chosen].cleaned_data)


def _shown(request: StaffRequest, held: Any, forms_: dict[str, forms.Form], chosen: str) -> dict[str, Any]:
    today = request.today
    events = list(CertificateEvent.objects.filter(certificate=held).select_related("by").order_by("on", "pk"))
    owed = list(Obligation.objects.filter(certificate=held).order_by("due_on"))
    book = books("obligations", today)
    state = held.state_after(held.ending, today)
    revoked = next((each for each in events if each.kind == "revoked" and each.on <= today), None)
    since = (revoked.since or revoked.on) if revoked else None
    says = tax_says(held.issued_on, book, since=since, renewed=state == "superseded")
    firm: Any = Firm.objects.with_county().get(pk=held.firm_id)
    recheck = "keep" if under_recheck(each.kind for each in events) else "recheck"
    offered = ["change", recheck, "revoke"] if state == "valid" else []
    return {
        "section": "desk:certificates",
        "identity": identity(request.user, firm, on=today, here="desk:certificate_issue"),
        "firm": firm,
        "certificate": held,
        "last": held.valid.upper - timedelta(days=1),
        "state": state,
        "state_says": STATES[state],
        "tax": says.to_json(),
        "missed": sum(each.kind == "annual_report" and each.state(today) in ("late", "missed") for each in owed),
        "most": int(book.number("annual_reports")),
        "owed": [(each, OBLIGATIONS[each.kind], *DUTY_STATES[each.state(today)]) for each in owed],
        "events": [(each, event_name(each.kind), _follows(each, book)) for each in events],
        "offered": {name: forms_[name] for name in offered if access.may(request.user, FORMS[name][1])},
        "form": forms_.get(chosen),
    }


def event_name(kind: str) -> str:
    return spoken(CHANGES[acts.REPORTED[kind]].to_json()) if kind in acts.REPORTED else str(EVENTS[kind])


def _follows(event: CertificateEvent, book: Any) -> str:
    """What the event means: for the status of a change, the ground of a revocation."""
    if event.kind in acts.REPORTED:
        return spoken(STATUS[status_after(book, acts.REPORTED[event.kind])].to_json())
    return str(WHY[event.ground]) if event.ground else ""
