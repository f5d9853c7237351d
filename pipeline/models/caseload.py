"""How many firms each coach and each agency has in hand, how they stand, and what the firms say of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, Sum

from pipeline.models.case import CaseQuerySet, attention
from pipeline.models.coaching import Visit
from pipeline.models.firm import Mandate
from pipeline.models.help import Difficulty
from pipeline.models.people import TODAY, Seat

LEAST_RATINGS = 5  # of fewer one could tell who said what
RATED_WITHIN = timedelta(days=365)


@dataclass(frozen=True)
class Load:
    """Firms in hand: of them those that consented, those with a step over its day, those nobody was in touch with."""

    firms: int = 0
    consented: int = 0
    late: int = 0
    silent: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.firms + other.firms,
            self.consented + other.consented,
            self.late + other.late,
            self.silent + other.silent,
        )


@dataclass(frozen=True)
class Satisfaction:
    """Ratings of visits and answers, from 1 to 5. `mean` is None below five ratings: then nobody can be told apart."""

    ratings: int = 0
    total: int = 0

    @property
    def hides(self) -> bool:
        return self.ratings < LEAST_RATINGS

    @property
    def mean(self) -> float | None:
        return None if self.hides else self.total / self.ratings


def coaches() -> list[Seat]:
    """Who holds a coach's seat today, by name; a person with several seats stands once."""
    held = Seat.objects.filter(kind="coach", during__contains=TODAY, user__is_active=True).select_related("user")
    found = {seat.user_id: seat for seat in held.order_by("user__name", "user", "agency")}
    return list(found.values())


def by_coach(cases: CaseQuerySet, today: date) -> Mapping[int, Load]:
    """Of these cases, by the key of whoever coaches their firms today."""
    current = Q(firm__appointment__during__contains=today)
    rows = cases.alias(now=FilteredRelation("firm__appointment", condition=current)).filter(now__coach__isnull=False)
    return _loads(rows.values(who=F("now__coach")), today, consented=Q(now__consented_on__isnull=False))


def by_agent(cases: CaseQuerySet, today: date) -> Mapping[int, Load]:
    """Of these cases, by the key of the agency that the firm lets act for it today; a mandate is itself the consent."""
    current = Q(firm__mandate__during__contains=today, firm__mandate__kind=Mandate.AGENCY)
    rows = cases.alias(now=FilteredRelation("firm__mandate", condition=current)).filter(now__agent__isnull=False)
    return _loads(rows.values(who=F("now__agent")), today, consented=Q())


def by_rated(today: date) -> Mapping[int, Satisfaction]:
    """What firms said within a year of visits and of answers, by the key of whom they rated."""
    since = today - RATED_WITHIN
    visits = Visit.objects.filter(rated_on__gte=since).order_by().values(who=F("by"))
    answers = Difficulty.objects.filter(closed_on__gte=since, rating__isnull=False).order_by()
    arms = [
        rows.annotate(ratings=Count("pk"), points=Sum("rating")).values_list("who", "ratings", "points")
        for rows in (visits, answers.values(who=F("answered_by")))
    ]
    found: dict[int, Satisfaction] = {}
    for who, ratings, points in arms[0].union(arms[1], all=True):
        known = found.get(who, Satisfaction())
        found[who] = Satisfaction(known.ratings + ratings, known.total + points)
    return found


def show_ratings(answered: Iterable[Any], today: date) -> None:
    """Gives each request for help the rating to be shown: none where who answered has too few of them, as `kept_back`
    says. One statement, or none where nothing is rated.
    """
    rows = list(answered)
    said = by_rated(today) if any(each.rating for each in rows) else {}
    for each in rows:
        each.kept_back = bool(each.rating) and said.get(each.answered_by_id, Satisfaction()).hides
        each.shown_rating = None if each.kept_back else each.rating


def _loads(rows: Any, today: date, *, consented: Q) -> Mapping[int, Load]:
    why = attention(today)
    counted = rows.order_by().annotate(
        firms=Count("pk"),
        consented=Count("pk", filter=consented) if consented else Count("pk"),
        late=Count("pk", filter=why["late"]),
        silent=Count("pk", filter=why["silent"]),
    )
    return {row["who"]: Load(row["firms"], row["consented"], row["late"], row["silent"]) for row in counted}
