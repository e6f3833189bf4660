"""`python -m defectsim`, as the command."""

from defectsim.cli import main

main()
