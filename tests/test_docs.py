"""The documentation says what the code does."""

from __future__ import annotations

from pathlib import Path

from civicgraph.settings import Settings

ROOT = Path(__file__).parent.parent


def settings_page() -> str:
    """The page of the settings, from their declarations."""
    rows = [
        "# Settings",
        "Environment variables, or lines of a `.env` file in the working folder. Written from `src/civicgraph/settings.py`;",
        "`python -m tests.test_docs` writes this page anew.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = (
            ""
            if name == "secret_key"
            else "empty"
            if name in ("contact_keys", "mail_in_secret")
            else f"`{field.default}`"
            if field.default != ""
            else "empty"
        )
        rows.append(f"| `CIVICGRAPH_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def test_every_setting_is_documented() -> None:
    assert (ROOT / "docs/settings.md").read_text() == settings_page(), "run `python -m tests.test_docs`"


def test_every_command_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for habit in ("run", "test", "lint", "format", "shots", "bench"):
        assert f"\n{habit}:" in makefile, habit


if __name__ == "__main__":
    (ROOT / "docs/settings.md").write_text(settings_page())
