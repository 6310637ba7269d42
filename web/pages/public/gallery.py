"""The style gallery: every page component with sample data, for developers."""

from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from web.rendering import page

routes = Pages()


@routes.get("/design", allow=PUBLIC)
def gallery(unit: Unit) -> Response:
    """Show every macro."""
    return page(unit, "public/gallery.html")
