"""The law as code: pure Python, no Django, no clock, no network.

facts = read_facts(mapping)
assessment = assess(facts, book=books("hte", day), day=day)
paths = plan(assessment, rounds=rounds)
"""

from pipeline.rules.dated import Book, NoBook, NoValue
from pipeline.rules.facts import FirmFacts, read_facts
from pipeline.rules.findings import Assessment, Finding
from pipeline.rules.judging import assess
from pipeline.rules.labels import Label
from pipeline.rules.planning import Path, Plan, Step, plan, planned
from pipeline.rules.reading import FactsRefused, Fault
from pipeline.rules.volumes import books
from pipeline.rules.ways import Round

__all__ = [
    "Assessment",
    "Book",
    "FactsRefused",
    "Fault",
    "Finding",
    "FirmFacts",
    "Label",
    "NoBook",
    "NoValue",
    "Path",
    "Plan",
    "Round",
    "Step",
    "assess",
    "books",
    "plan",
    "planned",
    "read_facts",
]
