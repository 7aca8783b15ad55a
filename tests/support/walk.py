"""A walk through every page that the application has: its own routes, with what stands in their places."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from aiohttp import web

PLACE = re.compile(r"\{(\w+)[^}]*\}")


def patterns(app: web.Application, below: str, method: str = "GET") -> list[str]:
    """Routes of the method, as they were declared."""
    routes = (one for one in app.router.routes() if one.method == method and one.resource is not None)
    found = {one.resource.canonical for one in routes if one.resource is not None}
    return sorted(one for one in found if one == below or one.startswith(f"{below}/"))


def paths(pattern: str, ids: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The pattern with everything that can stand in its places. Raises KeyError for an unknown place."""
    names = PLACE.findall(pattern)
    for chosen in product(*(ids[name] for name in names)):
        given = dict(zip(names, chosen, strict=True))
        yield PLACE.sub(lambda place, given=given: given[place[1]], pattern)
