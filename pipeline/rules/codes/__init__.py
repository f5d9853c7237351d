"""Identifiers and lists of codes: how they are read, what they mean, what looks wrong."""
