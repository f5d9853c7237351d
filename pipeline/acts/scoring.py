"""What an expert does with a task: come in by link and code, declare, give points with reasons, hand in, sum up."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.panel import guarded
from pipeline.models import MoveRefused, PanelFile, PanelMember, ScoreSheet, User
from pipeline.models.panel import PanelMemberQuerySet
from pipeline.rules.panels import ITEMS

SHORTEST_REASON, LONGEST_REASON = 20, 1_000
DIGITS = 6


def asked_by(task: UUID) -> int | None:
    """The key of the person whose open task this is; nobody has signed in yet who could see it."""
    with connection.cursor() as cursor:
        cursor.execute("select mp_asked(%s)", [task])
        found = cursor.fetchone()[0]
        return None if found is None else int(found)


def link_of(member: PanelMember) -> str:
    """Where the expert comes in: once, until a new link is sent. It is made when it goes out and kept nowhere."""
    path = reverse("advisers:enter", args=[member.public_id, _sign("link", member)])
    return str(settings.SITE_URL) + path


def code_of(member: PanelMember) -> str:
    """Six digits that go another way than the link; who has the database and not the secret key cannot tell them."""
    return f"{int(_sign('code', member), 16) % 10**DIGITS:0{DIGITS}}" if member.salt else ""


def links_of(person: User) -> list[str]:
    """The links to all open tasks of a person which they have not used."""
    asked = PanelMember.objects.asked().filter(user=person).exclude(salt="").order_by("pk")
    return [link_of(each) for each in asked]


def is_link(member: PanelMember, mark: str, *, at: datetime) -> bool:
    """Whether this is the link that was sent last, within its days, and not used yet."""
    valid = bool(member.salt) and member.link_until is not None and at <= member.link_until
    return valid and constant_time_compare(mark, _sign("link", member))


@transaction.atomic
def enter(task: UUID, code: str, *, by: User, at: datetime, mark: str | None) -> PanelMember | None:
    """Open the task to its expert: by the link (`mark`) and the code; by the code alone for who signed in by password.
    The link works no more then. None where it is not they; every guess counts, five at most.
    """
    access.require(by, "scoring.enter")
    rows = PanelMember.objects.asked().filter(public_id=task, user=by)
    member = rows.select_for_update(of=("self",)).first()
    if member is None or (mark is not None and not is_link(member, mark, at=at)):
        return None
    if not rows.filter(guesses__lt=PanelMember.MOST_GUESSES).update(guesses=F("guesses") + 1):
        return None
    if not code_of(member) or not constant_time_compare(code.strip(), code_of(member)):
        return None
    rows.update(entered_at=at, salt=secrets.token_hex(32), link_until=None)
    return PanelMember.objects.get(pk=member.pk)


@transaction.atomic
def declare(member: PanelMember, *, by: User, at: datetime) -> None:
    """The expert says that nothing binds them to one of the firms."""
    access.require(by, "scoring.declare")
    _mine(member, by).update(declared_at=at)


@transaction.atomic
def recuse(member: PanelMember, why: str, *, by: User, on: date, file: PanelFile | None = None) -> None:
    """The expert steps back, because of one firm or of all; from this moment they see nothing of the panel."""
    access.require(by, "scoring.recuse")
    demand(bool(why.strip()), "why", _("Say what binds you to the firm."))
    changed = _mine(member, by).filter(submitted_at=None)
    count = changed.update(recused_on=on, recused_why=why.strip(), recused_from=file)
    demand(count == 1, "why", _("You have handed in: tell the office that invited you."))


@transaction.atomic
def keep(
    member: PanelMember,
    file: PanelFile,
    points: Mapping[str, int],
    reasons: Mapping[str, str],
    *,
    by: User,
    version: int,
    opinion: str = "",
) -> ScoreSheet:
    """Keep a sheet as far as it is filled in. A point outside its band is refused, with the band."""
    access.require(by, "scoring.keep")
    mine = _mine(member, by).filter(submitted_at=None, panel=file.panel_id)
    demand(mine.filter(declared_at__isnull=False).exists(), "", _("Declare first that nothing binds you to a firm."))
    _demand_bands(member, file, points)
    said = {
        item: reasons[item].strip()[:LONGEST_REASON] for item in ITEMS[member.kind] if reasons.get(item, "").strip()
    }
    values = {"points": dict(points), "reasons": said, "opinion": opinion.strip()}
    who = {"panel_id": member.panel_id, "user_id": by.pk, "kind": member.kind}
    with guarded():
        sheet, made = ScoreSheet.objects.get_or_create(file=file, member=member, defaults={**who, **values})
        rows = ScoreSheet.objects.filter(pk=sheet.pk, version=version, submitted_at=None)
        if not made and not rows.update(version=F("version") + 1, **values):
            raise MoveRefused("scoring.keep", {str(file.position): ("", sheet.version)})
    return ScoreSheet.objects.get(pk=sheet.pk)


@transaction.atomic
def submit(member: PanelMember, *, by: User, at: datetime) -> None:
    """Hand in all sheets; nothing of them is changed then. It ends the task, but for the chair, who sums up."""
    access.require(by, "scoring.submit")
    _mine(member, by).filter(submitted_at=None).select_for_update().get()
    missing = list(_unfinished(member))
    if missing:
        raise ConditionUnmet(missing)
    ScoreSheet.objects.filter(member=member).update(submitted_at=at)
    _mine(member, by).update(submitted_at=at, done_at=None if member.chair else at)


@transaction.atomic
def summarise(member: PanelMember, says: str, *, by: User, at: datetime) -> None:
    """The chair's word on all sheets, once all are in. It ends the chair's task."""
    access.require(by, "scoring.summarise")
    demand(len(says.strip()) >= SHORTEST_REASON, "summary", _too_short())
    chairing = PanelMember.objects.to_sum_up(by).filter(pk=member.pk)
    demand(chairing.exists(), "summary", _("Wait until every expert has handed in."))
    PanelMember.objects.filter(pk=member.pk).update(summary=says.strip(), done_at=at)


def _mine(member: PanelMember, by: User) -> PanelMemberQuerySet:
    """The task, as long as it is this person's and open; else the act is refused."""
    rows = PanelMember.objects.reviewing(by).filter(pk=member.pk)
    if not rows.exists():
        raise access.Refused("scoring.enter", by)
    return PanelMember.objects.filter(pk=member.pk)


