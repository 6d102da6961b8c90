"""How far the twelve answers narrow a score: typical ones, typed as people type them."""

import shlex
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from riskfit.activity import Activity, Failure
from riskfit.analysis import analyse
from riskfit.asking.profile_lines import edited
from riskfit.asking.questions import Question, load_questions
from riskfit.asking.told_values import choice_of, implied_by, value_of
from riskfit.athlete import Athlete, Conditions
from riskfit.cli.check import check
from riskfit.cli.options import make_conditions
from riskfit.errors import RiskfitError
from riskfit.profiles import profile_from_bytes
from riskfit.readers import read_activities
from riskfit.scoring.assessment import Assessment
from tools.corpus import manifest, path_of

#: The most usual answer to each question, where there is one; what is about the session's sport,
#: length and effort, a recording says itself.
TYPICAL: Mapping[str, Sequence[str]] = {
    "warning_signs": ("none",),
    "cramps": ("longer ago",),
    "family": ("no",),
    "age_and_sex": ("41", "male"),
    "illnesses": ("none",),
    "medicines": ("none",),
    "back_or_nerve": ("no",),
    "injury": ("no",),
    "strength": ("no",),
    "habit": ("running", "8", "1h30"),
    "next_session": (),
    "heat_and_drink": ("warm", "water"),
}


class Stage(NamedTuple):
    """Where a session stands after some answers: its range's width and what is assumed."""

    question: str
    width: float
    assumed_fraction: float


def told(questions: Sequence[Question]) -> tuple[Athlete, Conditions]:
    """Return the person and the day that the answers to these questions describe."""
    profile, options = "", "--no-race"
    for question in questions:
        for part, said in zip(question.part, TYPICAL[question.id], strict=False):
            if part.of_session:
                options += f" {choice_of(part, said).value}"
                continue
            value = value_of(part.key, said)
            profile = edited(profile, {part.key: value, **implied_by(part, value)})
    values = check.make_context("check", shlex.split(options)).params
    return profile_from_bytes(profile.encode(), "answers"), make_conditions(values)


def stages(session: Activity, *, each: bool) -> list[Stage]:
    """Return where a session stands before the answers and after all, or after each question."""
    questions = load_questions().question
    found = [_stage("before", analyse(session).assessment)]
    for count in range(1 if each else len(questions), len(questions) + 1):
        answered = analyse(session, *told(questions[:count]))
        found.append(_stage(questions[count - 1].id, answered.assessment))
    return found


def _stage(question: str, assessment: Assessment) -> Stage:
    points = sum(line.points for line in assessment.contributions)
    assumed = sum(line.points for line in assessment.contributions if line.assumed)
    return Stage(question, assessment.high - assessment.low, assumed / points)


def sessions(paths: Sequence[Path], *, each: bool = False) -> Iterator[list[Stage]]:
    """Yield the stages of each session of some files that can be scored."""
    for path in paths:
        for item in read_activities(path):
            if isinstance(item, Failure):
                continue
            try:
                if analyse(item).assessment.score is not None:
                    yield stages(item, each=each)
            except RiskfitError:
                continue


def of_corpus(*, each: bool = False) -> list[list[Stage]]:
    """Return the stages of every session of the corpus."""
    return list(sessions([path_of(row) for row in manifest()], each=each))


def medians(measured: Sequence[Sequence[Stage]]) -> list[Stage]:
    """Return the median over sessions at each stage."""
    return [
        Stage(
            column[0].question,
            statistics.median(one.width for one in column),
            statistics.median(one.assumed_fraction for one in column),
        )
        for column in zip(*measured, strict=True)
    ]


def page_parts() -> Mapping[str, Callable[[], str]]:
    """Return the parts of docs/asking.md."""
    return {"answers": _table}


def _table() -> str:
    measured = of_corpus(each=True)
    texts = {question.id: question.text for question in load_questions().question}
    head = ("after", "answer", "width of the range", "average assumed")
    lines = [head, ("---",) * 4]
    for one in medians(measured):
        said = ", ".join(TYPICAL.get(one.question, ()))
        what = texts.get(one.question, f"nothing told ({len(measured)} sessions)")
        lines.append((what, said, f"{one.width:.1f}", f"{100 * one.assumed_fraction:.0f} %"))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
