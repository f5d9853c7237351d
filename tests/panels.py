"""Experts for panels, and a panel of Qinghe, made through the acts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import expert, panel, people, scoring
from pipeline.acts.panel import Asked
from pipeline.models import Expert, Panel, PanelMember, User
from pipeline.models.expert import Expert as Kinds
from pipeline.rules.panels import ITEMS
from tests.cast import DAY, SINCE, Cast, the

AT = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
REASON = "依据企业提交的知识产权与项目材料，逐项核对后作出此判断。"
TECHNICIANS, ACCOUNTANTS = 5, 2
SAID: dict[str, Any] = {
    "kind": Kinds.TECHNICAL, "employer": "某某大学", "employer_code": "", "qualification": Kinds.SENIOR, "years": 12,
    "fields": ["801"], "shares": [], "declared": [], "available": True, "away": None,
}  # fmt: skip


def said(**changes: Any) -> dict[str, Any]:
    return SAID | changes


def accountant(**changes: Any) -> dict[str, Any]:
    return said(kind=Kinds.FINANCIAL, employer="某某会计师事务所", qualification=Kinds.ACCOUNTANT, fields=[], **changes)


def seated(cast: Cast, name: str, record: dict[str, Any]) -> Expert:
    with acting(cast.song), transaction.atomic():
        user = User.objects.create_user(name, name=name, email=f"{name}@example.org")
        people.grant_seat(user, "expert", by=cast.song, on=SINCE)
    cast.people[name] = user
    with acting(user), transaction.atomic():
        return expert.keep(user, record, by=user, on=DAY, version=0)


def pool(cast: Cast, *, but: int = 0) -> dict[str, Expert]:
    """As many experts as a panel of five needs, with two to stand in; of the technical ones, some fewer."""
    made = {f"tech{n}": seated(cast, f"tech{n}", said()) for n in range(1, TECHNICIANS + 1 - but)}
    return made | {f"fin{n}": seated(cast, f"fin{n}", accountant()) for n in range(1, ACCOUNTANTS + 1)}


def asked(**changes: Any) -> Asked:
    """Its days are the database's own, which no test moves."""
    values: dict[str, Any] = {
        "title": "模拟评审一组", "kind": Panel.MOCK, "blind": True, "opens_on": SINCE, "closes_on": date(2100, 1, 1),
        "technical": 4, "financial": 1, "fee": Decimal(200),
    }  # fmt: skip
    return Asked(**(values | changes))


def composed(cast: Cast, *, seed: str = "seed", **changes: Any) -> Panel:
    with acting(cast.chen), transaction.atomic():
        return panel.compose(the(cast.qinghe), asked(**changes), by=cast.chen, on=SINCE, seed=seed)


def opened(cast: Cast, **changes: Any) -> Panel:
    made = composed(cast, **changes)
    with acting(cast.zhou), transaction.atomic():
        panel.open(made, by=cast.zhou, on=DAY, at=AT, version=made.version)
        return Panel.objects.get(pk=made.pk)


def members(cast: Cast, made: Panel) -> list[PanelMember]:
    with acting(cast.chen), transaction.atomic():
        return list(made.members.sitting().select_related("user").order_by("position"))


def entered(member: PanelMember) -> PanelMember:
    """Come in by link and code, no conflict declared."""
    mark = scoring.link_of(member).rstrip("/").rpartition("/")[2]
    with acting(member.user), transaction.atomic():
        inside = scoring.enter(member.public_id, scoring.code_of(member), by=member.user, at=AT, mark=mark)
        assert inside is not None
        scoring.declare(inside, by=member.user, at=AT)
        return inside


def filled(member: PanelMember, *, high: bool = True) -> None:
    """Every item of every firm of the task, at one end of its band."""
    with acting(member.user), transaction.atomic():
        for file in member.panel.files.all():
            items = ITEMS[member.kind]
            points = {item: file.bands[item][1 if high else 0] for item in items}
            scoring.keep(member, file, points, dict.fromkeys(items, REASON), by=member.user, version=0)


def handed_in(member: PanelMember, *, high: bool = True) -> None:
    entered(member)
    filled(member, high=high)
    with acting(member.user), transaction.atomic():
        scoring.submit(member, by=member.user, at=AT)
