"""Run the command line with ``python -m riskfit``."""

from riskfit.cli import main

main(prog_name="riskfit")
