"""What may narrow the desk's list of cases: read from the address, offered in a form, said as a sentence."""

from typing import Any

from django import forms
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access, stages
from pipeline.acts.diagnosis import WEIGHT
from pipeline.acts.export_sheet import KINDS
from pipeline.desk.happenings import FLAG_NAMES
from pipeline.desk.paging import OF_A_PAGE
from pipeline.desk.sentence import Sentence
from pipeline.fields import day_field, offer
from pipeline.models import Division, Seat, Tag, User
from pipeline.models.case_list import NOBODY, NONE, OF_APPLICATION, TURN_FORMS, Asked
from pipeline.models.people import TODAY, own_offices
from pipeline.models.work import VIEWS
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.condition import TITLES
from pipeline.templatetags.look import language, spoken

GROUP_NAMES = {
    "over": gettext_lazy("Over"),
    "today": gettext_lazy("Due today"),
    "soon": gettext_lazy("Within 5 working days"),
    "later": gettext_lazy("Later"),
}
CONDITION_NAMES = {
    "county": gettext_lazy("county is"),
    "stage": gettext_lazy("stage is"),
    "when": gettext_lazy("due"),
    "since": gettext_lazy("due from"),
    "until": gettext_lazy("due until"),
    "officer": gettext_lazy("officer is"),
    "coach": gettext_lazy("coach is"),
    "lacking": gettext_lazy("short of"),
    "field": gettext_lazy("field is"),
    "kind": gettext_lazy("kind is"),
    "flag": gettext_lazy("open entry is"),
    "tag": gettext_lazy("tag is"),
    "text": gettext_lazy("firm's name holds"),
}
KNOWN = frozenset({"view", "sort", "saved", *CONDITION_NAMES, *OF_A_PAGE})
Offered = dict[str, list[tuple[str, str]]]


class Conditions(Sentence):
    """What narrows the list of cases."""

    says = CONDITION_NAMES
    known = KNOWN

    county = forms.ChoiceField(label=gettext_lazy("County"), required=False)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    when = forms.ChoiceField(label=gettext_lazy("Due"), required=False)
    since = day_field(gettext_lazy("Due from"), required=False)
    until = day_field(gettext_lazy("Due until"), required=False)
    officer = forms.ChoiceField(label=gettext_lazy("Officer"), required=False)
    coach = forms.ChoiceField(label=gettext_lazy("Coach"), required=False)
    lacking = forms.ChoiceField(label=gettext_lazy("Short of"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    flag = forms.ChoiceField(label=gettext_lazy("Open entry"), required=False)
    tag = forms.ChoiceField(label=gettext_lazy("Tag"), required=False)
    text = forms.CharField(label=gettext_lazy("Name, any two characters"), required=False, max_length=40)

    def __init__(self, asked: QueryDict, offered: Offered) -> None:
        super().__init__(asked)
        self.offered = offered
        nobody = (NOBODY, _("nobody"))
        choices: dict[str, list[Any]] = {
            "county": offered["county"],
            "stage": stage_choices(),
            "when": list(GROUP_NAMES.items()),
            "officer": [nobody, *offered["officer"]],
            "coach": [nobody, *offered["coach"]],
            "lacking": rule_choices(),
            "field": [(code, name) for code, name in carried_fields().items() if len(code) == 2],
            "kind": list(KINDS.items()),
            "flag": [(NONE, _("none")), *FLAG_NAMES.items()],
            "tag": offered["tag"],
        }
        for name, values in choices.items():
            offer(self, name, [("", "—"), *values])
        self.is_valid()

    def of(self, asked: QueryDict) -> "Conditions":
        """Those of another address, out of the same choices."""
        return Conditions(asked, self.offered)


def asked_by(query: QueryDict, conditions: Conditions) -> Asked:
    """What an address asks for; a view or an order it does not know is the first one."""
    view = next((each for each in VIEWS if each == query.get("view")), VIEWS[0])
    sort = query.get("sort", "due")
    return Asked(view, sort if sort in TURN_FORMS else "due", conditions.chosen)


def offered(person: User) -> Offered:
    """The counties, officers, coaches and tags a person may ask for. One statement."""
    sits = Seat.objects.filter(during__contains=TODAY, user__is_active=True)
    officers = sits.filter(kind__in=access.OFFICE)
    counties = Division.objects.counties()
    if not person.reach().everything:
        officers, counties = officers.filter(office__in=own_offices(person)), counties.none()
    coaches = sits.filter(kind="coach")
    rows = _triples(Tag.objects.filter(office__in=own_offices(person)), "tag", F("name"), "name").union(
        _triples(counties, "county", F("code"), "name"),
        _triples(officers, "officer", Cast("user_id", CharField()), "user__name"),
        _triples(coaches, "coach", Cast("user_id", CharField()), "user__name"),
    )
    found: Offered = {"county": [], "officer": [], "coach": [], "tag": []}
    for sort, key, says in rows:
        found[sort].append((key, says))
    return {sort: sorted(pairs, key=lambda pair: pair[sort != "county"]) for sort, pairs in found.items()}


def _triples(rows: Any, sort: str, key: Any, says: str) -> Any:
    named = rows.order_by().annotate(sort=Value(sort, CharField()), key=key, says=F(says))
    return named.values_list("sort", "key", "says").distinct()


def stage_choices() -> list[Any]:
    """Stages of cases, and of the applications that stand for a case in certification."""
    of_cases = [(name, stage.label(language())) for name, stage in stages.CASE_STAGES.items()]
    of_applications = [
        (OF_APPLICATION + name, stage.label(language()))
        for name, stage in stages.APPLICATION_STAGES.items()
        if stage.turn != "nobody"
    ]
    return [(_("Case"), of_cases), (_("Application"), of_applications)]


def rule_choices() -> list[tuple[str, str]]:
    """The conditions of certification that a diagnosis names when they are unmet."""
    return [(rule, spoken(TITLES[rule])) for rule in WEIGHT]
