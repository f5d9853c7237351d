"""People who say they act for a firm: the office looks at the paper and accepts or refuses."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import claim as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.models import Claim
from pipeline.request import StaffRequest

INERT = "default-src 'none'; sandbox"


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason, if refused"),
        help_text=gettext_lazy("the person reads it"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


def claims(request: StaffRequest) -> HttpResponse:
    """Those that wait, the oldest first."""
    waiting = Claim.objects.visible_to(request.user).filter(state=Claim.OPEN)
    page = page_of(request, waiting.select_related("person", "office").order_by("pk"), waiting.count())
    return render(request, "desk/claim/claims.html", {"page": page, "section": "desk:claims"})


def claim(request: StaffRequest, claim_key: UUID) -> HttpResponse:
    held = _claim_or_404(request, claim_key)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _decide(request, held, form)):
        messages.success(request, _("The claim is decided."))
        return redirect("desk:claims")
    may = access.may(request.user, "claim.accept") and held.state == Claim.OPEN
    context = {"claim": held, "form": form, "may": may, "section": "desk:claims"}
    return render(request, "desk/claim/claim.html", context)


def paper(request: StaffRequest, claim_key: UUID) -> HttpResponseBase:
    """As an attachment that no browser runs, once it was found clean."""
    held = _claim_or_404(request, claim_key)
    if held.paper_state != Claim.CLEAN:
        raise Http404("not found clean")
    response = FileResponse(acts.paper(held), as_attachment=True, filename=held.paper, content_type=held.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = INERT
    return response


def _decide(request: StaffRequest, held: Claim, form: DecisionForm) -> None:
    one = Claim.objects.filter(pk=held.pk)
    if request.POST.get("do") == "accept":
        acts.accept(one, by=request.user, on=request.today)
    else:
        acts.refuse(one, reason=form.cleaned_data["reason"], by=request.user, on=request.today)


def _claim_or_404(request: StaffRequest, key: UUID) -> Claim:
    """A claim addressed to one of the person's offices."""
    within = Claim.objects.visible_to(request.user).select_related("person", "office")
    return get_object_or_404(within, public_id=key)
