"""What people are typing, kept by the server until they save it into the record or give it up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.models import Draft, Firm, User

MOST_FIELDS, LONGEST = 500, 4_000


@transaction.atomic
def keep(firm: Firm, page: str, content: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Put this in the place of what the person's draft of the page held, whole or not at all."""
    access.require(by, "draft.keep", Firm.objects.filter(pk=firm.pk))
    small = len(content) <= MOST_FIELDS and all(len(str(value)) <= LONGEST for value in content.values())
    demand(small, page, _("This is more than a page holds."))
    draft = Draft(firm=firm, person=by, page=page, content=dict(content), saved_at=at)
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["firm", "person", "page"],
        update_fields=["content", "saved_at"],
    )


@transaction.atomic
def drop(firm: Firm, page: str, *, by: User) -> None:
    """Give up what the person typed on the page, or forget it because it is in the record now."""
    access.require(by, "draft.keep", Firm.objects.filter(pk=firm.pk))
    Draft.objects.filter(firm=firm, person=by, page=page).delete()
