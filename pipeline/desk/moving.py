"""How a screen carries out an act on one case: its form, its effect in words, the conflict when somebody was faster."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access, stages
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.notice import WORDS
from pipeline.desk import attempt, identity
from pipeline.desk.standing import open_dossier, sentences, standing_of
from pipeline.models import Application, Case, MoveRefused, Transition
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import language, spoken

MOST_SINCE = 10
ASKING = ("more", "fill")  # steps that ask for more of the form and do nothing yet


class MoveForm(forms.Form):
    """What an act asks besides its case. The fields are named as the act names them."""

    def __init__(self, data: Any = None, *, request: StaffRequest, case: Any = None) -> None:
        super().__init__(data)
        self.request, self.case = request, case
        self.prepare()

    def prepare(self) -> None:
        """Offer what depends on the case and the person."""

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What the person wrote, by the names of the fields."""
        return [(str(field.label), str(field.value())) for field in self.visible_fields() if field.value()]


def words(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, widget=forms.Textarea({"rows": 4}))


class NoteForm(MoveForm):
    note = words(gettext_lazy("Reasons"))


class RemarkForm(MoveForm):
    note = words(gettext_lazy("Remark"), required=False)


class ForwardForm(MoveForm):
    opinion = forms.ChoiceField(
        label=gettext_lazy("Opinion of the county"),
        choices=[("for", gettext_lazy("in favour")), ("against", gettext_lazy("against"))],
        widget=forms.RadioSelect,
    )
    note = words(gettext_lazy("Reasons"), gettext_lazy("The city decides; it reads both opinion and reasons."))


@dataclass(frozen=True)
class Deed:
    """An act as a screen offers it: its grant, the stages in which it is legal, its form, how it is called.

    `do(rows, by=, on=, versions=, **what the form gives)`. `says` names the act where it is no move.
    """

    slug: str
    act: str
    do: Callable[..., Any]
    form: type[MoveForm] = MoveForm
    says: Any = ""
    legal: frozenset[str] = frozenset()
    key: str = ""
    danger: bool = False
    table: Literal["case", "application"] = "case"

    @property
    def label(self) -> str:
        move = stages.MOVES[self.table].get(self.act)
        return str(self.says) if self.says or move is None else spoken((move.zh, move.en))

    def legal_in(self, stage: str) -> bool:
        move = stages.MOVES[self.table].get(self.act)
        return stage in (self.legal or (move.from_ if move else frozenset()))

    def effect(self, stage: str) -> str:
        """Where the act leads and who is told, in words."""
        move = stages.MOVES[self.table].get(self.act)
        if move is None or len(move.to) != 1:
            return ""
        names, (target,) = stages.STAGES[self.table], move.to
        leads = _("From “%(source)s” to “%(target)s”.") % {
            "source": names[stage].label(language()),
            "target": names[target].label(language()),
        }
        told = self.act in WORDS and "firm" in WORDS[self.act].to
        return sentences([leads, _("The firm is told.") if told else ""])


def case_or_404(request: StaffRequest, number: str) -> Any:
    cases = Case.objects.visible_to(request.user).with_county().with_dossier().with_proposal()
    cases = cases.select_related("firm", "firm__latest_diagnosis", "officer").prefetch_related("applications__round")
    return get_object_or_404(cases, number=number)


def granted(request: StaffRequest, deeds: dict[str, Deed], slug: str) -> Deed:
    deed = deeds.get(slug)
    if deed is None or not access.may(request.user, deed.act):
        raise Http404(slug)
    return deed


