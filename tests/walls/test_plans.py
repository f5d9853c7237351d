"""How the database reads under the policies: what a scope may see is asked once a statement, and indexes are used.

A county officer with 3,000 firms of 12,000. Measured on 200,000 firms, 20,000 of them hers: a queue page took 41 ms
with `firm_id in (select mp_firms())` and 3 ms with EXISTS over the moves, one case 20 ms and 0.4 ms; with
`firm_id = any(array(select mp_firms()))` a scan took 11 s.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.walls.world import World, as_role, declare

FIRMS = 12_000
ANSWERS = ("mp_sees_city", "mp_leads", "mp_counties", "mp_led_counties", "mp_own_firms", "mp_past_firms", "mp_firms")

QUEUE = (
    "select c.id, f.name from pipeline_case c join pipeline_firm f on f.id = c.firm_id"
    " where c.closed_on is null order by c.due_on, c.id limit 50"
)
STATEMENTS = {
    "a page of the queue": QUEUE,
    "all cases": "select count(*) from pipeline_case",
    "one case": "select * from pipeline_case where number = 'P7778'",
    "firms by name": "select id, name from pipeline_firm order by pinyin limit 50",
    "a search": "select id from pipeline_firm where search @@ '''77'''::tsquery",
    "figures": "select count(*) from pipeline_case c join pipeline_firm f on f.id = c.firm_id where f.industry = ''",
}


@pytest.fixture(scope="module")
def crowded(world: World) -> World:
    with as_role("postgres") as raw:
        raw.execute("set local session_replication_role = replica")  # past the trail, for speed
        raw.execute(
            "insert into pipeline_firmmove (firm_id, division_id, during)"
            " select g, case g %% 4 when 0 then %s else %s end, daterange('2020-01-01', null)"
            " from generate_series(1001, 1000 + %s) g",
            [world.divisions["north"], world.divisions["south"], FIRMS],
        )
        raw.execute(
            "insert into pipeline_firm"
            " (id, uscc, name, pinyin, field, industry, address, made_up, version, diagnosis_due)"
            " select g, g::text, '企业' || g, 'p' || g, '', '', '', '', 1, false"
            " from generate_series(1001, 1000 + %s) g",
            [FIRMS],
        )
        raw.execute(
            "insert into pipeline_case"
            " (firm_id, county_id, number, kind, stage, version, opened_on, reason, due_on, reminders)"
            " select m.firm_id, m.division_id, 'P' || m.firm_id, 'pool', 'coaching', 1, '2026-01-01', '',"
            " date '2026-01-01' + m.firm_id::int % 300, 0 from pipeline_firmmove m where m.firm_id > 1000",
        )
        raw.commit()
        raw.autocommit = True
        raw.execute("vacuum analyze pipeline_firmmove, pipeline_firm, pipeline_case")
    return world


def plan(raw: psycopg.Connection, statement: str) -> dict[str, Any]:
    [(shown,)] = raw.execute("explain (analyze, verbose, timing off, format json) " + statement)
    return dict((json.loads(shown) if isinstance(shown, str) else shown)[0]["Plan"])


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from nodes(below)


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("person", ["seat:county_officer", "seat:firm_owner", "seat:city_officer", "south leader"])
def test_what_a_scope_may_see_is_asked_once_a_statement(crowded: World, name: str, person: str):
    with as_role("web") as raw:
        declare(raw, crowded.people[person])
        asked = [
            node
            for node in nodes(plan(raw, STATEMENTS[name]))
            if any(answer in str(node.get("Output")) for answer in ANSWERS) and "Scan" not in node["Node Type"]
        ]
    assert asked
    assert [node for node in asked if node["Actual Loops"] > 1] == []


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_function_is_called_for_each_row(crowded: World, name: str):
    """A filter may hold the results of functions (InitPlan, hashed SubPlan), but no call of one: it would run a row."""
    with as_role("web") as raw:
        declare(raw, crowded.people["seat:county_officer"])
        filters = [
            str(node.get("Filter", "")) + str(node.get("Join Filter", ""))
            for node in nodes(plan(raw, STATEMENTS[name]))
        ]
    # mp_left is called only for firms that left, after the keys were compared.
    assert [text for text in filters if "mp_" in text.replace("mp_left(", "")] == []


def test_a_county_officers_page_of_the_queue_touches_a_page_and_not_the_pool(crowded: World):
    with as_role("web") as raw:
        declare(raw, crowded.people["seat:county_officer"])
        shown = list(nodes(plan(raw, QUEUE)))
        [(hers,)] = raw.execute("select count(*) from pipeline_case")
    assert hers > FIRMS / 4
    assert "Seq Scan" not in {node["Node Type"] for node in shown if node.get("Relation Name") != "pipeline_division"}
    read = [node for node in shown if node.get("Relation Name") == "pipeline_case"]
    assert read[0]["Actual Rows"] <= 60
    assert read[0]["Index Name"] == "open_cases_by_due_day"


def test_a_page_far_down_is_entered_by_its_day_under_the_policies(crowded: World):
    """By `coalesce` the index would only give the order: all that comes before the page would be read."""
    turn = "case when due_on is null then date '9999-12-31' else due_on end"
    open_ones = "select id from pipeline_case where closed_on is null"
    with as_role("web") as raw:
        declare(raw, crowded.people["seat:city_officer"])
        shown = list(nodes(plan(raw, f"{open_ones} and {turn} >= '2026-10-01' order by {turn}, id limit 50")))
    [read] = [node for node in shown if node.get("Relation Name") == "pipeline_case"]
    assert read["Index Name"] == "open_cases_in_turn"
    assert "2026-10-01" in read["Index Cond"]


def test_a_search_uses_its_index_under_the_policies(crowded: World):
    with as_role("web") as raw:
        declare(raw, crowded.people["seat:county_officer"])
        statement = "select id from pipeline_firm where search @@ '''7778'' & ''77'''::tsquery"
        names = {node.get("Index Name") for node in nodes(plan(raw, statement))}
    assert "firm_search" in names


def test_one_case_is_found_by_its_number(crowded: World):
    with as_role("web") as raw:
        declare(raw, crowded.people["seat:county_officer"])
        shown = list(nodes(plan(raw, STATEMENTS["one case"])))
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in shown) < 30
