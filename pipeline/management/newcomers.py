"""Accounts that an operator makes at the terminal."""

import secrets

from pipeline.models import User


def account(username: str, name: str) -> tuple[User, str]:
    """The account of that log-in, and the password it begins with; empty where the account was there already."""
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known, ""
    password = secrets.token_urlsafe(12)
    return User.objects.create_user(username, password, name=name), password
