"""A firm's application as one file: asked for by a person of the firm or of an office, made by a job."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from time import monotonic
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.models import Bundle, DocumentVersion, Firm, User
from pipeline.models.dossier.attachments import attachments_of
from pipeline.models.dossier.form import form_of, left_out_of
from pipeline.models.dossier.gathering import Dossier, dossier_of
from pipeline.models.dossier.printed import Heading
from pipeline.models.filing import KEPT_FOR
from pipeline.models.trial import DONE, FAILED, RUNNING, WAITING
from pipeline.outside import bundle as outside
from pipeline.outside import storage

MOST_AN_HOUR = 10
TELL_EVERY = 0.5  # seconds


@transaction.atomic
def ask(firm: Firm, *, by: User, on: date) -> Bundle:
    """A file that waits to be made from the record as it stands when a job takes it up."""
    access.require(by, "bundle.ask", Firm.objects.filter(pk=firm.pk))
    lately = Bundle.objects.filter(firm=firm, asked_at__gt=Now() - timedelta(hours=1))
    under_way = lately.filter(state__in=[WAITING, RUNNING]).exists()
    demand(not under_way, "", _("A file of this dossier is being made already."))
    says = _("At most %(n)s files an hour: please wait.") % {"n": MOST_AN_HOUR}
    demand(lately.count() < MOST_AN_HOUR, "", says)
    return Bundle.objects.create(firm=firm, by=by, day=on)


def make(key: int, *, by: User) -> None:
    """Make a file that waits, from its beginning. A second call while the first one works does nothing."""
    bundle = _claim(key, by)
    if bundle is None:
        return
    try:
        with translation.override("zh-hans"):
            dossier, form = _read(bundle)
            papers = list(_papers(dossier))
            _tell(key, total=outside.steps(papers))
            made = outside.made(form, papers, step=_steps(key))
        with made.content:
            size, kept = made.content.seek(0, 2), storage.keep(made.content)
        left_out = left_out_of(dossier)
        _end(key, state=DONE, kept=kept, size=size, pages=made.pages, manifest=made.manifest, left_out=left_out)
    except Exception:
        _end(key, state=FAILED)
        raise


def content(bundle: Bundle) -> BinaryIO:
    return storage.fetch(bundle.kept)


def expires(bundle: Bundle) -> date:
    return (bundle.asked_at + KEPT_FOR).date()


@transaction.atomic
def clear(*, by: access.Actor) -> int:
    """Take away the files whose time is over; how many."""
    access.require(by, "bundle.clear")
    over = dict(Bundle.objects.to_clear().values_list("pk", "kept"))
    Bundle.objects.filter(pk__in=over).update(kept="")
    for kept in set(over.values()):
        if not Bundle.objects.filter(kept=kept).exists():
            storage.drop(kept)
    return len(over)


@transaction.atomic
def _claim(key: int, by: User) -> Bundle | None:
    """For who asked alone: in another's name the record would be as wide as that person sees."""
    waiting = Bundle.objects.waiting().filter(pk=key, by=by)
    if not waiting.update(state=RUNNING, worked_at=Now(), parts_done=0):
        return None
    return Bundle.objects.select_related("firm").get(pk=key)


@transaction.atomic
def _read(bundle: Bundle) -> tuple[Dossier, outside.Form]:
    dossier = dossier_of(bundle.firm, bundle.day)
    county = bundle.firm.county_on(bundle.day)
    blocks = form_of(dossier, county.name if county else "")
    first = next(at for at, block in enumerate(blocks) if isinstance(block, Heading))
    title = f"{bundle.day.year} 年高新技术企业认定申请书"
    return dossier, outside.Form(blocks[:first], blocks[first:], title, f"{bundle.firm.name} {title}")


def _papers(dossier: Dossier) -> Iterator[outside.Paper]:
    """What is there and was found clean, in the order of the attachments; each once, where it comes first."""
    seen: set[Any] = set()
    for attachment in attachments_of(dossier):
        own = (paper for part in attachment.parts for paper in part.papers)
        fresh = [each for each in dict.fromkeys(own) if each.state == DocumentVersion.CLEAN and each.pk not in seen]
        for at, paper in enumerate(fresh, 1):
            seen.add(paper.pk)
            title = dossier.documents[paper.document_id].title
            ending = paper.name.rpartition(".")[2].lower()[:5] or "bin"
            yield outside.Paper(f"{attachment.code}-{at:02}", title, paper.sha256, paper.media_type, ending)


def _steps(key: int) -> Callable[[], None]:
    """Counts what is done, and tells of it now and then."""
    done, told = 0, monotonic()

    def step() -> None:
        nonlocal done, told
        done += 1
        if monotonic() - told >= TELL_EVERY:
            told = monotonic()
            _tell(key, done=done)

    return step


@transaction.atomic
def _tell(key: int, *, done: int = 0, total: int | None = None) -> None:
    values: dict[str, Any] = {"parts_done": done, "parts_total": F("parts_total") if total is None else total}
    Bundle.objects.filter(pk=key, state=RUNNING).update(worked_at=Now(), **values)


@transaction.atomic
def _end(key: int, **values: Any) -> None:
    Bundle.objects.filter(pk=key, state=RUNNING).update(worked_at=Now(), **values)
