"""Draw the pictures of README and documentation from committed scenarios: `make figures`."""

from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from PIL import Image

import defectsim as ds

FOLDER = Path("docs/images")
SEED = 1
DOTS_PER_INCH = 105
COLOURS = 256
VENEZUELA, YEMEN = "scenarios/venezuela-2019.yaml", "scenarios/yemen-2011.yaml"
STUDIES: dict[str, tuple[int, list[str]]] = {
    VENEZUELA: (40, []),
    YEMEN: (12, ["record.causes=true"]),
}
"""Replicates and overrides by scenario."""


class Drawn(NamedTuple):
    """A picture of the documentation."""

    scenario: str
    kind: str | None
    options: dict[str, Any]


PICTURES = {
    "cascade": Drawn(VENEZUELA, None, {}),
    "status": Drawn(VENEZUELA, "status", {"by": "rank"}),
    "defections": Drawn(VENEZUELA, "defections", {}),
    "outcomes": Drawn(VENEZUELA, "outcomes", {}),
    "sizes": Drawn(VENEZUELA, "sizes", {}),
    "incidence": Drawn(VENEZUELA, "incidence", {"by": "branch"}),
    "command": Drawn(VENEZUELA, "command", {}),
    "cascades": Drawn(YEMEN, "cascades", {"replicate": 3}),
    "first": Drawn(YEMEN, "first", {"by": "branch"}),
}
"""Pictures by the name of their file."""


def draw(folder: Path) -> None:
    """Run the studies into a folder, and draw all pictures of them."""
    for scenario, (replicates, overrides) in STUDIES.items():
        loaded = ds.load(scenario, overrides)
        options = {"seed": SEED, "out": folder, "overwrite": True, "figures": False}
        study = ds.run(loaded, replicates=replicates, **options)
        for name, one in PICTURES.items():
            if one.scenario == scenario:
                save(study.plot(one.kind, **one.options).figure, FOLDER / f"{name}.png")


def save(figure: Figure, file: Path) -> None:
    """Save a figure in few colours, small enough for a page."""
    data = BytesIO()
    figure.savefig(data, format="png", dpi=DOTS_PER_INCH)
    few = Image.open(data).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    few.save(file, optimize=True)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    draw(Path("results") / "figures")
