"""An analysis on the terminal: the answer first, then what it rests on."""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from math import isfinite

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from riskfit.activity import Activity, PlannedSession
from riskfit.analysis import Analysis
from riskfit.features.catalogue import CATALOGUE
from riskfit.features.results import Feature
from riskfit.report.rounding import round_down, split_to_total
from riskfit.report.words import (
    ADVICE_KINDS,
    CAUSE_NAMES,
    STEPS_SHOWN,
    clock,
    duration_words,
    odds_words,
    one_in_words,
    quantity,
    signed_odds,
    sport_words,
)
from riskfit.scoring.assessment import Assessment
from riskfit.scoring.timeline import Timeline

_BAND_STYLE = {"low": "green", "ordinary": "cyan", "raised": "yellow", "high": "bold red"}
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Duration", ("duration_min", "elapsed_min", "distance_km", "ascent_m", "descent_m")),
    (
        "Intensity",
        (
            "heart_rate_avg_bpm",
            "speed_avg_km_h",
            "grade_adjusted_speed_km_h",
            "normalized_power_w",
            "intensity_factor",
            "training_stress_score",
            "trimp",
            "late_fade_fraction",
            "energy_kcal",
        ),
    ),
    (
        "Heat",
        (
            "air_temperature_c",
            "relative_humidity_pct",
            "wbgt_c",
            "sweat_rate_l_h",
            "sweat_loss_l",
            "device_sweat_loss_l",
            "body_mass_loss_pct",
        ),
    ),
    (
        "Recovery",
        (
            "form_tsb",
            "training_72h_above_usual_h",
            "week_load_ratio",
            "same_sport_sessions_28d",
            "duration_vs_longest_28d_ratio",
            "heat_days_14d",
        ),
    ),
)
_BAR = 24


def analysis_text(analysis: Analysis, *, width: int = 80, full: bool = False) -> RenderableType:
    """Return one analysis for the terminal.

    Parameters
    ----------
    analysis : Analysis
    width : int
        Columns to fill.
    full : bool
        Every feature and rule, not only those that matter most.
    """
    assessment = analysis.assessment
    parts: list[RenderableType] = [_headline(analysis), Text("")]
    if assessment.red_flags.present:
        parts += [_red_flags(analysis), Text("")]
    parts += [_score(assessment), Text("")]
    if assessment.score is not None:
        parts += [_causes(assessment), Text(""), _reasons(assessment, full), Text("")]
        if analysis.timeline is not None:
            parts += [_timeline(analysis.timeline), Text("")]
    parts += [_features(analysis, full), Text("")]
    parts += [_steps(analysis, width, full), Text("")]
    # Of a plan, what to tell is ranked by itself: see `riskfit.report.terminal.plan`.
    if assessment.not_assessed and isinstance(analysis.session, Activity):
        parts += [_not_assessed(assessment, full), Text("")]
    if analysis.notes:
        parts += [_notes(analysis.notes, width), Text("")]
    return Padding(Group(*parts), (0, 1))


def failures_text(failures: Iterable[tuple[str, str]]) -> Text:
    """Return a line for each input that failed."""
    text = Text()
    for source, error in failures:
        text.append(f"{source}: ", style="bold red")
        text.append(f"{error}\n")
    return text


def print_analyses(
    console: Console,
    analyses: Iterable[Analysis],
    *,
    full: bool = False,
    addenda: Sequence[Callable[[], RenderableType]] = (),
) -> None:
    """Print analyses, a line between them; ``addenda`` make what belongs behind each."""
    for number, analysis in enumerate(analyses):
        if number:
            console.rule(style="dim")
        console.print(analysis_text(analysis, width=min(console.width, 100), full=full))
        if number < len(addenda):
            console.print(addenda[number]())


