"""What a job found odd in a firm, a merge that was taken back, and what the registry tells an office."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline import models


def quality_rows(own: dict[str, Any], number: int, day: date, author: dict[str, Any]) -> None:
    key, found = f"{number:040}", {"found_on": day, "sides": "0" * 40}
    models.Trait.objects.create(**own, kind="same_phone", key=key, shown="139****1234")
    models.Looked.objects.create(**own, versions=key)
    models.Hit.objects.create(**own, kind="off_by_unit", about="2025.sales.2024", **found)


def merged_rows(firms: Iterable[int], office: int, officer: models.User, head: models.User, day: date) -> None:
    """Of each firm a merge that one person proposed, another did and took back."""
    for firm in firms:
        with acting(officer), transaction.atomic():
            told: dict[str, Any] = {"into": models.Firm.objects.exclude(pk=firm).earliest("pk"), "why": "同一家"}
            proposed = models.MergeProposal.objects.create(
                office_id=office, gone_id=firm, **told, proposed_by=officer, proposed_on=day
            )
        with acting(head), transaction.atomic():
            done = {"state": models.MergeProposal.DONE, "decided_by": head, "decided_on": day}
            models.MergeProposal.objects.filter(pk=proposed.pk).update(**done)
            undone = {"undone_on": day, "undone_by": head, "undone_why": "两家"}
            models.MergedRecord.objects.create(firm_id=firm, **told, proposal=proposed, by=head, on=day, **undone)


def registry_row(office: int, by: int, day: date) -> None:
    told: dict[str, Any] = {"uscc": "91330100MA2CFYQ001", "kind": "renamed", "day": day}
    models.RegistryEvent.objects.create(office_id=office, by_id=by, file="变更.xlsx", line=2, **told)
    models.RegistryExtract.objects.create(office_id=office, by_id=by, name="变更.xlsx", sha256="0" * 64, day=day)


def result_row(office: int, by: int, day: date) -> None:
    told: dict[str, Any] = {"kind": "certified", "day": day, "digest": "0" * 64, "by_id": by, "taken_on": day}
    kept = models.ResultList.objects.create(office_id=office, **told)
    models.Result.objects.create(result_list=kept, office_id=office, position=1, sheet="一", line=2, state="refused")
