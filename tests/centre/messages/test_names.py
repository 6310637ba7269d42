"""Every text of the register, and every kind that several share, has a name that people can read in both languages."""

from centre.messages.everything import REGISTER
from centre.messages.names import KIND_NAMES, NAMES, kind_name
from centre.translation import translate


def test_every_text_and_every_kind_has_its_own_name_in_both_languages() -> None:
    assert NAMES.keys() == REGISTER.keys()
    assert KIND_NAMES.keys() == {wording.kind for wording in REGISTER.values()} - REGISTER.keys()
    for locale in ("zh", "en"):
        names = [translate(locale, label) for label in NAMES.values()]
        assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    assert all(translate("en", label) != label for label in (NAMES | KIND_NAMES).values())


def test_a_kind_of_an_older_version_keeps_its_code() -> None:
    assert (kind_name("letter"), kind_name("booth"), kind_name("gone-by")) == ("推荐信已开", "展位", "gone-by")
