"""Errors of YAML's syntax in words of people who do not know its grammar."""

import re

_WORDS = (
    (
        "expected the node content, but found '<stream end>'",
        "the text ends where a value should be: write one, or close the bracket",
    ),
    (
        "expected the node content, but found '(.)'",
        r"there is no value before \1: write one, or take \1 out",
    ),
    (
        "expected ',' or '(.)', but got '<stream end>'",
        r"the text ends before the bracket does: close it with \1",
    ),
    ("expected ',' or '(.)', but got .*", r"neither a comma nor \1 stands before this: write one"),
    (
        "mapping values are not allowed here",
        "this colon follows no key: begin each key on a line of its own, indented like the others, "
        "with a space after its colon, and quote a text that has ': ' in it",
    ),
    ("could not find expected ':'", "a key without a colon: write one and a value, as in pay: 20"),
    (
        "sequence entries are not allowed here",
        "a list does not begin beside its key: write it below, or as in [a, b]",
    ),
    (r"found character '\\t' that cannot start any token", "a tab: indent by spaces"),
    ("found character '(.)' that cannot start any token", r"no value begins with \1: quote it"),
    (
        "expected <block end>, but found .*",
        "this belongs to nothing above: indent the keys, or items, of a section alike, and quote "
        "what has quotes or brackets in it",
    ),
    ("found unexpected end of stream", "the quotes are not closed: close them"),
    (
        "found unknown escape character '(.)'",
        r"\\\1 has no meaning in double quotes: write \\\\\1, or take single quotes",
    ),
)


def in_words(problem: str) -> str:
    """Return what the parser found, and what to do about it where that is known."""
    for found, said in _WORDS:
        if match := re.fullmatch(found, problem):
            return match.expand(said)
    return problem
