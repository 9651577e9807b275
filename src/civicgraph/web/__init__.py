"""The web ground: every page is a GraphQL document plus a template; every form is an input model.

`pages` renders, `forms` draws and reads forms, `listing` makes the staff pages of a kind of listing,
`middleware` does what every request needs, `templating` and `formats` are Jinja's side.
"""

from civicgraph.web.forms import Form
from civicgraph.web.pages import flash, page, pressed, read, redirect, require, seen, signed_in, staff_only, submit

__all__ = [
    "Form",
    "flash",
    "page",
    "pressed",
    "read",
    "redirect",
    "require",
    "seen",
    "signed_in",
    "staff_only",
    "submit",
]
