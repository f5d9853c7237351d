import re
import uuid
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import F, Q

from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.rules.codes.identifiers import masked_identity, masked_phone

IDENTITY = re.compile(
    r"(?<![0-9])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)
PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def without_numbers(text: str) -> str:
    """A title without anybody's identity number or mobile number: people put them into the names of files."""
    text = text.translate(FULL_WIDTH)
    text = IDENTITY.sub(lambda found: masked_identity(found[0]), text)
    return PHONE.sub(lambda found: masked_phone(found[0]), text)


def without_names(text: str, names: Iterable[str]) -> str:
    """A title in a list without the given names of the people in it."""
    for name in sorted((each for each in names if len(each) > 1), key=len, reverse=True):
        text = text.replace(name, name[0] + "*" * (len(name) - 1))
    return text


class Document(FirmOwned):
    """A paper of a firm; what it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    secret = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["Document"].as_manager()

    def __str__(self) -> str:
        return self.title

    @property
    def current(self) -> "DocumentVersion | None":
        return self.versions.order_by("-number").first()


class DocumentVersionQuerySet(FirmOwnedQuerySet["DocumentVersion"]):
    def newest(self) -> Self:
        """The last version of each paper, in the order the papers came in."""
        last = self.order_by("document", "-number").distinct("document").values("pk")
        return self.filter(pk__in=last).select_related("document", "by").order_by("-recorded_at", "pk")


class DocumentVersion(FirmOwned):
    """One file, addressed by what it holds. Nobody but its sender may fetch it before it is found clean."""

    RECEIVED, SCANNING, CLEAN, QUARANTINED = "received", "scanning", "clean", "quarantined"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    received_as = models.CharField(max_length=64, blank=True)  # a photograph's, before its data were taken off
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    state = models.CharField(max_length=12, default=RECEIVED)
    objections = models.JSONField(default=list, blank=True)  # why it is quarantined
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="versions_are_numbered"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "scanning", "clean", "quarantined"]), name="document_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def may_be_read_by(self, actor: Actor) -> bool:
        return self.state == self.CLEAN or self.by_id == actor.pk


PROVEN = ("step", "year", "fault", "difficulty", "visit", "right", "project", "product", "staff_year")


class Evidence(FirmOwned):
    """What a paper proves: a step of the plan, the answer to a fault, what a visit saw, or a line of the firm's record:
    a year or one figure of it, a right, a project, a product, the staff of a year. (The slots of a conversion are
    ConversionProof.)
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="proves")
    step = models.ForeignKey("pipeline.Step", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    year = models.ForeignKey(
        "pipeline.FinancialYear", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    fault = models.ForeignKey(
        "pipeline.Fault", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    difficulty = models.ForeignKey(
        "pipeline.Difficulty", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    visit = models.ForeignKey(
        "pipeline.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    right = models.ForeignKey(
        "pipeline.IntellectualProperty", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    project = models.ForeignKey(
        "pipeline.RdProject", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    product = models.ForeignKey(
        "pipeline.HitechProduct", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    staff_year = models.PositiveSmallIntegerField(null=True, blank=True)
    figure = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["Evidence"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, (Q(**{f"{name}__isnull": False}) for name in PROVEN)),
                name="evidence_proves_something",
            ),
            models.CheckConstraint(condition=Q(figure="") | Q(year__isnull=False), name="a_figure_is_of_a_year"),
            models.UniqueConstraint(
                fields=["document", *PROVEN, "figure"], nulls_distinct=False, name="a_paper_proves_a_thing_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}"


class Upload(FirmOwned):
    """A file on its way in pieces; `received` bytes of it are here. Whole, it becomes a version and this row goes.

    `proves` names what it shall prove, `document` the paper it shall be a version of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    purpose = models.CharField(max_length=40)
    proves = models.CharField(max_length=120, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["Upload"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0, received__lte=F("size")), name="no_more_arrives_than_said"),
            models.UniqueConstraint(
                fields=["firm", "by", "name", "size", "purpose", "proves", "document"],
                nulls_distinct=False,
                name="a_file_is_under_way_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.received}/{self.size}"


class UploadPiece(FirmOwned):
    """The bytes of a file under way, from one offset on. They are gone once the file is whole or given up."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    start = models.PositiveBigIntegerField()
    content = models.BinaryField()

    objects = FirmOwnedQuerySet["UploadPiece"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "start"], name="pieces_do_not_overlap")]

    def __str__(self) -> str:
        return f"{self.upload_id} from {self.start}"


class Commitment(FirmOwned):
    """In place of copies of certificates the owner signs that they exist and are true; for one year's application."""

    LICENCE, RIGHTS = "licence", "rights"

    slot = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    says = models.TextField()  # the words that were signed
    signed_as = models.CharField(max_length=40)
    signed_on = models.DateField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["Commitment"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "slot", "year"], name="one_commitment_per_slot_and_year"),
            models.CheckConstraint(condition=Q(slot__in=["licence", "rights"]), name="slot_of_commitment_is_known"),
            models.CheckConstraint(condition=Q(signed_on__year=F("year")), name="a_commitment_is_for_its_own_year"),
            models.CheckConstraint(condition=~Q(says="") & ~Q(signed_as=""), name="a_commitment_says_what_and_who"),
        ]

    def __str__(self) -> str:
        return f"{self.slot} {self.year} of {self.firm_id}"
