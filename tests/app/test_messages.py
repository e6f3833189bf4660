"""Messages of a page: what is none is refused in a sentence, and the page goes on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from defectsim.app.messages import read_message
from defectsim.app.server import address, listen, server_of
from defectsim.app.visitor import Shared
from defectsim.core.errors import AppError

WRONG = [
    (b"garbage", "it is not JSON"),
    (b"\xff\x00", "it is not JSON"),
    (b"", "it is not JSON"),
    (b"[" * 9999, "it is not JSON"),
    (b'{"do":"\\ud800"}', "it is not JSON"),
    (b"[]", "it must be JSON"),
    (b"null", "it must be JSON"),
    (b'{"do":[]}', "key `do`, which is one of hello,"),
    (b'{"do":"dance"}', "key `do`, which is one of hello,"),
    (b'{"do":"open"}', "scenario: this key is missing"),
    (b'{"do":"open","scenario":"venezuela-2019","seed":-1}', "seed: must be at least 0"),
    (b'{"do":"open","scenario":"venezuela-2019","seed":1.5}', "seed: must be a whole number"),
    (b'{"do":"open","scenario":"venezuela-2019","seed":null}', "seed: must be a whole number"),
    (b'{"do":"open","scenario":"venezuela-2019","seed":true}', "seed: must be a whole number"),
    (b'{"do":"open","scenario":"venezuela-2019","text":5}', "text: must be text"),
    (b'{"do":"change","moved":[1]}', "moved: must be a mapping"),
    (b'{"do":"step","weeks":"all"}', "weeks: must be a whole number"),
    (b'{"do":"study","replicates":2.5}', "replicates: must be a whole number"),
]


@pytest.mark.parametrize(("data", "wrong"), WRONG)
def test_what_is_no_message_is_refused_with_what_is_wrong(data: bytes, wrong: str) -> None:
    with pytest.raises(AppError) as refused:
        read_message(data)
    assert wrong in str(refused.value)
    assert "\n" not in str(refused.value)


@contextmanager
def serving(shared: Shared) -> Iterator[str]:
    """Serve a page as the command does, from a thread of this process; yield its address."""
    with listen(0) as listener:
        server = server_of(shared)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join(30)


def told(socket: ClientConnection, data: str | bytes) -> Any:
    socket.send(data)
    return json.loads(socket.recv(timeout=10))


def test_wrong_messages_leave_the_page_open_and_the_terminal_silent(
    shared: Shared, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(shared) as page:
        socket_address = page.replace("http", "ws") + "/socket"
        with connect(socket_address, origin=page) as socket:  # type: ignore[arg-type]  # a NewType
            for data, wrong in WRONG:
                reply = told(socket, data)
                assert reply["type"] == "error"
                assert wrong in reply["message"]
            assert told(socket, '{"do":"\\ud800"}')["type"] == "error"
            assert told(socket, '{"do":"hello"}')["type"] == "hello"
        for wrong in ("http://evil.example", None):
            with pytest.raises(InvalidStatus, match="403"):
                connect(socket_address, origin=wrong)  # type: ignore[arg-type]
    assert capsys.readouterr() == ("", "")
    assert not caplog.records


def test_what_no_encoding_has_is_told_as_well(shared: Shared) -> None:
    """A name of a file that is no UTF-8 has half surrogate pairs."""
    odd = Shared(shared.catalogue, shared.studies / "\udcff")
    with (
        serving(odd) as page,
        connect(page.replace("http", "ws") + "/socket", origin=page) as socket,  # type: ignore[arg-type]
    ):
        assert told(socket, '{"do":"hello"}')["folder"].endswith("\udcff")
