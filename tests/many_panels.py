"""Panels, experts and firms before them, as many as a test of lists asks for, written straight."""

from datetime import date
from typing import Any
from uuid import UUID

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.models import Expert, Firm, Panel, PanelFile, PanelMember, ScoreSheet, User
from pipeline.rules.panels import ITEMS
from tests.cast import SINCE, Cast
from tests.panels import AT

BANDS = {item: [0, 4] for items in ITEMS.values() for item in items}
CONTENT: dict[str, Any] = {"field": "", "found": {}}
DRAW: dict[str, Any] = {"candidates": [], "left_out": [], "technical": 0, "financial": 0, "members": [], "reserve": []}


def judged(cast: Cast, firms: list[Firm], size: int) -> tuple[UUID, UUID]:
    """Panels of five experts, `firms` many more, each of one firm but the first, which judges all; the cast's expert
    reviews in every one of them. The key of the newest long panel and that of the expert's task in it.
    """
    with acting(INTAKE):
        fresh = [User(username=f"judge{size}.{n}", name=f"评委{n}") for n in range(len(firms))]
        User.objects.bulk_create(fresh)
        said = {"employer": "某大学", "qualification": Expert.SENIOR, "fields": ["801"], "kept_on": SINCE}
        own, _made = Expert.objects.get_or_create(user=cast.expert, defaults={"kind": Expert.TECHNICAL, **said})
        kinds = [Expert.FINANCIAL, *[Expert.TECHNICAL] * (len(fresh) - 1)]
        others = Expert.objects.bulk_create(
            Expert(user=user, kind=kind, **said) for user, kind in zip(fresh, kinds, strict=True)
        )
        panels = [_panel(cast, firms if n == 0 else firms[n : n + 1], [own, *others[:5]]) for n in range(len(firms))]
        PanelMember.objects.filter(panel=panels[0]).update(fee=1)
    _sheets(cast, panels[0])
    with acting(INTAKE):
        return panels[0].public_id, PanelMember.objects.get(panel=panels[0], expert=own).public_id


def _panel(cast: Cast, firms: list[Firm], experts: list[Expert]) -> Panel:
    days = {"opens_on": SINCE, "closes_on": date(2100, 1, 1)}
    panel = Panel.objects.create(title="评审", kind="mock", seed="s", draw=DRAW, by=cast.chen, **days)
    PanelFile.objects.bulk_create(
        PanelFile(panel=panel, firm=firm, position=at, content=CONTENT, bands=BANDS)
        for at, firm in enumerate(firms, start=1)
    )
    now: dict[str, Any] = {"entered_at": AT, "declared_at": AT}
    PanelMember.objects.bulk_create(
        PanelMember(panel=panel, expert=each, user_id=each.user_id, kind=each.kind, position=at, chair=at == 1, **now)
        for at, each in enumerate(experts, start=1)
    )
    Panel.objects.filter(pk=panel.pk).update(state=Panel.OPEN, opened_by=cast.zhou)
    return panel


def _sheets(cast: Cast, panel: Panel) -> None:
    with acting(cast.expert):
        member = PanelMember.objects.get(panel=panel)
        ScoreSheet.objects.bulk_create(
            ScoreSheet(panel=panel, file=file, member=member, user=cast.expert, kind=member.kind, points={"talent": 1})
            for file in PanelFile.objects.filter(panel=panel)
        )
