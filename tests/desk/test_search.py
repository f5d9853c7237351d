"""Ctrl-K."""

import random
import re
from collections.abc import Iterable
from datetime import date
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.urls import resolve, reverse

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import certificate, firm, flag, merging
from pipeline.models import Firm, User
from pipeline.models.firm_search import sought
from pipeline.models.text_search import plain
from pipeline.models.what_moves import what_moves
from tests.acts import twins
from tests.cast import DAY, QINGHE, SINCE, YUNLING, Cast, Story, the
from tests.desk.conftest import Seat, statements, text

PALETTE = reverse("desk:palette")
HTMX = {"HX-Request": "true"}
LINK = re.compile(r'<a href="([^"]+)">([^<]*)')


def found(seat: Seat, person: User, text_: str = "", **also: str) -> dict[str, str]:
    """What the palette offers: addresses in their order, with what they are called."""
    page = text(seat(person).get(PALETTE, {"q": text_, **also}, headers=HTMX))
    return {unescape(url): unescape(says) for url, says in LINK.findall(page)}


def address(uscc: str) -> str:
    return reverse("desk:firm", args=[uscc])


def registered(cast: Cast, *names: str, place: str = "linan") -> list[Firm]:
    records = [
        {"uscc": f"91330112MA{number:07d}X", "name": name, "division": cast.divisions[place]}
        for number, name in enumerate(names, start=Firm.numbers(1)[0])
    ]
    with acting(cast.chen), transaction.atomic():
        return firm.register(records, by=cast.chen, on=SINCE)


@pytest.fixture
def renamed(cast: Cast) -> Cast:
    """Qinghe was called Old Seedling until today, and people call it Green."""
    with acting(cast.chen), transaction.atomic():
        firm.rename(cast.qinghe, "杭州旧苗仪表厂", by=cast.chen, on=date(2020, 5, 4))
        firm.rename(cast.qinghe, "杭州青禾智控科技有限公司", by=cast.chen, on=DAY)
        firm.amend(cast.qinghe, {"short_name": "绿苗"}, version=cast.qinghe.version, by=cast.chen, on=DAY)
    return cast


KNOWN = (
    "青禾", "禾智", "智控科技", "杭州青禾智控科技有限公司", "青 禾",  # its name
    "旧苗", "苗仪表", "绿苗",  # those it had and is known by
    "hzqh", "qhzk", "hzqhzkkjyxgs", "QHZK",  # the letters its syllables begin with
    "hangzhouqinghe", "qinghe", "qinghezhik",  # its syllables
    QINGHE, QINGHE[:8], QINGHE[-4:], QINGHE[-9:].lower(),  # its code
    "1234", "00001234",  # the end of its telephone number
)  # fmt: skip
NOT_KNOWN = ("青苗", "苗杭", "禾智公司", "qhkz", "heqing", "qing", QINGHE[-3:], "234", "绿", "s绿")


def test_a_firm_is_found_by_whatever_is_known_of_it_and_by_nothing_else(renamed: Cast, seat: Seat) -> None:
    client = seat(renamed.wang)
    hits = [
        wanted
        for wanted in KNOWN + NOT_KNOWN
        if address(QINGHE) in text(client.get(PALETTE, {"q": wanted}, headers=HTMX))
    ]
    assert hits == list(KNOWN)


def test_one_character_is_told_that_two_are_needed(cast: Cast, seat: Seat) -> None:
    page = text(seat(cast.wang).get(PALETTE, {"q": "青"}, headers=HTMX))
    assert "Type two characters" in page or "两个字" in page


def test_what_was_found_says_why_where_the_name_does_not_and_no_number_is_shown(renamed: Cast, seat: Seat) -> None:
    def page(wanted: str) -> str:
        return text(seat(renamed.wang).get(PALETTE, {"q": wanted}, headers=HTMX))

    assert "杭州旧苗仪表厂" in page("旧苗")
    assert "绿苗·" in page("绿苗")
    assert "电话尾号 1234" in page("1234")
    assert "13900001234" not in page("1234")


