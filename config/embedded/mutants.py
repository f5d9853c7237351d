"""`./dev mutants [PATTERN ...] [--sample N [--seed S]]`: changes the rules in small ways; does a test notice?

mutmut does the work in a folder `mutants/` of its own; what it has found is kept there until a module or its tests
change. All mutants take hours: a sample, drawn the same way every time for a seed, tells the share.

mutmut tries a mutant with the tests that were seen to call its function. What a module works out when it is imported,
or a book when it is first loaded, is called in the first test alone and used in all; and what breaks a file of tests as
it is read leaves mutmut without the test. Who was not killed is therefore tried once more, with every test and by
pytest alone.
"""

import json
import os
import random
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch

from config.embedded.places import BASE_DIR

MUTANTS = BASE_DIR / "mutants"
FOLDER = MUTANTS / "pipeline" / "rules"
NOTHING = "pipeline.rules.nothing"
SEED = 2026
SURVIVED = 0
KILLED = 1
TOO_SLOW = 24
TOO_LONG = 1200
"""Seconds after which a mutant with every test is given up; the tests take a tenth of that."""
OUTCOMES = {
    None: "not run",
    SURVIVED: "survived",
    1: "killed",
    3: "killed",
    5: "no test",
    33: "no test",
    255: "not collected",
} | dict.fromkeys((36, TOO_SLOW, -24, 152), "too slow")


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
    found = {name: code for name, code in outcomes().items() if name in chosen}
    left = [name for name, code in found.items() if OUTCOMES.get(code) != "killed"]
    if left and with_every_test(NOTHING) != SURVIVED:
        print("The tests fail without a mutant too: no mutant can be judged by them.")
        return 1
    for place, name in enumerate(left, 1):
        found[name] = with_every_test(name)
        print(f"{place} of {len(left)} that were left: {OUTCOMES[found[name]]} with every test: {name}", flush=True)
    return report(found)


def drawn(names: Sequence[str], number: int, seed: int) -> list[str]:
    return random.Random(seed).sample(names, min(number, len(names)))  # noqa: S311  # no secret


def with_every_test(name: str) -> int:
    mutmut = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    tests = [*mutmut["pytest_add_cli_args"], *mutmut["pytest_add_cli_args_test_selection"]]
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", *tests],
            cwd=MUTANTS,
            env=os.environ | {"MUTANT_UNDER_TEST": name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TOO_LONG,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return TOO_SLOW
    return KILLED if ended.returncode else SURVIVED


def run_mutmut(*names: str) -> None:
    subprocess.run([sys.executable, "-m", "mutmut", "run", *names], cwd=BASE_DIR, check=False)


def outcomes() -> dict[str, int | None]:
    return dict(each for file in sorted(FOLDER.rglob("*.meta")) for each in read(json.loads(file.read_text())))


def read(meta: dict[str, dict[str, int | None]]) -> Iterator[tuple[str, int | None]]:
    yield from meta["exit_code_by_key"].items()


def report(found: Mapping[str, int | None]) -> int:
    """Prints the share that was noticed and every mutant that no test killed; 1 where one was not noticed."""
    words = {name: OUTCOMES.get(code, f"ended with {code}") for name, code in found.items()}
    for name, word in words.items():
        if word != "killed":
            print(f"{word}: {name}")
    counted = Counter(words.values())
    killed = counted["killed"]
    print(f"{killed} of {len(found)} mutants were killed ({killed / max(1, len(found)):.1%}): {dict(counted)}")
    print("To see one: .venv/bin/mutmut show NAME")
    return int(killed < len(found))
