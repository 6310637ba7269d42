"""The API reference, generated from the OpenAPI description without third-party assets."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.responses import Response

from api.app import build as build_api
from api.dependencies import PREFIX, PUBLIC, Access, Pages, Unit
from api.security import own_address
from centre.permissions import Permission
from centre.translation import N_
from web.rendering import page

routes = Pages()

ACCESS = {Access.PUBLIC.value: N_("所有人"), Access.SIGNED_IN.value: N_("登录用户")}


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or body field of an operation."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: a method of a path."""

    method: str
    path: str
    summary: str
    access: str
    fields: tuple[Field, ...]
    statuses: tuple[str, ...]


@routes.get("/developers", allow=PUBLIC)
def reference(unit: Unit) -> Response:
    """Every operation of the API."""
    address = own_address(unit.request)
    return page(unit, "public/developers/reference.html", groups=_groups(), prefix=PREFIX, address=address)


@cache
def _groups() -> dict[str, list[Operation]]:
    described = build_api().openapi()
    schemas = described.get("components", {}).get("schemas", {})
    groups: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups.setdefault((operation.get("tags") or [""])[0], []).append(
                _operation(method, path, operation, schemas)
            )
    return groups


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    fields = [
        Field(
            parameter["name"], parameter["in"], _kind(parameter.get("schema", {})), parameter.get("required", False), ""
        )
        for parameter in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        schema = schemas.get(media.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1], media.get("schema", {}))
        required = set(schema.get("required", []))
        fields += [
            Field(name, "body", _kind(property_schema), name in required, property_schema.get("description", ""))
            for name, property_schema in schema.get("properties", {}).items()
        ]
    return Operation(
        method=method.upper(),
        path=path,
        summary=(operation.get("description") or operation.get("summary") or "").split("\n")[0],
        access=_access(operation.get("x-allow", "")),
        fields=tuple(fields),
        statuses=tuple(operation.get("responses", {})),
    )


def _access(allow: str) -> str:
    return ACCESS.get(allow) or Permission(allow).label


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(_kind(alternative) for alternative in schema["anyOf"] if alternative.get("type") != "null")
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return str(schema.get("format") or schema.get("type") or "any")
