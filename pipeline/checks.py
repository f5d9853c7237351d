"""What `manage.py check --deploy` demands before the house is opened to people."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils import timezone
from django.utils.translation import gettext as _

from pipeline import health


@register(Tags.security, deploy=True)
def environment(app_configs: Any, **also: Any) -> list[CheckMessage]:
    """Every address the processes need is there, and nothing of a demonstration."""
    return list(_missing())


def _missing() -> Iterator[CheckMessage]:
    if not settings.DATABASES["default"]["NAME"]:
        yield Error(_("DATABASE_URL is not set."), hint="postgres://web:PASSWORD@HOST:PORT/NAME", id="pipeline.E001")
    if not settings.BROKER_URL:
        yield Error(_("BROKER_URL is not set."), hint="amqp://… / redis://…", id="pipeline.E002")
    if not settings.SCANNER_URL.scheme:
        yield Warning(
            _("SCANNER_URL is not set: no paper will be shown to others."), hint="clamd://HOST:3310", id="pipeline.W003"
        )
    if settings.DEMO:
        yield Error(_("DEMO is on: anybody may take anybody's seat."), hint=_("Unset DEMO."), id="pipeline.E004")


@register(Tags.database, deploy=True)
def walls(app_configs: Any, databases: Any = None, **also: Any) -> list[CheckMessage]:
    """The database binds the role of this process, and searches by its index. Asked with `--database default`."""
    if not databases:
        return []
    now = timezone.now()
    found = [check for part in (health.database, health.search) for check in part(now, now.date())]
    kinds = {"bad": Error, "warn": Warning}
    return [
        kinds[check.state](check.says, hint=check.remedy, id=f"pipeline.{check.name}")
        for check in found
        if check.state in kinds
    ]
