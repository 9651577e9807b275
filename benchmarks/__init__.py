"""Demo scale against city scale: does a page cost the same when the city is a thousand times bigger?"""

import civicgraph  # noqa: F401  # before anything imports sqlite3: it puts the pinned library in its place
