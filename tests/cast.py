"""The cast: one small city, built through the acts, so that an impossible world cannot be built.

Chen works a case in the city, Zhou heads the city office. Wang works in Lin'an, Zhao heads Lin'an, Sun works in
Xihu. Li owns Qinghe, a firm of Lin'an that spends a little too little on R&D; Bai is its finance clerk. He owns
Yunling of Xihu. Zhang coaches, Gu leads, Song, Tang and Feng are the three administrators.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.acts import case, figures, firm, people
from pipeline.models import Case, Division, Firm, Office, User
from pipeline.models.case import CaseQuerySet
from pipeline.models.firm import FirmQuerySet

SINCE = date(2026, 1, 5)
DAY = date(2026, 11, 2)  # the Monday on which the stories begin
WAN = 10_000

QINGHE, YUNLING = "91330112MA2CFYQ03J", "91330106MA2CGLR46F"
# in 万元: sales, total income, of it not taxable and hi-tech, R&D, of it domestic, net assets; then staff, tech staff
YEARS = {
    2023: (6_800, 6_900, 0, 4_300, 237, 237, 3_000, 110, 14),
    2024: (7_560, 7_700, 0, 4_900, 262, 262, 3_600, 116, 15),
    2025: (8_640, 8_800, 0, 5_600, 329, 329, 4_400, 121, 16),
}
FIGURES = [
    "sales",
    "total_income",
    "non_taxable_income",
    "hitech_income",
    "rd_total",
    "rd_domestic",
    "net_assets",
    "staff",
    "tech_staff",
]


@dataclass
class Cast:
    """Everybody by name; each is a User. `qinghe` and `yunling` are firms; offices by their place."""

    people: dict[str, User]
    offices: dict[str, Office]
    divisions: dict[str, Division]

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def qinghe(self) -> Firm:
        return Firm.objects.get(uscc=QINGHE)

    @property
    def yunling(self) -> Firm:
        return Firm.objects.get(uscc=YUNLING)


OFFICE_SEATS = {
    "chen": ("陈立", "city_officer", "hangzhou"),
    "zhou": ("周敏", "city_head", "hangzhou"),
    "wang": ("王敏", "county_officer", "linan"),
    "zhao": ("赵越", "county_head", "linan"),
    "sun": ("孙浩", "county_officer", "xihu"),
    "gu": ("顾远", "leader", "hangzhou"),
    "zhang": ("张工", "coach", ""),
    "expert": ("何教授", "expert", ""),
    "agent": ("代理记账", "agency", ""),
    "lender": ("城商银行", "bank", ""),
    "tang": ("唐审", "audit_admin", ""),
    "feng": ("冯系", "system_admin", ""),
}
FIRM_SEATS = {
    "li": ("李青", "firm_owner", QINGHE),
    "bai": ("白会计", "firm_finance", QINGHE),
    "he": ("何云", "firm_owner", YUNLING),
}


def city() -> Cast:
    """The offices, the people and two firms on record: Qinghe with three years of figures, Yunling with none."""
    divisions = {
        "hangzhou": Division.objects.create(
            code="330100", name="杭州市", level="city", during=DateRange(date(1949, 10, 1), None)
        )
    }
    for key, code, name in (("linan", "330112", "临安区"), ("xihu", "330106", "西湖区")):
        divisions[key] = Division.objects.create(
            code=code, name=name, level="county", parent=divisions["hangzhou"], during=DateRange(date(1996, 1, 1), None)
        )
    offices = {
        key: Office.objects.create(
            name=f"{division.name}科学技术局", level="city" if key == "hangzhou" else "county", division=division
        )
        for key, division in divisions.items()
    }
    song = User.objects.create_user("song", name="宋安")
    people.appoint_first_administrator(song, on=SINCE)
    cast = Cast({"song": song}, offices, divisions)
    with acting(song):
        for username, (name, kind, place) in OFFICE_SEATS.items():
            cast.people[username] = User.objects.create_user(username, name=name, email=f"{username}@example.org")
            people.grant_seat(cast.people[username], kind, by=song, on=SINCE, office=offices.get(place))
    _firms(cast)
    return fresh(cast)


def fresh(cast: Cast) -> Cast:
    """The same people without what they remember of their seats."""
    return Cast(
        {name: User.objects.get(pk=user.pk) for name, user in cast.people.items()}, cast.offices, cast.divisions
    )


def _firms(cast: Cast) -> None:
    chen, song = cast.chen, cast.song
    with acting(chen):
        firm.register(
            [
                {
                    "uscc": QINGHE,
                    "name": "杭州青禾智控科技有限公司",
                    "division": cast.divisions["linan"],
                    "registered_on": date(2017, 3, 14),
                    "resident": True,
                    "field": "80101",
                    "industry": "4011",
                    "class_one": 1,
                    "class_two": 5,
                },
                {"uscc": YUNLING, "name": "桐庐云岭医疗器械有限公司", "division": cast.divisions["xihu"]},
            ],
            by=chen,
            on=SINCE,
        )
        firm.verify(Firm.objects.all(), by=chen, on=SINCE)
        owned = {each.uscc: each for each in Firm.objects.all()}
    for username, (name, kind, uscc) in FIRM_SEATS.items():
        cast.people[username] = User.objects.create_user(username, name=name, email=f"{username}@example.com")
        with acting(song):
            people.grant_seat(cast.people[username], kind, by=song, on=SINCE, firm=owned[uscc])
    li = cast.li
    with acting(li):
        firm.set_contact(owned[QINGHE], name="李青", phone="13900001234", email="li@example.com", by=li)
        for year, values in YEARS.items():
            figures.enter(owned[QINGHE], year, yuan(values), version=None, by=li, on=DAY, source="年度审计报告")


def yuan(values: tuple[int, ...]) -> dict[str, Decimal | None]:
    money = [Decimal(value * WAN) for value in values[:7]]
    return dict(zip(FIGURES, [*money, *map(Decimal, values[7:])], strict=True))


def the(firm_: Firm) -> FirmQuerySet:
    return Firm.objects.filter(pk=firm_.pk)


def one(number: str) -> CaseQuerySet:
    return Case.objects.filter(number=number)


class Story:
    """Carries Qinghe's case forward, each step by whoever takes it."""

    def __init__(self, cast: Cast, day: date = DAY) -> None:
        self.cast, self.day, self.number = cast, day, ""

    @property
    def case(self) -> CaseQuerySet:
        return one(self.number)

    def to(self, stage: str) -> "Story":
        """On to that stage, by the straight way."""
        for name in ("draft", "county_review", "city_review", "publicity", "coaching"):
            getattr(self, f"_{name}")()
            if name == stage:
                return self
        raise AssertionError(f"no straight way to {stage}")

    def _by(self, username: str, event: Any, *args: Any, **also: Any) -> Any:
        person = self.cast.people[username]
        with acting(person), transaction.atomic():
            return event(*args, by=person, on=self.day, **also)

    def _draft(self) -> None:
        with acting(self.cast.li):
            firms = the(self.cast.qinghe)
            self.number = case.begin(firms, by=self.cast.li, on=self.day).number

    def _county_review(self) -> None:
        self._by("li", case.submit, self.case)

    def _city_review(self) -> None:
        self._by("zhao", case.forward, self.case, opinion="for", note="材料齐全")

    def _publicity(self) -> None:
        self._by("chen", case.propose, self.case, act="case.publish", note="符合入库条件")
        self._by("zhou", case.publish, self.case)

    def _coaching(self) -> None:
        with acting(self.cast.chen):
            over = self.case.get().due_on
        assert over is not None
        self.day = over + timedelta(days=1)
        self._by("chen", case.admit, self.case)
