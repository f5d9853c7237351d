"""A mail server on the loopback, and what it received."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Receiver


class Letters(Receiver):
    port = 0

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Message] = []
        self.meanwhile: Callable[[], object] = lambda: None  # done while the sender waits for the answer

    def handle_message(self, message: Message) -> None:
        self.meanwhile()
        self.received.append(message)

    @property
    def to(self) -> list[str]:
        return [letter["To"] for letter in self.received]

    @property
    def subjects(self) -> list[str]:
        return [str(make_header(decode_header(letter["Subject"]))) for letter in self.received]

    @property
    def texts(self) -> list[str]:
        return [bytes(letter.get_payload(decode=True)).decode() for letter in self.received]

    @property
    def numbers(self) -> list[str]:
        return [letter["Message-ID"] for letter in self.received]


@contextmanager
def mail_server(settings: Any) -> Iterator[Letters]:
    """Running while the block does, and what the settings then name."""
    letters = Letters()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        letters.port = int(door.getsockname()[1])
    server = Controller(letters, hostname="127.0.0.1", port=letters.port)
    server.start()
    settings.MAILERS = mailers(letters.port)
    yield letters
    server.stop()


def mailers(port: int) -> dict[str, Any]:
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
