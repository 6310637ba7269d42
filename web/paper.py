"""Print views: the page that a browser prints, or the same as a PDF file (打印和 PDF)."""

import logging
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from web.assets import PREFIX, content
from web.rendering import Reader, page, url

BASE = "http://paper.invalid"
"""What addresses in a page are relative to; nothing is fetched from a network."""


@cache
def can_make_pdf() -> bool:
    """Whether the extra `print` is installed, with the system's Pango that it draws text with."""
    if find_spec("weasyprint") is None:
        return False
    try:
        import weasyprint  # noqa: F401 - its import loads Pango
    except OSError:
        return False
    return True


def paper(unit: Reader, template: str, **context: Any) -> Response:
    """A print view: `paper(unit, "export/manifest.html", batch=...)`; with `?as=pdf` the same as a PDF file.

    The template gets `pdf`, the address of that file, which is empty where this server makes none.
    """
    request = unit.request
    asked = request.query_params.get("as") == "pdf"
    address = url(request.url.path, **{**request.query_params, "as": "pdf"}) if can_make_pdf() and not asked else ""
    answer = page(unit, template, pdf=address, **context)
    if not asked or not can_make_pdf():
        return answer
    name = "-".join(part for part in request.url.path.split("/") if part)
    headers = {key: value for key, value in answer.headers.items() if key in {"cache-control", "vary"}}
    headers["content-disposition"] = f'inline; filename="{name}.pdf"'
    return Response(pdf_of(bytes(answer.body).decode()), media_type="application/pdf", headers=headers)


def pdf_of(text: str) -> bytes:
    """A page as PDF by its print stylesheet."""
    from weasyprint import HTML

    # It warns of every property that only screens know, some hundred a page.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return bytes(HTML(string=text, base_url=BASE, url_fetcher=_fetcher()).write_pdf())


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc] # the library has no types
        """Gives the static files of the service and opens no connection, whatever a page names."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - its signature
            path = urlsplit(url).path
            if not url.startswith(f"{BASE}{PREFIX}/") or ".." in path:
                raise ValueError(f"only files of the service are used in a PDF, not {url}")
            kind = {"css": "text/css", "svg": "image/svg+xml", "png": "image/png"}[path.rsplit(".", 1)[-1]]
            return URLFetcherResponse(url, content(path.removeprefix(f"{PREFIX}/")), {"Content-Type": kind})

    return OwnFiles()
