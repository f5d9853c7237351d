"""A panel of experts from the draw to its end: the city draws, a head opens, who is recused is stood in for by lot."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Application, Expert, Firm, MoveRefused, Panel, PanelFile, PanelMember, Seat, User
from pipeline.models.expert import conflicts
from pipeline.models.firm import FirmQuerySet
from pipeline.models.in_force import book_in_force
from pipeline.models.panel import PANEL_REFUSED
from pipeline.models.people import TODAY
from pipeline.models.reviewed import reviewed
from pipeline.rules.labels import Label
from pipeline.rules.panels import FINANCIAL, KINDS, TECHNICAL, Candidate, Demands, Drawn, TooFew, drawn

MOST_FIRMS = 60
LINK_VALID_FOR = timedelta(days=7)
LEFT_OUT = {
    "employer": Label("在该企业任职", "works at the firm"),
    "shares": Label("持有该企业股份", "holds shares of the firm"),
    "coach": Label("辅导过该企业", "coached the firm"),
    "agency": Label("与该企业的服务机构同单位", "works at an agency of the firm"),
    "declared": Label("本人申明回避", "declared a conflict"),
    "unqualified": Label("资格不符", "not qualified"),
    "unavailable": Label("暂不接任务", "takes no tasks now"),
    "away": Label("评审期间外出", "away on these days"),
}


@dataclass(frozen=True)
class Asked:
    """What a panel is to be: real or a rehearsal, blind or not, on which days, with how many of each kind, at what fee
    in yuan for each firm an expert judges.
    """

    title: str
    kind: str
    blind: bool
    opens_on: date
    closes_on: date
    technical: int
    financial: int
    fee: Decimal


@transaction.atomic
def compose(firms: FirmQuerySet, asked: Asked, *, by: User, on: date, seed: str) -> Panel:
    """Freeze what the panel reads of each firm, and draw its experts by lot from `seed`."""
    access.require(by, "panel.compose", firms)
    rows = list(firms.defer("search").order_by("pk"))
    dossiers = {each.firm_id: each for each in Application.objects.open().filter(firm__in=rows)}
    _demand_sense(asked, rows, set(dossiers), on)
    candidates, left_out = _candidates(asked, rows)
    found = _drawn(seed, candidates, asked)
    panel = Panel.objects.create(
        title=asked.title.strip(),
        kind=asked.kind,
        blind=asked.blind,
        seed=seed,
        draw=_kept(asked, candidates, left_out, found),
        opens_on=asked.opens_on,
        closes_on=asked.closes_on,
        fee=asked.fee,
        by=by,
    )
    for position, firm in enumerate(rows, start=1):
        content, bands = reviewed(firm, on, blind=asked.blind)
        PanelFile.objects.create(
            panel=panel,
            firm=firm,
            application=dossiers.get(firm.pk),
            position=position,
            content=content,
            bands=bands,
        )
    experts = Expert.objects.in_bulk(found.members)
    with guarded():
        for position, key in enumerate(found.members, start=1):
            _seat(panel, experts[key], position)
    _name_chair(panel)
    return panel


@transaction.atomic
def open(panel: Panel, *, by: User, on: date, at: datetime, version: int) -> None:
    """Let the review begin: the experts are sent their links. Not by who drew the panel."""
    access.require(by, "panel.open")
    demand(panel.by_id != by.pk, "", _("You drew this panel: another person opens it."))
    demand(panel.closes_on >= on, "", _("Its last day is past: drop it and draw anew."))
    _demand_legal(panel, on)
    with guarded():
        _write(panel, "panel.open", version, Panel.DRAWN, state=Panel.OPEN, opened_by=by)
    for member in panel.members.sitting().select_related("user"):
        _call(member, at)


@transaction.atomic
def call(member: PanelMember, *, by: Actor, at: datetime) -> None:
    """Send an expert a new link; the one before works no more, and its code neither."""
    access.require(by, "panel.call")
    asked = PanelMember.objects.filter(pk=member.pk, panel__state=Panel.OPEN, done_at=None, recused_on=None)
    found = asked.select_related("user").first()
    if found is None:
        raise ConditionUnmet([Missing("", _("This task is not open: nobody needs a link to it."))])
    _call(found, at)


@transaction.atomic
def replace(member: PanelMember, *, why: str, by: Actor, on: date, at: datetime) -> PanelMember | None:
    """Recuse an expert, and let the next of the lot stand in. None where nobody is left who may."""
    access.require(by, "panel.replace")
    demand(bool(why.strip()), "why", _("Say why this expert does not judge."))
    standing = PanelMember.objects.filter(
        pk=member.pk, recused_on=None, submitted_at=None, panel__state__in=[Panel.DRAWN, Panel.OPEN]
    )
    changed = standing.update(recused_on=on, recused_why=why.strip())
    demand(changed == 1, "", _("This expert has handed in, is recused already, or the panel has ended."))
    return _fill(Panel.objects.get(pk=member.panel_id), at)


@transaction.atomic
def fill(panel: Panel, *, by: Actor, at: datetime) -> PanelMember | None:
    """Let the next of the lot stand in for who recused themselves; the city is told."""
    access.require(by, "panel.fill")
    seated = _fill(panel, at)
    if seated is None:
        Panel.objects.filter(pk=panel.pk).update(told_short=True)
    who = seated.user.name if seated else ""
    notice.tell_city(kind="panel.stood_in" if seated else "panel.short", panel=panel.title, who=who)
    return seated


@transaction.atomic
def close(panel: Panel, *, by: Actor, on: date, version: int) -> None:
    """End a review that everybody has handed in, and note what each expert is owed."""
    access.require(by, "panel.close")
    waiting = [each.user.name for each in panel.members.sitting().filter(done_at=None).select_related("user")]
    demand(not waiting, "", _("Not handed in yet: %(names)s") % {"names": ", ".join(waiting)})
    _demand_legal(panel, on)
    owed = panel.fee * panel.files.count()
    with guarded():
        _write(panel, "panel.close", version, Panel.OPEN, state=Panel.CLOSED, ended_on=on)
    panel.members.sitting().update(fee=owed)


@transaction.atomic
def drop(panel: Panel, *, why: str, by: Actor, on: date, version: int) -> None:
    """End a panel without a result; its experts see nothing of it from this moment."""
    access.require(by, "panel.drop")
    demand(bool(why.strip()), "why", _("Say why the panel is dropped."))
    stage = panel.state if panel.state in (Panel.DRAWN, Panel.OPEN) else Panel.DRAWN
    _write(panel, "panel.drop", version, stage, state=Panel.DROPPED, ended_on=on, why=why.strip())


def drawn_again(panel: Panel) -> bool:
    """Whether the lot, drawn again from what was kept of it, gives the experts who were drawn."""
    kept = panel.draw
    candidates = [Candidate(*each) for each in kept["candidates"]]
    found = drawn(panel.seed, candidates, technical=kept["technical"], financial=kept["financial"])
    return [list(found.members), list(found.reserve)] == [kept["members"], kept["reserve"]]


def in_conflict(panel: Panel) -> dict[int, str]:
    """Of the experts who sit in the panel those whom the record of today keeps from judging one of its firms."""
    sitting = panel.members.sitting().values_list("expert", flat=True)
    return conflicts(list(sitting), list(panel.files.values_list("firm", flat=True)))


@contextmanager
def guarded() -> Iterator[None]:
    """What the database refuses of a panel is a reason like any other."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != PANEL_REFUSED:
            raise
        raise ConditionUnmet([Missing("", str(error).splitlines()[0])]) from error


