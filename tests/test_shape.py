"""What imports cannot show of the architecture. Each test names what breaks it and where."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from config.celery import app
from config.embedded.places import BASE_DIR
from pipeline import access, stages
from tests.source import PIPELINE, Source, below, dotted, last_word, product

FACES = ("desk", "portal", "advisers", "public")
CLOCKLESS = ("models", "acts", "rules", "outside", "register", "stages", "access")
ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign)
LONGEST_FUNCTION, LONGEST_FILE, LONGEST_TEST = 40, 400, 500

# Larger than the alarm allows, and why that is right. A line that is no longer needed fails too.
EXPLAINED: dict[str, str] = {
    "tests/test_budgets.py": "one table of every list with its budget, and the one city that grows for all of them",
    "pipeline/access.py": "one table of every act and one of every page: who may do what is read in one place",
    "pipeline/desk/grant_names.py": "one table of what acts and pages are called, beside the table of who may do them",
    "pipeline/jobs.py": "one timetable: every job of the house in the order of the day",
    "tests/walls/world.py": "one row of every table of the house, for every wall to be tried with",
    "pipeline/acts/case.py": "one module holds every act of the case, so that each is found by its name",
}


def templates(source: Source) -> set[str]:
    return {text for text in source.strings() if re.fullmatch(r"[\w/-]+\.html", text) and "/" in text}


def url_names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from url_names(pattern.url_patterns, inner)
        elif pattern.name:
            yield space + pattern.name


def test_django_is_really_6_1():
    assert django.VERSION[:2] == (6, 1)


def test_lock_files_name_no_host():
    for name in ("requirements.lock", "package-lock.json"):
        text = (BASE_DIR / name).read_text()
        assert "resolved" not in text, name
        assert name != "requirements.lock" or "://" not in text


def test_no_module_is_named_after_nothing():
    empty = {"utils", "helpers", "common", "base", "misc"}
    assert [source.name for source in product() if empty & set(source.words)] == []


@pytest.mark.parametrize("face", FACES)
def test_a_screen_module_draws_from_the_template_folder_of_its_name(face):
    strangers = {
        f"{source.name} draws {template}"
        for source in below(face)
        for template in templates(source)
        if template.startswith(FACES) and not template.startswith((f"{face}/{source.words[-1]}/", f"{face}/frame"))
    }
    assert strangers == set()


def test_every_template_that_is_named_exists():
    missing = {
        f"{source.name}: {template}"
        for source in product()
        for template in templates(source)
        if template.startswith((*FACES, "look")) and not (PIPELINE / "templates" / template).exists()
    }
    assert missing == set()


@pytest.mark.parametrize("face", FACES)
def test_a_template_folder_has_its_screen_module(face):
    folders = {folder.name for folder in (PIPELINE / "templates" / face).glob("*/")}
    assert folders <= {source.words[-1] for source in below(face)}


def test_every_url_name_stands_in_the_access_table_and_nothing_else_does():
    found = set(url_names(get_resolver().url_patterns))
    assert {name for name in found if access.url_page(name) is None} == set()
    assert set(access.URLS) - found == set()


def test_every_url_has_a_name():
    def nameless(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from nameless(pattern.url_patterns)
            elif not pattern.name:
                yield str(pattern.pattern)

    assert list(nameless(get_resolver().url_patterns)) == []


def test_every_environment_variable_stands_in_the_operators_manual():
    asked = set(re.findall(r"""env\.\w+\(["']([A-Z_]+)["']""", (BASE_DIR / "config/settings.py").read_text()))
    told = set(re.findall(r"`([A-Z_]+)`", (BASE_DIR / "docs/operators.md").read_text()))
    assert asked - told == set()
    assert len(asked) > 15


def test_every_line_of_the_timetable_has_its_job():
    import_module("pipeline.jobs")
    timed = {line["task"] for line in settings.CELERY_BEAT_SCHEDULE.values()}
    assert timed - set(app.tasks) == set()


def test_every_move_is_granted_to_someone_and_is_an_act():
    names = {name for table in stages.MOVES.values() for name in table}
    assert names - set(access.GRANTS) == set()


def test_every_grant_is_asked_for_by_an_act_and_nothing_else_is():
    """Acts and screens name a grant by a literal, so that plain search finds it."""
    asked = {
        call.args[1].value
        for source in product()
        for name, call in source.calls()
        if name in {"require", "may"} and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }
    assert asked - set(access.GRANTS) == set()
    spoken = {text for source in below("acts") for text in source.strings()}
    assert set(access.GRANTS) - spoken == set()


def test_only_move_writes_a_stage():
    strays = []
    for source in product():
        for node in source.nodes(*ASSIGNMENTS):
            targets = node.targets if hasattr(node, "targets") else [node.target]  # type: ignore[attr-defined]
            if any(last_word(target) == "stage" and "." in dotted(target) for target in targets):
                strays.append(f"{source.name}:{node.lineno}")  # type: ignore[attr-defined]
        for name, call in source.calls():
            named = {keyword.arg for keyword in call.keywords}
            if name in {"update", "update_or_create", "bulk_update"} and "stage" in named:
                strays.append(f"{source.name}:{call.lineno}")
    assert [stray for stray in strays if not stray.startswith("pipeline/models/moving.py")] == []
    assert len(strays) == 1


def test_nothing_listens_to_signals():
    signals = {"receiver", "Signal"}
    heard = [source.name for source in product() for name, _ in source.calls() if name in signals]
    imported = [source.name for source in product() if "django.db.models.signals" in source.text]
    assert heard + imported == []


def test_no_model_overrides_save_or_delete():
    overrides = {"save", "delete", "save_base", "full_clean"}
    found = [
        f"{source.name}: {function.name}"
        for source in below("models")
        for function in source.functions()
        if function.name in overrides
    ]
    assert found == []


def test_no_answer_is_rendered_after_its_transaction():
    late = {"TemplateResponse", "SimpleTemplateResponse", "StreamingHttpResponse"}
    assert [source.name for source in product() if late & set(re.findall(r"\w+", source.text))] == []


def test_nothing_below_screens_and_jobs_reads_the_clock():
    clocks = {
        "timezone.now",
        "timezone.localdate",
        "timezone.localtime",
        "date.today",
        "datetime.now",
        "datetime.today",
        "time.time",
    }
    read = {
        f"{source.name}:{call.lineno}"
        for source in below(*CLOCKLESS)
        for _, call in source.calls()
        if dotted(call.func) in clocks or dotted(call.func).startswith("clock.")
    }
    assert read == set()


def test_no_template_carries_style_or_handlers_that_the_policy_refuses():
    refused = re.compile(r"""<[^>]+\s(style|on\w+)\s*=\s*["']""")
    bare_script = re.compile(r"<(script|style)(?![^>]*(nonce|src=|application/json|text/template))[^>]*>")
    found = [
        str(file.relative_to(PIPELINE))
        for file in sorted((PIPELINE / "templates").rglob("*.html"))
        if refused.search(file.read_text()) or bare_script.search(file.read_text())
    ]
    assert found == []


def sizes() -> Iterator[tuple[str, int, int]]:
    """What has a size: its name, its lines, the lines that raise the alarm."""
    for source in product():
        yield source.name, len(source.text.splitlines()), LONGEST_FILE
        for function in source.functions():
            yield f"{source.name}: {function.name}", (function.end_lineno or 0) - function.lineno + 1, LONGEST_FUNCTION
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        yield str(file.relative_to(BASE_DIR)), len(file.read_text().splitlines()), LONGEST_TEST


def test_what_is_large_is_explained():
    large = {name: lines for name, lines, limit in sizes() if lines > limit}
    assert {name: lines for name, lines in large.items() if name not in EXPLAINED} == {}
    assert set(EXPLAINED) - set(large) == set()
