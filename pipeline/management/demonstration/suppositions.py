"""What the city tries in its laboratory: a trial of the law's own book, and a proposal for the pool's that waits."""

from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import book, trial
from pipeline.models import BookDraft, User
from pipeline.rules.shelf.revision import as_written

MIDDLE_BAND = 1
TRIED_SHARE, PROPOSED_SCORE = "0.035", "55"


@transaction.atomic
def suppose(officer: User, *, on: date) -> None:
    """Nothing where the officer has a scheme already."""
    with acting(officer):
        if BookDraft.objects.exists():
            return
        law, pool = trial.side("hte", on), trial.side("pool", on)
        bands = as_written(law.in_force.at("rd_intensity"))
        bands[MIDDLE_BAND]["value"] = TRIED_SHARE
        relaxed, eased = {"rd_intensity": bands}, {"entry_score": PROPOSED_SCORE}
        for one, other in ((law, trial.side("hte", on, relaxed)), (pool, trial.side("pool", on, eased))):
            trial.run(trial.ask(before=one, after=other, by=officer).pk, by=officer)
        book.save(name="研发占比中档放宽", book="hte", changes=relaxed, by=officer, on=on)
        proposal = book.save(name="自评分放宽", book="pool", changes=eased, by=officer, on=on)
        document = {
            "instrument": f"杭科高〔{on.year}〕18号",
            "article": "第三条",
            "note": "让接近标准的企业先入库培育。",
        }
        rows, begins = BookDraft.objects.filter(pk=proposal.pk), date(on.year + 1, 1, 1)
        book.propose(rows, effective_from=begins, **document, by=officer, on=on, version=proposal.version)
