"""What an expert sees and writes of panels, as the database answers it."""

import pytest
from psycopg import errors

from tests.walls.panel_rows import ASKED, CHAIRS, DONE, EXPERTS, FINANCE, LEFT, LOST, REVIEWS
from tests.walls.world import World, as_role, declare

FIRMS = 2
# panels, files, sheets of one's own, sheets of others, seats
SEES = {
    REVIEWS: (1, FIRMS, FIRMS, 0, 4),
    ASKED: (1, 0, 0, 0, 4),
    DONE: (0, 0, 0, 0, 4),
    FINANCE: (1, FIRMS, FIRMS, 0, 4),
    CHAIRS: (2, 2 * FIRMS, 2 * FIRMS, 4 * FIRMS, 4),
    LEFT: (0, 0, 0, 0, 1),
    LOST: (0, 0, 0, 0, 1),
    "seat:expert": (0, 0, 0, 0, 0),
    "seat:county_officer": (0, 0, 0, 0, 0),
    "seat:firm_owner": (0, 0, 0, 0, 0),
    "seat:leader": (0, 0, 0, 0, 0),
    "nobody": (0, 0, 0, 0, 0),
}
COUNTS = (
    "select (select count(*) from pipeline_panel), (select count(*) from pipeline_panelfile),"
    " (select count(*) from pipeline_scoresheet where user_id = %(own)s),"
    " (select count(*) from pipeline_scoresheet where user_id <> %(own)s),"
    " (select count(*) from pipeline_panelmember)"
)


@pytest.mark.parametrize("name", SEES)
def test_an_expert_sees_the_panels_that_ask_them_and_the_dossiers_of_those_they_came_in_to(world: World, name: str):
    with as_role("web") as raw:
        declare(raw, world.people[name])
        assert raw.execute(COUNTS, {"own": world.people[name]}).fetchone() == SEES[name]


def test_the_city_sees_all_of_them(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_officer"])
        found = raw.execute("select count(distinct state), count(*) from pipeline_panel").fetchone()
        assert found == (2, 4)
        assert raw.execute("select count(*) from pipeline_expert").fetchone() == (len(EXPERTS),)


TOUCHES = {
    "update pipeline_panel set title = title": 0,
    "update pipeline_panelfile set position = position": 0,
    "update pipeline_panelmember set summary = summary where user_id <> %(own)s": 0,
    "update pipeline_scoresheet set opinion = opinion where user_id <> %(own)s": 0,
    "update pipeline_expert set employer = employer where user_id <> %(own)s": 0,
    "delete from pipeline_scoresheet": 0,
    "delete from pipeline_panelmember": 0,
    "update pipeline_scoresheet set opinion = opinion": FIRMS,
    "update pipeline_expert set employer = employer": 1,
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_an_expert_changes_their_own_open_sheets_and_record_alone(world: World, touch: str):
    with as_role("web") as raw:
        declare(raw, world.people[REVIEWS])
        assert raw.execute(touch, {"own": world.people[REVIEWS]}).rowcount == TOUCHES[touch]


def test_nobody_seats_themselves_in_a_panel(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:expert"])
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute(
                "insert into pipeline_panelmember (public_id, panel_id, expert_id, user_id, kind, position, chair,"
                " salt, guesses, recused_why, summary) select gen_random_uuid(), 1, e.id, e.user_id, e.kind, 9, false,"
                " '', 0, '', '' from (values (1, %s, 'technical')) e (id, user_id, kind)",
                [world.people["seat:expert"]],
            )


def test_a_link_tells_whose_task_it_is_while_that_is_open_and_nothing_else(world: World):
    with as_role("postgres") as everything:
        tasks = everything.execute(
            "select m.public_id, m.user_id, p.title, m.recused_on is null and m.done_at is null"
            " from pipeline_panelmember m join pipeline_panel p on p.id = m.panel_id"
        ).fetchall()
    with as_role("web") as raw:
        for task, user, title, waits in tasks:
            told = raw.execute("select mp_asked(%s)", [task]).fetchone()
            is_open = waits and title in ("today", "summed up")
            assert told == (user if is_open else None,), title
