"""WeCom (企业微信): the house's own application, which writes to one member; or a robot in a group, which calls on one.

As documented at https://developer.work.weixin.qq.com/document/path/90236 (messages of an application),
/path/91039 (access token) and /path/91770 (robots of a group). The application leaves out a second message of the same
content within half an hour; a robot knows no such thing, so with it a message may come twice, never not at all.
"""

from time import monotonic
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.conf import settings

from pipeline.outside.calling import Busy, Refused, call
from pipeline.outside.letter import Letter

SAME_WITHIN = 1_800  # seconds
TOO_OFTEN, TOO_MANY_AT_ONCE, SYSTEM_BUSY = 45009, 45033, -1
TOKEN_ENDED = (40001, 40014, 42001)
NOBODY = (40003, 60111, 81013)  # no such member, or none who may use the application
EARLY = 300  # seconds before its end at which a token is fetched anew

_tokens: dict[str, tuple[str, float]] = {}


def send(letter: Letter) -> None:
    """By the application where there is one, else by the robot. Raises what `calling.call` raises."""
    if settings.WECOM_URL.hostname:
        _by_application(settings.WECOM_URL, letter)
    else:
        _by_robot(urlsplit(settings.WECOM_ROBOT), letter)


def _by_application(house: SplitResult, letter: Letter) -> None:
    message = {
        "touser": letter.to,
        "msgtype": "text",
        "agentid": int(parse_qs(house.query)["agent"][0]),
        "text": {"content": letter.text},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": SAME_WITHIN,
    }
    for fresh in (False, True):
        query = {"access_token": _token(house, fresh=fresh)}
        _status, said = call(house, "POST", "/cgi-bin/message/send", query=query, content=message)
        if said.get("errcode") not in TOKEN_ENDED:
            break
    _demand(said)
    if said.get("invaliduser") or said.get("unlicenseduser"):
        raise Refused("WeCom knows no such member", for_good=True)


def _token(house: SplitResult, *, fresh: bool) -> str:
    """Fetched once for its two hours; WeCom gives every process the same one."""
    name = f"{house.hostname}:{house.port} {house.username} {house.query}"
    kept, until = _tokens.get(name, ("", 0.0))
    if kept and not fresh and monotonic() < until:
        return kept
    query = {"corpid": house.username or "", "corpsecret": house.password or ""}
    _status, said = call(house, "GET", "/cgi-bin/gettoken", query=query)
    _demand(said)
    _tokens[name] = (str(said["access_token"]), monotonic() + int(said.get("expires_in", 0)) - EARLY)
    return _tokens[name][0]


def _by_robot(robot: SplitResult, letter: Letter) -> None:
    text = {"content": letter.in_group, "mentioned_list": [letter.to]}
    query = {"key": parse_qs(robot.query)["key"][0]}
    _status, said = call(robot, "POST", robot.path, query=query, content={"msgtype": "text", "text": text})
    _demand(said)


def _demand(said: dict[str, Any]) -> None:
    code = said.get("errcode")
    says = f"WeCom answered {code}: {str(said.get('errmsg', ''))[:100]}"
    if code in (TOO_OFTEN, TOO_MANY_AT_ONCE, SYSTEM_BUSY):
        raise Busy(says, seconds=60)
    if code != 0:
        raise Refused(says, for_good=code in NOBODY)
