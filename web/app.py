"""The whole application: the API, the pages, the static files."""

from importlib import import_module
from pkgutil import walk_packages
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import web.pages
from api.app import build as build_api
from api.dependencies import FEEDS, PREFIX, Routes, UnitOfWork
from api.problems import detail, problem_response, refusal_headers, refusal_of
from api.registry import check_routes
from centre.accounts import NotFresh
from centre.errors import NotFound, NotSignedIn, Refusal
from centre.network import NotSetUp
from centre.permissions import Permission
from centre.policy import PolicyMissing
from centre.translation import N_, translate
from web.assets import Assets
from web.rendering import page, page_above

FIRST = "web.pages.public.home"
"""The most frequent pages come first, since routes are tried in turn."""
TITLES = {
    401: N_("请先登录"),
    403: N_("没有权限"),
    404: N_("没有找到"),
    409: N_("现在还不能这样做"),
    413: N_("文件太大"),
    422: N_("有内容需要修改"),
    429: N_("请稍等一下"),
    503: N_("系统正忙"),
}
OTHER_TITLES = {NotSetUp.code: N_("还没有开通")}
"""Titles of refusals whose status alone says too little."""


def build() -> FastAPI:
    """The application with its pages; refuses to start when a route does not declare its access."""
    app = build_api(answer)
    for module in walk_packages(web.pages.__path__, "web.pages."):
        routes = getattr(import_module(module.name), "routes", None)
        if isinstance(routes, Routes):
            at = 0 if module.name == FIRST else len(app.router.routes)
            app.router.routes[at:at] = routes.entries
    check_routes(app)
    app.mount("/static", Assets(), name="static")
    return app


def answer(request: Request, error: Exception) -> Response:
    """The response to an exception: problem+json for machines, for people a page that says what to do."""
    if request.url.path.startswith((PREFIX, "/health")) or request.url.path.endswith(FEEDS):
        return problem_response(request, error)
    refusal = NotFound() if _is_odd_address(error) else refusal_of(error)
    if isinstance(refusal, NotSignedIn) and request.method == "GET":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?back={quote(back)}", 303)
    if isinstance(refusal, NotFresh):
        # The posted form is not stored: the reader authenticates again and repeats the action.
        here = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "/")).path
        return RedirectResponse(f"/sign-in/again?back={quote(here)}", 303)
    if refusal.status == 405 and request.method == "GET":  # the address of a form's answer, reloaded or kept
        return RedirectResponse(page_above(request), 303)
    unit = UnitOfWork(request, b"", None)
    unit.recognise(forgiving=True)
    title = translate(unit.locale, OTHER_TITLES.get(refusal.code) or TITLES.get(refusal.status, N_("出了点问题")))
    response = page(
        unit,
        "error.html",
        status_code=refusal.status,
        title=title,
        text=detail(unit.locale, refusal),
        code=refusal.code,
        ways=_ways_on(unit, refusal),
    )
    response.headers.update(refusal_headers(refusal))
    return response


def _ways_on(unit: UnitOfWork, refusal: Refusal) -> list[tuple[str, str, str]] | None:
    """Where the reader can remove the cause of a refusal; None leaves the usual ways on."""
    if isinstance(refusal, PolicyMissing) and unit.actor.may(Permission.APPROVE_RULES):
        ways = ((N_("看还缺哪些规则"), "/administration/rules", "search"), (N_("回首页"), "/", "home"))
        return [(translate(unit.locale, label), address, icon) for label, address, icon in ways]
    return None


def _is_odd_address(error: Exception) -> bool:
    """Whether only the path is invalid; people then get a 404 page."""
    return isinstance(error, RequestValidationError) and all(fault["loc"][0] == "path" for fault in error.errors())


app = build()
