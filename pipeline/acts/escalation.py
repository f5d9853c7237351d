"""What nobody moved long after its day goes to the head."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.models import Case, Escalation
from pipeline.models.case import CaseQuerySet
from pipeline.models.in_force import calendar_in_force

AT_CITY = frozenset({"city_review", "city_returned", "publicity"})


@transaction.atomic
def climb(cases: CaseQuerySet, *, by: Actor, on: date) -> int:
    """Tell the office about cases that are stuck; once for each day a case was due. How many there were."""
    access.require(by, "case.climb", cases)
    told = Escalation.objects.filter(case=OuterRef("pk"), due_on=OuterRef("deadline"))
    found = cases.stuck(on, calendar_in_force()).exclude(Exists(told))
    rows: list[Any] = list(found.select_related("firm").prefetch_related("applications").order_by("pk"))
    Escalation.objects.bulk_create(
        Escalation(firm_id=case.firm_id, case=case, due_on=case.deadline, on=on) for case in rows
    )
    sides: dict[str, list[Any]] = defaultdict(list)
    for case in rows:
        sides[_side(case)].append(case)
    for side, stuck_there in sides.items():
        dues = {case.pk: case.deadline for case in stuck_there}
        notice.write(stuck_there, to=side, kind="case.climb", dues=dues)
    return len(rows)


def _side(case: Case) -> str:
    """The office a case is stuck at: of what waits for the firm, the one that returned it."""
    dossier = next((each for each in case.applications.all() if each.ended_on is None), None)
    stage = dossier.stage if dossier is not None else case.stage
    return notice.CITY if stage in AT_CITY else notice.COUNTY
