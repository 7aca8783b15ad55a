"""Secure headers on every answer (reliability.md section 10); a route may only ask for what its page needs."""

from aiohttp import web

PAGE_NEEDS = web.RequestKey("page_needs", tuple)
CAMERA, FRAMED, FRAMES, PHOTOS = "camera", "framed", "frames", "photos"
"""What a page can ask for: the camera with its decoder, to stand in a frame of this house, to hold such frames, to show
pictures of products, which stand where the retailer keeps them."""

_FIXED = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def needs(request: web.Request, *what: str) -> None:
    """The page of this request needs these; an origin (`https://...`) among them may show it in a frame."""
    request[PAGE_NEEDS] = what


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal handler (`on_response_prepare`): the headers are there, also on streams and errors."""
    what = request.get(PAGE_NEEDS, ())
    response.headers["Server"] = "kartka"  # aiohttp's own names its version
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy(what))
    camera = "camera=(self)" if CAMERA in what or FRAMES in what else "camera=()"
    response.headers.setdefault(
        "Permissions-Policy", f"{camera}, geolocation=(self), microphone=(), payment=(), usb=()"
    )
    response.headers.setdefault("Cache-Control", "no-store")


def _policy(what: tuple[str, ...]) -> str:
    script = "script-src 'self' 'wasm-unsafe-eval'" if CAMERA in what else "script-src 'self'"
    around = ["'self'"] if FRAMED in what else [one for one in what if one.startswith("https://")] or ["'none'"]
    parts = [
        "default-src 'none'",
        script,
        "style-src 'self'",
        f"img-src 'self' data: blob:{' https:' if PHOTOS in what else ''}",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        f"frame-ancestors {' '.join(around)}",
        *(["frame-src 'self'"] if FRAMES in what else []),
    ]
    return "; ".join(parts)
