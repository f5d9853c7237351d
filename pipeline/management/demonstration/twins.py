"""What looks odd in the records of the demonstration city: a firm twice on record, one merged, a registry extract.

All of it is invented, and says so.
"""

from datetime import date, timedelta
from io import BytesIO

from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import ASSESSOR
from pipeline.acts import firm, merging, quality, registry_extract
from pipeline.management.demonstration.cast import Cast
from pipeline.models import Contact, Firm, Hit, MergedRecord, MergeProposal, User
from pipeline.models.alike import neighbours
from pipeline.models.what_moves import what_moves

MADE_UP = "整条档案为演示而虚构的重复登记"
FILE = "登记变更（演示，虚构）.csv"
HEAD = "统一社会信用代码,变更事项,变更日期,变更前名称,变更后名称,对方统一社会信用代码,对方名称"
WHY = "两码仅一位之差，地址、联系人相同，经电话核实为录入错误"


def show(cast: Cast, *, on: date) -> None:
    """Once: a house in which something was merged has been told already."""
    with acting(cast["chen"]), transaction.atomic():
        chen = User.objects.get(pk=cast["chen"].pk)
        if MergedRecord.objects.exists():
            return
        called = Contact.objects.exclude(phone="").order_by("firm").values("firm")
        firms = list(Firm.objects.here().filter(pk__in=called).with_county().order_by("pk")[:4])
        twins = [_twin(each, by=chen, on=on) for each in firms[:2]]
        proposed = _proposed(twins[1], firms[1], by=chen, on=on)
        _extract(firms[2:], by=chen, on=on)
        keys = list(Firm.objects.values_list("pk", flat=True))
    with acting(cast["zhou"]), transaction.atomic():
        head = User.objects.get(pk=cast["zhou"].pk)
        merging.merge(proposed, seen=what_moves(proposed.gone, proposed.into).digest, by=head, on=on)
    with acting(ASSESSOR), transaction.atomic():
        quality.look(keys, by=ASSESSOR, on=on)
    with acting(chen), transaction.atomic():
        settled = Hit.objects.exclude(firm=firms[0]).order_by("pk").values("pk")[:1]
        if settled:
            quality.settle(Hit.objects.filter(pk__in=settled), why="已与审计报告核对，数据无误", by=chen, on=on)


def _twin(known: Firm, *, by: User, on: date) -> Firm:
    """The same firm under a code one sign apart, with the same contact."""
    name = known.name.replace("股份有限公司", "有限公司") if "股份" in known.name else f"{known.name}（重复）"
    taken = set(Firm.objects.values_list("uscc", flat=True))
    code = min(each for each in neighbours(known.uscc) - taken if each[:12] == known.uscc[:12])
    record = {"uscc": code, "name": name, "division": known.county_on(on), "made_up": MADE_UP}
    [twin] = firm.register([record], by=by, on=on)
    for each in Contact.objects.filter(firm=known):
        firm.set_contact(twin, name=each.name, phone=each.phone, email="", by=by)
    return twin


def _proposed(gone: Firm, into: Firm, *, by: User, on: date) -> MergeProposal:
    return merging.propose(gone, into, why=WHY, seen=what_moves(gone, into).digest, by=by, on=on)


def _extract(firms: list[Firm], *, by: User, on: date) -> None:
    """One was renamed, and took over the other."""
    one, two = firms
    day = on - timedelta(days=20)
    renamed = [one.uscc, "名称变更", day.isoformat(), one.name, f"{one.name}（新名）", "", ""]
    merged = [two.uscc, "吸收合并", day.isoformat(), two.name, "", one.uscc, one.name]
    text = "\n".join([HEAD, *(",".join(each) for each in (renamed, merged))])
    registry_extract.read(registry_extract.take_in(BytesIO(text.encode()), name=FILE, by=by, on=on).pk, by=by)
