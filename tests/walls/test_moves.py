"""Every move by every seat: who may is what the journey says, whatever the act's own module remembers to ask.

Django works here as the superuser, whom no row policy binds: the grants alone must refuse.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from django.db import connection, transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import SERVICES, Actor, Refused
from pipeline.acts import application, case, certificate
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Application,
    Case,
    Certificate,
    Division,
    FinancialYear,
    Firm,
    Office,
    Proposal,
    Round,
)
from pipeline.models.record import ENTRY_FIGURES
from pipeline.stages import MOVES
from tests.walls.test_stages import change
from tests.walls.world import World, without_policies

SEATS = sorted(access.SEATS)
# The journey's column "who may", move by move.
MAY = {
    "case": {
        "case.open_lead": "county_officer city_officer",
        "case.invite": "county_officer city_officer",
        "case.begin": "firm_owner",
        "case.open_renewal": "intake",
        "case.submit": "firm_owner",
        "case.return_from_county": "county_officer",
        "case.resubmit_to_county": "firm_owner",
        "case.forward": "county_head",
        "case.send_back": "city_officer",
        "case.return_from_city": "city_officer",
        "case.resubmit_to_city": "firm_owner",
        "case.change_county": "city_officer",
        "case.publish": "city_head",
        "case.refuse": "city_head",
        "case.reconsider": "city_officer",
        "case.admit": "city_officer publicity",
        "case.mark_ready": "county_officer city_officer",
        "case.unready": "county_officer city_officer",
        "application.open": "firm_owner",
        "application.end": "city_head",
        "certificate.issue": "city_officer",
        "case.withdraw": "firm_owner",
        "case.drop_lead": "county_officer city_officer",
        "case.lapse": "county_officer city_officer",
        "case.remove": "city_head",
        "case.record_departure": "city_officer",
    },
    "application": {
        "application.open": "firm_owner",
        "application.submit": "firm_owner",
        "application.return_from_county": "county_officer",
        "application.resubmit_to_county": "firm_owner",
        "application.forward": "county_head",
        "application.return_from_city": "city_officer",
        "application.send_back": "city_officer",
        "application.resubmit_to_city": "firm_owner",
        "application.recommend": "city_head",
        "application.not_recommend": "city_head",
        "application.change_county": "city_officer",
        "application.record": "city_officer",
        "application.supply": "firm_owner",
        "application.withdraw": "firm_owner",
        "application.lapse": "county_officer city_officer",
        "case.record_departure": "city_officer",
        "certificate.issue": "city_officer",
    },
}
FAULTS = [("firm.field", "缺材料")]
Act = Callable[["Place", dict[str, Any]], object]


class Place:
    """One firm of the walls' city, its case and its application."""

    def __init__(self, world: World, name: str = "north") -> None:
        self.world, self.key = world, world.firms[name]

    @property
    def firms(self) -> Any:
        return Firm.objects.filter(pk=self.key)

    @property
    def cases(self) -> Any:
        return Case.objects.filter(firm=self.key)

    @property
    def applications(self) -> Any:
        return Application.objects.filter(firm=self.key)

    @property
    def certificates(self) -> Any:
        return Certificate.objects.filter(firm=self.key)

    @property
    def other_county(self) -> Division:
        return Division.objects.get(code="330103")

    @property
    def round(self) -> Round:
        return Round.objects.get()


