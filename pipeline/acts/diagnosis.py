"""An assessment kept for ever."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import showing
from pipeline.models import Diagnosis, Firm, Gap
from pipeline.models.firm import FirmQuerySet
from pipeline.models.in_force import book_in_force
from pipeline.models.record import facts_of
from pipeline.rules import Assessment, FirmFacts, assess

CERTIFICATION = "hte"
# Which shortfall is named first in a list: what decides most and takes longest to mend.
WEIGHT = [
    "rd_intensity",
    "tech_staff_ratio",
    "hitech_income",
    "rd_domestic",
    "owns_ip",
    "innovation_score",
    "registered_days",
    "field",
    "no_incident",
]


@transaction.atomic
def keep(firms: FirmQuerySet, *, by: Actor, on: date, book: str = CERTIFICATION) -> list[Diagnosis]:
    """Judge firms by the book in force that day and keep facts, book, day, findings and reasons. In the firms'
    order of keys.
    """
    access.require(by, "diagnosis.keep", firms)
    rows = list(firms.order_by("pk"))
    facts = facts_of(rows, on)
    kept = Diagnosis.objects.bulk_create(_diagnosis(firm, facts[firm.pk], by, on, book) for firm in rows)
    Gap.objects.bulk_create(gap for diagnosis in kept for gap in _gaps(diagnosis))
    if book == CERTIFICATION:
        for firm, diagnosis in zip(rows, kept, strict=True):
            firm.latest_diagnosis, firm.diagnosis_due = diagnosis, False
        Firm.objects.bulk_update(rows, ["latest_diagnosis", "diagnosis_due"])
        showing.refresh(rows, on=on)
    return kept


def _diagnosis(firm: Firm, facts: FirmFacts, by: Actor, on: date, name: str) -> Diagnosis:
    book = book_in_force(name, on)
    assessment = assess(facts, book=book, day=on)
    counted = [finding.verdict for finding in assessment.findings]
    score = assessment.score
    return Diagnosis(
        firm=firm,
        book=name,
        book_version=book.version,
        day=on,
        facts=facts.to_json(),
        assessment=assessment.to_json(),
        verdict=assessment.verdict,
        unmet=counted.count("unmet"),
        unknown=counted.count("unknown"),
        manual=counted.count("manual_review"),
        score_low=score.low if score else None,
        score_high=score.high if score else None,
        shortest=_first_gap(assessment),
        by_id=by.pk,
    )


def _gaps(diagnosis: Diagnosis) -> Iterable[Gap]:
    open_ones = [each for each in diagnosis.findings if each["verdict"] in ("unmet", "unknown", "manual_review")]
    for position, finding in enumerate(open_ones):
        yield Gap(
            firm_id=diagnosis.firm_id,
            diagnosis=diagnosis,
            rule=finding["rule"],
            verdict=finding["verdict"],
            position=position,
        )


def _first_gap(assessment: Assessment) -> str:
    verdicts = {finding.rule: finding.verdict for finding in assessment.findings}
    for wanted in ("unmet", "manual_review", "unknown"):
        named = [rule for rule in WEIGHT if verdicts.get(rule) == wanted]
        if named:
            return named[0]
    return ""
