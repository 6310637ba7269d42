"""The OpenAPI description: what generated clients rely on."""

from enum import StrEnum
from itertools import chain
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from api.app import build
from api.problems import SchemaNameTaken
from centre.permissions import Permission

Description = dict[str, Any]


@pytest.fixture(scope="module")
def description() -> Description:
    """The current description of the API."""
    return build().openapi()


def clashes(description: Description) -> list[str]:
    """The schemas with an addition to their name, which FastAPI makes where two models share one.

    It adds the path of the module, or -Input and -Output where one is only read and the other only written.
    """
    added = ("-Input", "-Output")
    return sorted(name for name in description["components"]["schemas"] if "__" in name or name.endswith(added))


def operations(description: Description) -> list[dict[str, Any]]:
    """Every operation of the description."""
    return [operation for methods in description["paths"].values() for operation in methods.values()]


def with_model(name: str) -> FastAPI:
    """The application with one more operation, whose answer is a model of that name."""
    model = type(name, (BaseModel,), {"__module__": __name__, "__annotations__": {"planted": int}})

    def planted() -> None:
        """Planted."""

    app = build()
    app.add_api_route("/api/v1/planted", planted, response_model=model, openapi_extra={"x-allow": "public"})
    return app


def test_no_two_models_share_a_schema_name(description: Description) -> None:
    assert clashes(description) == []


def test_a_planted_model_with_a_duplicate_name_is_caught() -> None:
    assert len(clashes(with_model("FairOut").openapi())) == 2


def test_a_planted_query_value_with_a_duplicate_name_is_caught() -> None:
    class BoothOut(StrEnum):
        """Planted."""

        PLANTED = "planted"

    def planted(wanted: Any) -> None:
        """Planted."""

    planted.__annotations__["wanted"] = BoothOut
    app = build()
    app.add_api_route("/api/v1/planted", planted, openapi_extra={"x-allow": "public"})
    assert clashes(app.openapi())


@pytest.mark.parametrize("name", ["ProblemOut", "FieldProblem"])
def test_a_planted_model_named_like_a_problem_schema_is_refused(name: str) -> None:
    with pytest.raises(SchemaNameTaken, match=name):
        with_model(name).openapi()


def test_every_tag_is_declared_with_a_description_and_used(description: Description) -> None:
    declared = {tag["name"]: tag["description"] for tag in description["tags"]}
    assert declared.keys() == {tag for operation in operations(description) for tag in operation["tags"]}
    assert all(declared.values())


def test_the_description_names_its_server(description: Description) -> None:
    assert [server["url"] for server in description["servers"]] == ["/"]


def test_the_permissions_of_the_description_exist(description: Description) -> None:
    schemes = [scheme for operation in operations(description) for scheme in operation["security"]]
    named = set(chain.from_iterable(chain.from_iterable(scheme.values()) for scheme in schemes))
    assert named
    assert named <= {permission.value for permission in Permission}


def test_a_401_names_the_authentication_scheme_as_described(description: Description, client: TestClient) -> None:
    described = [operation["responses"]["401"] for operation in operations(description)]
    assert all("WWW-Authenticate" in response["headers"] for response in described)
    refused = client.get("/api/v1/tokens", headers={"authorization": "Bearer wrong"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="gangqiao"')