def _headline(analysis: Analysis) -> Text:
    session, features = analysis.session, analysis.features
    text = Text(_title(analysis), style="bold")
    facts = [sport_words(session)]
    if session.start_time is not None:
        offset = getattr(session, "utc_offset_s", None)
        away = session.start_time.utcoffset()
        if offset is None and isinstance(session, PlannedSession) and away:
            offset = away.total_seconds()
        zone = "" if offset is not None else " UTC"
        facts.append(clock(session.start_time.timestamp() + (offset or 0)) + zone)
    minutes = features["duration_min"].value
    if minutes is not None:
        facts.append(duration_words(minutes))
    distance = features["distance_km"].value
    if distance is not None:
        facts.append(quantity(distance, "km"))
    temperature = features["air_temperature_c"]
    if temperature.value is not None:
        assumed = " (assumed)" if "assumed" in (temperature.source or "") else ""
        facts.append(f"{temperature.value:.0f} °C{assumed}")
    text.append("\n" + " · ".join(facts), style="dim")
    return text


def _title(analysis: Analysis) -> str:
    session = analysis.session
    named = session.name
    if analysis.source is None:
        whose = f"{analysis.athlete} · " if analysis.athlete else ""
        return whose + (named or "Planned session")
    return analysis.source if not named else f"{analysis.source} · {named}"


def _red_flags(analysis: Analysis) -> Text:
    text = Text("Stop here first: ", style="bold red")
    text.append("red flags were named (" + ", ".join(analysis.assessment.red_flags.present) + ").")
    text.append("\nSee a clinician before stretching or training through it.", style="red")
    return text


def _score(assessment: Assessment) -> Text:
    """Return the score with its interval, its two parts, and what it compares with."""
    if assessment.score is None:
        return Text.assemble(
            ("Cramp risk score: none", "bold"), f"\n{assessment.unscored_because or ''}"
        )
    score = round_down(assessment.score)
    style = _BAND_STYLE.get(assessment.band or "", "bold")
    text = Text("Cramp risk ", style="bold")
    text.append(f"{score:.0f}", style=f"bold {style}")
    text.append(f"  {assessment.band}", style=style)
    text.append(f"   between {assessment.low:.0f} and {assessment.high:.0f}")
    if assessment.band_low != assessment.band_high:
        text.append(f" ({assessment.band_low} to {assessment.band_high})")
    you, session = assessment.parts["you"], assessment.parts["session"]
    shown = split_to_total({"you": you.points, "session": session.points}, score)
    text.append(
        f"\n= you {shown['you']:.0f} ({odds_words(you.odds)})"
        f" + this session {shown['session']:.0f} ({odds_words(session.odds)}, {session.word})"
    )
    if assessment.compared is not None and assessment.odds_vs_typical is not None:
        against = signed_odds(assessment.odds_vs_typical)
        text.append(f"\nFor {assessment.context_name}: {assessment.compared}, {against}")
    if assessment.chance is not None:
        text.append(f"; {one_in_words(assessment.chance)}", style="dim")
    return text


def _causes(assessment: Assessment) -> Table:
    """Return bars of the points of each cause; each is drawn to what it could give."""
    table = Table.grid(padding=(0, 2))
    shown = split_to_total(
        {name: cause.points for name, cause in assessment.causes.items()},
        round_down(assessment.score or 0.0),
    )
    for name, cause in assessment.causes.items():
        filled = round(_BAR * cause.share)
        bar = Text("█" * filled, style="yellow" if cause.share >= 0.5 else "cyan")
        bar.append("░" * (_BAR - filled), style="dim")
        table.add_row(CAUSE_NAMES[name], bar, f"{shown[name]:>2.0f} of {cause.of:.0f}")
    return table


def _reasons(assessment: Assessment, full: bool) -> Group:
    """Return what stands out, by its share of what its cause can give."""
    lines = assessment.standing_out()
    if not lines:
        return Group(Text("What stands out", style="bold"), Text("Nothing that is known."))
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    for line in lines if full else lines[:6]:
        grade = Text(f"evidence {line.grade}, {line.rule}", style="dim")
        table.add_row(f"+{line.points:.1f}", Text(line.sentence), grade)
    assumed = sum(line.points for line in assessment.contributions if line.assumed)
    if assumed > 0.05:
        table.add_row(
            f"+{assumed:.1f}", Text("counted as usual, because nobody told", style="dim"), ""
        )
    return Group(Text("What stands out", style="bold"), table)


