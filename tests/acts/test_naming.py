"""What firms are found by is kept by the database, or noted by a sweep: nobody can forget it."""

from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.acts import firm
from pipeline.models import Firm, FormerName, TrailEntry
from pipeline.models.spelling import BETWEEN
from tests.cast import DAY, QINGHE, Cast


def former(cast: Cast) -> list[str]:
    with acting(cast.chen), transaction.atomic():
        names = {each.uscc: each.former_names for each in Firm.objects.all()}
        return [names[cast.qinghe.uscc], names[cast.yunling.uscc]]


def test_a_former_name_is_kept_with_its_firm_however_it_is_written(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        firm.rename(cast.qinghe, "杭州新苗智控科技有限公司", by=cast.chen, on=DAY)
        FormerName.objects.create(firm=cast.qinghe, name="临安 ABC 厂", until=date(2019, 1, 1))
    assert former(cast) == [BETWEEN.join(["杭州青禾智控科技有限公司", "临安abc厂"]), ""]
    with acting(cast.chen), transaction.atomic():
        FormerName.objects.filter(name__contains="ABC").update(firm=cast.yunling)
    assert former(cast) == ["杭州青禾智控科技有限公司", "临安abc厂"]
    with acting(cast.chen), transaction.atomic():
        FormerName.objects.all().delete()
    assert former(cast) == ["", ""]


def test_a_renamed_firm_sounds_like_its_new_name(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        firm.rename(cast.qinghe, "杭州新苗智控科技有限公司", by=cast.chen, on=DAY)
        assert cast.qinghe.initials == "hzxmzkkjyxgs"


def test_whoever_renames_past_the_act_leaves_the_spelling_to_the_sweep(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        Firm.objects.filter(uscc=QINGHE).update(name="杭州新苗有限公司")
        assert cast.qinghe.initials == ""
    jobs.spell_firms()
    with acting(cast.chen), transaction.atomic():
        assert cast.qinghe.initials == "hzxmyxgs"


def test_the_sweep_notes_what_stood_on_record_before_anybody_noted_it(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        FormerName.objects.create(firm=cast.qinghe, name="临安旧苗厂", until=DAY)
        Firm.objects.filter(uscc=QINGHE).update(initials="", former_names="")
    jobs.spell_firms()
    assert former(cast) == ["临安旧苗厂", ""]
    with acting(cast.chen), transaction.atomic():
        assert not Firm.objects.filter(initials="").exists()


def test_the_trail_tells_of_a_name_once(cast: Cast) -> None:
    def told() -> list[str]:
        with acting(cast.tang), transaction.atomic():
            return list(TrailEntry.objects.order_by("pk").values_list("table", flat=True))

    before = len(told())
    with acting(cast.chen), transaction.atomic():
        FormerName.objects.create(firm=cast.qinghe, name="临安旧苗厂", until=DAY)
    assert told()[before:] == ["pipeline_formername"]
