"""The certifying agency's lists: taken in, looked through line by line, and compared with the record both ways."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access, jobs
from pipeline.acts import result as acts
from pipeline.acts.result_matching import REASONS
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.desk.round import tabs
from pipeline.fields import day_field, offer, offer_rows
from pipeline.models import Firm, Result, ResultList, Round
from pipeline.models.reconciliation import Span, sides
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.condition import TITLES
from pipeline.templatetags.look import spoken

KINDS: dict[str, str | Promise] = {
    ResultList.CERTIFIED: gettext_lazy("Certificates that were issued"),
    ResultList.PUBLICITY: gettext_lazy("Firms on public notice"),
    ResultList.REFUSED: gettext_lazy("Firms that did not pass"),
}
STATES: dict[str, str | Promise] = {
    Result.DOUBTFUL: gettext_lazy("Doubtful"),
    Result.ELSEWHERE: gettext_lazy("Certified there, not here"),
    Result.REFUSED: gettext_lazy("Refused"),
    Result.SURE: gettext_lazy("Sure"),
    Result.RECORDED: gettext_lazy("Put on record"),
    Result.KNOWN: gettext_lazy("On record before"),
    Result.LEFT: gettext_lazy("Left alone"),
}
DID_NOT_APPLY = gettext_lazy("Did not apply here")
TONES = {Result.RECORDED: "good", Result.DOUBTFUL: "warn", Result.ELSEWHERE: "warn", Result.REFUSED: "bad"}
LONGEST_TEXT = 2_000_000
ROWS = 25


class ListForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What it lists"))
    round = forms.ModelChoiceField(Round.objects.none(), label=gettext_lazy("Round"), required=False, empty_label="—")
    day = day_field(gettext_lazy("Day of the notice; of issue, where lines name none"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            ".xlsx, .xls, .csv or .ods with the columns credit code, name, certificate, issued on; for refusals reasons"
        ),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.csv,.ods"}),
        required=False,
    )
    rows = forms.CharField(
        label=gettext_lazy("Or rows from the spreadsheet, with their head"),
        widget=forms.Textarea({"rows": 6, "class": "mono", "spellcheck": "false"}),
        max_length=LONGEST_TEXT,
        required=False,
        strip=False,
    )

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "kind", KINDS.items())
        offer_rows(self, "round", Round.objects.order_by("-county_date", "-pk"))


class SettleForm(forms.Form):
    """Which firm a line is of, which conditions a refusal names, or why nothing is done."""

    uscc = forms.CharField(label=gettext_lazy("Credit code of the firm"), max_length=40, required=False)
    why = forms.CharField(label=gettext_lazy("Why nothing is to be done"), max_length=300, required=False)


def results(request: StaffRequest) -> HttpResponse:
    """The lists that were taken in, the latest first, and the form that takes one in."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (told := _take_in(request, form)):
        return redirect("desk:result_list", told.public_id)
    lists = ResultList.objects.visible_to(request.user)
    page = page_of(request, lists.with_counts().select_related("round", "by"), lists.count())
    context = {
        "section": "desk:certificates",
        "tabs": tabs("desk:results"),
        "page": page,
        "rows": [(each, KINDS[each.kind], each.lines_doubtful + each.lines_elsewhere + each.lines_refused)
                 for each in page.object_list],
        "form": form,
        "may": access.may(request.user, "result.take_in"),
    }  # fmt: skip
    return render(request, "desk/result/results.html", context)


