"""The words that messages fill in, each with one meaning in all of them and an example for previews (占位符)."""

from dataclasses import dataclass

from centre.translation import N_


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What a word stands for, and how it may look (占位符)."""

    meaning: str
    example: str


VOCABULARY = {
    "asked": Placeholder(N_("求职者想要的月工资"), "5200"),
    "at": Placeholder(N_("从什么时候起"), "10-08 09:30"),
    "batch": Placeholder(N_("外出务工的批次号"), "2027-03-A"),
    "booth_no": Placeholder(N_("展位号"), "12"),
    "business": Placeholder(N_("业务名称"), "求职补贴"),
    "class_no": Placeholder(N_("班号"), "2027-焊工-03"),
    "code": Placeholder(N_("验证码或编号"), "483920"),
    "count": Placeholder(N_("场数"), "6"),
    "course": Placeholder(N_("培训专业"), "焊工（四级）"),
    "day": Placeholder(N_("日期"), "2027-10-08"),
    "days": Placeholder(N_("天数"), "30"),
    "edition": Placeholder(N_("单子的版次"), "2"),
    "employer": Placeholder(N_("单位名称"), "某某机械有限公司"),
    "error": Placeholder(N_("错误名称，不含个人信息"), "OSError"),
    "expires": Placeholder(N_("有效期的最后一天"), "2027-10-22"),
    "fair": Placeholder(N_("招聘会名称"), "春风行动专场招聘会"),
    "job": Placeholder(N_("后台任务的名称"), "run-fairs"),
    "letter": Placeholder(N_("推荐信编号"), "T01-20271008-003"),
    "major": Placeholder(N_("培训专业"), "焊工（四级）"),
    "n": Placeholder(N_("岗位数"), "3"),
    "name": Placeholder(N_("姓名或账号名"), "王某某"),
    "notice": Placeholder(N_("公告原文"), "因天气原因改期，给您带来不便请谅解。"),
    "steps": Placeholder(N_("打算做的事，一行一件"), "3月4日周三上午：带着推荐信和身份证去单位：焊工"),
    "offered": Placeholder(N_("岗位最高的月工资"), "4800"),
    "openings": Placeholder(N_("岗位清单，一行一个"), "焊工（某某机械有限公司）"),
    "out": Placeholder(N_("按退学处理的缺勤天数"), "5"),
    "people": Placeholder(N_("人数"), "120"),
    "percent": Placeholder(N_("百分比"), "97"),
    "place": Placeholder(N_("地点"), "汽车站北门"),
    "plan": Placeholder(N_("求职者当天的打算，或者在哪里写打算"), "您打算：3月4日周三上午：到中心窗口问问，带上身份证"),
    "project": Placeholder(N_("外出务工项目"), "某某电子春季用工"),
    "reason": Placeholder(N_("经办人写的原因或说明"), "材料还缺一页，请补齐。"),
    "run": Placeholder(N_("已连续缺勤的天数"), "3"),
    "seat": Placeholder(N_("座位号"), "17"),
    "stage": Placeholder(N_("在哪份材料里"), "劳动合同"),
    "start": Placeholder(N_("开班日期"), "2027-10-11"),
    "state": Placeholder(N_("办理结果或状态"), "已通过"),
    "terms": Placeholder(N_("哪几项条件"), "工资、工时"),
    "times": Placeholder(N_("面谈的时间和单位"), "09:20 某某机械有限公司"),
    "title": Placeholder(N_("岗位名称"), "焊工"),
    "titles": Placeholder(N_("合适的岗位"), "焊工、钳工"),
    "until": Placeholder(N_("截止时间"), "10-08 18:00"),
    "vehicle": Placeholder(N_("车号"), "1"),
    "venue": Placeholder(N_("场地"), "人力资源市场一楼大厅"),
    "voucher": Placeholder(N_("拨付凭证号"), "2027-0315"),
    "when": Placeholder(N_("时间"), "2027-10-08 09:00"),
}
