"""The columns of a trainee roster: their names in schools' files, and the template for download. Pure."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from centre.people import CATEGORY_LABELS, EDUCATION_LABELS, Education, PersonCategory
from centre.sheets.writing import Column, template
from centre.text import normalise
from centre.translation import N_
from training.enrolments.rules import RELATION_LABELS, Relation
from training.providers.rules import LEVEL_LABELS

ALIASES: Mapping[str, Sequence[str]] = {
    "serial": ("序号", "编号", "No", "#"),
    "name": ("姓名", "学员姓名", "名字", "学生姓名", "参训人员姓名"),
    "id_type": ("证件类型", "证件种类"),
    "id_number": (
        "身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号", "身份证", "居民身份证号码", "身份号码",
    ),
    "sex": ("性别",),
    "ethnicity": ("民族",),
    "birth": ("出生日期", "出生年月日", "出生年月", "生日"),
    "education": ("文化程度", "学历", "最高学历", "文化水平"),
    "category": ("人员类别", "人员类型", "身份类别", "培训对象类别", "人员身份", "享受补贴人员类别"),
    "hukou": ("户籍地址", "户口性质", "户籍", "户籍所在地", "家庭住址", "户口所在地"),
    "phone": ("联系电话", "手机", "手机号", "手机号码", "电话", "联系方式", "本人电话"),
    "major": ("培训工种", "专业", "培训专业", "工种", "职业(工种)", "职业工种", "培训项目"),
    "level": ("培训等级", "等级", "技能等级", "鉴定等级"),
    "days": ("培训起止时间", "培训时间", "起止时间", "培训起止日期"),
    "card_no": ("就业创业证号", "就业创业证编号", "就业失业登记证号"),
    "bank": ("银行卡号", "银行账号", "社保卡银行账号", "社会保障卡号"),
    "bank_name": ("开户行", "开户银行"),
    "hardship_no": ("困难职工档案号", "档案号", "困难档案号", "困难职工编号"),
    "relation": ("与困难职工关系", "关系", "与户主关系"),
    "signature": ("签名", "本人签字", "签字", "学员签名"),
    "note": ("备注", "说明"),
}  # fmt: skip

LABELS: Mapping[str, str] = {
    "name": N_("姓名"),
    "id_type": N_("证件类型"),
    "id_number": N_("身份证号"),
    "sex": N_("性别"),
    "birth": N_("出生日期"),
    "education": N_("文化程度"),
    "category": N_("人员类别"),
    "phone": N_("联系电话"),
    "major": N_("培训工种"),
    "level": N_("培训等级"),
    "days": N_("培训起止时间"),
    "card_no": N_("就业创业证号"),
    "bank": N_("银行卡号"),
    "hardship_no": N_("困难职工档案号"),
    "relation": N_("与困难职工关系"),
}
"""The fields that are read; the others of ALIASES are known so that they are not mistaken for something else."""

REQUIRED = ("name", "id_number")
"""Without these columns a file is not a roster."""

WANTED = ("phone", "education", "category")
"""If the file has such a column, every trainee needs a value in it."""

NEVER_DITTO = frozenset({"name", "id_number", "phone", "bank", "card_no", "hardship_no"})
"""Fields in which 同上 is refused, because they differ for every person."""

_EDUCATION_WORDS = {
    Education.POSTGRADUATE: ("研究生", "硕士", "博士", "硕士研究生", "博士研究生"),
    Education.UNIVERSITY: ("大学本科", "本科", "大学", "全日制本科"),
    Education.COLLEGE: ("大学专科", "大专", "专科", "高职"),
    Education.SECONDARY_VOCATIONAL: ("中专", "中等专科", "中等专业学校", "职业中专"),
    Education.TECHNICAL: ("技工学校", "技校", "技工"),
    Education.SENIOR: ("高中", "职高", "职业高中", "普通高中"),
    Education.JUNIOR: ("初中", "初级中学"),
    Education.PRIMARY: ("小学",),
    Education.NONE: ("文盲或半文盲", "文盲", "半文盲", "无"),
}

_CATEGORY_WORDS = {
    PersonCategory.LAID_OFF: ("下岗职工", "下岗", "下岗失业人员"),
    PersonCategory.REGISTERED_UNEMPLOYED: ("登记失业人员", "登记失业", "失业人员", "失业", "城镇登记失业人员"),
    PersonCategory.UNION_HARDSHIP: ("困难职工", "工会困难职工"),
    PersonCategory.HARDSHIP_CHILD: ("困难职工子女",),
    PersonCategory.HARD_TO_EMPLOY: ("就业困难人员", "就业困难"),
    PersonCategory.ZERO_EMPLOYMENT_HOUSEHOLD: ("零就业家庭", "零就业家庭成员"),
    PersonCategory.RURAL_TRANSFER: (
        "农村转移劳动力", "农民工", "农村劳动力", "农村转移就业劳动者", "农村富余劳动力", "进城务工人员",
    ),
    PersonCategory.POVERTY_LIFTED: ("脱贫人口", "脱贫户", "建档立卡贫困户", "脱贫劳动力"),
    PersonCategory.MONITORED: ("防返贫监测对象", "监测户", "监测对象"),
    PersonCategory.GRADUATE: ("高校毕业生", "毕业生", "离校未就业高校毕业生"),
    PersonCategory.VETERAN: ("退役军人", "退伍军人", "复员军人"),
    PersonCategory.DISABLED: ("残疾人", "残疾"),
    PersonCategory.SINGLE_PARENT: ("单亲父母", "单亲", "单亲母亲"),
    PersonCategory.LAND_LOST: ("失地农民", "被征地农民"),
    PersonCategory.RELEASED: ("刑满释放人员", "刑释人员"),
    PersonCategory.OTHER: ("其他人员", "其他", "其它"),
}  # fmt: skip

_RELATION_WORDS = {
    Relation.SELF: ("本人", "自己", "户主"),
    Relation.CHILD: ("子女", "儿子", "女儿", "子", "女", "孩子"),
    Relation.SPOUSE: ("配偶", "丈夫", "妻子", "夫妻", "爱人", "妻", "夫"),
}

_LEVEL_WORDS = {
    5: ("五级", "初级", "初级工", "5", "五级/初级工", "五级(初级工)", "初级工(五级)"),
    4: ("四级", "中级", "中级工", "4", "四级/中级工", "四级(中级工)", "中级工(四级)"),
    3: ("三级", "高级", "高级工", "3", "三级/高级工", "三级(高级工)", "高级工(三级)"),
    2: ("二级", "技师", "2", "二级/技师", "二级(技师)", "技师(二级)"),
    1: ("一级", "高级技师", "1", "一级/高级技师", "一级(高级技师)", "高级技师(一级)"),
}


Value = TypeVar("Value")


def _by_word(words: Mapping[Value, Sequence[str]]) -> dict[str, Value]:
    return {normalise(word): value for value, known in words.items() for word in known}


EDUCATION = _by_word(_EDUCATION_WORDS)
CATEGORY = _by_word(_CATEGORY_WORDS)
RELATION = _by_word(_RELATION_WORDS)
LEVEL = _by_word(_LEVEL_WORDS)


def roster_template(class_no: str, major: str, level: int | None) -> bytes:
    """An .xlsx for the trainees of a class, identity numbers as text, code lists as drop-downs (学员花名册模板)."""
    columns = [
        Column("姓名", required=True, width=12),
        Column("身份证号", required=True, width=24, note="18 位，请保持文本格式，不要让表格改成数字"),
        Column("性别", choices=["男", "女"], width=8, note="可以不填，系统会与身份证号核对"),
        Column("文化程度", required=True, choices=list(EDUCATION_LABELS.values()), width=14),
        Column("人员类别", required=True, choices=list(CATEGORY_LABELS.values()), width=18),
        Column("联系电话", required=True, width=16, note="11 位手机号，或带区号的固定电话"),
        Column("培训工种", width=16),
        Column("培训等级", choices=list(LEVEL_LABELS.values()), width=16),
        Column("就业创业证号", width=20),
        Column("银行卡号", width=24, note="只有需要发放补贴的学员填写"),
        Column("困难职工档案号", width=18, note="子女或配偶享受免费培训时，填写困难职工本人的档案号"),
        Column("与困难职工关系", choices=list(RELATION_LABELS.values()), width=14),
        Column("备注", width=20),
    ]
    sample = [
        "王小样",
        "610499198501010028",
        "女",
        "初中",
        "登记失业人员",
        "13800000000",
        major,
        LEVEL_LABELS.get(level or 0, ""),
    ]
    notes = [
        f"班号：{class_no}。每行一人，不要合并单元格，不要写“同上”。",
        "带 * 的列必须填写。身份证号、电话、银行卡号请用文本格式，否则末几位会丢失。",
        "上传后先检查，逐行告诉您结果；您确认以后才会保存。有错的行会标红退回。",
        "同一份名单重复上传不会重复报名。",
    ]
    return template("学员花名册", columns, notes=notes, samples=[sample], rows=500)
