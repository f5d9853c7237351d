"""The law as code: pure Python, no Django, no clock, no network.

facts = read_facts(mapping)
assessment = assess(facts, book=books("hte", day), day=day)
paths = plan(assessment, rounds=rounds)
"""

from pipeline.rules.facts.firm import FirmFacts, read_facts
from pipeline.rules.facts.reading import FactsRefused, Fault
from pipeline.rules.findings import Assessment, Finding
from pipeline.rules.judging import assess
from pipeline.rules.labels import Label
from pipeline.rules.plans.planning import Path, Plan, Step, plan, planned
from pipeline.rules.plans.ways import Round
from pipeline.rules.shelf.dated import Book, NoBook, NoValue
from pipeline.rules.shelf.volumes import books

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
