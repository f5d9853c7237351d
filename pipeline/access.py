"""Who may do what, and which seats may open which page.

Seeing is a queryset (`visible_to`), doing is a grant: the act itself calls `require`; `may` only hides buttons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from config.postgres.scope import declare_act

CITY = frozenset({"city_officer", "city_head"})
COUNTY = frozenset({"county_officer", "county_head"})
OFFICE = CITY | COUNTY
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
FIRM = frozenset({"firm_owner", "firm_finance", "firm_rd", "firm_editor", "firm_viewer"})
TOLD = OFFICE | {"leader", "coach", "expert"} | ADMINISTRATORS  # who have messages on the desk
RECORDERS = FIRM - {"firm_viewer"}  # who keep the firm's own books of R&D and staff
# whose turn a stage is, as `stages` names it -> the seats that take it
TURNS = {"city": CITY, "county": COUNTY, "firm": FIRM, "coach": frozenset({"coach"})}
SEATS = OFFICE | {"leader", "coach", "agency", "bank", "expert"} | FIRM | ADMINISTRATORS

OFFICERS = frozenset({"city_officer", "county_officer"})
HEADS = frozenset({"city_head", "county_head"})
# What a seat counts as besides, while a head of its office lets its holder sign: by the office's level.
SIGNATURES = {"city": "city_signature", "county": "county_signature"}
SIGNATURE_NAMES = {
    "city_signature": ("市级受托签批人", "Who signs for a city head"),
    "county_signature": ("县区受托签批人", "Who signs for a county head"),
}
SIGNING = HEADS | frozenset(SIGNATURES.values())

SEAT_NAMES = {
    "city_officer": ("市级经办人", "City officer"),
    "city_head": ("市级负责人", "City head"),
    "county_officer": ("县区经办人", "County officer"),
    "county_head": ("县区负责人", "County head"),
    "leader": ("领导", "Leader"),
    "coach": ("辅导老师", "Coach"),
    "agency": ("服务机构", "Agency"),
    "bank": ("银行", "Bank"),
    "expert": ("评审专家", "Expert"),
    "firm_owner": ("企业管理员", "Firm owner"),
    "firm_finance": ("企业财务", "Firm finance"),
    "firm_rd": ("企业研发", "Firm R&D"),
    "firm_editor": ("企业填报人", "Firm editor"),
    "firm_viewer": ("企业查看人", "Firm viewer"),
    "system_admin": ("系统管理员", "System administrator"),
    "security_admin": ("安全管理员", "Security administrator"),
    "audit_admin": ("审计管理员", "Audit administrator"),
}


@dataclass(frozen=True)
class Reach:
    """The firms some seats extend to: all of them, those of counties, single ones, those a coach is
    appointed to, those that let an agency or a bank (`agent`, as one of `agent_as`) into parts of their record.

    Leaders and banks only read, and only what they may: they count for seeing, never for doing.
    """

    everything: bool = False
    counties: frozenset[int] = frozenset()
    firms: frozenset[int] = frozenset()
    coach: int | None = None
    agent: int | None = None
    agent_as: frozenset[str] = frozenset()
    leads_city: bool = False
    led_counties: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Service:
    """An identity without a log-in, under which jobs work."""

    name: str

    @property
    def scope(self) -> str:
        return self.name

    @property
    def pk(self) -> None:
        return None

    @property
    def seat_kinds(self) -> frozenset[str]:
        return frozenset({self.name})

    def reach(self, kinds: frozenset[str] | None = None) -> Reach:
        return Reach(everything=self.name != "sealer")


INTAKE, PUBLICITY, SENDER, ASSESSOR, SEALER = (
    Service(name) for name in ("intake", "publicity", "sender", "assessor", "sealer")
)
SERVICES = {service.name: service for service in (INTAKE, PUBLICITY, SENDER, ASSESSOR, SEALER)}


class Actor(Protocol):
    """A user or a service. `seat_kinds` are the seats held today."""

    @property
    def scope(self) -> str: ...
    @property
    def pk(self) -> Any: ...
    @property
    def seat_kinds(self) -> frozenset[str]: ...
    def reach(self, kinds: frozenset[str] | None = None) -> Reach: ...


class Reachable(Protocol):
    """A queryset that can tell whether all its rows lie within the reach of some seats of a person."""

    def beyond(self, reach: Reach) -> bool: ...


class Refused(Exception):
    """The actor's seats do not grant the act, or not for these rows."""

    def __init__(self, act: str, actor: Actor) -> None:
        super().__init__(f"{act} is not granted to {actor.scope}")
        self.act = act


