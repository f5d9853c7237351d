"""Every screen in both languages, in every look and on narrow windows: nothing untranslated, nothing out of reach,
nothing out of the window.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import resolve, reverse
from playwright.sync_api import Browser, Page, Response, ViewportSize

from pipeline import access
from tests.axe import COLOURS, faults, wear
from tests.browser.conftest import CHINESE, Demonstration
from tests.portal.test_every_page import FILES as PORTAL_FILES
from tests.portal.test_every_page import NOT_NOW, pages

pytestmark = pytest.mark.browser

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 360, "height": 740}
Where = Callable[[Demonstration], str]


def to(name: str, *arguments: object, query: str = "") -> Where:
    return lambda city: reverse(name, args=arguments) + query


def case(name: str, stage: str, *more: object) -> Where:
    """A page of the case that stands at a stage."""
    return lambda city: reverse(name, args=[city.firms[stage].number, *more])


def firm(name: str, stage: str, *more: object) -> Where:
    return lambda city: reverse(name, args=[city.firms[stage].uscc, *more])


def firm_query(name: str, stage: str, query: str) -> Where:
    return lambda city: reverse(name, args=[city.firms[stage].uscc]) + query


@dataclass(frozen=True)
class Screen:
    """Who looks at what; `stage` names whose owner that is where `who` is empty. What is seen only when a form was sent
    is reached by a script that sends it, with an answer that writes nothing.
    """

    who: str
    at: Where
    stage: str = ""
    sends: str = ""
    answers: int = 200


def key(name: str, kind: str, *more: object) -> Where:
    """A page of one thing of a kind."""
    return lambda city: reverse(name, args=[city.keys[kind], *more])


CHOOSE = """() => {
  const box = document.querySelector("[name=chosen]"), act = document.querySelector("[name=act][value=tag]");
  box.checked = true;
  if (%s) box.value = "GP2020-9999";
  act.form.requestSubmit(act);
}"""
SEND_STALE = """() => {
  document.querySelector("[name=version]").value = 0;
  document.querySelector("[name=place]").selectedIndex = 1;
  document.querySelector("[name=says]").value = "A-17、B-18";
  const act = document.querySelector("[name=step][value=do]");
  act.form.requestSubmit(act);
}"""
SCREENS = {
    "queue": Screen("chen", to("desk:queue", query="?view=all&kind=pool")),
    "queue, empty": Screen("chen", to("desk:queue", query="?view=all&text=000")),
    "files and acts on many": Screen("chen", to("desk:exports")),
    "file, held": Screen("zhou", lambda city: reverse("desk:export", args=[city.export])),
    "act on many, rehearsed": Screen("chen", lambda city: reverse("desk:bulk", args=[city.bulk])),
    "act on many, asked": Screen("chen", to("desk:queue", query="?view=all"), sends=CHOOSE % "false"),
    "act on many, refused": Screen("chen", to("desk:queue", query="?view=all"), sends=CHOOSE % "true", answers=404),
    "act on many, under way": Screen("chen", key("desk:bulk", "under way")),
    "somebody was faster": Screen(
        "chen", case("desk:case_move", "city_review", "return-from-city"), sends=SEND_STALE, answers=409
    ),
    "paper": Screen("chen", key("desk:viewer", "paper", 1)),
    "objection": Screen("chen", key("desk:objection", "objection")),
    "adjustment of a year": Screen("chen", key("desk:adjustment", "adjustment")),
    "question of a firm": Screen("linan", key("desk:difficulty", "difficulty")),
    "claim": Screen("linan", key("desk:claim", "claim")),
    "office": Screen("song", key("desk:office", "office")),
    "workload": Screen("linan-head", to("desk:workload")),
    "rules": Screen("linan-head", to("desk:routing")),
    "absences": Screen("zhou", to("desk:absences")),
    "to sign": Screen("zhou", to("desk:signatures")),
    "calls": Screen("linan", to("desk:calls")),
    "calls, agreed": Screen("linan", to("desk:calls", query="?list=agreed")),
    "note of a call": Screen("linan", to("desk:call_note")),
    "no county": Screen("chen", to("desk:county_less")),
    "working days": Screen("chen", to("desk:calendar")),
    "search": Screen("chen", to("desk:palette", query="?q=GP2026")),
    "messages": Screen("linan", to("desk:messages")),
    "case, coaching": Screen("chen", case("desk:case", "coaching")),
    "case, returned": Screen("chen", case("desk:case", "county_returned")),
    "case, on notice": Screen("zhou", case("desk:case", "publicity")),
    "case, certification": Screen("chen", case("desk:case", "recommended dossier")),
    "move: return": Screen("chen", case("desk:case_move", "city_review", "return-from-city")),
    "timeline": Screen("chen", firm("desk:timeline", "coaching")),
    "phrases": Screen("zhou", to("desk:phrases")),
    "move: raise a flag": Screen("chen", case("desk:case_move", "city_review", "raise-flag")),
    "move: record": Screen("chen", case("desk:application_move", "recommended dossier", "record")),
    "firm": Screen("chen", firm("desk:firm", "coaching")),
    "lead": Screen("chen", firm("desk:firm_lead", "coaching")),
    "identity of a firm": Screen("chen", firm("desk:firm_verify", "coaching")),
    "county of a firm": Screen("chen", firm("desk:firm_county", "coaching")),
    "cases of a colleague": Screen("linan-head", lambda city: reverse("desk:hand_over") + f"?from={city.officer}"),
    "diagnosis": Screen("chen", firm("desk:diagnosis", "coaching")),
    "diagnosis, ready": Screen("chen", firm("desk:diagnosis", "ready")),
    "plan": Screen("chen", case("desk:plan", "coaching")),
    "coach": Screen("chen", case("desk:appoint", "coaching")),
    "screening": Screen("chen", to("desk:screening")),
    "coaching": Screen("chen", to("desk:coaching")),
    "coaching, silent": Screen("chen", to("desk:coaching", query="?tab=silent")),
    "visit": Screen("chen", case("desk:visit", "coaching")),
    "steps to add": Screen("chen", case("desk:add_steps", "coaching")),
    "step to change": Screen("chen", lambda city: reverse("desk:edit_step", args=city.open_step)),
    "steps of the office": Screen("zhou", to("desk:step_templates")),
    "caseloads": Screen("chen", to("desk:caseloads")),
    "visits": Screen("chen", to("desk:visits")),
    "trainings": Screen("chen", to("desk:events")),
    "training": Screen("chen", lambda city: reverse("desk:event", args=[city.training])),
    "training, list": Screen("chen", lambda city: reverse("desk:event_sheet", args=[city.training])),
    "funnel": Screen("chen", to("desk:funnel")),
    "funnel, leader": Screen("gu", to("desk:funnel")),
    "firms behind": Screen("chen", to("desk:funnel_firms", query="?stage=coaching")),
    "applications": Screen("chen", to("desk:applications")),
    "rounds": Screen("chen", to("desk:rounds")),
    "round of the year": Screen("chen", lambda city: reverse("desk:round", args=[city.round]) + "?list=sent"),
    "list to the province": Screen("zhou", lambda city: reverse("desk:province_list", args=[city.round, 1])),
    "recommendation": Screen("chen", case("desk:recommendation", "recommended dossier")),
    "recommendation, to check": Screen("chen", case("desk:recommendation", "county_review dossier")),
    "certificates": Screen("chen", to("desk:certificates")),
    "certificate": Screen("chen", firm("desk:certificate_issue", "ready")),
    "obligations": Screen("chen", to("desk:obligations")),
    "jobs": Screen("chen", to("desk:jobs")),
    "rosters": Screen("chen", to("desk:rosters")),
    "roster": Screen("chen", lambda city: reverse("desk:roster", args=[city.roster])),
    "laboratory": Screen("chen", to("desk:laboratory")),
    "supposition": Screen("chen", lambda city: reverse("desk:supposition", args=["hte"])),
    "supposition, pool": Screen("linan", lambda city: reverse("desk:supposition", args=["pool"])),
    "trial": Screen("chen", lambda city: reverse("desk:trial", args=[city.trial])),
    "trial, firms": Screen("chen", lambda city: reverse("desk:trial_firms", args=[city.trial])),
    "scheme": Screen("zhou", lambda city: reverse("desk:scheme", args=[city.scheme])),
    "books": Screen("linan", to("desk:books")),
    "book": Screen("linan", lambda city: reverse("desk:book", args=["hte"])),
    "book, pool": Screen("linan", lambda city: reverse("desk:book", args=["pool"])),
    "book, tax": Screen("linan", lambda city: reverse("desk:book", args=["tax"])),
    "coached firms": Screen("zhang", to("advisers:home")),
    "state of the system": Screen("feng", to("health")),
    "people": Screen("chen", to("demo_switch")),
    "password": Screen("chen", to("account_change_password")),
    "how I am told": Screen("linan", to("telling")),
    "sessions": Screen("chen", to("usersessions_list")),
    "second factor": Screen("chen", to("mfa_index")),
    "home": Screen("", firm("portal:home", "coaching"), "coaching"),
    "home, draft": Screen("", firm("portal:home", "draft"), "draft"),
    "home, returned": Screen("", firm("portal:home", "county_returned"), "county_returned"),
    "home, ready": Screen("", firm("portal:home", "ready"), "ready"),
    "home, dossier": Screen("", firm("portal:home", "draft dossier"), "draft dossier"),
    "submission": Screen("", firm("portal:submit", "draft"), "draft"),
    "corrections": Screen("", firm("portal:corrections", "county_returned"), "county_returned"),
    "about the firm": Screen("", firm("portal:firm", "coaching"), "coaching"),
    "contact": Screen("", firm("portal:contact", "coaching"), "coaching"),
    "figures": Screen("", firm("portal:figures", "coaching", 2025), "coaching"),
    "estimate": Screen("", firm("portal:figures", "coaching", 2026), "coaching"),
    "reconciliation": Screen("", firm("portal:reconciliation", "coaching", 2025), "coaching"),
    "history": Screen("", firm("portal:history", "coaching"), "coaching"),
    "what has happened": Screen("", firm("portal:timeline", "coaching"), "coaching"),
    "projects": Screen("", firm("portal:projects", "coaching"), "coaching"),
    "project": Screen("", firm("portal:project", "coaching", "RD01"), "coaching"),
    "ledger": Screen("", firm("portal:ledger", "coaching", 2025), "coaching"),
    "ledger, paste": Screen("", firm("portal:ledger_paste", "coaching", 2025), "coaching"),
    "products": Screen("", firm("portal:products", "coaching"), "coaching"),
    "product": Screen("", firm("portal:product", "coaching", "PS01"), "coaching"),
    "conversions": Screen("", firm("portal:conversions", "coaching"), "coaching"),
    "triangle": Screen("", firm("portal:triangle", "coaching"), "coaching"),
    "staff": Screen("", firm("portal:staff", "coaching", 2025), "coaching"),
    "staff, paste": Screen("", firm("portal:staff_paste", "coaching", 2025), "coaching"),
    "rights": Screen("", firm("portal:property", "coaching"), "coaching"),
    "diagnosis, firm": Screen("", firm("portal:diagnosis", "coaching"), "coaching"),
    "plan, firm": Screen("", firm("portal:plan", "coaching"), "coaching"),
    "step": Screen("", firm("portal:step", "coaching", 2), "coaching"),
    "messages, firm": Screen("", firm("portal:messages", "county_returned"), "county_returned"),
    "dossier": Screen("", firm("portal:application", "draft dossier"), "draft dossier"),
    "round": Screen("", firm("portal:application", "ready"), "ready"),
    "dossier, looked over": Screen("", firm("portal:dossier", "coaching"), "coaching"),
    "dossier, texts": Screen("", firm("portal:dossier_texts", "coaching"), "coaching"),
    "dossier, secrets": Screen("", firm("portal:dossier_secrets", "coaching"), "coaching"),
    "certificate, firm": Screen("", firm("portal:certificate", "closed"), "closed"),
    "workbook": Screen("", firm("portal:workbook", "coaching"), "coaching"),
    "accounts": Screen("", firm("portal:accounts", "coaching"), "coaching"),
    "papers": Screen("", firm("portal:papers", "coaching"), "coaching"),
    "papers, of a figure": Screen(
        "", firm_query("portal:papers", "coaching", "?proves=figures.2025.sales"), "coaching"
    ),
    "commitment": Screen("", firm("portal:commitment", "coaching", "licence"), "coaching"),
    "people, firm": Screen("", firm("portal:people", "coaching"), "coaching"),
    "objections of the firm": Screen("", firm("portal:objections", "coaching"), "coaching"),
    "help": Screen("", firm("portal:difficulties", "coaching"), "coaching"),
    "hours, firm": Screen("", firm("portal:hours", "coaching"), "coaching"),
    "trainings, firm": Screen("", firm("portal:events", "coaching"), "coaching"),
    "sme": Screen("", firm("portal:sme", "coaching"), "coaching"),
    "firms shown to a bank": Screen("bo", to("portal:shown")),
    "firm shown to a bank": Screen("bo", firm("portal:shown_firm", "coaching")),
    "removal": Screen("", firm("portal:removal", "coaching", "project", "RD01"), "coaching"),
    "one page": Screen("", firm("portal:one_page", "coaching"), "coaching"),
    "terms": Screen("chen", to("desk:pool_terms", query="?list=all")),
    "yearly updates": Screen("chen", to("desk:pool_updates", query="?list=all")),
    "windows": Screen("chen", to("desk:windows")),
    "objections": Screen("chen", to("desk:objections")),
    "sme registrations": Screen("chen", to("desk:sme")),
    "sme registration": Screen("chen", lambda city: reverse("desk:sme_registration", args=city.sme)),
    "sme, public notice": Screen("chen", to("desk:sme_publicity")),
    "sme, numbers": Screen("chen", to("desk:sme_numbers")),
    "sme, spot checks": Screen("chen", to("desk:sme_checks")),
    "adjustment, rehearsed": Screen("chen", to("desk:adjustments")),
    "moves between counties": Screen("chen", to("desk:hand_overs")),
    "yearly update": Screen("", firm("portal:update", "coaching"), "coaching"),
    "data quality": Screen("chen", to("desk:quality")),
    "data quality, both sides": Screen("chen", lambda city: reverse("desk:hit", args=[city.hit])),
    "merge": Screen("chen", lambda city: reverse("desk:merge") + city.merge),
    "merge, asked": Screen("chen", to("desk:merge")),
    "merged": Screen("chen", to("desk:merges")),
    "registry": Screen("chen", to("desk:registry")),
    "certificate, its years": Screen("chen", lambda city: reverse("desk:certificate", args=[city.keys["certificate"]])),
    "agency lists": Screen("chen", to("desk:results")),
    "agency list": Screen("chen", lambda city: reverse("desk:result_list", args=[city.keys["result list"]])),
    "lists and record": Screen("chen", to("desk:reconciliation")),
    "panels": Screen("chen", to("desk:panels")),
    "panel, ended": Screen("chen", lambda city: reverse("desk:panel", args=[city.panels[0]])),
    "panel, under review": Screen("chen", lambda city: reverse("desk:panel", args=[city.panels[1]])),
    "fees of a panel": Screen("chen", lambda city: reverse("desk:panel_fees", args=[city.panels[0]])),
    "experts": Screen("chen", to("desk:experts")),
    "dossier of a case": Screen("chen", case("desk:dossier", "recommended dossier")),
    "link that opens nothing": Screen(
        "nobody", lambda city: reverse("advisers:enter", args=[city.review, "none"]), answers=404
    ),
    "reviews": Screen("luo", to("advisers:tasks")),
    "review": Screen("luo", lambda city: reverse("advisers:task", args=[city.review])),
    "sheet of points": Screen("luo", lambda city: reverse("advisers:sheet", args=[city.review, 1])),
    "about an expert": Screen("luo", to("advisers:expert")),
    "firms that ask": Screen("linan", to("desk:difficulties")),
    "hours": Screen("linan", to("desk:hours")),
    "withdrawal": Screen("", firm("portal:withdraw", "county_returned"), "county_returned"),
    "claim of a firm": Screen("", to("portal:claim"), "coaching"),
    "who sees a firm": Screen("chen", firm("desk:firm_sight", "coaching")),
    "offices": Screen("song", to("desk:offices")),
    "divisions": Screen("feng", to("desk:divisions")),
    "who can sign in": Screen("song", to("desk:people")),
    "account": Screen("song", lambda city: reverse("desk:person", args=[city.officer])),
    "seats to confirm": Screen("zhou", to("desk:seats")),
    "roles": Screen("chen", to("desk:roles")),
    "claims": Screen("linan", to("desk:claims")),
    "announcements": Screen("chen", to("desk:announcements")),
    "sign-up": Screen("nobody", to("signup")),
    "notices": Screen("nobody", to("public:notices")),
    "log-in": Screen("nobody", to("account_login")),
    "not there": Screen("chen", lambda city: "/desk/nothing", answers=404),
}

# What a page says by its text and by attributes; signs for the eye alone say nothing.
SAID = """() => {
  const said = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.nodeValue.trim(), holder = walk.currentNode.parentElement;
    if (text && !holder.closest("script, style, code, .mono, [aria-hidden=true], body [lang]")) said.push(text);
  }
  for (const name of ["title", "aria-label", "placeholder", "alt"])
    for (const node of document.querySelectorAll(`[${name}]`)) said.push(node.getAttribute(name));
  return [document.title, ...said];
}"""
WIDTH = "document.documentElement.scrollWidth"
ENGLISH = re.compile(r"[A-Za-z][a-z]{2,}")
# The same in Chinese: keys, files, sums of files, the version of a book, the name a browser gives itself.
SAME = re.compile(
    r"Ctrl|Enter|Esc|Shift|Tab|Excel|English|xlsx?|csv|ods|pdf|docx|png|jpe?g|hte-\w+|[0-9a-f]{64}|^Mozilla.*", re.I
)
IN_ITSELF = {"中文"}  # the choice of a language is written in that language


@dataclass
class Found:
    """What was found on one screen in one language."""

    said: list[str]
    faults: list[str]
    width: int = 0  # of the page in a window of 360


@dataclass
class Walk:
    """Goes through all screens in one language, in one browser that each person signs in to in turn."""

    city: Demonstration
    chrome: Browser
    language: str
    page: Page = field(init=False)

    def __call__(self) -> dict[str, Found]:
        self.page = self.chrome.new_context(locale="zh-CN", viewport=self.window).new_page()
        found = {name: self._look_at(name, screen) for name, screen in SCREENS.items()}
        self.page.context.close()
        return found

    def _look_at(self, name: str, screen: Screen) -> Found:
        answer = self.go_to(screen)
        assert answer.status == screen.answers, (name, answer.status)
        return Found(self.page.evaluate(SAID), faults=self._faults(screen), width=self._width())

    @property
    def window(self) -> ViewportSize:
        return SMALL_PHONE if self.language == "en" else DESK

    def _width(self) -> int:
        wear(self.page, size="normal")
        if self.window == SMALL_PHONE:
            return int(self.page.evaluate(WIDTH))
        self.page.set_viewport_size(SMALL_PHONE)
        width = int(self.page.evaluate(WIDTH))
        self.page.set_viewport_size(self.window)
        return width

    def go_to(self, screen: Screen) -> Response:
        who = self.city.firms[screen.stage].owner if screen.stage else screen.who
        language: Any = {"name": "language", "value": self.language, "url": self.city.house.url}
        self.page.context.clear_cookies()
        self.page.context.add_cookies([*self.city.cookies(who, self.page), language])
        answer = self.page.goto(self.city.house.url + screen.at(self.city))
        if screen.sends:
            with self.page.expect_navigation() as sent:
                self.page.evaluate(screen.sends)
            answer = sent.value
        assert answer is not None
        return answer

    def _faults(self, screen: Screen) -> list[str]:
        """What axe finds on a desk in Chinese; `Large` looks in English.

        The portal's pages of a firm in coaching are looked at in every dress by tests/portal/test_every_page.py.
        """
        return [] if self.language == "en" or screen.stage == "coaching" else faults(self.page)


@pytest.fixture(scope="module")
def chinese(demonstration: Demonstration, chrome: Browser) -> dict[str, Found]:
    return Walk(demonstration, chrome, "zh-hans")()


@pytest.fixture(scope="module")
def english(demonstration: Demonstration, chrome: Browser) -> dict[str, Found]:
    return Walk(demonstration, chrome, "en")()


def test_what_a_firm_in_certification_has_no_page_for_is_looked_at_here(demonstration: Demonstration) -> None:
    addresses = [screen.at(demonstration).partition("?")[0] for screen in SCREENS.values() if screen.stage]
    assert {resolve(each).view_name for each in addresses} >= NOT_NOW


# What opens and is no page to look at.
MACHINES = {"api:cases", "api:api-root", "api:openapi-json", "health_live", "health_ready"}
FILES = {
    "desk:bulk_result", "desk:bundle_file", "desk:claim_paper", "desk:document", "desk:document_page",
    "desk:province_list_file", "desk:roster_file", "desk:roster_marked", "desk:roster_result", "desk:roster_template",
    "desk:trial_download",
}  # fmt: skip
MOVING_PARTS = {
    "desk:bulk_progress", "desk:export_progress", "desk:registry_progress", "desk:roster_progress",
    "desk:trial_download_progress", "desk:trial_progress",
}  # fmt: skip
LEAD_ELSEWHERE = {"home", "desk:view"}
# A link whose secret only the expert has, and what is there only while a job writes it.
NOT_STANDING = {"advisers:enter", "desk:bundle"}


def test_every_page_is_looked_at_but_files_and_what_leads_elsewhere(demonstration: Demonstration) -> None:
    shown = [screen.at(demonstration).partition("?")[0] for name, screen in SCREENS.items() if screen.answers == 200]
    looked_at = {resolve(each).view_name for each in shown} | {each.name for each in pages()}
    opened = {name for name, page in access.URLS.items() if "GET" in page.methods}
    assert opened - looked_at == MACHINES | FILES | PORTAL_FILES | MOVING_PARTS | LEAD_ELSEWHERE | NOT_STANDING


def test_in_english_nothing_is_chinese_but_what_people_wrote(
    english: dict[str, Found], demonstration: Demonstration
) -> None:
    written = demonstration.written
    strange = {
        name: [text for text in found.said if text not in IN_ITSELF and not written.holds(text)]
        for name, found in english.items()
    }
    assert {name: said for name, said in strange.items() if said} == {}


def test_in_chinese_nothing_is_left_in_english(chinese: dict[str, Found]) -> None:
    def left(text: str) -> bool:
        return not CHINESE.search(text) and bool(ENGLISH.search(SAME.sub("", text)))

    strange = {name: [text for text in found.said if left(text)] for name, found in chinese.items()}
    assert {name: said for name, said in strange.items() if said} == {}


@pytest.mark.parametrize("language", ["chinese", "english"])
def test_no_page_is_wider_than_a_small_phone(request: pytest.FixtureRequest, language: str) -> None:
    walked: dict[str, Found] = request.getfixturevalue(language)
    assert {name: found.width for name, found in walked.items() if found.width > SMALL_PHONE["width"]} == {}


@dataclass
class Dressed(Walk):
    """The same walk for the colours of the other dresses alone; tests/test_contrast.py reckons them from the tokens."""

    def _look_at(self, name: str, screen: Screen) -> Found:
        self.go_to(screen)
        page = self.page
        wrong = faults(wear(page, theme="dark"), COLOURS) + faults(wear(page, PHONE, contrast="more"), COLOURS)
        page.set_viewport_size(DESK)
        return Found([], wrong)


@dataclass
class Large(Walk):
    """The same walk in English, in large letters on a phone, for all that axe looks for."""

    def _look_at(self, name: str, screen: Screen) -> Found:
        self.go_to(screen)
        return Found([], faults(wear(self.page, size="large")))


@pytest.mark.long
@pytest.mark.parametrize(("walk", "language"), [(Dressed, "zh-hans"), (Large, "en")])
def test_everybody_can_use_every_screen_in_every_dress(
    demonstration: Demonstration, chrome: Browser, walk: type[Walk], language: str
) -> None:
    walked = walk(demonstration, chrome, language)()
    assert {name: found.faults for name, found in walked.items() if found.faults} == {}


def test_everybody_can_use_every_screen(chinese: dict[str, Found]) -> None:
    assert {name: found.faults for name, found in chinese.items() if found.faults} == {}
