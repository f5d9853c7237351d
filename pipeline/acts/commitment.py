"""In place of copies of certificates: the owner signs that they exist and are true (国科发火〔2021〕362号)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.models import Commitment, Firm, User

SLOTS = (Commitment.LICENCE, Commitment.RIGHTS)
PROVEN = {
    Commitment.LICENCE: ("营业执照等注册登记证件", "the licence and other papers of registration"),
    Commitment.RIGHTS: ("专利证书等知识产权证件", "patent certificates and other papers of intellectual property"),
}
WORDS = (
    "{firm}（统一社会信用代码 {uscc}）已知晓认定机构告知的全部内容，就 {year} 年度高新技术企业认定申报所需的{papers}"
    "作出承诺：上述证件真实、合法、有效，所填信息与证件一致；能够按要求提供原件并配合核查；"
    "本承诺仅对 {year} 年度的申报有效；承诺不实的，愿意承担相应的法律责任和信用后果，此后申报不再适用告知承诺制。",
    "{firm} (credit code {uscc}) knows all that the certifying bureau has told about it and commits itself, as to"
    " {papers} that its application of {year} asks for: these papers are true, lawful and valid and agree with what"
    " was entered; the originals will be shown on demand; this commitment holds for the application of {year} only;"
    " should it be false, the firm answers for it by law and by its credit record, and no later application can make"
    " a commitment.",
)


def words(firm: Firm, slot: str, year: int, *, language: str = "zh") -> str:
    """What is signed. The Chinese words are those that count."""
    at = 1 if language == "en" else 0
    return WORDS[at].format(firm=firm.name, uscc=firm.uscc, year=year, papers=PROVEN[slot][at])


@transaction.atomic
def sign(firm: Firm, slot: str, *, signed_as: str, agreed: bool, by: User, on: date) -> Commitment:
    """Sign for the application of this year, by one's own name as the account has it."""
    access.require(by, "commitment.sign", Firm.objects.filter(pk=firm.pk))
    demand(slot in SLOTS, "slot", _("There is no commitment for this."))
    demand(agreed, "agreed", _("Tick that you commit your firm."))
    demand(
        signed_as.strip() == by.name,
        "signed_as",
        _("Write your name as your account has it: %(name)s.") % {"name": by.name},
    )
    same = Commitment.objects.filter(firm=firm, slot=slot, year=on.year)
    demand(not same.exists(), "agreed", _("This commitment was signed already."))
    says = words(firm, slot, on.year)
    return Commitment.objects.create(
        firm=firm, slot=slot, year=on.year, says=says, signed_as=by.name, signed_on=on, by=by
    )
