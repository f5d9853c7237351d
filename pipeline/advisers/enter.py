"""An expert comes in by the link that was sent to them, with the code that the office told them."""

from uuid import UUID

from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.postgres.scope import acting
from pipeline.acts import scoring
from pipeline.models import PanelMember, User

BACKEND = "django.contrib.auth.backends.ModelBackend"
ALONE = frozenset({"expert"})


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits. The office that invited you tells you, by telephone."),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


@login_not_required
def enter(request: HttpRequest, task_key: UUID, mark: str) -> HttpResponse:
    """The link opens this task once. Who holds other seats too signs in by password: a link is not enough for those."""
    person = _person(task_key)
    if person is None:
        return render(request, "advisers/enter/no_link.html", status=404)
    with acting(person):
        member = PanelMember.objects.asked().filter(public_id=task_key).first()
        if member is None or not scoring.is_link(member, mark, at=timezone.now()):
            return render(request, "advisers/enter/no_link.html", status=404)
        form = CodeForm(request.POST or None)
        alone = person.seat_kinds == ALONE
        if request.method == "POST" and alone and form.is_valid() and _came_in(form, person, task_key, mark):
            login(request, person, backend=BACKEND)
            return redirect("advisers:task", task_key)
        context = {"form": form, "alone": alone, "left": PanelMember.MOST_GUESSES - member.guesses}
        return render(request, "advisers/enter/enter.html", context, status=422 if form.errors else 200)


def _person(task: UUID) -> User | None:
    key = scoring.asked_by(task)
    return None if key is None else User.objects.filter(pk=key, is_active=True).first()


def _came_in(form: CodeForm, person: User, task: UUID, mark: str) -> bool:
    if scoring.enter(task, form.cleaned_data["code"], by=person, at=timezone.now(), mark=mark) is not None:
        return True
    form.add_error("code", wrong_code())
    return False


def wrong_code() -> str:
    return _("This is not the code. After five wrong ones the office must send a new link.")
