"""Who may ask the server: its own page, and nobody who has led a browser here."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.conftest import OWN


def refused(client: TestClient, headers: dict[str, str]) -> None:
    """Expect that a socket is closed before it is open."""
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/socket", headers=headers),
    ):
        pass


def test_the_page_loads_from_nowhere_else(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example"])
def test_another_name_of_this_machine_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 400
    refused(client, {"host": host, "origin": f"http://{host}"})


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8765", "null"]
)
def test_another_page_gets_no_socket(client: TestClient, origin: str) -> None:
    refused(client, {**OWN, "origin": origin})
    assert client.get("/", headers={"origin": origin}).status_code == 403


def test_a_socket_without_an_origin_is_refused(client: TestClient) -> None:
    refused(client, {"host": OWN["host"]})


def test_its_own_page_gets_a_socket(client: TestClient) -> None:
    with client.websocket_connect("/socket", headers=OWN) as socket:
        socket.send_json({"do": "hello"})
        assert socket.receive_json()["type"] == "hello"


def test_assets_are_those_of_the_package_alone(client: TestClient) -> None:
    assert client.get("/assets/main.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/assets/../server.py").status_code == 404
    assert client.get("/assets/%2e%2e/server.py").status_code == 404
