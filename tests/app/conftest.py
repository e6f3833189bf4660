"""A server of a tiny army, and visitors who ask it without a browser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from defectsim.app.catalogue import Catalogue
from defectsim.app.messages import read_message
from defectsim.app.server import create_app
from defectsim.app.visitor import Reply, Shared, Visitor
from tiny_army import write_tiny

BASE = "http://127.0.0.1:8765"
OWN = {"host": "127.0.0.1:8765", "origin": BASE}
"""Headers of a socket that the page itself opens."""


def answers(visitor: Visitor, what: str, **message: Any) -> list[Reply]:
    """Ask a visitor's server as a page does, and return its replies."""
    return [*visitor.answer(read_message(json.dumps({"do": what, **message})))]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue.of(str(write_tiny(tmp_path_factory.mktemp("given"))), allow_code=True)


@pytest.fixture
def shared(catalogue: Catalogue, tmp_path: Path) -> Shared:
    return Shared(catalogue, tmp_path / "results")


@pytest.fixture
def visitor(shared: Shared) -> Iterator[Visitor]:
    visitor = Visitor(shared, lambda _: None)
    yield visitor
    visitor.leave()


@pytest.fixture
def asking(visitor: Visitor) -> Callable[..., dict[str, Reply]]:
    """Ask the visitor's server, and return its replies by their types."""

    def ask(what: str, **message: Any) -> dict[str, Reply]:
        return {one["type"]: one for one in answers(visitor, what, **message)}

    return ask


@pytest.fixture
def app(shared: Shared) -> Starlette:
    return create_app(shared)


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE) as client:
        yield client