def _demand_bands(member: PanelMember, file: PanelFile, points: Mapping[str, int]) -> None:
    unmet = []
    for item, given in points.items():
        low, high = file.bands.get(item, (0, -1)) if item in ITEMS[member.kind] else (0, -1)
        if not low <= given <= high:
            says = _("%(given)s points are not allowed here: by the figures it is %(low)s to %(high)s.")
            unmet.append(Missing(f"points_{item}", says % {"given": given, "low": low, "high": high}))
    if unmet:
        raise ConditionUnmet(unmet)


def _unfinished(member: PanelMember) -> Iterator[Missing]:
    sheets = {each.file_id: each for each in ScoreSheet.objects.filter(member=member)}
    for file in PanelFile.objects.filter(panel=member.panel_id).order_by("position"):
        sheet = sheets.get(file.pk)
        lacking = sum(_lacks(sheet, item) for item in ITEMS[member.kind])
        if lacking:
            says = _("Firm %(n)s: %(lacking)s items lack points, or a reason of 20 signs.")
            yield Missing(f"file.{file.position}", says % {"n": file.position, "lacking": lacking})


def _lacks(sheet: ScoreSheet | None, item: str) -> bool:
    return sheet is None or item not in sheet.points or len(sheet.reasons.get(item, "")) < SHORTEST_REASON


def _too_short() -> str:
    return _("At least 20 signs.")


def _sign(purpose: str, member: PanelMember) -> str:
    return salted_hmac(f"pipeline.panel.{purpose}", f"{member.public_id} {member.salt}", algorithm="sha256").hexdigest()
