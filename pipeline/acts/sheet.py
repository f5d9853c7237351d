"""Sheets that faces hand out: written by the one writer, which neutralises what a spreadsheet would run."""

from pipeline.outside.sheet_writer import Heading, Page, written

__all__ = ["Heading", "Page", "written"]
