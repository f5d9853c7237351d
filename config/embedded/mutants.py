"""`./dev mutants [PATTERN ...] [--sample N]`: changes the rules in small ways and looks whether a test notices.

mutmut does the work in a folder `mutants/` of its own; what it has found is kept there until a module or its tests
change. All mutants take hours: a sample, drawn the same way every time, tells the share.
"""

import json
import random
import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch

from config.embedded.places import BASE_DIR

FOLDER = BASE_DIR / "mutants" / "pipeline" / "rules"
NOTHING = "pipeline.rules.nothing"
SEED = 2026
OUTCOMES = {0: "survived", 1: "killed", 3: "killed", 33: "no test", 36: "too slow", 24: "too slow", -24: "too slow"}


def mutants(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./dev mutants", description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="such as 'pipeline.rules.law.*' (all rules)")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many of them")
    options = parser.parse_args(arguments)
    run_mutmut(NOTHING)  # makes the mutants and learns which test calls what; it finds nothing of that name to run
    chosen = [name for name in outcomes() if not options.patterns or any(fnmatch(name, p) for p in options.patterns)]
    if options.sample:
        chosen = random.Random(SEED).sample(chosen, min(options.sample, len(chosen)))  # noqa: S311  # no secret
    run_mutmut(*chosen)
    return report(chosen)


def run_mutmut(*names: str) -> None:
    subprocess.run([sys.executable, "-m", "mutmut", "run", *names], cwd=BASE_DIR, check=False)


def outcomes() -> dict[str, int | None]:
    return dict(each for file in sorted(FOLDER.rglob("*.meta")) for each in read(json.loads(file.read_text())))


def read(meta: dict[str, dict[str, int | None]]) -> Iterator[tuple[str, int | None]]:
    yield from meta["exit_code_by_key"].items()


def report(chosen: Sequence[str]) -> int:
    """Prints the share that was noticed and every mutant that was not; 1 where one of them was not."""
    found = outcomes()
    words = {
        name: OUTCOMES.get(found[name] or 0, "killed") if found[name] is not None else "not run" for name in chosen
    }
    for name, word in words.items():
        if word not in {"killed", "too slow"}:
            print(f"{word}: {name}")
    counted = Counter(words.values())
    noticed = counted["killed"] + counted["too slow"]
    print(f"{noticed} of {len(chosen)} mutants were noticed ({noticed / max(1, len(chosen)):.1%}): {dict(counted)}")
    print("To see one: .venv/bin/mutmut show NAME")
    return int(noticed < len(chosen))
