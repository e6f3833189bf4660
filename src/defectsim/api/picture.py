"""A picture of a study, which notebooks show without a widget, and which can be saved."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from defectsim import plots
from defectsim.core.choices import PictureFormat
from defectsim.core.errors import AnalysisError, nearest
from defectsim.core.files import user_path
from defectsim.core.formatting import plain
from defectsim.core.study_folder import FIGURES, outside_of_studies

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 100


@dataclass(frozen=True)
class Picture:
    """A figure, and the question that it answers; notebooks show it as an image."""

    name: str
    """Name of its files."""
    question: str
    figure: "Figure"
    """For further work by Matplotlib."""

    @property
    def size(self) -> str:
        """Width and height."""
        width, height = self.figure.get_size_inches()
        return f"{width:.1f} × {height:.1f} inches"

    def save(
        self, folder: str | Path, forms: Sequence[PictureFormat] = ("png", "svg")
    ) -> list[Path]:
        """Save the picture in a folder, which is made if need be; return its files.

        Raises
        ------
        AnalysisError
            When there is no such form: ``png`` of 200 dots an inch, ``svg`` or ``pdf``.
        """
        known = get_args(PictureFormat)
        for form in forms:
            if form not in known:
                raise AnalysisError(
                    f"there is no form {form!r}{nearest(form, known)} (there are {', '.join(known)})"
                )
        place = user_path(folder)
        if place.name != FIGURES:
            outside_of_studies(place)
        return plots.save(self.figure, place, self.name, forms)

    def _repr_html_(self) -> str:
        return image(self.figure, self.question)


def image(figure: "Figure", text: str) -> str:
    """Return a figure as an image within HTML, and what it is in words."""
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_DOTS_PER_INCH)
    code = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="{escape(plain(text))}" src="data:image/png;base64,{code}">'
