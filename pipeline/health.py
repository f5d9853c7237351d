"""How the house is: each part asked once, with what to do where it ails. Asked by a command, a screen and a monitor."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu import Connection

from config.postgres.scope import acting
from pipeline.access import SEALER, SENDER
from pipeline.acts import telling, trail
from pipeline.models import BookEdition, Delivery, Heartbeat, Import, Notice, Pace, TrailEntry, TrailSeal
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.rules.shelf.volumes import BookRefused

State = Literal["good", "warn", "bad"]
SILENT_AFTER = timedelta(minutes=3)  # beat sends a sign of life every minute
WAITING_TOO_LONG = timedelta(minutes=10)
UNSEALED_TOO_LONG = timedelta(hours=3)
REMEMBERED = timedelta(days=7)
GONE_AFTER = timedelta(days=1)  # a worker not heard of since is taken as taken away
PARTITION_AHEAD = timedelta(days=60)
NOTICE_DUE = (11, 1)  # next year's days off are announced in November
SEALS_LOOKED_AT = 24
LEAST_FREE, FREE_TO_WARN = 2, 10  # per cent of the disk
TITLES = {
    "database": gettext_lazy("Database"),
    "migrations": gettext_lazy("Migrations"),
    "search": gettext_lazy("Search"),
    "broker": gettext_lazy("Broker"),
    "beat": gettext_lazy("Timetable"),
    "worker": gettext_lazy("Worker"),
    "workers": gettext_lazy("Worker"),
    "outbox": gettext_lazy("Outbox"),
    "channel": gettext_lazy("Channel"),
    "rosters": gettext_lazy("Rosters"),
    "disk": gettext_lazy("Disk"),
    "calendar": gettext_lazy("Working days"),
    "pool_book": gettext_lazy("Pool book"),
    "trail_partitions": gettext_lazy("Trail partitions"),
    "seals": gettext_lazy("Seals of the trail"),
}


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, the finding in one sentence, and what to do where it is not good."""

    name: str
    state: State
    says: str
    remedy: str = ""

    @property
    def title(self) -> str:
        """Its name for people: a worker's keeps the name of its machine, a channel has one of its own."""
        part, _space, which = self.name.partition(" ")
        return f"{TITLES[part]} {telling.NAMES.get(which, which)}".strip()

    @property
    def good(self) -> bool:
        return self.state != "bad"


def look(now: datetime, today: date) -> list[Check]:
    """Every part, in the order in which one depends on the other. Never raises: what cannot be asked is bad."""
    return [check for asked in PARTS for check in _asked(asked, now, today)]


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return False
    return True


def _asked(part: "Part", now: datetime, today: date) -> list[Check]:
    try:
        if part in NEED_NO_DATABASE:
            return list(part(now, today))
        with acting(SENDER), transaction.atomic():
            return list(part(now, today))
    except (DatabaseError, OSError) as error:
        first_line = str(error).partition("\n")[0]
        says = _("cannot be asked: %(error)s") % {"error": first_line}
        return [Check(part.__name__, "bad", says, _("Mend the database first, then look again."))]


Part = Callable[[datetime, date], Iterator[Check]]


def database(now: datetime, today: date) -> Iterator[Check]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, r.rolsuper or r.rolbypassrls or exists (select from pg_class where relowner = r.oid"
            " and relkind = 'r'), lower('É') = 'é', current_setting('server_version_num')::int / 10000"
            " from pg_roles r where r.rolname = current_user"
        )
        role, too_mighty, letters, version = cursor.fetchone()
    if too_mighty or role != "web":
        says = _("connected as %(role)s, whom the row policies may not bind") % {"role": role}
        yield Check("database", "bad", says, _("Let DATABASE_URL name the role web; only migrations run as owner."))
    elif not letters:
        says = _("the database does not know letters beyond ASCII")
        yield Check("database", "bad", says, _("Create it anew with LC_CTYPE C.UTF-8 or zh_CN.UTF-8 and restore."))
    else:
        says = _("PostgreSQL %(version)s answers, as role %(role)s") % {"version": version, "role": role}
        yield Check("database", "good", says)


def migrations(now: datetime, today: date) -> Iterator[Check]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        says = _("%(count)s migrations are not applied") % {"count": len(missing)}
        yield Check("migrations", "bad", says, _("Run manage.py migrate as owner."))
    else:
        yield Check("migrations", "good", _("all are applied"))


