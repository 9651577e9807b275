"""Templates: what is drawn is drawn for the reader, however the template says it."""

from __future__ import annotations

import pytest
from jinja2 import nodes

from civicgraph.i18n import current
from civicgraph.web.formats import FILTERS
from civicgraph.web.templating import environment


def test_a_word_of_a_constant_is_in_the_language_of_each_reader() -> None:
    template = environment().from_string(
        '{{ "DISPATCHER"|label("Role") }} {% set role = "EDITOR"|label("Role") %}{{ role }}'
    )
    said = []
    for locale in ("zh", "en", "zh"):
        token = current.set(locale)
        said.append(template.render())
        current.reset(token)
    assert said == ["调度员 信息编辑", "Dispatcher Listing editor", "调度员 信息编辑"]


@pytest.mark.parametrize("name", FILTERS)
def test_no_filter_of_ours_is_drawn_when_a_template_is_compiled(name: str) -> None:
    made = environment()
    drawn = next(iter(made.parse(f'{{{{ "x"|{name} }}}}').find_all(nodes.Filter)))
    with pytest.raises(nodes.Impossible):
        drawn.as_const()


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        (22_000_000_000, "220亿", "22B"),
        (92_456_000_000, "924.56亿", "92.456B"),
        (128_000_000, "1.28亿", "128M"),
        (1_284_567_890, "1,284,567,890", "1,284,567,890"),  # nothing is lost by writing in short
        (830_000, "830,000", "830,000"),
    ],
)
def test_a_great_figure_is_short_where_it_is_exact_so(amount: int, chinese: str, english: str) -> None:
    template = environment().from_string("{{ amount|thousandths }}")
    for locale, wanted in (("zh", chinese), ("en", english)):
        token = current.set(locale)
        assert template.render(amount=amount * 1000) == wanted
        current.reset(token)
