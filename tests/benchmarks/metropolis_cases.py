"""The cases of a made-up city, and what hangs on a case: its history, papers, application, certificate, coaching.

Of a case that is open the whole way is told; of one that is closed, how it began and how it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from django.db import models

from pipeline import stages
from pipeline.models import (
    Application,
    Appointment,
    Certificate,
    Fault,
    Notice,
    Obligation,
    Plan,
    Proposal,
    Step,
    Transition,
)
from pipeline.rules import books
from pipeline.rules.shelf.volumes import first_day
from pipeline.rules.workdays import carried_calendar
from tests.benchmarks.draw import FIRST, WHOLE, Draw, Ground, earlier

type Table = tuple[type[models.Model], pl.DataFrame]

BLOCK, CASES_OF_BLOCK = 8, 24  # firms and their cases: one to four that are closed, and an open one for every second
CLOSED_OF = (1, 2, 3, 4, 1, 2, 3, 4)
OPEN_OF = (1, 1, 1, 1, 0, 0, 0, 0)
STEPS_FOR = ("rd_intensity", "tech_staff_ratio", "hitech_income")
OPEN_STAGES = {
    "lead": 24, "draft": 10, "county_review": 8, "county_returned": 4, "city_review": 4, "city_returned": 2,
    "publicity": 2, "coaching": 34, "ready": 4, "in_certification": 8,
}  # fmt: skip
DOSSIER_STAGES = {
    "draft": 6, "county_review": 4, "county_returned": 2, "city_review": 3, "city_returned": 1, "recommended": 2,
    "expert_review": 1, "agency_decision": 1,
}  # fmt: skip
ENDS = {  # reason of closing -> weight, last move, the stage it left
    "certified": (30, "certificate.issue", "in_certification"),
    "withdrawn": (20, "case.withdraw", "draft"),
    "failed_review": (15, "case.refuse", "city_review"),
    "not_interested": (15, "case.drop_lead", "lead"),
    "expired": (12, "case.remove", "coaching"),
    "no_correction": (8, "case.lapse", "county_returned"),
}
WAY = {  # the moves that lead to a stage
    "lead": ("case.open_lead",),
    "draft": ("case.open_lead", "case.invite"),
    "county_review": ("case.open_lead", "case.invite", "case.submit"),
    "county_returned": ("case.open_lead", "case.invite", "case.submit", "case.return_from_county"),
    "city_review": ("case.open_lead", "case.invite", "case.submit", "case.forward"),
    "city_returned": ("case.open_lead", "case.invite", "case.submit", "case.forward", "case.return_from_city"),
    "publicity": ("case.open_lead", "case.invite", "case.submit", "case.forward", "case.publish"),
}
WAY["coaching"] = (*WAY["publicity"], "case.admit")
WAY["ready"] = (*WAY["coaching"], "case.mark_ready")
WAY["in_certification"] = (*WAY["ready"], "application.open")
IN_POOL = ("coaching", "ready", "in_certification")
CASE_COLUMNS = (
    "id", "firm_id", "number", "kind", "stage", "version", "officer_id", "opened_on", "closed_on", "reason", "term",
    "clock_from", "clock_days", "due_on", "book_day", "book_version", "recorded_at", "county_id",
)  # fmt: skip


def cases_of(ground: Ground, firms: pl.DataFrame) -> pl.DataFrame:
    """A row for each case with what its other rows want to know; `place` is its firm's county among all."""
    offsets = [sum(CLOSED_OF[:turn]) + sum(OPEN_OF[:turn]) for turn in range(BLOCK)]
    cases = firms.select("n", "place", "name", "diagnosed", firm_id="id", county_id="county").with_columns(
        closed=pl.Series(CLOSED_OF).gather(firms["n"] % BLOCK),
        open=pl.Series(OPEN_OF).gather(firms["n"] % BLOCK),
        first=pl.col("n") // BLOCK * CASES_OF_BLOCK + pl.Series(offsets).gather(firms["n"] % BLOCK) + FIRST,
    )
    cases = cases.with_columns(j=pl.int_ranges(0, pl.col("closed") + pl.col("open"))).explode("j")
    cases = cases.with_columns(id=pl.col("first") + pl.col("j"), is_open=pl.col("j") == pl.col("closed"))
    cases = cases.drop("closed", "open", "first").with_columns(serial="n", n="id")
    both = [closed_cases(ground, cases.filter(~pl.col("is_open"))), open_cases(ground, cases.filter("is_open"))]
    return pl.concat(both, how="diagonal_relaxed").with_columns(
        number=pl.format("GP{}-{}", pl.col("opened_on").dt.year(), pl.col("serial").cast(pl.String).str.zfill(6)),
        book_version=pl.col("book_version").fill_null(""),
        recorded_at=pl.col("opened_on").cast(pl.String),
    )


