"""What takes two people, held by the database whatever code does: merging records, mergers and splits, adjustments."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from pipeline.models.registry import RENAMED
from tests.walls.world import World, as_role, declare

PROPOSE = (
    "insert into pipeline_mergeproposal (office_id, gone_id, into_id, why, state, proposed_by_id, proposed_on)"
    " values (%s, %s, %s, '同一家', 'waiting', %s, mp_today()) returning id"
)
DECIDE = "update pipeline_mergeproposal set state = %s, decided_by_id = %s, decided_on = mp_today() where id = %s"
MERGE = (
    'insert into pipeline_mergedrecord (firm_id, into_id, why, moved, made, proposal_id, by_id, "on", undone_why)'
    " values (%s, %s, '同一家', '{}', '{}', %s, %s, mp_today(), '')"
)
TELL = (
    "insert into pipeline_registryevent (public_id, office_id, file, line, uscc, kind, day, old_name, new_name,"
    " other_uscc, other_name, state, note, by_id) values (gen_random_uuid(), %s, 'a.xlsx', 9, 'x', %s, mp_today(),"
    " '', '', 'y', '', 'waiting', '', %s) returning id"
)
FORWARD = "update pipeline_registryevent set proposed_by_id = %s, proposed_on = mp_today() where id = %s"
DONE = "update pipeline_registryevent set state = 'done', settled_by_id = %s, settled_on = mp_today() where id = %s"


@pytest.fixture
def raw(world: World) -> Iterator[psycopg.Connection]:
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_officer"])
        yield raw


def one(raw: psycopg.Connection, statement: str, values: list[Any]) -> Any:
    row = raw.execute(statement, values).fetchone()
    return row[0] if row else None


def refused(raw: psycopg.Connection, statement: str, values: list[Any]) -> bool:
    try:
        with raw.transaction():
            return raw.execute(statement, values).rowcount == 0
    except psycopg.DatabaseError:
        return True


def test_two_records_are_merged_by_one_person_on_anothers_word_and_not_otherwise(
    world: World, raw: psycopg.Connection
) -> None:
    officer, head = world.people["seat:city_officer"], world.people["seat:city_head"]
    gone, into, city = world.firms["north"], world.firms["south"], world.offices["city"]
    assert refused(raw, PROPOSE, [city, gone, into, head]), "in one's own name only"
    assert refused(raw, MERGE, [gone, into, None, officer]), "not without a word of anybody"
    key = one(raw, PROPOSE, [city, gone, into, officer])
    assert refused(raw, MERGE, [gone, into, key, officer]), "it waits"
    for name in (officer, head):
        assert refused(raw, DECIDE, ["done", name, key]), "neither alone nor with another's name"
    declare(raw, head)
    assert refused(raw, MERGE, [gone, into, key, head])
    assert raw.execute(DECIDE, ["done", head, key]).rowcount == 1
    assert refused(raw, MERGE, [into, gone, key, head]), "what was proposed, and nothing else"
    assert raw.execute(MERGE, [gone, into, key, head]).rowcount == 1
    assert refused(raw, MERGE, [gone, into, key, head]), "once"
    for changes in ("firm_id = into_id, into_id = firm_id", f"by_id = {officer}", "proposal_id = null"):
        assert refused(raw, f"update pipeline_mergedrecord set {changes} where proposal_id = %s", [key])  # noqa: S608
    assert refused(raw, "update pipeline_mergeproposal set into_id = gone_id where id = %s", [key])
    assert refused(raw, "delete from pipeline_mergedrecord where proposal_id = %s", [key])


@pytest.mark.parametrize("kind", ["merger", "split"])
def test_a_merger_or_split_is_carried_out_by_another_than_who_put_it_forward(
    world: World, raw: psycopg.Connection, kind: str
) -> None:
    officer, head, city = world.people["seat:city_officer"], world.people["seat:city_head"], world.offices["city"]
    key = one(raw, TELL, [city, kind, officer])
    assert refused(raw, DONE, [officer, key]), "nobody has put it forward"
    assert refused(raw, FORWARD, [head, key]), "in one's own name only"
    both = FORWARD.replace(" where", ", state = 'done', settled_by_id = %s, settled_on = mp_today() where")
    assert refused(raw, both, [head, officer, key]), "not both at once"
    assert raw.execute(FORWARD, [officer, key]).rowcount == 1
    assert refused(raw, DONE, [officer, key])
    assert refused(raw, DONE, [head, key]), "nor with another's name"
    declare(raw, head)
    assert raw.execute(DONE, [head, key]).rowcount == 1
    assert refused(raw, FORWARD, [head, key]), "what is done stays"


def test_a_new_name_is_carried_out_by_one(world: World, raw: psycopg.Connection) -> None:
    officer = world.people["seat:city_officer"]
    key = one(raw, TELL, [world.offices["city"], RENAMED, officer])
    assert raw.execute(DONE, [officer, key]).rowcount == 1


@pytest.mark.parametrize("who", ["submitted_by_id", "proposed_by_id"])
def test_nobody_publishes_an_adjustment_they_put_forward(world: World, raw: psycopg.Connection, who: str) -> None:
    officer = world.people["seat:city_officer"]
    assert raw.execute(f"update pipeline_adjustment set {who} = %s", [officer]).rowcount == 1  # noqa: S608
    published = "update pipeline_adjustment set published_by_id = %s"
    with pytest.raises(errors.CheckViolation), raw.transaction():
        raw.execute(published, [officer])
    assert raw.execute(published, [world.people["seat:city_head"]]).rowcount == 1


def test_a_county_no_longer_reads_a_pair_of_which_one_firm_left_it(world: World) -> None:
    """Its single oddities of before it left stay to be read, as all of its past."""
    hit = (
        "insert into pipeline_hit (public_id, firm_id, other_id, kind, about, facts, sides, found_on, state, why,"
        " recorded_at) values (gen_random_uuid(), %s, %s, 'same_right', '', '{}', '', mp_today(), 'open', '', %s)"
        " returning id"
    )
    first, second = sorted((world.firms["north"], world.firms["gone"]))
    with as_role("postgres") as raw:
        key = one(raw, hit, [first, second, world.left.replace(year=world.left.year - 1)])
        raw.execute("set role web")
        for name, sees in (("seat:county_officer", 0), ("south officer", 0), ("seat:city_officer", 1)):
            declare(raw, world.people[name])
            assert one(raw, "select count(*) from pipeline_hit where id = %s", [key]) == sees, name
        declare(raw, world.people["two counties"])
        assert one(raw, "select count(*) from pipeline_hit where id = %s", [key]) == 1
