"""Draw the pictures of README and documentation from committed scenarios: `make figures`."""

import shlex
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from PIL import Image

import defectsim as ds

FOLDER = Path("docs/images")
DOTS_PER_INCH = 105
COLOURS = 256
RESULTS = "results"
VENEZUELA, YEMEN = "venezuela-2019", "yemen-2011"
COMPARED = "venezuela-2019-no-off-ramp-vs-venezuela-2019"
COMMANDS = (
    "run scenarios/venezuela-2019.yaml --replicates 40 --seed 1",
    "run scenarios/yemen-2011.yaml --replicates 12 --seed 1 --set record.causes=true",
    "compare scenarios/venezuela-2019-no-off-ramp.yaml scenarios/venezuela-2019.yaml "
    "--replicates 12 --seed 1",
    "sweep scenarios/sweeps/riot-spreads.yaml --seed 1",
    "sensitivity scenarios/sweeps/riot-drivers.yaml --seed 1",
    "tipping scenarios/sweeps/riot-tipping.yaml --seed 1",
    "discover scenarios/sweeps/riot-bank.yaml --seed 1",
    "calibrate results/riot-bank",
    "robust scenarios/sweeps/offers.yaml --better more --seed 1",
)
"""Commands of `defectsim` that make the studies."""


class Drawn(NamedTuple):
    """A picture of the documentation."""

    study: str
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
    "differences": Drawn(COMPARED, "differences", {}),
    "course": Drawn(COMPARED, "course", {}),
    "divergence": Drawn(COMPARED, "divergence", {}),
    "sweep": Drawn("riot-spreads", "sweep", {"outcome": "defected"}),
    "tornado": Drawn("riot-drivers", "tornado", {}),
    "tipping": Drawn("riot-tipping", "tipping", {}),
    "box": Drawn("riot-bank", "box", {}),
    "regret": Drawn("offers", "regret", {}),
    "posterior": Drawn("riot-bank", "posterior", {}),
    "belief": Drawn(VENEZUELA, "belief", {}),
    "records": Drawn(VENEZUELA, "records", {}),
    "predictive": Drawn("riot-bank", "predictive", {}),
    "convergence": Drawn(VENEZUELA, "convergence", {}),
}
"""Pictures by the name of their file."""


def draw(folder: Path) -> None:
    """Run the studies into a folder, and draw all pictures of them."""
    for command in COMMANDS:
        words = shlex.split(command)
        if words[1].startswith(f"{RESULTS}/"):  # a study that is there
            words[1] = str(folder / Path(words[1]).name)
        else:
            words += ["--out", str(folder), "--overwrite", "--no-figures"]
        subprocess.run([sys.executable, "-m", "defectsim", *words], check=True)
    for name, one in PICTURES.items():
        study = ds.Study.open(folder / one.study)
        save(study.plot(one.kind, **one.options).figure, FOLDER / f"{name}.png")


def save(figure: Figure, file: Path) -> None:
    """Save a figure in few colours, small enough for a page."""
    data = BytesIO()
    figure.savefig(data, format="png", dpi=DOTS_PER_INCH)
    few = Image.open(data).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    few.save(file, optimize=True)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    draw(Path(RESULTS) / "figures")