def closed_cases(ground: Ground, cases: pl.DataFrame) -> pl.DataFrame:
    draw = Draw(ground, cases["id"])
    reason = draw.weighted({reason: end[0] for reason, end in ENDS.items()}, 60)
    opened = date(2016, 3, 1) + pl.duration(days=pl.lit(cases["j"] * 800 + draw.upto(300, 61)))
    officers = pl.Series([each[0] for each in ground.officers])
    return cases.with_columns(
        reason=reason,
        kind=draw.weighted({"pool": 85, "renewal": 10, "direct": 5}, 62),
        stage=pl.lit("closed"),
        version=pl.lit(6),
        opened_on=pl.select(opened.alias("opened")).to_series().cast(pl.Date),
        by_id=officers.gather(cases["place"]),
    ).with_columns(
        closed_on=(pl.col("opened_on") + pl.duration(days=pl.lit(30 + draw.upto(400, 63)))).cast(pl.Date),
        term=pl.when(pl.col("reason").is_in(["certified", "expired"])).then(
            pl.format("[{},{})", "opened_on", pl.col("opened_on").dt.offset_by("36mo"))
        ),
    )  # fmt: skip


def open_cases(ground: Ground, cases: pl.DataFrame) -> pl.DataFrame:
    draw = Draw(ground, cases["id"])
    stage = draw.weighted(OPEN_STAGES, 70)
    pooled = stage.is_in(list(IN_POOL))
    opened = earlier(ground.day, draw.upto(60, 71) + 40 + pooled.cast(pl.Int64) * draw.upto(600, 72))
    clocks = clocked(stages.CASE_STAGES, stage, draw, ground)
    teams = pl.Series([list(team) for team in ground.officers]).gather(cases["place"])
    hand = teams.list.get(draw.upto(len(ground.officers[0]), 73))
    submitted = ~stage.is_in(["lead", "draft"]) & (opened >= first_day("pool"))
    return cases.with_columns(
        *clocks,
        reason=pl.lit(""),
        kind=draw.weighted({"pool": 90, "renewal": 10}, 74),
        stage=stage,
        version=pl.Series([len(WAY[name]) for name in OPEN_STAGES]).gather(
            stage.replace_strict(list(OPEN_STAGES), list(range(len(OPEN_STAGES))), return_dtype=pl.Int64)
        ),
        by_id=hand,
        officer_id=pl.when(draw.upto(5, 75) < 3).then(hand),
        opened_on=opened,
        book_day=pl.when(submitted).then(opened),
        book_version=pl.when(submitted).then(pl.lit(books("pool", ground.day).version)).otherwise(pl.lit("")),
    ).with_columns(
        due_on=pl.when(pl.col("stage") == "ready").then(pl.lit(ground.county_date)).otherwise("due_on"),
        term=pl.when(pl.col("stage").is_in(list(IN_POOL))).then(
            pl.format("[{},{})", "opened_on", pl.col("opened_on").dt.offset_by("36mo"))
        ),
    )  # fmt: skip


