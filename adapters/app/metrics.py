"""Counters of requests, by route and status: never by address or person."""

import time

from aiohttp import web
from prometheus_client import Counter, Histogram

from adapters.http.problems import Handler

REQUESTS = Counter("kartka_requests_total", "Answers by route and status.", ("method", "route", "status"))
SECONDS = Histogram("kartka_request_seconds", "Time to answer, by route.", ("route",))


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request is counted and timed under its route's template."""
    started = time.perf_counter()
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    status = 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as error:
        status = error.status
        raise
    finally:
        REQUESTS.labels(request.method, route, str(status)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
