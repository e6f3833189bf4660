"""Choices and defaults that the command line shares with other rooms; nothing heavy is imported here."""

from typing import Literal

EngineName = Literal["compiled", "cohorts", "rows", "reference"]
"""Engines: compiled, of people in cohorts or in rows by how alike they are, or always in the ones or
the others; or a readable loop over agents."""

ExecutorName = Literal["threads", "processes"]
"""Executors on this machine."""

IntervalMethod = Literal["t", "bca"]
"""Intervals of a mean difference: Student's t, guarded, or a bootstrap."""

ExportFormat = Literal["csv", "parquet", "xlsx"]
"""Forms of files for other programs."""

PictureFormat = Literal["png", "svg", "pdf"]
"""Forms of pictures."""

RuleKind = Literal[
    "soldier", "general", "follow", "belief", "recall", "join", "commit", "stand", "update"
]
"""Keys of a scenario's behaviour, each with a rule of its own form."""

ShippedCountry = Literal["crimea", "philippines", "syria", "tunisia", "venezuela", "yemen"]
"""Countries of which a scenario ships, to which a new one may be alike."""

PRECISE_OUTCOME = "share_defected"
"""Outcome whose difference a precision refers to."""
MOST_REPLICATES = 1_000
"""Number of replicates after which sequential sampling ends in any case."""
MOST_RUNS = 10_000_000
"""Most runs of a study: points times replicates."""
MOST_WORKERS = 1_000
"""Most threads or processes of a study, each of which takes some 200 MB if it is a process."""
BYTES_PER_RUN = 300
"""Memory that the row of a run takes while a study is planned."""
SWEEP_OUTCOME = "defected"
"""Outcome that a sweep's figure shows."""
