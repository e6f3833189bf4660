"""Plant so many faults: ``python -m tools.strangers FAULTS SEED``; 0 plants every one of the catalogue.

Nothing outside a study may be written, none of its code run, no altered table called good, and no traceback shown.
"""

import sys
import tempfile
from pathlib import Path

from tools.strangers.catalogue import catalogue
from tools.strangers.ordeal import Ordeal


def main() -> None:
    """Plant faults, and print which of them did what none may."""
    faults, seed = (int(argument) for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        ordeal = Ordeal(Path(folder), seed)
        planted = catalogue(faults, seed)
        for fault in planted:
            for wrong in ordeal.undergo(fault):
                print(f"{fault.name}: {wrong}", flush=True)
    counts = ", ".join(f"{count} {kind}" for kind, count in ordeal.found.items())
    print(f"{len(planted)} faults planted, {ordeal.commands} commands: {counts}")
    sys.exit(any(ordeal.found.values()))


if __name__ == "__main__":
    main()