def _seats(*names: str | Iterable[str]) -> frozenset[str]:
    return frozenset(seat for name in names for seat in ([name] if isinstance(name, str) else name))


# The reach of a seat is its office's or firm's: a county officer's grant never leaves the county.
GRANTS: dict[str, frozenset[str]] = {
    "case.open_lead": _seats("county_officer", "city_officer"),
    "case.invite": _seats("county_officer", "city_officer"),
    "case.begin": _seats("firm_owner"),
    "case.open_renewal": _seats("intake"),
    "case.submit": _seats("firm_owner"),
    "case.return_from_county": _seats("county_officer"),
    "case.resubmit_to_county": _seats("firm_owner"),
    "case.forward": _seats("county_head", "county_signature"),
    "case.send_back": _seats("city_officer"),
    "case.return_from_city": _seats("city_officer"),
    "case.resubmit_to_city": _seats("firm_owner"),
    "case.change_county": _seats("city_officer"),
    "case.propose": _seats("city_officer"),
    "case.publish": _seats("city_head", "city_signature"),
    "case.refuse": _seats("city_head", "city_signature"),
    "case.reconsider": _seats("city_officer"),
    "case.admit": _seats("city_officer", "publicity"),
    "case.mark_ready": _seats("county_officer", "city_officer"),
    "case.unready": _seats("county_officer", "city_officer"),
    "case.withdraw": _seats("firm_owner"),
    "case.drop_lead": _seats("county_officer", "city_officer"),
    "case.lapse": _seats("county_officer", "city_officer"),
    "case.remind": _seats("intake", "county_officer", "city_officer"),
    "case.remove": _seats("city_head", "city_signature"),
    "case.record_departure": _seats("city_officer"),
    "case.extend_term": _seats("city_head", "city_signature"),
    "window.open": _seats("city_officer"),
    "window.prolong": _seats("city_officer"),
    "objection.register": _seats("county_officer", "city_officer"),
    "objection.object": _seats("firm_owner"),
    "objection.take_in": _seats("intake"),
    "objection.examine": _seats("county_officer", "city_officer"),
    "objection.decide": _seats("city_head"),
    "term.warn": _seats("intake"),
    "update.ask": _seats("intake"),
    "update.remind": _seats("intake"),
    "update.call_in": _seats("county_officer", "city_officer"),
    "update.confirm": _seats("firm_owner"),
    "adjustment.draw": _seats("city_officer"),
    "adjustment.keep": _seats("city_officer"),
    "adjustment.propose": _seats("city_officer"),
    "adjustment.accept": _seats("city_head"),
    "adjustment.submit": _seats("city_officer"),
    "adjustment.publish": _seats("city_head"),
    "adjustment.send_back": _seats("city_head"),
    "adjustment.drop": _seats("city_officer"),
    "hand_over.prepare": _seats("county_officer", "city_officer"),
    "hand_over.accept": _seats("county_officer", "county_head"),
    "case.assign": _seats("county_head", "city_head"),
    "case.take": OFFICE,
    "case.route": _seats("intake", "county_head", "city_head"),
    "case.climb": _seats("intake"),
    "routing.write": HEADS,
    "absence.note": OFFICE,
    "absence.end": OFFICE,
    "signature.give": HEADS,
    "signature.take_back": HEADS,
    "call.note": OFFICE,
    "calendar.propose": CITY,
    "calendar.confirm": CITY,
    "calendar.drop": CITY,
    "case.raise_flag": _seats("county_officer", "city_officer"),
    "case.clear_flag": _seats("city_officer"),
    "case.clear_record": _seats("city_head"),
    "note.write": OFFICE,
    "presence.look": OFFICE,
    "presence.forget": _seats("intake"),
    "phrase.save": _seats("county_head", "city_head"),
    "phrase.withdraw": _seats("county_head", "city_head"),
    "review.accept": _seats("county_officer", "county_head", "city_officer"),
    "case.tell": _seats("county_officer", "city_officer"),
    "tag.put": OFFICE,
    "tag.take": OFFICE,
    "saved_view.keep": OFFICE,
    "saved_view.share": OFFICE,
    "saved_view.remove": OFFICE,
    "export.ask": OFFICE,
    "export.approve": _seats("county_head", "city_head"),
    "export.cancel": OFFICE,
    "export.clear": _seats("intake"),
    "application.open": _seats("firm_owner"),
    "application.submit": _seats("firm_owner"),
    "application.return_from_county": _seats("county_officer"),
    "application.resubmit_to_county": _seats("firm_owner"),
    "application.forward": _seats("county_head", "county_signature"),
    "application.return_from_city": _seats("city_officer"),
    "application.send_back": _seats("city_officer"),
    "application.resubmit_to_city": _seats("firm_owner"),
    "application.propose": _seats("city_officer"),
    "application.recommend": _seats("city_head", "city_signature"),
    "application.not_recommend": _seats("city_head", "city_signature"),
    "application.change_county": _seats("city_officer"),
    "application.record": _seats("city_officer"),
    "application.end": _seats("city_officer", "city_head", "county_officer", "firm_owner"),
    "application.supply": _seats("firm_owner"),
    "application.withdraw": _seats("firm_owner"),
    "application.lapse": _seats("county_officer", "city_officer"),
    "certificate.issue": _seats("city_officer"),
    "certificate.note_change": _seats("county_officer", "city_officer"),
    "certificate.move_in": _seats("city_officer"),
    "certificate.recheck": _seats("city_officer"),
    "certificate.revoke": _seats("city_officer"),
    "certificate.remind": _seats("intake"),
    "result.take_in": _seats("city_officer"),
    "result.confirm": _seats("city_officer"),
    "result.settle": _seats("city_officer"),
    "result.leave": _seats("city_officer"),
    "certificate.fulfil": _seats("firm_owner", "county_officer", "city_officer"),
    "application.check": _seats("county_officer", "county_head"),
    "province_list.draw": _seats("city_officer"),
    "province_list.drop": _seats("city_officer"),
    "province_list.send": _seats("city_head", "city_signature"),
    "round.open": _seats("city_officer"),
    "round.change": _seats("city_officer"),
    "round.set_quotas": _seats("city_officer"),
    "round.place": OFFICERS,
    "round.take_back": OFFICERS,
    "round.remind": _seats("intake"),
    "expert.keep": _seats("expert", "city_officer"),
    "panel.compose": _seats("city_officer"),
    "panel.open": _seats("city_head"),
    "panel.call": _seats("city_officer", "city_head"),
    "panel.replace": _seats("city_officer", "city_head"),
    "panel.fill": _seats("intake"),
    "panel.close": _seats("city_officer"),
    "panel.drop": _seats("city_officer", "city_head"),
    "scoring.enter": _seats("expert"),
    "scoring.declare": _seats("expert"),
    "scoring.recuse": _seats("expert"),
    "scoring.keep": _seats("expert"),
    "scoring.submit": _seats("expert"),
    "scoring.summarise": _seats("expert"),
    "book.save": OFFICE,
    "book.change": OFFICE,
    "book.withdraw": OFFICE,
    "book.propose": _seats("city_officer"),
    "book.publish": _seats("city_head"),
    "book.reject": _seats("city_head"),
    "diagnosis.keep": _seats("city_officer", "county_officer", "firm_owner", "assessor", "city_head", "publicity"),
    "coaching.draw_plan": _seats("county_officer", "city_officer", "coach", "publicity"),
    "coaching.finish_step": _seats("firm_owner", "firm_finance", "firm_rd", "firm_editor", "agency"),
    "coaching.accept_step": _seats("county_officer", "city_officer", "coach"),
    "coaching.reopen_step": _seats("county_officer", "city_officer", "coach"),
    "coaching.foresee": _seats("assessor"),
    "coaching.add_steps": _seats("county_officer", "city_officer", "coach"),
    "coaching.edit_step": _seats("county_officer", "city_officer", "coach"),
    "coaching.drop_step": _seats("county_officer", "city_officer", "coach"),
    "coaching.record_visit": _seats("county_officer", "county_head", "city_officer", "coach"),
    "coaching.rate_visit": RECORDERS,
    "step_template.save": HEADS,
    "step_template.withdraw": HEADS,
    "event.plan": OFFICE,
    "event.change": OFFICE,
    "event.call_off": OFFICE,
    "event.invite": OFFICE,
    "event.mark": OFFICE,
    "event.answer": RECORDERS,
    "event.remind": _seats("intake"),
    "coaching.appoint": _seats("county_officer", "city_officer"),
    "coaching.consent": _seats("firm_owner"),
    "coaching.withdraw_consent": _seats("firm_owner"),
    "mandate.grant": _seats("firm_owner"),
    "mandate.revoke": _seats("firm_owner"),
    "membership.invite": _seats("firm_owner"),
    "membership.withdraw": _seats("firm_owner"),
    "membership.change": _seats("firm_owner"),
    "membership.end": _seats("firm_owner"),
    "claim.accept": _seats("county_officer", "city_officer"),
    "claim.refuse": _seats("county_officer", "city_officer"),
    "claim.inspect": _seats("intake"),
    "announcement.publish": _seats("city_officer", "city_head"),
    "announcement.end": _seats("city_officer", "city_head"),
    "evidence.receive": RECORDERS | {"agency", "county_officer", "county_head", "city_officer", "coach"},
    "evidence.inspect": _seats("intake"),
    "evidence.link": RECORDERS,
    "evidence.rename": RECORDERS,
    "commitment.sign": _seats("firm_owner"),
    "filing.write_texts": RECORDERS,
    "filing.note_auditor": RECORDERS,
    "filing.mark_secret": _seats("firm_owner"),
    "bundle.ask": RECORDERS | OFFICE,
    "bundle.clear": _seats("intake"),
    "draft.keep": RECORDERS | OFFICE | {"agency", "coach"},
    "figures.enter": _seats("firm_owner", "firm_finance", "firm_editor", "agency"),
    "figures.reconcile": _seats("firm_owner", "firm_finance", "firm_editor", "agency"),
    "firm.amend": _seats("firm_owner", "firm_editor", "county_officer", "city_officer"),
    "firm.set_contact": _seats("firm_owner", "firm_editor", "county_officer", "city_officer"),
    "firm.register": _seats("county_officer", "city_officer"),
    "firm.spell": _seats("intake"),
    "firm.rename": _seats("county_officer", "city_officer"),
    "firm.verify": _seats("county_officer", "city_officer"),
    "firm.assign_county": _seats("city_officer"),
    "firm.record_property": _seats("firm_owner", "firm_rd", "firm_editor", "agency"),
    "ledger.write_project": RECORDERS,
    "ledger.write_line": RECORDERS,
    "ledger.write_lines": RECORDERS,
    "ledger.remove_line": RECORDERS,
    "ledger.count": RECORDERS,
    "product.record": RECORDERS,
    "product.tie": RECORDERS,
    "conversion.record": RECORDERS,
    "conversion.remove": RECORDERS,
    "ledger.remove_project": RECORDERS,
    "product.remove": RECORDERS,
    "firm.remove_property": _seats("firm_owner", "firm_rd", "firm_editor"),
    "conversion.prove": RECORDERS,
    "staff.record_months": RECORDERS,
    "staff.record_members": RECORDERS,
    "staff.record_member": RECORDERS,
    "staff.remove_member": RECORDERS,
    "staff.count": RECORDERS,
    "workbook.receive": _seats("firm_owner", "firm_finance", "firm_rd", "firm_editor"),
    "workbook.apply": _seats("firm_owner", "firm_finance", "firm_rd", "firm_editor"),
    "workbook.drop": _seats("firm_owner", "firm_finance", "firm_rd", "firm_editor"),
    "accounts.receive": _seats("firm_owner", "firm_finance", "firm_editor"),
    "accounts.map_rows": _seats("firm_owner", "firm_finance", "firm_editor"),
    "accounts.apply": _seats("firm_owner", "firm_finance", "firm_editor"),
    "accounts.drop": _seats("firm_owner", "firm_finance", "firm_editor"),
    "difficulty.ask": RECORDERS,
    "difficulty.route": _seats("county_officer", "city_officer"),
    "difficulty.answer": OFFICE | {"coach"},
    "difficulty.close": RECORDERS,
    "difficulty.escalate": _seats("intake"),
    "hour.offer": OFFICE | {"coach"},
    "hour.withdraw": OFFICE | {"coach"},
    "hour.book": RECORDERS,
    "hour.cancel": RECORDERS,
    "hour.remind": _seats("intake"),
    "sme.choose": RECORDERS,
    "sme.hand_in": _seats("firm_owner"),
    "sme.record": _seats("firm_owner", "firm_finance", "firm_editor", "county_officer", "city_officer"),
    "sme.remind": _seats("intake"),
    "sme.check": OFFICERS,
    "sme.visit": OFFICERS,
    "sme.publish": _seats("city_officer"),
    "sme.stop": _seats("city_officer"),
    "sme.draw": _seats("city_officer"),
    "sme.examine": OFFICERS,
    "sme.settle": _seats("city_head"),
    "quality.look": _seats("assessor"),
    "quality.settle": OFFICE,
    "quality.reopen": OFFICE,
    "merging.propose": CITY,
    "merging.merge": CITY,
    "merging.drop": CITY,
    "merging.undo": CITY,
    "registry.take_in": OFFICERS,
    "registry.propose": OFFICERS,
    "registry.carry_out": OFFICE,
    "registry.leave": OFFICERS,
    "notice.read": FIRM | TOLD,
    "telling.send_code": _seats("sender"),
    "delivery.spread": _seats("sender"),
    "delivery.claim": _seats("sender"),
    "delivery.settle": _seats("sender"),
    "delivery.again": _seats("system_admin"),
    "paper.clear_abandoned": _seats("intake"),
    "roster.receive": _seats("county_officer", "city_officer"),
    "roster.confirm": _seats("county_officer", "city_officer"),
    "roster.cancel": _seats("county_officer", "city_officer"),
    "roster.again": _seats("county_officer", "city_officer"),
    "trial.ask": OFFICE,
    "trial.sheet": OFFICE,
    "trail.seal": _seats("sealer"),
    "people.open_office": _seats("security_admin", "system_admin"),
    "people.grant_seat": _seats("security_admin"),
    "people.end_seat": _seats("security_admin"),
    "people.ask_seat": _seats("security_admin"),
    "people.give_seat": _seats("security_admin", "city_head"),
    "people.refuse_seat": _seats("security_admin", "city_head"),
    "people.drop_seat": _seats("security_admin"),
    "people.invite": _seats("security_admin", "system_admin"),
    "people.send_link": _seats("security_admin", "system_admin"),
    "people.lock": _seats("security_admin"),
    "people.unlock": _seats("security_admin"),
    "people.amend_office": _seats("security_admin", "system_admin"),
    "people.close_office": _seats("security_admin", "system_admin"),
    "people.begin_division": _seats("system_admin"),
    "people.close_division": _seats("system_admin"),
}