def search(now: datetime, today: date) -> Iterator[Check]:
    with connection.cursor() as cursor:
        cursor.execute("select bool_and(proleakproof) from pg_proc where proname = 'ts_match_vq'")
        [leakproof] = cursor.fetchone()
    if leakproof:
        yield Check("search", "good", _("names are found by their index"))
    else:
        remedy = _("Run python -m config.postgres.provision as superuser again.")
        yield Check("search", "warn", _("every search for a name reads all firms"), remedy)


def broker(now: datetime, today: date) -> Iterator[Check]:
    remedy = _("Start the broker, or correct BROKER_URL. Nothing is lost: a sweep finds what waits.")
    if not settings.BROKER_URL:
        yield Check("broker", "bad", _("BROKER_URL is not set"), remedy)
        return
    try:
        with Connection(settings.BROKER_URL, connect_timeout=2, transport_options={"socket_timeout": 2}) as asked:
            asked.ensure_connection(max_retries=1, timeout=3)
    except Exception as error:  # each transport has errors of its own
        yield Check("broker", "bad", _("does not answer: %(error)s") % {"error": str(error)[:200]}, remedy)
    else:
        yield Check("broker", "good", _("answers"))


def beat(now: datetime, today: date) -> Iterator[Check]:
    last = Heartbeat.objects.filter(part="beat").values_list("at", flat=True).first()
    yield _alive("beat", last, now, _("Start beat and a worker: celery -A config beat, celery -A config worker."))


def workers(now: datetime, today: date) -> Iterator[Check]:
    heard = Heartbeat.objects.filter(part__startswith="worker ", at__gt=now - GONE_AFTER).order_by("part")
    remedy = _("Look at its log and start it again: celery -A config worker.")
    if not heard:
        yield _alive("worker", None, now, remedy)
    for each in heard:
        yield _alive(each.part, each.at, now, remedy)


