"""By what a firm may be found again in another: its name, telephone, people, rights, the sentences of its projects.

Of a person only a keyed digest is compared and kept; what is shown of them is masked.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any
from unicodedata import normalize

from django.db.models import OuterRef, Subquery
from django.utils.crypto import salted_hmac

from pipeline.models.firm import Contact, Firm
from pipeline.models.ledger import RdProject
from pipeline.models.merging import MergedRecord
from pipeline.models.property import IntellectualProperty
from pipeline.models.quality import SAME_NAME, SAME_PERSON, SAME_PHONE, SAME_RIGHT, SAME_STAFF, SAME_TEXT, Trait
from pipeline.models.staff import StaffMember
from pipeline.rules.codes.divisions import todays_divisions
from pipeline.rules.codes.identifiers import masked_phone

LEGAL_FORM = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|普通合伙|有限合伙|公司)+$")
SHORTEST_NAME, SHORTEST_ADDRESS, SHORTEST_SENTENCE = 4, 6, 12
FULL_TIME = 183  # days: of two such posts in one year one person cannot hold both
KEY = 40
Found = tuple[int, str, str, str]  # firm, kind, what is compared, what is shown


def traits_of(firms: Collection[int]) -> list[Trait]:
    """The traits of these firms as their record stands; of a record that was merged into another, none."""
    merged = MergedRecord.objects.standing().filter(firm__in=firms).values_list("firm_id", flat=True)
    wanted = set(firms) - set(merged)
    readers: tuple[Callable[[set[int]], Iterator[Found]], ...] = (_names, _contacts, _rights, _staff, _texts)
    found = {(firm, _key(kind, what)): (kind, shown) for read in readers for firm, kind, what, shown in read(wanted)}
    return [Trait(firm_id=firm, key=key, kind=kind, shown=shown[:200]) for (firm, key), (kind, shown) in found.items()]


def plain(text: str) -> str:
    """Letters and digits alone, in one width and case."""
    return "".join(each for each in normalize("NFKC", text).casefold() if each.isalnum())


def short_name(name: str) -> str:
    """A firm's name without the places before it and in it, and without its legal form."""
    text = re.sub(r"[(（][^)）]*[)）]", "", normalize("NFKC", name))
    rest = plain(LEGAL_FORM.sub("", text))
    while place := next((rest[:size] for size in range(8, 1, -1) if rest[:size] in _places()), ""):
        rest = rest[len(place) :]
    return rest


def sentences_of(project: RdProject) -> Iterator[str]:
    """What a project's papers say of it, sentence by sentence, in letters and digits alone."""
    for text in (project.title, *re.split(r"[。；;！!\n]", project.result)):
        if len(plain(text)) >= SHORTEST_SENTENCE:
            yield plain(text)


@cache
def _places() -> frozenset[str]:
    names = {each.name for each in todays_divisions().values()}
    return frozenset(plain(name) for name in names | {re.sub(r"(省|市|区|县)$", "", name) for name in names}) - {""}


def _key(kind: str, what: str) -> str:
    return hashlib.sha256(f"{kind}|{what}".encode()).hexdigest()[:KEY]


def _person(what: str) -> str:
    """A person's mark: without the key of this house nobody can tell from it who it is."""
    return salted_hmac("pipeline.quality", what, algorithm="sha256").hexdigest()


def _names(firms: set[int]) -> Iterator[Found]:
    rows = Firm.objects.filter(pk__in=firms).values_list("pk", "name", "short_name")
    for firm, name, told in rows:
        yield firm, SAME_NAME, plain(name), name
        for short in {short_name(name), plain(told)}:
            if len(short) >= SHORTEST_NAME:
                yield firm, SAME_NAME, f"short {short}", name


def _contacts(firms: set[int]) -> Iterator[Found]:
    rows = Contact.objects.filter(firm__in=firms).values_list("firm_id", "name", "phone", "firm__address")
    for firm, name, phone, address in rows:
        if phone:
            yield firm, SAME_PHONE, plain(phone), masked_phone(phone)
        if name and len(plain(address)) >= SHORTEST_ADDRESS:
            yield firm, SAME_PERSON, _person(f"{plain(name)} {plain(address)}"), f"{_masked(name)} {address}"


def _rights(firms: set[int]) -> Iterator[Found]:
    rows = IntellectualProperty.objects.filter(firm__in=firms)
    for firm, number, title in rows.values_list("firm_id", "number", "title"):
        yield firm, SAME_RIGHT, plain(number).removeprefix("zl"), f"{number} {title}".strip()


def _staff(firms: set[int]) -> Iterator[Found]:
    """Of the last year a firm lists: a person of three years is one person."""
    full: Any = {"employed_as": "employed", "days_worked__gt": FULL_TIME}
    years = StaffMember.objects.filter(firm=OuterRef("firm")).order_by("-year").values("year")[:1]
    rows = StaffMember.objects.filter(firm__in=firms, year=Subquery(years), **full)
    for firm, year, name in rows.values_list("firm_id", "year", "name"):
        yield firm, SAME_STAFF, _person(f"{year} {plain(name)}"), f"{year} {_masked(name)}"


def _texts(firms: set[int]) -> Iterator[Found]:
    """Without the firm's own name, so that a paper copied from another shows."""
    for project in RdProject.objects.filter(firm__in=firms).select_related("firm"):
        for sentence in sentences_of(project):
            said = sentence.replace(plain(project.firm.name), "").replace(short_name(project.firm.name) or "\0", "")
            yield project.firm_id, SAME_TEXT, said, f"{project.code} {sentence[:120]}"


def _masked(name: str) -> str:
    return name[:1] + "*" * max(len(name) - 1, 1)
