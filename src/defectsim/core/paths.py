"""Files that a scenario names, in its folder or below it."""

import os
from pathlib import Path

from pydantic import ValidationInfo

from defectsim.core.errors import nearest
from defectsim.core.section import refuse


def sibling_path(name: str, info: ValidationInfo) -> Path:
    """Return the path of the file that a scenario calls `name`; see `located`.

    The folder of the scenario is that of the validation's context, or the working folder where there is none.
    """
    return located_file(name, Path((info.context or {}).get("folder", "")))


def located_file(name: str, folder: Path) -> Path:
    """Return the path of the file called `name` in a folder or below it.

    Raises
    ------
    PydanticCustomError
        Where the file is not there, or not in the folder. Nothing leads up, even if it leads back into the folder: who
        copies the file to another folder, under its name, must not write beside it.
    """
    if Path(name).is_absolute():
        raise refuse(f"name the file {name} relative to the scenario, not from the root")
    if ".." in Path(name).parts:
        raise refuse(
            f"{name} leads up by '..': move the file into the folder of the scenario, and name it from there"
        )
    path = folder / name
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise refuse(f"{name} is outside the folder of the scenario; move it there")
    if not os.path.isfile(path):  # noqa: PTH113  # Path.is_file raises where the name is too long
        near = [str(other.relative_to(folder)) for other in path.parent.glob(f"*{path.suffix}")]
        raise refuse(f"there is no file {name} in the folder of the scenario{nearest(name, near)}")
    return path
