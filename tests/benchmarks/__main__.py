"""Runs the comparisons: `python -m tests.benchmarks [NAME…] [--json]`, the plan first."""

from __future__ import annotations

import logging
import sys
from argparse import ArgumentParser

from tests.benchmarks import (
    admin_lists,
    bulk,
    database,
    dossier,
    engine,
    kept_city,
    laboratory,
    lists,
    policies,
    roster,
    search,
)
from tests.benchmarks.comparison import Benchmark

BENCHMARKS: tuple[Benchmark, ...] = (
    *engine.BENCHMARKS,
    *laboratory.BENCHMARKS,
    *lists.BENCHMARKS,
    *admin_lists.BENCHMARKS,
    *policies.BENCHMARKS,
    *search.BENCHMARKS,
    *bulk.BENCHMARKS,
    *roster.BENCHMARKS,
    *dossier.BENCHMARKS,
)


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run only these")
    parser.add_argument("--json", action="store_true", help="one JSON line for each comparison, the plan on stderr")
    options = parser.parse_args(arguments)
    foreign = set(options.names) - {each.name for each in BENCHMARKS}
    if foreign:
        print(f"there is no {', '.join(sorted(foreign))}; there are {', '.join(each.name for each in BENCHMARKS)}")
        return 2
    chosen = [each for each in BENCHMARKS if not options.names or each.name in options.names]
    for each in chosen:
        print(f"plan: {each.name}, n = {each.n:,}: {each.says}", file=sys.stderr if options.json else sys.stdout)
    logging.disable(logging.CRITICAL)  # pages log each request
    try:
        for each in chosen:
            outcome = each.outcome(each.n)
            print(outcome.as_line() if options.json else outcome.in_words(), flush=True)
    finally:
        database.stop()
        kept_city.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
