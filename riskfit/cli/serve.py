"""``riskfit serve``: a page on the own machine."""

from typing import TYPE_CHECKING, Any

import click

from riskfit.cli.options import MEMORY, PERSON, SCORING, make_athlete, make_scoring, takes

if TYPE_CHECKING:
    from riskfit.web.desk import Desk
    from riskfit.web.guard import Rules

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(epilog="Example: riskfit serve --port 8800 --open")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; anything but loopback can be reached by others.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8722, show_default=True, help="0: any free."
)
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="A name this machine is reached by from elsewhere. May be repeated.",
)
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
@takes(*MEMORY, *PERSON, *SCORING)
def serve(host: str, port: int, names: tuple[str, ...], show: bool, **values: Any) -> None:
    """Check plans with sliders, drop files in, browse the store, log how it went.

    The page is served on this machine alone unless --host says otherwise, and asks no other
    machine for anything.  Reached from elsewhere, everybody needs the key that is printed.
    """
    import socket

    from riskfit.cli import collect_as_usual
    from riskfit.errors import ResourceError

    try:
        import uvicorn

        from riskfit.web.app import create_app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("uvicorn", "starlette", "anyio"):
            raise
        raise ResourceError(
            "serve needs its extra: install it with `pip install 'riskfit[web]'`"
        ) from error
    collect_as_usual()
    desk = _desk(values)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(128)  # whoever reads the address below can ask at once
        except OSError as error:
            raise ResourceError(
                f"{host}:{port} cannot be listened on ({error.strerror}): choose another --port"
            ) from error
        port = listener.getsockname()[1]
        rules = _rules(host, port, names)
        _say(rules, show)
        config = uvicorn.Config(
            create_app(desk, rules),
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _desk(values: dict[str, Any]) -> "Desk":
    from riskfit.folders import store_path
    from riskfit.store import OWNER
    from riskfit.web.desk import Desk

    model, context = make_scoring(values)
    file, name = values.pop("store_file"), values.pop("athlete_name")
    no_store = values.pop("no_store")
    return Desk(
        profile=make_athlete(values),
        model=model,
        context=context,
        store_file=None if no_store else file or store_path(),
        name=name or OWNER,
    )


def _rules(host: str, port: int, names: tuple[str, ...]) -> "Rules":
    """Return who may ask; whoever is reached from elsewhere asks for a key."""
    import secrets

    from riskfit.web.guard import Rules, hosts_of

    if host in _LOOPBACK and not names:
        return Rules(hosts=hosts_of(_LOOPBACK, port))
    everything = host in ("0.0.0.0", "::")  # noqa: S104  only compared with
    if everything and not names:
        raise click.UsageError(
            f"--host {host} needs --allow-host NAME: what others reach this machine by"
        )
    known = [*([] if everything else [host]), *names, *_LOOPBACK]
    return Rules(hosts=hosts_of(known, port), key=secrets.token_urlsafe(16))


def _say(rules: "Rules", show: bool) -> None:
    address = f"http://{rules.hosts[0]}/"
    if rules.key is not None:
        address += f"?key={rules.key}"
        click.echo("Others can reach this: whoever has the address sees your data.", err=True)
    click.echo(f"riskfit is at {address}  (stop it with Ctrl-C)", err=True)
    if show:
        click.launch(address)
