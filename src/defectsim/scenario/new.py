"""A first scenario of one's own: from a template, or like a country that ships."""

import re
from importlib.resources import files
from pathlib import Path

from defectsim.core.choices import ShippedCountry
from defectsim.core.code.shipped import library, shipped_name
from defectsim.core.errors import PlanError
from defectsim.core.files import write_new
from defectsim.core.messages import FILE_NAME
from defectsim.scenario.calibration import CALIBRATED
from defectsim.scenario.reading.composer import in_yaml

_NAME = "my-country"
"""Name of the scenario in the template."""
_SECTIONS = {
    "clock": "From which date to which, and the length of a step.",
    "forces": "Who there is: branches, their companies, generals, and ties across them.",
    "people": "What people have and think, for everybody or rank by rank.",
    "conditions": "Levers where no policy moves them.",
    "policies": "What governments do: each policy moves one lever, from a date on.",
    "acts": "What is done to people on a date.",
    "news": "How news of those who break away spreads.",
    "plots": "How plots grow, are found out, and strike.",
    "recording": "How the army records those who are gone.",
    "replicates": "Replicates of a study: each draws people and their thresholds anew.",
}
"""Comments above the sections of a country that ships."""


def new_scenario(path: Path, like: ShippedCountry | None = None) -> Path:
    """Write a commented scenario on the calibrated rules, which runs as it is.

    Parameters
    ----------
    path
        File of the scenario, with or without its ending ``.yaml``.
    like
        Country that ships, whose scenario is copied; default: a template of typical values.

    Raises
    ------
    PlanError
        When the name is not that of a scenario.
    StorageError
        When the file cannot be written, or is there already.
    """
    name = path.name.removesuffix(".yaml")
    if not re.match(FILE_NAME, name):
        raise PlanError(
            f"{path.name}: name the scenario like my-country, in small letters, digits, -, _ and "
            "dots, the first a letter or digit"
        )
    template = files("defectsim.scenario") / "templates" / "scenario.yaml.txt"
    text = template.read_text(encoding="utf-8") if like is None else _copied(like)
    file = path.with_name(f"{name}.yaml")
    write_new({file: text.replace(f"name: {_NAME}", f"name: {in_yaml(name)}", 1)})
    return file


def country_file(country: ShippedCountry) -> Path:
    """Return the shipped scenario of a country, which has its year as only addition."""
    (file,) = library().glob(f"{country}-[0-9][0-9][0-9][0-9].yaml")
    return file


def _copied(country: ShippedCountry) -> str:
    """Return the text of a shipped country under another name, with comments for who changes it."""
    file = country_file(country)
    body = file.read_text(encoding="utf-8").partition("\nquestion: ")[2].partition("\n")[2]
    for section, comment in _SECTIONS.items():
        body = re.sub(rf"(?<=\n){section}:", f"# {comment}\n{section}:", body, count=1)
    return (
        f"# A country of your own, begun as a copy of {shipped_name(file)}. All that is written here is true of that\n"
        "# country, if of any: replace values, ranges, sources and dates section by section. A source begins with\n"
        '# "assumption" where nobody measured the number. The how-to "Another country" has the meaning of each key.\n\n'
        "# How people decide: the rules and calibrated parameters that all scenarios share.\n"
        f"extends: {CALIBRATED}\nname: {_NAME}\nquestion: Does the army of this country hold?\n{body}"
    )