def _timeline(timeline: Timeline) -> Text:
    """Say when the score crossed into another band, and what drove it."""
    text = Text("Along the session ", style="bold")
    if any(map(isfinite, timeline.score.tolist())):
        text.append(_sparkline(timeline.score.tolist()))
    if not timeline.crossings:
        text.append("  no change of band")
    for crossing in timeline.crossings[:4]:
        at = duration_words(crossing.elapsed_s / 60)
        text.append(
            f"\n{at}: from {crossing.from_band} to {crossing.to_band}, "
            f"mostly {CAUSE_NAMES[crossing.cause].lower()} ({crossing.rule})"
        )
    if len(timeline.crossings) > 4:
        text.append(f"\nand {len(timeline.crossings) - 4} more changes", style="dim")
    return text


def _sparkline(scores: list[float], cells: int = 32) -> str:
    """Draw the score along the session in one line, 0 to 100."""
    blocks = "▁▂▃▄▅▆▇█"
    picked = [scores[int(i * (len(scores) - 1) / (cells - 1))] for i in range(cells)]
    return "".join(
        blocks[min(7, int(value / 100 * 8))] if isfinite(value) else " " for value in picked
    )


def _features(analysis: Analysis, full: bool) -> Group:
    """Return the features in their groups."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim", overflow="fold", ratio=1)
    groups = _GROUPS
    if full:
        groups = tuple(
            (title, tuple(n for n, spec in CATALOGUE.items() if spec.group == title.lower()))
            for title in ("Duration", "Intensity", "Heat", "Recovery", "Person")
        )
    for title, names in groups:
        rows = [(name, analysis.features[name]) for name in names]
        present = [(name, feature) for name, feature in rows if feature.value is not None]
        table.add_row(Text(title, style="bold"), "", "")
        for name, feature in present:
            table.add_row(f"  {CATALOGUE[name].meaning_short}", *_feature_cells(feature))
        absent = [(name, f) for name, f in rows if f.value is None]
        if full:
            for name, feature in absent:
                table.add_row(f"  {CATALOGUE[name].meaning_short}", "–", feature.missing_because)
        elif absent and not present:
            table.add_row("  not known", "", absent[0][1].missing_because)
    return Group(table)


def _feature_cells(feature: Feature) -> tuple[str, str]:
    value = quantity(feature.value or 0.0, feature.unit)
    source = feature.source or ""
    if feature.low is not None and feature.high is not None:
        low, high = (
            quantity(bound, "", like=feature.unit) for bound in (feature.low, feature.high)
        )
        source = f"{low} to {high}, {source}"
    return value, source


def _steps(analysis: Analysis, width: int, full: bool) -> Group:
    """Return the advice by kind; a few of each unless all is asked for."""
    lines: list[RenderableType] = [Text("What to do", style="bold")]
    left_out = 0
    for kind, title in ADVICE_KINDS.items():
        steps = [step for step in analysis.advice if step.kind == kind]
        if not steps:
            continue
        lines.append(Text(f"  {title}", style="cyan"))
        shown = steps if full else steps[: STEPS_SHOWN.get(kind, 2)]
        left_out += len(steps) - len(shown)
        for step in shown:
            because = f" [{', '.join(step.because[:4])}]" if step.because else ""
            wrapped = textwrap.wrap(step.text + because, width - 6)
            lines.append(Text("  • " + "\n    ".join(wrapped)))
    if left_out:
        lines.append(Text(f"  and {left_out} more (--full)", style="dim"))
    return Group(*lines)


def _not_assessed(assessment: Assessment, full: bool) -> Group:
    """Return what was not known, the most telling first."""
    shown = assessment.not_assessed if full else assessment.not_assessed[:5]
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(ratio=1)
    for item in shown:
        spread = max(abs(item.points_low), abs(item.points_high))
        table.add_row(f"±{spread:.1f}", Text(item.question), Text(item.settled_by, style="dim"))
    rest = len(assessment.not_assessed) - len(shown)
    title = Text("Not assessed; telling me would narrow the range", style="bold")
    return Group(
        title, table, *([Text(f"  and {rest} more (--full)", style="dim")] if rest else [])
    )


def _notes(notes: tuple[str, ...], width: int) -> Text:
    text = Text("Notes", style="bold")
    for note in notes:
        text.append("\n  " + "\n  ".join(textwrap.wrap(note, width - 4)), style="dim")
    return text
