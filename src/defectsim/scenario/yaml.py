"""A scenario, or a value of one, as YAML that loads again."""

import json
import math
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from defectsim.scenario.schema import Scenario


def as_yaml(scenario: Scenario) -> str:
    """Return a scenario, resolved, as the text of a file that needs no other."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 10_000
    text = StringIO()
    yaml.dump(_plain(scenario.dump()), text)
    return text.getvalue()


def in_flow(value: Any) -> str:
    """Return plain data as YAML in one line, as can stand behind ``--set PATH=``."""
    match value:
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(key)}: {in_flow(entry)}" for key, entry in value.items())
                + "}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(in_flow, value)) + "]"
        case date():
            return value.isoformat()
        case float() if math.isinf(value):
            return ".inf" if value > 0 else "-.inf"
        case _:
            return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Turn tuples into lists, for YAML knows no others, and numbers without a fraction into whole ones."""
    match value:
        case dict():
            return {key: _plain(entry) for key, entry in value.items()}
        case tuple() | list():
            return [_plain(entry) for entry in value]
        case float() if value.is_integer() and str(value) != "-0.0":
            return int(value)
        case _:
            return value
