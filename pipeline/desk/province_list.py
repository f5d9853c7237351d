"""One list of recommended firms to the province: its lines, sending it, and its file as it went out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import recommendation as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.desk.round import tabs
from pipeline.models import Listed, MoveRefused, ProvinceList
from pipeline.request import StaffRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SendForm(forms.Form):
    document = forms.CharField(
        label=gettext_lazy("Number of the letter"), max_length=60, required=False,
        help_text=gettext_lazy("It stands on the list; empty for none."),
    )  # fmt: skip


def province_list(request: StaffRequest, round_key: int, list_number: int) -> HttpResponse:
    """The list as it stands; sending and dropping it are posted here."""
    found = _one(request, round_key, list_number)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = SendForm(request.POST if do == "send" else None)
    if do in DEEDS and (do != "send" or form.is_valid()) and _done(request, found, do, form):
        return redirect("desk:province_list", round_key, list_number)
    lines = Listed.objects.visible_to(request.user).filter(list=found).select_related("firm", "application__case")
    page = page_of(request, lines.defer("firm__search").order_by("position"), lines.count())
    own = found.drawn_by_id == request.user.pk
    context = {
        "list": found,
        "page": page,
        "form": form,
        "waits": found.sent_on is None and found.dropped_on is None,
        "may_fetch": access.opens(request.user.seat_kinds, "desk:province_list_file"),
        "may_send": access.may(request.user, "province_list.send") and not own,
        "may_drop": access.may(request.user, "province_list.drop"),
        "tabs": tabs("desk:rounds"),
        "section": "desk:applications",
    }
    return render(request, "desk/province_list/list.html", context, status=422 if form.errors else 200)


def province_list_file(request: StaffRequest, round_key: int, list_number: int) -> HttpResponseBase:
    """The file of the whole city, for its offices."""
    found = _one(request, round_key, list_number)
    if not found.sha256:
        raise Http404("not sent yet")
    name = _("%(round)s list %(n)s.xlsx") % {"round": found.round.name, "n": found.number}
    response = FileResponse(acts.content(found), as_attachment=True, filename=name, content_type=XLSX)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _one(request: StaffRequest, round_key: int, list_number: int) -> ProvinceList:
    rows = ProvinceList.objects.visible_to(request.user).select_related("round", "drawn_by", "sent_by")
    return get_object_or_404(rows, round=round_key, number=list_number)


DEEDS = ("send", "drop")


def _done(request: StaffRequest, found: ProvinceList, do: str, form: SendForm) -> bool:
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    try:
        if do == "drop":
            acts.drop(found, **who)
            messages.success(request, _("The list is dropped. Its firms wait for the next one."))
        elif not attempt(form, lambda: acts.send(found, document=form.cleaned_data["document"], **who)):
            return False
        else:
            messages.success(request, _("The list is sent and stays as it is. Its file and hash are kept."))
    except MoveRefused:
        messages.error(request, _("The list was sent or dropped in the meantime."))
    return True
