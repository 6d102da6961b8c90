"""Run the command line in this process."""

from click.testing import CliRunner

from riskfit.cli import main


def run(*words, code=0, **options):
    """Run a command, and see that it ends with a code; None is for any."""
    result = CliRunner().invoke(main, [str(word) for word in words], **options)
    assert code in (None, result.exit_code), result.output + repr(result.exception)
    return result
