"""Writing a figure to files that are the same byte for byte each time."""

import threading
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

_SETTINGS = threading.Lock()  # Matplotlib's settings belong to the process, not to the thread


def save(figure: Figure, folder: Path, name: str = "cascade") -> None:
    """Write ``<name>.png`` and ``<name>.svg`` to a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    with _SETTINGS, rc_context({"svg.hashsalt": "defectsim"}):
        figure.savefig(folder / f"{name}.png", dpi=200, metadata={"Software": None})
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
