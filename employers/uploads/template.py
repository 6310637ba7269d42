"""The workbook to fill in with openings: code lists as drop-downs, an invented sample on the sheet of explanations."""

from centre import network, regions
from centre.people import EDUCATION_LABELS
from centre.sheets.writing import Column, template
from centre.skills.vocabulary import vocabulary
from employers.openings.columns import ANSWERS, CODED, COLUMNS
from employers.openings.rules import CERTIFICATE_LABELS

_SHOWN = (
    "id", "title", "occupation", "employer", "headcount", "wage", "base_pay", "area", "address", "education", "age",
    "content", "conditions", "skills", "certificates", "accepts_training", "employment_type", "client_name",
    "contract_party", "shift", "night_shift", "hours_per_week", "board", "lodging", "social_insurance", "valid_until",
)  # fmt: skip
_REQUIRED = frozenset({"title", "headcount", "wage", "area", "content", "conditions", "valid_until"})
_WIDTHS = {"title": 18, "employer": 24, "wage": 20, "area": 24, "content": 40, "conditions": 40}
_NOTES = {
    "id": "单位自己的编号；同一个编号再次上传就是更新这个岗位",
    "occupation": "选职业的名称，也可以写代码；不写就按岗位名称认",
    "headcount": "只写一个数，如 5",
    "wage": "如 4000-5500、150/天、20/小时、0.35/件；没有定就写 面议",
    "base_pay": "合同里保底的月工资，如 2500",
    "area": "从列表里选，也可以自己写到区县，如 咸阳市秦都区",
    "age": "如 18-45岁；没有要求就空着",
    "skills": "一样一样写，用“、”隔开，必须会的后面加 *，如 平车*、锁边",
    "certificates": "从列表里选；几样都要就用“、”隔开，必须有的后面加 *，如 健康证*、驾驶证",
    "client_name": "只有劳务派遣或代招要填",
    "valid_until": "如 2026-12-31",
}
_SAMPLE = {
    "id": "A001",
    "title": "缝纫工",
    "employer": "示例制衣公司（虚构）",
    "headcount": "10",
    "wage": "4000-5500",
    "base_pay": "2500",
    "area": "咸阳市秦都区",
    "address": "示例路 1 号",
    "education": "初中",
    "content": "平车缝纫",
    "conditions": "会用电动平车，身体健康",
    "skills": "平车*、锁边",
    "certificates": "健康证*",
    "valid_until": "2026-12-31",
}


def openings_template(*, own: bool) -> bytes:
    """An .xlsx for openings (岗位清单模板); an employer's `own` list needs no column for the employer."""
    names = [name for name in _SHOWN if not (own and name == "employer")]
    notes = [
        "每行一个岗位。带 * 的列没有写全的，先存成草稿。",
        "上传后先检查，逐行告诉您读成了什么；您确认以后才会保存。",
        "同一份清单再次上传不会重复，有变化的按编号更新。",
    ]
    return template(
        "岗位清单", [_column(name) for name in names], notes=notes, samples=[[_SAMPLE.get(name, "") for name in names]]
    )


def _column(name: str) -> Column:
    choices: list[str] = []
    if name == "education":
        choices = ["不限", *EDUCATION_LABELS.values()]
    elif name == "occupation":
        known = vocabulary()
        choices = [trade.name for trade in known.occupations if known.codes_for(trade.name) == (trade.code,)]
    elif name == "certificates":
        choices = list(CERTIFICATE_LABELS.values())
    elif name == "area":
        choices = _places()
    elif name in CODED:
        choices = [label for value, label in CODED[name].items() if str(value) != "unstated"]
    elif name in ANSWERS:
        choices = ["是", "否"]
    return Column(
        COLUMNS[name][0],
        required=name in _REQUIRED,
        choices=choices,
        is_open=name == "certificates",
        note=_NOTES.get(name, ""),
        width=_WIDTHS.get(name, 14),
    )


def _places() -> list[str]:
    """Every county of the country by its full name, those of the own city first; a city without counties is its own."""
    home = network.home()[:4]
    below = [region for region in regions.every() if region.level == 3 or not regions.children(region.code)]
    ordered = sorted(below, key=lambda region: not (home and region.code.startswith(home)))
    return list(dict.fromkeys(regions.full_name(region.code) for region in ordered))
