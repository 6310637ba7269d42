"""Saved searches of a jobseeker."""

import re
from html import unescape

from tests.web.desks import Hall, words


def test_a_jobseeker_saves_and_deletes_a_search(hall: Hall) -> None:
    worker = hall.enter("wang")
    page = worker.get("/openings?q=缝纫")
    (address,) = re.findall(r'name="address" value="([^"]*)"', page)
    worker.send("/me/searches", address=unescape(address))
    page = words(worker.get("/me/searches"))
    assert "缝纫" in page
    assert "不再通知" in page
    assert "请先选好想找的工作" in worker.send("/me/searches", 409, address="")
    searches = worker.client.get("/api/v1/me/searches").json()
    assert [(search["name"], search["address"]) for search in searches] == [("缝纫", unescape(address))]
    worker.send("/me/searches/1/stop")
    assert "还没有关注的工作" in worker.get("/me/searches")
    assert "有新岗位告诉我" not in hall.enter().get("/openings?q=缝纫")
    assert "有新岗位告诉我" not in worker.get("/openings")
