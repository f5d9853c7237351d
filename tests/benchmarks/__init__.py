"""Comparisons, ours beside another's. Django is set up here, before any of them knows a model."""

import django

import tests.services  # noqa: F401  # names the settings

django.setup()
