"""The demonstration city as a running house, which the tests of this folder look at and leave as it is."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page

from pipeline.management.demonstration.cast import PASSWORD
from tests import services
from tests.demonstrated import demonstrated
from tests.live import House, running_house

FIRMS = """
select distinct on (stage) coalesce(a.stage || ' dossier', c.stage) as stage, f.uscc, c.number, u.username
from pipeline_case c join pipeline_firm f on f.id = c.firm_id
join pipeline_seat s on s.firm_id = f.id and s.kind = 'firm_owner' join pipeline_user u on u.id = s.user_id
left join pipeline_application a on a.case_id = c.id and a.ended_on is null order by stage, c.id
"""
PAIR = """
select h.public_id::text, f.uscc, o.uscc from pipeline_hit h
join pipeline_firm f on f.id = h.firm_id join pipeline_firm o on o.id = h.other_id
where h.state = 'open' and h.kind = 'near_code' limit 1
"""
OPEN_STEP = """
select c.number, s.position from pipeline_step s join pipeline_plan p on p.id = s.plan_id
join pipeline_case c on c.id = p.case_id where p.superseded_on is null and s.state = 'open' and c.stage = 'coaching'
order by s.id limit 1
"""
# What a page of its own stands for: one of each.
KEYS = """
(select 'adjustment', public_id::text from pipeline_adjustment limit 1)
union all (select 'objection', public_id::text from pipeline_objection limit 1)
union all (select 'claim', public_id::text from pipeline_claim limit 1)
union all (select 'difficulty', public_id::text from pipeline_difficulty limit 1)
union all (select 'office', id::text from pipeline_office where level = 'county' order by id limit 1)
union all (select 'certificate', number from pipeline_certificate order by id limit 1)
union all (select 'result list', public_id::text from pipeline_resultlist order by id limit 1)
union all (select 'paper', document_id::text from pipeline_documentversion where state = 'clean' limit 1)
"""
# An act on many that no worker takes up: it stays where a colleague sees it wait.
UNDER_WAY = """
insert into pipeline_bulk select (jsonb_populate_record(b, jsonb_build_object(
  'id', (select max(id) + 1 from pipeline_bulk), 'public_id', gen_random_uuid(), 'state', 'asked'))).*
from pipeline_bulk b where state = 'rehearsed' returning public_id::text
"""
NewContext = Callable[..., BrowserContext]
CHINESE = re.compile("[㐀-鿿]+")
IN_BOTH_LANGUAGES = re.compile(r'"zh": "(?:[^"\\\\]|\\\\.)*"')  # in JSON, with the English beside it
UNITS = {"元", "万元", "年", "月", "日", "天", "工作日", "分", "项", "件", "家", "人", "点", "步", "行", "条", "份"}


@dataclass(frozen=True)
class Written:
    """All that is on record in Chinese alone: names, remarks, titles of sources, cells of rosters."""

    text: str
    words: frozenset[str]

    def holds(self, said: str) -> bool:
        """Whether every Chinese word of a text is one of these. A unit is a word of the house unless it stands in the
        same place on record.
        """
        return all(self._holds(said, *match.span()) for match in CHINESE.finditer(said))

    def _holds(self, said: str, start: int, end: int) -> bool:
        word = said[start:end]
        if word in UNITS:
            return said[max(0, start - 2) : end + 2] in self.text
        return word in self.words or (len(word) > 3 and word in self.text)


@dataclass(frozen=True)
class Told:
    """A firm of a story: its code, its case, its owner's log-in."""

    uscc: str
    number: str
    owner: str


SME = """
    select f.uscc, r.year from pipeline_smeregistration r join pipeline_firm f on f.id = r.firm_id
    where r.state = 'site_check'
"""
REVIEW = """
    select m.public_id::text from pipeline_panelmember m join pipeline_panel p on p.id = m.panel_id
    join pipeline_user u on u.id = m.user_id where p.state = 'open' and u.username = 'luo'
"""