def carry_out(request: StaffRequest, deed: Deed, case: Any, row: Case | Application) -> HttpResponse:
    """Show the form of an act, carry it out, or say why not. What was typed is never lost."""
    form = deed.form(request.POST or None, request=request, case=case)
    step = request.POST.get("step", "do")
    ready = request.method == "POST" and step not in ASKING and form.is_valid()
    if ready and step == "do" and not (deed.legal_in(row.stage) and row.version == version_seen(request)):
        return _conflict(request, deed, case.number, row)
    if ready and step == "do":
        try:
            with transaction.atomic():
                done(deed, type(row).objects.filter(pk=row.pk), form, request, {row.pk: version_seen(request)})
        except ConditionUnmet as unmet:
            attempt.tell(form, unmet)
        except MoveRefused:
            return _conflict(request, deed, case.number, row)
        else:
            return _told(request, deed, case.number)
    return _show(request, deed, case, row, form, preview=ready and step == "preview")


def done(deed: Deed, rows: Any, form: MoveForm, request: StaffRequest, versions: dict[int, int]) -> Any:
    return deed.do(rows, by=request.user, on=request.today, versions=versions, **form.cleaned_data)


def version_seen(request: StaffRequest) -> int:
    """The version of the row as the person saw it; one that is no number matches none."""
    return number_sent(request.POST.get("version", ""))


def _show(
    request: StaffRequest, deed: Deed, case: Any, row: Case | Application, form: MoveForm, *, preview: bool
) -> HttpResponse:
    legal = deed.legal_in(row.stage)
    standing = standing_of(case, open_dossier(case), request.user, request.today)
    return render(
        request,
        "desk/moving/form.html",
        {
            "case": case,
            "row": row,
            "standing": standing,
            "identity": identity.of_case(request.user, case, standing, here="desk:case_move"),
            "deed": deed,
            "form": form,
            "preview": preview,
            "legal": legal,
            "effect": deed.effect(row.stage) if legal else "",
            "asks_more": request.POST.get("step") in ASKING,
            "section": "desk:queue",
        },
    )


def _told(request: StaffRequest, deed: Deed, number: str) -> HttpResponse:
    """Name the result: where the case stands now, whose turn, until when."""
    case = case_or_404(request, number)
    standing = standing_of(case, open_dossier(case), request.user, request.today)
    said = {
        "number": number,
        "act": deed.label,
        "stage": standing.place.label(language()),
        "day": standing.due.day,
    }
    dated = _("%(number)s: %(act)s. It stands at “%(stage)s” now, until %(day)s.")
    plain = _("%(number)s: %(act)s. It stands at “%(stage)s” now.")
    messages.success(request, (dated if standing.due.day else plain) % said)
    return redirect("desk:case", number)


def _conflict(request: StaffRequest, deed: Deed, number: str, seen: Case | Application) -> HttpResponse:
    """Somebody moved the case first: who, when, to where; the text stays, and may be used again where that is legal."""
    case = case_or_404(request, number)
    now = type(seen).objects.get(pk=seen.pk)
    since = _since(case, now, version_seen(request))
    standing = standing_of(case, open_dossier(case), request.user, request.today)
    shown = {
        "case": case,
        "row": now,
        "standing": standing,
        "identity": identity.of_case(request.user, case, standing, here="desk:case_move"),
        "deed": deed,
        "form": deed.form(request.POST, request=request, case=case),
        "since": [(each, *_named(each)) for each in since],
        "legal": deed.legal_in(now.stage),
        "section": "desk:queue",
    }
    return render(request, "desk/moving/conflict.html", shown, status=409)


def _since(case: Case, now: Case | Application, seen: int) -> list[Transition]:
    """What moved the row since the version that the person saw, the newest first; at least the last move."""
    missed = now.version - seen if 0 < seen < now.version else 1
    moves = Transition.objects.filter(case=case).select_related("by").order_by("-pk")
    return list(moves[: min(missed, MOST_SINCE)])


def _named(each: Transition) -> tuple[str, str]:
    """What the move is called and where it led."""
    table: Literal["case", "application"] = "application" if each.application_id else "case"
    move, place = stages.MOVES[table][each.move], stages.STAGES[table][each.target]
    return spoken((move.zh, move.en)), place.label(language())
