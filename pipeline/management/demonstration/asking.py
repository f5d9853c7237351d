"""What waits for an answer in the demonstration city: a firm that asks for help, a person who says to act for a firm;
and its papers, looked at.
"""

from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import claim, difficulty, evidence
from pipeline.management.demonstration.cast import Cast, set_password
from pipeline.management.demonstration.office import fresh
from pipeline.management.demonstration.stories import PAPER
from pipeline.models import Case, Claim, Difficulty, DocumentVersion, Firm, Office, Seat, User
from pipeline.outside.scanner import ScannerDown

LINAN = "330112"
ASKED = "委托高校做的研发，只有一份总合同，怎么分摊到两个项目？"


def wait(cast: Cast, *, on: date) -> None:
    """Once: where a firm has asked, the person has claimed too."""
    with acting(cast["chen"]), transaction.atomic():
        if Difficulty.objects.exists():
            return
        here = Firm.objects.in_county(LINAN)
        owned = Seat.objects.filter(kind="firm_owner", firm__isnull=False).values("firm")
        coached = Case.objects.coached().select_related("firm").filter(firm__in=here.filter(pk__in=owned)).first()
        unowned = here.exclude(pk__in=owned).order_by("pk").first()
        office = Office.objects.filter(division__code=LINAN).order_by("pk").first()
    if coached:
        _ask(cast, coached.firm, on - timedelta(days=2))
    if unowned and office:
        _claim(unowned, office, on)
    _look_at_papers()


def _ask(cast: Cast, firm: Firm, on: date) -> None:
    with acting(cast["chen"]), transaction.atomic():
        owner = Seat.objects.select_related("user").get(firm=firm, kind="firm_owner").user
    with acting(owner), transaction.atomic():
        difficulty.ask(firm, kind="rd_accounting", says=ASKED, by=fresh(owner), on=on)


def _claim(firm: Firm, office: Office, on: date) -> None:
    newcomer, _made = User.objects.get_or_create(username="newcomer", defaults={"name": "新来的人"})
    set_password([newcomer])
    paper: dict[str, Any] = {"content": BytesIO(PAPER), "file_name": "授权书.pdf", "size": len(PAPER)}
    with acting(newcomer), transaction.atomic():
        claim.make(office, uscc=firm.uscc, name=firm.name, **paper, by=newcomer, on=on)


def _look_at_papers() -> None:
    """Without a scanner the sweep looks at them later."""
    with suppress(ScannerDown), acting(INTAKE), transaction.atomic():
        evidence.inspect(DocumentVersion.objects.all(), by=INTAKE)
        claim.inspect(Claim.objects.all(), by=INTAKE)
