"""DingTalk (钉钉): a robot in a group, which calls on one person, signed.

As documented at https://open.dingtalk.com/document/robots/custom-robot-access and
/document/robots/customize-robot-security-settings. It knows no number of a message: one may come twice, never not at
all.
"""

import hmac
from base64 import b64encode
from time import time
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from pipeline.outside.calling import Busy, Refused, call
from pipeline.outside.letter import Letter

TOO_OFTEN, SYSTEM_BUSY = (130101, 90030), -1
BARRED = 600  # seconds for which a robot that spoke too often is heard no more


def send(letter: Letter) -> None:
    robot = urlsplit(settings.DINGTALK_ROBOT)
    moment = str(round(time() * 1000))
    query = {
        "access_token": parse_qs(robot.query)["access_token"][0],
        "timestamp": moment,
        "sign": signature(moment, settings.DINGTALK_SECRET),
    }
    message = {
        "msgtype": "text",
        "text": {"content": f"@{letter.to} {letter.in_group}"},
        "at": {"atUserIds": [letter.to], "isAtAll": False},
    }
    _status, said = call(robot, "POST", robot.path, query=query, content=message)
    code = said.get("errcode")
    says = f"DingTalk answered {code}: {str(said.get('errmsg', ''))[:100]}"
    if code in TOO_OFTEN:
        raise Busy(says, seconds=BARRED)
    if code == SYSTEM_BUSY:
        raise Busy(says, seconds=60)
    if code != 0:
        raise Refused(says)


def signature(moment: str, secret: str) -> str:
    """Of a moment in milliseconds: HMAC-SHA256 over it, a new line and the secret, by the secret, in Base64."""
    return b64encode(hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), "sha256")).decode()
