"""Accounts: who has one, which seats they hold and held; made, locked, unlocked, and helped to a new password."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import login as acts
from pipeline.acts import seating
from pipeline.desk.attempt import attempt
from pipeline.desk.office import HOUSE, tabs
from pipeline.desk.paging import page_of
from pipeline.desk.seats import STATE_NAMES
from pipeline.fields import PhoneField, day_field, offer, offer_rows
from pipeline.models import Office, Seat, SeatRequest, User
from pipeline.models.people import TODAY
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import spoken

LOG_IN_NAME = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._@-]{2,}$", gettext_lazy("At least three letters, digits or “.”, “_”, “-”, “@”.")
)


class InviteForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=64)
    username = forms.CharField(label=gettext_lazy("Log-in name"), max_length=64, validators=[LOG_IN_NAME])
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The link to choose a password goes there, and nowhere else."),
        max_length=254,
    )
    phone = PhoneField(label=gettext_lazy("Telephone"), required=False)


class AskForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Seat"))
    office = forms.ModelChoiceField(
        Office.objects.none(),
        label=gettext_lazy("Office"),
        help_text=gettext_lazy("for officers, heads and leaders"),
        required=False,
        empty_label="—",
    )
    agency = forms.CharField(
        label=gettext_lazy("House"),
        help_text=gettext_lazy("for coaches, agencies and banks"),
        required=False,
        max_length=100,
    )
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"), required=False)
    note = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=200)

    def __init__(self, data: Any = None, **also: Any) -> None:
        super().__init__(data, **also)
        kinds = [kind for kind in access.SEAT_NAMES if kind not in access.FIRM]
        offer(self, "kind", [(kind, spoken(access.SEAT_NAMES[kind])) for kind in kinds])
        offer_rows(self, "office", Office.objects.filter(closed_on=None).order_by("level", "division__code", "pk"))


def people(request: StaffRequest) -> HttpResponse:
    """?text=… looks for a name, a log-in name or a mail address; ?state=locked shows those that are kept out."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[User] = []
        if attempt(form, lambda: made.append(acts.invite(by=request.user, **form.cleaned_data))):
            messages.success(request, _("The account is made, and the link is on its way to its person."))
            return redirect("desk:person", made[0].pk)
    text, locked = request.GET.get("text", "").strip()[:64], request.GET.get("state") == "locked"
    found = _found(text, locked=locked)
    held = Seat.objects.filter(during__contains=TODAY).select_related("office").order_by("pk")
    rows = found.prefetch_related(Prefetch("all_seats", held, to_attr="held_now"))
    shown = {
        "tabs": tabs(request.user, "desk:people", HOUSE),
        "page": page_of(request, rows, found.count()),
        "text": text,
        "locked": locked,
        "sees": _sees_seats(request.user),
        "form": form,
        "section": "desk:offices",
    }
    return render(request, "desk/people/people.html", shown)


def person(request: StaffRequest, person: int) -> HttpResponse:
    held, user = get_object_or_404(User, pk=person), request.user
    deed = request.POST.get("do", "")
    form = AskForm(request.POST if deed == "ask" else None, initial={"first": request.today})
    other = forms.Form(request.POST if deed and deed != "ask" else None)
    if request.method == "POST" and _done(request, held, deed, form if deed == "ask" else other):
        return redirect("desk:person", held.pk)
    seats = Seat.objects.filter(user=held).select_related("office").order_by("-during", "pk")
    asked = SeatRequest.objects.visible_to(user).filter(user=held).with_people().order_by("-pk")
    shown = {
        "tabs": tabs(user, "desk:people", HOUSE),
        "person": held,
        "seats": [_line(seat, request) for seat in seats],
        "asked": [(each, STATE_NAMES[each.state]) for each in asked],
        "sees": _sees_seats(user),
        "form": other if other.is_bound else form,
        "ask": form,
        "may_ask": access.may(user, "people.ask_seat"),
        "may_lock": access.may(user, "people.lock"),
        "section": "desk:offices",
    }
    return render(request, "desk/people/person.html", shown)


def _found(text: str, *, locked: bool) -> Any:
    found = User.objects.order_by("name", "pk")
    if text:
        named = Q(name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text)
        found = found.filter(named)
    return found.filter(is_active=False) if locked else found


def _sees_seats(user: User) -> bool:
    return "security_admin" in user.seat_kinds


def _line(seat: Seat, request: StaffRequest) -> dict[str, Any]:
    begun = seat.during.lower is None or seat.during.lower <= request.today
    over = seat.during.isempty or (seat.during.upper is not None and seat.during.upper <= request.today)
    mine = access.may(request.user, "people.end_seat") and seat.firm_id is None
    return {"seat": seat, "now": begun and not over, "over": over, "may_end": mine and not over}


def _done(request: StaffRequest, held: User, deed: str, form: forms.Form) -> bool:
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "ask": (
            lambda: seating.ask(held, by=request.user, on=request.today, **form.cleaned_data),
            _("Asked for. The seat stands once a second person has confirmed it."),
        ),
        "end": (
            lambda: seating.end(_seat(request, held), by=request.user, on=request.today),
            _("The seat has ended, and its person is told."),
        ),
        "lock": (
            lambda: acts.lock(held, by=request.user, on=request.today),
            _("The account is locked: its next click leads nowhere."),
        ),
        "unlock": (lambda: acts.unlock(held, by=request.user), _("The account is unlocked.")),
        "link": (
            lambda: acts.send_link(held, by=request.user),
            _("A link is on its way to the person's own address; it works once, for half an hour."),
        ),
    }
    if deed not in deeds:
        return False
    act, says = deeds[deed]
    done = form.is_valid() and attempt(form, act)
    if done:
        messages.success(request, says)
    return done


def _seat(request: StaffRequest, held: User) -> Seat:
    rows = Seat.objects.select_related("user", "office")
    return get_object_or_404(rows, user=held, pk=number_sent(request.POST.get("seat", "")))
