"""The books as data: read and checked, dated, revised, written out in words and as pages."""
