"""The law as code: pure Python, no Django, no clock, no network.

    facts = read_facts(mapping)
    assessment = assess(facts, book=books("hte", day), day=day)
    paths = plan(assessment, rounds=rounds)
"""

from pipeline.rules.facts import FirmFacts, read_facts
from pipeline.rules.labels import Label
from pipeline.rules.reading import FactsRefused, Fault

__all__ = ["FactsRefused", "Fault", "FirmFacts", "Label", "read_facts"]
