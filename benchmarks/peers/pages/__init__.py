"""The events list as others would serve it: ORM rows in Jinja, and a constant answer."""
