"""`./dev mutants [PATTERN ...] [--sample N [--seed S]]`: changes the rules in small ways; does a test notice?

mutmut does the work in a folder `mutants/` of its own; what it has found is kept there until a module or its tests
change. All mutants take hours: a sample, drawn the same way every time for a seed, tells the share.

mutmut tries a mutant with the tests that were seen to call its function. What a module works out when it is imported,
or a book when it is first loaded, is called in the first test alone and used in all: who survived is therefore tried
once more, with every test.
"""

import json
import random
import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from typing import Any

from config.embedded.places import BASE_DIR

FOLDER = BASE_DIR / "mutants" / "pipeline" / "rules"
CALLS = BASE_DIR / "mutants" / "mutmut-stats.json"  # which test calls what, and how long it takes
NOTHING = "pipeline.rules.nothing"
SEED = 2026
SURVIVED = 0
UNSEEN = {"survived", "no test"}
OUTCOMES = {
    None: "not run",
    SURVIVED: "survived",
    1: "killed",
    3: "killed",
    5: "no test",
    33: "no test",
} | dict.fromkeys((36, 24, -24, 152, 255), "too slow")


def mutants(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="./dev mutants", description=__doc__)
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="such as 'pipeline.rules.law.*' (all rules)")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many of them")
    parser.add_argument("--seed", type=int, metavar="S", default=SEED, help="another sample")
    options = parser.parse_args(arguments)
    run_mutmut(NOTHING)  # makes the mutants and learns which test calls what; it finds nothing of that name to run
    chosen = [name for name in outcomes() if not options.patterns or any(fnmatch(name, p) for p in options.patterns)]
    if options.sample:
        chosen = drawn(chosen, options.sample, options.seed)
    run_mutmut(*chosen)
    try_again([name for name, code in outcomes().items() if name in chosen and OUTCOMES.get(code) in UNSEEN])
    return report(chosen)


def drawn(names: Sequence[str], number: int, seed: int) -> list[str]:
    return random.Random(seed).sample(names, min(number, len(names)))  # noqa: S311  # no secret


def try_again(survivors: Sequence[str]) -> None:
    """With all tests, not only those that are known to call the function."""
    if survivors:
        known = CALLS.read_text()
        CALLS.write_text(json.dumps(called_by_all(json.loads(known), survivors)))
        run_mutmut(*survivors)
        CALLS.write_text(known)


def called_by_all(calls: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """What mutmut knows of calls, as if every test called the functions of these mutants."""
    everywhere = {name.partition("__mutmut_")[0]: list(calls["duration_by_test"]) for name in names}
    return calls | {"tests_by_mangled_function_name": calls["tests_by_mangled_function_name"] | everywhere}


def run_mutmut(*names: str) -> None:
    subprocess.run([sys.executable, "-m", "mutmut", "run", *names], cwd=BASE_DIR, check=False)


def outcomes() -> dict[str, int | None]:
    return dict(each for file in sorted(FOLDER.rglob("*.meta")) for each in read(json.loads(file.read_text())))


def read(meta: dict[str, dict[str, int | None]]) -> Iterator[tuple[str, int | None]]:
    yield from meta["exit_code_by_key"].items()


def report(chosen: Sequence[str]) -> int:
    """Prints the share that was noticed and every mutant that no test killed; 1 where one was not noticed."""
    found = outcomes()
    words = {name: OUTCOMES.get(found[name], f"ended with {found[name]}") for name in chosen}
    for name, word in words.items():
        if word != "killed":
            print(f"{word}: {name}")
    counted = Counter(words.values())
    noticed = counted["killed"] + counted["too slow"]
    print(f"{noticed} of {len(chosen)} mutants were noticed ({noticed / max(1, len(chosen)):.1%}): {dict(counted)}")
    print("To see one: .venv/bin/mutmut show NAME")
    return int(noticed < len(chosen))
