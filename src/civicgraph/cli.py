"""The command line: `civicgraph --help`."""

from __future__ import annotations

import asyncio
import gc
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from civicgraph import db, health, logs
from civicgraph import settings as configuration
from civicgraph.permissions import SCOPES, Role
from civicgraph.privacy import commands as privacy
from civicgraph.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="CivicGraph: one server for a city's governance.",
    pretty_exceptions_show_locals=False,
)
staff = typer.Typer(no_args_is_help=True, help="People of the staff and their grants.")
token = typer.Typer(no_args_is_help=True, help="API tokens.")
enterprises = typer.Typer(no_args_is_help=True, help="The register of enterprises.")
app.add_typer(staff, name="staff")
app.add_typer(enterprises, name="enterprises")
app.add_typer(token, name="token")
app.add_typer(privacy.app, name="keys", callback=lambda: _started())
console = Console()


def _settings() -> Settings:
    """The settings, with a secret: the first start writes a random one into .env."""
    found = configuration.current()
    if not found.secret_key.get_secret_value():
        path = Path(".env")
        secret = secrets.token_urlsafe(48)
        with path.open("a") as file:
            file.write(f"CIVICGRAPH_SECRET_KEY={secret}\n")
        path.chmod(0o600)
        console.print("A random secret was written to .env. Keep that file: contacts are encrypted with it.")
        configuration.use(Settings())
    logs.configure(configuration.current())
    return configuration.current()


def _started() -> None:
    """What precedes the commands of a room."""
    _settings()


async def _connected(work: Coroutine[Any, Any, Any]) -> Any:
    async with db.connected(configuration.current()):
        return await work


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(_connected(work))


def _refuse(message: str) -> None:
    console.print(f"[red]{message}[/red]")
    raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve pages and GraphQL, and send reminders, until interrupted."""
    found = _settings()
    gc.disable()  # nothing of a start is garbage; the server turns it on again
    from civicgraph import server
    from civicgraph.app import at_once, create_app

    console.print(f"CivicGraph listens on http://{host}:{port} (stop with Ctrl+C)")
    made = create_app(found)
    server.serve(made, found, host, port, at_once(made))


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say whether models and migrations agree.")] = False,
) -> None:
    """Bring the database's tables up to this release."""
    found = _settings()
    if check:
        drift = asyncio.run(db.drift())
        if drift:
            _refuse(f"Models and migrations differ: {drift}")
        console.print("Models and migrations agree.")
        return
    asyncio.run(db.migrate(found))
    console.print("The database is up to date.")


@app.command()
def demo(
    scale: Annotated[
        str, typer.Option(help="demo: the real Zunyi of the facts file; city: the full scale, generated.")
    ] = "demo",
    seed: Annotated[int, typer.Option(help="Seed of the generated city.")] = 5203,
) -> None:
    """Load the demo city. A second run keeps what is there."""
    found = _settings()
    asyncio.run(db.migrate(found))
    from civicgraph.demo import load

    _run(load(scale, seed, console))


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Fail when schema.graphql differs from the code.")] = False,
    path: Annotated[Path, typer.Option(help="Where the schema is kept.")] = Path("schema.graphql"),
) -> None:
    """Write the GraphQL schema to schema.graphql."""
    from civicgraph.schema import schema as build

    text = build().as_str() + "\n"
    if check:
        if not path.is_file() or path.read_text() != text:
            _refuse("schema.graphql differs from the code: run `civicgraph schema` and commit it.")
        console.print("schema.graphql is as the code says.")
        return
    path.write_text(text)
    console.print(f"{path} was written.")


