# ruff: noqa: S608 - the names of tables are those of the two tables of moves
"""Two people at one case at the same instant: one of them wins, whatever the move; the other loses nothing they wrote.

The rounds are committed, in a database of their own, by threads that begin together.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Barrier
from typing import Any, Literal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import SERVICES, Actor
from pipeline.acts import progress
from pipeline.models import Application, Case, MoveRefused, Transition, Visit
from pipeline.stages import MOVES
from tests import services
from tests.walls.test_moves import MAY
from tests.walls.test_stages import change
from tests.walls.world import LONG_AGO, World, build, seat

Table = Literal["case", "application"]
RACED: list[tuple[Table, str]] = [
    (table, name) for table in ("case", "application") for name, move in MOVES[table].items() if any(move.from_)
]
ROUNDS = 200
TOGETHER = 20  # seconds a thread waits for the other


@dataclass(frozen=True)
class Ring:
    """The city of the walls, committed, with two people in every seat of an office."""

    world: World
    raw: Any

    def rows(self, table: Table) -> Any:
        model: Any = Case if table == "case" else Application
        return model.objects.filter(firm=self.world.firms["north"])

    def put(self, table: Table, stage: str) -> None:
        """The firm's row at that stage, as only a superuser can put it there; nothing is proposed of it."""
        firm = [self.world.firms["north"]]
        self.raw.execute("set session_replication_role = replica")
        self.raw.execute("delete from pipeline_proposal where firm_id = %s", firm)
        for each, at in self._places(table, stage):
            [(key,)] = self.raw.execute(f"select id from pipeline_{each} where firm_id = %s order by id limit 1", firm)
            self.raw.execute(change(each, at), [key])
        self.raw.execute("set session_replication_role = origin")

    def _places(self, table: Table, stage: str) -> list[tuple[Table, str]]:
        if table == "application":
            return [("case", "in_certification"), ("application", stage)]
        return [("case", stage), ("application", "city_review" if stage == "in_certification" else "withdrawn")]

    def two(self, kind: str) -> tuple[Actor, Actor]:
        """Two who may: colleagues, or the one owner of a firm at two machines, or a service twice."""
        if kind in SERVICES:
            return SERVICES[kind], SERVICES[kind]
        one = self.world.person(f"seat:{kind}")
        twin = f"twin:{kind}"
        return one, self.world.person(twin) if twin in self.world.people else one


