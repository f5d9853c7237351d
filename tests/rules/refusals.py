"""What is refused, word for word in both languages: the inputs of refused.yaml with the answers they get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.rules import FactsRefused, Fault, read_facts
from pipeline.rules.codes import identifiers as codes
from pipeline.rules.codes.identifiers import IdentifierRefused
from pipeline.rules.shelf.volumes import SHELF, BookRefused, entry_from, read_yaml

REFUSED = read_yaml(Path(__file__).parent / "refused.yaml")
INSTRUMENTS = read_yaml(SHELF / "instruments.yaml")


def text() -> str:
    return "\n".join([*of_codes(), *of_facts(), *of_numbers()]) + "\n"


def of_codes() -> Iterator[str]:
    for name, written in REFUSED["codes"].items():
        for code in written:
            yield f"{name} {code}: {read_code(name, code)}"


def read_code(name: str, code: str) -> str:
    try:
        return f"read as {getattr(codes, name)(code)}"
    except IdentifierRefused as refused:
        return f"{refused.says.zh} / {refused.says.en}"


def of_facts() -> Iterator[str]:
    for raw in REFUSED["facts"]:
        yield f"facts {json.dumps(raw, ensure_ascii=False, default=str)}"
        try:
            read_facts(raw)
        except FactsRefused as refused:
            yield from faults(refused.faults)


def of_numbers() -> Iterator[str]:
    """A share of the book in force, changed as each line says."""
    value = {"from": read_yaml(SHELF / "hte" / "rd_domestic.yaml")["values"][0]["from"], "value": "0.60"}
    value |= {"instrument": "HTE-M", "article": "11(5)", "certainty": "C", "verified_by": None, "verified_on": None}
    for change in REFUSED["numbers"]:
        raw = {"rule": "r", "title_zh": "比例", "title_en": "A share", "unit": "share", "values": [{**value, **change}]}
        yield f"number {json.dumps(change, default=str)}"
        try:
            entry_from(raw, INSTRUMENTS, "r.yaml")
        except BookRefused as refused:
            yield from faults(refused.faults)


def faults(found: Any) -> Iterator[str]:
    each: Fault
    for each in found:
        yield f"  {each.in_language('zh')} / {each.in_language('en')}"
