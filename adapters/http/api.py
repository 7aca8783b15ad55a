"""Typed endpoints: pydantic in and out, one declaration for the route and its OpenAPI 3.1."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import models_json_schema

from adapters.http.bodies import LARGEST, read_json
from adapters.http.problems import TITLES, Problem

B = TypeVar("B", bound=BaseModel)
RAW = web.RequestKey("raw", Any)
"""The body as parsed JSON, for whoever must know it as it was sent."""
PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


class Body(BaseModel):
    """A request body: unknown fields are refused, numbers are numbers and texts are texts."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answer(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[B]):
    """One operation. `handle` gets the request and its checked body (None where there is none) and answers a model,
    ready bytes of JSON, or None for 204. `problems` are the codes it may answer with, by status."""

    method: str
    path: str
    summary: str
    handle: Callable[[web.Request, Any], Awaitable[BaseModel | bytes | web.StreamResponse | None]]
    body: type[B] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    problems: Mapping[int, Sequence[str]] = field(default_factory=dict)
    secured: bool = True
    query: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    headers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Headers that the operation cannot do without."""
    again: int | None = None
    """The status of a repeat that is answered with the first answer."""
    largest: int = LARGEST
    raw: str = ""
    """The content type of a body that `handle` reads by itself, as it comes."""
    example: Any = None

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """The request is read, checked, handled and answered. Raises Problem (422 `invalid` with the field)."""
        given = None
        if self.body is not None:
            request[RAW] = await read_json(request, self.largest)
            given = check(self.body, request[RAW])
        found = await self.handle(request, given)
        if isinstance(found, web.StreamResponse):
            return found
        if found is None:
            return web.Response(status=204)
        content = found if isinstance(found, bytes) else found.model_dump_json().encode()
        return web.Response(status=self.status, body=content, content_type="application/json")


def check(model: type[B], value: Any) -> B:
    """The value as the model. Raises Problem (422 `invalid`) with the place of the first mistake."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(422, "invalid", f"{place}: {first['msg']}", data={"field": place}) from None


def openapi(
    endpoints: Sequence[Endpoint[Any]], *, title: str, description: str, scheme: Mapping[str, Any], version: str
) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these endpoints, complete: bodies, answers, every problem they can answer with."""
    models = [(one.body, "validation") for one in endpoints if one.body is not None]
    models += [(one.answer, "serialization") for one in endpoints if one.answer is not None]
    # The two modes are literals to pydantic, text to the list they are gathered in.
    refs, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"key": dict(scheme)},
        },
    }


def _operation(one: Endpoint[Any], refs: Mapping[Any, Any]) -> dict[str, Any]:
    name = one.path.strip("/").translate(str.maketrans("/", "_", "{}"))
    operation: dict[str, Any] = {
        "operationId": f"{one.method.lower()}_{name}",
        "summary": one.summary,
        "responses": {},
        "security": [{"key": []}] if one.secured else [],
    }
    parameters = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in one.path.split("/")
        if part.startswith("{")
    ]
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in one.query.items()
    ]
    parameters += [
        {"name": name, "in": "header", "required": True, "schema": schema} for name, schema in one.headers.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if one.body is not None:
        content: dict[str, Any] = {"schema": refs[(one.body, "validation")]}
        if one.example is not None:
            content["example"] = one.example
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    if one.raw:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {one.raw: binary}}
    done: dict[str, Any] = {"description": "Done"}
    if one.answer is not None:
        done["content"] = {"application/json": {"schema": refs[(one.answer, "serialization")]}}
    operation["responses"][str(one.status)] = done
    if one.again is not None:
        operation["responses"][str(one.again)] = {**done, "description": "Done before: the first answer again"}
    problems: dict[int, list[str]] = {status: list(codes) for status, codes in one.problems.items()}
    if one.body is not None:
        problems.setdefault(400, []).append("unreadable")
        problems.setdefault(413, []).append("too-large")
        problems.setdefault(415, []).append("wrong-content-type")
        problems.setdefault(422, []).append("invalid")
    problems.setdefault(503, []).append("try-again")
    for status, codes in sorted(problems.items()):
        answer: dict[str, Any] = {
            "description": f"{TITLES.get(status, 'Refused')}: {', '.join(codes)}",
            "content": {"application/problem+json": {"schema": PROBLEM_REF}},
        }
        if status in {429, 503}:
            answer["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
        operation["responses"][str(status)] = answer
    return operation


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "about:kartka/<code>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