def test_what_is_anothers_is_not_found(renamed: Cast, seat: Seat) -> None:
    for wanted in ("青禾", "旧苗", "绿苗", "qhzk", "qinghe", QINGHE, QINGHE[-6:], "1234"):
        assert not [url for url in found(seat, renamed.sun, wanted) if "/firms/" in url]


def test_any_two_neighbouring_characters_find_exactly_the_firms_one_sees(cast: Cast) -> None:
    draw = random.Random(8)
    signs = "青禾智控科技有限公司杭州长重Ａb3（）·"
    for place in ("linan", "xihu"):
        firms = registered(cast, *("".join(draw.choices(signs, k=draw.randint(2, 9))) for _ in range(8)), place=place)
        with acting(cast.chen), transaction.atomic():
            for each in firms[::2]:
                firm.rename(each, "".join(draw.choices(signs, k=7)), by=cast.chen, on=DAY)
            Firm.objects.filter(pk=firms[1].pk).update(short_name="".join(draw.choices(signs, k=4)))
            firm.settle(the(firms[0]), cast.divisions["linan"], on=DAY)
    with acting(cast.chen), transaction.atomic():
        names = {each.pk: names_of(each) for each in Firm.objects.all()}
    pieces = sorted({piece for own in names.values() for name in own for piece in pairs(name)})
    assert len(pieces) > 60
    for person in (cast.wang, cast.sun, cast.chen):
        with acting(person), transaction.atomic():
            seen = set(Firm.objects.visible_to(person).values_list("pk", flat=True))
            for piece in draw.sample(pieces, 40):
                right = {key for key in seen if any(piece in name for name in names[key])}
                assert {each.pk for each in sought(Firm.objects.visible_to(person), piece, person)} == right, piece


def names_of(each: Firm) -> list[str]:
    former = each.formername_set.values_list("name", flat=True)
    return [plain(name) for name in (each.name, each.short_name, *former) if name]


def pairs(name: str) -> Iterable[str]:
    return (name[place : place + 2] for place in range(len(name) - 1) if not name[place : place + 2].isascii())


def test_what_is_exactly_that_comes_before_what_begins_with_it_and_what_holds_it(cast: Cast, seat: Seat) -> None:
    names = ["大新苗", "杭州新苗厂", "新苗科技", "新苗"]
    registered(cast, *names)
    hits = [says for url, says in found(seat, cast.wang, "新苗").items() if "/firms/" in url]
    assert hits == ["新苗", "新苗科技", "大新苗", "杭州新苗厂"]


def test_among_equals_the_one_whose_case_moved_last_comes_first(story: Story, seat: Seat) -> None:
    [other] = registered(story.cast, "杭州阿青禾科技有限公司")  # sorts before it by its sound
    before = [url for url in found(seat, story.cast.wang, "青禾") if "/firms/" in url]
    assert before == [address(other.uscc), address(QINGHE)]
    story.to("county_review")
    after = [url for url in found(seat, story.cast.wang, "青禾") if "/firms/" in url]
    assert after == [address(QINGHE), address(other.uscc)]


def test_a_firm_is_found_among_many_of_the_same_kind_by_its_whole_name(cast: Cast, seat: Seat) -> None:
    registered(cast, *(f"杭州青禾智控科技有限公司第{number}分" for number in range(60)))
    assert next(iter(found(seat, cast.chen, "杭州青禾智控科技有限公司"))) == address(QINGHE)


def test_a_case_is_found_by_its_number(story: Story, seat: Seat) -> None:
    story.to("county_review")
    url = reverse("desk:case", args=[story.number])
    for wanted in ("gp2026", "GP2026-0001", "2026-00", "0001", "001"):
        assert url in found(seat, story.cast.wang, wanted), wanted
        assert url not in found(seat, story.cast.sun, wanted), wanted


