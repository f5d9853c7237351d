"""That two people give a seat, held by the database whatever code does; and what is told to one person alone."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests.walls.world import World, as_role, declare

ASK = (
    "insert into pipeline_seatrequest (user_id, kind, agency, note, state, why, begins_on, asked_by_id, asked_on)"
    " values (%s, 'expert', '', '', 'asked', '', mp_today(), %s, mp_today())"
)
DECIDE = "update pipeline_seatrequest set state = %s, decided_by_id = %s, decided_on = mp_today() where kind = 'expert'"
SEAT = (
    "insert into pipeline_seat (user_id, kind, agency, during, request_id) values (%s, %s, '',"
    " daterange(mp_today(), null), (select max(id) from pipeline_seatrequest where kind = 'expert'))"
)
TELL = (
    'insert into pipeline_notice (public_id, "to", person_id, kind, title, body, state, tries, last_error)'
    " values (gen_random_uuid(), 'self', %s, 'people.end_seat', '{}', '{}', 'waiting', 0, '')"
)
REFUSED = (errors.InsufficientPrivilege, errors.CheckViolation)


@pytest.fixture
def raw(world: World) -> Iterator[psycopg.Connection]:
    """The security administrator has asked for an expert's seat for somebody."""
    with as_role("web") as raw:
        declare(raw, world.people["seat:security_admin"])
        raw.execute(ASK, [world.people["nobody"], world.people["seat:security_admin"]])
        yield raw


def test_a_seat_is_asked_for_in_ones_own_name_by_security_administrators_only(world: World) -> None:
    for name, key in world.people.items():
        with as_role("web") as raw:
            declare(raw, key)
            for asked_by in {key, world.people["seat:security_admin"]}:
                if name == "seat:security_admin" and asked_by == key:
                    continue
                with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                    raw.execute(ASK, [world.people["nobody"], asked_by])


def test_who_asked_cannot_give_it_nor_sign_with_another_name(world: World, raw: psycopg.Connection) -> None:
    security, head = world.people["seat:security_admin"], world.people["seat:city_head"]
    for decided_by in (security, head):
        with pytest.raises(REFUSED), raw.transaction():
            raw.execute(DECIDE, ["given", decided_by])
    declare(raw, world.people["seat:city_officer"])
    assert raw.execute(DECIDE, ["given", world.people["seat:city_officer"]]).rowcount == 0
    declare(raw, world.people["seat:county_head"])
    assert raw.execute(DECIDE, ["given", world.people["seat:county_head"]]).rowcount == 0


def test_what_was_asked_for_is_not_changed_nor_removed(world: World, raw: psycopg.Connection) -> None:
    for column, value in (("kind", "city_head"), ("user_id", 1), ("asked_by_id", 1), ("agency", "x")):
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute(f"update pipeline_seatrequest set {column} = %s", [value])  # noqa: S608
    assert raw.execute("delete from pipeline_seatrequest").rowcount == 0


def test_a_head_of_the_city_makes_the_seat_that_was_asked_for_and_no_other_and_once(
    world: World, raw: psycopg.Connection
) -> None:
    head, nobody = world.people["seat:city_head"], world.people["nobody"]
    declare(raw, head)
    with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
        raw.execute(SEAT, [nobody, "expert"])
    assert raw.execute(DECIDE, ["given", head]).rowcount == 1
    for user, kind in ((head, "expert"), (nobody, "security_admin"), (nobody, "bank")):
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute(SEAT, [user, kind])
    with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
        raw.execute(SEAT.replace("select max(id)", "select null::bigint"), [nobody, "expert"])
    raw.execute(SEAT, [nobody, "expert"])
    with pytest.raises(errors.UniqueViolation), raw.transaction():
        raw.execute(SEAT, [nobody, "expert"])  # what two people gave once is no standing leave
    assert raw.execute(DECIDE, ["refused", head]).rowcount == 0, "what was decided stays"


def test_two_administrators_are_never_one_person_whoever_writes(world: World) -> None:
    with as_role("postgres") as everything, pytest.raises(errors.ExclusionViolation), everything.transaction():
        everything.execute(SEAT, [world.people["seat:audit_admin"], "system_admin"])


def test_what_is_told_to_a_person_alone_is_read_by_them_and_who_tells(world: World) -> None:
    owner = world.people["seat:firm_owner"]
    with as_role("web") as raw:
        declare(raw, world.people["seat:security_admin"])
        raw.execute(TELL, [owner])
        sees = "select count(*) from pipeline_notice where \"to\" = 'self'"
        tellers = {"seat:security_admin", "seat:system_admin", "seat:firm_owner", "seat:city_officer", "seat:city_head"}
        for name, key in world.people.items():
            declare(raw, key)
            assert raw.execute(sees).fetchone() == (int(name in tellers),), name
            if name not in tellers:
                with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                    raw.execute(TELL, [key])


def test_the_answers_whether_a_place_is_in_use_tell_no_more(world: World) -> None:
    with as_role("web") as raw:
        declare(raw, world.people["seat:system_admin"])
        asked = "select mp_office_in_use(%s, mp_today()), mp_division_in_use(%s, mp_today())"
        assert raw.execute(asked, [world.offices["north"], world.divisions["north"]]).fetchone() == (True, True)
        assert raw.execute(asked, [0, 0]).fetchone() == (False, False)
