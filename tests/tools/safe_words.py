"""What no answer may say to anybody: volumes, salt, stretches and numbers that would be unsafe.

``unsafe`` looks at the words and numbers of one answer, as the JSON document holds it; ``entry_of``
makes the same of an analysis, without the way through JSON.
"""

import re
from collections.abc import Iterator, Mapping
from math import floor
from typing import Any

from msgspec.structs import asdict

from riskfit.analysis import Analysis

_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
#: An amount to drink; what is sweated, what a drink holds (mg/L) and bodies (kg) are none.
_VOLUME = re.compile(rf"(?<!sweat about ){_NUMBER} ?(?:mL|ml|L|litres?)\b(?!/)")
_HOURLY = re.compile(rf"(?<!sweat about ){_NUMBER} ?L(?: an hour|/h| each hour)")
_SALT = re.compile(r"\bsalt(?:y|ed)\b|mg/L|sodium an hour|salt tablet", re.I)
#: Texts that leave salt to the doctor, and those that speak of sodium in the blood.
_NO_SALT_GIVEN = {"salt_limited"}
_STRETCH = re.compile(r"(?<!not )(?<!of )\bstretch(?!ing may not be enough)", re.I)
_STRETCHING_KINDS = {"before", "acute", "after"}
#: Warning signs that are emergencies: low sodium or heat stroke, whole body, chest pain.
EMERGENCIES = {"RF3", "RF4", "RF8"}
#: Quantities that texts name, each by how it is said.
_SAID = {
    "heat stress": rf"(?:heat stress is|wbgt is|wbgt) (?:about )?{_NUMBER} °C",
    "sweat an hour": rf"you sweat about {_NUMBER}",
    "most an hour": (
        rf"(?:up to|at most|no more than|never more than|held at) {_NUMBER} L(?: an hour|/h)"
    ),
    "least an hour": rf"at least {_NUMBER} (?:L|and no more than)",
    "fluid lost": rf"(?<!then )end about {_NUMBER} % lighter(?! even)",
    "fluid lost with the plan": (
        rf"then end about {_NUMBER} % lighter|end about {_NUMBER} % lighter even"
    ),
    "sodium an hour": rf"sweat out about {_NUMBER} mg",
}
_SAID_PATTERNS = {name: re.compile(pattern, re.I) for name, pattern in _SAID.items()}
#: Where the document holds the same quantity.
_HELD = {
    "heat stress": ("features.wbgt_c.value", "features.wbgt_c.high"),
    "sweat an hour": ("drinking.sweat_rate_l_h",),
    "most an hour": ("drinking.ceiling_l_h",),
    "least an hour": ("drinking.floor_l_h",),
    "fluid lost": ("features.body_mass_loss_pct.value",),
    "fluid lost with the plan": ("drinking.loss_pct_at_end",),
    "sodium an hour": ("drinking.sodium_mg_h",),
}
#: A ceiling is written no higher than it is.
_ROUNDED_DOWN = {"most an hour"}
_HOURLY_HELD = {
    "floor_l_h": 1,
    "ceiling_l_h": 1,
    "plan_l_h": 1,
    "most_l_h": 1,
    "every_15_min_l": 4,
    "every_20_min_l": 3,
}
_VOLUMES = (*_HOURLY_HELD, "before_l", "after_l")


def unsafe(
    entry: Mapping[str, Any],
    *,
    no_volume: bool | None = None,
    no_salt: bool | None = None,
    shown: str = "",
) -> list[str]:
    """Return what is unsafe in an answer.

    Where nobody tells whose fluid or salt is limited, the drinking plan says it.  ``shown`` is the
    text of the terminal, whose numbers must be those of the document.
    """
    drinking = entry.get("drinking") or {}
    no_volume = bool(drinking.get("fluid_limited_by")) if no_volume is None else no_volume
    no_salt = bool(drinking.get("salt_limited")) if no_salt is None else no_salt
    return [
        *(_volumes_of_the_limited(entry, drinking) if no_volume else ()),
        *(_salt_of_the_limited(entry, drinking) if no_salt else ()),
        *_above_sweat(entry, drinking),
        *_beside_an_emergency(entry),
        *_two_numbers(entry, shown),
    ]


