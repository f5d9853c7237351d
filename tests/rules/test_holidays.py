"""Reading the yearly notice on public holidays."""

from datetime import date

import pytest

from pipeline.rules.holidays import NoticeRefused, read_notice
from pipeline.rules.workdays import carried_calendar

# 国办发明电〔2025〕7号, its sentences as they were published
NOTICE_OF_2026 = """国务院办公厅关于2026年部分节假日安排的通知
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。"""


def test_the_sentences_of_the_notice_give_the_days_on_record() -> None:
    assert read_notice(NOTICE_OF_2026, 2026) == carried_calendar().notices_of(2026)


def test_lines_of_a_table_give_the_same() -> None:
    days = carried_calendar().notices_of(2026)
    table = "日期,节日,类型\n" + "\n".join(f"{each.day},{each.name.zh},{'休' if each.off else '班'}" for each in days)
    assert read_notice(table, 2026) == days


def test_a_stretch_over_new_year_and_months_is_read_whole() -> None:
    text = "元旦：2026年12月31日至2027年1月2日放假，共3天。\n国庆节：9月30日至10月2日放假。"
    assert [each.day for each in read_notice(text, 2027)] == [
        date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 9, 30), date(2027, 10, 1), date(2027, 10, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2027-02-30 春节 休", "不存在"),
        ("2027-02-08 春节 也许", "也许"),
        ("2028-02-08 春节 休", "不在 2027 年"),
        ("2027-02-08 春节 休\n2027-02-08 春节 休", "两次"),
        ("2027-02-08 春节 班", "本来就是工作日"),
        ("春节：2月9日至2月5日放假。", "不成一段"),
    ],
)
def test_what_cannot_be_a_notice_is_refused_with_its_line(text: str, says: str) -> None:
    with pytest.raises(NoticeRefused) as refused:
        read_notice(text, 2027)
    assert any(says in fault.says.zh for fault in refused.value.faults)


def test_text_without_any_day_gives_none() -> None:
    assert read_notice("各省、自治区：\n请妥善安排。", 2027) == []
