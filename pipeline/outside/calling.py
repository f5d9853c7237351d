"""Calls to gateways of other houses: over TLS, to the configured host and no other, followed nowhere, bounded in time
and size. What came of a call is one of four refusals, or the answer.
"""

import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from threading import Event, Timer
from typing import Any
from urllib.parse import SplitResult, urlencode

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

SECONDS = 5.0
LARGEST_ANSWER = 1024 * 1024
PIECE = 16 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DOWN = (502, 503)
TOO_MANY = 429


class NotSent(Exception):
    """The message did not go out; the text says why, for an operator."""


class Refused(NotSent):
    """The gateway answered, and did not take it. `for_good`: it never will, whatever is tried."""

    def __init__(self, says: str, *, for_good: bool = False) -> None:
        super().__init__(says)
        self.for_good = for_good


class Busy(NotSent):
    """The gateway takes nothing more for so many seconds; for the `one` address only, where that was told too often."""

    def __init__(self, says: str, *, seconds: int, one: bool = False) -> None:
        super().__init__(says)
        self.seconds, self.one = seconds, one


class Unreachable(NotSent):
    """Nobody was reached: the message has certainly not gone out."""


class Unclear(NotSent):
    """It was handed over and no usable answer came: it may have gone out or not. `slow`: nobody answered in time."""

    def __init__(self, says: str, *, slow: bool = False) -> None:
        super().__init__(says)
        self.slow = slow


def call(
    house: SplitResult,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of the answer, of a 2xx or 4xx. Raises Unreachable, Unclear, Busy, Refused."""
    connection = _connected(house)
    target = f"{path}?{urlencode(query)}" if query else path
    body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
    kind = {} if body is None else {"Content-Type": "application/json; charset=utf-8"}
    ended = Event()
    ending = Timer(SECONDS, connection.close_now, [ended])  # a gateway that sends a byte a second ends too
    ending.start()
    try:
        connection.request(method, target, body=body, headers={**kind, **(headers or {})}, preload_content=False)
        answer = connection.getresponse()
        return _read(answer.status, _whole(answer))
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        slow = ended.is_set() or isinstance(error, TimeoutError)
        raise Unclear(f"no usable answer came within {SECONDS:.0f} seconds: {_named(error)}", slow=slow) from error
    finally:
        ending.cancel()
        connection.close()


class _Cut:
    """A connection that another thread may end while it is being read."""

    sock: Any

    def close_now(self, ended: Event) -> None:
        ended.set()
        held = self.sock
        if held is not None:
            with suppress(OSError):  # it has ended by itself
                socket.socket.shutdown(held, socket.SHUT_RDWR)


class _Plain(_Cut, HTTPConnection):
    pass


class _Sealed(_Cut, HTTPSConnection):
    pass


def _connected(house: SplitResult) -> _Plain | _Sealed:
    """Open, without having sent anything; the host's certificate is checked."""
    host = house.hostname or ""
    connection: _Plain | _Sealed
    if house.scheme == "http" and host in LOOPBACK:
        connection = _Plain(host, house.port or 80, timeout=SECONDS)
    elif house.scheme == "https":
        connection = _Sealed(host, house.port or 443, timeout=SECONDS, ssl_context=ssl.create_default_context())
    else:
        raise Unreachable(f"{host or 'the gateway'} is called over https only")
    try:
        connection.connect()
    except (HTTPError, OSError) as error:
        raise Unreachable(f"{host} is not reached: {_named(error)}") from error
    return connection


def _whole(answer: Any) -> bytes:
    content = b""
    while piece := answer.read(PIECE):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise ValueError("the answer is larger than 1 MB")
    return content


def _read(status: int, content: bytes) -> tuple[int, dict[str, Any]]:
    if 300 <= status < 400:
        raise Refused(f"the gateway answered with a redirect ({status}), which is not followed")
    if status == TOO_MANY:
        raise Busy("the gateway takes no more for now (429)", seconds=60)
    if status in DOWN:
        raise Unreachable(f"the gateway is down ({status})")
    if status >= 500:
        raise Unclear(f"the gateway failed ({status})")
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return status, found
    if status >= 400:
        raise Refused(f"the gateway refused ({status})")
    raise ValueError("the answer is no JSON object")


def _named(error: Exception) -> str:
    """What went wrong, without what was sent: an address may hold a key."""
    inner = getattr(error, "reason", None) or error
    return type(inner).__name__ if "?" in str(inner) or "=" in str(inner) else f"{type(inner).__name__}: {inner}"[:120]
