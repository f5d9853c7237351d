"""Commitments in place of copies of certificates."""

import pytest
from django.db import DatabaseError, transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import commitment
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Commitment
from tests.cast import DAY, Cast


def sign(cast: Cast, slot: str = "licence", signed_as: str = "李青", agreed: bool = True) -> Commitment:
    with acting(cast.li), transaction.atomic():
        return commitment.sign(cast.qinghe, slot, signed_as=signed_as, agreed=agreed, by=cast.li, on=DAY)


def test_what_was_signed_is_kept_word_for_word_for_its_year(cast: Cast) -> None:
    signed = sign(cast)
    assert (signed.year, signed.signed_on, signed.signed_as) == (DAY.year, DAY, "李青")
    assert "杭州青禾智控科技有限公司" in signed.says
    assert "2026 年度" in signed.says


@pytest.mark.parametrize(
    ("slot", "signed_as", "agreed", "place"),
    [("licence", "李清", True, "signed_as"), ("licence", "李青", False, "agreed"), ("other", "李青", True, "slot")],
)
def test_a_signature_is_ones_own_and_meant(cast: Cast, slot: str, signed_as: str, agreed: bool, place: str) -> None:
    with pytest.raises(ConditionUnmet) as unmet:
        sign(cast, slot, signed_as, agreed)
    assert [missing.place for missing in unmet.value.missing] == [place]


def test_a_commitment_is_signed_once_a_year_and_slot(cast: Cast) -> None:
    sign(cast)
    sign(cast, "rights")
    with pytest.raises(ConditionUnmet):
        sign(cast)


def test_only_the_owner_signs(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic(), pytest.raises(access.Refused):
        commitment.sign(cast.qinghe, "licence", signed_as="白会计", agreed=True, by=cast.bai, on=DAY)


def test_a_signature_cannot_be_changed_or_taken_back(cast: Cast) -> None:
    signed = sign(cast)
    for deed in (lambda rows: rows.update(says="x"), lambda rows: rows.delete()):
        with acting(cast.li), pytest.raises(DatabaseError), transaction.atomic():
            deed(Commitment.objects.filter(pk=signed.pk))


def test_a_commitment_for_another_year_is_none(cast: Cast) -> None:
    with acting(cast.li), pytest.raises(DatabaseError), transaction.atomic():
        Commitment.objects.create(
            firm=cast.qinghe, slot="licence", year=2027, says="x", signed_as="x", signed_on=DAY, by=cast.li
        )
