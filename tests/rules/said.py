"""What the books say of every case, word for word: written to `said/`, so that a changed sentence is seen and approved.

`python -m tests.rules.said` writes the files anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from pipeline.rules import Assessment, Finding, Label
from pipeline.rules.findings import ItemPoints
from pipeline.rules.plans.planning import Step, planned
from pipeline.rules.programmes import CONDITIONS
from tests.rules import refusals
from tests.rules.cases import CASES, RuleCase

FOLDER = Path(__file__).parent / "said"
PLANNED, EVERY = ("hte", "pool", "sme"), 6


def text_of(book: str) -> str:
    """Everything the book says of its cases, a case after the other."""
    return "\n".join("\n".join(lines(case)) for case in CASES.values() if case.book == book) + "\n"


def lines(case: RuleCase) -> Iterator[str]:
    assessment = case.assessment()
    yield f"# {case.name} ({case.on}): {assessment.verdict}"
    yield from (finding_line(each) for each in assessment.findings if each.rule in case.raw["expect"])
    yield from amount_lines(assessment, case)
    if "score" in case.raw or "card" in case.raw:
        assert assessment.score
        yield from (item_line(each) for each in assessment.score.items)
    for kind, faults in (("impossible", assessment.impossible), ("asked", assessment.asks)):
        yield from (f"  {kind}: {each.in_language('zh')} / {each.in_language('en')}" for each in faults)


def finding_line(each: Finding) -> str:
    told = [each.verdict, f"found {each.found}", f"needed {each.op} {each.needed} {each.unit}"]
    told += [f"gap {json.dumps(dict(each.gap))}"] if each.gap else []
    told += [f"used {json.dumps(dict(each.used), ensure_ascii=False)}"] if each.used else []
    told += [f"missing {', '.join(missing.place for missing in each.missing)}"] if each.missing else []
    return f"  {each.rule}: {'; '.join(told)}; {each.source}\n    {each.says.zh}\n    {each.says.en}"


def amount_lines(assessment: Assessment, case: RuleCase) -> Iterator[str]:
    for name in case.raw.get("amounts", {}):
        each = assessment.amount(name)
        yield f"  {name}: {each.found} {each.unit}\n    {each.says.zh}\n    {each.says.en}"


def plans_text() -> str:
    """The ways to a pass of some cases of every book that is planned for, with all that is told of them."""
    planning = [case for case in CASES.values() if case.book in PLANNED and is_planned(case)]
    return "\n".join("\n".join(plan_lines(case)) for case in planning) + "\n"


def is_planned(case: RuleCase) -> bool:
    """Every so manyth, by its name, so that a new case leaves the others where they are."""
    return crc32(case.name.encode()) % EVERY == 0


def plan_lines(case: RuleCase) -> Iterator[str]:
    found = planned(case.assessment())
    yield f"# {case.name} ({case.book}, {case.on})"
    for path in found.paths:
        yield f"  ready on {path.ready_on}: {both(path.says)}"
        for step in path.steps:
            yield from step_lines(step)
        yield from (f"    helps: {both(each)}" for each in path.helps)
        yield from (f"    hurts: {both(each)}" for each in path.hurts)
    for step in found.obstacles:
        yield from step_lines(step)


def step_lines(step: Step) -> Iterator[str]:
    told = [step.kind, " ".join(step.rules), f"{step.amount} {step.unit}", f"{step.target_year} {step.target}"]
    yield f"    {'; '.join([*told, step.who, str(step.by), step.article, ' '.join(step.places)])}"
    yield from (f"      {both(each)}" for each in (step.title, step.short, step.closes))


def both(label: Label) -> str:
    return f"{label.zh} / {label.en}"


def item_line(each: ItemPoints) -> str:
    told = [f"{label}: {text.zh} / {text.en}" for label, text in remarks(each)]
    low, high = each.band
    return (
        f"  {each.item}: {low} to {high}, given {each.given}, found {each.found}{''.join(f'; {one}' for one in told)}"
    )


def remarks(each: ItemPoints) -> Iterator[tuple[str, Label]]:
    for label in ("refused", "review", "says"):
        text = getattr(each, label)
        if text:
            yield label, text


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in CONDITIONS:
        (FOLDER / f"{name}.txt").write_text(text_of(name), encoding="utf-8")
    (FOLDER / "refused.txt").write_text(refusals.text(), encoding="utf-8")
    (FOLDER / "plans.txt").write_text(plans_text(), encoding="utf-8")
