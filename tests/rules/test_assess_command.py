"""`manage.py assess` as anybody runs it who holds a firm's figures: without a database and without an environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.embedded.places import BASE_DIR
from tests.rules.cases import CASES, changed


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def run_bare(file: Path, *arguments: str) -> Done:
    """In a process of its own that knows no environment."""
    command = [sys.executable, "manage.py", "assess", str(file), *arguments]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(command, cwd=BASE_DIR, env=bare, capture_output=True, text=True, check=False, timeout=60)
    return Done(done.returncode, done.stdout, done.stderr)


def run(file: Path, *arguments: str) -> Done:
    out, err = StringIO(), StringIO()
    try:
        call_command("assess", str(file), *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return Done(int(str(ended.code)), out.getvalue(), err.getvalue())
    return Done(0, out.getvalue(), err.getvalue())


def facts_file(folder: Path, change: dict[str, Any] | str) -> Path:
    file = folder / "facts.json"
    clean = changed(CASES["A clean pass"].facts, change) if isinstance(change, dict) else change
    file.write_text(clean if isinstance(clean, str) else json.dumps(clean, default=str), encoding="utf-8")
    return file


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    done = run_bare(facts_file(tmp_path, {}), "--book", "hte", "--on", "2026-05-20", "--json")
    answer = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert list(answer)[:6] == ["book", "version", "on", "verdict", "findings", "score"]
    assert answer["findings"][4]["says"] == "研发费用占同期销售收入 5.31%，达到标准（不低于 5%）。"
    assert (answer["score"]["low"], answer["score"]["high"], answer["score"]["given"]) == (45, 94, 80)
    assert answer["score"]["pass_above"] == 70


def test_a_verdict_of_unmet_is_no_failure_of_the_command(tmp_path: Path) -> None:
    file = facts_file(tmp_path, {"firm": {"resident": False}})
    done = run(file, "--book", "pool", "--on", "2026-05-20", "--lang", "en")
    assert done.status == 0
    assert "✗ Registered for a year  It is not a resident firm." in done.out


def test_every_fault_is_one_line_with_its_place(tmp_path: Path) -> None:
    years = [{"year": 2025, "rd": {"personnel": "12o"}}, {"year": 2024, "sales": "x"}]
    done = run_bare(facts_file(tmp_path, {"years": years}), "--book", "hte", "--on", "2026-05-20", "--json")
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        'years[1].sales: not a number: "x"',
        'years[2].rd.personnel: not a number: "12o"',
    ]


@pytest.mark.parametrize(
    ("text", "book", "day", "why"),
    [
        ("{", "hte", "2026-05-20", "not JSON"),
        ('{"firm": {}, "firm": {}}', "hte", "2026-05-20", "firm stands twice"),
        ("[]", "hte", "2026-05-20", "an object is wanted"),
        ("{}", "htx", "2026-05-20", "--book: there is no book 'htx'; there are hte, sme, pool"),
        ("{}", "hte", "20 May", "--on: not a day such as 2026-05-20: 20 May"),
        ("{}", "hte", "2015-12-31", "--on: the book hte starts on 2016-01-01"),
        ('{"years": [{"year": 2025, "sales": 1.5}]}', "hte", "2026-05-20", "never as a float: 1.5"),
    ],
)
def test_what_is_wrong_is_said_and_ends_with_two(tmp_path: Path, text: str, book: str, day: str, why: str) -> None:
    done = run(facts_file(tmp_path, text), "--book", book, "--on", day)
    assert done.status == 2
    assert why in done.err
    assert len(done.err.splitlines()) == 1


def test_what_must_be_said_is_asked_for(tmp_path: Path) -> None:
    done = run(facts_file(tmp_path, {}))
    assert (done.status, done.err.splitlines()) == (2, ["--book: this is required", "--on: this is required"])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "none.json", "--book", "hte", "--on", "2026-05-20")
    assert done.status == 2
    assert "none.json: cannot be read: No such file or directory" in done.err
