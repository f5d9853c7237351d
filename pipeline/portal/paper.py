"""One paper of the firm: its versions, what it proves, its name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import flaw
from pipeline.acts import paper as acts
from pipeline.acts.conditions import ConditionUnmet, Missing
from pipeline.acts.paper import AlreadyHere
from pipeline.fields import offer
from pipeline.models import Document, Firm
from pipeline.models.evidence import without_names
from pipeline.portal import proofs, standing
from pipeline.portal.shelf import (
    ELSEWHERE,
    PURPOSES,
    FilesField,
    MultipleFileInput,
    held_here,
    keep_file,
    line_of,
    staff_names,
)
from pipeline.request import StaffRequest


class NameForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Name of the paper"), max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class TieForm(forms.Form):
    proves = forms.ChoiceField(label=gettext_lazy("What it proves"))

    def __init__(self, *args: Any, places: list[tuple[str, list[tuple[str, str]]]], **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "proves", [("", "—"), *places])


class VersionForm(forms.Form):
    chosen = FilesField(
        label=gettext_lazy("The newer file"),
        widget=MultipleFileInput({"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"}),
        help_text=gettext_lazy("PDF, PNG, JPEG, XLSX or DOCX, up to 20 MB"),
    )


@dataclass
class Desk:
    """The forms of one paper's page, each bound only when it was sent."""

    name: NameForm
    tie: TieForm
    version: VersionForm

    @property
    def errors(self) -> bool:
        return bool(self.name.errors or self.tie.errors or self.version.errors)


def paper(request: StaffRequest, uscc: str, paper: UUID) -> HttpResponse:
    """One paper: its versions, what it proves, its name. Each form of the page sends one deed."""
    firm = standing.firm_or_404(request, uscc)
    one = get_object_or_404(Document, firm=firm, pk=paper)
    desk = _desk(request, firm, one)
    if request.method == "POST":
        deed = next((deed for name, deed in DEEDS.items() if name in request.POST), None)
        try:
            if deed is not None and deed(request, firm, one, desk):
                return redirect("portal:paper", uscc, one.pk)
        except ConditionUnmet as unmet:
            _blame(desk, unmet.missing)
    return render(
        request, "portal/paper/paper.html", _told(request, firm, one, desk), status=422 if desk.errors else 200
    )


def _desk(request: StaffRequest, firm: Firm, one: Document) -> Desk:
    sent: QueryDict | None = request.POST if request.method == "POST" else None
    names = {"title": one.title, "version": one.version}
    return Desk(
        NameForm(sent if sent and "rename" in sent else None, initial=names),
        TieForm(
            sent if sent and "tie" in sent else None,
            places=proofs.choices(firm, request.today),
            initial={"proves": request.GET.get("proves", "")},
        ),
        VersionForm(
            None, MultiValueDict({"chosen": request.FILES.getlist("chosen")}) if sent and "newer" in sent else None
        ),
    )


def _told(request: StaffRequest, firm: Firm, one: Document, desk: Desk) -> dict[str, Any]:
    versions = one.versions.select_related("by", "document").order_by("-number")
    found = proofs.proofs_of(firm, [one]).get(one.pk, [])
    names = staff_names(firm)
    lines = [line_of(version, found, names, request.user) for version in versions]
    first = lines[0] if lines else None
    if first and first.hint and not desk.name.is_bound:
        desk.name.initial["title"] = first.hint
    return {
        "firm": firm,
        "paper": one,
        "title": without_names(one.title, names),
        "purpose": {**PURPOSES, **ELSEWHERE}.get(one.purpose, PURPOSES["other"]),
        "versions": [(line, [flaw.afterwards(each) for each in line.version.objections]) for line in lines],
        "hint": first.hint if first else "",
        "proves": found,
        "desk": desk,
        "may": access.may(request.user, "evidence.receive"),
    }


def _blame(desk: Desk, missing: list[Missing]) -> None:
    where: dict[str, tuple[forms.Form, str]] = {"title": (desk.name, "title"), "proves": (desk.tie, "proves")}
    for each in missing:
        form, name = where.get(each.place, (desk.version, "chosen"))
        if form.is_bound:
            form.add_error(name, each.says)


def _rename(request: StaffRequest, firm: Firm, one: Document, desk: Desk) -> bool:
    if not desk.name.is_valid():
        return False
    acts.rename(firm, one, by=request.user, **desk.name.cleaned_data)
    messages.success(request, _("The paper has its new name."))
    return True


def _tie(request: StaffRequest, firm: Firm, one: Document, desk: Desk) -> bool:
    if not desk.tie.is_valid():
        return False
    acts.link(firm, one, desk.tie.cleaned_data["proves"], by=request.user)
    messages.success(request, _("The paper is tied to what it proves."))
    return True


def _untie(request: StaffRequest, firm: Firm, one: Document, desk: Desk) -> bool:
    acts.unlink(firm, one, request.POST["untie"], by=request.user)
    messages.success(request, _("The paper no longer proves this."))
    return True


def _newer(request: StaffRequest, firm: Firm, one: Document, desk: Desk) -> bool:
    if not desk.version.is_valid():
        return False
    file = desk.version.cleaned_data["chosen"][0]
    try:
        keep_file(request, firm, file, purpose=one.purpose, document=one)
    except AlreadyHere as here:
        desk.version.add_error("chosen", held_here(file.name or "", here))
        return False
    messages.success(request, _("The newer version has arrived; the older ones are kept."))
    return True


DEEDS = {"rename": _rename, "tie": _tie, "untie": _untie, "newer": _newer}
