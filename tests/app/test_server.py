"""The socket of the page: each visitor's worlds are their own, and gone when the page is closed."""

import gc
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession

from app.conftest import OWN
from defectsim.app.server import listen
from defectsim.app.worlds import WORLDS
from defectsim.core.errors import AppError


@contextmanager
def page(client: TestClient) -> Iterator[WebSocketTestSession]:
    with client.websocket_connect("/socket", headers=OWN) as socket:
        yield socket


def reply(socket: WebSocketTestSession, wanted: str) -> Any:
    while (message := socket.receive_json())["type"] != wanted:
        assert message["type"] != "error", message
    return message


def begin(socket: WebSocketTestSession, client: TestClient, **message: Any) -> Any:
    first = client.app.state.shared.catalogue.first  # type: ignore[attr-defined]
    socket.send_json({"do": "open", "scenario": first, **message})
    return reply(socket, "frame")["worlds"]


def step(socket: WebSocketTestSession, weeks: int) -> Any:
    socket.send_json({"do": "step", "weeks": weeks})
    return reply(socket, "frame")["worlds"]


def test_two_visitors_never_see_each_others_worlds(client: TestClient) -> None:
    moved = {"behaviour.soldier.parameters.base_desertion": 4}
    with page(client) as one, page(client) as other:
        begin(one, client, seed=1)
        begin(other, client, seed=2, moved=moved, against="as written")
        (ahead,) = step(one, 20)
        mine, written = step(other, 3)
        assert (ahead["week"], mine["week"], written["week"]) == (20, 3, 3)
        (further,) = step(one, 1)
        assert further["week"] == 21
        assert mine["counts"] != written["counts"]
    with page(client) as alone:
        begin(alone, client, seed=1)
        (again,) = step(alone, 20)
    assert again["counts"] == ahead["counts"]


def test_worlds_are_freed_when_their_pages_are_closed(client: TestClient) -> None:
    with page(client) as one, page(client) as other:
        begin(one, client, against="as written")
        begin(other, client)
        begin(other, client, seed=3)
        gc.collect()
        assert len(WORLDS) == 3, "the worlds that a visitor has left are gone at once"
    wait_until_freed()
    assert len(WORLDS) == 0


def wait_until_freed() -> None:
    """Wait for the server, which hears of a closed page a moment later."""
    end = time.monotonic() + 10
    while len(WORLDS) and time.monotonic() < end:
        time.sleep(0.05)


def test_a_message_that_cannot_be_answered_is_told_and_the_page_goes_on(client: TestClient) -> None:
    with page(client) as socket:
        for wrong in ('{"do": "dance"}', "no JSON", '{"do": "step", "weeks": "all"}', "[]"):
            socket.send_text(wrong)
            assert socket.receive_json()["type"] == "error"
        socket.send_json({"do": "download"})
        assert "no scenario is open" in socket.receive_json()["message"]
        assert begin(socket, client)


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AppError, match=rf"port {port} .*--port 0 for any that is free") as told:
            listen(port)
    assert "(Address already in use): give another one" in str(told.value)


def test_the_server_listens_on_this_machine_alone() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
