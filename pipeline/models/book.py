"""What the bureau makes of a book: what it supposes and proposes, and the editions it has published."""

import uuid
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import Lead, Now

from pipeline.access import OFFICE, Actor, Reach
from pipeline.rules import Book, Label
from pipeline.rules.shelf.dated import Source
from pipeline.rules.shelf.revision import revised

POOL = "pool"


class BookDraftQuerySet(models.QuerySet["BookDraft"]):
    def visible_to(self, actor: Actor) -> Self:
        """What was drawn up in one's own office; the city sees what its counties suppose."""
        return self._within(actor.reach(OFFICE))

    def beyond(self, reach: Reach) -> bool:
        return self.exclude(pk__in=self._within(reach).values("pk")).exists()

    def _within(self, reach: Reach) -> Self:
        return self if reach.everything else self.filter(office__division__in=reach.counties)


class BookDraft(models.Model):
    """A book with parameters changed, kept under a name: a supposition of the laboratory until it is proposed.

    `changes` is {rule: the value as a file of the book has it}. Who wrote it never decides on it.
    """

    DRAFT, PROPOSED, PUBLISHED, REJECTED, WITHDRAWN = "draft", "proposed", "published", "rejected", "withdrawn"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    book = models.CharField(max_length=12)
    base_version = models.CharField(max_length=40)  # of the book that was in force when the changes were written
    changes: Any = models.JSONField(default=dict)
    state = models.CharField(max_length=9, default=DRAFT)
    version = models.PositiveIntegerField(default=1)
    saved_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    effective_from = models.DateField(null=True, blank=True)
    instrument = models.CharField(max_length=100, blank=True)  # number of the document that sets the new values
    article = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    proposed_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)  # of a rejection

    objects = BookDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed", "published", "rejected", "withdrawn"]),
                name="book_draft_state_is_known",
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("author")), name="nobody_decides_their_own_book"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(book="pool", effective_from__isnull=False, proposed_on__isnull=False)
                & ~Q(instrument="")
                & ~Q(article=""),
                name="a_proposed_book_has_its_day_and_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["published", "rejected"], decided_by__isnull=False, decided_on__isnull=False)
                | ~Q(state__in=["published", "rejected"]) & Q(decided_by=None, decided_on=None),
                name="a_decided_book_has_its_judge",
            ),
        ]
        indexes = [models.Index(fields=["office", "-id"], name="book_drafts_of_office")]

    def __str__(self) -> str:
        return self.name

    def applied_to(self, book: Book) -> Book:
        """The book with the changes of this draft. Raises BookRefused where they do not fit it."""
        return revised(book, self.changes)


class BookEditionQuerySet(models.QuerySet["BookEdition"]):
    def in_turn(self, book: str = POOL) -> Self:
        """The editions of a book, the one that begins last first, each knowing when the next begins."""
        following = Window(Lead("effective_from"), order_by="effective_from")
        return self.filter(book=book).annotate(next_from=following).order_by("-effective_from")


class BookEdition(models.Model):
    """A revision of the pool book that two people signed: what it changes, from which day, by which document.

    The book in force is the carried one with every edition that has begun, in the order in which they begin.
    """

    number = models.PositiveIntegerField()
    book = models.CharField(max_length=12, default=POOL)
    effective_from = models.DateField()
    changes: Any = models.JSONField()
    instrument = models.CharField(max_length=100)
    article = models.CharField(max_length=100)
    book_version = models.CharField(max_length=40)  # of the book in force on the first day, as it was published
    draft = models.OneToOneField(BookDraft, on_delete=models.PROTECT, related_name="edition")
    proposed_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BookEditionQuerySet.as_manager()
    next_from: date | None  # beside rows of `in_turn`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="one_edition_a_number"),
            models.UniqueConstraint(fields=["book", "effective_from"], name="one_edition_begins_on_a_day"),
            models.CheckConstraint(condition=~Q(published_by=F("proposed_by")), name="two_people_sign_a_book"),
            models.CheckConstraint(
                condition=Q(effective_from__gte=F("published_on")), name="no_edition_begins_before_it_is_published"
            ),
            models.CheckConstraint(condition=Q(book="pool"), name="only_the_pool_book_is_published"),
            models.CheckConstraint(condition=~Q(instrument="") & ~Q(article=""), name="an_edition_names_its_document"),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.number}"

    @property
    def until(self) -> date | None:
        """The last day before the next edition begins; wants `in_turn`."""
        return self.next_from - timedelta(days=1) if self.next_from else None


def document(number: str, article: str) -> Source:
    """The bureau's own document as the source of a number; that it says so was compared by the second signature."""
    return Source(number, number, Label(number, number), article, "C", None, None)
