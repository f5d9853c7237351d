"""Two answers to one question: what Django's querysets show a person, and what the database shows with no filter."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE, SERVICES
from pipeline.models import Appointment, Firm, FirmMove, Seat, User
from pipeline.models.firm import FirmOwnedQuerySet
from pipeline.register import TABLES
from tests.walls.world import LONG_AGO, World, without_policies

CROWD = 60
EVERYTHING = [
    model
    for model in apps.get_app_config("pipeline").get_models()
    if TABLES[model._meta.db_table].kind in ("firm", "office")
]
# Seats are read by the log-in and by their own screens; where a firm was, with the firm; rows, with their roster; parts
# of a pool, by the office that asks for a trial.
WITHOUT_A_WORD_OF_THEIR_OWN = {"Seat", "FirmMove", "ImportRow", "PoolPart"}
MODELS = [model for model in EVERYTHING if hasattr(model._default_manager, "visible_to")]


@pytest.fixture(scope="module")
def crowd(world: World) -> dict[str, User]:
    """The people of the city, and many more with seats drawn by lot; the draw is always the same."""
    lot = random.Random(20260101)
    with acting(world.person("seat:security_admin")), transaction.atomic():
        for number in range(CROWD):
            user = User.objects.create_user(f"drawn {number}", name=f"drawn {number}", is_active=lot.random() > 0.1)
            world.people[user.username] = user.pk
            for _ in range(lot.choice([1, 1, 1, 2, 3])):
                _draw_seat(world, user, lot)
            if lot.random() < 0.4:
                _draw_appointment(world, user, lot)
    return {name: User.objects.get(pk=key) for name, key in world.people.items()}


def _draw_seat(world: World, user: User, lot: random.Random) -> None:
    kind = lot.choice(sorted(access.SEATS - {"firm_owner"}))  # of whom a firm has one
    if kind in access.ADMINISTRATORS and Seat.objects.filter(user=user, kind__in=access.ADMINISTRATORS).exists():
        kind = "expert"  # two administrators are never one person
    free = kind not in access.OFFICE | access.FIRM | {"leader"}
    office = lot.choice(list(world.offices.values()))
    Seat.objects.create(
        user=user,
        kind=kind,
        office_id=office if kind in access.OFFICE | {"leader"} or (free and lot.random() < 0.5) else None,
        firm_id=lot.choice(list(world.firms.values())) if kind in access.FIRM else None,
        during=_draw_period(world, lot),
    )


def _draw_appointment(world: World, user: User, lot: random.Random) -> None:
    with acting(INTAKE):
        Appointment.objects.create(
            firm_id=lot.choice(list(world.firms.values())),
            coach=user,
            during=_draw_period(world, lot),
            consented_on=lot.choice([None, world.left]),
        )
    if lot.random() < 0.7:
        Seat.objects.create(user=user, kind="coach", during=_draw_period(world, lot))


def _draw_period(world: World, lot: random.Random) -> DateRange:
    day = timedelta(days=1)
    return lot.choice(
        [
            *[DateRange(LONG_AGO, None)] * 5,
            DateRange(LONG_AGO, world.today),
            DateRange(LONG_AGO, world.today + day),
            DateRange(world.today, None),
            DateRange(world.today + day, None),
            DateRange(None, None),
        ]
    )


def test_the_two_walls_agree_on_every_row_for_everybody(world: World, crowd: dict[str, User]):
    by_database = {}
    for name, user in crowd.items():
        with acting(user), transaction.atomic():
            by_database[name] = {model: keys(model._default_manager.all()) for model in MODELS}
    with without_policies(), transaction.atomic():
        for name, user in crowd.items():
            person = User.objects.get(pk=user.pk)
            by_django = {model: keys(model._default_manager.visible_to(person)) for model in MODELS}  # type: ignore[attr-defined]
            assert by_django == by_database[name], (name, [seat.kind for seat in person.seats])
    sizes = {sum(map(len, each.values())) for each in by_database.values()}
    assert len(sizes) > 8, "the crowd should differ in what it sees"


def test_the_two_walls_agree_on_services(world: World):
    for service in SERVICES.values():
        with acting(service), transaction.atomic():
            by_database = {model: keys(model._default_manager.all()) for model in MODELS}
        with without_policies(), transaction.atomic():
            by_django = {model: keys(model._default_manager.visible_to(service)) for model in MODELS}  # type: ignore[attr-defined]
        assert by_django == by_database, service.name


def test_the_place_of_a_firm_is_read_with_the_firm(world: World, crowd: dict[str, User]):
    """Moves have no queryset of their own: the database must show those of no firm that Django hides."""
    for name, user in crowd.items():
        with acting(user), transaction.atomic():
            by_database = set(FirmMove.objects.values_list("firm_id", flat=True))
            visible = keys(Firm._default_manager.visible_to(User.objects.get(pk=user.pk)))
        assert by_database == visible, name


def keys(rows: "models.QuerySet[Any]") -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def test_every_model_of_a_firm_can_say_what_is_visible():
    assert {model.__name__ for model in EVERYTHING} - {
        model.__name__ for model in MODELS
    } == WITHOUT_A_WORD_OF_THEIR_OWN


def test_a_forgotten_condition_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch):
    """The control: let Django forget that a coach needs the firm's consent, and the comparison must fail."""
    person = world.person("coach without consent")
    monkeypatch.setattr(
        FirmOwnedQuerySet, "visible_to", lambda rows, actor: rows.filter(firm__appointment__coach=actor.pk)
    )
    model = apps.get_model("pipeline", "FinancialYear")
    with acting(person), transaction.atomic():
        by_database = keys(model._default_manager.all())
    with without_policies(), transaction.atomic():
        assert keys(model._default_manager.visible_to(person)) != by_database
