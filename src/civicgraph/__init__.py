"""CivicGraph: one server for the governance of a city close to people's doors."""

import sys

try:  # docs/decisions/0004-sqlite.md
    import pysqlite3
except ImportError:  # platforms without its wheel use the system's library
    pass
else:
    sys.modules["sqlite3"] = sys.modules["sqlite3.dbapi2"] = pysqlite3

__version__ = "0.1.0"
