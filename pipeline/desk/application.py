"""The acts of the bureau on the open application of a case."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import stages
from pipeline.acts import application as acts
from pipeline.acts.diagnosis import WEIGHT
from pipeline.desk.case_moves import CountyForm
from pipeline.desk.faults import FaultsForm
from pipeline.desk.moving import (
    Deed,
    ForwardForm,
    MoveForm,
    NoteForm,
    RemarkForm,
    carry_out,
    case_or_404,
    granted,
    words,
)
from pipeline.desk.standing import open_dossier
from pipeline.fields import day_field, offer
from pipeline.models import Division
from pipeline.request import StaffRequest
from pipeline.rules.condition import TITLES
from pipeline.templatetags.look import language, spoken


class RecordForm(MoveForm):
    """What the agency's list says. A refusal names what was found wanting; it becomes the gaps of the next plan."""

    to = forms.ChoiceField(label=gettext_lazy("Stage or result on the list"))
    refusal = forms.MultipleChoiceField(
        label=gettext_lazy("Conditions found wanting"),
        help_text=gettext_lazy("Only for a refusal."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    by_day = day_field(
        gettext_lazy("Day the agency set"), required=False, help_text=gettext_lazy("Only for a supplement.")
    )
    note = words(gettext_lazy("Source and remark"), gettext_lazy("Which list, of which day."), required=False)

    def prepare(self) -> None:
        targets = stages.APPLICATION_MOVES["application.record"].to
        names = stages.APPLICATION_STAGES
        offer(
            self,
            "to",
            [(name, stage.label(language())) for name, stage in names.items() if name in targets],
        )
        offer(self, "refusal", [(rule, spoken(TITLES[rule])) for rule in WEIGHT])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("to") == "refused" and not said.get("refusal"):
            self.add_error("refusal", _("Say which conditions the agency found wanting."))
        return said


def _change_county(applications: Any, *, division: Division, **who: Any) -> Any:
    return acts.change_county(applications, division, **who)


def _propose(applications: Any, *, versions: Any, **said: Any) -> Any:
    return acts.propose(applications, **said)


DEEDS = {
    deed.slug: deed
    for deed in (
        Deed("forward-dossier", "application.forward", acts.forward, ForwardForm, key="G", table="application"),
        Deed("recommend", "application.recommend", acts.recommend, RemarkForm, key="G", table="application"),
        Deed(
            "propose-recommendation", "application.propose", _propose, NoteForm,
            gettext_lazy("Propose recommendation"), frozenset({"city_review"}), key="G", table="application",
        ),
        Deed("record", "application.record", acts.record, RecordForm, key="G", table="application"),
        Deed(
            "return-dossier-from-county", "application.return_from_county", acts.return_from_county, FaultsForm,
            key="R", table="application",
        ),
        Deed(
            "return-dossier-from-city", "application.return_from_city", acts.return_from_city, FaultsForm,
            key="R", table="application",
        ),
        Deed("send-dossier-back", "application.send_back", acts.send_back, NoteForm, table="application"),
        Deed(
            "not-recommend", "application.not_recommend", acts.not_recommend, NoteForm, danger=True, table="application"
        ),
        Deed(
            "change-dossier-county", "application.change_county", _change_county, CountyForm, table="application"
        ),
        Deed("lapse-dossier", "application.lapse", acts.lapse, danger=True, table="application"),
    )
}  # fmt: skip


def move(request: StaffRequest, number: str, slug: str) -> HttpResponse:
    case = case_or_404(request, number)
    deed = granted(request, DEEDS, slug)
    application = open_dossier(case)
    if application is None:
        raise Http404("no application is open")
    return carry_out(request, deed, case, application)
