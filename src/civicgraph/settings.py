"""Every setting of the server, in one place.

Read from environment variables named `CIVICGRAPH_…` and from a `.env` file in the working folder.
`civicgraph check` says what is wrong with them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_PACKAGE = Path(__file__).parent
_DEGREES = r"-?\d{1,3}(?:\.\d{1,6})?"


class Settings(BaseSettings):
    """The server's settings; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="CIVICGRAPH_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        default="sqlite://var/civicgraph.sqlite3",
        description="sqlite://PATH for one file, or postgres://USER:PASSWORD@HOST:PORT/DATABASE "
        "(?host=FOLDER for a unix socket).",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="At least 32 characters; signs cookies and derives the key that contacts are "
        "encrypted with. `make run` writes a random one into .env at its first start.",
    )
    contact_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Keys of the contacts, ID:SECRET by commas, the newest first: that one encrypts, all of them "
        "decrypt. A secret has 32 characters or more. After `civicgraph keys rotate` the older ones may go. "
        "Empty: one key, derived from the secret above.",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000",
        description="The address that people see; links in messages begin with it. "
        "With https:// cookies are Secure and carry the __Host- prefix.",
    )
    city_code: str = Field(default="5203", description="The division code of the city served.")
    city_bounds: str = Field(
        default="",
        pattern=rf"^(?:{_DEGREES}(?:, *{_DEGREES}){{3}})?$",
        description="South, west, north and east of the city in degrees (WGS-84), a little beyond its border: the map "
        "points of reports lie within. Empty: those of Zunyi, and of another city anywhere.",
    )
    smtp_url: str = Field(
        default="",
        description="smtp://USER:PASSWORD@HOST:PORT (smtps:// for TLS from the start). Empty: "
        "e-mail stays in the outbox, the in-app inbox works on its own.",
    )
    mail_from: str = Field(default="civicgraph@localhost", description="Sender of the e-mail.")
    mail_in_secret: SecretStr = Field(
        default=SecretStr(""),
        description="whsec_ and base64: what letters passed on to `/inbound/mail` are signed with. Empty: none are taken.",
    )
    mail_in_address: str = Field(
        default="",
        description="Where residents write to, for instance report@city.example. Answers go there, with a reference "
        "behind a plus sign; the mail server has to deliver those as well.",
    )
    mail_in_category: str = Field(
        default="other",
        description="Code of the category of a letter whose words name none. Where the city has no such category, a "
        "dispatcher chooses one before the letter is a report.",
    )
    mail_in_megabytes: int = Field(default=25, ge=1, description="The largest letter that is taken, in MB.")
    mails_per_minute: int = Field(default=60, ge=1, description="Letters of all senders together in a minute.")
    delivery_lease_seconds: int = Field(
        default=60,
        ge=1,
        description="How long a message that is being sent belongs to its sender; after a crash it is sent again. "
        "One sending may take half of it: a mail server that thinks longer about each mail needs more.",
    )
    digest_minutes: int = Field(
        default=10,
        ge=0,
        description="Members of staff who have not chosen otherwise get at most one e-mail in so many minutes, "
        "the rest together in the next; 0: each by itself. What is critical never waits.",
    )
    quiet_hours: str = Field(
        default="22:00-07:00",
        pattern=r"^$|^\d{2}:\d{2}-\d{2}:\d{2}$",
        description="When members of staff who have not chosen otherwise get no e-mail, and chat robots without hours of "
        "their own say nothing, but what is critical. Empty: never.",
    )
    outgoing_ports: str = Field(
        default="80,443", description="Ports that webhooks and chat robots may be reached at, by commas."
    )
    outgoing_networks: str = Field(
        default="",
        description="Networks that are not public and may be written to all the same, by commas, for instance "
        "10.20.0.0/16 of an intranet. Empty: webhooks and robots reach public addresses alone.",
    )
    tick_seconds: int = Field(default=5, ge=1, description="How often deadlines and outbox are looked at.")
    lease_seconds: int = Field(default=15, ge=3, description="How long a process leads without renewing.")
    escalate_after_minutes: int = Field(
        default=60, ge=1, description="How long after a missed deadline the station is told, and after that the centre."
    )
    is_scheduler_enabled: bool = Field(
        default=True, description="Whether this process ticks; one leader among many is chosen by itself."
    )
    log_format: str = Field(default="console", description="console for people, json for machines.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, by commas."
    )
    picture_font: str = Field(
        default="",
        description="A font file with Chinese characters for the pictures of events; empty: looked for where systems keep them.",
    )
    connections: int = Field(
        default=20_000,
        ge=1,
        description="Open connections in all at most, and no more than the system's limit of open files allows. "
        "When all are taken, the oldest that waits for nothing makes room.",
    )
    connections_per_address: int = Field(
        default=200, ge=1, description="Open connections from one address at most; trusted proxies are exempt."
    )
    reports_per_minute: int = Field(
        default=10, ge=1, description="Reports that strangers at one address may send in a minute."
    )
    partner_reports_per_minute: int = Field(
        default=120, ge=1, description="Reports that a partner may send with one key over Open311 in a minute."
    )
    bookings_per_minute: int = Field(
        default=20, ge=1, description="Registrations that strangers at one address may send in a minute."
    )
    inquiries_per_minute: int = Field(
        default=3, ge=1, description="Inquiries about products that strangers at one address may send in a minute."
    )
    unproven_reports_per_minute: int = Field(
        default=60,
        ge=1,
        description="Reports of all strangers together in a minute from which on each has to prove that it is no "
        "machine's: by a moment of computing, or by the answer to a small question. Others are looked at first.",
    )
    quickest_report_seconds: int = Field(
        default=2,
        ge=0,
        description="Nobody writes a report in less; a form that comes back quicker is asked a small question.",
    )
    is_given_to_grid_worker: bool = Field(
        default=False,
        description="Whether a report is given at once to the worker of its grid; else the worker is proposed.",
    )
    close_quarter_after_days: int = Field(
        default=30,
        ge=0,
        le=3650,
        description="So many days after its end a quarter of the register's figures is closed by itself: what is entered "
        "later no longer changes it. 0: only when staff close it.",
    )
    gas_phone: str = Field(default="", description="The gas company's emergency number, shown where gas leaks.")
    wrong_secrets_per_minute: int = Field(
        default=10, ge=1, description="Wrong tracking secrets from one address in a minute."
    )
    uploads_folder: str = Field(
        default="var/uploads", description="The folder of photos and documents; all serving processes share it."
    )
    upload_megabytes: int = Field(default=15, ge=1, description="The largest file that is taken, in MB.")
    upload_form_megabytes: int = Field(
        default=45, ge=1, description="All files of one form together, in MB; forms without files have 1 MB."
    )
    uploads_per_minute: int = Field(
        default=30, ge=1, description="Files that strangers at one address may send in a minute."
    )
    keep_contact_days: int = Field(
        default=180,
        ge=1,
        # 个人信息保护法 (2021) art. 19: no longer than the purpose needs. It can be opened again for 42 days, and a review
        # can be asked for within 30 days of the answer (信访工作条例 art. 35); twice that, and some.
        description="How long after its end a report's contact, address, map point, own words, answers among staff and "
        "photos that are not public are kept. It holds for what ends from then on.",
    )
    keep_held_report_days: int = Field(
        default=90,
        ge=7,
        description="How long a report is kept that was held for a person to look at, whatever became of it.",
    )
    keep_unclaimed_upload_days: int = Field(
        default=1, ge=1, description="How long a file is kept that was sent and then belonged to nothing."
    )
    searches_per_minute: int = Field(
        default=60, ge=1, description="Searches over everything from one address in a minute."
    )
    is_introspection_open: bool = Field(
        default=True, description="Whether strangers may ask the GraphQL endpoint for its schema."
    )
    cost_limit: int = Field(default=5_000, ge=1, description="The most that one GraphQL read of a stranger may cost.")
    staff_cost_limit: int = Field(default=20_000, ge=1, description="The same for people who signed in, and tokens.")
    cost_per_minute: int = Field(
        default=50_000, ge=1, description="What the GraphQL reads from one address may cost together in a minute."
    )
    staff_cost_per_minute: int = Field(
        default=1_000_000, ge=1, description="The same for each person who signed in, with all of their tokens."
    )
    live_cost_limit: int = Field(
        default=500, ge=1, description="The most that one answer of a GraphQL subscription may cost."
    )
    live_per_address: int = Field(
        default=200, ge=1, description="Subscriptions and live pages of one address, or one person, at a time."
    )
    is_token_list_required: bool = Field(
        default=False,
        description="Whether API tokens run the trusted documents of their list alone; without a list, none.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="What `/metrics` asks for, as a bearer token: figures about the process for Prometheus. "
        "Empty: there are none.",
    )
    is_explorer_open: bool = Field(default=True, description="Whether the GraphQL explorer is public.")
    reader_threads: int = Field(default=4, ge=1, description="Read-only connections of the graph engine.")

    @property
    def send_seconds(self) -> float:
        """How long one sending may take: it ends well before its message could be claimed again."""
        return self.delivery_lease_seconds / 2


_current: Settings | None = None


def use(settings: Settings) -> None:
    """Make `settings` those of this process (the composition root and the tests call it)."""
    global _current
    _current = settings


def current() -> Settings:
    """The settings of this process, read from the environment once unless `use` gave others."""
    if _current is None:
        use(Settings())
    assert _current is not None
    return _current


@cache
def folder(name: str) -> Path:
    """The project's `templates` or `static` folder: inside the wheel, or beside `src` in a checkout."""
    packed = _PACKAGE / "_web" / name
    return packed if packed.is_dir() else _PACKAGE.parent.parent / name
