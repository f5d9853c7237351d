from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import SENDER
from pipeline.acts import telling
from pipeline.models import User
from pipeline.models.telling import CHANNELS
from pipeline.outside import channels
from pipeline.outside.calling import NotSent
from pipeline.outside.letter import Letter


class Command(BaseCommand):
    help = "Send one message to one person by a channel, at once, and tell what its gateway answered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", choices=CHANNELS)
        parser.add_argument("username")
        parser.add_argument("--address", default="", help="instead of the one the person has entered")

    def handle(self, *args: Any, channel: str, username: str, address: str, **options: Any) -> None:
        if channel not in telling.offered():
            raise CommandError(f"{channel} is not set up here; docs/operators.md names its variables.")
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"There is no account {username}.")
        with acting(SENDER), transaction.atomic():
            to = address or telling.of(person).address(channel)
        if not to:
            raise CommandError(f"{username} has no address for {channel}; give one with --address.")
        says = f"苗圃：试发一条消息。A test from Miaopu. {settings.SITE_URL}"
        try:
            channels.send(channel, Letter(uuid4().hex, to, "苗圃：试发", says, says))
        except NotSent as error:
            raise CommandError(f"Not sent, {type(error).__name__}: {error}") from None
        self.stdout.write(f"The gateway took a message by {channel} to {to}.")