def test_a_certificate_is_found_by_its_number(cast: Cast, seat: Seat) -> None:
    with acting(cast.chen), transaction.atomic():
        certificate.issue(
            cast.qinghe, number="GR202633001234", issued_on=date(2026, 10, 4), by=cast.chen, on=date(2026, 10, 20)
        )
    for wanted in ("GR202633001234", "gr2026330", "202633001234"):
        assert found(seat, cast.wang, wanted).get(address(QINGHE)) == "GR202633001234"
        assert address(QINGHE) not in found(seat, cast.sun, wanted)


def test_colleagues_and_coaches_lead_to_what_they_have_in_hand(cast: Cast, seat: Seat) -> None:
    queue = reverse("desk:queue")
    assert f"{queue}?view=all&officer={cast.zhao.pk}" in found(seat, cast.wang, "赵越")
    assert f"{queue}?view=all&coach={cast.zhang.pk}" in found(seat, cast.wang, "zhang")
    assert not [url for url in found(seat, cast.wang, "孙浩") if "officer" in url]  # another county's
    assert f"{queue}?view=all&officer={cast.sun.pk}" in found(seat, cast.chen, "孙浩")
    told = text(seat(cast.wang).get(PALETTE, {"q": "何教授"}, headers=HTMX))
    assert "何教授" in told.partition("data-for")[2].partition(">")[2]
    assert "何教授" not in "".join(found(seat, cast.wang, "何教授").values())


def test_nobody_of_a_firm_and_no_administrator_is_told_of_as_a_person(cast: Cast, seat: Seat) -> None:
    for name in ("李青", "唐审"):
        page = text(seat(cast.chen).get(PALETTE, {"q": name}, headers=HTMX))
        assert f">{name}<" not in page


@pytest.mark.parametrize("stage", ["county_review", "coaching"])
def test_every_way_that_is_offered_beside_a_case_is_open(story: Story, seat: Seat, stage: str) -> None:
    story.to(stage)
    doing = {}
    for person in (story.cast.wang, story.cast.zhao, story.cast.chen, story.cast.zhou):
        offered = found(seat, person, case=story.number, firm=QINGHE)
        doing[person.username] = {url for url in offered if "/do/" in url}
        client = seat(person)
        closed = [url for url in doing[person.username] if client.get(url).status_code != 200]
        assert closed == []
    legal = {f"/desk/cases/{story.number}/do/forward"}
    assert (doing["zhao"] >= legal) is (stage == "county_review")
    assert not legal & (doing["wang"] | doing["chen"] | doing["zhou"])


