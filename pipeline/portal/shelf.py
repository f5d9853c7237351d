"""The shelf of the firm's papers: by purpose or by what they prove, what the application asks for, files taken in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import commitment as commitment_acts
from pipeline.acts import paper as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.paper import AlreadyHere
from pipeline.fields import offer
from pipeline.models import Commitment, Document, DocumentVersion, Firm, StaffMember, Upload
from pipeline.models.dossier.attachments import ORGANISED, TITLES
from pipeline.models.evidence import without_names
from pipeline.portal import proofs, standing
from pipeline.portal.proofs import Proof
from pipeline.request import StaffRequest

PURPOSES = {
    "licence": gettext_lazy("Business licence and registration"),
    "rights": gettext_lazy("Certificates of intellectual property"),
    "annual_audit": gettext_lazy("Annual audit report"),
    "special_audit": gettext_lazy("Special audit report"),
    "tax_return": gettext_lazy("Tax return"),
    "project": gettext_lazy("Papers of R&D projects"),
    "product": gettext_lazy("Papers of products"),
    "conversion": gettext_lazy("Proof of conversions"),
    "staff": gettext_lazy("Staff lists and social insurance"),
    **ORGANISED,
    "auditor": TITLES["A9"],
    "declaration": TITLES["A10"],
    "other": gettext_lazy("Other papers"),
}
ELSEWHERE = {  # papers that came in with something else; nobody chooses these
    "step": gettext_lazy("Handed in with the coaching plan"),
    "correction": gettext_lazy("Handed in with corrections"),
    "visit": gettext_lazy("Taken at a visit"),
}
USUAL = {"figures": "annual_audit", "property": "rights", "project": "project", "product": "product"}
USUAL |= {"conversion": "conversion", "staff": "staff"}
STATES = {
    DocumentVersion.RECEIVED: ("", gettext_lazy("being checked")),
    DocumentVersion.SCANNING: ("", gettext_lazy("being checked")),
    DocumentVersion.CLEAN: ("good", gettext_lazy("checked")),
    DocumentVersion.QUARANTINED: ("bad", gettext_lazy("held back: the file is not safe, send another")),
}
# what cameras, scanners and messengers call a file; it tells nobody what the paper is
UNTOLD = re.compile(
    r"(img|dsc|dcim|pxl|scan|screenshot|image|photo|camscanner|mmexport|wechat|wx|wps|doc|document|file|untitled"
    r"|微信|扫描|截图|图片|照片|新建|未命名|文档|文件|副本)?(图片|件)?[\d\W_]*",
    re.I,
)
SHOWN = 300
type File = UploadedFile[Any]


@dataclass(frozen=True)
class Line:
    """One paper on the shelf: its newest version, its state in words, what it proves."""

    paper: Document
    version: DocumentVersion
    title: str
    tone: str
    state: str
    proves: list[Proof]
    readable: bool
    hint: str


@dataclass(frozen=True)
class Slot:
    """A paper that the application of the year asks for, or the commitment in its place."""

    name: str
    label: str
    papers: list[Line]
    commitment: Commitment | None


@dataclass
class Shelf:
    firm: Firm
    lines: list[Line]
    unfinished: list[Upload] = field(default_factory=list)

    def by_purpose(self) -> list[tuple[str, list[Line]]]:
        known = {**PURPOSES, **ELSEWHERE}
        groups: dict[str, list[Line]] = {str(label): [] for label in known.values()}
        for line in self.lines:
            groups[str(known.get(line.paper.purpose, PURPOSES["other"]))].append(line)
        return [(name, lines) for name, lines in groups.items() if lines]

    def by_proof(self) -> list[tuple[str, list[Line]]]:
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            for says in [proof.says for proof in line.proves] or [_("proves nothing yet")]:
                groups.setdefault(says, []).append(line)
        return sorted(groups.items())


class MultipleFileInput(forms.ClearableFileInput):
    """Not required by the browser: a photo, or a file dropped, stands in for it."""

    allow_multiple_selected = True

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class FilesField(forms.FileField):
    """Every file that was chosen, by the shelf's own control or by the camera's."""

    def clean(self, data: Any, initial: Any = None) -> "list[File]":
        files = [each for each in data or [] if each]
        if not files and self.required:
            raise forms.ValidationError(_("Choose a file, or take a photo."))
        return files


class PaperForm(forms.Form):
    """Files to take in; every field has the name that the pieces of a file are announced with."""

    purpose = forms.ChoiceField(label=gettext_lazy("What kind of paper"))
    proves = forms.ChoiceField(label=gettext_lazy("What it proves"), required=False)
    chosen = FilesField(
        label=gettext_lazy("Files"),
        widget=MultipleFileInput({"multiple": True, "accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"}),
        help_text=gettext_lazy("PDF, PNG, JPEG, XLSX or DOCX, up to 20 MB each; several at once"),
    )

    def __init__(self, *args: Any, places: list[tuple[str, list[tuple[str, str]]]], **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "purpose", list(PURPOSES.items()))
        offer(self, "proves", [("", _("nothing yet, or say later")), *places])


def papers(request: StaffRequest, uscc: str) -> HttpResponse:
    """The shelf. With ?proves=… only the papers of one thing, and the form takes new ones for it."""
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST" and "give_up" in request.POST:
        return _give_up(request, firm)
    place = request.GET.get("proves", "")
    places = proofs.choices(firm, request.today)
    form = PaperForm(
        request.POST or None,
        MultiValueDict({"chosen": _sent(request)}) if request.method == "POST" else None,
        places=places,
        initial={"proves": place, "purpose": request.GET.get("purpose") or USUAL.get(place.partition(".")[0], "other")},
    )
    if request.method == "POST" and form.is_valid():
        back = _take(request, firm, form)
        if back is not None:
            return back
    shelf = _shelf(request, firm, place)
    context = {
        "firm": firm,
        "form": form,
        "place": place,
        "thing": _thing(firm, shelf, places, place),
        "groups": shelf.by_proof() if request.GET.get("by") == "proof" else shelf.by_purpose(),
        "by": request.GET.get("by", ""),
        "count": len(shelf.lines),
        "unfinished": shelf.unfinished,
        "slots": [] if place else _slots(firm, shelf, request.today.year),
        "year": request.today.year,
        "may": access.may(request.user, "evidence.receive"),
    }
    return render(request, "portal/shelf/papers.html", context, status=422 if form.errors else 200)


def _thing(firm: Firm, shelf: Shelf, places: list[tuple[str, list[tuple[str, str]]]], place: str) -> Proof | None:
    """The one thing whose papers are shown; none for a name that nothing on record has."""
    named = dict(pair for _group, pairs in places for pair in pairs)
    named |= {proof.place: proof.says for line in shelf.lines for proof in line.proves if proof.place}
    return Proof(place, named[place], proofs.page_of(firm, place)) if place in named else None


def _sent(request: StaffRequest) -> list[File]:
    return [*request.FILES.getlist("chosen"), *request.FILES.getlist("camera")]


def _take(request: StaffRequest, firm: Firm, form: PaperForm) -> HttpResponse | None:
    """Takes each file on its own, so that one refused keeps no other out; None where something is to be mended."""
    files, told = form.cleaned_data["chosen"], {name: form.cleaned_data[name] for name in ("purpose", "proves")}
    held: AlreadyHere | None = None
    for file in files:
        try:
            kept = keep_file(request, firm, file, **told)
            messages.success(request, _("%(name)s has arrived.") % {"name": kept.document.title})
        except AlreadyHere as here:
            held = here
            messages.warning(request, held_here(file.name or "", here))
        except ConditionUnmet as unmet:
            _tell(form, unmet)
    if form.errors:
        return None
    if held is not None and len(files) == 1:
        return redirect(_tying(firm, held.version.document, told["proves"]))
    query = f"?{urlencode({'proves': told['proves']})}" if request.GET.get("proves") and told["proves"] else ""
    return redirect(reverse("portal:papers", args=[firm.uscc]) + query)


def _tell(form: forms.Form, unmet: ConditionUnmet) -> None:
    for missing in unmet.missing:
        form.add_error(missing.place if missing.place in form.fields else "chosen", missing.says)


def keep_file(request: StaffRequest, firm: Firm, file: File, **told: Any) -> DocumentVersion:
    content, name = cast(BinaryIO, file), file.name or "file"
    return acts.keep(firm, content, name=name, size=file.size or 0, by=request.user, **told)


def held_here(name: str, held: AlreadyHere) -> str:
    says = _("%(name)s is here already, as “%(title)s”. Tie that paper to what it proves instead of sending it again.")
    return says % {"name": acts.named(name), "title": held.version.document.title}


def _tying(firm: Firm, document: Document, place: str) -> str:
    address = reverse("portal:paper", args=[firm.uscc, document.pk])
    return f"{address}?{urlencode({'proves': place})}#tie" if place else address


def _give_up(request: StaffRequest, firm: Firm) -> HttpResponse:
    try:
        key = UUID(request.POST["give_up"])
    except ValueError:
        key = UUID(int=0)
    for upload in Upload.objects.filter(firm=firm, pk=key):
        acts.give_up(upload, by=request.user)
        messages.success(request, _("%(name)s was given up.") % {"name": upload.name})
    return redirect("portal:papers", firm.uscc)


# ------------------------------------------------------------------------------------------------- the shelf


def _shelf(request: StaffRequest, firm: Firm, place: str) -> Shelf:
    newest = list(DocumentVersion.objects.filter(firm=firm).newest()[:SHOWN])
    found = proofs.proofs_of(firm, [version.document for version in newest])
    names = staff_names(firm)
    lines = [line_of(version, found.get(version.document_id, []), names, request.user) for version in newest]
    if place:
        lines = [line for line in lines if any(_within(proof.place, place) for proof in line.proves)]
    return Shelf(firm, lines, list(Upload.objects.filter(firm=firm, by=request.user).order_by("recorded_at")))


def _within(place: str, wider: str) -> bool:
    """Whether a paper of the wider place (all figures of a year) speaks of the place, or the other way round."""
    return place == wider or (place.count(".") == 1 and wider.startswith(f"{place}."))


def staff_names(firm: Firm) -> list[str]:
    return list(StaffMember.objects.filter(firm=firm).values_list("name", flat=True).distinct())


def line_of(version: DocumentVersion, found: list[Proof], names: Iterable[str], reader: Any) -> Line:
    tone, state = STATES[version.state]
    title = without_names(version.document.title, names)
    hint = suggested(version.document, version.name, found)
    return Line(version.document, version, title, tone, str(state), found, version.may_be_read_by(reader), hint)


def suggested(document: Document, name: str, found: list[Proof]) -> str:
    """A better title where the file's own name tells nothing; empty where it tells something."""
    stem, _dot, ending = document.title.rpartition(".")
    if not UNTOLD.fullmatch(stem or document.title):
        return ""
    what = next((proof.says for proof in found if proof.place), "")
    label = str({**PURPOSES, **ELSEWHERE}.get(document.purpose, PURPOSES["other"]))
    return f"{f'{what} ' if what else ''}{label}.{ending or name.rpartition('.')[2]}"[:200]


def _slots(firm: Firm, shelf: Shelf, year: int) -> list[Slot]:
    signed = {each.slot: each for each in Commitment.objects.filter(firm=firm, year=year).select_related("by")}
    return [
        Slot(name, str(PURPOSES[name]), [line for line in shelf.lines if _fills(line, name)], signed.get(name))
        for name in commitment_acts.SLOTS
    ]


def _fills(line: Line, slot: str) -> bool:
    return line.paper.purpose == slot and line.version.state != DocumentVersion.QUARANTINED
