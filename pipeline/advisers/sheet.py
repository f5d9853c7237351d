"""One firm before an expert: what the record says of it beside the sheet of points, each with its band and a reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import scoring
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.scoring import LONGEST_REASON, SHORTEST_REASON
from pipeline.models import PanelFile, PanelMember, ScoreSheet
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.law.score import TITLES
from pipeline.rules.panels import FINANCIAL, ITEMS
from pipeline.templatetags.look import measure, spoken

RIGHTS = {
    "invention": gettext_lazy("invention"), "utility_model": gettext_lazy("utility model"),
    "design": gettext_lazy("design"), "software": gettext_lazy("software copyright"),
    "ic_layout": gettext_lazy("layout of an integrated circuit"), "plant_variety": gettext_lazy("plant variety"),
    "crop_variety": gettext_lazy("crop variety"), "new_drug": gettext_lazy("new drug"),
    "protected_tcm": gettext_lazy("protected traditional medicine"),
    "defence_invention": gettext_lazy("defence invention"),
}  # fmt: skip
FIGURES = {
    "sales": gettext_lazy("Sales"), "total_income": gettext_lazy("Total income"),
    "hitech_income": gettext_lazy("Hi-tech income"), "rd_total": gettext_lazy("R&D expense"),
    "net_assets": gettext_lazy("Net assets"), "staff": gettext_lazy("Staff"), "tech_staff": gettext_lazy("Tech staff"),
}  # fmt: skip
PERSONS = ("staff", "tech_staff")


class SheetForm(forms.Form):
    """Two fields for each item of the expert's kind; the bands are those that the figures of the firm allow."""

    def __init__(self, *args: Any, items: tuple[str, ...], bands: dict[str, list[int]], **also: Any) -> None:
        super().__init__(*args, **also)
        self.items = items
        for item in items:
            low, high = bands[item]
            title = spoken(TITLES[item])
            number = {"min": low, "max": high, "step": 1, "inputmode": "numeric", "class": "entry num"}
            points = forms.NumberInput(number)
            self.fields[f"points_{item}"] = forms.IntegerField(
                label=_("%(item)s: points") % {"item": title}, required=False, widget=points
            )
            reason = forms.Textarea({"rows": 2, "minlength": SHORTEST_REASON, "class": "entry"})
            self.fields[f"reason_{item}"] = forms.CharField(
                label=_("%(item)s: reason") % {"item": title}, required=False, max_length=LONGEST_REASON, widget=reason
            )
        self.fields["opinion"] = forms.CharField(
            label=_("What else the panel should know"),
            required=False,
            max_length=4_000,
            widget=forms.Textarea({"rows": 3}),
        )

    def points(self) -> dict[str, int]:
        given = {item: self.cleaned_data[f"points_{item}"] for item in self.items}
        return {item: each for item, each in given.items() if each is not None}

    def reasons(self) -> dict[str, str]:
        return {item: self.cleaned_data[f"reason_{item}"] for item in self.items}


def sheet(request: StaffRequest, task_key: UUID, position: int) -> HttpResponse:
    mine = PanelMember.objects.reviewing(request.user).select_related("panel")
    member = get_object_or_404(mine, public_id=task_key)
    file = get_object_or_404(PanelFile.objects.visible_to(request.user), panel=member.panel_id, position=position)
    kept = ScoreSheet.objects.filter(file=file, member=member).first()
    items = ITEMS[member.kind]
    form = SheetForm(request.POST or None, items=items, bands=file.bands, initial=_initial(kept))
    if request.method == "POST" and form.is_valid() and _keeps(request, member, file, form):
        last = position >= PanelFile.objects.filter(panel=member.panel_id).count()
        messages.success(request, _("Kept."))
        if "next" in request.POST:
            return redirect("advisers:task", task_key) if last else redirect("advisers:sheet", task_key, position + 1)
        return redirect("advisers:sheet", task_key, position)
    context = {
        "member": member,
        "panel": member.panel,
        "file": file,
        "name": file.content.get("name") or _("Firm %(n)s") % {"n": position},
        "content": _shown(file.content),
        "lines": [_line(form, file, item) for item in items],
        "form": form,
        "version": kept.version if kept else 0,
        "total": sum(kept.points.values()) if kept else 0,
        "may_fill": member.submitted_at is None and member.declared_at is not None,
        "others": range(1, PanelFile.objects.filter(panel=member.panel_id).count() + 1),
    }
    return render(request, "advisers/sheet/sheet.html", context, status=422 if form.errors else 200)


def _keeps(request: StaffRequest, member: PanelMember, file: PanelFile, form: SheetForm) -> bool:
    version, opinion = number_sent(request.POST.get("version", "")), form.cleaned_data["opinion"]
    try:
        scoring.keep(member, file, form.points(), form.reasons(), by=request.user, version=version, opinion=opinion)
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            form.add_error(missing.place if missing.place in form.fields else None, missing.says)
        return False
    return True


def _initial(kept: ScoreSheet | None) -> dict[str, Any]:
    if kept is None:
        return {}
    points = {f"points_{item}": given for item, given in kept.points.items()}
    return points | {f"reason_{item}": says for item, says in kept.reasons.items()} | {"opinion": kept.opinion}


def _line(form: SheetForm, file: PanelFile, item: str) -> dict[str, Any]:
    low, high = file.bands[item]
    found = file.content["found"].get(item)
    return {
        "title": TITLES[item],
        "low": low,
        "high": high,
        "found": measure(found, "share" if item in ITEMS[FINANCIAL] else "") if found is not None else "",
        "points": form[f"points_{item}"],
        "reason": form[f"reason_{item}"],
    }


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    """The frozen record in the words of the page."""
    years = content["figures"]
    rows = [
        {"label": label, "money": name not in PERSONS, "values": [_plain(each[name], name) for each in years]}
        for name, label in FIGURES.items()
    ]
    rights = [(RIGHTS.get(each["kind"], each["kind"]), each) for each in content["rights"]]
    return {**content, "years": [each["year"] for each in years], "rows": rows, "rights": rights}


def _plain(value: str | None, name: str) -> str | None:
    return measure(value, "") if value is not None and name in PERSONS else value
