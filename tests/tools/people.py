"""People and their sessions in a table: run as a user would, and held against what is said.

A table says in its head when everybody starts; an entry holds ``run`` (the command), and may hold
``profile``, ``past`` (sessions that are in the store), ``recording`` (a session that was recorded;
``{file}`` in the command), ``first`` (commands before) and what is expected:

- ``says``, ``silent``: ids of advice that must and must not be given; ``*`` stands for any ending
- ``reads``, ``unread``: patterns found and not found in the text of ``--full``, on one line
- ``asks``: patterns of the questions that are asked
- ``only``: all the advice that may be given
- ``counts``, ``discounts``: rules that must and must not add points, of what is known
- ``fields``: values of the JSON entry: ``[least, most]`` of a number, a word, ``"known"``,
  ``"none"``

``+21d`` in a command is that many days from now at nine.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fnmatch import filter as fitting
from functools import cache
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import tomli

from tools import command_line
from tools.generator import Person, Session, simulate, to_fit

TABLES = Path(__file__).parents[1]
_AHEAD = re.compile(r"\+(\d+)d")
_REFUSED = "error"
_SESSIONS = ("check", "analyze")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One person and session of a table, and what is expected to be said."""

    id: str
    run: str
    profile: dict[str, Any] = field(default_factory=dict)
    past: tuple[dict[str, Any], ...] = ()
    recording: dict[str, Any] | None = None
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    discounts: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    why: str = ""
    quote: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was answered: the JSON entry, and the text on one line."""

    entry: dict[str, Any]
    text: str

    @property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.entry.get("advice", ())]

    @property
    def counted(self) -> set[str]:
        """Rules that add points, of what is known."""
        lines = (self.entry.get("assessment") or {}).get("contributions", ())
        return {one["rule"] for one in lines if not one["assumed"] and one["points"] > 0.05}

    def value(self, path: str) -> Any:
        """Return a value of the entry, None where there is none."""
        found: Any = self.entry
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found


def entries(table: str) -> dict[str, Entry]:
    """Return the entries of a table by id."""
    head = tomli.loads((TABLES / table).read_text(encoding="utf-8"))
    made = {}
    for row in head.get("person") or head["row"]:
        past = [one for name in row.pop("past", ()) for one in head["past"][name]]
        one = Entry(**{**row, "past": tuple(past)})
        assert one.id not in made, one.id
        made[one.id] = replace(one, run=_started(one.run, head["start"]))
    return made


def expected(names: Iterable[Any], table: str, listed: str = "not_yet") -> list[Any]:
    """Return what to try, marked where it is not so yet."""
    head = tomli.loads((TABLES / table).read_text(encoding="utf-8"))
    mark = pytest.mark.xfail(reason="not yet")
    return [
        pytest.param(name, marks=mark if name in head.get(listed, ()) else ()) for name in names
    ]


def _started(words: str, start: str) -> str:
    """Say when, unless the command does."""
    planned = words.startswith("check") and "--start" not in words
    return f"{words} --start {start}" if planned else words


def answered(entry: Entry, *, full: bool = True) -> Said:
    """Run an entry twice through the command line: for its document and for its text."""
    with TemporaryDirectory() as name, _own_home(Path(name)):
        folder = Path(name)
        _write_profile(folder / "profile.toml", entry.profile)
        words = [_ahead(word) for word in entry.run.split()]
        if entry.past:
            _remember(folder, entry.past, _start_of(words, entry))
        if entry.recording is not None:
            (folder / "session.fit").write_bytes(_recorded(entry.recording))
            words = _with_file(words, folder)
        for before in entry.first:
            command_line.run(*_with_file(before.split(), folder))
        if words[0] not in _SESSIONS:
            return Said(entry={}, text=" ".join(command_line.run(*words).stdout.split()))
        result = command_line.run(*words, "--json", code=None)
        if result.exit_code not in (0, 3):
            return Said(entry={_REFUSED: result.output}, text=result.output)
        more = ("--full",) if full else ()
        shown = command_line.run(*words, *more, code=result.exit_code).stdout
        document = json.loads(result.stdout)
        return Said(entry=document["activities"][0], text=" ".join(shown.split()))


def _with_file(words: list[str], folder: Path) -> list[str]:
    return [word.replace("{file}", str(folder / "session.fit")) for word in words]


def wrong(entry: Entry, said: Said) -> list[str]:
    """Return what is not said as it should be."""
    if _REFUSED in said.entry and "refused" not in entry.fields:
        return [f"refused: {said.text}"]
    found = [f"does not say {one}" for one in entry.says if not _among(one, said.ids)]
    found += [f"says {one}" for one in entry.silent if _among(one, said.ids)]
    if entry.only:
        allowed = [one for pattern in entry.only for one in fitting(said.ids, pattern)]
        found += [f"says {one}" for one in said.ids if one not in allowed]
    found += [f"does not count {one}" for one in entry.counts if one not in said.counted]
    found += [f"counts {one}" for one in entry.discounts if one in said.counted]
    for pattern in entry.reads:
        if not re.search(pattern, said.text, re.I):
            found.append(f"does not read {pattern!r}")
    for pattern in entry.unread:
        if match := re.search(f".{{0,60}}(?:{pattern}).{{0,60}}", said.text, re.I):
            found.append(f"reads {pattern!r}: ...{match.group()}...")
    asked = [one["question"] for one in said.value("plan.tell") or ()]
    found += [f"does not ask {one!r}" for one in entry.asks if not _found_in(one, asked)]
    for path, expected in entry.fields.items():
        value = said.text if path == "refused" else said.value(path)
        if not _as_expected(value, expected):
            found.append(f"{path} is {value!r}, not {expected!r}")
    return found


def _among(pattern: str, ids: list[str]) -> bool:
    return bool(fitting(ids, pattern))


def _found_in(pattern: str, texts: list[str]) -> bool:
    return any(re.search(pattern, text, re.I) for text in texts)


def _as_expected(value: Any, expected: Any) -> bool:
    if expected in ("none", "known"):
        return (value in (None, [], ())) == (expected == "none")
    if isinstance(expected, list):
        return value is not None and expected[0] <= value <= expected[1]
    if isinstance(value, list):
        return expected in value
    return bool(value == expected)


def _ahead(word: str) -> str:
    match = _AHEAD.fullmatch(word)
    if match is None:
        return word
    day = datetime.now().astimezone() + timedelta(days=int(match[1]))
    return day.replace(hour=9, minute=0, second=0, microsecond=0).isoformat()


def _start_of(words: list[str], entry: Entry) -> datetime:
    """Return when the session is, to which the past is counted back."""
    if "--start" in words:
        return datetime.fromisoformat(words[words.index("--start") + 1]).astimezone(UTC)
    return _session(entry.recording or {}).start


@contextmanager
def _own_home(folder: Path) -> Iterator[None]:
    """Keep profile and store of these people apart from each other's."""
    own = {"RISKFIT_PROFILE": "profile.toml", "RISKFIT_STORE": "store.sqlite"}
    before = {name: environ.get(name) for name in own}
    environ.update({name: str(folder / file) for name, file in own.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            environ.pop(name) if value is None else environ.update({name: value})


def _write_profile(path: Path, profile: dict[str, Any]) -> None:
    lines = [f"{name} = {_toml(value)}\n" for name, value in profile.items()]
    path.write_text("".join(lines), encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _session(told: dict[str, Any]) -> Session:
    """Return the inputs of a recording; TOML has lists where they are tuples."""
    plain = {name: _tuples(value) for name, value in told.items() if name != "minutes"}
    if "minutes" in told:
        plain["duration_s"] = round(60 * told["minutes"])
    return Session(**plain)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@cache
def _simulated(told: str) -> bytes:
    return to_fit(simulate(_session(tomli.loads(told)), Person()))


def _recorded(told: dict[str, Any]) -> bytes:
    """Return a recording as FIT; the person's profile is not in the file."""
    own = {"profile_in_file": False, "every_s": [5], **told}
    return _simulated("\n".join(f"{name} = {_toml(value)}" for name, value in own.items()))


def _remember(folder: Path, past: tuple[dict[str, Any], ...], start: datetime) -> None:
    """Put sessions of the past into the store, and log how they went where that is told.

    ``days``: first, last and step, counted back from the session; ``cramped``: how many of them
    ended in a cramp, ``none`` being told of the others; ``context``: what they were.
    """
    files = folder / "past"
    files.mkdir()
    logged = []
    for number, told in enumerate(past):
        first, last, step = told["days"]
        shape = {k: v for k, v in told.items() if k not in ("days", "cramped", "context")}
        for count, day in enumerate(range(first, last + 1, step)):
            when = start - timedelta(days=day, hours=1)
            made = _recorded({**shape, "every_s": [60], "start": when.replace(tzinfo=UTC)})
            (files / f"{number}-{day}.fit").write_bytes(made)
            if "cramped" in told:
                how = "--cramp" if count < told["cramped"] else "--none"
                logged.append((when, how, told.get("context", "training")))
    command_line.run("import", files)
    for when, how, context in logged:
        command_line.run("log", f"{when:%Y-%m-%dT%H:%MZ}", how, "--context", context)
