"""Panels in the walls' city, and an expert in every state one can stand in to them: asked, reviewing, done, recused,
chairing, too late, of an ended panel.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import make_aware

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.models import Expert, Panel, PanelFile, PanelMember, ScoreSheet, User

REVIEWS, ASKED, DONE, FINANCE, CHAIRS = (
    "expert who reviews", "expert who was asked", "expert who is done", "expert of finance", "expert who chairs",
)  # fmt: skip
LEFT, LOST = "expert who stepped back", "expert who lost the seat"
EXPERTS = (REVIEWS, ASKED, DONE, FINANCE, CHAIRS, LEFT, LOST)
BANDS = {"talent": [0, 4], "growth_sales": [0, 10]}


def panel_rows(people: dict[str, int], firms: list[int], today: date) -> None:
    """`people` holds the keys of EXPERTS and of those who draw and open, `city officer` and `city head`."""
    with acting(INTAKE), transaction.atomic():
        experts = {name: _expert(people[name], name, today) for name in EXPERTS}
    past, ahead = today - timedelta(days=30), today + timedelta(days=30)
    for title, closes_on, at_work in (
        ("today", ahead, {DONE: "done", REVIEWS: "in", CHAIRS: "in", FINANCE: "in", LOST: "in", LEFT: "left"}),
        ("summed up", ahead, dict.fromkeys((CHAIRS, REVIEWS, DONE, ASKED, FINANCE), "done")),
        ("too late", today, dict.fromkeys((CHAIRS, REVIEWS, DONE, ASKED, FINANCE), "in")),
        ("ended", ahead, dict.fromkeys((CHAIRS, REVIEWS, DONE, ASKED, FINANCE), "done")),
    ):
        days = {"opens_on": past, "closes_on": closes_on}
        panel = _panel(title, people, firms, experts if title == "today" else _five(experts), days)
        for name, state in at_work.items():
            _work(panel, people[name], state, today)
        _end(panel, title, today)


def _five(experts: dict[str, Expert]) -> dict[str, Expert]:
    return {name: each for name, each in experts.items() if name not in (LEFT, LOST)}


def _expert(user: int, name: str, today: date) -> Expert:
    kind = Expert.FINANCIAL if name == FINANCE else Expert.TECHNICAL
    said: dict[str, Any] = {"employer": "某大学", "qualification": Expert.SENIOR, "fields": ["801"], "kept_on": today}
    return Expert.objects.create(user_id=user, kind=kind, **said)


def _panel(
    title: str, people: dict[str, int], firms: list[int], experts: dict[str, Expert], days: dict[str, date]
) -> Panel:
    with acting(INTAKE), transaction.atomic():
        draw: dict[str, Any] = {"technical": 4, "financial": 1, "reserve": []}
        panel = Panel.objects.create(
            title=title, kind="mock", seed="s", draw=draw, by_id=people["city officer"], **days
        )
        for position, firm in enumerate(firms, start=1):
            PanelFile.objects.create(panel=panel, firm_id=firm, position=position, content={}, bands=BANDS)
        for position, (name, each) in enumerate(experts.items(), start=1):
            seat = {"user_id": each.user_id, "kind": each.kind, "position": position, "chair": name == CHAIRS}
            PanelMember.objects.create(panel=panel, expert=each, **seat)
        Panel.objects.filter(pk=panel.pk).update(state=Panel.OPEN, opened_by_id=people["city head"])
    return panel


def _work(panel: Panel, user: int, state: str, today: date) -> None:
    moment = make_aware(datetime.combine(today, time.min))
    member = {"panel": panel, "user_id": user}
    with acting(INTAKE), transaction.atomic():
        PanelMember.objects.filter(**member).update(entered_at=moment, declared_at=moment)
        own = PanelMember.objects.get(**member)
        files = list(PanelFile.objects.filter(panel=panel))
    with acting(User.objects.get(pk=user)), transaction.atomic():
        for file in files:
            ScoreSheet.objects.create(**member, file=file, member=own, kind=own.kind, points={})
        if state == "done":
            ScoreSheet.objects.filter(member=own).update(submitted_at=moment)
    with acting(INTAKE), transaction.atomic():
        rows = PanelMember.objects.filter(pk=own.pk)
        if state == "left":
            rows.update(recused_on=today, recused_why="有关系")
        elif state == "done":
            ended = None if own.chair and panel.title == "summed up" else moment
            rows.update(submitted_at=moment, done_at=ended, summary="建议通过" if own.chair else "")


def _end(panel: Panel, title: str, today: date) -> None:
    with acting(INTAKE), transaction.atomic():
        rows = Panel.objects.filter(pk=panel.pk)
        if title == "too late":
            rows.update(closes_on=today - timedelta(days=1))
        elif title == "ended":
            rows.update(state=Panel.CLOSED, ended_on=today)
