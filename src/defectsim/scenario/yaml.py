"""A scenario, or a value of one, as YAML that loads again."""

import json
import math
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from defectsim.scenario.schema import Scenario


def as_yaml(scenario: Scenario) -> str:
    """Return a resolved scenario as the text of a file that needs no other."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 10_000
    text = StringIO()
    yaml.dump(_plain(scenario.dump()), text)
    return text.getvalue()


def in_flow(value: Any) -> str:
    """Return plain data as YAML in one line, for ``--set PATH=VALUE``."""
    match value:
        case dict():
            pairs = (f"{json.dumps(key)}: {in_flow(entry)}" for key, entry in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(in_flow, value)) + "]"
        case date():
            return value.isoformat()
        case float() if math.isinf(value):
            return ".inf" if value > 0 else "-.inf"
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Return data with lists for tuples, and whole numbers for floats without a fraction."""
    match value:
        case dict():
            return {key: _plain(entry) for key, entry in value.items()}
        case tuple() | list():
            return [_plain(entry) for entry in value]
        case float() if value.is_integer() and str(value) != "-0.0":
            return int(value)
    return value
