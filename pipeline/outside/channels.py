"""The ways out of the house to a person, by their names."""

from collections.abc import Callable

from pipeline.models.telling import DINGTALK, MAIL, SMS, WECOM
from pipeline.outside import dingtalk, mail, sms, wecom
from pipeline.outside.letter import Letter

SENDERS: dict[str, Callable[[Letter], None]] = {
    MAIL: mail.post,
    SMS: sms.send,
    WECOM: wecom.send,
    DINGTALK: dingtalk.send,
}


def send(channel: str, letter: Letter) -> None:
    """Raises what `calling.call` raises."""
    SENDERS[channel](letter)