def _demand_sense(asked: Asked, rows: Sequence[Firm], applying: set[int], on: date) -> None:
    unmet = []
    if not asked.title.strip():
        unmet.append(Missing("title", _("Give the panel a name.")))
    if not rows:
        unmet.append(Missing("codes", _("Name at least one firm.")))
    if len(rows) > MOST_FIRMS:
        unmet.append(Missing("codes", _("At most %(n)s firms for one panel.") % {"n": MOST_FIRMS}))
    if not on <= asked.opens_on <= asked.closes_on:
        unmet.append(Missing("closes_on", _("The review begins today or later, and ends after it begins.")))
    without = [firm.name for firm in rows if firm.pk not in applying] if asked.kind == Panel.REAL else []
    if without:
        says = _("Without an open application there is only a rehearsal: %(names)s") % {"names": ", ".join(without[:5])}
        unmet.append(Missing("codes", says))
    unmet += _lacking("technical", [TECHNICAL] * asked.technical + [FINANCIAL] * asked.financial, on)
    if unmet:
        raise ConditionUnmet(unmet)


def _lacking(place: str, kinds: Sequence[str], on: date) -> list[Missing]:
    lacks = Demands.of(book_in_force("hte", on)).lacks(kinds)
    return [Missing(place, each.in_language(get_language() or "")) for each in lacks]


