"""What `./dev mutants` makes of mutmut's findings; mutmut itself is not run."""

from pathlib import Path

import pytest

from config.embedded import mutants

NAMES = [f"pipeline.rules.law.hte.x_rule__mutmut_{number}" for number in range(100)]


def test_a_seed_draws_the_same_sample_every_time_and_another_seed_another() -> None:
    assert mutants.drawn(NAMES, 5, 1) == mutants.drawn(NAMES, 5, 1) != mutants.drawn(NAMES, 5, 2)
    assert len(mutants.drawn(NAMES, 500, 1)) == len(NAMES)


def test_who_was_left_is_tried_with_every_test_of_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "BASE_DIR", tmp_path)
    monkeypatch.setattr(mutants, "MUTANTS", tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.mutmut]\npytest_add_cli_args = ["-p", "no:django"]\n'
        'pytest_add_cli_args_test_selection = ["test_one.py"]\n'
    )
    (tmp_path / "test_one.py").write_text(
        "import os\nMUTANT = os.environ['MUTANT_UNDER_TEST']\nassert MUTANT != 'breaks the file'\n"
        "def test_it():\n    assert MUTANT != 'is seen'\n"
    )
    codes = [mutants.with_every_test(name) for name in ("is not seen", "is seen", "breaks the file")]
    assert codes == [mutants.SURVIVED, mutants.KILLED, mutants.KILLED]


def test_only_what_a_test_failed_on_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutants.report({"a": 1, "b": 0, "c": 36, "d": 33, "e": None, "f": -9, "g": 255}) == 1
    told = capsys.readouterr().out
    assert "1 of 7 mutants were killed (14.3%)" in told
    for line in ("survived: b", "too slow: c", "no test: d", "not run: e", "ended with -9: f", "not collected: g"):
        assert line in told
    assert mutants.report({"a": 1, "c": 3}) == 0
