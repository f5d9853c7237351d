"""Log-in, the account's own pages and the error pages: ours in look, allauth's in working."""

import pytest
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from pipeline.models import User
from tests.cast import Cast

PASSWORD = "a long enough password of Chen"
OWN_PAGES = ["account_change_password", "mfa_index", "usersessions_list", "account_logout"]


@pytest.fixture
def chen(cast: Cast) -> User:
    with transaction.atomic():
        cast.chen.set_password(PASSWORD)
        cast.chen.save()
    return cast.chen


def sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post(reverse("account_login"), {"login": "chen", "password": password}).status_code


def test_the_right_password_leads_to_the_day_s_work(client: Client, chen: User) -> None:
    assert sign_in(client) == 302
    assert client.get(reverse("home")).status_code == 302


def test_a_wrong_password_is_told_in_the_summary_and_names_no_account(client: Client, chen: User) -> None:
    answer = client.post(reverse("account_login"), {"login": "chen", "password": "wrong"})
    unknown = client.post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
    assert answer.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("name", OWN_PAGES)
def test_the_pages_of_one_s_account_wear_the_look(client: Client, chen: User, name: str) -> None:
    sign_in(client)
    answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert 'class="narrow-page' in answer.content.decode() or 'class="head"' in answer.content.decode()


def test_a_second_factor_is_turned_on_after_the_password_once_more(client: Client, chen: User) -> None:
    sign_in(client)
    activate = reverse("mfa_activate_totp")
    asked = client.get(activate, follow=True)
    assert asked.redirect_chain[0][0].startswith(reverse("account_reauthenticate"))
    page = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": activate}, follow=True)
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert 'name="code"' in page.content.decode()


def test_nobody_signs_up(client: Client, db: None) -> None:
    assert 'name="password1"' not in client.get("/accounts/signup/").content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
def test_an_error_page_needs_nothing_but_itself(status: int) -> None:
    page = render_to_string(f"{status}.html", {"request_id": "4711"})
    assert "<h1>" in page
    assert "data-bs-theme" in page


def test_a_page_that_is_not_there_says_so_in_the_look(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "narrow-page" in answer.content.decode()
