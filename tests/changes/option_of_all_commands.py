"""An option of all commands: how long it took."""

import re

from tools.changes import Copy, riskfit, sample

CALLBACK = '''
def _time(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    """Say at the end how long a command took."""
    if value:
        from time import perf_counter

        begin_s = perf_counter()
        ctx.call_on_close(lambda: click.echo(f"took {perf_counter() - begin_s:.3f} s"))


'''
OPTION = """
    _option(
        "--timed", is_flag=True, expose_value=False, callback=_time, help="Say how long it took."
    ),"""


def make(copy: Copy) -> None:
    """Declare it once."""
    options = "riskfit/cli/options.py"
    copy.before(options, "#: Of every command", CALLBACK.lstrip())
    copy.after(options, "_OF_ALL: Final = _table(", OPTION)


def prove() -> None:
    """Every command has it, groups of commands too, and it does what it says."""
    import click

    from riskfit.cli import main

    context = click.Context(main)
    for name in main.list_commands(context):
        helped = main.get_command(context, name).get_help(click.Context(main, info_name=name))
        assert helped.count("--timed") == 1, f"Error: {name}"
    for words in (
        ("explain", "P1"),
        ("doctor", sample()),
        ("analyze", sample(), "--no-store", "--quiet"),
    ):
        assert re.search(r"took \d+\.\d{3} s\n$", riskfit(*words, "--timed"))
        assert "took" not in riskfit(*words)
