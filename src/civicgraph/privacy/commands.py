"""What the command line does for the privacy room: `civicgraph keys …`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from civicgraph import crypto, db, settings

app = typer.Typer(no_args_is_help=True, help="The keys that contacts are encrypted with.")
console = Console()


def _run(work: Any) -> Any:
    import asyncio

    async def connected() -> Any:
        async with db.connected(settings.current()):
            return await work

    return asyncio.run(connected())


@app.command()
def status() -> None:
    """Say which key encrypts, and what is still under an older one."""
    from civicgraph.privacy import keys

    console.print(f"New contacts are encrypted with key {crypto.current_key()}.")
    left = _run(keys.under_older_keys())
    for name, count in left.items():
        console.print(f"{name}: {count} still under an older key.")
    console.print(
        "Run `civicgraph keys rotate`." if left else "Nothing is under an older key: older keys may be removed."
    )


@app.command()
def rotate(
    pause: Annotated[int, typer.Option(help="Milliseconds of rest between batches, for a busy server.")] = 0,
) -> None:
    """Encrypt anew what is under an older key, while the server runs. Stopped, it goes on where it was."""
    left = _run(_rotate(pause / 1000))
    if left:
        console.print(f"[red]Still under an older key: {left}. Keep the older keys and run it again.[/red]")
        raise typer.Exit(1)
    console.print(f"Everything is under key {crypto.current_key()}: older keys may be removed.")


async def _rotate(pause: float) -> dict[str, int]:
    import asyncio

    from civicgraph.privacy import keys

    left = await keys.under_older_keys()
    with Progress(console=console) as shown:
        bars = {name: shown.add_task(name, total=count) for name, count in left.items()}
        async for name, done in keys.rotate():
            if name in bars:
                shown.advance(bars[name], done)
            await asyncio.sleep(pause)
    return await keys.under_older_keys()
