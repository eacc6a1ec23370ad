"""A mail server, where the environment names one."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from scheduler.base.errors import InputError, InputProblem, ServiceError
from scheduler.base.i18n import _

URL_VARIABLE = "HJUL_SMTP_URL"
_TIMEOUT_S = 30
_PORTS = {"smtp": 587, "smtps": 465}


def is_set() -> bool:
    """Tell whether there is a mail server to send by."""
    return bool(os.environ.get(URL_VARIABLE))


@contextmanager
def server(sender: str) -> Iterator[Callable[[str, bytes], None]]:
    """Have a function for the block that sends a message to an address, from `sender`.

    The address of the server is ``smtp://USER:PASSWORD@SERVER:PORT``, or ``smtps://``. Other servers than this
    machine's own are spoken to in secret, or not at all.

    Raises
    ------
    InputError
        When the address of the server is none.
    ServiceError
        When the server cannot be had.
    """
    url = urlsplit(os.environ.get(URL_VARIABLE, ""))
    port = _PORTS.get(url.scheme)
    if port is None or not url.hostname:
        reason = _("this is no mail server; write smtp://USER:PASSWORD@SERVER:587")
        raise InputError(InputProblem(reason, URL_VARIABLE))
    context = ssl.create_default_context()
    try:
        with _connected(url.scheme, url.hostname, url.port or port, context) as connection:
            if url.username:
                connection.login(unquote(url.username), unquote(url.password or ""))

            def deliver(address: str, message: bytes) -> None:
                try:
                    connection.sendmail(sender, [address], message)
                except smtplib.SMTPResponseException as error:
                    raise _refused(address, error.smtp_error) from error
                except smtplib.SMTPRecipientsRefused as error:
                    raise _refused(address, next(iter(error.recipients.values()))[1]) from error

            yield deliver
    except (OSError, smtplib.SMTPException) as error:
        if isinstance(error, ServiceError):
            raise
        raise ServiceError(
            _("the mail server {server} cannot be had: {error}").format(server=url.hostname, error=error),
            hint=_("What was not sent waits; send it with: hjul outbox send"),
        ) from error


def _connected(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    connection = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
    connection.ehlo()
    if connection.has_extn("starttls") or host not in ("localhost", "127.0.0.1", "::1"):
        connection.starttls(context=context)
    return connection


def _refused(address: str, said: bytes | str) -> ServiceError:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return ServiceError(
        _("the mail server refused the message to {address}: {reason}").format(
            address=address, reason=" ".join(words.split())
        ),
        hint=_("What was not sent waits; send it with: hjul outbox send"),
    )
