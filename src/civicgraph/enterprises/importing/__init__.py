"""Entering many enterprises: from CSV and XLSX files and by the API.

`sources` reads files row by row, `headings` knows their columns, `upsert` enters a batch, `runs` goes through a
file batch by batch and remembers where it stands.
"""