# The stage the row stands at before, and the call of the act.
CALLS: dict[tuple[str, str], tuple[str, Act]] = {
    ("case", "case.open_lead"): ("closed", lambda p, who: case.open_lead(p.firms, **who)),
    ("case", "case.invite"): ("lead", lambda p, who: case.invite(p.cases, **who)),
    ("case", "case.begin"): ("lead", lambda p, who: case.begin(p.firms, **who)),
    ("case", "case.open_renewal"): ("closed", lambda p, who: case.open_renewal(p.certificates, **who)),
    ("case", "case.submit"): ("draft", lambda p, who: case.submit(p.cases, **who)),
    ("case", "case.return_from_county"): (
        "county_review",
        lambda p, who: case.return_from_county(p.cases, faults=FAULTS, **who),
    ),
    ("case", "case.resubmit_to_county"): (
        "county_returned",
        lambda p, who: case.resubmit_to_county(p.cases, answers=Answered(), **who),
    ),
    ("case", "case.forward"): ("county_review", lambda p, who: case.forward(p.cases, opinion="for", note="可", **who)),
    ("case", "case.send_back"): ("city_review", lambda p, who: case.send_back(p.cases, note="再核", **who)),
    ("case", "case.return_from_city"): (
        "city_review",
        lambda p, who: case.return_from_city(p.cases, faults=FAULTS, **who),
    ),
    ("case", "case.resubmit_to_city"): (
        "city_returned",
        lambda p, who: case.resubmit_to_city(p.cases, answers=Answered(), **who),
    ),
    ("case", "case.change_county"): (
        "city_review",
        lambda p, who: case.change_county(p.cases, p.other_county, **who),
    ),
    ("case", "case.publish"): ("city_review", lambda p, who: case.publish(p.cases, **who)),
    ("case", "case.refuse"): ("city_review", lambda p, who: case.refuse(p.cases, note="不符", **who)),
    ("case", "case.reconsider"): ("publicity", lambda p, who: case.reconsider(p.cases, **who)),
    ("case", "case.admit"): ("publicity", lambda p, who: case.admit(p.cases, **who)),
    ("case", "case.mark_ready"): ("coaching", lambda p, who: case.mark_ready(p.cases, note="研究同意", **who)),
    ("case", "case.unready"): ("ready", lambda p, who: case.unready(p.cases, note="未达", **who)),
    ("case", "application.open"): ("ready", lambda p, who: application.open(p.firms, p.round, **who)),
    # It follows the end of an application and is nobody's own step; here by way of `not_recommend`.
    ("case", "application.end"): (
        "in_certification",
        lambda p, who: application.not_recommend(p.applications, note="不符", **who),
    ),
    ("case", "certificate.issue"): ("ready", lambda p, who: issue(p, who)),
    ("case", "case.withdraw"): ("county_review", lambda p, who: case.withdraw(p.cases, **who)),
    ("case", "case.drop_lead"): ("lead", lambda p, who: case.drop_lead(p.cases, note="无意向", **who)),
    ("case", "case.lapse"): ("draft", lambda p, who: lapse(p, who)),
    ("case", "case.remove"): ("coaching", lambda p, who: case.remove(p.cases, note="期满", **who)),
    ("case", "case.record_departure"): (
        "coaching",
        lambda p, who: case.record_departure(p.cases, reason="dissolved", note="注销通知书", **who),
    ),
    ("application", "application.open"): ("withdrawn", lambda p, who: application.open(p.firms, p.round, **who)),
    ("application", "application.submit"): ("draft", lambda p, who: application.submit(p.applications, **who)),
    ("application", "application.return_from_county"): (
        "county_review",
        lambda p, who: application.return_from_county(p.applications, faults=FAULTS, **who),
    ),
    ("application", "application.resubmit_to_county"): (
        "county_returned",
        lambda p, who: application.resubmit_to_county(p.applications, answers=Answered(), **who),
    ),
    ("application", "application.forward"): (
        "county_review",
        lambda p, who: application.forward(p.applications, opinion="for", note="可", **who),
    ),
    ("application", "application.return_from_city"): (
        "city_review",
        lambda p, who: application.return_from_city(p.applications, faults=FAULTS, **who),
    ),
    ("application", "application.send_back"): (
        "city_review",
        lambda p, who: application.send_back(p.applications, note="再核", **who),
    ),
    ("application", "application.resubmit_to_city"): (
        "city_returned",
        lambda p, who: application.resubmit_to_city(p.applications, answers=Answered(), **who),
    ),
    ("application", "application.recommend"): (
        "city_review",
        lambda p, who: application.recommend(p.applications, **who),
    ),
    ("application", "application.not_recommend"): (
        "city_review",
        lambda p, who: application.not_recommend(p.applications, note="不符", **who),
    ),
    ("application", "application.change_county"): (
        "city_review",
        lambda p, who: application.change_county(p.applications, p.other_county, **who),
    ),
    ("application", "application.record"): (
        "recommended",
        lambda p, who: application.record(p.applications, to="expert_review", **who),
    ),
    ("application", "application.supply"): (
        "supplement",
        lambda p, who: application.supply(p.applications, answer="已补", **who),
    ),
    ("application", "application.withdraw"): ("draft", lambda p, who: application.withdraw(p.applications, **who)),
    ("application", "application.lapse"): ("draft", lambda p, who: application.lapse(p.applications, **who)),
    ("application", "case.record_departure"): (
        "draft",
        lambda p, who: case.record_departure(p.cases, reason="dissolved", note="注销通知书", **who),
    ),
    ("application", "certificate.issue"): ("announced", lambda p, who: issue(p, who)),
}


class Answered(dict[int, str]):
    """An answer to every fault."""

    def get(self, key: int, default: Any = None) -> str:
        return "已补"

    def __missing__(self, key: int) -> str:
        return "已补"


