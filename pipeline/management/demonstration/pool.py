"""How the pool of the demonstration city is kept: a window that is open, a firm on this year's list, one that objects,
one that is about to change its county.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import adjustment, handover, intake, objection
from pipeline.acts import firm as firms
from pipeline.management.demonstration.cast import Cast
from pipeline.models import Case, Division, Firm, FirmMove, Objection, User, Window

OPEN_FOR, COUNTY_LATER = 60, 10  # days from today
ANNOUNCED = "请在窗口期内提交入库申请；逾期提交的将注明，县区转报截止后提交的转入下一批次。"


def tend(cast: Cast, *, on: date) -> None:
    """Once: a house in which a window is called has been tended already."""
    if Window.objects.exists():
        return
    chen = cast["chen"]
    closes = on + timedelta(days=OPEN_FOR)
    with acting(chen), transaction.atomic():
        intake.open(
            name=f"{on.year} 年度培育库入库申报",
            opens_on=on - timedelta(days=30),
            closes_on=closes,
            county_date=closes + timedelta(days=COUNTY_LATER),
            announce=ANNOUNCED,
            by=chen,
            on=on,
        )
        kept = Case.objects.in_pool().filter(stage="coaching").select_related("firm").order_by("-pk")
        leaver, mover = kept[:2]
    _adjust(chen, leaver, on)
    _object(chen, leaver, on)
    _move(chen, mover, on)


def _adjust(chen: User, leaver: Case, on: date) -> None:
    """A firm whose credit record is not clean any more is proposed to leave."""
    with acting(chen), transaction.atomic():
        firm = Firm.objects.get(pk=leaver.firm_id)
        firms.amend(firm, {"credit_clean": False}, version=firm.version, by=chen, on=on)
        drawn = adjustment.draw(by=chen, on=on)
        adjustment.propose(drawn, by=chen, on=on, version=drawn.version, note="按培育库管理办法开展年度动态调整。")


def _object(chen: User, leaver: Case, on: date) -> None:
    with acting(chen), transaction.atomic():
        said: dict[str, Any] = {"objector": "企业法定代表人", "says": "信用修复已完成，请求不予出库。"}
        objection.register(Case.objects.filter(pk=leaver.pk), by=chen, on=on, evidence="信用修复决定书", **said)
        one = Objection.objects.filter(case=leaver)
        objection.examine(one, by=chen, on=on, finding="已向信用主管部门核实，修复手续在办。", version=1)


def _move(chen: User, mover: Case, on: date) -> None:
    """Another county of the city, by the order of their codes."""
    with acting(chen), transaction.atomic():
        here = Division.objects.filter(pk__in=FirmMove.objects.filter(firm=mover.firm_id).values("division"))
        target = Division.objects.counties().exclude(pk__in=here).order_by("code")[0]
        note = "企业注册地址已变更，营业执照在卷；下一步走访请接手县区安排。"
        handover.prepare(Case.objects.filter(pk=mover.pk), target, by=chen, on=on, note=note)
