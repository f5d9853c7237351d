"""Ten thousand cases moved at once, with their history, their notices and their new days: by the act, by bare SQL under
the same triggers, policies and role, and by saving them one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from typing import LiteralString

from django.db import connection, transaction

from pipeline.acts import case as case_acts
from pipeline.acts import notice
from pipeline.acts.progress import opening_clock
from pipeline.models import Case, FirmMove, Notice, Transition, User
from pipeline.stages import CASE_STAGES
from tests.benchmarks import kept_city
from tests.benchmarks.comparison import Benchmark, Comparison, Ways
from tests.benchmarks.watching import at_work
from tests.cast import DAY

CASES, OF_LOOP = 10_000, 1_000
MOVE, SOURCE, TARGET, NOTE = "case.send_back", "city_review", "county_review", "请县区补充意见"
STAND: LiteralString = """update pipeline_case set stage = 'city_review', clock_from = %(day)s, clock_days = 10,
    due_on = %(day)s, version = 5
    where id in (select id from pipeline_case where closed_on is null and stage <> 'in_certification'
        order by id limit %(count)s)"""
MOVED: LiteralString = """update pipeline_case set stage = 'county_review', version = version + 1, clock_from = %(day)s,
    clock_days = %(days)s, clock_left = null, due_on = %(due)s, reminders = 0, reminded_on = null
    where id = any(%(keys)s) and stage = 'city_review'"""
TOLD: LiteralString = """insert into pipeline_transition
        (firm_id, case_id, move, source, target, by_id, service, division_id, "on", opinion, note)
    select c.firm_id, c.id, 'case.send_back', 'city_review', 'county_review', %(by)s, '', m.division_id, %(day)s, '',
        %(note)s
    from pipeline_case c left join pipeline_firmmove m on m.firm_id = c.firm_id and upper_inf(m.during)
    where c.id = any(%(keys)s) order by c.id"""
NOTICED: LiteralString = """insert into pipeline_notice
        (firm_id, case_id, public_id, "to", kind, title, body, state, tries, last_error)
    select c.firm_id, c.id, gen_random_uuid(), 'coun', 'case.send_back', %(title)s,
        jsonb_build_object('zh', format(%(zh)s, c.number, f.name, c.due_on),
            'en', format(%(en)s, c.number, f.name, c.due_on)), 'waiting', 0, ''
    from pipeline_case c join pipeline_firm f on f.id = c.firm_id where c.id = any(%(keys)s) order by c.id"""
KEPT = ExitStack()


@cache
def standing(count: int) -> list[int]:
    """The keys of so many cases that are with the city, in a copy of a small city of their own."""
    firms = max(3 * count, 80) // 8 * 8
    KEPT.enter_context(kept_city.scratch(firms))
    kept_city.UNTIL_STOP.append(KEPT.close)
    with kept_city.connect("postgres") as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute(STAND, {"day": DAY, "count": count})
        superuser.execute("analyze pipeline_case")
    with at_work("chen"):
        return list(Case.objects.filter(stage=SOURCE, version=5).order_by("pk").values_list("pk", flat=True)[:count])


@contextmanager
def undone() -> Iterator[User]:
    """As an officer of the city; what is written goes back to what it was."""
    with at_work("chen") as chen:
        yield chen
        connection.check_constraints()  # as a commit would
        transaction.set_rollback(True)


def by_act(keys: list[int]) -> None:
    with undone() as chen:
        case_acts.send_back(Case.objects.filter(pk__in=keys), by=chen, on=DAY, note=NOTE)


def by_sql(keys: list[int]) -> None:
    with undone() as chen, connection.cursor() as cursor:
        write_by_sql(cursor.execute, chen, keys)


def write_by_sql(execute: Callable[..., object], by: User, keys: list[int]) -> None:
    clock = opening_clock(CASE_STAGES[TARGET], DAY)
    zh, en = worded()
    values = {"day": DAY, "days": clock["clock_days"], "due": clock["due_on"], "keys": keys, "by": by.pk, "note": NOTE}
    for statement in (MOVED, TOLD, NOTICED):
        execute(statement, {**values, "title": '{"zh": "退回县区", "en": "Sent back"}', "zh": zh, "en": en})


def worded() -> tuple[str, str]:
    """The body of the notice in both languages, for `format`: number, firm, day."""
    places = {"number": "%1$s", "firm": "%2$s", "due": "%3$s", "note": NOTE}
    _title, body = notice.compose(MOVE, places)
    return body["zh"], body["en"]


def by_saving(keys: list[int]) -> None:
    """What a loop does that knows no acts: each case saved, with its transition and its notice."""
    with undone() as chen:
        clock = opening_clock(CASE_STAGES[TARGET], DAY)
        for case in Case.objects.filter(pk__in=keys).select_related("firm"):
            case.stage, case.version = TARGET, case.version + 1
            case.clock_from, case.clock_days, case.due_on = clock["clock_from"], clock["clock_days"], clock["due_on"]
            case.save()
            here = FirmMove.objects.filter(firm=case.firm_id, during__upper_inf=True).first()
            where = {"firm_id": case.firm_id, "case": case}
            Transition.objects.create(
                **where, move=MOVE, source=SOURCE, target=TARGET, by=chen, on=DAY, note=NOTE,
                division_id=here.division_id if here else None,
            )  # fmt: skip
            words = {"firm": case.firm.name, "number": case.number, "due": case.due_on, "note": NOTE}
            title, body = notice.compose(MOVE, words)
            Notice.objects.create(**where, to=Notice.COUNTY, kind=MOVE, title=title, body=body)


def written(way: Callable[[list[int]], None], keys: list[int]) -> list[object]:
    """What a way leaves behind, but for keys and times."""
    with at_work("chen") as chen:
        if way is by_act:
            case_acts.send_back(Case.objects.filter(pk__in=keys), by=chen, on=DAY, note=NOTE)
        else:
            with connection.cursor() as cursor:
                write_by_sql(cursor.execute, chen, keys)
        moved = Case.objects.filter(pk__in=keys, stage=TARGET).order_by("pk")
        lines = Transition.objects.filter(case__in=keys, move=MOVE).order_by("case_id")
        told = Notice.objects.filter(case__in=keys, kind=MOVE, state="waiting").order_by("case_id")
        found: list[object] = [
            list(moved.values_list("pk", "version", "due_on", "clock_from", "clock_days")),
            list(lines.values_list("case_id", "source", "target", "by_id", "division_id", "on", "note")),
            list(told.values_list("case_id", "to", "body")),
        ]
        transaction.set_rollback(True)
    return found


def against_sql(cases: int) -> Ways:
    keys = standing(cases)
    ours, theirs = written(by_act, keys), written(by_sql, keys)
    if ours != theirs or len(keys) != cases:
        raise AssertionError("the act and the bare SQL leave other rows behind")
    return Ways(partial(by_act, keys), partial(by_sql, keys))


def against_loop(cases: int) -> Ways:
    few = standing(cases)[: max(cases * OF_LOOP // CASES, 1)]
    note = f"both moved the same {len(few):,} cases: the loop would take {cases // len(few)} times as long for all"
    return Ways(partial(by_act, few), partial(by_saving, few), (note,))


BENCHMARKS: tuple[Benchmark, ...] = (
    Comparison(
        "bulk.vs_sql",
        2.0,
        CASES,
        "cases moved with transition, trail, notice and due date, against bare SQL under the same triggers and role",
        against_sql,
    ),
    Comparison(
        "bulk.vs_save_loop", 0.05, CASES, f"the same against saving one by one, {OF_LOOP:,} of them", against_loop
    ),
)
