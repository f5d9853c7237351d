"""A firm's own record as a workbook: written, read back, and compared cell by cell.

Pure: no database, no clock. `lines.py` is the list everything else is made from. What a cell means is a text in one
normal form (yuan to the fen, heads without trailing zeros, ISO days, yes or no, codes), None where it is unknown; the
key of a cell is its place in the record: figures.2025.sales, firm.address, property.ZL201710601862.3.title.
"""
