"""Experts of the demonstration city and two rehearsals of the review: one that has ended, one under way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from config.postgres.scope import acting
from pipeline.acts import expert, panel, people, scoring
from pipeline.management.demonstration.cast import SECURITY_ADMIN, Cast, set_password
from pipeline.management.demonstration.office import fresh
from pipeline.models import Case, Expert, Firm, Panel, PanelMember, User
from pipeline.rules.panels import ITEMS

FIELDS = ["10", "20", "30", "40", "50", "60", "70", "80"]
EXPERTS: dict[str, tuple[str, str, str]] = {
    "luo": ("罗教授", Expert.TECHNICAL, "浙东理工大学（虚构）"),
    "guan": ("关教授", Expert.TECHNICAL, "钱塘工程学院（虚构）"),
    "meng": ("孟研究员", Expert.TECHNICAL, "杭城科技情报研究院（虚构）"),
    "qiu": ("裘高工", Expert.TECHNICAL, "江南机械设计院（虚构）"),
    "jin": ("金会计师", Expert.FINANCIAL, "西泠会计师事务所（虚构）"),
    "shu": ("舒税务师", Expert.FINANCIAL, "吴山税务师事务所（虚构）"),
}
REASON = "对照所列知识产权、项目与财务数据逐项核对，符合本档分值要求。"
SUMMARY = "专家组审阅了材料，认为研发投入与成果转化较为扎实；建议补齐成果转化证明材料，并进一步完善研发辅助账。"
FEE = Decimal(200)


def judge(cast: Cast, *, on: date) -> None:
    """Once: a house that has drawn a panel has been told already."""
    with acting(cast["chen"]), transaction.atomic():
        coached = list(Case.objects.coached().order_by("pk").values_list("firm", flat=True)[:3])
        if Panel.objects.exists() or len(coached) < 2:
            return
    for username, (name, kind, employer) in EXPERTS.items():
        _seat(cast, username, name, kind, employer, on)
    ended = _opened(cast, "高企模拟评审第一组", coached[:1], on=on)
    for member in _members(cast, ended):
        _work(member, on)
    with acting(cast["chen"]), transaction.atomic():
        if not ended.members.filter(done_at=None).exists():
            panel.close(ended, by=fresh(cast["chen"]), on=on, version=ended.version)
    running = _opened(cast, "高企模拟评审第二组", coached[1:], on=on)
    for number, member in enumerate(_members(cast, running)):
        _work(member, on, whole=number in (1, 2), only_come_in=member.user.username == "luo")


def _seat(cast: Cast, username: str, name: str, kind: str, employer: str, on: date) -> None:
    song = cast[SECURITY_ADMIN]
    with acting(song), transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User.objects.create(username=username, name=name)
            people.grant_seat(user, "expert", by=fresh(song), on=on - timedelta(days=400))
            set_password([user])
    technical = kind == Expert.TECHNICAL
    said: dict[str, Any] = {
        "kind": kind, "employer": employer, "employer_code": "", "years": 15, "shares": [], "declared": [],
        "qualification": Expert.SENIOR if technical else Expert.ACCOUNTANT, "fields": FIELDS if technical else [],
        "available": True, "away": None,
    }  # fmt: skip
    with acting(user), transaction.atomic():
        expert.keep(user, said, by=user, on=on, version=0)


def _opened(cast: Cast, title: str, firms: list[int], *, on: date) -> Panel:
    last = on + timedelta(days=20)
    asked = panel.Asked(title, Panel.MOCK, True, on, last, technical=4, financial=1, fee=FEE)
    with acting(cast["chen"]), transaction.atomic():
        made = panel.compose(Firm.objects.filter(pk__in=firms), asked, by=fresh(cast["chen"]), on=on, seed=title)
    with acting(cast["zhou"]), transaction.atomic():
        panel.open(made, by=fresh(cast["zhou"]), on=on, at=timezone.now(), version=made.version)
        return Panel.objects.get(pk=made.pk)


def _members(cast: Cast, made: Panel) -> list[PanelMember]:
    """The chair last, who sums up what the others gave."""
    with acting(cast["chen"]), transaction.atomic():
        return list(made.members.sitting().select_related("user").order_by("chair", "position"))


def _work(member: PanelMember, on: date, *, whole: bool = True, only_come_in: bool = False) -> None:
    """Come in, fill in and hand in. Where the demonstration's day is not the database's, the task is not open."""
    if not (whole or only_come_in):
        return
    user, now = fresh(member.user), timezone.now()
    with acting(user), transaction.atomic():
        inside = scoring.enter(member.public_id, scoring.code_of(member), by=user, at=now, mark=None)
        if inside is None:
            return
        scoring.declare(inside, by=user, at=now)
        for file in inside.panel.files.all() if whole else []:
            points = {item: _given(file.bands[item], member.pk + at) for at, item in enumerate(ITEMS[member.kind])}
            scoring.keep(inside, file, points, dict.fromkeys(points, REASON), by=user, version=0)
        if whole:
            scoring.submit(inside, by=user, at=now)
        if whole and inside.chair and PanelMember.objects.to_sum_up(user).filter(pk=inside.pk).exists():
            scoring.summarise(inside, SUMMARY, by=user, at=now)


def _given(band: list[int], turn: int) -> int:
    low, high = band
    return low + (high - low) * (2 + turn % 3) // 4
