"""Mail. A message carries no more than a case number and a link; the rest is read in the application."""

from django.conf import settings
from django.core.mail import send_mail


def send(to: list[str], *, subject: str, text: str) -> None:
    """Hand one message to the mail server; raises what the server or the network raises."""
    send_mail(subject, f"{text}\n\n{settings.SITE_URL}", settings.DEFAULT_FROM_EMAIL, to)