def lapse(place: Place, who: dict[str, Any]) -> object:
    place.cases.update(reminders=case.REMINDERS)
    return case.lapse(place.cases, **who)


def issue(place: Place, who: dict[str, Any]) -> object:
    return certificate.issue(place.firms.get(), number=f"GR{who['on'].year}33009999", issued_on=who["on"], **who)


@pytest.fixture(scope="module")
def complete(world: World) -> Iterator[World]:
    """The walls' city with all that an application must hold, as the superuser; nothing of it stays."""
    with without_policies(), transaction.atomic():
        Firm.objects.update(
            registered_on="2017-03-14",
            field="80101",
            industry="4011",
            resident=True,
            verified_on="2026-01-05",
        )
        for firm in world.firms.values():
            for year in (2023, 2024, 2025):
                FinancialYear.objects.update_or_create(
                    firm_id=firm, year=year, defaults=dict.fromkeys(ENTRY_FIGURES, 100)
                )
        yield world
        transaction.set_rollback(True)


@contextmanager
def standing(place: Place, table: str, stage: str) -> Iterator[None]:
    """The row at that stage for the length of the block, and its case where an application has it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            if table == "application" or stage == "in_certification":
                cursor.execute(change("case", "in_certification"), [place.cases.get().pk])
                at: Literal["application"] = "application"
                cursor.execute(change(at, "city_review" if table == "case" else stage), [place.applications.get().pk])
            else:
                cursor.execute(change("application", "withdrawn"), [place.applications.get().pk])
                cursor.execute(change("case", stage), [place.cases.get().pk])
            if stage == "withdrawn":
                cursor.execute(change("case", "ready"), [place.cases.get().pk])
            cursor.execute("set local session_replication_role = origin")
        Proposal.objects.filter(firm=place.key).delete()
        yield
        transaction.set_rollback(True)


def outcome(place: Place, table: str, name: str, by: Actor) -> str:
    stage, act = CALLS[table, name]
    with standing(place, table, stage), acting(by):
        try:
            act(place, {"by": by, "on": place.world.today})
        except Refused:
            return "refused"
        except ConditionUnmet:
            return "may"  # the grant was there; something else is missing
    return "may"


@pytest.mark.parametrize(("table", "name"), CALLS)
def test_a_move_is_open_to_the_seats_of_the_journey_and_to_nobody_else(complete: World, table: str, name: str):
    place = Place(complete)
    actors: dict[str, Actor] = {kind: complete.person(f"seat:{kind}") for kind in SEATS} | dict(SERVICES)
    may = {kind for kind, actor in actors.items() if outcome(place, table, name, actor) == "may"}
    assert may == set(MAY[table][name].split())


@pytest.mark.parametrize(("table", "name"), CALLS)
def test_no_seat_of_a_county_or_firm_reaches_beyond_its_own(complete: World, table: str, name: str):
    """The seats to which the move is open at home, for a firm of another county and for one that moved away."""
    local = [kind for kind in MAY[table][name].split() if kind in access.COUNTY | access.FIRM]
    for firm in ("south", "gone"):
        place = Place(complete, firm)
        may = [kind for kind in local if outcome(place, table, name, complete.person(f"seat:{kind}")) == "may"]
        assert may == [], firm


def test_where_an_office_signs_once_its_officers_forward(complete: World):
    place = Place(complete)
    with transaction.atomic():
        Office.objects.filter(name="north").update(one_signature=True)
        assert outcome(place, "case", "case.forward", complete.person("seat:county_officer")) == "may"
        assert outcome(place, "case", "case.forward", complete.person("south officer")) == "refused"
        transaction.set_rollback(True)


def test_every_move_of_the_tables_is_called_here():
    assert set(CALLS) == {(table, name) for table, moves in MOVES.items() for name in moves}
    assert {table: set(moves) for table, moves in MAY.items()} == {table: set(moves) for table, moves in MOVES.items()}


def test_every_act_that_moves_has_its_grant():
    assert [name for moves in MOVES.values() for name in moves if name not in access.GRANTS] == []


def test_every_grant_goes_to_seats_and_services_that_exist():
    known = access.SEATS | set(SERVICES) | set(access.SIGNATURES.values())
    assert {act: seats - known for act, seats in access.GRANTS.items() if seats - known} == {}
    theirs = {act for act, seats in access.GRANTS.items() if seats & access.ADMINISTRATORS}
    # Messages that were given up are sent again unread; everybody reads their own.
    assert [act for act in theirs - {"delivery.again", "notice.read"} if not act.startswith("people.")] == []