def _alive(name: str, last: datetime | None, now: datetime, remedy: str) -> Check:
    if last is None:
        return Check(name, "bad", _("was never heard of"), remedy)
    silence = now - last
    if silence > SILENT_AFTER:
        says = _("silent for %(minutes)s minutes") % {"minutes": silence // timedelta(minutes=1)}
        return Check(name, "bad", says, remedy)
    return Check(name, "good", _("heard of %(seconds)s seconds ago") % {"seconds": silence // timedelta(seconds=1)})


def outbox(now: datetime, today: date) -> Iterator[Check]:
    late = Notice.objects.unsent(now - WAITING_TOO_LONG).count()
    dead = Notice.objects.filter(state=Notice.DEAD).count()
    if late:
        says = _("%(count)s notices have waited more than ten minutes") % {"count": late}
        yield Check("outbox", "bad", says, _("Look at the worker's log: a worker takes them up within seconds."))
    elif dead:
        says = _("%(count)s notices could not be sent at all") % {"count": dead}
        yield Check(
            "outbox", "warn", says, _("They can be read in the application. Check the addresses of their people.")
        )
    else:
        yield Check("outbox", "good", _("nothing waits"))


def channels(now: datetime, today: date) -> Iterator[Check]:
    """Messages to people that wait although their time has come, and those that were given up."""
    late = Counter(Delivery.objects.late(now - WAITING_TOO_LONG).values_list("channel", flat=True))
    lost = Delivery.objects.filter(state=Delivery.DEAD, next_try_at__gt=now - REMEMBERED)
    given_up = Counter(lost.values_list("channel", flat=True))
    shut = dict(Pace.objects.exclude(why="").values_list("channel", "why"))
    for channel, count in sorted(late.items()):
        says = _("%(count)s messages wait: %(why)s") % {"count": count, "why": shut.get(channel, "")}
        remedy = _(
            "Look at the gateway and its variables, then try it: manage.py try_channel. What waits is sent by itself."
        )
        yield Check(f"channel {channel}", "bad", says.removesuffix(": "), remedy)
    for channel, count in sorted(each for each in given_up.items() if each[0] not in late):
        last = lost.filter(channel=channel).order_by("-next_try_at").values_list("last_error", flat=True)[0]
        says = _("%(count)s messages of the last seven days were given up, the last: %(why)s") % {
            "count": count,
            "why": last,
        }
        yield Check(
            f"channel {channel}",
            "warn",
            says,
            _("They can be read in the application. Check the addresses of their people."),
        )
    if not late and not given_up:
        yield Check("channel", "good", _("every message has gone out"))


def rosters(now: datetime, today: date) -> Iterator[Check]:
    waiting = Import.objects.filter(state=Import.RECEIVED, received_at__lt=now - WAITING_TOO_LONG).count()
    if waiting:
        says = _("%(count)s rosters have not been read for ten minutes") % {"count": waiting}
        yield Check("rosters", "bad", says, _("Start a worker; it takes them up by itself."))
    else:
        yield Check("rosters", "good", _("nothing waits"))


def disk(now: datetime, today: date) -> Iterator[Check]:
    if settings.STORAGE_URL.scheme != "file":
        yield Check("disk", "good", _("papers are kept in %(place)s") % {"place": settings.STORAGE_URL.hostname})
        return
    folder = Path(settings.STORAGE_URL.path)
    space = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.exists()))
    free = 100 * space.free // space.total
    state: State = "bad" if free < LEAST_FREE else "warn" if free < FREE_TO_WARN else "good"
    says = _("%(percent)s %% free, %(gigabytes)s GB") % {"percent": free, "gigabytes": space.free // 10**9}
    yield Check("disk", state, says, "" if state == "good" else _("Make room, or move STORAGE_URL to a larger disk."))


def calendar(now: datetime, today: date) -> Iterator[Check]:
    known = calendar_in_force()
    if not known.announced(today):
        says = _("the working days of %(year)s are not known") % {"year": today.year}
        yield Check("calendar", "bad", says, _("Take the notice of the State Council in, on the page of working days."))
    elif (today.month, today.day) >= NOTICE_DUE and not known.announced(
        today.replace(year=today.year + 1, month=1, day=1)
    ):
        says = _("the working days of %(year)s are not known: due dates are provisional") % {"year": today.year + 1}
        yield Check("calendar", "warn", says, _("Once the notice is out, take it in on the page of working days."))
    else:
        yield Check("calendar", "good", _("the working days of %(year)s are known") % {"year": today.year})


def pool_book(now: datetime, today: date) -> Iterator[Check]:
    """What the bureau has published rests on the book that a release carries: the two must fit, today and later."""
    editions = list(BookEdition.objects.filter(book=POOL).order_by("effective_from"))
    begun = [each for each in editions if each.effective_from <= today]
    try:
        for day in (today, *(each.effective_from for each in editions[len(begun) :])):
            book_in_force(POOL, day)
    except BookRefused as refused:
        says = _("an edition of the pool book does not fit this release: %(why)s") % {"why": refused}
        yield Check("pool_book", "bad", says, _("Go back to the release before, and tell its makers what stands here."))
        return
    number = begun[-1].number if begun else 0
    in_force = _("edition %(number)s is in force") % {"number": number} if begun else _("the carried book is in force")
    yield Check("pool_book", "good", in_force)


def trail_partitions(now: datetime, today: date) -> Iterator[Check]:
    ahead = today + PARTITION_AHEAD
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [f"trail_entry_{ahead:%Y_%m}"])
        [there] = cursor.fetchone()
    if there:
        yield Check("trail_partitions", "good", _("made up to %(month)s and beyond") % {"month": f"{ahead:%Y-%m}"})
    else:
        remedy = _("Install the release whose migration makes them. Until then entries go to the last partition.")
        yield Check("trail_partitions", "bad", _("none for %(month)s") % {"month": f"{ahead:%Y-%m}"}, remedy)


def seals(now: datetime, today: date) -> Iterator[Check]:
    with acting(SEALER):
        broken = [str(each) for each in trail.broken_seals(newest=SEALS_LOOKED_AT)]
        last = TrailSeal.objects.order_by("-last").values_list("last", flat=True).first() or 0
        waiting = TrailEntry.objects.filter(pk__gt=last, at__lt=now - UNSEALED_TOO_LONG).exists()
    if broken:
        says = _("entries under these seals were changed: %(seals)s") % {"seals": ", ".join(broken)}
        yield Check("seals", "bad", says, _("Keep the database as it is and call the audit administrator."))
    elif waiting:
        says = _("the trail has not been sealed for three hours")
        yield Check("seals", "bad", says, _("Look at the log of the worker for seal_trail."))
    else:
        yield Check("seals", "good", _("the newest seals fit the trail"))


PARTS: tuple[Part, ...] = (
    database, migrations, search, broker, beat, workers, outbox, channels, rosters, disk, calendar, pool_book,
    trail_partitions, seals,
)  # fmt: skip
NEED_NO_DATABASE: tuple[Part, ...] = (broker, disk)


def as_json(checks: list[Check]) -> dict[str, Any]:
    return {
        "good": all(check.good for check in checks),
        "at": timezone.now().isoformat(timespec="seconds"),
        "checks": [
            {"name": check.name, "state": check.state, "says": check.says, "remedy": check.remedy} for check in checks
        ],
    }
