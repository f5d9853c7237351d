"""GET cases: those the person sees, page by page."""

from collections.abc import Iterable
from typing import Annotated, Any

from django.core import signing
from django.http import HttpResponse
from ninja import Query, Router, Schema

from pipeline import access
from pipeline.api.answers import FaultsOut, Language, answer, fault, language_of, refusal
from pipeline.models import Application, Case
from pipeline.models.case import CaseQuerySet
from pipeline.request import StaffRequest
from pipeline.stages import CASE_STAGES, Face

router = Router(tags=["cases"])
PAGE, LONGEST_PAGE = 50, 200
CURSOR = "api.cases"
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE)]


class FirmOut(Schema):
    uscc: str
    name: str


class StageOut(Schema):
    name: str
    label: str


class CaseOut(Schema):
    number: str
    kind: str
    firm: FirmOut
    county: str | None
    stage: StageOut
    application: StageOut | None
    opened_on: str
    closed_on: str | None
    reason: str
    due_on: str | None
    version: int


class CasesOut(Schema):
    cases: list[CaseOut]
    next: str | None


@router.get("/cases", url_name="cases", summary="Cases", response={200: CasesOut, 422: FaultsOut})
def cases(request: StaffRequest, after: Query[str] = "", limit: Limit = PAGE, stage: Query[str] = "") -> HttpResponse:
    """The cases the signed-in person sees, oldest first. `after` takes the `next` of the page before; `stage` narrows
    to one stage. While an application is open, `application` tells where it stands.
    """
    if stage and stage not in CASE_STAGES:
        return refusal(request, [fault("stage", f"没有这个阶段：{stage}", f"there is no such stage: {stage}")])
    try:
        above = signing.loads(after, salt=CURSOR) if after else 0
    except signing.BadSignature:
        return refusal(request, [fault("after", "不是上一页给出的 next", "not the next of a page before")])
    rows = list(_visible(request, stage).filter(pk__gt=above).order_by("pk")[: limit + 1])
    page = rows[:limit]
    more = signing.dumps(page[-1].pk, salt=CURSOR) if len(rows) > limit else None
    told = _told(page, language_of(request), "firm" if _is_of_firm(request) else "staff")
    return answer(request, {"cases": told, "next": more})


def _visible(request: StaffRequest, stage: str) -> CaseQuerySet:
    found = Case.objects.visible_to(request.user).with_county().select_related("firm")
    if _is_of_firm(request):
        found = found.told_to_firm()
    return found.filter(stage=stage) if stage else found


def _is_of_firm(request: StaffRequest) -> bool:
    return not request.user.seat_kinds - access.FIRM


def _told(rows: list[Case], language: Language, face: Face) -> list[dict[str, Any]]:
    running = {each.case_id: each for each in Application.objects.open().filter(case__in=rows)}
    return [_one(case, running.get(case.pk), language, face) for case in rows]


def _one(case: Case, application: Application | None, language: Language, face: Face) -> dict[str, Any]:
    return {
        "number": case.number,
        "kind": case.kind,
        "firm": {"uscc": case.firm.uscc, "name": case.firm.name},
        "county": case.county_name,  # type: ignore[attr-defined]
        "stage": {"name": case.stage, "label": case.place.label(language, face)},
        "application": application and {"name": application.stage, "label": application.place.label(language, face)},
        **_days(case, ("opened_on", "closed_on", "due_on")),
        "reason": case.reason,
        "version": case.version,
    }


def _days(case: Case, names: Iterable[str]) -> dict[str, str | None]:
    return {name: day.isoformat() if (day := getattr(case, name)) else None for name in names}
