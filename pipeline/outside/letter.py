"""What goes out to a person beyond the application."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """`to` is the address in its channel. `key` names the message: a second try of the same one has the same key.

    `text` says what kind of thing happened and about which case; `number` is the case's alone and `count` how many
    notices are told of, for gateways that know templates only; `in_group` is what may stand before others.
    """

    key: str
    to: str
    subject: str
    text: str
    in_group: str
    number: str = ""
    count: int = 1
