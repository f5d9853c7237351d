"""The people of the demonstration, in every seat of the city, its counties and some firms. All of them are invented."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import people, seating
from pipeline.models import Division, Firm, Office, Seat, SeatRequest, User

PASSWORD = "miaopu-demo-2026"  # noqa: S105  # printed with every log-in of the demonstration, which holds nothing secret
SECURITY_ADMIN = "song"
CITY_SEATS = {
    "chen": ("陈立", "city_officer"),
    "fang": ("方洁", "city_officer"),
    "zhou": ("周敏", "city_head"),
    "gu": ("顾远", "leader"),
    "zhang": ("张启明", "coach"),
    "dai": ("戴宁", "agency"),
    "bo": ("柏融", "bank"),
    "luo": ("罗教授", "expert"),
    "feng": ("冯系", "system_admin"),
    "tang": ("唐审", "audit_admin"),
}
COUNTY_NAMES = {  # code: log-in, officer, head
    "330102": ("shangcheng", "徐然", "邵成"),
    "330105": ("gongshu", "胡桥", "姜南"),
    "330106": ("xihu", "孙浩", "沈越"),
    "330108": ("binjiang", "王敏", "赵越"),
    "330109": ("xiaoshan", "俞涛", "金莱"),
    "330110": ("yuhang", "许静", "韩良"),
    "330111": ("fuyang", "章琳", "骆峰"),
    "330112": ("linan", "潘青", "盛林"),
    "330113": ("linping", "钟瑶", "田平"),
    "330114": ("qiantang", "施江", "毛潮"),
    "330122": ("tonglu", "申岚", "皇甫庐"),
    "330127": ("chunan", "余湖", "方岛"),
    "330182": ("jiande", "洪建", "翁德"),
}
OWNER_NAMES = (
    "李青", "白露", "谢航", "邓川", "蒋一", "丁禾", "魏蓝", "薛松", "阎宁", "段青",
    "侯杰", "龙飞", "万里", "常青", "武越", "乔木", "赖新", "文涛", "庞博", "樊星",
)  # fmt: skip
COLLEAGUES = {
    "bai": ("白会计", "firm_finance"),
    "lan": ("蓝研", "firm_rd"),
    "qin": ("秦编", "firm_editor"),
    "mo": ("莫观", "firm_viewer"),
}
NEWCOMERS = {"linan-leader": "临江", "qian": "钱新"}
AGENCY = "杭州启程科技服务有限公司（虚构）"
BANK = "钱塘科创银行（虚构）"


@dataclass
class Cast:
    """Everybody by log-in; officers and heads of counties by the county's key."""

    people: dict[str, User]
    officers: dict[int, User] = field(default_factory=dict)
    heads: dict[int, User] = field(default_factory=dict)

    def __getitem__(self, username: str) -> User:
        return self.people[username]


def seat_everybody(city: Division, *, on: date) -> None:
    """Make offices, people and their seats, where they are not there yet."""
    since = on - timedelta(days=400)
    song, created = User.objects.get_or_create(username=SECURITY_ADMIN, defaults={"name": "宋安"})
    if not created:
        return
    set_password([song])
    people.appoint_first_administrator(song, on=since)
    with acting(song), transaction.atomic():
        bureau = Office.objects.create(name=f"{city.name}科学技术局", level=Office.CITY, division=city)
        for username, (name, kind) in CITY_SEATS.items():
            office = bureau if kind in ("city_officer", "city_head", "leader") else None
            agency = {"coach": AGENCY, "agency": AGENCY, "bank": BANK}.get(kind, "")
            seat(username, name, kind, by=song, since=since, office=office, agency=agency)
        for county in Division.objects.counties().filter(parent=city).order_by("code"):
            seat_county(county, by=song, since=since)
    newcomers(on=on)


def newcomers(*, on: date) -> None:
    """A leader of Lin'an whose seat two people gave, and an officer whose seat still waits for the second."""
    song, zhou = User.objects.get(username=SECURITY_ADMIN), User.objects.get(username="zhou")
    people_ = [User.objects.create(username=username, name=name) for username, name in NEWCOMERS.items()]
    set_password(people_)
    leader, officer = people_
    with acting(song), transaction.atomic():
        office = Office.objects.get(division__code="330112")
        said: dict[str, Any] = {"office": office, "first": on, "by": song, "on": on}
        given = seating.ask(leader, "leader", last=on + timedelta(days=365), note="分管科技工作", **said)
        seating.ask(officer, "county_officer", last=None, note="接替调离的同事", **said)
    with acting(zhou), transaction.atomic():
        seating.give(SeatRequest.objects.filter(pk=given.pk), by=zhou, on=on)


def seat_county(county: Division, *, by: User, since: date) -> None:
    place, officer, head = COUNTY_NAMES[county.code]
    office = Office.objects.create(name=f"{county.name}科学技术局", level=Office.COUNTY, division=county)
    seat(place, officer, "county_officer", by=by, since=since, office=office)
    seat(f"{place}-head", head, "county_head", by=by, since=since, office=office)


def seat(
    username: str,
    name: str,
    kind: str,
    *,
    by: User,
    since: date,
    office: Office | None = None,
    firm: Firm | None = None,
    agency: str = "",
) -> User:
    user = User.objects.filter(username=username).first() or User.objects.create(username=username, name=name)
    people.grant_seat(user, kind, by=by, on=since, office=office, firm=firm, agency=agency)
    set_password([user])
    return user


def set_password(users: list[User]) -> None:
    """One hash for all of the demonstration: making one takes a tenth of a second."""
    known = User.objects.exclude(password="").values_list("password", flat=True).first()
    for user in users:
        if known:
            user.password = known
        else:
            user.set_password(PASSWORD)
        user.save(update_fields=["password"])


def seat_owner(firm: Firm, number: int, *, by: User, on: date) -> User:
    """An owner of a firm, the first of whom has colleagues in every seat a firm has. `number` counts the firms."""
    username = "li" if number == 0 else f"firm{number + 1:02}"
    with acting(by), transaction.atomic():
        owner = User.objects.filter(username=username).first()
        if owner is None:
            owner = seat(username, OWNER_NAMES[number % len(OWNER_NAMES)], "firm_owner", by=by, since=on, firm=firm)
            for colleague, (name, kind) in COLLEAGUES.items() if number == 0 else ():
                seat(colleague, name, kind, by=by, since=on, firm=firm)
    return owner


def everybody() -> Cast:
    """The cast as it stands, each person knowing their seats afresh."""
    cast = Cast({user.username: user for user in User.objects.all()})
    with acting(cast[SECURITY_ADMIN]), transaction.atomic():
        for held in Seat.objects.filter(kind__in=["county_officer", "county_head"]).select_related("office"):
            if held.office:
                place = cast.officers if held.kind == "county_officer" else cast.heads
                place[held.office.division_id] = cast.people[
                    next(n for n, u in cast.people.items() if u.pk == held.user_id)
                ]
    return cast


def logins() -> Iterator[tuple[str, str, str, str]]:
    """Log-in, name, seat and where it is. The city names the firms: a security administrator does not see them."""
    with acting(User.objects.get(username="chen")), transaction.atomic():
        firms = dict(Firm.objects.values_list("pk", "name"))
    with acting(User.objects.get(username=SECURITY_ADMIN)), transaction.atomic():
        for held in Seat.objects.select_related("user", "office").order_by("pk"):
            where = held.office.name if held.office else held.agency or firms.get(held.firm_id or 0, "")
            yield held.user.username, held.user.name, held.title[0], where
