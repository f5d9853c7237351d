"""How each attachment stands, from the record: there, missing, out of date, secret."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from pipeline.models import (
    Commitment,
    Conversion,
    ConversionProof,
    Document,
    DocumentVersion,
    Evidence,
    FinancialYear,
    FormerName,
    Statement,
)
from pipeline.models.dossier.attachments import Attachment, attachments_of
from pipeline.models.filing import TOPICS
from tests.cast import DAY
from tests.models.dossier.test_checks import auditor, dossier, project, right

YEAR = DAY.year


def paper(number: int, purpose: str = "other", *, state: str = "clean", on: date = DAY, **also: Any) -> list[Any]:
    key = UUID(int=number)
    version = DocumentVersion(pk=number, document_id=key, number=1, state=state)
    version.recorded_at = datetime.combine(on, time(4), UTC)
    return [Document(pk=key, purpose=purpose, title=f"材料{number}", **also), version]


def proves(number: int, **what: Any) -> Evidence:
    return Evidence(document_id=UUID(int=number), **what)


def standing(code: str, *rows: Any, **firm: Any) -> Attachment:
    [found] = [each for each in attachments_of(dossier(*rows, **firm)) if each.code == code]
    return found


def states(code: str, *rows: Any, **firm: Any) -> list[str]:
    return [part.state for part in standing(code, *rows, **firm).parts]


def test_the_form_wants_its_four_texts() -> None:
    texts = [Statement(year=YEAR, topic=topic, says="文") for topic in TOPICS[:3]]
    assert states("A1", *texts) == ["there", "there", "there", "missing"]


def test_a_licence_is_a_copy_or_a_commitment_of_this_year() -> None:
    assert states("A2") == ["missing"]
    assert states("A2", *paper(1, "licence")) == ["there"]
    assert states("A2", Commitment(slot="licence", year=YEAR)) == ["there"]
    assert states("A2", Commitment(slot="licence", year=YEAR - 1)) == ["missing"]


def test_a_licence_of_before_the_firm_was_renamed_is_out_of_date() -> None:
    renamed = FormerName(name="旧名", until=date(2026, 5, 1))
    assert states("A2", renamed, *paper(1, "licence", on=date(2026, 4, 30))) == ["out_of_date"]
    assert states("A2", renamed, *paper(1, "licence", on=date(2026, 5, 2))) == ["there"]


def test_each_right_has_its_certificate() -> None:
    assert states("A3a", right()) == ["missing"]
    assert states("A3a", right(), *paper(1), proves(1, right_id=1)) == ["there"]
    assert states("A3a", right(expires_on=date(2026, 1, 1)), *paper(1), proves(1, right_id=1)) == ["out_of_date"]
    assert states("A3a", right(), Commitment(slot="rights", year=YEAR)) == ["there"]


def test_what_was_held_back_is_not_there() -> None:
    assert states("A3a", right(), *paper(1, state="quarantined"), proves(1, right_id=1)) == ["missing"]


def test_a_finished_project_was_set_up_and_accepted() -> None:
    assert states("A3b", project(), *paper(1), proves(1, project_id=1)) == ["there"]
    finished = project(stage="finished")
    assert states("A3b", finished, *paper(1), proves(1, project_id=1)) == ["missing"]
    both = [*paper(1), *paper(2), proves(1, project_id=1), proves(2, project_id=1)]
    assert states("A3b", finished, *both) == ["there"]


def test_a_conversion_has_a_proof() -> None:
    result = Conversion(pk=1, year=2025, result="样机")
    assert states("A3c", result) == ["missing"]
    assert states("A3c", result, *paper(1), ConversionProof(conversion_id=1, document_id=UUID(int=1))) == ["there"]


def test_how_rd_is_organised_is_proved_in_four_ways() -> None:
    assert states("A3d", *paper(1, "rd_system"), *paper(2, "talent")) == ["there", "missing", "missing", "there"]


def test_the_audits_of_three_years_are_tied_to_their_years() -> None:
    years = [FinancialYear(pk=year, year=year) for year in (2023, 2024, 2025)]
    held = [*paper(1, "annual_audit"), *paper(2, "annual_audit"), proves(1, year_id=2023), proves(2, year_id=2025)]
    assert states("A7", *years, *held) == ["there", "missing", "there"]


def test_a_special_audit_of_the_year_before_is_out_of_date() -> None:
    years = [FinancialYear(pk=year, year=year) for year in (2024, 2025)]
    held = [*years, *paper(1, "special_audit")]
    assert states("A6", *held, proves(1, year_id=2024)) == ["out_of_date"]
    assert states("A6", *held, proves(1, year_id=2025)) == ["there"]


def test_papers_of_an_agency_of_an_earlier_year_are_out_of_date() -> None:
    assert states("A9", auditor(year=YEAR - 1), *paper(1, "auditor")) == ["out_of_date"]
    assert states("A9", auditor(), *paper(1, "auditor")) == ["there"]


def test_what_is_secret_of_a_classified_firm_has_no_paper_in_it() -> None:
    rows = [project(secret=True), *paper(1), proves(1, project_id=1)]
    assert states("A3b", *rows) == ["there"]
    hidden = standing("A3b", *rows, classified=True)
    assert [(part.state, part.papers) for part in hidden.parts] == [("secret", ())]
    assert (hidden.state, hidden.done) == ("secret", 1)


def test_defence_patents_and_what_came_of_a_secret_project_are_secret() -> None:
    assert states("A3a", right(kind="defence_invention"), classified=True) == ["secret"]
    result = Conversion(pk=1, year=2025, result="样机", project_id=1)
    assert states("A3c", result, project(secret=True), classified=True) == ["secret"]


def test_a_paper_that_proves_something_secret_is_in_no_other_place() -> None:
    rows = [project(secret=True), right(), *paper(1), proves(1, project_id=1), proves(1, right_id=1)]
    assert states("A3a", *rows, classified=True) == ["secret"]


def test_an_attachment_stands_as_the_worst_of_its_parts() -> None:
    rows = [right(), right(pk=2, number="ZL2"), *paper(1), proves(1, right_id=1)]
    found = standing("A3a", *rows)
    assert (found.state, found.done, len(found.parts)) == ("missing", 1, 2)
