import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from defectsim.core.errors import Fault, ScenarioError
from defectsim.scenario.load import load
from defectsim.scenario.overrides import override
from defectsim.scenario.reading import extends
from defectsim.scenario.reading.extends import LayerFile, rebased_paths
from defectsim.scenario.reading.source import parse
from defectsim.scenario.reading.tree import Mark, Node, Plain, locate, plain

FORM = (
    "name one file, as in extends: base.yaml, or a scenario that ships, as in "
    "extends: defectsim:default"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for scenarios inside the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    return Path("scenarios")


def read(path: Path, overrides: Sequence[str] = ()) -> Node:
    """Read a tree that must have no faults, with overrides laid over it."""
    faults: list[Fault] = []
    node = extends.read_layers(path, faults)
    for text in overrides:
        node = node and override(node, text, faults)
    if faults:
        raise ScenarioError(faults)
    assert node is not None
    return node


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)


def faults_of(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(path, overrides)
    return str(caught.value).splitlines()


def test_a_scenario_alone_is_read_as_it_is(folder: Path) -> None:
    write(folder, x="name: x\npolicies: {a: null}\n")
    node = read(folder / "x.yaml")
    assert plain(node) == {"name": "x", "policies": {"a": None}}
    assert locate(node, ("name",)) == Mark("scenarios/x.yaml", 1, 7)


def test_parents_lie_below_their_children(folder: Path) -> None:
    (folder / "parts").mkdir()
    write(
        folder,
        child="extends: parts/parent.yaml\npolicies: {tax: null}\npay: 3\n",
        oldest="name: old\npay: {value: 1, range: [0, 9], source: s}\npolicies: {tax: {value: 1}, ban: {}}\n",
    )
    write(folder / "parts", parent="extends: ../oldest.yaml\nname: parent\n")
    node = read(folder / "child.yaml")
    assert plain(node) == {
        "name": "parent",
        "pay": {"value": 3, "range": [0, 9]},
        "policies": {"ban": {}},
    }
    assert locate(node, ("name",)) == Mark("scenarios/parts/parent.yaml", 2, 7)
    assert locate(node, ("policies", "ban")).file == "scenarios/oldest.yaml"


def test_overrides_lie_over_all_in_their_order(folder: Path) -> None:
    write(folder, child="extends: base.yaml\n", base="pay: {value: 1, range: [0, 9]}\n")
    node = read(folder / "child.yaml", ["pay=2", "pay=3", "name=x"])
    assert plain(node) == {"pay": {"value": 3, "range": [0, 9]}, "name": "x"}


def test_a_broken_link_anywhere_is_shown_with_every_other_fault(folder: Path) -> None:
    write(
        folder,
        child="a: .nan\nextends: parent.yaml\na: 1\n",
        parent="b: !foo 1\nextends: oldest.yaml\n",
        oldest="c: [\n",
    )
    assert faults_of(folder / "child.yaml", "weather.rain=1") == [
        "scenarios/child.yaml:1:4: a: .nan is not a number to calculate with; write a value or null",
        "scenarios/child.yaml:3:1: a: duplicate key; the first is at scenarios/child.yaml:1:1",
        "scenarios/oldest.yaml:2:1: the text ends where a value should be: write one, or close the bracket",
        "scenarios/parent.yaml:1:4: b: YAML tags that ask for an object are refused: remove !foo",
    ]


def test_all_faults_of_the_overrides_are_shown(folder: Path) -> None:
    write(folder, x="pay: 1\n")
    assert faults_of(folder / "x.yaml", "pai.value=1", "pay", "name=x") == [
        "--set pai.value=1: pai: there is no such key; did you mean 'pay'?",
        "--set pay: write it as PATH=VALUE, as in policies.off_ramp.value=0.6",
    ]


@pytest.mark.parametrize(
    ("extends", "problem"),
    [
        ("bsae.yaml", "there is no file scenarios/bsae.yaml; did you mean 'base.yaml'?"),
        ("nowhere/thing.yaml", "there is no file scenarios/nowhere/thing.yaml"),
        ("base.yaml/x", "cannot read scenarios/base.yaml/x: Not a directory"),
        (".", "cannot read scenarios: Is a directory"),
        ("n" * 300, f"cannot read scenarios/{'n' * 300}: File name too long"),
        ("/etc/passwd", "extends: name the file relative to this one, not from the root"),
        ("../outside.yaml", "extends: ../outside.yaml is outside the folder of the scenario"),
        ("link.yaml", "extends: link.yaml is outside the folder of the scenario"),
        ("up/outside.yaml", "extends: up/outside.yaml is outside the folder of the scenario"),
        ("[base.yaml]", f"extends: {FORM}"),
        ("null", f"extends: {FORM}"),
        ('""', f"extends: {FORM}"),
        ('"a\\0b"', f"extends: {FORM}"),
        (
            "defectsim:defualt",
            "extends: no scenario that ships is called 'defualt'; did you mean 'default'?",
        ),
    ],
)
def test_an_extends_that_cannot_be_followed_is_a_fault_at_its_value(
    folder: Path, extends: str, problem: str
) -> None:
    Path("outside.yaml").write_text("name: outside\n")
    (folder / "link.yaml").symlink_to("../outside.yaml")
    (folder / "up").symlink_to("..")
    write(folder, base="name: base\n", x=f"name: x\nextends: {extends}\n")
    assert faults_of(folder / "x.yaml") == [f"scenarios/x.yaml:2:10: {problem}"]


def test_an_extends_without_a_value_is_told_once(folder: Path) -> None:
    write(folder, x="name: x\nextends:\n")
    assert faults_of(folder / "x.yaml") == [
        "scenarios/x.yaml:2:1: extends: there is no value: write one"
    ]


def test_a_missing_parent_hides_no_fault_of_the_file_itself(folder: Path) -> None:
    """All that the parent could put right, such as missing keys and other names, is left out."""
    own = "name: 3\nbogus: 1\npeople: {outsid: 3, pay: {per: unit}}\nforces: {ties: {mean_degree: 3}}\n"
    own = f"extends: nowhere-at-all.yaml\n{own}policies: {{a: {{lever: curfew}}}}\n"
    write(Path(), x=own, y="extends: x.yaml\n")
    for name in ("x", "y"):
        with pytest.raises(ScenarioError) as caught:
            load(f"{name}.yaml", ["pay=3"])
        assert [fault.path or fault.message for fault in caught.value.faults] == [
            "there is no file nowhere-at-all.yaml",
            "name",
            "bogus",
            "people.outsid",
        ]


def test_a_sweep_file_is_called_one_and_all_else_about_it_is_left_out(folder: Path) -> None:
    write(folder, s="name: s\nscenario: x.yaml\nvary: {a: [1]}\nseed: 1\n", x="extends: s.yaml\n")
    sweep = "scenarios/s.yaml:1:1: this is a sweep file:"
    assert faults_of(folder / "s.yaml") == [f"{sweep} defectsim sweep scenarios/s.yaml --dry-run"]
    assert faults_of(folder / "x.yaml") == [f"{sweep} extend the scenario that it names"]


def test_a_parent_may_not_lead_out_of_the_folder_of_the_first_scenario(folder: Path) -> None:
    (folder / "mine").mkdir()
    write(folder, other="name: other\n")
    write(folder / "mine", x="extends: base.yaml\n", base="extends: ../other.yaml\n")
    assert faults_of(folder / "mine" / "x.yaml") == [
        "scenarios/mine/base.yaml:1:10: extends: ../other.yaml is outside the folder of the scenario"
    ]


def test_links_inside_the_folder_are_followed(folder: Path) -> None:
    write(folder, base="name: base\n", x="extends: link.yaml\n")
    (folder / "link.yaml").symlink_to("base.yaml")
    assert plain(read(folder / "x.yaml")) == {"name": "base"}


def test_a_circle_is_shown_whole(folder: Path) -> None:
    write(folder, a="extends: b.yaml\n", b="extends: c.yaml\n", c="extends: ./b.yaml\n")
    ring = "scenarios/a.yaml -> scenarios/b.yaml -> scenarios/c.yaml -> scenarios/b.yaml"
    assert faults_of(folder / "a.yaml") == [
        f"scenarios/c.yaml:1:10: extends: the scenarios extend each other in a circle: {ring}"
    ]


def test_a_circle_through_a_link_is_seen(folder: Path) -> None:
    write(folder, a="extends: link.yaml\n")
    (folder / "link.yaml").symlink_to("a.yaml")
    (fault,) = faults_of(folder / "a.yaml")
    assert "in a circle: scenarios/a.yaml -> scenarios/link.yaml" in fault


def test_a_link_to_itself_is_a_fault(folder: Path) -> None:
    (folder / "loop.yaml").symlink_to("loop.yaml")
    write(folder, a="extends: loop.yaml\n")
    assert faults_of(folder / "a.yaml") == [
        "scenarios/a.yaml:1:10: cannot read scenarios/loop.yaml: Too many levels of symbolic links"
    ]


def test_a_missing_scenario_is_a_fault_without_a_line(folder: Path) -> None:
    write(folder, venezuela="a: 1\n")
    assert faults_of(folder / "venzuela.yaml") == [
        "scenarios/venzuela.yaml: there is no file scenarios/venzuela.yaml; did you mean 'venezuela.yaml'?"
    ]


def test_files_are_named_from_the_working_directory_when_inside_it_and_as_typed_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, x="extends: base.yaml\n", base="a: 1\n")
    absolute = folder.absolute()
    assert locate(read(absolute / "x.yaml"), ("a",)).file == os.path.join("scenarios", "base.yaml")
    monkeypatch.chdir(folder)
    assert locate(read(Path("./x.yaml")), ("a",)).file == "base.yaml"
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert locate(read(Path("../x.yaml")), ("a",)).file == "../base.yaml"
    assert locate(read(absolute / "x.yaml"), ("a",)).file == str(absolute / "base.yaml")


