"""``riskfit ask``: twelve questions, and what each answer changed."""

import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from riskfit.cli.options import takes
from riskfit.errors import RiskfitError

if TYPE_CHECKING:
    from riskfit.asking.effect import Yardstick
    from riskfit.asking.questions import Part, Question
    from riskfit.athlete import Athlete
    from riskfit.scoring.assessment import Assessment

_INTRO: Final = (
    "Answer with a number or a word. Enter skips, b goes back, q stops; what you said is kept."
)
_BACK, _STOP = "b", "q"


@click.command(epilog="Example: riskfit ask --again")
@takes("--again", help="Ask also what is answered already.")
@takes("--no-store", "--store")
def ask(again: bool, no_store: bool, store_file: Any) -> None:
    """Ask the twelve questions that settle most of a score, in about a minute.

    Answers go to your profile, and after each you see what it changed: for your last session, or
    for a typical one. The last questions are about your next session and end in the command that
    scores it. What you answered is not asked again.
    """
    from riskfit._common import plural
    from riskfit.asking.effect import yardstick
    from riskfit.folders import store_path
    from riskfit.profiles import load_profile

    against = yardstick(None if no_store else store_file or store_path())
    athlete = load_profile()
    steps = [step for step in _steps() if again or not _answered(step[2], athlete)]
    left, talk = len({number for number, *_ in steps}), _Talk(athlete, against)
    click.echo(_wrapped(f"{plural(left, 'question')}, about a minute. {_INTRO}"))
    if talk.range:
        click.echo(f"For {against.words} your range is {talk.range}.")
    number = 0
    while 0 <= number < len(steps):
        move = talk.ask(*steps[number])
        if move is None:
            break
        number = max(number + move, 0)
    talk.end(len(steps) - number)


def _steps() -> "Iterator[tuple[int, Question, Part]]":
    """Yield all that is to be answered, with the number of its question."""
    from riskfit.asking.questions import load_questions

    for number, question in enumerate(load_questions().question, 1):
        for part in question.part:
            yield number, question, part


def _answered(part: "Part", athlete: "Athlete") -> bool:
    """Say whether the profile has the answer; what is about a session is asked each time."""
    return not part.of_session and getattr(athlete, part.key) is not None


class _Talk:
    """What was said so far, and the range that follows from it."""

    def __init__(self, athlete: "Athlete", against: "Yardstick") -> None:
        self.athlete, self.against = athlete, against
        self.session: dict[str, str] = {}
        self._of_session = False
        self.range = _range(self._assessment())

    def ask(self, number: int, question: "Question", part: "Part") -> int | None:
        """Ask one thing until it is answered; return how far to go on, None to stop."""
        if part is question.part[0]:
            click.echo("\n" + _wrapped(f"{number}  {question.text}", "    "))
        for line in _offered(part):
            click.echo(line)
        while True:
            said = self._heard(part)
            if said is None or said.lower() == _STOP:
                return None
            if not said:
                return 1
            if said.lower() == _BACK:
                return -1
            try:
                self._take(part, said)
            except (click.UsageError, RiskfitError) as error:
                click.echo(_wrapped(f"  {_message(error)}", "  "))
                continue
            return 1

    def _heard(self, part: "Part") -> str | None:
        """Return the next line, None where there is none."""
        what = part.text or "Your answer"
        click.echo(f"  {what}{f' ({part.hint})' if part.hint else ''}: ", nl=False)
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            click.echo(line.strip())
        return line.strip() if line else None

    def _take(self, part: "Part", said: str) -> None:
        """Keep an answer and say what it changed."""
        if part.of_session:
            self._take_of_session(part, said)
            return
        from riskfit.asking.profile_lines import save_answers
        from riskfit.asking.told_values import implied_by, value_of
        from riskfit.report.said.session import taken_for

        value = value_of(part.key, said)
        saved = save_answers({part.key: value}, unless_told=implied_by(part, value))
        self.athlete = saved.after
        for reading in saved.understood:
            click.echo(f"  {reading.said}: {taken_for(reading)}")
        for warning in _warnings(self.athlete) if part.key == "red_flags" else ():
            click.echo(_wrapped(f"  {warning}", "  "))
        self._say_change(self._assessment())

    def _take_of_session(self, part: "Part", said: str) -> None:
        """Keep what is told of the next session, and say its range once there is one."""
        words = _option(part, said)
        _told_of(words)
        self.session[part.key] = words
        if {"--sport", "--duration"} <= self.session.keys():
            self._say_change(_assessed(" ".join(self.session.values())), "this session")

    def _assessment(self) -> "Assessment":
        from riskfit.asking.effect import tried

        return tried(self.athlete, self.against)

    def _say_change(self, found: "Assessment", of: str = "") -> None:
        """Say the range that follows, beside the one before."""
        before, self.range = self.range, _range(found)
        if of and not self._of_session:
            click.echo(f"  For {of} your range is {self.range}.")
            self._of_session = True
        elif found.score is None:
            click.echo(_wrapped(f"  No score: {found.unscored_because}.", "  "))
        elif before == self.range:
            click.echo(f"  Your range stays {before}.")
        else:
            click.echo(f"  Your range: {before or 'not known'} before, {self.range} now.")

    def end(self, steps_left: int) -> None:
        """Say what is left, and the command for the session that was told of."""
        click.echo("")
        if steps_left:
            click.echo("What you said is kept. `riskfit ask` goes on from here.")
        if {"--sport", "--duration"} <= self.session.keys():
            click.echo(f"Your session: riskfit check {' '.join(self.session.values())}")
        click.echo("See or change what you told: `riskfit profile show`, `riskfit profile set`.")


