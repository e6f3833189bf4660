"""The server of the page, on this machine alone."""

import asyncio
import json
import logging
import os
import socket
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
import websockets  # noqa: F401  # uvicorn loads it when it is asked for a socket: too late to say so
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from defectsim.app.guard import REPORT_POLICY, OriginGuard
from defectsim.app.messages import read_message
from defectsim.app.studies import report
from defectsim.app.visitor import Shared, Visitor
from defectsim.app.worlds import ShownWorld, release_memory
from defectsim.core.errors import AppError, DefectsimError
from defectsim.engine.setup import StudySetup
from defectsim.scenario.schema import Scenario

HOST = "127.0.0.1"
_ASSETS = Path(__file__).with_name("assets")
_LARGEST = 2**20
"""Bytes of the largest message that a page sends: the text of a scenario."""
_LOG = logging.getLogger(__name__)


def warm(scenario: Scenario) -> StudySetup:
    """Compile the rules of a scenario and build its army, so that the first visitor need not wait."""
    world = ShownWorld(scenario, 1)
    world.advance(1)
    return world.model.setup


def create_app(shared: Shared) -> Starlette:
    """Return the application: the page, its socket, and reports of studies."""
    app = Starlette(
        routes=[
            Route("/", _page),
            Mount("/assets", StaticFiles(directory=_ASSETS)),
            Route("/report/{name}", _report),
            WebSocketRoute("/socket", _visit),
        ],
        middleware=[
            Middleware(OriginGuard),
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
        ],
    )
    app.state.shared = shared
    return app


async def _page(_: Request) -> Response:
    return FileResponse(_ASSETS / "index.html")


async def _report(request: Request) -> Response:
    shared: Shared = request.app.state.shared
    policy = {"content-security-policy": REPORT_POLICY}
    try:
        page = await asyncio.to_thread(report, shared.studies, request.path_params["name"])
    except DefectsimError as error:
        return PlainTextResponse(str(error), status_code=404, headers=policy)
    return HTMLResponse(page, headers=policy)


async def _visit(websocket: WebSocket) -> None:
    """Answer one page until it is closed; its messages are answered one after the other."""
    await websocket.accept()
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue[str]()

    def tell(message: Mapping[str, Any]) -> None:
        text = json.dumps(message, separators=(",", ":"))
        with suppress(RuntimeError):  # the server has ended
            loop.call_soon_threadsafe(waiting.put_nowait, text)

    visitor = Visitor(websocket.app.state.shared, tell)
    sending = asyncio.create_task(_send(websocket, waiting))
    try:
        while (received := await websocket.receive())["type"] != "websocket.disconnect":
            text = received.get("text") or received.get("bytes") or ""
            await asyncio.to_thread(_answer, visitor, text, tell)
    finally:
        sending.cancel()
        visitor.leave()
        await asyncio.to_thread(release_memory)


async def _send(websocket: WebSocket, waiting: "asyncio.Queue[str]") -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # the page is closed, or the server ends
        while True:
            await websocket.send_text(await waiting.get())


def _answer(visitor: Visitor, text: str | bytes, tell: Callable[[Mapping[str, Any]], None]) -> None:
    """Tell a page the replies to its message, or what is wrong with it."""
    wanted = None
    try:
        message = read_message(text)
        wanted = message.do
        for reply in visitor.answer(message):
            tell(reply)
    except DefectsimError as error:
        tell({"type": "error", "of": wanted, "message": str(error)})
    except Exception as error:  # the page hears of our own faults too
        _LOG.exception("a message of the page could not be answered")
        tell({"type": "error", "of": wanted, "message": f"defectsim cannot answer: {error!r}"})


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine; of port 0, on any that is free.

    Raises
    ------
    AppError
        When the port is taken, or may not be used.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AppError(
            f"port {port} of {HOST} cannot be used ({reason}): give another one, as in --port 8800, "
            "or --port 0 for any that is free"
        ) from error


def address(listener: socket.socket) -> str:
    """Return the address of the page."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


def server_of(shared: Shared) -> uvicorn.Server:
    """Return the server of the page, which is not running yet."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(shared),
            log_level="warning",
            lifespan="off",
            ws_max_size=_LARGEST,
            ws_per_message_deflate=False,  # it stays on this machine
            timeout_graceful_shutdown=2,
        )
    )


def serve(shared: Shared, listener: socket.socket, *, browser: bool) -> None:
    """Serve the page until Ctrl-C, and open it in the browser if that is wanted."""
    if browser:
        webbrowser.open(address(listener))
    with suppress(KeyboardInterrupt):
        server_of(shared).run(sockets=[listener])
