"""The page of roles and permissions agrees with the access rules of the routes."""

import re

from api.registry import registry
from centre.permissions import Permission, Role
from tests.web.readers import Reader
from web.app import app
from web.pages.staff.access import rights
from web.rendering import render


def shown(locale: str) -> str:
    registered = rights(registry(app))
    return render(
        Reader("/access", locale=locale), "staff/access/rights.html", rights=registered, roles=list(Role), chosen=None
    )


def test_every_route_is_listed_once_under_its_access_rule() -> None:
    listed = {(entry.method, entry.path): right.code for right in rights(registry(app)) for entry in right.entries}
    assert listed == {(entry.method, entry.path): entry.allow.value for entry in registry(app)}
    assert len(listed) > 150
    assert listed["POST", "/api/v1/claims/{claim_id}/payment"] == Permission.PAY_CLAIM.value


def test_both_languages_name_every_permission_and_no_language_leaks_into_the_other() -> None:
    chinese, english = shown("zh-Hans"), shown("en")
    assert chinese.count("<details id=") == english.count("<details id=") == len(Permission) + 2
    assert "拨付培训补贴" in chinese
    assert "县区中心主任" in chinese
    main = re.sub(r"<[^>]*>", "", english.split("<main", 1)[1].split("</main>", 1)[0])
    assert re.findall("[\u4e00-\u9fff]+", main) == []


def test_a_role_without_a_permission_is_not_listed_for_it() -> None:
    by_code = {right.code: right for right in rights(registry(app))}
    assert Role.EMPLOYER not in by_code["claim:pay"].roles
    assert by_code["person:list"].roles == Permission.LIST_PEOPLE.roles
