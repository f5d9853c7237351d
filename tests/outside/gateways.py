"""Gateways on the loopback that answer as their houses document it: real sockets, real HTTP, one mood at a time."""

import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

Answer = tuple[int, dict[str, Any]]
SECRET = "gateway-secret"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Gateway:
    """`answers` takes a request; `mood`, when set, does instead of answering what it likes with the open connection."""

    answers: Callable[["Gateway", Request], Answer]
    port: int = 0
    asked: list[Request] = field(default_factory=list)
    delivered: list[Any] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    says: Answer | None = None
    mood: Callable[[BaseHTTPRequestHandler], None] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def running(answers: Callable[[Gateway, Request], Answer]) -> Iterator[Gateway]:
    gateway = Gateway(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            where = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(
                self.command,
                where.path,
                dict(parse_qsl(where.query, strict_parsing=bool(where.query))),
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(content) if content else {},
            )
            gateway.asked.append(request)
            if gateway.mood is not None:
                gateway.mood(self)
                return
            status, said = gateway.says or gateway.answers(gateway, request)
            told = json.dumps(said, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = handle_any  # noqa: N815  # the names http.server asks for

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.port = server.server_address[1]
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield gateway
    server.shutdown()
    server.server_close()


# ------------------------------------------------------------------------------------------------- houses


def wecom(gateway: Gateway, request: Request) -> Answer:
    """Application and robot; the application drops a second message of the same content."""
    if request.path == "/cgi-bin/gettoken":
        known = (request.query.get("corpid"), request.query.get("corpsecret")) == ("corp", SECRET)
        token = f"token{sum(each.path == request.path for each in gateway.asked)}"
        answer = {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}
        return 200, answer if known else {"errcode": 40001, "errmsg": "invalid credential"}
    if request.path == "/cgi-bin/message/send":
        if request.body["touser"] == "nobody":
            return 200, {"errcode": 0, "errmsg": "ok", "invaliduser": "nobody", "msgid": "1"}
        return _once(gateway, json.dumps(request.body, sort_keys=True), request.body["text"]["content"])
    if request.path == "/cgi-bin/webhook/send" and request.query.get("key") == "robot":
        gateway.delivered.append(request.body["text"]["content"])
        return 200, {"errcode": 0, "errmsg": "ok"}
    return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}


def _once(gateway: Gateway, same: str, content: str) -> Answer:
    if same not in gateway.seen:
        gateway.seen.add(same)
        gateway.delivered.append(content)
    return 200, {"errcode": 0, "errmsg": "ok", "msgid": "1"}


def dingtalk(gateway: Gateway, request: Request) -> Answer:
    moment = request.query.get("timestamp", "0")
    digest = hmac.new(SECRET.encode(), f"{moment}\n{SECRET}".encode(), sha256).digest()
    fresh = abs(time.time() * 1000 - int(moment)) < 3_600_000
    if request.query.get("sign") != b64encode(digest).decode() or not fresh:
        return 200, {"errcode": 310000, "errmsg": "sign not match"}
    gateway.delivered.append(request.body["text"]["content"])
    return 200, {"errcode": 0, "errmsg": "ok"}


def sms(gateway: Gateway, request: Request) -> Answer:
    """SendSms with signatures of version 3, worked out here from the documentation once more; a nonce is taken once."""
    names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in names.split(";"))
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(said, safe='-_.~')}" for name, said in sorted(request.query.items())
    )
    whole = f"POST\n/\n{query}\n{headers}\n{names}\n{sha256().hexdigest()}"
    signed = hmac.new(SECRET.encode(), f"ACS3-HMAC-SHA256\n{sha256(whole.encode()).hexdigest()}".encode(), sha256)
    if not request.headers["authorization"].endswith(f"Signature={signed.hexdigest()}"):
        return 400, {"Code": "SignatureDoesNotMatch", "Message": "Specified signature does not match our calculation."}
    nonce = request.headers["x-acs-signature-nonce"]
    if nonce in gateway.seen:
        return 400, {"Code": "SignatureNonceUsed", "Message": "Specified signature nonce was used already."}
    gateway.seen.add(nonce)
    gateway.delivered.append(
        (request.query["PhoneNumbers"], request.query["TemplateCode"], request.query["TemplateParam"])
    )
    return 200, {"Code": "OK", "Message": "OK", "BizId": "1"}


# ------------------------------------------------------------------------------------------ as configured


@contextmanager
def sms_offered(settings: Any) -> Iterator[Gateway]:
    with running(sms) as gateway:
        settings.SMS_URL = urlsplit(f"http://key:{SECRET}@{gateway.address}")
        settings.SMS_SIGN, settings.SMS_TEMPLATES = "杭州科技", {"code": "SMS_1", "notice": "SMS_2", "digest": "SMS_3"}
        yield gateway


@contextmanager
def wecom_robot_offered(settings: Any) -> Iterator[Gateway]:
    with running(wecom) as gateway:
        settings.WECOM_URL = urlsplit("")
        settings.WECOM_ROBOT = f"http://{gateway.address}/cgi-bin/webhook/send?key=robot"
        yield gateway


# ------------------------------------------------------------------------------------------------- moods


def hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(8)


def drips(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, without end."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 60:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.2)
    except OSError:
        pass


def floods(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1_000):
            handler.wfile.write(b" " * 65_536)
    except OSError:
        pass


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()


def takes_and_hangs_up(gateway: Gateway) -> Callable[[BaseHTTPRequestHandler], None]:
    """What was asked is done; nobody hears of it."""

    def mood(handler: BaseHTTPRequestHandler) -> None:
        gateway.answers(gateway, gateway.asked[-1])
        hangs_up(handler)

    return mood


def redirects(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:1/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
