"""The staff's pages of tables: take the filtered list out, send a table in, see what would become of it, enter it."""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from civicgraph import clock, crypto
from civicgraph.i18n import N_, current, gettext
from civicgraph.listings.tables.columns import MOST_ROWS, Columns, UnknownTable
from civicgraph.listings.tables.entering import EnterTable, NothingEntered, Outcome
from civicgraph.operations import Operation, OperationError
from civicgraph.web import page, read, redirect, staff_only
from civicgraph.web.cells import SUFFIXES, UnreadableFile
from civicgraph.web.forms import read_body, read_form
from civicgraph.web.listing import Listing, from_graphql
from civicgraph.web.sheets import XLSX, lines, workbook

SIZE = 50
"""Listings of one read: what is held in memory at a time, however long the list is."""
MOST_IN_A_WORKBOOK = 2_000
"""Listings of a workbook, which is made as a whole; CSV has no bound."""
MOST_BYTES = 5_000_000
_MOST_SEALED = 400_000
_GOOD_FOR_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Tables:
    """What the pages of a kind of listing's tables need to know."""

    listing: Listing
    columns: Columns
    operation: Operation[EnterTable, Outcome]
    drafter: str
    publisher: str
    """The capabilities of who writes drafts, and of who publishes them."""
    nodes: str
    """The root field of the document `results` in the listing's folder."""
    heading: str
    shown: Callable[[Request, Mapping[str, Any]], Mapping[str, Any]]
    """The cells that are there to be read alone."""


def routes(tables: Tables, path: str) -> list[Route]:
    """The routes of the tables of a listing under `path`; they come before its own, which take any name."""
    pages, name = _Pages(tables), tables.listing.name
    return [
        Route(f"{path}.csv", staff_only(pages.csv), name=f"{name}_csv"),
        Route(f"{path}.xlsx", staff_only(pages.xlsx), name=f"{name}_xlsx"),
        Route(f"{path}/import", staff_only(pages.take), name=f"{name}_import", methods=["GET", "POST"]),
        Route(f"{path}/import/template.{{ending}}", staff_only(pages.template), name=f"{name}_template"),
        Route(f"{path}/import/entry", staff_only(pages.enter), name=f"{name}_import_entry", methods=["POST"]),
    ]


class _Refused(Exception):
    """What was sent cannot be taken; the words say what to do."""


