"""Files that a scenario names, in its folder or below it."""

import os
from pathlib import Path

from pydantic import ValidationInfo

from defectsim.core.errors import nearest
from defectsim.core.section import refuse


def sibling_path(name: str, info: ValidationInfo) -> Path:
    """Return the path of a file beside the scenario that is validated.

    The validation's context has the folder; default: the working folder.
    """
    return located_file(name, Path((info.context or {}).get("folder", "")))


def located_file(name: str, folder: Path) -> Path:
    """Return the path of the file `name` in a folder or below it.

    Raises
    ------
    PydanticCustomError
        If it is missing or lies outside the folder. No '..' is allowed, even if it leads back:
        a study copies the file to a folder of its own under this name.
    """
    if Path(name).is_absolute():
        raise refuse(f"name the file {name} relative to the scenario, not from the root")
    if ".." in Path(name).parts:
        raise refuse(
            f"{name} leads up by '..': move the file into the folder of the scenario, "
            "and name it from there"
        )
    path = folder / name
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise refuse(f"{name} is outside the folder of the scenario; move it there")
    if not os.path.isfile(path):  # noqa: PTH113  # Path.is_file raises if the name is too long
        near = [str(other.relative_to(folder)) for other in path.parent.glob(f"*{path.suffix}")]
        raise refuse(f"there is no file {name} in the folder of the scenario{nearest(name, near)}")
    return path