def may(actor: Actor, act: str, rows: Reachable | None = None) -> bool:
    """Whether the actor's seats grant the act, for all these rows. Asks; `require` refuses."""
    seats = actor.seat_kinds & GRANTS[act]
    return bool(seats) and (rows is None or not rows.beyond(actor.reach(seats)))


def turns(actor: Actor) -> frozenset[str]:
    """Whose turn the actor's seats take, in the words of a stage's `turn`."""
    return frozenset(turn for turn, seats in TURNS.items() if actor.seat_kinds & seats)


def require(actor: Actor, act: str, rows: Reachable | None = None) -> None:
    """Refuse the act unless it is granted; name it to the trail."""
    if not may(actor, act, rows):
        raise Refused(act, actor)
    declare_act(act)


Opens = Literal["public", "signed_in"]


@dataclass(frozen=True)
class Page:
    """One URL name: the seats that may open it and its methods."""

    seats: frozenset[str] | Opens
    methods: frozenset[str] = frozenset({"GET", "HEAD"})


def _page(seats: frozenset[str] | Opens, methods: str = "GET") -> Page:
    names = set(methods.split())
    return Page(seats, frozenset(names | {"HEAD"} if "GET" in names else names))


OFFICER = OFFICERS
MEMBERS = FIRM | {"agency"}  # an agency only in the parts a firm lets it: portal/standing.py

