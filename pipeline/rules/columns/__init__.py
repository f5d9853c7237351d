"""The second reader of a formula: whole pools as columns, judged at once and as exactly as one firm."""
