"""A roster of firms as a spreadsheet: what heads and cells mean, what is wrong with them, and how it is written again.

Pure: no database, no clock. `columns.py` is the list everything else is made from.
"""
