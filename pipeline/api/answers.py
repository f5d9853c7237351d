"""What every answer of the interface has in common: the reader's language and the shape of a refusal."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import Schema

from pipeline.rules import Fault, Label

Language = Literal["zh", "en"]
SHORTER = {"zh": "zh-hans", "en": "en"}


class FaultOut(Schema):
    place: str
    says: str


class FaultsOut(Schema):
    """Why a request is refused: each fault with its place in what was sent."""

    faults: list[FaultOut]


def language_of(request: HttpRequest) -> Language:
    """As the request's Accept-Language asks; Chinese where it asks for neither."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if wanted.startswith(("zh", "en")):
            return "en" if wanted.startswith("en") else "zh"
    return "zh"


def answer(request: HttpRequest, content: Mapping[str, Any], status: int = 200) -> HttpResponse:
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Content-Language"] = SHORTER[language_of(request)]
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def refusal(request: HttpRequest, faults: Iterable[Fault], status: int = 422) -> HttpResponse:
    language = language_of(request)
    told = [{"place": fault.place, "says": fault.says.in_language(language)} for fault in faults]
    return answer(request, {"faults": told}, status)


def fault(place: str, zh: str, en: str) -> Fault:
    return Fault(place, Label(zh, en))
