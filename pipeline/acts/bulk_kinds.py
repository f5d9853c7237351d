"""The acts that may be done to many cases at once, each by the very function that does it to one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model

from pipeline.acts import assignment, case, coaching, event, tag
from pipeline.models import Event, Firm, User
from pipeline.models.case import CaseQuerySet
from pipeline.stages import CASE_MOVES, OPEN


@dataclass(frozen=True)
class Kind:
    """`do(cases, by=, on=, versions=, **said)`. `legal` are the stages in which it can be done; `kept` tells what of
    `said` is a row, kept by key, or a day.
    """

    act: str
    do: Callable[..., Any]
    legal: frozenset[str]
    kept: Mapping[str, type] = field(default_factory=dict)

    def read(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _read(value, self.kept.get(name)) for name, value in said.items()}


def _read(value: Any, form: type | None) -> Any:
    if value is None or form is None:
        return value
    return form._default_manager.get(pk=value) if issubclass(form, Model) else date.fromisoformat(value)


def _move(act: str, do: Callable[..., Any]) -> Kind:
    return Kind(act, do, frozenset(stage for stage in CASE_MOVES[act].from_ if stage))


def _propose(cases: CaseQuerySet, *, versions: Any, **said: Any) -> Any:
    return case.propose(cases, act="case.publish", **said)


def _remind(cases: CaseQuerySet, *, versions: Any, **who: Any) -> int:
    return case.remind(cases, **who)


def _tell(cases: CaseQuerySet, *, versions: Any, on: date, **said: Any) -> int:
    return case.tell(cases, **said)


def _put(cases: CaseQuerySet, *, versions: Any, on: date, by: User, name: str) -> int:
    return tag.put(cases, name, by=by)


def _take(cases: CaseQuerySet, *, versions: Any, on: date, by: User, name: str) -> int:
    return tag.take(cases, name, by=by)


def _appoint(cases: CaseQuerySet, *, versions: Any, by: User, on: date, coach: User, until: date) -> Any:
    firms = Firm.objects.filter(pk__in=cases.values("firm"))
    return coaching.appoint_to(firms, coach, by=by, on=on, until=until)


def _train(cases: CaseQuerySet, *, versions: Any, by: User, on: date, training: Event) -> int:
    return event.invite(Firm.objects.filter(pk__in=cases.values("firm")), training, by=by, on=on)


COACHED = frozenset({"coaching", "ready", "in_certification"})
KINDS = {
    "assign": Kind("case.assign", assignment.assign, OPEN, {"officer": User}),
    "invite": _move("case.invite", case.invite),
    "forward": _move("case.forward", case.forward),
    "return-from-county": _move("case.return_from_county", case.return_from_county),
    "return-from-city": _move("case.return_from_city", case.return_from_city),
    "send-back": _move("case.send_back", case.send_back),
    "propose-publication": Kind("case.propose", _propose, frozenset({"city_review"})),
    "publish": _move("case.publish", case.publish),
    "admit": _move("case.admit", case.admit),
    "mark-ready": _move("case.mark_ready", case.mark_ready),
    "drop-lead": _move("case.drop_lead", case.drop_lead),
    "remind": Kind("case.remind", _remind, frozenset(stage for stage in CASE_MOVES["case.lapse"].from_ if stage)),
    "tell": Kind("case.tell", _tell, OPEN - {"lead"}),
    "tag": Kind("tag.put", _put, frozenset({*OPEN, "closed"})),
    "untag": Kind("tag.take", _take, frozenset({*OPEN, "closed"})),
    "train": Kind("event.invite", _train, OPEN - {"lead"}, {"training": Event}),
    "appoint": Kind("coaching.appoint", _appoint, COACHED, {"coach": User, "until": date}),
}
