"""The twelve questions: ``models/questions.toml``, which terminal and page share."""

from functools import cache
from typing import Final

import msgspec

from riskfit.athlete import WORDS, Athlete
from riskfit.errors import InputError, RuleError, did_you_mean
from riskfit.rules.load import load_model
from riskfit.strict_toml import (
    Strict,
    bundled_text,
    convert_table,
    known_names,
    parse_toml,
    unique_names,
)

PROFILE_KEYS: Final = tuple(Athlete.__dataclass_fields__)
#: Endings of the profile's keys that people leave out.
_UNITS: Final = ("_kg", "_m_s", "_m", "_years", "_bpm", "_w", "_mmol_l")


class Choice(Strict, frozen=True, kw_only=True):
    """One answer: the word that is shown, what is taken for it as well, and what it sets."""

    word: str
    value: str | bool
    also: tuple[str, ...] = ()


class Part(Strict, frozen=True, kw_only=True):
    """One thing to answer.

    Attributes
    ----------
    key : str
        What it sets: a key of the profile, or an option of ``riskfit check``.
    text, hint, example : str
        What is asked, where the question has several parts; what an answer looks like; one.
    choices : tuple of Choice
    not_named : tuple of str
        Answers of the profile that are no, unless the words say otherwise.
    """

    key: str
    text: str = ""
    hint: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    not_named: tuple[str, ...] = ()

    @property
    def of_session(self) -> bool:
        """Say whether it is about one session, not about the person."""
        return self.key.startswith("--")

    @property
    def allowed(self) -> str:
        """Return what may be answered, in words; nothing where anything may."""
        return ", ".join(choice.word for choice in self.choices)

    def chosen(self, text: str) -> Choice | None:
        """Return the choice that a number or a word stands for, the beginning of one too."""
        said = " ".join(text.lower().split())
        if said.isdigit() and 1 <= int(said) <= len(self.choices):
            return self.choices[int(said) - 1]
        for choice in self.choices:
            if said in (choice.word, *choice.also):
                return choice
        begins = [choice for choice in self.choices if choice.word.startswith(said)]
        return begins[0] if len(begins) == 1 and said else None


class Question(Strict, frozen=True, kw_only=True):
    """A question with its parts, the rules it settles, and where its numbers are from.

    ``options`` answer it for one session; ``command`` where nothing that is typed answers it.
    """

    id: str
    text: str
    rules: tuple[str, ...]
    part: tuple[Part, ...] = ()
    options: str = ""
    command: str = ""
    from_: str | None = msgspec.field(name="from", default=None)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Return the choices of a question of one part."""
        return self.part[0].choices if len(self.part) == 1 else ()


class Questions(Strict, frozen=True, kw_only=True):
    """The whole file.

    ``typical_min`` is how long a typical training session takes [min]; ``otherwise`` are
    questions that nobody is asked, because a file or a few options answer them.
    """

    typical_min: float
    names: dict[str, str]
    question: tuple[Question, ...]
    otherwise: tuple[Question, ...]


@cache
def load_questions() -> Questions:
    """Read the bundled file once."""
    return parse_questions(bundled_text("questions.toml"), "questions.toml")


def parse_questions(text: str, source: str) -> Questions:
    """Make the questions of a TOML text; ``source`` names it in messages."""
    file = convert_table(
        parse_toml(text, source),
        Questions,
        source,
        tables={"question": Question, "otherwise": Question},
    )
    known_names(file.names.values(), PROFILE_KEYS, source, "names")
    unique_names([question.id for question in file.question], "question", source)
    rules = [rule.id for rule in load_model().rules]
    for question in (*file.question, *file.otherwise):
        place = f"{source}: question {question.id}"
        known_names(question.rules, rules, place, "rules")
        for part in question.part:
            _check_part(part, place)
    return file


def _check_part(part: Part, place: str) -> None:
    if not part.of_session:
        known_names([part.key, *part.not_named], PROFILE_KEYS, place, "key")
    for choice in part.choices:
        if part.key in WORDS and choice.value not in WORDS[part.key]:
            raise RuleError(f"{place}, key value: {choice.value!r} is not one of {part.key}")
    words = [word for choice in part.choices for word in (choice.word, *choice.also)]
    unique_names(words, "word", place)


def part_of(key: str) -> Part | None:
    """Return the part that sets a key, None where no question does."""
    for question in load_questions().question:
        for part in question.part:
            if part.key == key:
                return part
    return None


def profile_key(name: str) -> str:
    """Return the key of the profile that somebody's name for it stands for.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> profile_key("mass"), profile_key("cramps"), profile_key("flat-feet")
    ('mass_kg', 'cramp_history', 'flat_feet')
    """
    said, names = name.strip().lower().replace("-", "_").replace(" ", "_"), _names()
    if said not in names:
        raise InputError(f"the profile has no {name!r}{did_you_mean(said, names)}")
    return names[said]


def short_name(key: str) -> str:
    """Return the plain name of a key, as it is written after ``riskfit profile set``.

    Examples
    --------
    >>> short_name("cramp_history"), short_name("mass_kg"), short_name("sex")
    ('cramps', 'mass', 'sex')
    """
    plain = _without_unit(key)
    others = (name for name, meant in load_questions().names.items() if meant == key)
    return plain if "_" not in plain else next(others, plain)


@cache
def _names() -> dict[str, str]:
    return {
        **{_without_unit(key): key for key in PROFILE_KEYS},
        **load_questions().names,
        **{key: key for key in PROFILE_KEYS},
    }


def _without_unit(key: str) -> str:
    for ending in _UNITS:
        if key.endswith(ending):
            return key.removesuffix(ending)
    return key
