"""Files that pages load: our own folders, and single files of front-end packages from an allow-list."""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(__file__).resolve().parent / "static"
PACKAGES = ROOT / "node_modules"
ALLOWED = {
    "inter-ui/web/Inter-Regular.woff2",
    "inter-ui/web/Inter-SemiBold.woff2",
    "inter-ui/web/Inter-Bold.woff2",
    "barcode-detector/dist/iife/ponyfill.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm",
    "idb/build/index.js",
    "@tabler/core/dist/css/tabler.min.css",
    "echarts/dist/echarts.min.js",
    "htmx.org/dist/htmx.min.js",
    "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js",
}
_TYPES = {".wasm": "application/wasm", ".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2",
          ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}  # fmt: skip


def add_assets(app: web.Application) -> None:
    """`/assets/<file>` is ours, `/assets/npm/<package>/<file>` a package's."""
    add_folder(app, "/assets", OWN)

    async def package_file(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in ALLOWED:
            raise web.HTTPNotFound
        return serve_file(request, PACKAGES / name)

    app.router.add_get("/assets/npm/{name:.+}", package_file)


def add_folder(app: web.Application, prefix: str, folder: Path) -> None:
    """The files of a folder (no sub-folders) are served under the prefix."""
    known = {path.name: path for path in folder.iterdir() if path.is_file()}

    async def own_file(request: web.Request) -> web.StreamResponse:
        path = known.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return serve_file(request, path)

    app.router.add_get(prefix + "/{name:[A-Za-z0-9_.-]+}", own_file)


def serve_file(request: web.Request, path: Path) -> web.Response:
    """The file with its type and an ETag; 304 when the browser has it."""
    if not path.is_file():
        raise web.HTTPNotFound
    content, tag = _read(path, path.stat().st_mtime_ns)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return web.Response(status=304, headers=headers)
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=content, content_type=kind, charset=charset, headers=headers)


@lru_cache(maxsize=128)
def _read(path: Path, changed: int) -> tuple[bytes, str]:
    """The file and its tag, read again when it has changed."""
    del changed
    content = path.read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:20]
