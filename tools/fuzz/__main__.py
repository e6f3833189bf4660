"""Try so many mutants: ``python -m tools.fuzz CASES RUNS SEED``.

Each of the shipped scenarios and sweeps is mutated in turn, in its structure or its text, and loaded: it must be
accepted, or refused with a place, within two seconds. Some of those accepted are run in tiny armies, in which people
must be as many at every date.
"""

import sys
import tempfile
from pathlib import Path

from tools.fuzz.trial import Fuzz


def main() -> None:
    """Try mutants, print what is wrong, and end with 1 if anything is."""
    cases, runs, seed = (int(argument) for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        fuzz = Fuzz(Path("scenarios"), Path(folder), seed)
        shown = 0
        for name, file, scenario in fuzz.mutants(cases):
            findings = fuzz.findings
            if findings.runs * cases < runs * findings.cases:
                fuzz.run(name, file, scenario)
            for fault in findings.faults[shown:]:
                print(fault, flush=True)
            shown = len(findings.faults)
            if findings.accepted % 100 == 0:
                print(findings, flush=True)
    for error, count in findings.failed.most_common():
        print(f"{count} runs failed with {error}")
    print(findings)
    sys.exit(bool(findings.faults))


if __name__ == "__main__":
    main()
