"""A new account: name, telephone number, password. It sees nothing until a firm or the bureau seats it."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import membership
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import PhoneField
from pipeline.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignUpForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=40)
    phone = PhoneField(label=gettext_lazy("Telephone"), help_text=gettext_lazy("You sign in with this number."))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least twelve signs; a sentence is easy to remember."),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)


@login_not_required
def signup(request: HttpRequest) -> HttpResponse:
    """Who has an account goes on; a new one is signed in and goes where they came from, or on to claim a firm."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = _signed_up(request, form)
        if person is not None:
            login(request, person, backend=BACKEND)
            return redirect(_next(request))
    return render(request, "public/signup/signup.html", {"form": form, "next": request.GET.get("next", "")})


def _signed_up(request: HttpRequest, form: SignUpForm) -> User | None:
    if not ratelimit.consume(request, action="signup"):
        form.add_error(None, _("Too many accounts were opened from here. Try again in an hour."))
        return None
    said: dict[str, Any] = form.cleaned_data
    try:
        with transaction.atomic():
            return membership.sign_up(**said)
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            form.add_error(missing.place, missing.says)
        return None


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else reverse("portal:claim")
