"""The security headers of every answer, and which host names are answered at all."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What a page may load and whom it may talk to: this server alone. Streamlit's components style themselves inline.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' {scripts}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' {sockets}",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
#: Devices and sensors that the app has no use for.
_DEVICES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{device}=()" for device in _DEVICES),
}
#: Where pictures and downloads lie: a browser must not keep them, since its cache is on a disk.
_FLEETING = ("/media/", "/_stcore/upload_file/")


class Guard:
    """ASGI middleware around Streamlit's own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a web socket passes, as Streamlit checks its host and origin itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        extra = _encoded(scope["path"], host)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in extra}
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in names]
                message = {**message, "headers": kept + extra}
            await send(message)

        await (self._app if _allowed(host) else _refuse)(scope, receive, guarded)


def _encoded(path: str, host: str) -> list[tuple[bytes, bytes]]:
    # Older browsers do not count the page's own web socket under 'self'.
    named = host.isascii() and all(c.isalnum() or c in "-.:[]" for c in host)
    sockets = f"ws://{host} wss://{host}" if host and named else ""
    found = HEADERS | {"Content-Security-Policy": POLICY.format(scripts=_inline_scripts(), sockets=sockets)}
    if any(part in path for part in _FLEETING):
        found["Cache-Control"] = "no-store"
    return [(name.lower().encode(), value.encode()) for name, value in found.items()]


@lru_cache(maxsize=1)
def _inline_scripts() -> str:
    """The scripts that stand in Streamlit's own page, by their hashes: no other inline script runs."""
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    digests = [hashlib.sha256(script).digest() for script in re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _allowed(host: str) -> bool:
    from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

    return is_host_allowed(host)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import PlainTextResponse

    await PlainTextResponse("This server does not answer under that name.", 400)(scope, receive, send)
