"""What the recommendation of an application rests on: the county's check and visit, who decided, lists, supplements."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import recommendation as acts
from pipeline.desk import identity
from pipeline.desk.attempt import attempt
from pipeline.desk.moving import case_or_404
from pipeline.desk.standing import open_dossier, standing_of
from pipeline.fields import offer_rows
from pipeline.models import Application, CountyCheck, Listed, MoveRefused, Proposal, Supplement, Transition, Visit
from pipeline.models.recommendation import AGREES, CHECKED, FINDINGS
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken

DECIDED = ("application.forward", "application.recommend", "application.not_recommend")
CHECKED_IN = ("county_review", "county_returned")


class CheckForm(forms.Form):
    """The visit, an answer to each thing looked at, and the conclusion."""

    visit = forms.ModelChoiceField(
        label=gettext_lazy("Site visit"), queryset=Visit.objects.none(), empty_label=None,
        help_text=gettext_lazy("On the spot, since the dossier was begun."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, visits: Any) -> None:
        super().__init__(data)
        offer_rows(self, "visit", visits)
        visit: Any = self.fields["visit"]
        visit.label_from_instance = _visit_says
        found = [(name, spoken(words)) for name, words in FINDINGS.items()]
        for name, words in CHECKED.items():
            self.fields[name] = forms.ChoiceField(label=spoken(words), choices=found, widget=forms.RadioSelect)
            self.fields[f"{name}_says"] = forms.CharField(
                label=_("What differs, or why it was not seen"), required=False, max_length=500
            )
        self.fields["says"] = forms.CharField(
            label=_("Conclusion of the county"), max_length=2_000, widget=forms.Textarea({"rows": 3})
        )

    @property
    def findings(self) -> dict[str, dict[str, str]]:
        said = self.cleaned_data
        return {name: {"is": said.get(name, ""), "says": said.get(f"{name}_says", "")} for name in CHECKED}

    @property
    def lines(self) -> list[tuple[Any, Any]]:
        """Of each thing its answer and its words, as the page shows them beside each other."""
        return [(self[name], self[f"{name}_says"]) for name in CHECKED]


def recommendation(request: StaffRequest, number: str) -> HttpResponse:
    """The last application of a case with all its recommendation rests on; the county's check is posted here."""
    case = case_or_404(request, number)
    application = open_dossier(case) or case.applications.order_by("-pk").first()
    if application is None:
        raise Http404("no application")
    form = _form(request, application)
    if request.method == "POST" and form is None:
        raise Http404("nothing to check")
    if form is not None and form.is_valid() and _kept(request, application, form):
        return redirect("desk:recommendation", number)
    standing = standing_of(case, open_dossier(case), request.user, request.today)
    context = {
        "case": case,
        "application": application,
        "identity": identity.of_case(request.user, case, standing, here="desk:recommendation"),
        "form": form,
        "section": "desk:applications",
        **_record(request, application),
    }
    return render(
        request, "desk/recommendation/recommendation.html", context, status=422 if form and form.errors else 200
    )


def _record(request: StaffRequest, application: Application) -> dict[str, Any]:
    own = {"application": application}
    seen = request.user
    checks = CountyCheck.objects.visible_to(seen).filter(**own).select_related("by", "visit__by").order_by("-pk")
    moves = Transition.objects.visible_to(seen).filter(**own, move__in=DECIDED).select_related("by", "on_behalf_of")
    listed = Listed.objects.visible_to(seen).filter(**own).select_related("list__round").first()
    proposals = Proposal.objects.visible_to(seen).filter(**own).select_related("proposed_by", "decided_by")
    supplements = Supplement.objects.visible_to(seen).filter(**own).select_related("answered_by")
    kept = list(checks.prefetch_related("visit__evidence__document__versions"))
    return {
        "checks": [(each, _found(each), _papers(each)) for each in kept],
        "forwarded": [each for each in moves.order_by("pk") if each.move == "application.forward"],
        "decided": [each for each in moves.order_by("pk") if each.move != "application.forward"],
        "proposals": list(proposals.order_by("pk")),
        "listed": listed,
        "supplements": list(supplements.order_by("pk")),
    }


def _found(check: CountyCheck) -> list[dict[str, Any]]:
    """Each thing looked at, what did not agree first."""
    rows = [
        {
            "what": CHECKED[name],
            "is": FINDINGS[check.findings.get(name, {}).get("is", "not_seen")],
            "agrees": check.findings.get(name, {}).get("is") == AGREES,
            "says": check.findings.get(name, {}).get("says", ""),
        }
        for name in CHECKED
    ]
    return sorted(rows, key=lambda each: bool(each["agrees"]))


def _papers(check: CountyCheck) -> list[Any]:
    """The newest version of each paper and photograph of the visit."""
    newest = [max(each.document.versions.all(), key=lambda one: one.number) for each in check.visit.evidence.all()]
    return [each for each in newest if each.state == each.CLEAN]


def _form(request: StaffRequest, application: Application) -> CheckForm | None:
    """Where the county still has the dossier and the person may check it."""
    rows = Application.objects.filter(pk=application.pk)
    if application.stage not in CHECKED_IN or not access.may(request.user, "application.check", rows):
        return None
    visits = Visit.objects.filter(firm=application.firm_id, way="visit", on__gte=application.opened_on)
    return CheckForm(request.POST or None, visits=visits.select_related("by").order_by("-on", "-pk"))


def _visit_says(visit: Visit) -> str:
    said = {"day": visit.on, "who": visit.by.name, "met": visit.met or "—"}
    return _("%(day)s %(who)s, met: %(met)s") % said


def _kept(request: StaffRequest, application: Application, form: CheckForm) -> bool:
    rows = Application.objects.filter(pk=application.pk)
    said: dict[str, Any] = {"visit": form.cleaned_data["visit"], "says": form.cleaned_data["says"]}
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    try:
        if not attempt(form, lambda: acts.check(rows, findings=form.findings, **said, **who)):
            return False
    except MoveRefused:
        messages.error(request, _("The dossier has moved on in the meantime: nothing was kept."))
        return True
    messages.success(request, _("The county's check is on record. A head can forward the dossier now."))
    return True
