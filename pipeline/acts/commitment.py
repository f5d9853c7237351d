"""In place of copies of certificates: the owner signs that they exist and are true (国科发火〔2021〕362号)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.models import Commitment, Firm, User

SLOTS = (Commitment.LICENCE, Commitment.RIGHTS)
# what the papers are, and what the certifying agency wants them for
PROVEN = {
    Commitment.LICENCE: (
        ("营业执照等注册登记证件", "企业依法成立及成立年限"),
        ("the licence and other papers of registration", "that the firm was lawfully founded, and when"),
    ),
    Commitment.RIGHTS: (
        ("专利证书等知识产权证件", "企业对申请认定所用知识产权拥有所有权"),
        ("patent certificates and other papers of intellectual property", "that it owns the rights it applies with"),
    ),
}
WORDS = (
    "{firm}（统一社会信用代码 {uscc}）申请 {year} 年度高新技术企业认定，选择以告知承诺方式替代提交{papers}复印件"
    "（证明内容：{proves}）。本企业已知晓认定机构告知的证明事项、承诺效力和不实承诺的责任，并承诺："
    "上述证件真实、合法、有效，所填信息与证件一致；能够按要求提供原件，配合核查；"
    "本承诺仅在 {year} 年度申请认定中有效；如承诺不实，愿意承担相应的法律责任，"
    "接受纳入有关信用记录，且下一次申请认定时不适用告知承诺制。",
    "{firm} (credit code {uscc}) applies for certification in {year} and makes a commitment in place of copies of"
    " {papers} (they prove {proves}). It knows what the certifying agency has told about what is to be proved, how far"
    " a commitment goes and what follows from a false one, and commits itself: these papers are true, lawful and valid"
    " and agree with what was entered; the originals will be shown on demand and checks be helped; the commitment holds"
    " for the application of {year} only; should it be false, the firm answers for it by law, it goes into the credit"
    " record, and the next application cannot make a commitment.",
)


def words(firm: Firm, slot: str, year: int, *, language: str = "zh") -> str:
    """What is signed. The Chinese words are those that count."""
    at = 1 if language == "en" else 0
    papers, proves = PROVEN[slot][at]
    return WORDS[at].format(firm=firm.name, uscc=firm.uscc, year=year, papers=papers, proves=proves)


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
