from django.test import Client
from openapi_spec_validator import validate

from pipeline.api.urls import api
from tests.cast import Cast


def test_the_description_is_valid_and_names_every_operation(cast: Cast, client: Client):
    client.force_login(cast.chen)
    described = client.get("/api/v1/openapi.json").json()
    validate(described)
    assert set(described["paths"]) == {"/api/v1/assess", "/api/v1/cases"}
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            assert {"200", "422"} <= set(operation["responses"])


def test_the_description_needs_a_log_in_and_no_foreign_host(db: None, client: Client):
    assert client.get("/api/v1/openapi.json").status_code == 302
    assert api.docs_url is None