def test_acts_on_another_countys_case_are_not_offered(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert not [url for url in found(seat, story.cast.sun, case=story.number) if "/do/" in url]


def test_an_open_entry_is_offered_to_be_lifted_only_while_there_is_one(story: Story, seat: Seat) -> None:
    story.to("city_review")
    chen = story.cast.chen
    lift = f"/desk/cases/{story.number}/do/clear-flag"
    assert lift not in found(seat, chen, case=story.number)
    with acting(chen), transaction.atomic():
        flag.raise_flag(the(story.cast.qinghe), kind="objection", by=chen, on=story.day, says="权属争议")
    assert lift in found(seat, chen, case=story.number)


def test_a_call_is_noted_from_anywhere_with_the_firm_at_hand(cast: Cast, seat: Seat) -> None:
    note = reverse("desk:call_note")
    assert f"{note}?firm={QINGHE}" in found(seat, cast.wang, firm=QINGHE)
    assert note in found(seat, cast.wang, firm="' or 1=1")


def test_only_pages_and_acts_of_ones_seats_are_offered(cast: Cast, seat: Seat) -> None:
    wang, zhou = found(seat, cast.wang), found(seat, cast.zhou)
    assert reverse("desk:rosters") in wang
    assert reverse("desk:rosters") not in zhou
    for person, offered in ((cast.wang, wang), (cast.zhou, zhou)):
        with acting(person), transaction.atomic():
            kinds = User.objects.get(pk=person.pk).seat_kinds
        names = {resolve(urlsplit(url).path).view_name for url in offered}
        assert {"desk:queue", "desk:screening", "desk:certificates"} <= names
        assert {name for name in names if not access.opens(kinds, name)} == set()


def test_pages_are_found_by_their_names_and_how_these_begin(cast: Cast, seat: Seat) -> None:
    client = seat(cast.wang)
    client.cookies["django_language"] = "zh-hans"
    page = reverse("desk:rosters")
    for wanted in ("名册", "mc"):
        assert page in text(client.get(PALETTE, {"q": wanted}, headers=HTMX))
    assert page not in text(client.get(PALETTE, {"q": "名单"}, headers=HTMX))


def test_it_is_a_fragment_for_the_dialog_and_a_page_without_a_script(story: Story, seat: Seat) -> None:
    story.to("county_review")
    client = seat(story.cast.wang)
    assert "<html" not in text(client.get(PALETTE, {"q": "青禾"}, headers=HTMX))
    whole = text(client.get(PALETTE, {"q": "青禾", "case": story.number, "firm": QINGHE}))
    assert "<html" in whole
    assert f'name="case" value="{story.number}"' in whole
    page = text(client.get(reverse("desk:case", args=[story.number])))
    assert f"{PALETTE}?firm={QINGHE}&amp;case={story.number}" in page


def test_it_takes_two_statements_of_its_own(story: Story, seat: Seat) -> None:
    story.to("county_review")
    client = seat(story.cast.wang)
    client.get(PALETTE, headers=HTMX)
    with statements() as bare:
        client.get(PALETTE, {"q": "一"}, headers=HTMX)
    for wanted in ("", "GP2026", "青禾", "qinghe", "1234", "GR2026", "王敏", "0001"):
        with statements() as taken:
            client.get(PALETTE, {"q": wanted, "case": story.number, "firm": QINGHE}, headers=HTMX)
        assert len(taken) - len(bare) <= 2, wanted


def test_odd_characters_find_nothing_and_break_nothing(cast: Cast, seat: Seat) -> None:
    client = seat(cast.sun)
    for odd in ("'", "\\", "a'b", "%", "__", "：*&|!()", " ", "\x1f\x1f", "a" * 400, "an" * 20):
        answer = client.get(PALETTE, {"q": odd, "case": odd, "firm": odd}, headers=HTMX)
        assert answer.status_code == 200, odd
        assert address(YUNLING) not in text(answer), odd
    assert client.get(PALETTE, {"q": "青\x00禾"}, headers=HTMX).status_code in {200, 400}


def test_a_leader_is_led_to_no_page_that_the_seat_does_not_open(cast: Cast, seat: Seat) -> None:
    page = text(seat(cast.gu).get(reverse("desk:funnel")))
    assert reverse("desk:funnel") in page
    assert PALETTE not in page
    assert reverse("desk:messages") in page, "what is told to them alone"


def test_a_record_that_was_merged_is_found_by_its_whole_code_alone_which_names_the_one_that_stays(
    cast: Cast, seat: Seat
) -> None:
    twin = twins.registered(cast)
    with acting(cast.chen), transaction.atomic():
        seen = what_moves(twin, cast.qinghe).digest
        proposed = merging.propose(twin, cast.qinghe, why="同一家", seen=seen, by=cast.chen, on=DAY)
    chen, twin_page = seat(cast.chen), reverse("desk:firm", args=[twins.TWIN])
    assert twin_page in text(chen.get(PALETTE, {"q": "青禾智控"}))
    with acting(cast.zhou), transaction.atomic():
        merging.merge(proposed, seen=seen, by=cast.zhou, on=DAY)
    for part in ("青禾智控", twins.TWIN_NAME, twins.TWIN[:12]):
        assert twin_page not in text(chen.get(PALETTE, {"q": part})), part
    exact = text(chen.get(PALETTE, {"q": twins.TWIN}))
    assert twin_page in exact
    assert "杭州青禾智控科技有限公司" in exact
