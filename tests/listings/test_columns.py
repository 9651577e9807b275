"""What stands in the cells of a table, without a database."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicgraph import i18n
from civicgraph.events.operations import EventFields
from civicgraph.events.operations.importing import COLUMNS as EVENTS
from civicgraph.listings.tables.columns import MOST_ROWS, Columns, UnknownTable
from civicgraph.operations.inputs import validate
from civicgraph.services.operations import ServiceFields
from civicgraph.services.operations.importing import COLUMNS as SERVICES
from civicgraph.web.sheets import lines, workbook
from tests.events.conftest import NIGHT
from tests.services.conftest import CANTEEN

KEYS = {"slug": "20260522-7f3k", "version": 3, "import_key": "2026-05-01"}
WORDS = st.text(st.sampled_from("夜色|｜\\;；\n'=+-@n、 ab12"), max_size=12).map(str.strip)
SERVICE = {
    **CANTEEN,
    "special_days": [{"first_day": "2026-02-16", "last_day": "2026-02-23", "note": "春节|停业"}],
    "offers": [
        {"kind": "course", "name": "美术|音乐", "weekday": 3, "starts_minute": 1000, "ends_minute": 1440},
        {"kind": "dish", "name": "酸汤鱼", "weekday": 5, "amount_fen": 1500},
        {"kind": "goods", "name": "大米", "unit": "斤"},
    ],
    "slot_plans": [{"weekday": 7, "opens_minute": 540, "closes_minute": 1440, "slot_minutes": 20, "places": 2}],
}


def file_of(columns: Columns, values: dict[str, Any], ending: str) -> BytesIO:
    """A listing as the file that it is taken out as."""
    rows = [columns.headings(), columns.row(values, {"place": "凤泉社区"})]
    return BytesIO(workbook({"表": rows}) if ending == "xlsx" else "".join(lines(rows)).encode())


def read_back(columns: Columns, file: BytesIO, ending: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys and the values of the one row of a file."""
    (row,) = columns.read(file, f"events.{ending}")
    return columns.given(row["cells"])


@settings(max_examples=40)
@given(st.sampled_from(["zh", "en"]), st.lists(WORDS, max_size=3), st.lists(WORDS, min_size=1, max_size=3))
def test_whatever_is_written_into_cells_is_read_back_from_them(
    locale: str, topics: list[str], notes: list[str]
) -> None:
    items = [{"kind": "workshop", "title": f"第{n}项", "note": note} for n, note in enumerate(notes)]
    given = {**NIGHT, "topics": [one for one in topics if one], "programme": items, "description": notes[0]}
    data = validate(EventFields, given)
    token = i18n.current.set(locale)
    try:
        keys, back = read_back(EVENTS, file_of(EVENTS, {**data.model_dump(), **KEYS}, "csv"), "csv")
    finally:
        i18n.current.reset(token)
    assert keys == {**KEYS, "version": "3"}
    assert validate(EventFields, back) == data


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_hours_prices_and_offers_of_a_service_go_through_a_file_and_back(ending: str) -> None:
    data = validate(ServiceFields, SERVICE)
    _, back = read_back(SERVICES, file_of(SERVICES, data.model_dump(), ending), ending)
    assert validate(ServiceFields, back) == data


@pytest.mark.parametrize("columns", [EVENTS, SERVICES])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_no_two_columns_share_a_heading(columns: Columns, locale: str) -> None:
    token = i18n.current.set(locale)
    headings = columns.headings()
    i18n.current.reset(token)
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026/5/22 19:00", "2026-05-22 19:00"),
        ("2026年5月22日9：05", "2026-05-22 09:05"),
        ("2026.5.22", "2026-05-22"),
        ("下午七点", "下午七点"),
    ],
)
def test_moments_are_understood_however_sheets_write_them(typed: str, meant: str) -> None:
    assert EVENTS.given({"starts_at": typed})[1]["starts_at"] == meant


def test_names_of_people_stay_on_the_page_of_their_service() -> None:
    assert "stewards" not in SERVICES.declared


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("标题,地址\n,\n", "表头下面没有"),
        ("标题,主持人\n夜,张\n", "主持人"),
        ("标题,Title\n夜,夜\n", "标题"),
        ("标题\n" + "夜\n" * (MOST_ROWS + 1), f"{MOST_ROWS}"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(UnknownTable, match=said):
        EVENTS.read(BytesIO(text.encode()), "events.csv")
