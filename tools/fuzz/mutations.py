"""Mutations of scenario files: of their structure, and of their text."""

import copy
import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

ODD: list[Any] = [
    *(
        None,
        True,
        False,
        "",
        " ",
        "x",
        "all",
        "null",
        "~",
        "-",
        "../x",
        "/etc/passwd",
        "a\0b",
        "a\nb",
    ),
    *(0, 1, -1, 2, 0.5, 1.5, 1e-300, 1e300, -1e300, 10**12, 10**30, float("inf"), float("-inf")),
    *(
        "0_1",
        "$x^ {a $",
        "[/x]",
        "\u202e",
        "\ud7ff",
        "\x1b[31m",
        "é" * 300,
        "2019-02-30",
        "none.py:f",
    ),
    *([], {}, [[]], [None], {"value": 1}, {"value": None}, {"range": [0, 1]}, {"uniform": [0, 1]}),
    *({"csv": "none.csv", "column": "x"}, {"kind": "edges", "edges": []}, {"values": [1, 2]}),
    *(
        {"distribution": "norm", "parameters": {"scale": 0}},
        {"kind": "complete"},
        {"normal": [0, 0]},
    ),
    *(dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2019, 1, 30), dt.date(2014, 1, 6)),
    *("generals_defected >= 3", "deserted < 1e9", "defectsim.model.soldiers:decide", "os:system"),
]
CHARACTERS = [
    *"{}[]:,&*!|>'\"%@`#-?~ \t\n\r_09aZ",
    "\0",
    "\x85",
    "\u2028",
    "\ufeff",
    "\u202e",
    "é",
    "<<",
]
type Place = tuple[Any, Any]
"""A mapping or a list, and a key or a place in it."""


def places(data: Any) -> list[Place]:
    """Return every place below the top of plain data."""
    found: list[Place] = []
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        found.append((data, key))
        found += places(data[key])
    return found


@dataclass
class Spot:
    """Where data is mutated, what else there is, and what decides how."""

    holder: Any
    key: Any
    everywhere: list[Place]
    others: list[Any]
    chance: random.Random

    @property
    def value(self) -> Any:
        """The value there."""
        return self.holder[self.key]

    @value.setter
    def value(self, value: Any) -> None:
        self.holder[self.key] = copy.deepcopy(value)

    def like(self, *kinds: type) -> "Spot":
        """Return another spot whose value is of a type, if there is one."""
        found = [place for place in self.everywhere if type(place[0][place[1]]) in kinds]
        holder, key = self.chance.choice(found or [(self.holder, self.key)])
        return replace(self, holder=holder, key=key)

    def elsewhere(self) -> "Spot":
        """Return a spot of another file, below the same key if there is one."""
        there = places(self.chance.choice(self.others))
        alike = [place for place in there if place[1] == self.key]
        holder, key = self.chance.choice(alike if alike and self.chance.random() < 0.7 else there)
        return replace(self, holder=holder, key=key)


def mutated(data: Any, others: list[Any], chance: random.Random) -> Any:
    """Return plain data with one to three mutations of its structure, some from other files."""
    data = copy.deepcopy(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        everywhere = places(data)
        if everywhere:
            holder, key = chance.choice(everywhere)
            chance.choice(STRUCTURAL)(Spot(holder, key, everywhere, others, chance))
    return data


def _replace(spot: Spot) -> None:
    spot.value = spot.chance.choice(ODD)


def _scale(spot: Spot) -> None:
    number = spot.like(int, float)
    if type(number.value) in (int, float):
        changed = (
            *(-number.value, number.value + 0.5, number.value * 1.1, number.value / 7),
            *(1e9 * number.value, 0, number.value + 1),
        )
        number.value = spot.chance.choice(changed)


def _shift(spot: Spot) -> None:
    date = spot.like(dt.date)
    if type(date.value) is dt.date and 2 < date.value.year < 9000:
        date.value += dt.timedelta(days=spot.chance.choice([-400, -7, -1, 1, 6, 7, 30, 4000]))


def _remove(spot: Spot) -> None:
    del spot.holder[spot.key]


def _rename(spot: Spot) -> None:
    if isinstance(spot.holder, dict):
        key, at = str(spot.key), spot.chance.randrange(len(str(spot.key)) + 1)
        typed = spot.chance.choice(["", "x", "_", ".", " "])
        spot.holder[key[:at] + typed + key[at + 1 :]] = spot.holder.pop(spot.key)


def _wrap(spot: Spot) -> None:
    spot.value = spot.chance.choice(
        [[spot.value], {"value": spot.value}, {str(spot.key): spot.value}]
    )


def _swap(spot: Spot) -> None:
    other = spot.like(type(spot.value))
    spot.value, other.value = copy.deepcopy(other.value), copy.deepcopy(spot.value)


def _graft(spot: Spot) -> None:
    spot.value = spot.elsewhere().value


def _add(spot: Spot) -> None:
    other = spot.elsewhere()
    if isinstance(spot.holder, dict):
        spot.holder[str(other.key)] = copy.deepcopy(other.value)
    else:
        spot.holder.append(copy.deepcopy(spot.value))


STRUCTURAL: list[Callable[[Spot], None]] = [
    *(_replace, _replace, _scale, _scale, _shift, _remove, _rename),
    *(_wrap, _swap, _graft, _graft, _add),
]


def mangled(text: str, chance: random.Random) -> str:
    """Return a text with one to three mutations that know nothing of its structure."""
    for _ in range(chance.choice([1, 1, 2, 3])):
        lines = text.splitlines(keepends=True) or [""]
        at, line = chance.randrange(len(text) + 1), chance.randrange(len(lines))
        match chance.randrange(8):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + chance.choice(CHARACTERS) + text[at:]
            case 2:
                lines.insert(line, chance.choice(lines))
                text = "".join(lines)
            case 3:
                del lines[line]
                text = "".join(lines)
            case 4:
                lines[line] = chance.choice(["  ", " ", "\t"]) + lines[line]
                text = "".join(lines)
            case 5:
                text = text[:at]
            case 6:
                lines[line] = lines[line].replace(
                    ": ", chance.choice([": !!", ": *", ": &a ", ":", ": - "]), 1
                )
                text = "".join(lines)
            case _:
                text = text[:at] + json.dumps(str(chance.choice(ODD))) + text[at + 1 :]
    return text