@app.command()
def tick(once: Annotated[bool, typer.Option("--once", help="Do one round and stop.")] = True) -> None:
    """Look at deadlines and the outbox by hand."""
    _settings()
    from civicgraph.rounds import each_tick
    from civicgraph.scheduler.heartbeat import Heartbeat
    from civicgraph.schema import schema as build

    build()
    report = _run(Heartbeat(configuration.current(), each_tick).tick_once())
    console.print(str(report))


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the database, safely, while the server runs."""
    found = _settings()
    if target.exists():
        _refuse(f"{target} exists already.")
    if not db.is_postgres(found):
        with sqlite3.connect(db.sqlite_path(found)) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
    else:
        tool = shutil.which("pg_dump")
        if tool is None:
            _refuse("pg_dump is not installed: install PostgreSQL's client tools.")
            return
        credentials = db.postgres_credentials(found)
        command = [
            tool,
            "-Fc",
            "-h",
            str(credentials["host"]),
            "-p",
            str(credentials["port"]),
            "-U",
            credentials["user"],
            "-f",
            str(target),
            credentials["database"],
        ]
        environment = {"PGPASSWORD": credentials["password"]} if credentials["password"] else {}
        import os

        subprocess.run(command, check=True, env={**os.environ, **environment})  # noqa: S603 - our own arguments
    console.print(f"The database was copied to {target} ({target.stat().st_size:,} bytes).")


@app.command()
def check() -> None:
    """Say in plain words what is wrong with the set-up."""
    found = configuration.current()
    troubles = health.settings_troubles(found)
    try:
        troubles += _run(health.database_troubles(found)) or _run(health.city_troubles(found))
    except Exception as error:
        troubles.append(
            f"The database cannot be reached ({type(error).__name__}): check CIVICGRAPH_DATABASE_URL and that the server runs."
        )
    from civicgraph.notifications.delivery import check_smtp

    trouble = asyncio.run(check_smtp(found))
    if trouble:
        troubles.append(trouble)
    if not troubles:
        from civicgraph.operations.audit import verify
        from civicgraph.privacy.keys import under_older_keys

        for name, count in _run(under_older_keys()).items():
            troubles.append(
                f"{name}: {count} rows are under an older key of the contacts. Run `civicgraph keys rotate`."
            )

        broken = _run(verify())
        if broken is not None:
            troubles.append(f"The audit trail was tampered with: entry {broken} does not fit the chain.")
    for one in troubles:
        console.print(f"[red]✗[/red] {one}")
    if troubles:
        raise typer.Exit(1)
    console.print("[green]✓[/green] Everything is in order.")


@staff.command("add")
def staff_add(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[str, typer.Option(help=f"{', '.join(Role)}.")],
    division: Annotated[str, typer.Option(help="Code of the division that the role covers.")],
    email: Annotated[str, typer.Option(help="Where reminders go.")] = "",
) -> None:
    """Enter a person with a role over a division; the password is printed once."""
    _settings()
    from civicgraph.accounts import commands

    _finish(commands.add_person(username, name, role, division, email))


@staff.command("list")
def staff_list() -> None:
    """List the staff and their grants."""
    _settings()
    from civicgraph.accounts import commands

    table = Table("Sign-in name", "Name", "Grants", "May sign in")
    for row in _run(commands.list_people()):
        table.add_row(*row)
    console.print(table)


@staff.command("password")
def staff_password(username: Annotated[str, typer.Argument(help="Whose password.")]) -> None:
    """Give a person a new password, printed once; their sessions end."""
    _settings()
    from civicgraph.accounts import commands

    _finish(commands.reset_password(username))


@token.command("create")
def token_create(
    username: Annotated[str, typer.Argument(help="Whose rights the token carries.")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help=f"{', '.join(SCOPES)}; may be repeated.")] = ["read"],  # noqa: B006
    days: Annotated[int, typer.Option(help="Days until it expires.")] = 90,
) -> None:
    """Make an API token; it is printed once."""
    _settings()
    from civicgraph.accounts import commands

    _finish(commands.make_token(username, name, scope, days))


@token.command("trust")
def token_trust(
    prefix: Annotated[str, typer.Argument(help="The first 9 characters of the token.")],
    manifest: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What Relay, graphql-codegen or Apollo wrote.")
    ],
) -> None:
    """Let a token run the documents of a manifest (JSON with a text for each hash) and nothing else."""
    _settings()
    from civicgraph.accounts import commands

    _finish(commands.trust(prefix, manifest.read_text(encoding="utf-8")))


@enterprises.command("import")
def enterprises_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or XLSX file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of its rows.")] = False,
) -> None:
    """Enter or change enterprises by their codes. Interrupted, it goes on where it was; again, it changes nothing."""
    _settings()
    from civicgraph.enterprises import commands

    _run(commands.import_file(file, console, is_dry_run=dry_run))


@enterprises.command("industries")
def enterprises_industries() -> None:
    """Enter the classification of industries (GB/T 4754-2017), or bring its names up to date."""
    _settings()
    from civicgraph.enterprises.industries import load_industries

    console.print(f"Industries: {_run(load_industries()):,}")


@enterprises.command("scales")
def enterprises_scales() -> None:
    """Bring the scales of the whole register to what its figures say by the statistical standard of 2017."""
    _settings()
    from civicgraph.enterprises import commands

    _run(commands.derive_scales(console))


@enterprises.command("recount")
def enterprises_recount() -> None:
    """Count the register's figures anew and put right what has drifted."""
    _settings()
    from civicgraph.enterprises.figures.keeping import recount

    console.print(f"Figures that were wrong and are right now: {_run(recount()):,}")


def _finish(work: Coroutine[Any, Any, str]) -> None:
    from civicgraph.operations import OperationError

    try:
        console.print(_run(work))
    except OperationError as error:
        _refuse(" ".join(f"{one.field}: {one.message}" if one.field else one.message for one in error.errors))


def main() -> None:
    """Entry point of the `civicgraph` command."""
    app(prog_name="civicgraph")


if __name__ == "__main__":
    main()
