"""POST assess: judge a facts file by a book on a day. Nothing is kept."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Body, Query, Router

from pipeline.api.answers import FaultsOut, answer, fault, language_of, refusal
from pipeline.models.in_force import book_in_force
from pipeline.request import StaffRequest
from pipeline.rules import FactsRefused, NoBook, NoValue, assess, read_facts

router = Router(tags=["rules"])

EXAMPLE = {
    "firm": {"name": "示例科技有限公司", "uscc": "91350100M000100Y43", "registered_on": "2015-03-02", "resident": True},
    "years": [{"year": 2025, "sales": "30000000", "rd_total": "1800000", "rd_domestic": "1700000"}],
    "ip_counts": {"class_1": 1, "class_2": 6},
}
ASSESSMENT = {
    "type": "object",
    "required": ["book", "version", "on", "verdict", "findings"],
    "properties": {
        "book": {"type": "string"},
        "version": {"type": "string"},
        "on": {"type": "string", "format": "date"},
        "verdict": {"type": "string", "enum": ["met", "unmet", "unknown", "manual_review"]},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["rule", "verdict", "says"],
                "properties": {
                    "rule": {"type": "string"},
                    "verdict": {
                        "type": "string",
                        "enum": ["met", "unmet", "unknown", "manual_review", "not_applicable"],
                    },
                    "found": {"type": ["string", "null"], "description": "exact, cut to 16 digits and never rounded"},
                    "needed": {"type": ["string", "null"]},
                    "says": {"type": "string", "description": "one sentence, in the language asked for"},
                },
            },
        },
        "score": {"type": ["object", "null"]},
        "amounts": {
            "type": "array",
            "description": "what the book works out beside its findings (book tax); money in yuan",
            "items": {
                "type": "object",
                "required": ["name", "found", "unit", "says"],
                "properties": {
                    "name": {"type": "string"},
                    "found": {"type": ["string", "null"], "description": "exact, cut to 16 digits; null is unknown"},
                    "unit": {"type": "string"},
                    "says": {"type": "string"},
                },
            },
        },
    },
}


@router.post(
    "/assess",
    url_name="assess",
    summary="Judge a facts file",
    response={422: FaultsOut},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
        },
        "responses": {200: {"description": "The assessment", "content": {"application/json": {"schema": ASSESSMENT}}}},
    },
)
def judge(
    request: StaffRequest,
    facts: Body[dict[str, Any]],
    book: Query[str] = "hte",
    on: Query[date | None] = None,
) -> HttpResponse:
    """The body is a facts file: money in yuan as decimal strings or whole numbers, never with a decimal point as a bare
    number; what is left out is unknown. `book` is hte, sme, pool, tax or obligations, `on` the day to judge by (today
    where it is left out).
    Verdicts and sentences come in the language of Accept-Language (zh or en).
    """
    day = on or request.today
    try:
        assessment = assess(read_facts(facts), book=book_in_force(book, day), day=day)
    except FactsRefused as refused:
        return refusal(request, refused.faults)
    except NoBook as missing:
        return refusal(request, [fault("book", f"没有这本手册：{book}", str(missing))])
    except NoValue as missing:
        return refusal(request, [fault("on", f"手册在该日没有数值（{missing}）", str(missing))])
    return answer(request, assessment.to_json(language_of(request)))
