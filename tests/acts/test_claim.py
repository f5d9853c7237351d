"""A person claims a firm; the county checks the paper."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE, Refused
from pipeline.acts import claim
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Claim, Firm, User
from tests.cast import DAY, QINGHE, YUNLING, Cast

NEW = "91330112MA2K000019"
PAPER = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": disk}


def claimed(cast: Cast, uscc: str = NEW, content: bytes = PAPER) -> tuple[User, Claim]:
    person = User.objects.create_user("newcomer", name="新人", phone="13900000001")
    file: dict[str, Any] = {"content": BytesIO(content), "file_name": "执照.pdf", "size": len(content)}
    with acting(person), transaction.atomic():
        made = claim.make(cast.offices["linan"], uscc=uscc, name="临安新苗", **file, by=person, on=DAY)
    return person, made


def accept(made: Claim, by: User) -> Firm:
    with acting(by), transaction.atomic():
        return claim.accept(Claim.objects.filter(pk=made.pk), by=by, on=DAY)


def test_an_accepted_claim_puts_the_firm_on_record_and_seats_its_owner(cast: Cast) -> None:
    person, made = claimed(cast)
    accept(made, cast.wang)
    with acting(person), transaction.atomic():
        [seat] = User.objects.get(pk=person.pk).seats
        firm = Firm.objects.get(uscc=NEW)
        assert (seat.kind, seat.firm_id, firm.verified_on) == ("firm_owner", firm.pk, DAY)


def test_a_second_live_owner_is_refused_with_a_sentence(cast: Cast) -> None:
    _person, made = claimed(cast, QINGHE)
    with pytest.raises(ConditionUnmet):
        accept(made, cast.wang)


def test_a_firm_of_another_county_is_not_registered_again(cast: Cast) -> None:
    _person, made = claimed(cast, YUNLING)
    with pytest.raises(ConditionUnmet):
        accept(made, cast.wang)


def test_another_county_neither_sees_nor_accepts_it(cast: Cast) -> None:
    _person, made = claimed(cast)
    with acting(cast.sun), transaction.atomic():
        assert not Claim.objects.exists()
    with pytest.raises((Refused, Claim.DoesNotExist)):
        accept(made, cast.sun)


def test_a_refusal_says_why_and_gives_nothing(cast: Cast) -> None:
    person, made = claimed(cast)
    with acting(cast.wang), transaction.atomic():
        claim.refuse(Claim.objects.filter(pk=made.pk), reason="委托书缺公章", by=cast.wang, on=DAY)
    with acting(person), transaction.atomic():
        assert Claim.objects.get().reason == "委托书缺公章"
        assert User.objects.get(pk=person.pk).seats == []


def test_a_paper_that_is_not_what_it_says_is_refused(cast: Cast) -> None:
    with pytest.raises(ConditionUnmet):
        claimed(cast, content=b"MZ not a paper")


def test_the_paper_is_looked_at_before_anybody_reads_it(cast: Cast) -> None:
    _person, made = claimed(cast)
    with acting(INTAKE), transaction.atomic():
        assert claim.inspect(Claim.objects.all(), by=INTAKE) == 1
        assert Claim.objects.get(pk=made.pk).paper_state == Claim.CLEAN
