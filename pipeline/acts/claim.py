"""Somebody claims to act for a firm; the county checks the paper and seats them as the firm's owner."""

from datetime import date
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import evidence, flaw, notice
from pipeline.acts import firm as firms
from pipeline.acts.conditions import demand
from pipeline.models import Claim, Firm, Office, Seat, User
from pipeline.models.membership import ClaimQuerySet
from pipeline.models.people import TODAY
from pipeline.outside import storage

LARGEST = 20 * 1024 * 1024
KINDS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
}


@transaction.atomic
def make(
    office: Office, *, uscc: str, name: str, content: BinaryIO, file_name: str, size: int, by: User, on: date
) -> Claim:
    """Claim a firm, for oneself alone, so that no seat grants it. It gives nothing before an office accepts it."""
    ending = file_name.rpartition(".")[2].lower()
    demand(ending in KINDS and 0 < size <= LARGEST, "paper", _("Send the paper as PDF, PNG or JPEG, of at most 20 MB."))
    media_type, opening = KINDS[ending]
    content.seek(0)
    demand(content.read(len(opening)) == opening, "paper", _("The file is not what its ending says. Save it again."))
    flaw.demand_sound(content, storage.plain_name(file_name), media_type, place="paper")
    open_ = Claim.objects.filter(person=by, uscc=uscc, state=Claim.OPEN)
    demand(not open_.exists(), "uscc", _("You have claimed this firm; the office has not answered yet."))
    return Claim.objects.create(
        person=by,
        office=office,
        uscc=uscc,
        firm_name=name,
        paper=storage.plain_name(file_name),
        sha256=storage.keep(content),
        media_type=media_type,
        made_on=on,
    )


@transaction.atomic
def accept(claims: ClaimQuerySet, *, by: User, on: date) -> Firm:
    """The firm and the person are who they say: the person owns the firm's account from today."""
    access.require(by, "claim.accept", claims)
    claim = claims.select_related("office__division", "person").select_for_update(of=("self",)).get()
    demand(claim.state == Claim.OPEN, "claim", _("Somebody has decided this claim already."))
    demand(claim.person_id != by.pk, "claim", _("Nobody decides their own claim."))
    firm = _on_record(claim, by, on)
    owned = Seat.objects.filter(firm=firm, kind="firm_owner", during__contains=TODAY)
    says = _("The firm has an owner already, who can hand it over. If that person has left, ask the administrator.")
    demand(not owned.exists(), "claim", says)
    Seat.objects.create(user=claim.person, kind="firm_owner", firm=firm, during=DateRange(on, None))
    firms.verify(Firm.objects.filter(pk=firm.pk), by=by, on=on)
    access.require(by, "claim.accept")  # names the act to the trail again
    _decide(claims, Claim.ACCEPTED, by, on)
    notice.tell_firm(firm, kind="claim.accept")
    return firm


@transaction.atomic
def refuse(claims: ClaimQuerySet, *, reason: str, by: User, on: date) -> None:
    """The claimant reads why."""
    access.require(by, "claim.refuse", claims)
    demand(bool(reason.strip()), "reason", _("Say why, so that the person can put it right."))
    demand(_decide(claims, Claim.REFUSED, by, on, reason.strip()) == 1, "reason", _("This claim is decided already."))


@transaction.atomic
def inspect(claims: ClaimQuerySet, *, by: Actor) -> int:
    """Look at the papers of claims and say whether they may be shown. How many were judged; raises ScannerDown."""
    access.require(by, "claim.inspect", claims)
    judged = 0
    for claim in claims.filter(paper_state=Claim.RECEIVED).select_for_update(skip_locked=True):
        refused, copy = evidence.looked_at(claim.sha256, claim.media_type)
        state = Claim.QUARANTINED if refused else Claim.CLEAN
        kept = claim.sha256 if copy is None else storage.keep(copy)
        judged += Claim.objects.filter(pk=claim.pk).update(paper_state=state, sha256=kept)
        if kept != claim.sha256:
            evidence.let_go(claim.sha256)
    return judged


def paper(claim: Claim) -> BinaryIO:
    """The bytes of the claim's paper, for a screen that has asked whether the person may read it."""
    return storage.fetch(claim.sha256)


def _on_record(claim: Claim, by: User, on: date) -> Firm:
    """The claimed firm, put on record in the office's county if nobody has it yet."""
    within = Firm.objects.within(by.reach(access.GRANTS["claim.accept"]))
    firm = within.filter(uscc=claim.uscc).first()
    if firm is not None:
        return firm
    says = _("This firm is on record with another county. The city can accept the claim.")
    demand(not Firm.code_taken(claim.uscc), "claim", says)
    record = {"uscc": claim.uscc, "name": claim.firm_name, "division": claim.office.division}
    [firm] = firms.register([record], by=by, on=on)
    return firm


def _decide(claims: ClaimQuerySet, state: str, by: User, on: date, reason: str = "") -> int:
    return claims.filter(state=Claim.OPEN).update(state=state, decided_by=by, decided_on=on, reason=reason)
