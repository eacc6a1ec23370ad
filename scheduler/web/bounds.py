"""What somebody may send at most, whoever they are: before the app knows who it is, the rest is not even read."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from scheduler.base.i18n import _

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[Any]]

#: A workbook with everything in it is far smaller.
MOST_BYTES = 10_000_000


def bounded(app: App, most: int = MOST_BYTES) -> App:
    """Return an app that refuses requests with more than so many bytes, said beforehand or not."""

    async def answered(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not said.isdigit() or int(said) > most:
            await _refuse(send, most)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= most else {"type": "http.disconnect"}

        await app(scope, counted, send)

    return answered


async def _refuse(send: Send, most: int) -> None:
    told = _("This is larger than {n} MB, and nothing of it was read.").format(n=most // 1_000_000).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": told})
