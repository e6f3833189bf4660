"""A scenario as YAML that loads again."""

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