def _range(found: "Assessment") -> str:
    """Return the range of a score in words, nothing without one."""
    from riskfit.report.words import score_words

    if found.low is None or found.high is None:
        return ""
    return f"{score_words(found.low)} to {score_words(found.high)}"


def _offered(part: "Part") -> "Iterator[str]":
    """Yield what may be answered, a line each."""
    from riskfit.rules.load import load_model

    words = [choice.word for choice in part.choices]
    if part.key == "red_flags":
        words = [flag.asks for flag in load_model().red_flags]
    for number, word in enumerate(words, 1):
        yield _wrapped(f"  {number} {word}", "    ")


def _warnings(athlete: "Athlete") -> "Iterator[str]":
    """Yield what the warning signs that are present mean."""
    from riskfit.rules.load import load_model

    model = load_model()
    for name in athlete.red_flags or ():
        flag = model.red_flag(name)
        yield f"{flag.means} See a doctor {flag.when_to_go}."


def _option(part: "Part", said: str) -> str:
    """Return what an answer about a session is on the command line."""
    import shlex

    choice = part.chosen(said)
    if choice is not None:
        return str(choice.value)
    if part.choices and not part.hint:
        raise click.BadParameter(f"{said!r} is unclear: give one of {part.allowed}")
    return f"{part.key} {shlex.quote(said)}"


def _told_of(words: str) -> dict[str, Any]:
    """Return the options of ``riskfit check`` that these words are, or refuse them."""
    import shlex

    from riskfit.cli.check import check

    return check.make_context("check", shlex.split(words)).params


def _assessed(words: str) -> "Assessment":
    """Return what the session is assessed at, as ``riskfit check`` would."""
    from riskfit.cli.checking import Ask, answer_one
    from riskfit.cli.options import make_athlete, make_conditions, make_scoring, plan_told
    from riskfit.cli.stores import Memory

    values = _told_of(words)
    told, memory = plan_told(values), Memory(values)
    athlete, conditions = memory.athlete(make_athlete(values)), make_conditions(values)
    model, context = make_scoring(values)
    found = answer_one(Ask(told=told), memory, athlete, conditions, model, context)
    return found.analysis.assessment


def _message(error: Exception) -> str:
    return error.format_message() if isinstance(error, click.ClickException) else str(error)


def _wrapped(text: str, after: str = "") -> str:
    """Return a text in lines of less than 80 columns, those after the first set in."""
    return textwrap.fill(text, 79, subsequent_indent=after)
