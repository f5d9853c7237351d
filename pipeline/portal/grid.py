"""Three years of figures side by side: the lines of the table, how amounts are read, what a comparison asks."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.models import FinancialYear
from pipeline.models.figures import AUDITED, DECLARED, IMPORTED, TAX_RETURN
from pipeline.templatetags import figures as shown

UNITS = {"wan": Decimal(10_000), "yuan": Decimal(1)}
WRITTEN_UNITS = {"亿元": 100_000_000, "亿": 100_000_000, "万元": 10_000, "万": 10_000, "元": 1, "人": 1}
FEN, PART_OF_A_HEAD = Decimal("0.01"), Decimal("0.0001")
LARGEST, MOST_HEADS = Decimal("1e15"), Decimal("1e8")
ODD_JUMP = Fraction(1, 2)
UNKNOWN = ("", "-", "—", "/", "无")
SOURCES = {
    DECLARED: gettext_lazy("declared by the firm"),
    AUDITED: gettext_lazy("audit report"),
    TAX_RETURN: gettext_lazy("tax return"),
    IMPORTED: gettext_lazy("imported from a workbook"),
}
LONGEST_WHY = 300
Amounts = Mapping[str, Decimal | None]
Years = Mapping[int, FinancialYear]


def source_words(kept: str | Mapping[str, Any]) -> str:
    """Where a figure comes from, as a year keeps it."""
    if isinstance(kept, str):
        return str(SOURCES.get(kept, ""))
    return _("roster “%(roster)s” of %(day)s, sheet %(sheet)s, row %(line)s") % kept


def source_word(kept: str | Mapping[str, Any]) -> str:
    """The same beside each figure, where the whole is said once for the year."""
    return source_words(kept) if isinstance(kept, str) else _("from a roster")


def rosters_of(years: Sequence[int], held: Years) -> Iterator[tuple[int, str]]:
    """For each year, the rows of rosters that its figures came by, each once."""
    for year in years:
        kept = held[year].sources.values() if year in held else ()
        told = dict.fromkeys(source_words(each) for each in kept if not isinstance(each, str))
        yield from ((year, says) for says in told)


@dataclass(frozen=True)
class Line:
    """One line of the grid. `part_of` is the figure it cannot exceed and is shown as a share of; `help` says what
    belongs to it, `rule` is the one of the book that it serves, `sample` how it is worked out."""

    name: str
    label: Any
    hint: Any = ""
    part_of: str = ""
    money: bool = True
    required: bool = True
    help: Any = ""
    rule: str = ""
    sample: Any = ""


LINES = (
    Line(
        "sales",
        gettext_lazy("Sales"),
        gettext_lazy("main and other operations"),
        help=gettext_lazy(
            "Income of the main and of other operations, as in the yearly tax return. Investment income, income outside"
            " operations, interest and subsidies do not belong to it."
        ),
        rule="rd_intensity",
        sample=gettext_lazy("Main operations 8,500.00 and other operations 140.00 give 8,640.00."),
    ),
    Line(
        "total_income",
        gettext_lazy("Total income"),
        gettext_lazy("before non-taxable income is taken off"),
        help=gettext_lazy(
            "All income of the enterprise income tax law: goods, services, property, dividends, interest, rent,"
            " royalties, donations and other. It is usually larger than sales."
        ),
        rule="hitech_income",
        sample=gettext_lazy("Sales 4,000, investment income 100, outside operations 50, subsidies 80 give 4,230."),
    ),
    Line(
        "non_taxable_income",
        gettext_lazy("of which non-taxable"),
        part_of="total_income",
        required=False,
        help=gettext_lazy("Such as grants of the state that the tax return takes off. None is 0, not empty."),
        rule="hitech_income",
        sample=gettext_lazy("A grant of 80 that the tax return lists as non-taxable: 80.00."),
    ),
    Line(
        "hitech_income",
        gettext_lazy("of which from hi-tech products"),
        part_of="total_income",
        help=gettext_lazy(
            "Income of products and services that came out of R&D, with technical income: transfer, services and"
            " commissioned R&D. The special audit confirms it."
        ),
        rule="hitech_income",
        sample=gettext_lazy("Products 5,200.00 and technical services 490.00 give 5,690.00."),
    ),
    Line(
        "rd_total",
        gettext_lazy("R&D expense"),
        gettext_lazy("work given out counts four fifths"),
        help=gettext_lazy(
            "The figures of the special audit: eight kinds of expense, of which the other ones count up to a fifth of"
            " the sum. What you gave to others counts four fifths of what was paid."
        ),
        rule="rd_intensity",
        sample=gettext_lazy("In-house 237.00 and work given out for 115.00 (92.00) give 329.00."),
    ),
    Line(
        "rd_domestic",
        gettext_lazy("of which inside the country"),
        part_of="rd_total",
        help=gettext_lazy(
            "R&D in house and given to bodies inside the country. Hong Kong, Macao and Taiwan count as abroad."
        ),
        rule="rd_domestic",
        sample=gettext_lazy("Of 329.00 nothing was given abroad: 329.00."),
    ),
    Line(
        "net_assets",
        gettext_lazy("Net assets"),
        gettext_lazy("assets less debts at the end of the year"),
        help=gettext_lazy("From the audited balance sheet at the end of the year; it may be below zero."),
        rule="score_growth",
        sample=gettext_lazy("Assets 7,100.00 less debts 2,700.00 give 4,400.00."),
    ),
    Line(
        "staff",
        gettext_lazy("Staff (monthly average)"),
        money=False,
        help=gettext_lazy(
            "Each month the half of opening and closing number, then the mean of the months. Part-time and temporary"
            " staff count once they have worked the days that the regulation asks for."
        ),
        rule="tech_staff_ratio",
        sample=gettext_lazy("120 at the beginning and 122 at the end of every month give 121."),
    ),
    Line(
        "tech_staff",
        gettext_lazy("of which tech staff"),
        part_of="staff",
        money=False,
        help=gettext_lazy(
            "Who works on R&D, manages it or serves it directly, for the days that the regulation asks for; averaged as"
            " staff is."
        ),
        rule="tech_staff_ratio",
        sample=gettext_lazy("16 all the year and 2 who came on 1 July give 17."),
    ),
)
BY_NAME = {line.name: line for line in LINES}


class AmountField(forms.CharField):
    """A number as people paste it: full-width digits, separators, a unit behind it, blank for unknown.

    `factor` turns what is typed into yuan or heads, `smallest` is the last place these have.
    """

    def __init__(self, *, factor: Decimal, smallest: Decimal, negative: bool, **also: Any) -> None:
        super().__init__(required=False, **also)
        self.factor, self.smallest, self.negative = factor, smallest, negative

    def to_python(self, value: Any) -> Any:
        text, factor = self._unit(plain(value))
        if text in UNKNOWN:
            return None
        if not re.fullmatch(r"-?\d{1,18}(\.\d{1,12})?", text):
            raise forms.ValidationError(_("“%(text)s” is not a number.") % {"text": value})
        amount = Decimal(text) * factor
        self._within_bounds(amount)
        return amount.quantize(self.smallest)

    def _unit(self, text: str) -> tuple[str, Decimal]:
        """A unit that is written out counts more than the one of the page."""
        unit = next((each for each in WRITTEN_UNITS if text.endswith(each)), "")
        if not unit or (unit == "人") != (self.smallest != FEN):
            return text, self.factor
        return text.removesuffix(unit), Decimal(WRITTEN_UNITS[unit])

    def _within_bounds(self, amount: Decimal) -> None:
        if amount < 0 and not self.negative:
            raise forms.ValidationError(_("This figure cannot be below zero."))
        if abs(amount) >= (LARGEST if self.smallest == FEN else MOST_HEADS):
            raise forms.ValidationError(_("This is too large. Look at the unit above the table."))
        if amount != amount.quantize(self.smallest):
            raise forms.ValidationError(_("Too many decimals: money ends at the fen, heads at four places."))


def plain(text: Any) -> str:
    """Without separators and spaces, in half-width digits."""
    return re.sub(r"[,\s，]", "", unicodedata.normalize("NFKC", text or "")).replace("−", "-")


def amount_field(line: Line, unit: str, label: str, **attributes: str) -> AmountField:
    widget = forms.TextInput({"inputmode": "decimal", "class": "entry num", "autocomplete": "off", **attributes})
    if line.money:
        widget.attrs["data-money"] = ""
    return AmountField(
        label=label,
        factor=UNITS[unit] if line.money else Decimal(1),
        smallest=FEN if line.money else PART_OF_A_HEAD,
        negative=line.name == "net_assets",
        widget=widget,
    )


class FiguresForm(forms.Form):
    """The figures of some years: fields are named `sales-2025`, reasons of a jump `why-sales-2025`.

    `unit` is what numbers are written in, `version-2025` what the person saw of a year (empty: no row).
    """

    unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label=gettext_lazy("These figures come from"),
        choices=[(each, SOURCES[each]) for each in (DECLARED, AUDITED, TAX_RETURN)],
        required=False,
        widget=forms.Select({"class": "entry"}),
    )

    def __init__(self, *args: Any, unit: str, years: Sequence[int], **also: Any) -> None:
        super().__init__(*args, **also)
        self.years = list(years)
        for year in self.years:
            self.fields[f"version-{year}"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
            for line in LINES:
                label = _("%(year)s %(figure)s") % {"year": year, "figure": line.label}
                echo = {"data-echo": f"echo-{line.name}"} if line.money else {}
                self.fields[f"{line.name}-{year}"] = amount_field(line, unit, label, **echo)
                self.fields[f"why-{line.name}-{year}"] = forms.CharField(
                    label=_("Why so much more or less in %(year)s?") % {"year": year},
                    max_length=LONGEST_WHY,
                    required=False,
                    widget=forms.TextInput({"class": "entry"}),
                )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for year in self.years:
            for line in LINES:
                part, whole = cleaned.get(f"{line.name}-{year}"), cleaned.get(f"{line.part_of}-{year}")
                if part is not None and whole is not None and part > whole:
                    self.add_error(f"{line.name}-{year}", _("The part is larger than the whole above it."))
        return cleaned

    def amounts(self, year: int) -> dict[str, Decimal | None]:
        return {line.name: self.cleaned_data.get(f"{line.name}-{year}") for line in LINES}

    def reasons(self, year: int) -> dict[str, str]:
        return {line.name: self.cleaned_data.get(f"why-{line.name}-{year}", "") for line in LINES}

    def version(self, year: int) -> int | None:
        seen: int | None = self.cleaned_data.get(f"version-{year}")
        return seen

    def versions(self) -> Iterator[Any]:
        return (self[f"version-{year}"] for year in self.years)


def written(value: Decimal | None, line: Line, unit: str) -> str:
    """A figure as it stands in a field."""
    if value is None:
        return ""
    if not line.money:
        return f"{value.normalize():f}"
    return shown.wan_exact(value) if unit == "wan" else f"{value:.2f}"


def held_amounts(row: FinancialYear | None) -> dict[str, Decimal | None]:
    return {line.name: getattr(row, line.name, None) for line in LINES}


def compared(line: Line, now: Amounts, before: Amounts) -> tuple[str, str]:
    """A part as a share of its whole; else the change on the year before, asked about where it exceeds a half."""
    value = now.get(line.name)
    if value is None:
        return "", ""
    if line.part_of:
        whole = now.get(line.part_of)
        share = Fraction(value) / Fraction(whole) if whole else None
        return (_("%(share)s of it") % {"share": shown.percent(share)} if share is not None else ""), ""
    last = before.get(line.name)
    if not last or last < 0:
        return "", ""
    change = Fraction(value) / Fraction(last) - 1
    says = _("%(change)s on the year before") % {"change": ("+" if change >= 0 else "") + shown.percent(change)}
    return ("", _("%(says)s. Is that right?") % {"says": says}) if abs(change) > ODD_JUMP else (says, "")
