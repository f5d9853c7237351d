"""The desk's list of firms by their latest diagnosis: what it can show."""

COLUMNS = ("county", "short", "shortfall", "bar", "score", "stage", "judged", "code", "field")
