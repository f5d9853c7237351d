"""Whether the texts are the firm's own: no project like another, no name of another firm left in."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations

from django.utils.translation import gettext as _

from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Dossier
from pipeline.models.filing import LONGEST_TEXT, TOPICS
from pipeline.models.former_name import FormerName
from pipeline.models.traits import plain, short_name

ALIKE = 0.8  # share of signs that two texts have in common, from which a reader takes one for a copy of the other
SHORTEST = 20  # signs: shorter texts are alike by chance
SHORTEST_TEXT = 60
NAMED = re.compile(
    r"[\u4e00-\u9fff（）()·A-Za-z0-9]{2,30}?(?:股份有限公司|有限责任公司|有限公司|集团公司|研究院|研究所)"
)
# what stands before a name in a sentence and is no part of it
BEFORE = re.compile(
    r"^.*(?:委托|受|由|与|和|及|为|向|给|被|经|据|对|以|在|是|系|将|从|同|该|我|本|客户|用户|供应商|单位|公司|合作方|用于|应用于|交付|提供给|的|了)"
    r"(?=[\u4e00-\u9fff]{4,})"
)
NARROW, WIDE = str.maketrans("（）", "()"), str.maketrans("()", "（）")
OWN_WORDS = ("本公司", "我公司", "公司")


def projects_alike(dossier: Dossier) -> Iterator[Doubt]:
    """A project whose text is that of an earlier one but for numbers and a word or two."""
    texts = [(each.code, _bare(f"{each.title}{each.result}")) for each in dossier.projects]
    long_enough = [(code, text) for code, text in texts if len(text) >= SHORTEST]
    for at, (code, text) in enumerate(long_enough):
        shares = ((_alike(text, other), earlier) for earlier, other in long_enough[:at])
        share, earlier = next((each for each in shares if each[0] >= ALIKE), (0.0, ""))
        if earlier:
            yield Doubt(
                f"project.{code}",
                f"{earlier}、{code}",
                _("Their texts are the same to %(share)s %%.") % {"share": round(100 * share)},
                _("Write of each project what it alone was to solve, how, and what came of it."),
            )


def others_named(dossier: Dossier) -> Iterator[Doubt]:
    """The name of another firm stands in a text, as it does where a paper was taken from elsewhere."""
    own = [dossier.firm.name, dossier.firm.short_name, *(each.name for each in dossier.all(FormerName))]
    short = {short_name(each) for each in own if each} - {""}
    for place, about, text in _texts(dossier):
        named = set(names_in(_without(text, own)))
        strangers = sorted(each for each in named if not any(one in plain(each) for one in short))
        if strangers:
            yield Doubt(
                place,
                about,
                _("It names %(names)s.") % {"names": "、".join(strangers)},
                _("If the text was taken over from there, write your own; if the name belongs there, leave it."),
            )


def texts_short(dossier: Dossier) -> Iterator[Doubt]:
    """A text of the application says next to nothing, or only what another of its texts says."""
    said = {topic: _bare(dossier.texts.get(topic, "")) for topic in TOPICS[:4]}
    for topic, text in said.items():
        if text and len(text) < SHORTEST_TEXT:
            says = _("The text has %(n)s signs; the form has room for %(most)s.") % {
                "n": len(text),
                "most": LONGEST_TEXT,
            }
            yield Doubt("texts", topic_name(topic), says, _("Say what an expert can give points for, with proof."))
    for (first, one), (second, other) in combinations(said.items(), 2):
        if len(one) >= SHORTEST and len(other) >= SHORTEST and _alike(one, other) >= ALIKE:
            about = f"{topic_name(first)}、{topic_name(second)}"
            yield Doubt("texts", about, _("Both say the same."), _("Write each text for its own subject."))


def topic_name(topic: str) -> str:
    names = {
        "property": _("What rights mean for competing"),
        "conversion": _("Conversion of results"),
        "management": _("How R&D is organised"),
        "people": _("Management and technical people"),
        "standards": _("Standards taken part in"),
    }
    return names[topic]


def names_in(text: str) -> Iterator[str]:
    """The names of firms and institutes in a text, without the words before them."""
    for found in NAMED.finditer(text):
        name = BEFORE.sub("", found[0])
        if name not in OWN_WORDS and len(plain(name)) > len("有限公司") + 1:
            yield name


def _texts(dossier: Dossier) -> Iterator[tuple[str, str, str]]:
    for project in dossier.projects:
        yield f"project.{project.code}", project.code, f"{project.title}。{project.result}"
    for product in dossier.products:
        yield f"product.{product.code}", product.code, product.title
    for each in dossier.conversions:
        yield f"conversion.{each.pk}", each.result, each.result
    for topic, text in dossier.texts.items():
        yield "texts", topic_name(topic), text


def _without(text: str, names: list[str]) -> str:
    """Cut where one of these names stands, in half or full width."""
    for name in names:
        for written in {name, name.translate(NARROW), name.translate(WIDE)} - {""}:
            text = text.replace(written, "。")
    return text


def _bare(text: str) -> str:
    """Letters alone: numbers are what a template changes."""
    return "".join(sign for sign in plain(text) if not sign.isdigit())


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE else 0.0
