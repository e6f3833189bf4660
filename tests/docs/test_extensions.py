"""An extension of the model touches what the design lists, and nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import defectsim
from defectsim.studies.kinds.registry import KINDS

PACKAGE = Path(defectsim.__file__).parent
DESIGN = Path("docs/design.md").read_text(encoding="utf-8")
LISTED = {
    addition: (files, beside)
    for addition, files, beside in re.findall(
        r"^\| (an? [a-z ]+) \| ([^|]+?) \| ([^|]*?) ?\|$", DESIGN, re.MULTILINE
    )
}
LEVER = '    deadline: float = _promise("Urgency of a deadline by which offers must be taken.")\n'
NEW_LEVER = '    rations: float = _promise("Rations promised to defectors.")\n'
SCRIPT = """
from pathlib import Path
import defectsim as ds

Path("hunger.py").write_text('''
from defectsim import Rates, rule


@rule
def decide(agent, unit, country, p):
    return Rates(defect=3.0 * country.rations)
''')
Path("camp.yaml").write_text('''
name: camp
question: Who follows the rations?
clock: {start: 2018-01-01, end: 2018-04-01}
forces: {branches: {army: {strength: 40}}, company: {enlisted: 10}}
people: {pay: 10, outside: 10}
behaviour: {soldier: hunger.py:decide, general: hunger.py:decide}
policies: {trucks: {lever: rations, value: 0.9, effective: 2018-02-05}}
''')
study = ds.run(ds.load("camp.yaml"), replicates=1, seed=1, workers=1, engine="reference")
print(study.events.height, study.events["date"].min())
"""


def test_statuses_transitions_and_ranks_take_one_file() -> None:
    """The file that tests/model/test_new_status.py changes, in a copy of the package."""
    table = ("model/transitions.py", "the rule that uses it")
    assert LISTED["a transition"] == table
    assert LISTED["a status"][0] == LISTED["a rank"][0] == table[0]


def test_a_lever_takes_one_file(tmp_path: Path) -> None:
    copy = tmp_path / "src" / "defectsim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / LISTED["a lever"][0]
    text = file.read_text(encoding="utf-8")
    assert text.count(LEVER) == 1
    file.write_text(text.replace(LEVER, LEVER + NEW_LEVER), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(copy.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    defections, first = done.stdout.split()
    assert int(defections) > 0
    assert first > "2018-02-05"


def test_a_kind_of_study_takes_a_folder_and_a_line() -> None:
    folder, line = LISTED["a kind of study"]
    assert folder == "one folder in studies/kinds/"
    assert line == "one line in studies/kinds/registry.py"
    registry = (PACKAGE / "studies/kinds/registry.py").read_text(encoding="utf-8")
    for name, module in KINDS.items():
        assert registry.count(f'"{module}"') == 1
        assert (PACKAGE / "studies/kinds" / name).is_dir()
    inner = [path for room in ("analysis", "plots", "report", "store") for path in room_files(room)]
    assert not [
        path for path in inner if "from defectsim.studies" in path.read_text(encoding="utf-8")
    ]


def room_files(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))
