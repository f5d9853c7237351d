"""The lists of the desk as a good hand writes them in SQL: what the product's queries must come near to.

Each is a few statements that answer what the page shows, its counts too; the last one's first column names the rows in
their order. They run as role web, so the row policies say what exists and no statement asks for it again.
"""

# ruff: noqa: S608  # nothing in these statements comes from outside
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.models.text_search import bigram_query

MOST, PAGE = 1_001, 51
DOSSIER = "left join pipeline_application a on a.case_id = c.id and a.ended_on is null"
DEADLINE = "coalesce(a.due_on, c.due_on)"
NEVER = "date '9999-12-31'"
PLACE = "left join pipeline_division county on county.id = c.county_id"
COUNTY = """left join pipeline_firmmove m on m.firm_id = f.id and upper_inf(m.during)
    left join pipeline_division county on county.id = m.division_id"""
HELD = """c.officer_id in (
    select s.user_id from pipeline_seat s join pipeline_user u on u.id = s.user_id and u.is_active
    where s.office_id = %(office)s and s.during @> mp_today()
    and s.kind in ('county_officer', 'county_head', 'city_officer', 'city_head'))"""
TURNS = {
    "city": "(c.stage in ('city_review', 'publicity') or c.stage = 'in_certification' and a.stage in ('city_review',"
    " 'announced'))",
    "county": "(c.stage in ('lead', 'county_review') or c.stage = 'in_certification' and a.stage = 'county_review')",
}
WAITING = """(c.stage in ('draft', 'county_returned', 'city_returned')
    or c.stage = 'in_certification' and a.stage in ('draft', 'county_returned', 'city_returned', 'supplement'))"""
CLOCKED = """(c.stage in ('county_review', 'county_returned', 'city_review', 'city_returned', 'publicity')
    or c.stage = 'in_certification'
    and a.stage in ('county_review', 'county_returned', 'city_review', 'city_returned'))"""
HERE_NOW = "c.county_id = %(here)s"
PROPOSED = """exists (select from pipeline_proposal p where p.case_id = c.id and p.decided_on is null
    and p.act = any(%(decides)s) and p.proposed_by_id <> %(me)s)"""


@dataclass(frozen=True)
class ByHand:
    statements: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)


def views(turn: str) -> list[str]:
    held = f"(c.officer_id is not null and {HELD})"
    return [
        f"(c.officer_id = %(me)s or {turn} and not {held})",
        turn,
        f"{turn} and not {held}",
        f"{turn} and (a.clock_from >= %(since)s or a.case_id is null and c.clock_from >= %(since)s)",
        f"{DEADLINE} between %(today)s and %(almost)s",
        f"{DEADLINE} < %(today)s",
        WAITING,
        f"{DEADLINE} <= %(stuck)s and {CLOCKED}",
        PROPOSED,
        "true",
    ]


def groups(where: str) -> list[str]:
    days = [
        f"{DEADLINE} < %(today)s",
        f"{DEADLINE} = %(today)s",
        f"{DEADLINE} > %(today)s and {DEADLINE} <= %(soon)s",
        f"coalesce({DEADLINE}, {NEVER}) > %(soon)s",
    ]
    return [f"{where} and {day}" for day in days]


def counts(conditions: list[str]) -> str:
    return "select " + ", ".join(
        f"(select count(*) from (select from pipeline_case c {DOSSIER} where c.closed_on is null and {each}"
        f" limit {MOST}) as n)"
        for each in conditions
    )


def counts_at_once(conditions: list[str]) -> str:
    """For a county, whose cases are few among all: one going through them."""
    columns = ", ".join(f"count(*) filter (where {each})" for each in conditions)
    return f"select {columns} from pipeline_case c {DOSSIER} where c.closed_on is null and {HERE_NOW}"


def queue(level: str, where: str, values: dict[str, Any], *, sort: str = "due") -> ByHand:
    """The page of the work of the day: its tabs and groups counted, then its rows."""
    page = {"due": by_due, "firm": by_firm}[sort](f"{HERE_NOW} and {where}" if level == "county" else where)
    told = (counts_at_once if level == "county" else counts)([*views(TURNS[level]), *groups(where)])
    return ByHand((told, f"with page as ({page}) {ROWS}"), values)


def by_due(where: str) -> str:
    return f"""select id, turn from (
        (select c.id, coalesce(c.due_on, {NEVER}) as turn from pipeline_case c
            left join pipeline_application a on a.case_id = c.id and a.ended_on is null
            where c.closed_on is null and a.case_id is null and {where} order by 2, 1 limit {PAGE})
        union all
        (select c.id, coalesce(a.due_on, {NEVER}) from pipeline_application a
            join pipeline_case c on c.id = a.case_id
            where a.ended_on is null and c.closed_on is null and {where}
            order by coalesce(a.due_on, {NEVER}), a.case_id limit {PAGE}))
        as both_arms order by turn, id limit {PAGE}"""


def by_firm(where: str) -> str:
    return f"""select c.id, f.pinyin as turn from pipeline_firm f join pipeline_case c on c.firm_id = f.id {DOSSIER}
        where c.closed_on is null and {where} order by f.pinyin, c.id limit {PAGE}"""


ROWS = f"""select c.number, c.stage, c.kind, c.version, c.due_on, c.clock_from, c.opened_on, f.name, f.uscc, f.field,
        county.name, g.assessment, g.unmet, g.unknown, g.shortest, o.name, a.stage, a.due_on, a.clock_from,
        (select count(*) from pipeline_fault x where x.case_id = c.id and x.answered_on is null),
        (select count(*) from pipeline_fault x where x.case_id = c.id and x.answered_on is not null)
    from page join pipeline_case c on c.id = page.id join pipeline_firm f on f.id = c.firm_id {PLACE} {DOSSIER}
    left join pipeline_diagnosis g on g.id = f.latest_diagnosis_id left join pipeline_user o on o.id = c.officer_id
    order by page.turn, c.id"""

