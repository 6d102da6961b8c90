"""``riskfit profile``: what riskfit knows about you."""

import click


@click.group()
def profile() -> None:
    """Show or edit what riskfit knows about you.

    The profile is one TOML file; every line of it may stay empty.
    """


@profile.command()
def show() -> None:
    """Show the profile, and what it leaves open."""
    from dataclasses import fields

    from riskfit.athlete import Athlete
    from riskfit.folders import profile_path
    from riskfit.medical import readings
    from riskfit.profiles import load_profile
    from riskfit.report.said.session import taken_for

    athlete = load_profile()
    told = athlete.known()
    click.echo(f"# {profile_path()}")
    for name, value in told.items():
        click.echo(f"{name} = {value}")
    for reading in readings(athlete):
        click.echo(f"# {reading.said}: {taken_for(reading)}")
    absent = [f.name for f in fields(Athlete) if f.name not in told]
    if absent:
        click.echo("# not told: " + ", ".join(absent))


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
