from django.db import models
from django.db.models.functions import Now

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class Draft(FirmOwned):
    """What a person typed on a page and has not saved into the record: it outlives the session and the browser.

    `content` is the form as text by field name, `page` the page's name within the firm.
    """

    person = models.ForeignKey("pipeline.User", on_delete=models.CASCADE, related_name="drafts")
    page = models.CharField(max_length=60)
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    objects = FirmOwnedQuerySet["Draft"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "person", "page"], name="one_draft_per_person_and_page"),
            models.CheckConstraint(condition=~models.Q(page=""), name="a_draft_is_of_a_page"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.page} of {self.firm_id}"
