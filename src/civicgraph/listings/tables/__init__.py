"""Listings as tables: taken out as CSV or workbook, changed there or written anew, and entered again as one.

A column is a field of the form: its label is the heading, its rule the rule of the cell. `columns` knows them, `cells`
what stands in them, `entering` enters a whole table or nothing of it, `pages` are the staff's.
"""