def _demand_legal(panel: Panel, on: date) -> None:
    """The panel is composed as the guidelines demand, and nobody in it is in conflict by the record of today."""
    unmet = _lacking("", list(panel.members.sitting().values_list("kind", flat=True)), on)
    found = in_conflict(panel)
    for member in panel.members.sitting().filter(expert__in=found).select_related("user"):
        reason = LEFT_OUT[found[member.expert_id]].in_language(get_language() or "")
        unmet.append(
            Missing("", _("%(name)s may not judge: %(reason)s") % {"name": member.user.name, "reason": reason})
        )
    if unmet:
        raise ConditionUnmet(unmet)


def _candidates(asked: Asked, firms: Sequence[Firm]) -> tuple[list[Candidate], list[tuple[int, str]]]:
    """The experts who may be drawn, and the others with the reason each is left out."""
    seated = Seat.objects.filter(kind="expert", during__contains=TODAY, user__is_active=True).values("user")
    experts = list(Expert.objects.filter(user__in=seated).order_by("pk"))
    barred = conflicts([each.pk for each in experts], [firm.pk for firm in firms])
    wanted = frozenset(firm.field for firm in firms if firm.field)
    free, left_out = [], []
    for each in experts:
        reason = barred.get(each.pk) or each.hindrance(asked.opens_on, asked.closes_on)
        if reason:
            left_out.append((each.pk, reason))
        else:
            free.append(Candidate(each.pk, each.kind, each.kind == FINANCIAL or each.fits(wanted)))
    return free, left_out


def _drawn(seed: str, candidates: Sequence[Candidate], asked: Asked) -> Drawn:
    try:
        return drawn(seed, candidates, technical=asked.technical, financial=asked.financial)
    except TooFew as few:
        says = _(
            "%(kind)s: %(there)s may be drawn, %(wanted)s are wanted. Enter more experts, or take fewer firms."
        ) % {
            "kind": KINDS[few.kind].in_language(get_language() or ""),
            "there": few.there,
            "wanted": few.wanted,
        }
        raise ConditionUnmet([Missing(few.kind, says)]) from few


def _kept(asked: Asked, candidates: Sequence[Candidate], left_out: Sequence[Any], found: Drawn) -> dict[str, Any]:
    return {
        "candidates": [[each.key, each.kind, each.fits] for each in candidates],
        "left_out": [list(each) for each in left_out],
        "technical": asked.technical,
        "financial": asked.financial,
        "members": list(found.members),
        "reserve": list(found.reserve),
    }


def _seat(panel: Panel, expert: Expert, position: int) -> PanelMember:
    return PanelMember.objects.create(
        panel=panel, expert=expert, user_id=expert.user_id, kind=expert.kind, position=position
    )


def _name_chair(panel: Panel) -> None:
    """The first technical expert of the lot who sits in it."""
    sitting = panel.members.sitting()
    if not sitting.filter(chair=True).exists():
        first = sitting.filter(kind=TECHNICAL, submitted_at=None).order_by("position").first()
        if first is not None:
            PanelMember.objects.filter(pk=first.pk).update(chair=True)


def _fill(panel: Panel, at: datetime) -> PanelMember | None:
    """Seat the next of the lot of the kind that is short; it says who, or None where nobody is left."""
    kinds = list(panel.members.sitting().values_list("kind", flat=True))
    short = next((kind for kind in (TECHNICAL, FINANCIAL) if kinds.count(kind) < panel.draw[kind]), None)
    seated = None
    for expert in _reserve(panel) if short else []:
        if expert.kind == short:
            position = 1 + (panel.members.aggregate(last=Max("position"))["last"] or 0)
            with guarded():
                seated = _seat(panel, expert, position)
            break
    _name_chair(panel)
    if seated and panel.state == Panel.OPEN:
        _call(seated, at)
    return seated


def _reserve(panel: Panel) -> list[Expert]:
    """Who may stand in, in the order of the lot, by the record of today."""
    order = panel.draw["reserve"]
    was_there = set(panel.members.values_list("expert", flat=True))
    barred = conflicts(order, list(panel.files.values_list("firm", flat=True)))
    experts = Expert.objects.filter(user__is_active=True).in_bulk([key for key in order if key not in was_there])
    return [
        experts[key]
        for key in order
        if key in experts and key not in barred and not experts[key].hindrance(panel.opens_on, panel.closes_on)
    ]


def _call(member: PanelMember, at: datetime) -> None:
    PanelMember.objects.filter(pk=member.pk).update(
        salt=secrets.token_hex(32), link_until=at + LINK_VALID_FOR, guesses=0
    )
    notice.tell_alone(member.user, kind="panel.call")


def _write(panel: Panel, act: str, version: int, was: str, **values: Any) -> None:
    rows = Panel.objects.filter(pk=panel.pk, version=version, state=was)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused(act, {panel.title: (panel.state, panel.version)})
