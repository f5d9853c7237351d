"""Documents that could lie are generated, and compared here."""

from pathlib import Path

from pipeline.management.commands import journey

DOCS = Path(__file__).parent.parent / "docs"


def test_the_journey_page_says_what_the_code_does() -> None:
    assert (DOCS / "journey.md").read_text() == journey.page(), "run: manage.py journey > docs/journey.md"
