"""The rows of a city of a million firms and three million cases, the same every time for a seed, as columns.

Of a firm's books there is one year. Diagnoses keep the finding that lists show and neither facts nor the other ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import polars as pl
from django.db import models

from pipeline.models import (
    Case,
    Contact,
    Diagnosis,
    FinancialYear,
    Firm,
    FirmMove,
    Gap,
)
from pipeline.rules import books
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.codes.industries import carried_industries
from tests.benchmarks.draw import FIRST, Draw, Ground, earlier
from tests.benchmarks.metropolis_cases import (
    CASE_COLUMNS,
    cases_of,
    coaching_of,
    dossiers_of,
    history_of,
    papers_of,
)
from tests.benchmarks.names import names
from tests.rules.cases import CASES

type Table = tuple[type[models.Model], pl.DataFrame]

BLOCK = 8  # firms between one and the next that has as many cases
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
RULES = ("rd_intensity", "tech_staff_ratio", "hitech_income", "ip_ownership", "rd_domestic")


def tables(ground: Ground, start: int, count: int) -> Iterator[Table]:
    """Every table for `count` firms from number `start` on; both are whole blocks of eight."""
    firms = firms_of(ground, start, count)
    yield Firm, firms.drop("n", "county", "place", "diagnosed", "unmet", "unknown")
    yield FirmMove, moves_of(ground, firms)
    yield Contact, contacts_of(firms)
    yield FinancialYear, years_of(ground, firms)
    yield from diagnoses_of(ground, firms)
    cases = cases_of(ground, firms)
    yield Case, cases.select(CASE_COLUMNS)
    yield from history_of(cases)
    yield from papers_of(ground, cases)
    yield from dossiers_of(ground, cases)
    yield from coaching_of(ground, cases)


def weight_of(place: int) -> int:
    """How many firms a county has, in proportion: some are large."""
    return place + 2


def firms_of(ground: Ground, start: int, count: int) -> pl.DataFrame:
    numbers = pl.int_range(start, start + count, eager=True).alias("n")
    draw = Draw(ground, numbers)
    named = names(
        pl.DataFrame(
            {name: draw.share(salt) for salt, name in enumerate(("place", "first", "second", "third", "trade", "form"))}
        )
    )
    weights = [place for place in range(len(ground.counties)) for _ in range(weight_of(place))]
    place = draw.of(weights, 10)
    diagnosed = draw.upto(10, 11) > 0
    return pl.DataFrame({"n": numbers, "place": place, "diagnosed": diagnosed}).with_columns(
        named["name"],
        named["pinyin"],
        named["initials"],
        id=pl.col("n") + FIRST,
        county=pl.Series(ground.counties).gather(place).set(draw.upto(100, 31) == 0, None),
        uscc=codes(numbers + FIRST),
        registered_on=earlier(ground.day, draw.upto(9_000, 12) + 60),
        resident=pl.lit(True),
        field=draw.of([code for code in carried_fields() if len(code) == 5], 13),
        industry=draw.of([code for code in carried_industries() if len(code) == 4], 14),
        class_one=draw.upto(4, 15),
        class_two=draw.upto(12, 16),
        rd_ledger=draw.upto(3, 17) > 0,
        credit_clean=draw.upto(50, 18) > 0,
        verified_on=earlier(ground.day, draw.upto(900, 19)),
        diagnosis_due=pl.lit(False),
        latest_diagnosis_id=pl.when(diagnosed).then(numbers + FIRST),
        unmet=draw.of((0, 0, 1, 1, 1, 2, 2, 3, 4, 5), 20),
        unknown=draw.of((0, 0, 0, 0, 0, 1, 2), 21),
    )


def codes(keys: pl.Series) -> pl.Series:
    """Credit codes of 91330112MA and seven digits, with the check digit of GB 32100."""
    weights = (25, 13, 8, 24, 10, 30, 28)
    text = keys.cast(pl.String).str.zfill(7)
    total = 7 + sum(text.str.slice(place, 1).cast(pl.Int64) * weight for place, weight in enumerate(weights))
    return "91330112MA" + text + pl.Series(list(ALPHABET)).gather((31 - total % 31) % 31)


def moves_of(ground: Ground, firms: pl.DataFrame) -> pl.DataFrame:
    """One in a hundred belongs to no county yet, one in ten came from another one."""
    draw = Draw(ground, firms["n"])
    since = earlier(ground.day, draw.upto(3_000, 30) + 1)
    other = pl.Series(ground.counties).gather((firms["place"] + 1) % len(ground.counties))
    now = pl.DataFrame(
        {
            "firm_id": firms["id"],
            "division_id": firms["county"],
            "during": "[" + since.cast(pl.String) + ",)",
            "recorded_at": since.cast(pl.String),
        }
    )
    before = pl.DataFrame(
        {
            "firm_id": firms["id"],
            "division_id": other,
            "during": "[2008-01-01," + since.cast(pl.String) + ")",
            "recorded_at": "2008-01-01",
        }
    ).filter(draw.upto(10, 32) == 0)
    return pl.concat([before, now])


SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"


def contacts_of(firms: pl.DataFrame) -> pl.DataFrame:
    numbers = firms["n"]
    digits = (numbers.hash(7) % 1_000_000_000).cast(pl.String).str.zfill(9)
    surname = pl.Series(list(SURNAMES)).gather(numbers.hash(8) % len(SURNAMES))
    given = pl.Series(list(GIVEN)).gather(numbers.hash(9) % len(GIVEN))
    return pl.DataFrame({"firm_id": firms["id"], "name": surname + given, "phone": "13" + digits})


def years_of(ground: Ground, firms: pl.DataFrame) -> pl.DataFrame:
    draw = Draw(ground, firms["n"])
    sales = (draw.share(40) ** 3 * 600_000_000).round(2) + 500_000
    rd = (sales * draw.share(41) * 0.12).round(2)
    staff = 5 + (draw.share(42) ** 2 * 500).floor()
    return pl.DataFrame(
        {
            "firm_id": firms["id"],
            "year": pl.Series([ground.day.year - 1]).extend_constant(ground.day.year - 1, len(firms) - 1),
            "sales": sales,
            "total_income": sales * 1.02,
            "hitech_income": (sales * draw.share(43)).round(2),
            "net_assets": (sales * 0.6).round(2),
            "rd_total": rd,
            "rd_domestic": rd,
            "staff": staff,
            "tech_staff": (staff * draw.share(44) * 0.3).floor(),
        }
    ).with_columns(pl.col(pl.Float64).round(2))


@cache
def sample_findings() -> dict[str, dict[str, Any]]:
    """A real finding of each condition, as a diagnosis keeps it."""
    told = [json.loads(json.dumps(case.assessment().to_json())) for case in CASES.values() if case.book == "hte"]
    unmet = {each["rule"]: each for one in told for each in one["findings"] if each["verdict"] == "unmet"}
    return {rule: unmet[rule] for rule in RULES if rule in unmet}


def diagnoses_of(ground: Ground, firms: pl.DataFrame) -> Iterator[Table]:
    findings = sample_findings()
    rules = list(findings)
    held = firms.filter("diagnosed")
    turn = held["n"].hash(50) % len(rules)
    kept = [json.dumps({"findings": [findings[rule]]}, ensure_ascii=False) for rule in rules]
    short = pl.Series(rules).gather(turn)
    low = Draw(ground, held["n"]).upto(60, 51) + 20
    short_of = pl.col("unmet") > 0
    unknown = pl.when(pl.col("unknown") > 0).then(pl.lit("unknown")).otherwise(pl.lit("manual_review"))
    verdict = pl.when(short_of).then(pl.lit("unmet")).otherwise(unknown)
    yield (
        Diagnosis,
        held.select(
            "id",
            "unmet",
            "unknown",
            firm_id="id",
            book=pl.lit("hte"),
            book_version=pl.lit(books("hte", ground.day).version),
            day=pl.lit(ground.day - timedelta(days=7)),
            facts=pl.lit("{}"),
            assessment=pl.when(short_of).then(pl.Series(kept).gather(turn)).otherwise(pl.lit('{"findings":[]}')),
            verdict=verdict,
            manual=pl.lit(3),
            score_low=low,
            score_high=low + 20,
            shortest=pl.when(short_of).then(short).otherwise(pl.lit("")),
        ),
    )  # fmt: skip
    gaps = held.select("id", "unmet", turn=turn, gaps=(pl.col("unmet") + pl.col("unknown")).clip(0, len(rules)))
    each = gaps.with_columns(position=pl.int_ranges(0, "gaps")).explode("position").drop_nulls("position")
    yield (
        Gap,
        each.select(
            firm_id="id",
            diagnosis_id="id",
            rule=pl.Series(rules).gather((each["turn"].cast(pl.Int64) + each["position"]) % len(rules)),
            verdict=pl.when(pl.col("position") < pl.col("unmet")).then(pl.lit("unmet")).otherwise(pl.lit("unknown")),
            position="position",
        ),
    )
