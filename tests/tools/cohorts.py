"""Simulated athletes with known sensitivities: what learning is proved on."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskfit.learning.design import Design, make_design
from riskfit.rules.load import load_model
from riskfit.rules.model import Knots, Model

#: Factors of the causes of somebody who sweats salt and whose traits matter little.
TRUTH = np.array([0.4, 1.5, 0.8, 2.5])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulated:
    """Sessions of some athletes and what came of them."""

    columns: dict[str, NDArray[np.float64]]
    athlete: NDArray[np.intp]
    cramp: NDArray[np.float64]
    design: Design

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The features in the card's order."""
        return np.column_stack([self.columns[name] for name in load_model().inputs])


def simulated(
    rng: np.random.Generator,
    *,
    athletes: int = 40,
    each: int = 50,
    truth: NDArray[np.float64] | None = None,
    spread: float = 0.7,
    base: float = -1.0,
    context: str = "marathon",
    signal: bool = True,
) -> Simulated:
    """Draw sessions over the whole range of every rule, and cramps by the card's own arithmetic.

    ``truth`` holds the factors of the causes; ``spread`` is how athletes differ beyond them,
    ``base`` the log odds of a typical session; without ``signal`` cramps hang on nothing.
    """
    model = load_model()
    rows = athletes * each
    who = np.repeat(np.arange(athletes), each)
    columns = {}
    for rule in model.rules:
        low, high = rule.knots[0][0], rule.knots[-1][0]
        size = athletes if rule.part == "you" else rows
        if len(rule.knots) == 2 and (low, high) == (0, 1):
            values = (rng.random(size) < 0.3).astype(float)
        else:
            values = low + (high - low) * rng.beta(1, 1.5, size)
        columns[rule.feature] = values[who] if rule.part == "you" else values
    for name, knots in _others(model).items():
        columns[name] = rng.uniform(knots[0][0], knots[-1][0], rows)
    design = make_design(columns, rows, model, context)
    logit = base + rng.normal(0, spread, athletes)[who]
    if signal:
        logit += design.cause_logits() @ (np.ones(4) if truth is None else truth)
    cramp = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(float)
    return Simulated(columns=columns, athlete=who, cramp=cramp, design=design)


def _others(model: Model) -> dict[str, Knots]:
    """Return the inputs that are no rule's own feature, with their knots."""
    seconds = [rule.or_feature for rule in model.rules if rule.or_feature]
    factors = [factor for rule in model.rules for factor in rule.times if factor.feature]
    return {str(one.feature): one.knots for one in (*seconds, *factors)}


def outcome_file(
    path: Path,
    *,
    athletes: int = 12,
    each: int = 25,
    kinds: int = 2,
    dates: bool = True,
    prefix: str = "a",
    seed: int = 3,
) -> Path:
    """Write simulated sessions as a cohort file; with one kind nobody cramped."""
    data = simulated(np.random.default_rng(seed), athletes=athletes, each=each)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["athlete", "date", "context", "cramp", *data.columns])
        for row, cramp in enumerate(data.cramp):
            day = f"2025-{1 + row % 12:02d}-{1 + row % 28:02d}" if dates else ""
            head = [f"{prefix}{data.athlete[row]}", day, "marathon", int(cramp) if kinds > 1 else 0]
            writer.writerow([*head, *[values[row] for values in data.columns.values()]])
    return path
