"""A list of the certifying agency that somebody has just taken in, and a holder that changed."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import holder, result
from pipeline.models import Application, Certificate, Firm, ResultList
from pipeline.stages import WITH_AGENCY

HEAD = "企业名称\t统一社会信用代码\t证书编号\t发证日期"
BEFORE = 6  # days ago the notice was
STRANGERS = ("示例外地新材料有限公司", "示例异地软件股份有限公司")


def tell(everybody: Any, *, on: date) -> None:
    """Told once: a list with a line of every kind, waiting to be confirmed; a certificate whose firm was renamed."""
    chen, issued = everybody["chen"], on - timedelta(days=BEFORE)
    with acting(chen), transaction.atomic():
        if ResultList.objects.exists():
            return
        text = "\n".join([HEAD, *("\t".join(line) for line in _lines(issued))])
        result.take_in(kind=ResultList.CERTIFIED, day=issued, round=None, text=text, by=chen, on=on)
        held = Certificate.objects.valid_on(issued).filter(issued_on__lt=issued).order_by("issued_on").first()
        if held is not None:
            renamed = Certificate.objects.filter(pk=held.pk)
            holder.note_change(renamed, kind="renamed", changed_on=issued, note="营业执照已换发", by=chen, on=on)


def _lines(issued: date) -> list[tuple[str, str, str, str]]:
    """Firms that applied, one of them under another name; a holder; firms that did not apply; a wrong line."""
    sent = Application.objects.open().filter(stage__in=WITH_AGENCY).select_related("firm").order_by("pk")[:4]
    applied = [each.firm for each in sent]
    others = list(Firm.objects.filter(case=None, certificate=None).order_by("uscc")[:2])
    day, lines = issued.isoformat(), []
    for at, firm in enumerate([*applied, *others], start=1):
        name = f"{firm.name}（新名称）" if at == 2 else firm.name
        lines.append((name, firm.uscc, _number(issued, at), day))
    kept = Certificate.objects.select_related("firm").order_by("pk")[:1]
    lines += [(each.firm.name, each.firm.uscc, each.number, each.issued_on.isoformat()) for each in kept]
    lines += [(name, "", _number(issued, at), day) for at, name in enumerate(STRANGERS, start=7)]
    wrong = f"GR{issued.year}44900009"  # of another province
    return [*lines, (STRANGERS[0], "", wrong, day)]


def _number(issued: date, serial: int) -> str:
    return f"GR{issued.year}339{serial:05}"
