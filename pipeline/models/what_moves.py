"""What goes over to another record when a firm stands on record twice, and what stays where it was written.

A row stays that the other record has already: its year of figures, its right of the same number. What hangs on a row
that stays, stays with it. What is append-only in the database never moves; the case or certificate it tells of points
the way to it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, Func, Model, OuterRef, Q, QuerySet

from pipeline.models.call import Call
from pipeline.models.case import Case
from pipeline.models.certificate import Certificate, Obligation
from pipeline.models.coaching import Plan, Step, Visit
from pipeline.models.event import Attendance
from pipeline.models.evidence import Document, DocumentVersion, Evidence
from pipeline.models.figures import Explanation, FinancialYear, SourcedFigure
from pipeline.models.filing import Auditor, Statement
from pipeline.models.firm import Contact, Firm
from pipeline.models.former_name import FormerName
from pipeline.models.ledger import ExpenseLine, RdProject
from pipeline.models.objection import Objection
from pipeline.models.product import Conversion, ConversionProof, HitechProduct, ProductIncome, Tie
from pipeline.models.property import IntellectualProperty
from pipeline.models.recommendation import Supplement
from pipeline.models.review import Acceptance, Fault, Flag, Proposal
from pipeline.models.round import Application
from pipeline.models.round_plan import Placement
from pipeline.models.sme import SmeRegistration
from pipeline.models.staff import StaffMember, StaffMonth
from pipeline.models.staying import AnnualUpdate, Leaver

# What moves, each after the rows it hangs on; beside it the columns that name those.
MOVED: Mapping[type[Model], tuple[str, ...]] = {
    Case: (),
    Application: ("case",),
    Supplement: ("application",),
    Placement: ("case",),
    Plan: ("case",),
    Step: ("plan",),
    Visit: ("case",),
    Call: ("case",),
    Fault: ("case",),
    Acceptance: ("case",),
    Proposal: ("case",),
    Flag: (),
    Objection: ("case", "flag"),
    AnnualUpdate: ("case",),
    Leaver: ("case",),
    Attendance: (),
    Certificate: (),
    Obligation: ("certificate",),
    SmeRegistration: (),
    FinancialYear: (),
    SourcedFigure: (),
    Explanation: (),
    StaffMonth: (),
    StaffMember: (),
    IntellectualProperty: (),
    RdProject: (),
    ExpenseLine: ("project",),
    HitechProduct: (),
    ProductIncome: ("product",),
    Tie: ("project", "right", "product"),
    Conversion: ("project", "right", "product"),
    Document: (),
    DocumentVersion: ("document",),
    ConversionProof: ("conversion", "document"),
    Evidence: ("document", "step", "year", "fault", "visit", "right", "project", "product"),
    Statement: (),
    Auditor: (),
    Contact: (),
    FormerName: (),
}
NAMES = {model.__name__: model for model in MOVED}
# By what a row is the same as one of the other record.
TWINS: Mapping[type[Model], Any] = {
    Contact: F("name"),
    IntellectualProperty: F("number"),
    RdProject: F("code"),
    HitechProduct: F("code"),
    SmeRegistration: F("year"),
    Auditor: F("year"),
    Statement: F("year"),
    Attendance: F("event"),
    Conversion: Func(F("result"), function="mp_plain"),
    **dict.fromkeys((FinancialYear, SourcedFigure, Explanation, StaffMonth, StaffMember), F("year")),
}
# Figures and lists of a year stay together: no paper's figure stands beside another record's year.
OF_A_YEAR = ((FinancialYear, SourcedFigure, Explanation), (StaffMonth, StaffMember))
TOGETHER: Mapping[type[Model], tuple[type[Model], ...]] = {model: group for group in OF_A_YEAR for model in group}
Keys = Mapping[str, list[Any]]


@dataclass(frozen=True)
class WhatMoves:
    """The keys of rows by their model's name."""

    moves: Keys
    stays: Keys

    @property
    def digest(self) -> str:
        """What a person saw, so that nothing else is done than what they agreed to."""
        told = json.dumps([self.moves, self.stays], default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def what_moves(gone: Firm, into: Firm) -> WhatMoves:
    """Which rows of one record would go over to another, and which it has already."""
    moves: dict[str, list[Any]] = {}
    stays: dict[str, list[Any]] = {}
    for model, parents in MOVED.items():
        rows = model._default_manager.filter(firm=gone)
        kept = _held_back(rows, model, parents, stays) | _known_to(rows, model, into)
        moves[model.__name__] = sorted(set(rows.values_list("pk", flat=True)) - kept)
        stays[model.__name__] = sorted(kept)
    return WhatMoves(_filled(moves), _filled(stays))


def what_returns(moved: Keys, into: Firm) -> dict[str, list[Any]]:
    """What went over once, and what has been hung on it since."""
    back: dict[str, list[Any]] = {}
    for model, parents in MOVED.items():
        went = set(model._default_manager.filter(pk__in=moved.get(model.__name__, [])).values_list("pk", flat=True))
        back[model.__name__] = sorted(went | _hung_on(model, parents, into, back))
    return dict(_filled(back))


def in_the_way(back: Keys, gone: Firm) -> list[str]:
    """The models of whose rows the record that would get its own back has written the same since."""
    return [name for name, keys in back.items() if _known_to(rows_of(name, keys), NAMES[name], gone)]


def rows_of(name: str, keys: Iterable[Any]) -> "QuerySet[Any]":
    return NAMES[name]._default_manager.filter(pk__in=list(keys))


def _known_to(rows: "QuerySet[Any]", model: type[Model], firm: Firm) -> set[Any]:
    """Those of which the firm has the same."""
    same = TWINS.get(model)
    if same is None:
        return set()
    asked = rows.annotate(same=same)
    found: set[Any] = set()
    for each in TOGETHER.get(model, (model,)):
        theirs = each._default_manager.filter(firm=firm).annotate(same=same).filter(same=OuterRef("same"))
        found |= set(asked.filter(Exists(theirs)).values_list("pk", flat=True))
    return found


def _held_back(rows: "QuerySet[Any]", model: type[Model], parents: Iterable[str], stays: Keys) -> set[Any]:
    """Those that hang on a row that stays; and what proves a question, which stays with who asked it."""
    stuck = [Q((f"{name}__in", stays[_target(model, name)])) for name in parents if stays[_target(model, name)]]
    if model is Evidence:
        stuck.append(Q(difficulty__isnull=False))
    return set(rows.filter(reduce(or_, stuck)).values_list("pk", flat=True)) if stuck else set()


def _hung_on(model: type[Model], parents: Iterable[str], into: Firm, back: Keys) -> set[Any]:
    """Rows written since that hang on nothing but what goes back."""
    some, every = Q(pk__in=[]), Q()
    for name in parents:
        among = Q((f"{name}__in", back[_target(model, name)]))
        some |= among
        every &= among | Q((f"{name}__isnull", True))
    return (
        set(model._default_manager.filter(some & every, firm=into).values_list("pk", flat=True)) if parents else set()
    )


def _target(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).related_model.__name__)  # type: ignore[union-attr]


def _filled(keys: Keys) -> Keys:
    return {name: each for name, each in keys.items() if each}