@pytest.fixture(scope="module")
def ring(fresh_database: str, django_db_blocker: Any) -> Iterator[Ring]:
    with django_db_blocker.unblock(), services.server().connect("postgres", fresh_database) as raw:
        raw.autocommit = True
        world = build()
        with acting(world.person("seat:security_admin")), transaction.atomic():
            for kind in ("city_officer", "city_head", "county_officer", "county_head"):
                seat(world, f"twin:{kind}", kind, DateRange(LONG_AGO, None))
        ring = Ring(world, raw)
        # A case that was returned thrice goes no further without a visit.
        with acting(world.person("seat:city_officer")), transaction.atomic():
            said = {"on": world.today, "notes": "看过", "by_id": world.people["seat:city_officer"]}
            Visit.objects.create(firm_id=world.firms["north"], case=ring.rows("case").get(), **said)
        yield ring


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What came of each, begun at the same instant on a connection of its own; an error is an outcome too."""
    begin = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            begin.wait(TOGETHER)
            return act()
        except MoveRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(run, act) for act in acts]]


def a_round(ring: Ring, table: Table, name: str, number: int) -> None:
    """Two people make the move from what both saw: one transition, one step of the version, one refusal."""
    move = MOVES[table][name]
    sources = sorted(filter(None, move.from_))
    target = sorted(move.to)[number % len(move.to)]
    source = next(each for each in sources[number % len(sources) :] + sources if each != target)
    ring.put(table, source)
    kind = MAY[table][name].split()[0]
    pair, today = ring.two(kind), ring.world.today
    with acting(pair[0]), transaction.atomic():
        seen = ring.rows(table).get()
        before = Transition.objects.filter(case__firm=ring.world.firms["north"]).count()

    def act(who: Actor) -> Any:
        with acting(who), transaction.atomic():
            return advanced(ring, table, name, who, today, {seen.pk: seen.version}, target)

    came = together(lambda: act(pair[0]), lambda: act(pair[1]))
    assert sorted(isinstance(each, MoveRefused) for each in came) == [False, True], (table, name, came)
    with acting(pair[0]), transaction.atomic():
        now = ring.rows(table).get()
        after = Transition.objects.filter(case__firm=ring.world.firms["north"]).count()
    assert (now.stage, now.version, after) == (target, seen.version + 1, before + 1), (table, name)


def advanced(
    ring: Ring, table: Table, name: str, who: Actor, today: date, versions: dict[int, int], target: str
) -> Any:
    said: dict[str, Any] = {"by": who, "on": today, "versions": versions}
    if table == "application":
        return progress.advance_application(ring.rows(table), name, to=target, **said)
    reasons = sorted(MOVES[table][name].reasons)
    said["reason"] = reasons[0] if reasons else ""
    return progress.advance(ring.rows(table), name, **said)


@pytest.mark.parametrize(("table", "name"), [RACED[at] for at in range(0, len(RACED), 7)])
def test_of_two_at_the_same_instant_exactly_one_wins(ring: Ring, table: Table, name: str) -> None:
    a_round(ring, table, name, 0)


@pytest.mark.long
def test_of_two_at_the_same_instant_exactly_one_wins_two_hundred_times_over_every_move(ring: Ring) -> None:
    for number in range(ROUNDS):
        a_round(ring, *RACED[number % len(RACED)], number // len(RACED))


def test_without_the_condition_both_win(ring: Ring) -> None:
    """The control: read, look whether the stage allows it, write. Both read before either writes."""
    ring.put("case", "county_review")
    both_read = Barrier(2)

    def careless(who: Any) -> bool:
        with acting(who), transaction.atomic():
            seen = ring.rows("case").get()
            allowed = seen.stage == "county_review"
            both_read.wait(TOGETHER)
            done = ring.rows("case").update(stage="city_review", version=seen.version + 1)
        return allowed and int(done) == 1

    one, other = ring.two("county_head")
    assert together(lambda: careless(one), lambda: careless(other)) == [True, True]


# The screens: what is typed, by whom, from which stage. `note` and `says` hold the text that must not be lost.
TYPED: dict[str, tuple[Table, str, str, dict[str, Any]]] = {
    "return-from-county": ("case", "county_review", "county_officer", {"place": "firm"}),
    "forward": ("case", "county_review", "county_head", {"opinion": "for"}),
    "return-from-city": ("case", "city_review", "city_officer", {"place": "property"}),
    "send-back": ("case", "city_review", "city_officer", {}),
    "refuse": ("case", "city_review", "city_head", {}),
    "unready": ("case", "ready", "county_officer", {}),
    "drop-lead": ("case", "lead", "county_officer", {}),
    "return-dossier-from-county": ("application", "county_review", "county_officer", {"place": "document"}),
    "send-dossier-back": ("application", "city_review", "city_officer", {}),
}


def a_round_on_screen(ring: Ring, slug: str, number: int) -> None:
    table, stage, kind, more = TYPED[slug]
    ring.put(table, stage)
    pair = ring.two(kind)
    with acting(pair[0]), transaction.atomic():
        seen = ring.rows(table).get()
        case = Case.objects.get(firm=ring.world.firms["north"])
    url = reverse("desk:case_move" if table == "case" else "desk:application_move", args=[case.number, slug])
    texts = [f"第{number}轮{side}写的理由" for side in ("甲", "乙")]

    def post(who: Any, text: str) -> Any:
        client = Client()
        client.force_login(who)
        return lambda: client.post(url, {"version": seen.version, **more, "note": text, "says": text})

    answers = together(post(pair[0], texts[0]), post(pair[1], texts[1]))
    assert sorted(answer.status_code for answer in answers) == [302, 409], (slug, [a.status_code for a in answers])
    lost = next(at for at, answer in enumerate(answers) if answer.status_code == 409)
    page = answers[lost].content.decode()
    assert texts[lost] in page, slug
    assert str(pair[1 - lost].name) in page, slug  # type: ignore[attr-defined]


@pytest.mark.parametrize("slug", ["return-from-county", "send-dossier-back"])
def test_who_comes_second_on_screen_reads_who_was_first_and_keeps_the_text(ring: Ring, slug: str) -> None:
    a_round_on_screen(ring, slug, 0)


@pytest.mark.long
def test_the_second_keeps_the_text_two_hundred_times(ring: Ring) -> None:
    for number in range(ROUNDS):
        a_round_on_screen(ring, sorted(TYPED)[number % len(TYPED)], number)


def test_every_move_that_leaves_a_stage_is_raced() -> None:
    assert {name for _table, name in RACED} == {name for moves in MOVES.values() for name in moves} - {
        "case.open_lead", "case.open_renewal"
    }  # fmt: skip
