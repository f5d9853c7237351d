"""One timeline of a firm, across years and subjects; notes are written here."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import note as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.happenings import told
from pipeline.desk.identity import identity
from pipeline.models import Case, Firm, Note
from pipeline.models.timeline import KINDS, cursor_of, timeline
from pipeline.request import StaffRequest

GROUPS = {
    "": (gettext_lazy("All"), KINDS),
    "moves": (gettext_lazy("Moves"), ("move", "proposal", "flag", "objection", "assignment", "hand_over", "merge")),
    "notes": (gettext_lazy("Notes"), ("note",)),
    "contacts": (gettext_lazy("Contacts"), ("call", "visit", "letter", "difficulty", "training")),
    "files": (gettext_lazy("Papers"), ("paper",)),
    "trainings": (gettext_lazy("Trainings"), ("training",)),
    "certificates": (gettext_lazy("Certificates"), ("certificate", "certificate_event")),
    "updates": (gettext_lazy("Yearly updates"), ("update",)),
    "objections": (gettext_lazy("Objections"), ("objection",)),
    "hand-overs": (gettext_lazy("Hand-overs and merges"), ("hand_over", "merge")),
    "assessments": (gettext_lazy("Assessments"), ("assessment",)),
}
SIZE = 40


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Text of the note"), max_length=acts.LONGEST, strip=True, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("@ and a colleague's name in full tells that colleague."),
    )  # fmt: skip
    audience = forms.ChoiceField(
        label=gettext_lazy("Who reads the note"), initial="inside", widget=forms.RadioSelect,
        choices=[("inside", gettext_lazy("the bureau alone")), ("firm", gettext_lazy("the bureau and the firm"))],
    )  # fmt: skip


def firm_timeline(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = _firm_or_404(request, uscc)
    case = _case(request, firm)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _noted(request, firm, case, form):
        back = f"{reverse('desk:case', args=[case.number])}#timeline" if case else reverse("desk:timeline", args=[uscc])
        return redirect(back)
    group = request.GET.get("kind", "")
    name, kinds = GROUPS.get(group, GROUPS[""])
    stretch = timeline(firm, request.user, kinds=kinds, before=cursor_of(request.GET.get("before", "")), size=SIZE)
    return render(
        request,
        "desk/timeline/timeline.html",
        {
            "firm": firm,
            "identity": identity(request.user, firm, on=request.today, here="desk:timeline"),
            "lines": told(stretch.happenings, firm, fold=group == ""),
            "groups": groups(group),
            "kind": name,
            "older": f"?{urlencode({'kind': group, 'before': stretch.older})}" if stretch.older else "",
            "inside_page": "before" in request.GET,
            "form": form,
            "may_note": access.may(request.user, "note.write", Firm.objects.filter(pk=firm.pk)),
            "case_number": case.number if case else "",
            "section": "desk:queue",
        },
    )


def groups(chosen: str) -> list[tuple[str, Any, bool]]:
    return [(name, label, name == chosen) for name, (label, _kinds) in GROUPS.items()]


def _firm_or_404(request: StaffRequest, uscc: str) -> Any:
    return get_object_or_404(Firm.objects.visible_to(request.user).with_county(), uscc=uscc)


def _case(request: StaffRequest, firm: Firm) -> Case | None:
    """The case from whose page a note is sent."""
    number = request.POST.get("case", "")
    return get_object_or_404(Case.objects.visible_to(request.user), firm=firm, number=number) if number else None


def _noted(request: StaffRequest, firm: Firm, case: Case | None, form: NoteForm) -> bool:
    said = form.cleaned_data
    kept: list[Note] = []

    def write() -> None:
        kept.append(
            acts.write(
                firm, said["text"], by=request.user, on=request.today, internal=said["audience"] == "inside", case=case
            )
        )

    if not attempt(form, write):
        return False
    named = len(kept[0].mentions)
    if not kept[0].internal:
        messages.success(request, _("The note is kept; the firm finds it among its messages."))
    elif named:
        messages.success(request, _("The note is kept; whom it names is told."))
    else:
        messages.success(request, _("The note is kept."))
    return True
