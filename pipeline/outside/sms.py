"""SMS by a gateway that speaks Alibaba Cloud's SendSms (version 2017-05-25) with signatures of version 3.

As documented at https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature and
https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms. What is said stands in templates
that the gateway has approved; it puts the name 【…】 before. A request carries a number (nonce) that the gateway takes
once, so that a message whose answer was lost is not sent again.
"""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from time import gmtime, strftime
from urllib.parse import SplitResult, quote

from django.conf import settings

from pipeline.outside.calling import Busy, Refused, call
from pipeline.outside.letter import Letter

ACTION, VERSION, ALGORITHM = "SendSms", "2017-05-25", "ACS3-HMAC-SHA256"
TAKEN_BEFORE = "SignatureNonceUsed"
TOO_OFTEN = {"isv.BUSINESS_LIMIT_CONTROL": 3_600, "isv.DAY_LIMIT_CONTROL": 3_600}  # seconds
BAD_NUMBER = ("isv.MOBILE_NUMBER_ILLEGAL", "isv.INVALID_PARAMETERS")
TEMPLATES = ("code", "notice", "digest")


def send(letter: Letter) -> None:
    """One message about one case, or one that says how many there are."""
    if letter.count == 1 and letter.number:
        _send(letter.to, "notice", {"number": letter.number}, letter.key)
    else:
        _send(letter.to, "digest", {"count": str(letter.count)}, letter.key)


def send_code(phone: str, code: str, *, key: str) -> None:
    _send(phone, "code", {"code": code}, key)


def _send(phone: str, template: str, words: Mapping[str, str], key: str) -> None:
    house = settings.SMS_URL
    query = {
        "PhoneNumbers": phone,
        "SignName": settings.SMS_SIGN,
        "TemplateCode": settings.SMS_TEMPLATES[template],
        "TemplateParam": json.dumps(words, ensure_ascii=False, separators=(",", ":")),
        "OutId": key,
    }
    headers = signed(
        house, query, action=ACTION, version=VERSION, nonce=key, moment=strftime("%Y-%m-%dT%H:%M:%SZ", gmtime())
    )
    status, said = call(house, "POST", "/", query=query, headers=headers)
    code = str(said.get("Code", ""))
    says = f"the SMS gateway answered {status} {code}: {str(said.get('Message', ''))[:100]}"
    if code in ("OK", TAKEN_BEFORE):
        return
    if code in TOO_OFTEN or code.startswith("Throttling"):
        raise Busy(says, seconds=TOO_OFTEN.get(code, 60), one=code in TOO_OFTEN)
    raise Refused(says, for_good=code in BAD_NUMBER)


def signed(
    house: SplitResult, query: Mapping[str, str], *, action: str, version: str, nonce: str, moment: str
) -> dict[str, str]:
    """The headers of a request without a body, the last of them its signature."""
    host = house.netloc.rpartition("@")[2]
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": sha256(b"").hexdigest(),
        "x-acs-date": moment,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    asked = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(query.items()))
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(["POST", "/", asked, lines, names, headers["x-acs-content-sha256"]])
    to_sign = f"{ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest((house.password or "").encode(), to_sign.encode(), "sha256").hex()
    return {
        **headers,
        "Authorization": f"{ALGORITHM} Credential={house.username},SignedHeaders={names},Signature={signature}",
    }


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