APPLICATIONS = ByHand(
    (
        f"select count(*) from (select from pipeline_application where ended_on is null limit {MOST}) as n",
        f"""select c.number, f.name, county.name, r.name, a.stage, a.due_on, a.opened_on
            from (select * from pipeline_application where ended_on is null
                order by coalesce(due_on, {NEVER}), id limit {PAGE}) as a
            join pipeline_case c on c.id = a.case_id join pipeline_firm f on f.id = a.firm_id
            join pipeline_round r on r.id = a.round_id {PLACE} order by coalesce(a.due_on, {NEVER}), a.id""",
    )
)
CERTIFICATES = ByHand(
    (
        f"select count(*) from (select from pipeline_certificate limit {MOST}) as n",
        f"""select h.number, h.issued_on, h.valid, f.name, f.uscc, county.name, c.number, (select e.kind
                from pipeline_certificateevent e where e.certificate_id = h.id and e.on <= %(today)s
                and e.kind in ('revoked', 'superseded', 'moved_out') order by e.on desc limit 1)
            from (select * from pipeline_certificate order by issued_on desc, id desc limit {PAGE}) as h
            join pipeline_firm f on f.id = h.firm_id left join pipeline_case c on c.id = h.case_id {COUNTY}
            order by h.issued_on desc, h.id desc""",
    )
)
OBLIGATIONS = ByHand(
    (
        f"select count(*) from (select from pipeline_obligation where fulfilled_on is null limit {MOST}) as n",
        f"""select h.number, w.kind, w.year, w.due_on, w.source, f.name, f.uscc, county.name
            from (select * from pipeline_obligation where fulfilled_on is null order by due_on, id limit {PAGE}) as w
            join pipeline_certificate h on h.id = w.certificate_id join pipeline_firm f on f.id = w.firm_id {COUNTY}
            order by w.due_on, w.id""",
    )
)

NEARNESS = """((((g.unmet + g.unknown) * 10000000) + (g.unmet * 100000)) + (g.manual * 1000))
    + coalesce((998 - g.score_high), 999)"""
HERE = """(not exists (select from pipeline_mergedrecord x where x.firm_id = f.id and x.undone_on is null)
    and (not exists (select from pipeline_case x where x.firm_id = f.id
            and (x.reason = 'dissolved' or x.reason = 'moved_out' and x.county_id is null))
        or exists (select from pipeline_case x where x.firm_id = f.id and x.closed_on is null)))"""
UNTOLD = """exists (select from pipeline_gap x where x.diagnosis_id = g.id
    and x.rule in ('registered_days', 'tech_staff_ratio', 'rd_intensity', 'rd_domestic', 'hitech_income'))"""
GROUPS_OF_NEARNESS = (
    "true",
    "g.unmet = 1",
    "g.unmet = 2",
    "g.unmet >= 3",
    f"g.unmet = 0 and not {UNTOLD}",
    f"g.unmet = 0 and {UNTOLD}",
    "exists (select from pipeline_firmmove y where y.firm_id = f.id and upper_inf(y.during) and y.division_id is null)",
)
FOUND = f"from pipeline_diagnosis g join pipeline_firm f on f.latest_diagnosis_id = g.id where {HERE}"
SCREENING = ByHand(
    (
        "select "
        + ", ".join(
            f"(select count(*) from (select {FOUND} and {each} limit {MOST}) as n)" for each in GROUPS_OF_NEARNESS
        ),
        f"""with page as (select g.id, {NEARNESS} as turn {FOUND} order by {NEARNESS}, g.id limit {PAGE})
            select f.uscc, f.name, county.name, g.assessment, g.unmet, g.unknown, g.manual, g.score_low, g.score_high,
                g.shortest, c.number, c.stage
            from page join pipeline_diagnosis g on g.id = page.id join pipeline_firm f on f.id = g.firm_id {COUNTY}
            left join pipeline_case c on c.firm_id = f.id and c.closed_on is null order by page.turn, g.id""",
    )
)


HOLDS = "(search @@ %(query)s::tsquery or also_search @@ %(query)s::tsquery and also like '%%' || %(words)s || '%%')"
BEGINS = "plain_name >= %(words)s and plain_name < %(words)s || U&'\\+10FFFF'"


def firms_named(words: str) -> ByHand:
    """The palette: firms by two characters, exactly so called before those whose name begins so and those that hold
    it, what moved last first; and the people called so.
    """
    people = """select s.user_id, u.name, s.kind, o.name from pipeline_seat s join pipeline_user u on u.id = s.user_id
        left join pipeline_office o on o.id = s.office_id where s.during @> mp_today() and u.is_active
        and s.kind in ('city_officer', 'city_head', 'county_officer', 'county_head', 'coach', 'expert')
        and u.name like '%%' || %(words)s || '%%' order by u.name limit 8"""
    firms = f"""with near as (
            (select id from pipeline_firm where {BEGINS} order by plain_name limit 50) union
            (select id from pipeline_firm where {HOLDS} order by id desc limit 50)),
        ranked as (select f.*, case when plain_name = %(words)s then 0 when plain_name like %(words)s || '%%' then 1
                else 2 end as nearness,
                coalesce((select max(id) from pipeline_transition t where t.firm_id = f.id), 0) as touched
            from pipeline_firm f where id in (select id from near)
            order by nearness, touched desc, pinyin, id limit 8)
        select f.uscc, f.name, county.name from ranked f {COUNTY} order by nearness, touched desc, pinyin, f.id"""
    return ByHand((people, firms), {"query": bigram_query(words), "words": words})
