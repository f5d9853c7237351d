"""What `./dev mutants` makes of mutmut's findings; mutmut itself is not run."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.embedded import mutants

NAMES = [f"pipeline.rules.law.hte.x_rule__mutmut_{number}" for number in range(100)]


def test_a_seed_draws_the_same_sample_every_time_and_another_seed_another() -> None:
    assert mutants.drawn(NAMES, 5, 1) == mutants.drawn(NAMES, 5, 1) != mutants.drawn(NAMES, 5, 2)
    assert len(mutants.drawn(NAMES, 500, 1)) == len(NAMES)


def test_survivors_are_tried_once_more_with_every_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = {"duration_by_test": {"one": 1.0, "two": 2.0}, "tests_by_mangled_function_name": {"f": ["one"], "g": []}}
    kept, seen = tmp_path / "calls.json", []
    kept.write_text(json.dumps(calls))
    monkeypatch.setattr(mutants, "CALLS", kept)
    monkeypatch.setattr(mutants, "run_mutmut", lambda *names: seen.append((names, json.loads(kept.read_text()))))
    mutants.try_again(["f__mutmut_3"])
    [(names, known)] = seen
    assert names == ("f__mutmut_3",)
    assert known["tests_by_mangled_function_name"] == {"f": ["one", "two"], "g": []}
    assert json.loads(kept.read_text()) == calls


def test_only_what_a_test_failed_on_or_never_ended_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes: dict[str, Any] = {"a": 1, "b": 0, "c": 36, "d": 33, "e": None, "f": -9}
    (tmp_path / "some.meta").write_text(json.dumps({"exit_code_by_key": codes}))
    monkeypatch.setattr(mutants, "FOLDER", tmp_path)
    assert mutants.report(list(codes)) == 1
    told = capsys.readouterr().out
    assert "2 of 6 mutants were noticed (33.3%)" in told
    for line in ("survived: b", "too slow: c", "no test: d", "not run: e", "ended with -9: f"):
        assert line in told
    assert mutants.report(["a", "c"]) == 0
