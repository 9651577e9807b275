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
