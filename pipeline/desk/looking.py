"""A coach's look at a firm is noted for the firm, as an agency's and a bank's are."""

from pipeline import access
from pipeline.acts import mandate as mandate_acts
from pipeline.models import Firm
from pipeline.request import StaffRequest


def note_look(request: StaffRequest, firm: Firm, part: str) -> None:
    """Nothing where the person looks for an office."""
    kinds = request.user.seat_kinds
    if "coach" in kinds and not kinds & access.OFFICE:
        mandate_acts.note_look(firm, part, by=request.user, on=request.today)
