"""``riskfit profile``: what riskfit knows about you."""

from typing import Any

import click


@click.group()
def profile() -> None:
    """Show or change what riskfit knows about you.

    \b
    riskfit profile set mass=61kg threshold=4:05/km      one answer or several
    riskfit profile unset mass                           forget one

    The profile is one TOML file; every line of it may stay empty.
    """


@profile.command()
def show() -> None:
    """Show the profile, and what it leaves open."""
    from dataclasses import fields

    from riskfit.asking.profile_lines import toml_value
    from riskfit.athlete import Athlete
    from riskfit.folders import profile_path
    from riskfit.medical import readings
    from riskfit.profiles import load_profile
    from riskfit.report.said.session import taken_for

    athlete = load_profile()
    told = athlete.known()
    click.echo(f"# {profile_path()}")
    for name, value in told.items():
        click.echo(f"{name} = {toml_value(value)}")
    for reading in readings(athlete):
        click.echo(f"# {reading.said}: {taken_for(reading)}")
    absent = [f.name for f in fields(Athlete) if f.name not in told]
    if absent:
        click.echo("# not told: " + ", ".join(absent))
        click.echo(
            "# `riskfit ask` asks what matters most; `riskfit profile set KEY=VALUE` tells one"
        )


@profile.command(
    "set",
    epilog='Example: riskfit profile set mass=61kg cramps=never medications="Lasix since May"',
)
@click.argument("answers", nargs=-1, required=True, metavar="KEY=VALUE...")
def set_(answers: tuple[str, ...]) -> None:
    """Tell something about yourself, in the units and words you use.

    KEY is a plain name (mass, height, age, sex, ftp, threshold, cramps, family, illnesses,
    medications, back, injury, strength ...) or one that `riskfit profile show` lists. Comments in
    the file stay.
    """
    from riskfit.asking.profile_lines import save_answers
    from riskfit.asking.questions import part_of, profile_key
    from riskfit.asking.told_values import implied_by, shown, value_of
    from riskfit.errors import InputError
    from riskfit.report.said.session import taken_for

    changes: dict[str, Any] = {}
    follow: dict[str, bool] = {}
    for answer in answers:
        name, mark, text = answer.partition("=")
        if not mark:
            raise InputError(f"{answer!r}: write KEY=VALUE, such as mass=61kg")
        key = profile_key(name)
        changes[key] = value_of(key, text, name=name)
        follow |= implied_by(part_of(key), changes[key])
    saved = save_answers(changes, unless_told=follow)
    for key, value in changes.items():
        click.echo(f"{key} = {shown(value)}")
    for reading in saved.understood:
        click.echo(f"{reading.said}: {taken_for(reading)}")
    _name_strangers(saved.strangers)


@profile.command(epilog="Example: riskfit profile unset mass medications")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
def unset(keys: tuple[str, ...]) -> None:
    """Forget what you told; riskfit then takes the average and a wider range."""
    from riskfit.asking.profile_lines import save_answers
    from riskfit.asking.questions import profile_key

    named = [profile_key(key) for key in keys]
    saved = save_answers(dict.fromkeys(named))
    for key in named:
        was = getattr(saved.before, key) is not None
        click.echo(f"{key}: {'forgotten' if was else 'there was no answer'}")
    _name_strangers(saved.strangers)


def _name_strangers(keys: tuple[str, ...]) -> None:
    """Name what stands in the profile and keeps other commands from reading it."""
    if keys:
        click.echo(
            f"The profile also has {', '.join(keys)}, which riskfit does not know: take it out "
            "with `riskfit profile edit`.",
            err=True,
        )


@profile.command()
def path() -> None:
    """Print where the profile is kept."""
    from riskfit.folders import profile_path

    click.echo(profile_path())


@profile.command()
def edit() -> None:
    """Edit the profile in your editor; it is checked before you go."""
    from riskfit.folders import profile_path
    from riskfit.profiles import TEMPLATE, load_profile

    where = profile_path()
    if not where.exists():
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(TEMPLATE, encoding="utf-8")
        where.chmod(0o600)
    click.edit(filename=str(where))
    told = load_profile(where).known()
    click.echo(f"{where}: {len(told)} entries, all of them possible", err=True)
