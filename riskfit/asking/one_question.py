"""The one question whose answer would narrow the range most, and how to answer it."""

from collections.abc import Iterable, Sequence
from math import hypot
from shlex import quote

from msgspec import Struct

from riskfit.asking.questions import Question, load_questions, short_name


class OneQuestion(Struct, frozen=True, kw_only=True):
    """A question, what it could move the score by, and the command that answers it.

    ``others`` are answers beside the one that the command gives; ``options`` are to be added to
    the command that was run, where the question is about one session.
    """

    id: str
    text: str
    points: float
    others: str = ""
    command: str = ""
    options: str = ""


def most_telling(unknown: Iterable[tuple[Sequence[str], float]]) -> OneQuestion | None:
    """Return the question that settles most of what is unknown, None where no question does.

    Parameters
    ----------
    unknown : iterable of (rules, points)
        What is not known, the rules it settles, and how far it could move the score. [points]
    """
    table, found = load_questions(), list(unknown)
    weighed = []
    for question in (*table.question, *table.otherwise):
        settled = [points for rules, points in found if {*rules} & {*question.rules}]
        if settled:
            weighed.append((hypot(*settled), question))
    if not weighed:
        return None
    points, question = max(weighed, key=lambda one: one[0])
    return OneQuestion(
        id=question.id,
        text=question.text,
        points=points,
        others=", ".join(choice.word for choice in question.choices[1:]),
        command=question.command or ("" if question.options else _told_by(question)),
        options=question.options,
    )


def _told_by(question: Question) -> str:
    """Return the command that answers a question about the person, with an answer as example."""
    return "riskfit profile set " + " ".join(
        f"{short_name(part.key)}={quote(part.example or part.choices[0].word)}"
        for part in question.part
    )
