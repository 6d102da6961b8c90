"""The command line: a module a command, no arithmetic.

Commands are imported when they are called, so that ``--help`` is quick.
"""

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from riskfit import __version__
from riskfit.errors import RiskfitError

#: Command -> (module, function, help of one line).  Shown in this order.
_COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("demo", "demo", "Analyse a bundled sample and write a report."),
    "analyze": ("analyze", "analyze", "What a recorded session did: score, causes, advice."),
    "check": ("check", "check", "Before a session: score, what-if, the least to change."),
    "batch": ("batch", "batch", "Many files, many athletes: a summary, CSV, JSON or Parquet."),
    "import": ("import_", "import_", "Remember files, folders and exports in the store."),
    "history": ("history", "history", "Show, remove, export or back up what is remembered."),
    "doctor": ("doctor", "doctor", "What an archive holds, what it lacks, what is damaged."),
    "weigh-in": ("weigh_in", "weigh_in", "Learn how much you sweat from the scales."),
    "log": ("log", "log", "How a session went: a cramp or none."),
    "calibrate": ("calibrate", "calibrate", "Let the card learn from outcomes, if it wins."),
    "evaluate": ("evaluate", "evaluate", "A model against outcomes, or published cohorts."),
    "model": ("model", "model", "Compare score cards."),
    "card": ("card", "card", "The whole score card, to be added up by hand."),
    "explain": ("card", "explain", "One rule, warning sign or advice, and its evidence."),
    "serve": ("serve", "serve", "Check, analyse, browse and log on a page of this machine."),
    "ask": ("ask", "ask", "Twelve questions about you, and what each answer changed."),
    "profile": ("profile", "profile", "Show or change what riskfit knows about you."),
}


#: Objects that are made before Python looks for garbage: in a run that soon ends, and as usual.
_RARELY, _USUALLY = 100_000, gc.get_threshold()


def collect_as_usual() -> None:
    """Look for garbage as usual: for a command that stays."""
    gc.set_threshold(*_USUALLY)


class _Commands(click.Group):
    """Loads commands lazily and turns our errors into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands in the order people need them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in _COMMANDS:
            return None
        from riskfit.cli.options import with_options_of_all

        module, function, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"riskfit.cli.{module}"), function)
        return with_options_of_all(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what is wrong with the input is said in one line."""
        if "numpy" not in sys.modules:
            _start_and_end_quickly()
        try:
            return super().invoke(ctx)
        except RiskfitError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            raise  # whoever read has read enough; click ends quietly
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def _start_and_end_quickly() -> None:
    """Spare a process of our own what it would pay for and never use: a fifth of a short run."""
    # Nothing multiplies matrices that are worth a thread, and starting threads takes time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports make many objects and no garbage; what lives at the end goes with the process.
    gc.set_threshold(_RARELY)
    atexit.register(gc.freeze)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 some inputs failed; 2 usage; 3 nothing could be scored; "
    "10 only with --fail-at.",
)
@click.version_option(__version__, prog_name="riskfit")
def main() -> None:
    """Estimate the risk of exercise-associated muscle cramps from workout files.

    \b
    riskfit demo                              see what it does
    riskfit analyze ride.fit --temp 31        a recorded session
    riskfit ask                               tell it about yourself, in a minute
    """


if __name__ == "__main__":
    main()