class _Pages:
    """The handlers of one kind of listing."""

    def __init__(self, tables: Tables) -> None:
        self.it = tables

    # In ---------------------------------------------------------------------------------------

    async def take(self, request: Request) -> Response:
        """The form to send a table by; sent, what would become of each of its rows."""
        self._allow(request)
        if request.method == "GET":
            return await self._drawn(request)
        try:
            rows, publishes = await self._sent(request)
            outcome = await self._tried(request, rows, publishes)
            sealed = "" if outcome.count("wrong") else self._sealed(request, rows, publishes)
        except _Refused as error:
            return await self._drawn(request, wrong=str(error))
        return await self._drawn(request, outcome=outcome, sealed=sealed, publishes=publishes)

    async def enter(self, request: Request) -> Response:
        """Enter the table that was tried."""
        self._allow(request)
        try:
            kept = self._opened(request, dict(await read_body(request)).get("table", ""))
            outcome = await self.it.operation(request.state.actor, kept)
        except _Refused as error:
            return await self._drawn(request, wrong=str(error))
        except NothingEntered as error:
            return await self._drawn(request, outcome=error.outcome, is_late=True)
        said = gettext(
            N_("Entered: %(new)s new, %(changed)s changed, %(published)s published."),
            new=outcome.count("new"),
            changed=outcome.count("changed"),
            published=outcome.published,
        )
        return redirect(request, self.it.listing.name, said=said)

    def _allow(self, request: Request) -> None:
        if not request.state.actor.may_anywhere(self.it.drafter):
            raise HTTPException(403)

    async def _sent(self, request: Request) -> tuple[list[dict[str, Any]], bool]:
        body = await read_form(request)
        try:
            sent = next((one for name, one in body.files if name == "file"), None)
            return await self._rows(sent), ("publishes", "true") in body.pairs
        finally:
            await body.close()

    async def _rows(self, sent: UploadFile | None) -> list[dict[str, Any]]:
        if sent is None or not sent.filename:
            raise _Refused(gettext(N_("Please choose a file.")))
        name = PurePath(sent.filename).name
        if PurePath(name).suffix.lower() not in SUFFIXES:
            raise _Refused(gettext(N_("Please send a CSV or an XLSX file.")))
        data = await sent.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise _Refused(gettext(N_("This file is larger than 5 MB. Please send it in several parts.")))
        try:
            return await asyncio.to_thread(self.it.columns.read, BytesIO(data), name)
        except UnknownTable as error:
            raise _Refused(str(error)) from error
        except UnreadableFile as error:
            raise _Refused(gettext(N_("This file cannot be read. Please save it again as CSV or XLSX."))) from error

    async def _tried(self, request: Request, rows: list[dict[str, Any]], publishes: bool) -> Outcome:
        try:
            return await self.it.operation(
                request.state.actor, {"rows": rows, "publishes": publishes, "is_trial": True}
            )
        except NothingEntered as error:
            return error.outcome
        except OperationError as error:
            raise _Refused(" ".join(one.message for one in error.errors)) from error

    def _sealed(self, request: Request, rows: list[dict[str, Any]], publishes: bool) -> str:
        """The table as it was tried, closed to everybody, for the browser to send back: nothing is kept here."""
        said = {"who": request.state.actor.person_id, "what": self.it.listing.name, "at": int(clock.now().timestamp())}
        packed = zlib.compress(orjson.dumps({**said, "rows": rows, "publishes": publishes}))
        if len(packed) > _MOST_SEALED:
            raise _Refused(gettext(N_("This table holds too much text. Please send it in several parts.")))
        return crypto.encrypt(base64.b64encode(packed).decode())

    def _opened(self, request: Request, sealed: str) -> dict[str, Any]:
        words = gettext(N_("This check is too old, or of somebody else. Please send the file again."))
        try:
            kept = orjson.loads(zlib.decompress(base64.b64decode(crypto.decrypt(sealed))))
        except (InvalidTag, LookupError, ValueError, zlib.error) as error:
            raise _Refused(words) from error
        is_own = (kept["who"], kept["what"]) == (request.state.actor.person_id, self.it.listing.name)
        if not is_own or clock.now().timestamp() - kept["at"] > _GOOD_FOR_SECONDS:
            raise _Refused(words)
        return {"rows": kept["rows"], "publishes": kept["publishes"]}

    async def _drawn(
        self,
        request: Request,
        *,
        wrong: str = "",
        outcome: Outcome | None = None,
        sealed: str = "",
        publishes: bool = False,
        is_late: bool = False,
    ) -> Response:
        values = {
            "listing": self.it.listing,
            "heading": gettext(self.it.heading),
            "columns": list(self.it.columns.explained()),
            "read_only": [gettext(one) for one in self.it.columns.read_only.values()],
            "most": MOST_ROWS,
            "may_publish": request.state.actor.may_anywhere(self.it.publisher),
            "wrong": wrong,
            "outcome": outcome,
            "sealed": sealed if outcome and outcome.does_something else "",
            "publishes": publishes,
            "is_late": is_late,
        }
        status = 422 if wrong or is_late or (outcome and outcome.count("wrong")) else 200
        return await page(request, "staff/tables/import", values=values, data={}, status=status)

    async def template(self, request: Request) -> Response:
        """An empty table with the right headings; a workbook says on its second sheet what may stand in each column."""
        self._allow(request)
        headings = [one["heading"] for one in self.it.columns.explained()]
        if request.path_params["ending"] == "csv":
            return _download("".join(lines([headings])), f"{self.it.nodes}-template.csv", "text/csv; charset=utf-8")
        if request.path_params["ending"] != "xlsx":
            raise HTTPException(404)
        sheets = {gettext(N_("Table")): [headings], gettext(N_("What may stand in it")): list(self._explained())}
        return _download(workbook(sheets), f"{self.it.nodes}-template.xlsx", XLSX)

    def _explained(self) -> Iterator[list[str]]:
        yield [gettext(N_("Column")), gettext("required"), gettext(N_("What may stand in it"))]
        for one in self.it.columns.explained():
            yield [one["heading"], gettext("yes") if one["is_needed"] else "", one["words"]]

    # Out --------------------------------------------------------------------------------------

    async def csv(self, request: Request) -> Response:
        """The list as its filter leaves it: a download that begins at once and grows as it is read."""
        headers = _headers(f"{self.it.nodes}.csv")
        sent = self._lines(request, current.get())
        return StreamingResponse(sent, headers=headers, media_type="text/csv; charset=utf-8")

    async def _lines(self, request: Request, locale: str) -> AsyncIterator[str]:
        """The lines, in the language of the request, which is over while they are sent."""
        current.set(locale)
        yield "".join(lines([self.it.columns.headings()]))
        async for rows in self._read(request):
            _, *written = lines(rows)  # the mark of the byte order was sent
            yield "".join(written)

    async def xlsx(self, request: Request) -> Response:
        """The same as a workbook, as long as it is not too long for one."""
        rows: list[list[Any]] = [self.it.columns.headings()]
        async for some in self._read(request):
            rows += some
            if len(rows) > MOST_IN_A_WORKBOOK + 1:
                words = gettext(
                    N_("More than %(most)s are too many for a workbook. Please narrow the list, or take CSV."),
                    most=MOST_IN_A_WORKBOOK,
                )
                return redirect(request, self.it.listing.name, said=words, level="soon", **request.query_params)
        made = await asyncio.to_thread(workbook, {gettext(N_("Table")): rows})
        return _download(made, f"{self.it.nodes}.xlsx", XLSX)

    async def _read(self, request: Request) -> AsyncIterator[list[list[Any]]]:
        chosen, after = self.it.listing.variables(request)["filter"], None
        while True:
            variables = {"filter": chosen, "first": SIZE, "after": after}
            found = (await read(request, f"{self.it.listing.folder}/results", variables))[self.it.nodes]
            yield [self._row(request, one) for one in found["nodes"]]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def _row(self, request: Request, one: Mapping[str, Any]) -> list[Any]:
        values = {**from_graphql(self.it.listing.update.input, one), "import_key": one["importKey"]}
        return self.it.columns.row(values, self.it.shown(request, one))


def _headers(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}


def _download(content: str | bytes, name: str, media_type: str) -> Response:
    return Response(content, headers=_headers(name), media_type=media_type)
