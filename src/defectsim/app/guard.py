"""Guards of the server: only its own page may ask, and that page loads from nowhere else."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content policy of the page: nothing but what this server has."""
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "script-src 'unsafe-inline'; frame-ancestors 'self'"
)
"""Content policy of a report, which is one file and runs apart from the page."""
_POLICY = "content-security-policy"


class OriginGuard:
    """Refuses requests that another page makes, and sends the content policy with every answer.

    The host is checked afterwards, by Starlette's `TrustedHostMiddleware`, against names that
    another site has led here (DNS rebinding). A WebSocket without an origin comes from no browser,
    and is refused as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on a request of this server's page, and refuse any other."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin, own = headers.get("origin"), f"http://{headers.get('host')}"
        answer = self._app
        if not (origin == own or (origin is None and scope["type"] == "http")):
            answer = PlainTextResponse(f"{origin} is not this server's page", status_code=403)
        await answer(scope, receive, _guarded(send))


def _guarded(send: Send) -> Send:
    """Return a `send` that adds the content policy, and closes a socket that is refused.

    Uvicorn takes a response to a socket for a mistake, which it logs.
    """

    async def sending(message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault(_POLICY, PAGE_POLICY)
                headers.update({"x-content-type-options": "nosniff", "cache-control": "no-cache"})
            case "websocket.http.response.start":
                message = {"type": "websocket.close"}
            case "websocket.http.response.body":
                return
        await send(message)

    return sending
