import json
import re
from pathlib import Path

import numpy as np
import pytest

from defectsim.store import provenance


def test_the_software_is_that_of_this_process() -> None:
    versions = provenance.software()
    assert versions["numpy"] == np.__version__
    assert json.loads(json.dumps(versions)) == versions


def test_the_commit_is_that_of_the_code_or_null() -> None:
    commit = provenance.code_commit()
    assert commit is None or re.fullmatch(r"[0-9a-f]{40}(-dirty)?", commit)


def test_code_outside_a_checkout_has_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "provenance.py"))
    assert provenance.code_commit() is None


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert provenance.sha256(tmp_path / "file").startswith("ba7816bf8f01cfea")


def test_a_manifest_is_replaced_atomically(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    provenance.write_manifest({"status": "incomplete"}, path)
    provenance.write_manifest({"status": "complete"}, path)
    assert json.loads(path.read_text()) == {"status": "complete"}
    assert list(tmp_path.iterdir()) == [path]
