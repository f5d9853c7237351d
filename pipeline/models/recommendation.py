"""What a recommendation rests on: the county's check with its site visit, what the agency asked for later, the lists
that went to the province.
"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pipeline.access import OFFICE, Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.round import Round

# what a county looks at on the spot and in the papers -> (Chinese, English)
CHECKED = {
    "licence": ("营业执照、名称、住所与申报一致", "licence, name and address as in the dossier"),
    "premises": ("研发场地、设备在用", "premises and equipment of R&D in use"),
    "people": ("科技人员在岗，与名单、社保一致", "tech staff at work, as listed and insured"),
    "rights": ("知识产权证书原件、权属人", "originals and owner of the rights"),
    "expenses": ("研发费用辅助账与凭证抽查", "R&D ledger against vouchers drawn"),
    "income": ("高新技术产品收入的合同、发票抽查", "contracts and invoices of hi-tech income drawn"),
    "conduct": ("信用、安全、质量、环保记录", "record of credit, safety, quality, environment"),
}
AGREES, DIFFERS, NOT_SEEN = "agrees", "differs", "not_seen"
FINDINGS = {
    AGREES: ("相符", "agrees"),
    DIFFERS: ("不符", "differs"),
    NOT_SEEN: ("未核到", "not seen"),
}

FROZEN_LIST = pgtrigger.Trigger(
    name="frozen",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Q(old__sent_on__isnull=False),
    func="raise exception 'a list that was sent stays as it is' using errcode = 'MP002';",
)
FROZEN_LINE = pgtrigger.Trigger(
    name="frozen",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func=(
        "if exists (select from pipeline_provincelist l where l.sent_on is not null"
        " and l.id in (new.list_id, old.list_id)) then"
        " raise exception 'a list that was sent stays as it is' using errcode = 'MP002'; end if;"
        " return coalesce(new, old);"
    ),
)


class CountyCheck(FirmOwned):
    """What a county found when it checked a dossier: who, on which day, at which visit, and of each thing looked at
    whether it agrees. A later check of the same dossier takes the place of an earlier one, which stays to be read.

    `findings` is {thing: {is, says}}.
    """

    application = models.ForeignKey("pipeline.Application", on_delete=models.PROTECT, related_name="checks")
    visit = models.ForeignKey("pipeline.Visit", on_delete=models.PROTECT, related_name="checks")
    findings: Any = models.JSONField()
    says = models.TextField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    objects = FirmOwnedQuerySet["CountyCheck"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(says=""), name="a_check_comes_to_a_conclusion")]
        indexes = [models.Index(fields=["application", "-id"], name="checks_of_application")]

    def __str__(self) -> str:
        return f"{self.application_id} on {self.on}"

    @property
    def wanting(self) -> list[str]:
        """What does not agree, or was not seen."""
        return [name for name in CHECKED if self.findings.get(name, {}).get("is") != AGREES]


class Supplement(FirmOwned):
    """What the agency asked a firm for after the recommendation, until when, and what the firm answered."""

    application = models.ForeignKey("pipeline.Application", on_delete=models.PROTECT, related_name="supplements")
    asks = models.TextField()
    asked_on = models.DateField()
    due_on = models.DateField()
    noted_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["Supplement"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asks=""), name="a_supplement_says_what_is_asked"),
            models.CheckConstraint(condition=Q(due_on__gte=F("asked_on")), name="a_supplement_leaves_time"),
            models.CheckConstraint(
                condition=Q(answered_on=None, answered_by=None, answer="")
                | Q(answered_on__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="an_answered_supplement_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["application", "-id"], name="supplements_of_application")]

    def __str__(self) -> str:
        return f"{self.application_id} by {self.due_on}"


class ProvinceListQuerySet(models.QuerySet["ProvinceList"]):
    def visible_to(self, actor: Actor) -> "ProvinceListQuerySet":
        """The offices see which lists there are; of their lines each sees those of its firms."""
        return self if actor.seat_kinds & OFFICE or actor.reach().everything else self.none()

    def standing(self) -> "ProvinceListQuerySet":
        return self.filter(dropped_on=None)


class ProvinceList(models.Model):
    """A numbered list of recommended firms. One person draws it up, another sends it; from then on it stays as it is,
    with the SHA-256 of the file that went out.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="lists")
    number = models.PositiveSmallIntegerField()
    drawn_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    drawn_on = models.DateField()
    dropped_on = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=60, blank=True)  # number of the letter it went with
    sent_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(null=True, blank=True)
    firms = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ProvinceListQuerySet.as_manager()

    class Meta:
        triggers = (FROZEN_LIST,)
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="lists_of_a_round_are_numbered"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(sent_on=None, dropped_on=None), name="one_open_list_a_round"
            ),
            models.CheckConstraint(condition=~Q(sent_by=F("drawn_by")), name="nobody_sends_the_list_they_drew"),
            models.CheckConstraint(
                condition=Q(sent_on=None, sent_by=None, sha256="")
                | Q(sent_on__isnull=False, sent_by__isnull=False, dropped_on=None) & ~Q(sha256=""),
                name="a_sent_list_has_its_day_and_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}-{self.number}"


class Listed(FirmOwned):
    """One line of a list to the province: its number, and what it says of the firm that day, as it stays."""

    list = models.ForeignKey(ProvinceList, on_delete=models.PROTECT, related_name="lines")
    application = models.OneToOneField("pipeline.Application", on_delete=models.PROTECT, related_name="listed")
    position = models.PositiveIntegerField()
    says: Any = models.JSONField()  # {column: text}

    objects = FirmOwnedQuerySet["Listed"].as_manager()

    class Meta:
        triggers = (FROZEN_LINE,)
        constraints = [
            models.UniqueConstraint(fields=["list", "position"], name="lines_of_a_list_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}.{self.position}"