def _texts(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give who says it, and what is said: advice, and the lines of the drinking plan."""
    for one in entry.get("advice") or ():
        yield one["id"], one["text"]
    for line in (entry.get("drinking") or {}).get("caps") or ():
        yield "drinking plan", line


def _volumes_of_the_limited(entry: Mapping[str, Any], drinking: Mapping[str, Any]) -> Iterator[str]:
    for name in _VOLUMES:
        if drinking.get(name) is not None:
            yield f"a volume where fluid is limited: {name} {drinking[name]}"
    for who, text in _texts(entry):
        if _VOLUME.search(text):
            yield f"a volume where fluid is limited: {who}: {text}"


def _salt_of_the_limited(entry: Mapping[str, Any], drinking: Mapping[str, Any]) -> Iterator[str]:
    if drinking.get("sodium_mg_h") is not None:
        yield f"salt where it is limited: {drinking['sodium_mg_h']} mg/h"
    for who, text in _texts(entry):
        if who == "pickle_juice" or (who not in _NO_SALT_GIVEN and _SALT.search(text)):
            yield f"salt where it is limited: {who}: {text}"


def _above_sweat(entry: Mapping[str, Any], drinking: Mapping[str, Any]) -> Iterator[str]:
    sweat = drinking.get("sweat_rate_l_h")
    if sweat is None:
        return
    for name, times in _HOURLY_HELD.items():
        if (volume := drinking.get(name)) is not None and volume * times > sweat + 1e-9:
            yield f"more than is sweated ({sweat:.3f} L/h): {name} {volume}"
    for who, text in _texts(entry):
        for match in _HOURLY.finditer(text):
            if _value(match) > sweat + 1e-9:
                yield f"more than is sweated ({sweat:.3f} L/h): {who}: {text}"


def _beside_an_emergency(entry: Mapping[str, Any]) -> Iterator[str]:
    assessment = entry.get("assessment") or {}
    present = set((assessment.get("red_flags") or {}).get("present") or ())
    if not present:
        return
    for one in entry.get("advice") or ():
        if one["kind"] in _STRETCHING_KINDS or _STRETCH.search(one["text"]):
            yield f"a stretch beside {present}: {one['text']}"
    if present & EMERGENCIES:
        for name in ("score", "odds_vs_typical", "chance"):
            if assessment.get(name) is not None:
                yield f"{name} beside an emergency: {assessment[name]}"


def _two_numbers(entry: Mapping[str, Any], shown: str) -> Iterator[str]:
    """Hold every number of a quantity against the others, and against the document's."""
    sentences = [
        (line["rule"], line["sentence"])
        for line in (entry.get("assessment") or {}).get("contributions") or ()
        if not line.get("assumed")
    ]
    said = [*_texts(entry), *sentences, ("the terminal", shown)]
    for quantity, pattern in _SAID_PATTERNS.items():
        found = [
            (who, next(filter(None, match.groups())))
            for who, text in said
            for match in pattern.finditer(text)
        ]
        for who, number in found:
            if not _same(number, found[0][1]):
                yield f"two numbers of {quantity}: {found[0]} and {(who, number)}"
        held = [value for value in (_held(entry, path) for path in _HELD[quantity]) if value]
        if quantity in _ROUNDED_DOWN:
            held = [floor(10 * value + 1e-9) / 10 for value in held]
        for who, number in found:
            if held and not any(_same(number, f"{value:.6f}") for value in held):
                yield f"{quantity} is {held}, and {who} says {number}"


def _held(entry: Mapping[str, Any], path: str) -> float | None:
    found: Any = entry
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _same(one: str, other: str) -> bool:
    """Say whether two written numbers can be one, each as fine as it is written."""
    places = [len(text.partition(".")[2]) for text in (one, other)]
    numbers = [float(text.replace(",", "")) for text in (one, other)]
    coarse = 5.0 if min(numbers) >= 100 else 0.0  # milligrams are written in tens
    return abs(numbers[0] - numbers[1]) <= max(0.5 * 10.0 ** -min(places), coarse) + 1e-6


def _value(match: re.Match[str]) -> float:
    return float(match[1].replace(",", ""))


def entry_of(found: Analysis) -> dict[str, Any]:
    """Return of an analysis what ``unsafe`` looks at, as the document has it."""
    assessment = found.assessment
    return {
        "advice": [{"id": one.id, "kind": one.kind, "text": one.text} for one in found.advice],
        "drinking": {} if found.drinking is None else asdict(found.drinking),
        "assessment": {
            "score": assessment.score,
            "odds_vs_typical": assessment.odds_vs_typical,
            "chance": assessment.chance,
            "red_flags": {"present": assessment.red_flags.present},
            "contributions": [
                {"rule": line.rule, "sentence": line.sentence, "assumed": line.assumed}
                for line in assessment.contributions
            ],
        },
        "features": {
            name: {"value": found.features[name].value, "high": found.features[name].high}
            for name in ("wbgt_c", "body_mass_loss_pct")
        },
    }
