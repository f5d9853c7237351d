"""The application before it is handed in: what looks wrong, which attachments are there, the file of the whole."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs
from pipeline.acts import bundle as bundle_acts
from pipeline.acts import filing as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Auditor, Bundle, Document, Firm, HitechProduct, IntellectualProperty, RdProject, Statement
from pipeline.models.dossier.attachments import Part, attachments_of
from pipeline.models.dossier.checks import checked
from pipeline.models.dossier.gathering import Dossier, dossier_of
from pipeline.models.dossier.texts import topic_name
from pipeline.models.filing import LONGEST_TEXT, TOPICS
from pipeline.portal import proofs, standing
from pipeline.portal.firm import PastDayField, YesNoField, until_today
from pipeline.portal.pasted_rows import told_at
from pipeline.portal.shelf import PURPOSES
from pipeline.request import StaffRequest

MOST_BUNDLES = 5
PAGES = {"triangle": "triangle", "texts": "dossier_texts"}
AUDITOR = ("name", "licence", "founded_on", "staff", "licensed", "blameless")


class TextsForm(forms.Form):
    """The texts of parts 7 and 8 of the form, and the audit agency; `version-…` is what was seen of each."""

    name = forms.CharField(label=gettext_lazy("Audit agency"), max_length=200, required=False)
    licence = forms.CharField(
        label=gettext_lazy("Number of its licence"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"class": "w-code"}),
    )
    founded_on = PastDayField(label=gettext_lazy("Founded on"), required=False)
    staff = forms.DecimalField(
        label=gettext_lazy("People, on average of the year"),
        min_value=0,
        max_digits=8,
        decimal_places=2,
        required=False,
    )
    licensed = forms.DecimalField(
        label=gettext_lazy("CPAs and tax advisers among them"),
        min_value=0,
        max_digits=8,
        decimal_places=2,
        required=False,
    )
    blameless = YesNoField(label=gettext_lazy("No bad record in three years"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        until_today(self, "founded_on", today)
        for topic in TOPICS:
            widget = forms.Textarea({"rows": 5, "maxlength": LONGEST_TEXT})
            help_text = _("at most 400 signs")
            self.fields[topic] = forms.CharField(
                label=topic_name(topic), max_length=LONGEST_TEXT, required=False, widget=widget, help_text=help_text
            )
            self.fields[f"version-{topic}"] = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def texts(self) -> list[forms.BoundField]:
        return [self[topic] for topic in TOPICS]

    @property
    def agency(self) -> list[forms.BoundField]:
        return [self[name] for name in AUDITOR]

    def save(self, firm: Firm, year: int, by: Any) -> None:
        said = self.cleaned_data
        versions = {topic: said[f"version-{topic}"] for topic in TOPICS}
        acts.write_texts(firm, year, {topic: said[topic] for topic in TOPICS}, versions=versions, by=by)
        acts.note_auditor(firm, year, {name: said[name] for name in AUDITOR}, version=said["version"], by=by)


def dossier(request: StaffRequest, uscc: str) -> HttpResponse:
    """What looks wrong in it, how each attachment stands, and the file of it."""
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST":
        return _ask(request, firm)
    held = dossier_of(firm, request.today)
    context = {
        "firm": firm,
        "year": request.today.year,
        **_checks(firm, held),
        "attachments": [
            (each, [(part, _paper_address(firm, part)) for part in each.parts]) for each in attachments_of(held)
        ],
        "texts": len([topic for topic in TOPICS[:4] if topic in held.texts]),
        "auditor": held.auditor,
        "bundles": Bundle.objects.filter(firm=firm).select_related("by").order_by("-asked_at")[:MOST_BUNDLES],
        "may_ask": access.may(request.user, "bundle.ask"),
    }
    return render(request, "portal/dossier/dossier.html", context)


def _ask(request: StaffRequest, firm: Firm) -> HttpResponse:
    try:
        made = bundle_acts.ask(firm, by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        standing.tell_unmet(request, unmet)
        return redirect("portal:dossier", firm.uscc)
    transaction.on_commit(lambda: jobs.make_bundle.delay(made.pk, person=request.user.pk), robust=True)
    return redirect("portal:bundle", firm.uscc, made.public_id)


def bundle(request: StaffRequest, uscc: str, bundle_key: UUID) -> HttpResponse:
    """How far the file of the dossier is, and what is in it; asked for by the page itself, the moving part alone."""
    firm = standing.firm_or_404(request, uscc)
    found = get_object_or_404(Bundle.objects.select_related("by"), firm=firm, public_id=bundle_key)
    moving = bool(request.headers.get("HX-Request"))
    if moving and not found.working:
        return HttpResponseClientRefresh()
    context = {"firm": firm, "bundle": found, "expires": bundle_acts.expires(found)}
    return render(request, "look/bundle_progress.html" if moving else "portal/dossier/bundle.html", context)


def _checks(firm: Firm, held: Dossier) -> dict[str, Any]:
    found = checked(held)
    told = [(each.title, [(doubt, address(firm, doubt.place)) for doubt in each.doubts]) for each in found]
    return {
        "checks": [(title, doubts) for title, doubts in told if doubts],
        "doubts": sum(len(doubts) for _title, doubts in told),
        "silent": [title for title, doubts in told if not doubts],
    }


def dossier_texts(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    year = request.today.year
    form = TextsForm(request.POST or None, today=request.today, initial=_written(firm, year))
    if request.method == "POST":
        access.require(request.user, "filing.write_texts")
        if form.is_valid():
            try:
                form.save(firm, year, request.user)
                messages.success(request, _("Saved."))
                return redirect("portal:dossier", uscc)
            except ConditionUnmet as unmet:
                told_at(form, unmet.missing)
    may = access.may(request.user, "filing.write_texts")
    context = {"firm": firm, "form": form, "year": year, "may": may}
    return render(request, "portal/dossier/texts.html", context, status=422 if form.errors else 200)


def dossier_secrets(request: StaffRequest, uscc: str) -> HttpResponse:
    """Which projects, rights, products and papers of a classified firm stay out of what it hands in."""
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST":
        try:
            acts.mark_secret(firm, classified="classified" in request.POST, secret=_marked(request), by=request.user)
            messages.success(request, _("Saved."))
        except ConditionUnmet as unmet:
            standing.tell_unmet(request, unmet)
        return redirect("portal:dossier_secrets", uscc)
    groups = [
        (_("R&D projects"), "project", RdProject.objects.filter(firm=firm).order_by("code")),
        (_("Intellectual property"), "right", IntellectualProperty.objects.filter(firm=firm).order_by("number")),
        (_("Hi-tech products"), "product", HitechProduct.objects.filter(firm=firm).order_by("code")),
        (_("Papers"), "document", Document.objects.filter(firm=firm).order_by("title", "pk")),
    ]
    context = {"firm": firm, "groups": groups, "may": access.may(request.user, "filing.mark_secret")}
    return render(request, "portal/dossier/secrets.html", context)


def address(firm: Firm, place: str) -> str:
    """The page where what a check found is put right."""
    kind, _dot, rest = place.partition(".")
    if kind in PAGES:
        return reverse(f"portal:{PAGES[kind]}", args=[firm.uscc])
    if kind in ("ledger", "reconciliation"):
        return reverse(f"portal:{kind}", args=[firm.uscc, int(rest)])
    return proofs.page_of(firm, place)


def _paper_address(firm: Firm, part: Part) -> str:
    """Where a paper that is missing is sent in, or what stands in its place is said."""
    kind, _dot, rest = part.place.partition(".")
    if kind == "commitment":
        return reverse("portal:commitment", args=[firm.uscc, rest])
    if kind in PAGES or kind == "conversion":
        return address(firm, part.place)
    query = {"purpose": kind} if kind in PURPOSES and not rest else {"proves": part.place}
    return f"{reverse('portal:papers', args=[firm.uscc])}?{urlencode(query)}"


def _written(firm: Firm, year: int) -> dict[str, Any]:
    texts = Statement.objects.filter(firm=firm, year=year)
    told: dict[str, Any] = {each.topic: each.says for each in texts}
    told |= {f"version-{each.topic}": each.version for each in texts}
    auditor = Auditor.objects.filter(firm=firm, year=year).first()
    return told | {name: getattr(auditor, name) for name in (*AUDITOR, "version") if auditor is not None}


def _marked(request: StaffRequest) -> dict[str, list[Any]]:
    """The keys that were ticked, by kind; what is no key is left out."""
    numbers = {
        kind: [int(each) for each in request.POST.getlist(kind) if each.isdecimal() and len(each) < 19]
        for kind in ("project", "right", "product")
    }
    return {**numbers, "document": [UUID(each) for each in request.POST.getlist("document") if _is_key(each)]}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
