"""The gateways to people's telephones: what is sent to them, and what each of their answers means."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.outside import calling, channels, dingtalk, sms, wecom
from pipeline.outside.calling import Busy, NotSent, Refused, Unclear, Unreachable
from pipeline.outside.letter import Letter
from tests.outside import gateways
from tests.outside.gateways import SECRET, Gateway, running

LETTER = Letter(
    "0" * 32, "liqing", "有退回", "11-24 14:03 案件 GP2026-0001：有退回", "有新的消息", number="GP2026-0001"
)


@pytest.fixture
def application(settings: Any) -> Iterator[Gateway]:
    with running(gateways.wecom) as gateway:
        settings.WECOM_URL = urlsplit(f"http://corp:{SECRET}@{gateway.address}/?agent=1000002")
        yield gateway


@pytest.fixture
def group(settings: Any) -> Iterator[Gateway]:
    with gateways.wecom_robot_offered(settings) as gateway:
        yield gateway


@pytest.fixture
def ding(settings: Any) -> Iterator[Gateway]:
    with running(gateways.dingtalk) as gateway:
        settings.DINGTALK_ROBOT = f"http://{gateway.address}/robot/send?access_token=robot"
        settings.DINGTALK_SECRET = SECRET
        yield gateway


@pytest.fixture
def texts(settings: Any) -> Iterator[Gateway]:
    with gateways.sms_offered(settings) as gateway:
        yield gateway


def refusal(send: Callable[[Letter], None], letter: Letter = LETTER) -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(letter)
    return caught.value


def test_the_application_writes_to_one_member_and_fetches_its_token_once(application: Gateway) -> None:
    channels.send("wecom", LETTER)
    channels.send("wecom", Letter("1" * 32, "wangmin", "", "别的", "", number=""))
    assert application.delivered == [LETTER.text, "别的"]
    assert [each.path for each in application.asked] == ["/cgi-bin/gettoken", *["/cgi-bin/message/send"] * 2]
    first = application.asked[1].body
    assert (first["touser"], first["agentid"]) == ("liqing", 1_000_002)


def test_the_application_shows_the_same_message_once(application: Gateway) -> None:
    channels.send("wecom", LETTER)
    channels.send("wecom", LETTER)
    assert application.delivered == [LETTER.text]


def test_a_token_that_has_ended_is_fetched_anew(application: Gateway) -> None:
    def ended(gateway: Gateway, request: gateways.Request) -> gateways.Answer:
        stale = request.path.endswith("send") and request.query["access_token"] == "token1"
        return (
            (200, {"errcode": 42001, "errmsg": "access_token expired"}) if stale else gateways.wecom(gateway, request)
        )

    application.answers = ended
    channels.send("wecom", LETTER)
    assert application.delivered == [LETTER.text]


def test_a_member_whom_wecom_does_not_know_is_not_tried_again(application: Gateway) -> None:
    refused = refusal(wecom.send, Letter("2" * 32, "nobody", "", "", ""))
    assert isinstance(refused, Refused)
    assert refused.for_good


def test_a_robot_calls_on_the_person_and_says_nothing_before_the_group(group: Gateway) -> None:
    channels.send("wecom", LETTER)
    [asked] = group.asked
    assert asked.body["text"] == {"content": "有新的消息", "mentioned_list": ["liqing"]}


def test_dingtalk_is_signed_with_the_moment(ding: Gateway) -> None:
    channels.send("dingtalk", LETTER)
    assert ding.delivered == ["@liqing 有新的消息"]
    assert ding.asked[0].body["at"] == {"atUserIds": ["liqing"], "isAtAll": False}


def test_a_wrong_secret_is_told_in_dingtalks_words(ding: Gateway, settings: Any) -> None:
    settings.DINGTALK_SECRET = "another"
    refused = refusal(dingtalk.send)
    assert isinstance(refused, Refused)
    assert "310000" in str(refused)
    assert ding.delivered == []


def test_the_signature_of_an_sms_is_the_one_that_the_documentation_works_out() -> None:
    """https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, its fixed example."""
    headers = sms.signed(
        urlsplit("https://YourAccessKeyId:YourAccessKeySecret@ecs.cn-shanghai.aliyuncs.com"),
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"},
        action="RunInstances",
        version="2014-05-26",
        nonce="3156853299f313e23d1673dc12e1703d",
        moment="2023-10-26T10:22:32Z",
    )
    expected = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert headers["Authorization"].endswith(f"Signature={expected}")


def test_an_sms_names_its_template_and_no_more_than_the_case(texts: Gateway) -> None:
    channels.send("sms", Letter("3" * 32, "13800001234", "", "", "", number="GP2026-0001"))
    channels.send("sms", Letter("4" * 32, "13800001234", "", "", "", count=3))
    channels.send("sms", Letter("5" * 32, "13800001234", "", "", ""))
    sms.send_code("13800001234", "012345", key="6" * 32)
    assert [each[1:] for each in texts.delivered] == [
        ("SMS_2", '{"number":"GP2026-0001"}'),
        ("SMS_3", '{"count":"3"}'),
        ("SMS_3", '{"count":"1"}'),
        ("SMS_1", '{"code":"012345"}'),
    ]
    assert texts.asked[0].query["SignName"] == "杭州科技"


def test_an_sms_that_the_gateway_has_already_is_not_sent_twice(texts: Gateway) -> None:
    letter = Letter("7" * 32, "13800001234", "", "", "", number="GP2026-0001")
    texts.mood = gateways.takes_and_hangs_up(texts)
    assert isinstance(refusal(sms.send, letter), Unclear)
    texts.mood = None
    sms.send(letter)
    assert len(texts.delivered) == 1


def test_a_wrong_signature_is_refused_and_the_secret_is_told_nobody(texts: Gateway, settings: Any) -> None:
    settings.SMS_URL = urlsplit(f"http://key:another-secret@{texts.address}")
    refused = refusal(sms.send)
    assert "SignatureDoesNotMatch" in str(refused)
    assert "another-secret" not in str(refused)
    assert texts.delivered == []


@pytest.mark.parametrize(
    ("channel", "says", "seconds", "one"),
    [
        ("wecom", (200, {"errcode": 45009, "errmsg": "api freq out of limit"}), 60, False),
        ("wecom", (200, {"errcode": -1, "errmsg": "system busy"}), 60, False),
        ("dingtalk", (200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}), 600, False),
        ("sms", (400, {"Code": "Throttling.User", "Message": ""}), 60, False),
        ("sms", (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控"}), 3_600, True),
        ("sms", (429, {}), 60, False),
    ],
)
def test_a_gateway_that_has_had_enough_is_left_alone_for_a_while(
    group: Gateway, ding: Gateway, texts: Gateway, channel: str, says: gateways.Answer, seconds: int, one: bool
) -> None:
    for gateway in (group, ding, texts):
        gateway.says = says
    busy = refusal(channels.SENDERS[channel])
    assert isinstance(busy, Busy)
    assert (busy.seconds, busy.one) == (seconds, one)


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Unclear), (504, Unclear), (502, Unreachable), (503, Unreachable), (404, Refused)]
)
def test_what_a_gateway_that_fails_has_done_with_the_message(group: Gateway, status: int, kind: type) -> None:
    group.says = (status, {"errcode": 404})
    assert type(refusal(wecom.send)) is kind


@pytest.mark.parametrize(
    ("mood", "kind"),
    [
        (gateways.hangs, Unclear),
        (gateways.drips, Unclear),
        (gateways.floods, Unclear),
        (gateways.hangs_up, Unclear),
        (gateways.redirects, Refused),
    ],
)
def test_a_gateway_that_behaves_badly_costs_a_second_and_a_megabyte(
    group: Gateway, mood: Callable[[BaseHTTPRequestHandler], None], kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 1.0)
    group.mood = mood
    began = monotonic()
    assert type(refusal(wecom.send)) is kind
    assert monotonic() - began < 2
    assert len(group.asked) == 1


def test_a_gateway_that_is_not_there_has_certainly_not_sent_it(settings: Any) -> None:
    settings.DINGTALK_ROBOT, settings.DINGTALK_SECRET = (
        "http://127.0.0.1:9/robot/send?access_token=secret-token",
        SECRET,
    )
    unreachable = refusal(dingtalk.send)
    assert isinstance(unreachable, Unreachable)
    assert "secret-token" not in str(unreachable)


def test_no_gateway_is_called_in_the_clear_but_on_this_machine(settings: Any) -> None:
    settings.DINGTALK_ROBOT, settings.DINGTALK_SECRET = "http://oapi.example.org/robot/send?access_token=robot", SECRET
    assert "https" in str(refusal(dingtalk.send))


def test_a_gateway_that_cannot_speak_in_secret_is_sent_nothing(
    group: Gateway, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 1.0)
    settings.WECOM_ROBOT = f"https://{group.address}/cgi-bin/webhook/send?key=robot"
    assert isinstance(refusal(wecom.send), Unreachable)
    assert group.asked == []