def result_list(request: StaffRequest, result_key: UUID) -> HttpResponse:
    """One list: its lines by where they stand; those that wait first."""
    found = get_object_or_404(ResultList.objects.visible_to(request.user).with_counts(), public_id=result_key)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and _acted(request, found, form):
        return redirect(request.get_full_path())
    counts = {state: getattr(found, f"lines_{state}") for state in STATES}
    asked = request.GET.get("state", "")
    chosen = asked if asked in STATES else next((state for state in STATES if counts[state]), Result.SURE)
    rows = found.rows.filter(state=chosen).select_related("firm", "settled_by").order_by("position")
    page = page_of(request, rows, counts[chosen], size=ROWS)
    context = {
        "section": "desk:certificates",
        "list": found,
        "kind": KINDS[found.kind],
        "tabs": [
            {"url": f"?state={state}", "label": _said(state, found), "count": counts[state], "here": state == chosen}
            for state in STATES
        ],
        "page": page,
        "rows": [(each, [spoken(TITLES[rule].to_json()) for rule in each.rules]) for each in page.object_list],
        "tone": TONES.get(chosen, ""),
        "waits": chosen in Result.WAITING,
        "form": form,
        "sure": counts[Result.SURE],
        "reasons": [(rule, spoken(TITLES[rule].to_json())) for rule in REASONS],
        "may": access.may(request.user, "result.settle"),
    }
    return render(request, "desk/result/list.html", context)


def reconciliation(request: StaffRequest) -> HttpResponse:
    """What the lists say beside what is on record, of a round or a year."""
    rounds = list(Round.objects.order_by("-county_date", "-pk")[:40])
    span = _span(request, rounds)
    compared = sides(span, request.user.reach(access.OFFICE), ResultList.objects.visible_to(request.user))
    years = sorted({each.year for each in rounds} | {request.today.year, span.year}, reverse=True)
    context = {
        "section": "desk:certificates",
        "tabs": tabs("desk:reconciliation"),
        "span": span,
        "sides": compared,
        "rounds": rounds,
        "years": years,
        "there_only": compared.there_only[:200],
        "here_only": compared.here_only[:200],
        "waiting": compared.waiting[:200],
    }
    return render(request, "desk/result/reconciliation.html", context)


def _span(request: StaffRequest, rounds: list[Round]) -> Span:
    chosen = number_sent(request.GET.get("round", ""))
    found = next((each for each in rounds if each.pk == chosen), None)
    year = number_sent(request.GET.get("year", ""))
    if found is not None:
        return Span(found.year, found)
    return Span(year if 2008 <= year <= 2199 else request.today.year)


def _said(state: str, found: ResultList) -> str | Promise:
    elsewhere = state == Result.ELSEWHERE and found.kind != ResultList.CERTIFIED
    return DID_NOT_APPLY if elsewhere else STATES[state]


def _take_in(request: StaffRequest, form: ListForm) -> ResultList | None:
    said = form.cleaned_data
    sent = said["file"]
    taken: list[ResultList] = []

    def act() -> None:
        about = {"kind": said["kind"], "day": said["day"], "round": said["round"], "text": said["rows"]}
        name = sent.name if sent else ""
        taken.append(acts.take_in(by=request.user, on=request.today, content=sent, name=name, **about))

    return taken[0] if attempt(form, act) else None


def _acted(request: StaffRequest, found: ResultList, form: SettleForm) -> bool:
    """Confirm the list, or settle one of its lines."""
    if "confirm" in request.POST:
        count = acts.confirm(found, by=request.user)
        person = request.user.pk
        transaction.on_commit(lambda: jobs.record_results.delay(found.pk, person=person), robust=True)
        messages.success(request, _("Being put on record: %(n)s lines.") % {"n": count})
        return True
    row = get_object_or_404(found.rows.all(), position=number_sent(request.POST.get("row", "")))
    return form.is_valid() and attempt(form, lambda: _settle(request, row, form))


def _settle(request: StaffRequest, row: Result, form: SettleForm) -> None:
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    if "leave" in request.POST:
        acts.leave(row, why=form.cleaned_data["why"], **who)
        messages.success(request, _("Noted: nothing is done about it."))
        return
    code = form.cleaned_data["uscc"].strip().upper()
    firms = Firm.objects.within(request.user.reach(access.GRANTS["result.settle"]))
    firm = firms.filter(uscc=code).first() if code else None
    settled = acts.settle(row, firm=firm, rules=request.POST.getlist("rule"), **who)
    says = {Result.SURE: _("The line is sure now: it is put on record with the list."),
            Result.KNOWN: _("It is on record already.")}  # fmt: skip
    messages.success(request, says.get(settled.state, _("The line is on record.")))
