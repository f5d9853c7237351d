from collections.abc import Iterator
from typing import Any, Literal

from django.core.management.base import BaseCommand

from pipeline import access, stages

HEAD = """# 旅程：阶段、流转、席位 · The journey: stages, moves, seats

由 `manage.py journey` 从 `stages.py` 与 `access.py` 生成，请勿手改。Generated from the code; a test compares.
"""
TITLES = {"case": "办件 · Case", "application": "申报 · Application"}


class Command(BaseCommand):
    help = "Print docs/journey.md as the tables of moves and the grants have it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")


def page() -> str:
    return "\n".join([HEAD, *_tables("case"), *_tables("application"), *_seats()]) + "\n"


def _tables(table: Literal["case", "application"]) -> Iterator[str]:
    yield f"## {TITLES[table]}\n"
    yield "| stage | 科技局 | 企业看到 | whose turn | clock | term (pool book) |"
    yield "|---|---|---|---|---|---|"
    for name, stage in stages.STAGES[table].items():
        yield f"| `{name}` | {stage.zh} | {stage.firm_zh or '—'} | {stage.turn} | {stage.clock} | {stage.term or '—'} |"
    yield "\n| move | 动作 | from | to | who may |"
    yield "|---|---|---|---|---|"
    for name, move in stages.MOVES[table].items():
        yield f"| `{name}` | {move.zh} | {_stages(move.from_)} | {_stages(move.to)} | {_who(name)} |"
    yield ""


def _seats() -> Iterator[str]:
    yield "## 席位 · Seats\n"
    yield "| seat | 席位 | acts |"
    yield "|---|---|---|"
    for kind, (zh, _en) in access.SEAT_NAMES.items():
        acts = ", ".join(f"`{act}`" for act, seats in access.GRANTS.items() if kind in seats)
        yield f"| `{kind}` | {zh} | {acts or '—'} |"


def _stages(names: frozenset[str | None] | frozenset[str]) -> str:
    if names >= stages.OPEN:
        return "any open stage"
    return ", ".join(sorted("–" if name is None else name for name in names))


def _who(act: str) -> str:
    seats, names = access.GRANTS[act], access.SEAT_NAMES | access.SIGNATURE_NAMES
    return ", ".join(names[seat][0] if seat in names else f"`{seat}`" for seat in sorted(seats))
