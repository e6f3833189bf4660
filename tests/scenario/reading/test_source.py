import io
import math
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from defectsim.core.errors import Fault
from defectsim.scenario.reading.source import load_tree, parse
from defectsim.scenario.reading.tree import Mark, Node, Plain, locate, plain

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.dates()
    | st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
        | st.sampled_from(" \n#:-'\"!&*")
    )
)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_<~1 "), inner, max_size=4)
    ),
)
YAML_LIKE = st.lists(
    st.sampled_from(
        [
            *"abc1.:-?[]{},&*!|>'\"%@#~=\n\t\r\x85\u2028\0\\",
            *[
                "  ",
                "\n  ",
                "- ",
                ": ",
                "\n? ",
                "<<: ",
                "---\n",
                "...\n",
                "%YAML 1.1\n",
                "%YAML 1.3\n",
                "|2\n",
            ],
            *[
                "&a ",
                "*a",
                "!!int ",
                "!foo ",
                "!<x> ",
                "!%zz ",
                '"\\U00110000"',
                '"\\UFFFFFFFF"',
                '"\\ud800"',
            ],
            *["2019-02-30", "0b_", "-_", "._", "1e999", ".nan"],
        ]
    ),
    max_size=30,
).map("".join)


def parsed(text: str) -> tuple[Node | None, list[str]]:
    faults: list[Fault] = []
    node = parse(text, lambda line, column: Mark("x", line, column), faults)
    return node, [str(fault) for fault in faults]


def value(text: str) -> Plain:
    node, faults = parsed(text)
    assert faults == []
    assert node is not None
    return plain(node)


def faults_of(text: str) -> list[str]:
    return parsed(text)[1]


def only_fault(text: str) -> str:
    (fault,) = faults_of(text)
    return fault


@given(DATA)
def test_dumped_data_comes_back(data: Plain) -> None:
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.width = (
        1_000_000  # ruamel folds long keys, and leaves `?0` bare in flow style: neither is YAML
    )
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(data, stream)
    assert repr(value(stream.getvalue())) == repr(data)