def clocked(table: dict[str, stages.Stage], stage: pl.Series, draw: Draw, ground: Ground) -> pl.DataFrame:
    """`clock_from`, `clock_days` and `due_on`: begun within the last days, so that one in four is over."""
    book, calendar = books("pool", ground.day), carried_calendar()
    days = {name: int(book.number(place.term)) if place.term else 0 for name, place in table.items()}
    back = [calendar.add(ground.day, -count).due for count in range(1, 15)]
    begun = pl.DataFrame(
        [
            {"term": term, "ago": ago, "clock_from": day, "due_on": calendar.add(day, term).due}
            for term in sorted(set(days.values()) - {0})
            for ago, day in enumerate(back)
        ]
    )
    term = stage.replace_strict(list(days), list(days.values()), return_dtype=pl.Int64)
    ago = draw.upto(WHOLE, 80) % pl.select(pl.when(term > 0).then((term * 4 // 3).clip(1, 14)).otherwise(1)).to_series()
    wanted = pl.DataFrame({"term": term, "ago": ago})
    found = wanted.join(begun, on=["term", "ago"], how="left", maintain_order="left")
    return found.select("clock_from", "due_on", clock_days=pl.when(pl.col("term") > 0).then("term"))


def history_of(cases: pl.DataFrame) -> Iterator[Table]:
    """Transitions: of closed cases the first and the last, of open ones all."""
    ended = cases.filter(~pl.col("is_open"))
    begins = ended.select(
        *AROUND,
        move=pl.when(pl.col("kind") == "renewal").then(pl.lit("case.open_renewal")).otherwise(pl.lit("case.open_lead")),
        source=pl.lit(""),
        target=pl.when(pl.col("kind") == "renewal").then(pl.lit("coaching")).otherwise(pl.lit("lead")),
        on="opened_on",
        position=pl.lit(0, pl.Int64),
    )
    reasons = list(ENDS)
    ends = ended.select(
        *AROUND,
        move=pl.col("reason").replace_strict(reasons, [ENDS[each][1] for each in reasons]),
        source=pl.col("reason").replace_strict(reasons, [ENDS[each][2] for each in reasons]),
        target=pl.lit("closed"),
        on="closed_on",
        position=pl.lit(1, pl.Int64),
    )
    lines = pl.concat([begins, ends, ways_of(cases.filter("is_open"))])
    yield (
        Transition,
        lines.select(
            "firm_id", "case_id", "by_id", "move", "source", "target", "on",
            id=pl.col("case_id") * 10 + pl.col("position"), recorded_at=pl.col("on").cast(pl.String),
        ),
    )  # fmt: skip


AROUND = ("firm_id", pl.col("id").alias("case_id"), "by_id")


def ways_of(cases: pl.DataFrame) -> pl.DataFrame:
    steps = pl.DataFrame(
        [
            {"stage": stage, "move": move, "source": source, "target": target, "position": place, "steps": len(way)}
            for stage, way in WAY.items()
            for place, (move, (source, target)) in enumerate(zip(way, pairwise(["", *map(reached, way)]), strict=True))
        ]
    )
    apart = pl.min_horizontal(pl.lit(7), (pl.lit(40) // pl.col("steps")))
    return cases.join(steps, on="stage").select(
        *AROUND,
        "move",
        "source",
        "target",
        on=(pl.col("opened_on") + pl.duration(days=pl.col("position") * apart)).cast(pl.Date),
        position="position",
    )


def reached(move: str) -> str:
    return next(iter(stages.CASE_MOVES[move].to))


def papers_of(ground: Ground, cases: pl.DataFrame) -> Iterator[Table]:
    """Faults of what is returned, proposals to publish for half of what is with the city, notices of the last move."""
    returned = cases.filter(pl.col("stage").is_in(["county_returned", "city_returned"]))
    position = pl.col("stage").replace_strict({"county_returned": 3, "city_returned": 4})
    faults = [
        returned.select(
            "firm_id", case_id="id", raised_by_id=pl.col("id") * 10 + position, place=pl.lit(place), says=pl.lit(says)
        )
        for place, says in (("figures.2025.rd_total", "研发费用与审计报告不一致"), ("property", "缺少专利证书"))
    ]
    yield Fault, pl.concat(faults)
    with_city = cases.filter((pl.col("stage") == "city_review") & (pl.col("id") % 2 == 0))
    yield (
        Proposal,
        with_city.select(
            "firm_id",
            case_id="id",
            act=pl.lit("case.publish"),
            says=pl.lit("符合入库条件"),
            proposed_by_id="by_id",
            proposed_on=pl.lit(ground.day - timedelta(days=2)),
        ),
    )
    yield Notice, notices_of(ground, cases.filter("is_open"))


def notices_of(ground: Ground, cases: pl.DataFrame) -> pl.DataFrame:
    """The last thing each side was told; one in ten is unread."""
    told = {
        "county_review": ("coun", "case.submit"),
        "county_returned": ("firm", "case.return_from_county"),
        "city_review": ("city", "case.forward"),
        "city_returned": ("firm", "case.return_from_city"),
        "coaching": ("firm", "case.admit"),
        "draft": ("firm", "case.invite"),
    }
    some = cases.filter(pl.col("stage").is_in(list(told)))
    title = '{"zh":"案件有新的进展","en":"A case has moved on"}'
    body = pl.format('{{"zh":"{}，案件 {}。","en":"Case {}."}}', "name", "number", "number")
    unread = Draw(ground, some["id"]).upto(10, 90) == 0
    return some.select(
        "firm_id",
        case_id="id",
        public_id=Draw(ground, some["id"]).key(91),
        to=pl.col("stage").replace_strict({name: each[0] for name, each in told.items()}),
        kind=pl.col("stage").replace_strict({name: each[1] for name, each in told.items()}),
        title=pl.lit(title),
        body=body,
        state=pl.lit("sent"),
        sent_at=pl.lit(str(ground.day)),
        read_at=pl.when(~unread).then(pl.lit(str(ground.day))),
        recorded_at="recorded_at",
    )  # fmt: skip


def dossiers_of(ground: Ground, cases: pl.DataFrame) -> Iterator[Table]:
    """An application for what is in certification and for what was certified, its certificate and what that asks."""
    under_way = cases.filter(pl.col("stage") == "in_certification").drop("stage", "clock_from", "due_on", "clock_days")
    draw = Draw(ground, under_way["id"])
    stage = draw.weighted(DOSSIER_STAGES, 100)
    clocks = clocked(stages.APPLICATION_STAGES, stage, draw, ground)
    public_id = pl.Series("public_id", draw.key(101))
    open_ones = under_way.with_columns(*clocks, public_id, stage=stage, ended_on=pl.lit(None, pl.Date))
    holders = cases.filter((pl.col("reason") == "certified") & (pl.col("stage") == "closed"))
    ended = holders.drop("stage").with_columns(
        pl.Series("public_id", Draw(ground, holders["id"]).key(101)), stage=pl.lit("certified"), ended_on="closed_on"
    )
    told = ("public_id", "stage", "opened_on", "ended_on", "clock_from", "clock_days", "due_on")
    columns = ("id", "firm_id", "county_id", *told)
    rows = pl.concat([open_ones.select(columns), ended.select(columns)], how="vertical_relaxed")
    yield (
        Application,
        rows.with_columns(case_id="id", round_id=pl.lit(ground.round), recorded_at=pl.col("opened_on").cast(pl.String)),
    )
    yield from certificates_of(ground, holders)


def certificates_of(ground: Ground, holders: pl.DataFrame) -> Iterator[Table]:
    until = pl.col("closed_on").dt.offset_by("36mo")
    rows = holders.with_columns(until=until).select(
        "id",
        "firm_id",
        "until",
        number="GR" + pl.col("closed_on").dt.year().cast(pl.String) + pl.col("id").cast(pl.String).str.zfill(8),
        issued_on="closed_on",
        valid="[" + pl.col("closed_on").cast(pl.String) + "," + until.cast(pl.String) + ")",
        case_id="id",
        application_id="id",
        recorded_at=pl.col("closed_on").cast(pl.String),
    )
    yield Certificate, rows.drop("until")
    valid = rows.filter(pl.col("until") > ground.day)
    late = Draw(ground, valid["id"]).upto(5, 110) == 0
    owed = valid.select(
        "firm_id",
        certificate_id="id",
        kind=pl.lit("annual_report"),
        year=pl.lit(ground.day.year - 1),
        due_on=pl.lit(date(ground.day.year, 5, 31)),
        source=pl.lit("管理办法第十三条"),
        fulfilled_on=pl.when(~late).then(pl.lit(date(ground.day.year, 4, 20))),
    )
    coming = {"year": pl.lit(ground.day.year), "due_on": pl.lit(date(ground.day.year + 1, 5, 31))}
    yield Obligation, pl.concat([owed, owed.with_columns(**coming, fulfilled_on=pl.lit(None, pl.Date))])


def coaching_of(ground: Ground, cases: pl.DataFrame) -> Iterator[Table]:
    """A coach for four of five firms of the pool, a plan with three steps for those with a diagnosis."""
    pooled = cases.filter(pl.col("is_open") & pl.col("stage").is_in(list(IN_POOL)))
    draw = Draw(ground, pooled["id"])
    coached = pooled.with_columns(coach_id=draw.of(ground.coaches, 120)).filter(draw.upto(5, 121) > 0)
    yield (
        Appointment,
        coached.select(
            "firm_id",
            "coach_id",
            during="[" + pl.col("opened_on").cast(pl.String) + "," + str(ground.day + timedelta(days=365)) + ")",
            consented_on="opened_on",
        ),
    )
    planned = pooled.filter("diagnosed")
    yield (
        Plan,
        planned.select("id", "firm_id", case_id="id", diagnosis_id="firm_id", drawn_on="opened_on"),
    )
    steps = pl.concat([steps_of(ground, planned, position) for position in (1, 2, 3)])
    yield Step, steps


def steps_of(ground: Ground, plans: pl.DataFrame, position: int) -> pl.DataFrame:
    draw = Draw(ground, plans["id"])
    state = draw.weighted({"open": 50, "done": 44, "handed_in": 6}, 130 + position)
    due = ground.day - pl.duration(days=pl.lit(40) - draw.upto(400, 140 + position))
    return plans.select(
        "firm_id",
        plan_id="id",
        position=pl.lit(position),
        rule=pl.lit(STEPS_FOR[position - 1]),
        what=pl.lit('{"zh":"增加研发投入","en":"Spend more on R&D"}'),
        gap=pl.lit('{"zh":"差 20 万元","en":"200,000 yuan short"}'),
        who=pl.lit("firm"),
        due_on=due.cast(pl.Date),
        state=state,
        finished_on=pl.when(state == "done").then(pl.lit(ground.day)),
    )
