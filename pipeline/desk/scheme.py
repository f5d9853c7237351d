"""A scheme: a book with other numbers kept under a name, proposed for the pool, and published by a second person."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import book as acts
from pipeline.acts import trial as trial_acts
from pipeline.desk.attempt import attempt
from pipeline.desk.difference import Change, changes
from pipeline.desk.laboratory import STATES, NameForm, side_of, tried
from pipeline.fields import day_field
from pipeline.models import BookDraft, Trial, User
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.shelf.volumes import TITLES, BookRefused
from pipeline.templatetags.look import spoken


class ProposalForm(forms.Form):
    effective_from = day_field(gettext_lazy("Takes effect on"))
    instrument = forms.CharField(label=gettext_lazy("Number of the document"), max_length=100)
    article = forms.CharField(label=gettext_lazy("Article"), max_length=100)
    note = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is not published"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class PlainForm(forms.Form):
    """An act that asks for nothing more; what speaks against it is told above the page."""


DEEDS: dict[str, tuple[type[forms.Form], Callable[..., object]]] = {
    "propose": (ProposalForm, acts.propose),
    "publish": (PlainForm, acts.publish),
    "reject": (ReasonForm, acts.reject),
    "withdraw": (PlainForm, acts.withdraw),
}
DONE = {
    "propose": gettext_lazy("Proposed: a head of the city office publishes it or says why not."),
    "publish": gettext_lazy("Published. Cases that were handed in before keep the book they were judged by."),
    "reject": gettext_lazy("Not published; the author is told why."),
    "withdraw": gettext_lazy("Taken back."),
}


def scheme(request: StaffRequest, scheme_key: UUID) -> HttpResponse:
    """What the scheme changes of the book in force, line by line, and what may be done with it now."""
    return _page(request, _one(request.user, scheme_key))


def scheme_move(request: StaffRequest, scheme_key: UUID, slug: str) -> HttpResponse:
    """Propose it, publish it, say no, or take it back."""
    found = _one(request.user, scheme_key)
    if slug not in DEEDS:
        raise Http404("a scheme knows no such act")
    form = DEEDS[slug][0](request.POST)
    if form.is_valid() and attempt(form, lambda: _do(request, found, slug, form)):
        messages.success(request, str(DONE[slug]))
        return redirect("desk:scheme", found.public_id)
    return _page(request, found, {slug: form}, status=422)


def _do(request: StaffRequest, found: BookDraft, slug: str, form: forms.Form) -> None:
    rows, seen = BookDraft.objects.filter(pk=found.pk), number_sent(request.POST.get("version", ""))
    DEEDS[slug][1](rows, by=request.user, on=request.today, version=seen, **form.cleaned_data)


def scheme_try(request: StaffRequest, scheme_key: UUID) -> HttpResponse:
    """Try a scheme against the book in force: on its first day where it has one to come, else today."""
    found = _one(request.user, scheme_key)
    day = max(found.effective_from or request.today, request.today)
    return tried(request, trial_acts.side(found.book, day), side_of(found, day))


def scheme_save(request: StaffRequest, trial_key: UUID) -> HttpResponse:
    """Keep what was tried as a scheme."""
    trial = get_object_or_404(Trial.objects.visible_to(request.user), public_id=trial_key)
    form = NameForm(request.POST)
    kept: list[BookDraft] = []

    def keep() -> None:
        what = {"book": trial.after["book"], "changes": trial.after["changes"], **form.cleaned_data}
        kept.append(acts.save(**what, by=request.user, on=request.today))

    if form.is_valid() and attempt(form, keep):
        messages.success(request, _("The scheme “%(name)s” is kept.") % form.cleaned_data)
        return redirect("desk:scheme", kept[0].public_id)
    for faults in form.errors.values():
        messages.error(request, " ".join(str(fault) for fault in faults))
    return redirect("desk:trial", trial.public_id)


def _one(user: User, scheme_key: UUID) -> BookDraft:
    rows = BookDraft.objects.visible_to(user).select_related("author", "office", "decided_by")
    return get_object_or_404(rows, public_id=scheme_key)


def _page(
    request: StaffRequest, found: BookDraft, tried: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    offered = {slug: (tried or {}).get(slug) or DEEDS[slug][0]() for slug in _offered(request.user, found)}
    changed, refused = _changed(request, found)
    context = {
        "section": "desk:laboratory",
        "scheme": found,
        "book_title": TITLES[found.book],
        "state": STATES[found.state],
        "offered": offered,
        "form": next(iter((tried or {}).values()), None),
        "changes": changed,
        "refused": refused,
        "mine": found.author_id == request.user.pk,
    }
    return render(request, "desk/scheme/scheme.html", context, status=status)


def _offered(user: User, found: BookDraft) -> list[str]:
    """What this person may do now; who wrote a scheme never decides on it."""
    mine, rows = found.author_id == user.pk, BookDraft.objects.filter(pk=found.pk)
    if found.state == BookDraft.DRAFT and mine:
        may_propose = found.book == POOL and access.may(user, "book.propose", rows)
        return ["propose", "withdraw"] if may_propose else ["withdraw"]
    if found.state == BookDraft.PROPOSED and mine:
        return ["withdraw"]
    if found.state == BookDraft.PROPOSED and access.may(user, "book.publish", rows):
        return ["publish", "reject"]
    return []


def _changed(request: StaffRequest, found: BookDraft) -> tuple[list[Change], list[str]]:
    """What the scheme changes of the book in force on its first day, or today; why it no longer fits that book.

    Of one that is published: what it changed of the book before it.
    """
    day = found.effective_from or request.today
    before = day - timedelta(days=1) if found.state == BookDraft.PUBLISHED else day
    try:
        return changes(book_in_force(found.book, before), found.applied_to(book_in_force(found.book, day))), []
    except BookRefused as refused:
        return [], [spoken(fault.says) for fault in refused.faults]