@given(YAML_LIKE | st.text())
def test_any_text_gives_a_tree_or_faults_with_places(text: str) -> None:
    faults: list[Fault] = []
    node = parse(text, lambda line, column: Mark("x", line, column), faults)
    assert faults or node is not None
    assert all(fault.line and fault.column and "\n" not in str(fault) for fault in faults)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null", None),
        ("~", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),  # YAML 1.2, not 1.1
        ("off", "off"),
        ("12:30", "12:30"),
        ("017", 17),
        ("0o17", 15),
        ("-0x1F", -31),
        ("365_000", 365000),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("2019-01-30", date(2019, 1, 30)),
        ("'2019-01-30'", "2019-01-30"),
        ('"1"', "1"),
        ("=", "="),
        ("<<", "<<"),
        ('""', ""),
        ("|\n a\n b\n", "a\nb\n"),
        ("!!str 1", "1"),
        ("!!float 1", 1.0),
        ("!!int '7'", 7),
        ("!!map {a: !!seq [1]}", {"a": [1]}),
        ("{'<<': 1}", {"<<": 1}),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, expected: Plain) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "a: .nan",
            "x:1:4: a: .nan is not a number to calculate with; write a value or null",
        ),
        ("a: 1e999", "x:1:4: a: 1e999 is too large; write .inf if you mean infinity"),
        (
            "a: 0b_",
            "x:1:4: a: '0b_' is no number: underscores may only part thousands, as in 365_000; quote it if it is text",
        ),
        (
            "a: ._",
            "x:1:4: a: '._' is no number: underscores may only part thousands, as in 365_000; quote it if it is text",
        ),
        ("a: !!bool yes", "x:1:4: a: 'yes' is neither true nor false"),
        ("a: !!null nil", "x:1:4: a: 'nil' is not null"),
        (
            "a: 2019-02-30",
            "x:1:4: a: '2019-02-30' is not a date of the calendar; write it as in 2019-01-30",
        ),
        (
            "a: 2019-01-30 10:00:00",
            "x:1:4: a: '2019-01-30 10:00:00' has a time of day; write the date alone, as in 2019-01-30",
        ),
        ('a: "\\ud800"', "x:1:4: a: text with half a surrogate pair; write the character itself"),
        ("a:", "x:1:1: a: there is no value: write one"),
        ("a:\n\nb: 1", "x:1:1: a: there is no value: write one"),
        ("a:\n  b:\n\n  c: 3\n", "x:2:3: a.b: there is no value: write one"),
        ("a: {b: 1, c: }", "x:1:11: a.c: there is no value: write one"),
        ("a:\n- 1\n-", "x:3:2: a.1: there is no value: write one"),
        ("a: !!int [1]", "x:1:4: a: the tag !!int does not fit a list; remove it"),
        ("a: !!seq 1", "x:1:4: a: the tag !!seq does not fit a scalar; remove it"),
        ("1: a", "x:1:1: ?: a key must be text, not a number; quote it if it is meant as text"),
        (
            "a: {2019-01-30: b}",
            "x:1:5: a.?: a key must be text, not a date; quote it if it is meant as text",
        ),
        ("? [a]\n: b", "x:1:3: ?: a key must be text, not a list; quote it if it is meant as text"),
        ("a: *b", "x:1:4: a: no anchor &b before this alias"),
        (
            "a: &fist 1\nb: *first",
            "x:2:4: b: no anchor &first before this alias; did you mean 'fist'?",
        ),
        ("a: &a [1, *a]", "x:1:11: a.1: the alias *a stands inside the value that it repeats"),
        (
            "a: &a {b: 1}\nc:\n  <<: *a",
            "x:3:3: c.?: merge keys are refused; use extends: to build on another scenario",
        ),
        ("", "x:1:1: empty: no value is written here"),
        ("# nothing\n", "x:1:1: empty: no value is written here"),
        ("a: 1\n---\nb: 2", "x:2:1: a second YAML document; keep one to a file"),
        ("%YAML 1.1\n---\na: yes", "x:1:1: YAML directives are refused; remove the line"),
        ("a: 1\n...\n%YAML 1.3\n---\n", "x:3:1: YAML directives are refused; remove the line"),
        ('a: "\\U00110000"', "x:1:7: an escape for a character beyond U+10FFFF"),
        ("a: b\nc: \0", "x:2:4: YAML does not allow the character U+0000"),
    ],
)
def test_each_fault_has_its_place_and_its_cause(text: str, fault: str) -> None:
    assert only_fault(text) == fault


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!foo", "!!set", "!!binary", "!!omap"]
)
@pytest.mark.parametrize("content", ["x", "[x]", "{x: y}"])
def test_tags_that_ask_for_an_object_are_refused(tag: str, content: str) -> None:
    fault = f"x:1:4: a: YAML tags that ask for an object are refused: remove {tag}"
    assert only_fault(f"a: {tag} {content}") == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: b: c", "x:1:5: this colon follows no key: "),
        ("a: [", "x:1:5: the text ends where a value should be: "),
        ("a: [1,, 2]", "x:1:7: there is no value before ,: write one, or take , out"),
        ("a: [1, 2", "x:1:9: the text ends before the bracket does: close it with ]"),
        ("a: {b: 1 c: 2}", "x:1:11: neither a comma nor } stands before this: write one"),
        ("a: 1\nb 2\nc: 3", "x:3:1: a key without a colon: "),
        ("a: - b", "x:1:4: a list does not begin beside its key: "),
        ("a:\n\t- b", "x:2:1: a tab: indent by spaces"),
        ("a: %x", "x:1:4: no value begins with %: quote it"),
        ("a:\n  b: 1\n c: 2", "x:3:2: this belongs to nothing above: "),
        (
            'a: "\\d"',
            r"x:1:6: \d has no meaning in double quotes: write \\d, or take single quotes",
        ),
        ("a: *", "x:1:5: expected alphabetic or numeric character, but found '\\x00'"),
    ],
)
def test_a_syntax_error_says_what_to_do_about_it(text: str, fault: str) -> None:
    assert only_fault(text).startswith(fault)


def test_syntax_errors_name_the_beginning_of_an_unclosed_value() -> None:
    said = "x:4:1: the quotes are not closed: close them (begun at x:2:4)"
    assert only_fault('a: 1\nb: "open\nc: 2\n') == said


def test_a_duplicate_key_names_the_first_one() -> None:
    text = "a:\n  b: 1\n  c: 2\n  b: 3\n"
    assert only_fault(text) == "x:4:3: a.b: duplicate key; the first is at x:2:3"
    node, _ = parsed(text)
    assert node is not None
    assert plain(node) == {"a": {"b": 1, "c": 2}}


def test_all_faults_are_found_at_once() -> None:
    faults = faults_of("a: .nan\nb: !foo 1\n3: c\nd: {e: 1, e: 2}\nf: *g\n")
    assert [fault.split(": ")[0] for fault in faults] == [
        "x:1:4",
        "x:2:4",
        "x:3:1",
        "x:4:11",
        "x:5:4",
    ]


