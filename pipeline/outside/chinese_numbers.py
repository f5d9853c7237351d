"""Numbers written in Chinese signs, everyday or as on a cheque: 三百二十九万, 叁佰贰拾玖万元整, 一二〇, 十二点五."""

from decimal import Decimal

DIGITS = {sign: value for value, signs in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒",
                                                     "八捌", "九玖")) for sign in signs}  # fmt: skip
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
GROUPS = {"万": 10**4, "亿": 10**8}
PARTS_OF_YUAN = {"角": Decimal("0.1"), "分": Decimal("0.01")}
SIGNS = frozenset((*DIGITS, *TENS, *GROUPS))


def chinese_number(text: str) -> tuple[Decimal, bool] | None:
    """The number, and whether the text says that it is yuan (元, 角, 分); None where it is no number in Chinese."""
    negative = text.startswith("负")
    bare = text.removeprefix("负").removeprefix("人民币")
    bare = bare.removesuffix("整").removesuffix("正").replace("圆", "元")
    whole, yuan, small = bare.partition("元")
    if not yuan and bare.endswith(tuple(PARTS_OF_YUAN)):
        whole, small = "", bare
    number = _plain(whole) if whole else Decimal(0)
    fraction = _small(small)
    if number is None or fraction is None or not (whole or small):
        return None
    return (-1 if negative else 1) * (number + fraction), bool(yuan or small)


def _plain(text: str) -> Decimal | None:
    whole, point, decimals = text.partition("点")
    if point and (not decimals or not set(decimals) <= DIGITS.keys()):
        return None
    if not whole or not set(whole) <= SIGNS:
        return None
    number = _digits(whole) if set(whole) <= DIGITS.keys() else _counted(whole)
    if number is None:
        return None
    return Decimal(number) + (Decimal(_digits(decimals)).scaleb(-len(decimals)) if point else 0)


def _digits(text: str) -> int:
    return int("".join(str(DIGITS[sign]) for sign in text))


def _counted(text: str) -> int | None:
    """三千二百零五万: groups of four, each of tens; None where their order is not that of a number."""
    total, group, digit = 0, 0, None
    ceiling, lower = 10**12, 10**4
    for sign in text:
        if sign in DIGITS:
            if digit:
                return None
            digit = DIGITS[sign]
        elif sign in TENS:
            if TENS[sign] >= lower or digit == 0:
                return None
            group, lower, digit = group + (digit or 1) * TENS[sign], TENS[sign], None
        else:
            size = GROUPS[sign]
            group += digit or 0
            if size >= ceiling or not (group or total):
                return None
            total = total + group * size if size < 10**8 else (total + group) * size
            ceiling, lower, group, digit = size, 10**4, 0, None
    return total + group + (digit or 0)


def _small(text: str) -> Decimal | None:
    """三角五分 behind the yuan; nothing is zero."""
    total, rest = Decimal(0), text.lstrip("零〇")
    for sign, worth in PARTS_OF_YUAN.items():
        if len(rest) >= 2 and rest[1] == sign and rest[0] in DIGITS:
            total, rest = total + DIGITS[rest[0]] * worth, rest[2:].lstrip("零〇")
    return None if rest else total
