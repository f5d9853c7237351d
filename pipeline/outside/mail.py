"""Mail. A message carries no more than a case number and a link; the rest is read in the application."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from pipeline.outside.calling import Refused, Unclear, Unreachable
from pipeline.outside.letter import Letter

FOR_GOOD = range(550, 555)  # no such mailbox


def post(letter: Letter) -> None:
    """Hand one message to the mail server. Its number stands in the Message-ID, so that most mailboxes show it once.

    Raises Refused, Unreachable, Unclear.
    """
    house = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{letter.key}@{house}>"}
    message = EmailMessage(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [letter.to], headers=headers)
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        code, says = next(iter(error.recipients.values()))
        raise Refused(
            f"the mail server refused the address: {code} {_text(says)}", for_good=code in FOR_GOOD
        ) from error
    except SMTPResponseException as error:
        raise Refused(f"the mail server refused: {error.smtp_code} {_text(error.smtp_error)}") from error
    except SMTPServerDisconnected as error:
        raise Unclear(f"the mail server hung up: {error}") from error
    except SMTPException as error:
        raise Refused(f"the mail server cannot send it: {error}") from error
    except TimeoutError as error:
        raise Unclear("the mail server did not answer in time", slow=True) from error
    except OSError as error:
        raise Unreachable(f"the mail server is not reached: {error}") from error
    except ValueError as error:
        raise Refused(f"no mail can be sent to this address: {error}", for_good=True) from error


def _text(says: object) -> str:
    return says.decode(errors="replace") if isinstance(says, bytes) else str(says)