# Every URL name stands here once; one that does not, answers 404 and fails the build.
URLS: dict[str, Page] = {
    "home": _page("signed_in"),
    "look": _page("public", "POST"),
    "language": _page("public", "POST"),
    "telling": _page("signed_in", "GET POST"),
    "health": _page(frozenset({"system_admin"})),
    "health_live": _page("public"),
    "health_ready": _page("public"),
    "api:assess": _page("signed_in", "POST"),
    "api:cases": _page("signed_in"),
    "api:openapi-json": _page("signed_in"),
    "api:api-root": _page("signed_in"),
    "demo_switch": _page("public", "GET POST"),
    "demo_day": _page("public", "POST"),
    "desk:screening": _page(OFFICE, "GET POST"),
    "desk:diagnosis": _page(OFFICE | {"coach"}),
    "desk:diagnose": _page(OFFICER | {"city_head"}, "POST"),
    "desk:coaching": _page(OFFICE),
    "desk:plan": _page(OFFICE | {"coach"}),
    "desk:draw_plan": _page(OFFICER | {"coach"}, "POST"),
    "desk:accept_step": _page(OFFICER | {"coach"}, "POST"),
    "desk:reopen_step": _page(OFFICER | {"coach"}, "POST"),
    "desk:add_steps": _page(OFFICER | {"coach"}, "GET POST"),
    "desk:edit_step": _page(OFFICER | {"coach"}, "GET POST"),
    "desk:visit": _page(OFFICER | {"county_head", "coach"}, "GET POST"),
    "desk:visit_draft": _page(OFFICER | {"county_head", "coach"}, "POST"),
    "desk:step_templates": _page(OFFICE, "GET POST"),
    "desk:caseloads": _page(OFFICE),
    "desk:visits": _page(OFFICE),
    "desk:events": _page(OFFICE, "GET POST"),
    "desk:event": _page(OFFICE, "GET POST"),
    "desk:event_sheet": _page(OFFICE),
    "desk:appoint": _page(OFFICER, "GET POST"),
    "desk:funnel": _page(OFFICE | {"leader"}),
    "desk:funnel_firms": _page(OFFICE | {"leader"}),
    "desk:applications": _page(OFFICE),
    "desk:rounds": _page(OFFICE, "GET POST"),
    "desk:round": _page(OFFICE, "GET POST"),
    "desk:province_list": _page(OFFICE, "GET POST"),
    "desk:province_list_file": _page(CITY),
    "desk:recommendation": _page(OFFICE, "GET POST"),
    "desk:pool_terms": _page(OFFICE),
    "desk:pool_updates": _page(OFFICE, "GET POST"),
    "desk:windows": _page(OFFICE, "GET POST"),
    "desk:sme": _page(OFFICE),
    "desk:sme_publicity": _page(_seats("city_officer"), "GET POST"),
    "desk:sme_numbers": _page(OFFICERS, "GET POST"),
    "desk:sme_checks": _page(CITY, "GET POST"),
    "desk:sme_registration": _page(OFFICE, "GET POST"),
    "desk:objections": _page(OFFICE),
    "desk:objection": _page(OFFICE, "GET POST"),
    "desk:adjustments": _page(OFFICE, "GET POST"),
    "desk:adjustment": _page(OFFICE, "GET POST"),
    "desk:hand_overs": _page(OFFICE, "GET POST"),
    "desk:certificates": _page(OFFICE),
    "desk:certificate": _page(OFFICE, "GET POST"),
    "desk:results": _page(OFFICE, "GET POST"),
    "desk:result_list": _page(OFFICE, "GET POST"),
    "desk:reconciliation": _page(OFFICE),
    "desk:certificate_issue": _page(OFFICE, "GET POST"),
    "desk:obligations": _page(OFFICE),
    "desk:obligation_fulfil": _page(OFFICER, "POST"),
    "advisers:home": _page(frozenset({"coach"})),
    "advisers:tasks": _page(frozenset({"expert"})),
    "advisers:expert": _page(frozenset({"expert"}), "GET POST"),
    "advisers:task": _page(frozenset({"expert"}), "GET POST"),
    "advisers:sheet": _page(frozenset({"expert"}), "GET POST"),
    "advisers:enter": _page("public", "GET POST"),
    "desk:panels": _page(CITY, "GET POST"),
    "desk:panel": _page(CITY, "GET POST"),
    "desk:panel_fees": _page(CITY),
    "desk:experts": _page(CITY),
    "public:notices": _page("public"),
    "desk:quality": _page(OFFICE),
    "desk:hit": _page(OFFICE, "GET POST"),
    "desk:merge": _page(CITY, "GET POST"),
    "desk:merges": _page(CITY, "GET POST"),
    "desk:jobs": _page(OFFICE | {"system_admin"}, "GET POST"),
    "desk:registry": _page(OFFICE, "GET POST"),
    "desk:registry_progress": _page(OFFICE),
    "desk:rosters": _page(OFFICER, "GET POST"),
    "desk:roster": _page(OFFICER),
    "desk:roster_progress": _page(OFFICER),
    "desk:roster_confirm": _page(OFFICER, "POST"),
    "desk:roster_cancel": _page(OFFICER, "POST"),
    "desk:roster_again": _page(OFFICER, "POST"),
    "desk:roster_file": _page(OFFICER),
    "desk:roster_result": _page(OFFICER),
    "desk:roster_marked": _page(OFFICER),
    "desk:roster_template": _page(OFFICER),
    "desk:queue": _page(OFFICE),
    "desk:batch": _page(OFFICE, "POST"),
    "desk:bulk": _page(OFFICE, "GET POST"),
    "desk:bulk_progress": _page(OFFICE),
    "desk:bulk_result": _page(OFFICE),
    "desk:exports": _page(OFFICE),
    "desk:export_ask": _page(OFFICE, "POST"),
    "desk:export": _page(OFFICE, "GET POST"),
    "desk:export_progress": _page(OFFICE),
    "desk:list_look": _page(OFFICE, "POST"),
    "desk:view_save": _page(OFFICE, "POST"),
    "desk:view": _page(OFFICE),
    "desk:view_change": _page(OFFICE, "POST"),
    "desk:workload": _page(OFFICE),
    "desk:hand_over": _page(HEADS, "GET POST"),
    "desk:routing": _page(OFFICE, "GET POST"),
    "desk:absences": _page(OFFICE, "GET POST"),
    "desk:signatures": _page(SIGNING, "GET POST"),
    "desk:calls": _page(OFFICE),
    "desk:call_note": _page(OFFICE, "GET POST"),
    "desk:county_less": _page(frozenset({"city_officer"}), "GET POST"),
    "desk:calendar": _page(OFFICE, "GET POST"),
    "desk:palette": _page(OFFICE),
    "desk:messages": _page(TOLD, "GET POST"),
    "desk:case": _page(OFFICE),
    "desk:case_review": _page(OFFICE, "POST"),
    "desk:case_presence": _page(OFFICE, "POST"),
    "desk:case_faults": _page(OFFICE, "POST"),
    "desk:viewer": _page(OFFICE),
    "desk:dossier": _page(OFFICE, "GET POST"),
    "desk:bundle": _page(OFFICE),
    "desk:bundle_file": _page(OFFICE | FIRM),
    "desk:document_page": _page(OFFICE),
    "desk:timeline": _page(OFFICE, "GET POST"),
    "desk:phrases": _page(OFFICE, "GET POST"),
    "desk:case_move": _page(OFFICE, "GET POST"),
    "desk:application_move": _page(OFFICE, "GET POST"),
    "desk:firm": _page(OFFICE),
    "desk:firm_lead": _page(OFFICE, "GET POST"),
    "desk:firm_verify": _page(OFFICE, "GET POST"),
    "desk:firm_county": _page(OFFICE, "GET POST"),
    "desk:document": _page(OFFICE | FIRM | {"coach"}),
    "desk:firm_sight": _page(OFFICE),
    "desk:offices": _page(OFFICE | ADMINISTRATORS | {"leader"}, "GET POST"),
    "desk:office": _page(CITY | {"security_admin", "system_admin"}, "GET POST"),
    "desk:divisions": _page(OFFICE | ADMINISTRATORS | {"leader"}, "GET POST"),
    "desk:people": _page(frozenset({"security_admin", "system_admin"}), "GET POST"),
    "desk:person": _page(frozenset({"security_admin", "system_admin"}), "GET POST"),
    "desk:seats": _page(frozenset({"security_admin", "city_head"}), "GET POST"),
    "desk:roles": _page(OFFICE | ADMINISTRATORS | {"leader", "coach"}),
    "desk:claims": _page(OFFICE),
    "desk:claim": _page(OFFICE, "GET POST"),
    "desk:claim_paper": _page(OFFICE),
    "desk:announcements": _page(CITY, "GET POST"),
    "desk:books": _page(OFFICE),
    "desk:book": _page(OFFICE),
    "desk:laboratory": _page(OFFICE, "GET POST"),
    "desk:supposition": _page(OFFICE, "GET POST"),
    "desk:trial": _page(OFFICE),
    "desk:trial_progress": _page(OFFICE),
    "desk:trial_firms": _page(OFFICE),
    "desk:trial_sheet": _page(OFFICE, "POST"),
    "desk:trial_download": _page(OFFICE),
    "desk:trial_download_progress": _page(OFFICE),
    "desk:scheme": _page(OFFICE),
    "desk:scheme_save": _page(OFFICE, "POST"),
    "desk:scheme_try": _page(OFFICE, "POST"),
    "desk:scheme_move": _page(OFFICE, "POST"),
    "desk:difficulties": _page(OFFICE | {"coach"}),
    "desk:difficulty": _page(OFFICE | {"coach"}, "GET POST"),
    "desk:hours": _page(OFFICE | {"coach"}, "GET POST"),
    "signup": _page("public", "GET POST"),
    "portal:clients": _page(frozenset({"agency"})),
    "portal:shown": _page(frozenset({"bank"})),
    "portal:shown_firm": _page(frozenset({"bank"})),
    "portal:claim": _page("signed_in", "GET POST"),
    "portal:join": _page("signed_in", "GET POST"),
    "portal:home": _page(MEMBERS),
    "portal:begin": _page(FIRM, "POST"),
    "portal:submit": _page(FIRM, "GET POST"),
    "portal:corrections": _page(FIRM, "GET POST"),
    "portal:withdraw": _page(FIRM, "GET POST"),
    "portal:firm": _page(FIRM, "GET POST"),
    "portal:contact": _page(FIRM, "GET POST"),
    "portal:figures": _page(MEMBERS, "GET POST"),
    "portal:figures_draft": _page(MEMBERS, "POST"),
    "portal:reconciliation": _page(MEMBERS, "GET POST"),
    "portal:history": _page(FIRM),
    "portal:timeline": _page(FIRM),
    "portal:property": _page(MEMBERS, "GET POST"),
    "portal:papers": _page(FIRM, "GET POST"),
    "portal:paper": _page(FIRM, "GET POST"),
    "portal:upload": _page(FIRM, "POST"),
    "portal:upload_piece": _page(FIRM, "GET POST"),
    "portal:commitment": _page(FIRM, "GET POST"),
    "portal:accounts": _page(FIRM, "GET POST"),
    "portal:accounts_book": _page(FIRM, "GET POST"),
    "portal:workbook": _page(FIRM, "GET POST"),
    "portal:workbook_file": _page(FIRM),
    "portal:workbook_returned": _page(FIRM, "GET POST"),
    "portal:workbook_marked": _page(FIRM),
    "portal:projects": _page(FIRM, "GET POST"),
    "portal:project": _page(FIRM, "GET POST"),
    "portal:ledger": _page(FIRM, "GET POST"),
    "portal:ledger_line": _page(FIRM, "GET POST"),
    "portal:ledger_paste": _page(FIRM, "GET POST"),
    "portal:ledger_count": _page(FIRM, "POST"),
    "portal:ledger_draft": _page(FIRM, "POST"),
    "portal:ledger_line_draft": _page(FIRM, "POST"),
    "portal:ledger_book": _page(FIRM),
    "portal:ledger_detail": _page(FIRM),
    "portal:products": _page(FIRM, "GET POST"),
    "portal:product": _page(FIRM, "GET POST"),
    "portal:conversions": _page(FIRM, "GET POST"),
    "portal:conversion": _page(FIRM, "GET POST"),
    "portal:triangle": _page(FIRM, "GET POST"),
    "portal:staff": _page(FIRM, "GET POST"),
    "portal:staff_member": _page(FIRM, "GET POST"),
    "portal:staff_paste": _page(FIRM, "GET POST"),
    "portal:staff_count": _page(FIRM, "POST"),
    "portal:diagnosis": _page(MEMBERS, "GET POST"),
    "portal:plan": _page(MEMBERS),
    "portal:step": _page(MEMBERS, "GET POST"),
    "portal:rate_visit": _page(FIRM, "POST"),
    "portal:events": _page(FIRM, "GET POST"),
    "portal:messages": _page(FIRM, "GET POST"),
    "portal:application": _page(FIRM, "GET POST"),
    "portal:dossier": _page(FIRM, "GET POST"),
    "portal:dossier_texts": _page(FIRM, "GET POST"),
    "portal:dossier_secrets": _page(FIRM, "GET POST"),
    "portal:bundle": _page(FIRM),
    "portal:certificate": _page(FIRM, "GET POST"),
    "portal:people": _page(FIRM, "GET POST"),
    "portal:removal": _page(FIRM, "GET POST"),
    "portal:objections": _page(FIRM, "GET POST"),
    "portal:difficulties": _page(FIRM, "GET POST"),
    "portal:difficulty": _page(FIRM, "GET POST"),
    "portal:hours": _page(FIRM, "GET POST"),
    "portal:sme": _page(FIRM, "GET POST"),
    "portal:update": _page(FIRM, "GET POST"),
    "portal:one_page": _page(FIRM),
}


def acts_of(seat: str) -> frozenset[str]:
    """What a seat of this kind may do."""
    return frozenset(act for act, seats in GRANTS.items() if seat in seats)


def pages_of(seat: str) -> frozenset[str]:
    """The pages that a seat of this kind opens and others do not; without those of everybody who signed in."""
    return frozenset(name for name in URLS if opens(frozenset({seat}), name))


def opens(kinds: frozenset[str], name: str) -> bool:
    """Whether one of these seats opens a page that seats open."""
    seats = URLS[name].seats
    return not isinstance(seats, str) and not seats.isdisjoint(kinds)


def url_page(name: str) -> Page | None:
    """The page of a URL name; pages of allauth decide for themselves."""
    if name.startswith(("account_", "mfa_", "usersessions_")):
        return Page("public", frozenset({"GET", "HEAD", "POST"}))
    return URLS.get(name)
