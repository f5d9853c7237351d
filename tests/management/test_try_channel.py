"""An operator tries a gateway."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import User
from tests.outside import gateways
from tests.outside.gateways import running
from tests.outside.letters import mail_server


@pytest.fixture
def li(db: None) -> User:
    return User.objects.create_user("li", name="李青", email="li@example.com")


def test_a_named_person_gets_one_message_at_once(li: User, settings: Any) -> None:
    out = StringIO()
    with mail_server(settings) as letters:
        call_command("try_channel", "mail", "li", stdout=out)
    assert letters.to == ["li@example.com"]
    assert "li@example.com" in out.getvalue()


def test_what_the_gateway_answers_is_told(li: User, settings: Any) -> None:
    with running(gateways.wecom) as gateway:
        settings.WECOM_ROBOT = f"http://{gateway.address}/cgi-bin/webhook/send?key=another"
        with pytest.raises(CommandError, match="Refused: WeCom answered 93000"):
            call_command("try_channel", "wecom", "li", address="liqing")


@pytest.mark.parametrize(
    ("channel", "person", "says"),
    [("sms", "li", "not set up here"), ("mail", "nobody", "no account"), ("mail", "nameless", "no address")],
)
def test_what_stands_in_the_way_is_told(li: User, channel: str, person: str, says: str) -> None:
    User.objects.create_user("nameless", name="无名")
    with pytest.raises(CommandError, match=says):
        call_command("try_channel", channel, person)
