"""The style gallery: every part of a page with invented data, for those who write pages."""

from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from web.rendering import page

routes = Pages()


@routes.get("/design", allow=PUBLIC)
def gallery(unit: Unit) -> Response:
    """Every macro once."""
    return page(unit, "public/gallery.html")
