"""The link by which somebody was invited to act for a firm."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from pipeline.acts import membership
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest


def join(request: StaffRequest, token: str) -> HttpResponse:
    """What is offered and by whom, and the button that takes it. A link of somebody else's says no more than a dead
    one.
    """
    form = forms.Form(request.POST if request.method == "POST" else None)
    invited = membership.invitation_of(token, at=now())
    if request.method == "POST" and attempt(
        form, lambda: membership.join(token, by=request.user, on=request.today, at=now())
    ):
        messages.success(request, _("You act for the firm now."))
        return redirect("home")
    return render(request, "portal/join/join.html", {"form": form, "invited": invited})
