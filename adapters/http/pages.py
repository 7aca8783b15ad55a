"""Pages from templates: escaped by default, in the reader's language, without inline scripts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.shared.values import Language

LANGUAGE_COOKIE = "lang"
Say = Callable[[str, Language], str]


class Pages:
    """The templates of one room. In a template `t('key')` is the message in the page's language."""

    def __init__(self, folder: Path, say: Say) -> None:
        self._say = say
        self._environment = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def show(self, name: str, language: Language, status: int = 200, **data: Any) -> web.Response:
        """The page as a response."""
        content = self._environment.get_template(name).render(
            t=lambda key: self._say(key, language), language=language.value, **data
        )
        return web.Response(status=status, text=content, content_type="text/html")


def language_of(request: web.Request, default: Language) -> Language:
    """The language of a page: asked for, chosen before, else the browser's first one."""
    asked = request.query.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return Language.guess(asked or request.headers.get("Accept-Language", "").split(",")[0], default)


def words_json(keys: list[str], prefix: str, say: Say, language: Language) -> str:
    """Messages for a script, by the key without its prefix."""
    return json.dumps({key.removeprefix(prefix): say(key, language) for key in keys}, ensure_ascii=False)