def test_a_shipped_scenario_is_extended_from_any_folder(folder: Path) -> None:
    write(folder, x="extends: defectsim:venezuela-2019-purge\nname: x\n")
    node = read(folder / "x.yaml")
    (name, soldier) = (locate(node, path) for path in (("name",), ("behaviour", "soldier", "rule")))
    assert name == Mark("scenarios/x.yaml", 2, 7)
    assert soldier == Mark("defectsim:default", 5, 11)
    assert locate(node, ("clock",)).file == "defectsim:venezuela-2019"


def test_code_beside_a_shipped_scenario_is_named_alike_in_every_folder(folder: Path) -> None:
    (folder / "below").mkdir()
    write(folder / "below", x="extends: defectsim:kuran-b\n")
    write(folder, y="extends: below/x.yaml\n")
    node = read(folder / "y.yaml")
    assert plain(node.entries["behaviour"]) == {"soldier": "defectsim:classics/granovetter.py:riot"}
    scenario = load(folder / "y.yaml", ["name=mine"])
    assert scenario.code["acts.shift"].file is None


def moved(text: str) -> Plain:
    faults: list[Fault] = []
    tree = parse(text, lambda *_: Mark("x"), faults)
    assert tree is not None
    return plain(
        rebased_paths(tree, LayerFile(Path("base/sub/x.yaml"), Path("base")).rename(Path("base")))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{behaviour: {soldier: r.py:f}}", {"behaviour": {"soldier": "sub/r.py:f"}}),
        (
            "{behaviour: {soldier: {rule: ../r.py:f}}}",
            {"behaviour": {"soldier": {"rule": "r.py:f"}}},
        ),
        (
            "{observers: {a: r.py:f}, acts: {b: {act: r.py:g}}}",
            {"observers": {"a": "sub/r.py:f"}, "acts": {"b": {"act": "sub/r.py:g"}}},
        ),
        (
            "{outcomes: {a: r.py:f, b: {function: r.py:g}, c: {when: loyal > 1}}}",
            {
                "outcomes": {
                    "a": "sub/r.py:f",
                    "b": {"function": "sub/r.py:g"},
                    "c": {"when": "loyal > 1"},
                }
            },
        ),
        (
            "{people: {pay: {csv: p.csv, column: pay}}}",
            {"people": {"pay": {"csv": "sub/p.csv", "column": "pay"}}},
        ),
        (
            "{behaviour: {soldier: package.module:f}}",
            {"behaviour": {"soldier": "package.module:f"}},
        ),
        ("{question: see r.py:f}", {"question": "see r.py:f"}),
        ("{policies: {a: {source: r.py:f}}}", {"policies": {"a": {"source": "r.py:f"}}}),
    ],
)
def test_files_are_named_relative_to_the_scenario_that_is_loaded(
    text: str, expected: Plain
) -> None:
    assert moved(text) == expected
