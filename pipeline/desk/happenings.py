"""The timeline of a firm in the words of the bureau: each happening as a line with what it opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access, stages
from pipeline.acts.difficulty import NAMES as DIFFICULTIES
from pipeline.acts.listings.coached import WAYS
from pipeline.acts.note import NAMING
from pipeline.acts.objection import RESULTS
from pipeline.desk.holder import event_name
from pipeline.desk.standing import phrases
from pipeline.models import Fault, Firm, Flag, Notice
from pipeline.models.record import place_name
from pipeline.models.timeline import Happening
from pipeline.templatetags.look import spoken, verdict_word

FLAG_NAMES = {
    Flag.OBJECTION: gettext_lazy("objection"),
    Flag.CREDIT: gettext_lazy("credit record"),
    Flag.ACCIDENT: gettext_lazy("accident"),
}
ATTENDANCE = {
    "invited": gettext_lazy("invited, no answer yet"),
    "accepted": gettext_lazy("will come"),
    "declined": gettext_lazy("does not come"),
    "attended": gettext_lazy("attended"),
    "absent": gettext_lazy("did not come"),
}
SIDES = {
    Notice.FIRM: gettext_lazy("to the firm"),
    Notice.COUNTY: gettext_lazy("to the county"),
    Notice.CITY: gettext_lazy("to the city"),
}
NOISE = ("letter", "assignment")  # what the system did by itself: folded away


@dataclass(frozen=True)
class Line:
    """One happening in words. `ours` is what the bureau did; `anchor` names it within the page."""

    anchor: str
    kind: str
    at: date
    says: str
    who: str = ""
    case: str = ""
    notes: Sequence[str | SafeString] = ()
    url: str = ""
    link: str = ""
    ours: bool = False
    inside: bool = False  # kept from the firm


@dataclass
class Fold:
    """What the system did in between, one line for all of it."""

    lines: list[Line] = field(default_factory=list)


def told(happenings: Iterable[Happening], firm: Firm, *, fold: bool = True) -> list[Line | Fold]:
    """The lines in their order, runs of system noise folded. One statement, for the faults of returns."""
    rows = list(happenings)
    faults = _faults(row.key for row in rows if row.kind == "move" and ".return_from_" in row.more["move"])
    lines: list[Line | Fold] = []
    twice = {(row.more["move"], row.at) for row in rows if row.kind == "move" and row.more["application"]}
    for row in rows:
        if row.kind == "move" and not row.more["application"] and (row.more["move"], row.at) in twice:
            continue  # what happened to the application moved its case too, and is told once
        line = WORDS[row.kind](row, firm, faults)
        if fold and row.kind in NOISE:
            last = lines[-1] if lines else None
            if not isinstance(last, Fold):
                last = Fold()
                lines.append(last)
            last.lines.append(line)
        else:
            lines.append(line)
    return lines


def _faults(moves: Iterable[int]) -> Mapping[int, list[Fault]]:
    found: dict[int, list[Fault]] = {}
    keys = list(moves)
    for fault in Fault.objects.filter(raised_by__in=keys).order_by("pk") if keys else ():
        found.setdefault(fault.raised_by_id, []).append(fault)
    return found


def _line(row: Happening, says: str, *notes: str | SafeString, **also: Any) -> Line:
    kept = [note for note in notes if note]
    return Line(
        anchor=f"{row.kind}-{row.key}",
        kind=row.kind,
        at=row.on,
        says=says,
        who=also.pop("who", row.who),
        case=row.case,
        notes=kept,
        **also,
    )


def _day(text: str | None) -> date | None:
    return parse_date(text) if text else None


def _move(row: Happening, firm: Firm, faults: Mapping[int, list[Fault]]) -> Line:
    more = row.more
    move = stages.MOVES["application" if more["application"] else "case"][more["move"]]
    of_it = faults.get(row.key, [])
    count = ngettext("%(count)s fault", "%(count)s faults", len(of_it)) % {"count": len(of_it)} if of_it else ""
    opinion = {"for": _("in favour"), "against": _("against")}.get(more["opinion"], "")
    listed = [_("%(place)s: %(says)s") % {"place": place_name(each.place), "says": each.says} for each in of_it]
    who = row.who or _("by the system")
    if more["for"]:
        who = _("%(who)s for %(whom)s") % {"who": who, "whom": more["for"]}
    ours = bool(access.GRANTS[more["move"]] & access.OFFICE)
    return _line(
        row, phrases([spoken((move.zh, move.en)), count, opinion]), more["note"], *listed, who=who, ours=ours,
        url=_return_url(firm, row, of_it), link=_("look at the answers") if of_it and row.case else "",
    )  # fmt: skip


def _return_url(firm: Firm, row: Happening, faults: Sequence[Fault]) -> str:
    return reverse("desk:case", args=[row.case]) + "#faults" if faults and row.case else ""


def _proposal(row: Happening, firm: Firm, faults: object) -> Line:
    says = _("Proposed: %(act)s") % {"act": act_name(row.more["act"])}
    decided = _day(row.more["decided_on"])
    if row.more["decided_by"]:
        became = _("countersigned by %(who)s on %(day)s") % {"who": row.more["decided_by"], "day": decided}
    else:
        became = _("ended undecided on %(day)s") % {"day": decided} if decided else _("waits for the head")
    return _line(row, says, row.more["says"], became, ours=True, inside=True)


def _note(row: Happening, firm: Firm, faults: object) -> Line:
    internal = row.more["internal"]
    says = _("Note within the bureau") if internal else _("Note to the firm")
    return _line(row, says, with_names(row.more["text"]), ours=True, inside=internal)


def _call(row: Happening, firm: Firm, faults: object) -> Line:
    promised, again = _day(row.more["promised_on"]), _day(row.more["next_on"])
    return _line(
        row, _("Telephone"), row.more["says"],
        _("promised for %(day)s") % {"day": promised} if promised else "",
        _("next call on %(day)s") % {"day": again} if again else "",
        ours=True, inside=True,
    )  # fmt: skip


def _visit(row: Happening, firm: Firm, faults: object) -> Line:
    again = _day(row.more["next_on"])
    next_on = _("next on %(day)s") % {"day": again} if again else ""
    url = reverse("desk:plan", args=[row.case]) + "#visits" if row.case else ""
    link = _("in the plan") if url else ""
    met = _("met %(who)s") % {"who": row.more["met"]} if row.more["met"] else ""
    notes = (met, row.more["notes"], row.more["agreed"], next_on)
    return _line(row, str(WAYS[row.more["way"]]), *notes, ours=True, url=url, link=link)


def _letter(row: Happening, firm: Firm, faults: object) -> Line:
    read = _("read") if row.more["read"] else ""
    return _line(row, spoken(row.more["title"]), who="·".join(filter(None, [str(SIDES[row.more["to"]]), read])))


def _assignment(row: Happening, firm: Firm, faults: object) -> Line:
    why = spoken(row.more["why"]) if row.more["why"] else ""
    return _line(row, _("Given to %(who)s") % {"who": row.more["to"]}, why, row.more["note"], inside=True)


def _paper(row: Happening, firm: Firm, faults: object) -> Line:
    number = row.more["number"]
    says = _("Paper received") if number == 1 else _("Paper received, version %(n)s") % {"n": number}
    url = reverse("desk:viewer", args=[row.more["document"], number]) if row.more["state"] == "clean" else ""
    return _line(row, says, "" if url else row.more["name"], url=url, link=row.more["name"])


def _assessment(row: Happening, firm: Firm, faults: object) -> Line:
    gaps = row.more["unmet"]
    says = _("Diagnosis: %(verdict)s") % {"verdict": verdict_word(row.more["verdict"])}
    count = ngettext("%(n)s condition unmet", "%(n)s conditions unmet", gaps) % {"n": gaps} if gaps else ""
    url = reverse("desk:diagnosis", args=[firm.uscc, row.more["day"]])
    return _line(row, phrases([says, count]), who="", url=url, link=_("the diagnosis of that day"))


def _difficulty(row: Happening, firm: Firm, faults: object) -> Line:
    says = _("Asks for help: %(kind)s") % {"kind": spoken(DIFFICULTIES[row.more["is"]])}
    answer = _("Answer: %(says)s") % {"says": row.more["answer"]} if row.more["answer"] else ""
    url = reverse("desk:difficulty", args=[row.more["public"]])
    return _line(row, says, row.more["says"], answer, url=url, link=_("the question"))


def _flag(row: Happening, firm: Firm, faults: object) -> Line:
    more = row.more
    says = _("Registered: %(kind)s") % {"kind": FLAG_NAMES[more["is"]]}
    settled = ""
    if more["cleared_on"]:
        who = {"who": more["cleared_by"] or "—", "day": _day(more["cleared_on"]), "note": more["cleared_note"]}
        settled = _("lifted by %(who)s on %(day)s: %(note)s") % who
    return _line(row, says, more["says"], more["evidence"], settled, ours=True, inside=True)


def _certificate(row: Happening, firm: Firm, faults: object) -> Line:
    says = _("Certificate %(number)s issued") % {"number": row.more["number"]}
    url = reverse("desk:certificate_issue", args=[firm.uscc])
    return _line(row, says, url=url, link=_("its certificates"))


def _certificate_event(row: Happening, firm: Firm, faults: object) -> Line:
    says = _("Certificate %(number)s: %(event)s") % {
        "number": row.more["number"],
        "event": event_name(row.more["is"]),
    }
    url = reverse("desk:certificate_issue", args=[firm.uscc])
    return _line(row, says, row.more["note"], ours=True, url=url, link=_("its certificates"))


def _hand_over(row: Happening, firm: Firm, faults: object) -> Line:
    more = row.more
    says = _("Moves from %(source)s to %(target)s") % {"source": more["from"] or "—", "target": more["to"]}
    moved, taken = _day(more["moved_on"]), _day(more["accepted_on"])
    became = _("moved by the city on %(day)s") % {"day": moved} if moved else _("waits for the city")
    accepted = _("taken over by %(who)s on %(day)s") % {"who": more["accepted_by"], "day": taken} if taken else ""
    url = reverse("desk:hand_overs")
    return _line(row, says, more["note"], became, accepted, ours=True, inside=True, url=url, link=_("hand-overs"))


def _merge(row: Happening, firm: Firm, faults: object) -> Line:
    """Told in both records: the one that went, and the one that stays."""
    more, here = row.more, row.more["into_code"] == firm.uscc
    other, code = (more["gone"], more["gone_code"]) if here else (more["into"], more["into_code"])
    said = _("The record of %(firm)s was merged into this one") if here else _("Merged into the record of %(firm)s")
    undone = _day(more["undone_on"])
    back = {"who": more["undone_by"], "day": undone, "why": more["undone_why"]}
    taken_back = _("taken back by %(who)s on %(day)s: %(why)s") % back if undone else ""
    url = reverse("desk:firm", args=[code])
    return _line(row, said % {"firm": other}, more["why"], taken_back, ours=True, inside=True, url=url, link=other)


def _objection(row: Happening, firm: Firm, faults: object) -> Line:
    more = row.more
    decided = ""
    if more["decided_on"]:
        who = {"result": spoken(RESULTS[more["result"]]), "who": more["decided_by"], "day": _day(more["decided_on"])}
        decided = _("%(result)s, %(who)s on %(day)s") % who
    says = _("Objection of %(who)s") % {"who": more["objector"]}
    url = reverse("desk:objection", args=[more["public"]])
    notes = (more["says"], more["finding"], decided)
    return _line(row, says, *notes, ours=True, inside=True, url=url, link=_("the objection"))


def _training(row: Happening, firm: Firm, faults: object) -> Line:
    more = row.more
    says = _("Training: %(title)s") % {"title": more["title"]}
    state = _("called off") if more["off"] else str(ATTENDANCE[more["state"]])
    held = _("on %(day)s: %(state)s") % {"day": _day(more["held_on"]), "state": state}
    url = reverse("desk:event", args=[more["public"]])
    return _line(row, says, held, more["why"], ours=True, url=url, link=_("the training"))


def _update(row: Happening, firm: Firm, faults: object) -> Line:
    confirmed = _day(row.more["confirmed_on"])
    says = _("Yearly update %(year)s") % {"year": row.more["year"]}
    state = _("confirmed on %(day)s") if confirmed else _("due on %(day)s")
    told_of = state % {"day": confirmed or _day(row.more["due_on"])}
    return _line(row, says, told_of, row.more["says"], url=reverse("desk:pool_updates"), link=_("yearly updates"))


WORDS = {
    "assessment": _assessment, "assignment": _assignment, "call": _call, "difficulty": _difficulty, "flag": _flag,
    "letter": _letter, "move": _move, "note": _note, "paper": _paper, "proposal": _proposal, "visit": _visit,
    "certificate": _certificate, "certificate_event": _certificate_event, "hand_over": _hand_over, "merge": _merge,
    "objection": _objection, "training": _training, "update": _update,
}  # fmt: skip


def act_name(act: str) -> str:
    if act in stages.IN_PLACE:
        return spoken(stages.IN_PLACE[act])
    table = stages.CASE_MOVES if act in stages.CASE_MOVES else stages.APPLICATION_MOVES
    return spoken((table[act].zh, table[act].en))


def with_names(text: str) -> SafeString:
    """The text, escaped, with the sign of each name that is called set off."""
    return format_html_join(SafeString("<b>@</b>"), "{}", [(part,) for part in NAMING.split(text)])