@dataclass
class Demonstration:
    """Where the house is, its firms by how far they have come, and who has signed in already."""

    house: House = field(repr=False)
    firms: dict[str, Told] = field(repr=False)
    roster: str
    trial: str
    scheme: str
    export: str
    bulk: str
    hit: str  # one right, name or telephone of two firms
    merge: str  # the query that asks to merge the two
    officer: int
    training: str
    round: int  # of which a list went to the province
    open_step: tuple[str, int]  # the number of a case, the place of a step in its plan
    sme: tuple[str, int]  # firm and year of a registration that waits for a visit
    panels: list[str]  # one that has ended, one under review
    review: str  # the task of an expert who came in to it
    keys: dict[str, str]  # of one thing of each kind that has a page of its own
    written: Written = field(repr=False)
    signed_in: dict[str, Any] = field(default_factory=dict, repr=False)

    def page(self, username: str, new_context: NewContext, **options: Any) -> Page:
        """A page of somebody in a browser that holds nothing but their session."""
        page = new_context(**options).new_page()
        page.context.add_cookies(self.cookies(username, page))
        return page

    def cookies(self, username: str, page: Page) -> list[Any]:
        """Somebody's session, begun once by what the log-in form sends; the page's browser forgets whose it had."""
        if username != "nobody" and username not in self.signed_in:
            self.signed_in[username] = self._sign_in(username, page.context)
        return list(self.signed_in.get(username, []))

    def _sign_in(self, username: str, context: BrowserContext) -> list[Any]:
        context.clear_cookies()
        form, url = context.request, f"{self.house.url}/accounts/login/"
        form.get(url)
        token = next(each["value"] for each in context.cookies() if each["name"] == "csrftoken")
        sent: dict[str, str | float | bool] = {"login": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert "/accounts/" not in form.post(url, form=sent, headers={"Referer": url}).url
        return list(context.cookies())


@pytest.fixture(scope="package")
def demonstration(django_db_blocker: Any) -> Iterator[Demonstration]:
    with django_db_blocker.unblock():
        made = demonstrated()
    name = services.server().clone("demonstration", template=made.database)
    with running_house(name, DEMO="true", STORAGE_URL=f"file://{made.documents}") as house:
        with services.server().connect("postgres", name) as database:
            firms = {row[0]: Told(*row[1:]) for row in database.execute(FIRMS)}
            [(roster,)] = database.execute("select public_id::text from pipeline_import")
            [(trial,)] = database.execute("select public_id::text from pipeline_trial order by id limit 1")
            [(scheme,)] = database.execute("select public_id::text from pipeline_bookdraft where state = 'proposed'")
            [(export,)] = database.execute("select public_id::text from pipeline_export where state = 'held'")
            [(bulk,)] = database.execute("select public_id::text from pipeline_bulk where state = 'rehearsed'")
            [(officer,)] = database.execute("select id from pipeline_user where username = 'linan'")
            [(hit, gone, into)] = database.execute(PAIR)
            [(training,)] = database.execute('select public_id::text from pipeline_event order by "on" desc limit 1')
            [(round_,)] = database.execute("select round_id from pipeline_provincelist limit 1")
            [open_step] = database.execute(OPEN_STEP)
            [sme] = database.execute(SME)
            panels = [key for (key,) in database.execute("select public_id::text from pipeline_panel order by id")]
            [(review,)] = database.execute(REVIEW)
            keys: dict[str, str] = dict(database.execute(KEYS).fetchall())
            [(keys["under way"],)] = database.execute(UNDER_WAY)
            written = all_written(database)
        merge = f"?gone={gone}&into={into}"
        found = firms, roster, trial, scheme, export, bulk, hit, merge, officer, training, round_, open_step, sme
        yield Demonstration(house, *found, panels, review, keys, written)
    services.server().drop(name)


def all_written(database: psycopg.Connection) -> Written:
    tables = database.execute(
        "select format('%I', tablename) from pg_tables where tablename like 'pipeline_%'"
    ).fetchall()
    rows = [database.execute(f"select to_jsonb(t)::text from {table} t").fetchall() for (table,) in tables]  # noqa: S608
    text = IN_BOTH_LANGUAGES.sub("", "\n".join(row for found in rows for (row,) in found))
    return Written(text, frozenset(CHINESE.findall(text)))
