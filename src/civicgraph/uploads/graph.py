"""GraphQL of the uploads room: what belongs to a row is read below it."""

from __future__ import annotations

from civicgraph.graph import column, computed, door, mutations, type_
from civicgraph.uploads import models, rules
from civicgraph.uploads.private import take_back_document
from civicgraph.web.templating import environment


@type_(models.Upload, visible=rules.visible, is_big=True)
class Upload:
    """A photo or document. Its contents are at /uploads/NAME/list, /page and /large, a document's at /uploads/NAME/file."""

    name = column()
    url = computed(
        str,
        lambda c, row: f"'/uploads/' || {row['name']} || '/large'",
        "Where a picture is on this site, at its largest.",
    )
    purpose = column()
    media_type = column()
    alt = column()
    focal_point = column()
    width = column()
    height = column()
    size_bytes = column()
    created_at = column()
    is_public = column()
    is_blurred = column()
    is_hidden = column(guard=rules.covered)
    reason = column(guard=rules.covered)
    filename = column(guard=rules.may_know_name)


@type_(models.Upload)
class Document:
    """A document that an enterprise sent. Its content is at its address, for those who may see it; each look is recorded."""

    name = column()
    url = computed(str, lambda c, row: f"'/uploads/' || {row['name']} || '/file'", "Where it is on this site.")
    filename = column()
    of_what = computed(str, lambda c, row: row["alt"], "Which of what was asked for it is; empty: not said.")
    media_type = column()
    size_bytes = column()
    created_at = column()
    taken_back_at = column(description="When the enterprise took it back: its content is gone. Null: it is there.")


Mutation = mutations("Mutation", door(take_back_document, {"document": "Document"}))
environment().filters["file_kind"] = rules.kind_of
TYPES = (Upload, Document)
