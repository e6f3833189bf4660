"""Print the measures of a source tree: `python -m tools.structure [SOURCE]`; default: `src`.

The path of a scenario is traced in the package that Python imports, so another tree is named in
PYTHONPATH as well.
"""

import sys
import warnings
from pathlib import Path

from tools.structure import imports, source


def main() -> None:
    """Print one line a measure, and where it falls short what does."""
    root = Path(next((one for one in sys.argv[1:] if one != "-v"), "src"))
    trees = source.modules(root)
    for name, value in source.sizes(trees).items():
        print(f"{name}: {value}")
    circles = imports.circles(imports.graph(trees, root))
    twice = source.types_defined_twice(trees)
    badly = source.docstrings_that_open_badly(trees)
    listed = {
        "import circles": [" <-> ".join(circle) for circle in circles],
        "public types defined twice": [
            f"{name}: {', '.join(paths)}" for name, paths in twice.items()
        ],
        "docstrings that open badly": badly,
        "long functions": list(source.long_functions(trees)),
    }
    for name, lines in listed.items():
        print(f"{name}: {len(lines)}", *(lines if "-v" in sys.argv else []), sep="\n  ")
    warnings.simplefilter("ignore")
    from tools.structure import journey  # imports the package

    files = journey.files_of_a_scenario()
    print(f"files on the path of a scenario: {len(files)}", *files, sep="\n  ")
    functions = journey.functions_that_hold_the_value()
    homes = {code.co_filename for code in functions}
    print(f"functions that hold policies.off_ramp.value: {len(functions)} in {len(homes)} files")


if __name__ == "__main__":
    main()