def test_marks_of_keys_and_values_count_from_one() -> None:
    node, _ = parsed("# first\n\nclock:\n  start: 2019-01-01\nshares: [0.1,\n         0.2]\n")
    assert node is not None
    assert node.key_mark is None
    assert locate(node, ()) == Mark("x", 3, 1)
    assert locate(node, ("clock",)) == Mark("x", 4, 3)
    assert locate(node, ("clock",), key=True) == Mark("x", 3, 1)
    assert locate(node, ("clock", "start")) == Mark("x", 4, 10)
    assert locate(node, ("clock", "start"), key=True) == Mark("x", 4, 3)
    assert locate(node, ("shares", 1)) == Mark("x", 6, 10)


def test_an_alias_is_marked_where_it_is_used_and_its_parts_where_they_are_written() -> None:
    node, _ = parsed("a: &a {b: 1}\nc: *a\n")
    assert node is not None
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}}
    assert locate(node, ("c",)) == Mark("x", 2, 4)
    assert locate(node, ("c",), key=True) == Mark("x", 2, 1)
    assert locate(node, ("c", "b")) == Mark("x", 1, 11)


def test_an_alias_bomb_is_one_fault_and_quick() -> None:
    names = "abcdefghijklmnop"
    lines = ["a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in pairwise(names)]
    before = time.perf_counter()
    fault = only_fault("\n".join(lines))
    assert time.perf_counter() - before < 5
    assert fault.endswith("aliases repeat more than 100,000 values")


def test_aliases_below_the_limit_work() -> None:
    text = f"a: &a [{', '.join(['1'] * 999)}]\nb: [{', '.join(['*a'] * 100)}]"
    data = value(text)
    assert isinstance(data, dict)
    assert data["b"] == [[1] * 999] * 100


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "? " * 5000, "[" * 65 + "]" * 65])
def test_deep_nesting_is_a_fault(text: str) -> None:
    assert only_fault(text).endswith("nested deeper than 64 levels")


def test_deep_nesting_by_aliases_is_a_fault() -> None:
    chain = "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 80))
    assert only_fault("a0: &a0 1\n" + chain).endswith("nested deeper than 64 levels")
    assert value("[" * 63 + "1" + "]" * 63)


def test_the_path_precedes_the_paths_of_the_faults() -> None:
    faults: list[Fault] = []
    parse("{b: .nan}", lambda line, column: Mark("x"), faults, ["a", 0])
    assert [fault.path for fault in faults] == ["a.0.b"]


def loaded(path: Path) -> tuple[Node | None, list[str]]:
    faults: list[Fault] = []
    node = load_tree(path, "x.yaml", Mark("asked.yaml", 1, 10), faults)
    return node, [str(fault) for fault in faults]


def test_load_reads_utf8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text("name: Maracaibo é\n", encoding)
        node, faults = loaded(path)
        assert faults == []
        assert node is not None
        assert plain(node) == {"name": "Maracaibo é"}
        assert locate(node, ("name",)) == Mark("x.yaml", 1, 7)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"a: 1\nb: \xff\n", "x.yaml:2: not UTF-8 text; save the file as UTF-8"),
        pytest.param(
            b"b" * (64 * 1024 * 1024 + 1),
            "x.yaml: larger than 64 MiB: too large to be read",
            id="64 MiB",
        ),
        (b"", "x.yaml:1:1: empty: no value is written here"),
        (b"- a\n", "x.yaml:1:1: what stands here must be a mapping of keys, not a list"),
        (b"a: %x", "x.yaml:1:4: no value begins with %: quote it"),
    ],
)
def test_a_file_without_a_mapping_is_refused(tmp_path: Path, data: bytes, fault: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    assert loaded(path) == (None, [fault])


def test_an_unreadable_file_is_a_fault_of_the_place_that_names_it(tmp_path: Path) -> None:
    assert loaded(tmp_path) == (None, ["asked.yaml:1:10: cannot read x.yaml: Is a directory"])
    refused = "asked.yaml:1:10: no file can be called x.yaml: give another name"
    assert loaded(tmp_path / "a\0b") == (None, [refused])
    assert loaded(tmp_path / "no" / "x.yaml") == (
        None,
        ["asked.yaml:1:10: there is no file x.yaml"],
    )
    (tmp_path / "venezuela.yaml").touch()
    _, faults = loaded(tmp_path / "venezuella.yaml")
    assert faults == ["asked.yaml:1:10: there is no file x.yaml; did you mean 'venezuela.yaml'?"]
