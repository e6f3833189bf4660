"""`defectsim verify`: whether the same comes of runs that are lived again."""

from pathlib import Path

from rich.console import Console

from defectsim.core.randomness import fresh_seed
from defectsim.studies.verify import changed_files, lived_again


def verified(folder: Path, sample: int, seed: int | None, allow_code: bool) -> bool:
    """Live some runs again, say what came of it, and return whether all is as it is stored."""
    drawn = fresh_seed() if seed is None else seed
    screen, console = Console(stderr=True), Console()
    changed = changed_files(folder)
    with screen.status("living runs again"):
        checked = list(lived_again(folder, sample, drawn, allow_code=allow_code))
    wrong = [one for one in checked if not one.same]
    for one in wrong:
        console.print(f"point {one.point}, replicate {one.replicate}: something else comes of it than is stored")
    for name in changed:
        console.print(f"{name}: not the file that it was when the study was complete", markup=False)
    console.print(f"{len(checked) - len(wrong)} of {len(checked)} runs lived again leave what is stored (seed {drawn})")
    return not wrong and not changed
