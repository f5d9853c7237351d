"""The firm's hi-tech products and services, with what each brought in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import product as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import offer
from pipeline.models import FinancialYear, Firm, HitechProduct, ProductIncome
from pipeline.portal import standing
from pipeline.portal.firm import field_choices
from pipeline.portal.pasted_rows import told_at
from pipeline.portal.project import amount_field
from pipeline.request import StaffRequest


class ProductForm(forms.Form):
    """One product; `income_2025` is what it brought in that year, empty where nothing is told."""

    code = forms.RegexField(
        r"^PS\d{2,4}$",
        label=gettext_lazy("Number of the product"),
        help_text=gettext_lazy("PS01, PS02 …"),
        error_messages={"invalid": gettext_lazy("A product is numbered PS01, PS02 and so on.")},
        widget=forms.TextInput({"class": "w-code"}),
    )
    title = forms.CharField(label=gettext_lazy("Name of the product or service"), max_length=200)
    field = forms.ChoiceField(label=gettext_lazy("Field of technology"), required=False)
    main = forms.BooleanField(
        label=gettext_lazy("A main product"),
        help_text=gettext_lazy("the main products together bring in more than half of the hi-tech income"),
        required=False,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, years: Sequence[int], fixed: bool = False, **also: Any) -> None:
        super().__init__(*args, **also)
        self.years = years
        offer(self, "field", field_choices())
        self.fields["code"].disabled = fixed
        for year in years:
            label = _("Income of %(year)s (10k yuan)") % {"year": year}
            self.fields[f"income_{year}"] = amount_field("wan", label=label)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "title", "field", "main")}

    def incomes(self) -> dict[int, Decimal | None]:
        return {year: self.cleaned_data[f"income_{year}"] for year in self.years}


def products(request: StaffRequest, uscc: str) -> HttpResponse:
    """All products with their income beside the hi-tech income that was declared, and one to add."""
    firm = standing.firm_or_404(request, uscc)
    years = standing.years_asked(firm, request.today)
    form = ProductForm(request.POST or None, years=years)
    if request.method == "POST" and form.is_valid():
        try:
            acts.record(firm, form.values(), form.incomes(), version=None, by=request.user)
            messages.success(request, _("%(code)s is on the list.") % {"code": form.cleaned_data["code"]})
            return redirect("portal:products", uscc)
        except ConditionUnmet as unmet:
            told_at(form, unmet.missing)
    rows = list(HitechProduct.objects.filter(firm=firm).order_by("code"))
    incomes = {(each.product_id, each.year): each.amount for each in ProductIncome.objects.filter(firm=firm)}
    context = {
        "firm": firm,
        "form": form,
        "years": years,
        "rows": [(row, [incomes.get((row.pk, year)) for year in years]) for row in rows],
        "sums": [sum((incomes.get((row.pk, year)) or Decimal(0) for row in rows), Decimal(0)) for year in years],
        "share": _main_share(rows, incomes, years[-1]),
        "declared": _declared(firm, years),
        "may": access.may(request.user, "product.record"),
    }
    return render(request, "portal/product/products.html", context)


def product(request: StaffRequest, uscc: str, product_code: str) -> HttpResponse:
    """One product, to be changed."""
    firm = standing.firm_or_404(request, uscc)
    row = get_object_or_404(HitechProduct, firm=firm, code=product_code)
    years = standing.years_asked(firm, request.today)
    form = ProductForm(request.POST or None, years=years, fixed=True, initial=_held(row, years))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        acts.record(firm, form.values(), form.incomes(), version=version, by=request.user)
        messages.success(request, _("%(code)s is saved.") % {"code": product_code})
        return redirect("portal:products", uscc)
    may = access.may(request.user, "product.record")
    return render(request, "portal/product/product.html", {"firm": firm, "product": row, "form": form, "may": may})


def _held(row: HitechProduct, years: Sequence[int]) -> dict[str, Any]:
    held = {name: getattr(row, name) for name in ("code", "title", "field", "main", "version")}
    for each in row.incomes.filter(year__in=years):
        held[f"income_{each.year}"] = f"{(each.amount / 10_000).normalize():f}"
    return held


def _main_share(
    rows: Sequence[HitechProduct], incomes: Mapping[tuple[int, int], Decimal], year: int
) -> Fraction | None:
    """The main products' part of what all products brought in that year."""
    told = [(row.main, incomes.get((row.pk, year)) or Decimal(0)) for row in rows]
    whole = sum(amount for _main, amount in told)
    return Fraction(sum(amount for main, amount in told if main)) / Fraction(whole) if whole else None


def _declared(firm: Firm, years: Sequence[int]) -> list[Decimal | None]:
    rows = FinancialYear.objects.filter(firm=firm, year__in=years).values_list("year", "hitech_income")
    held = dict(rows)
    return [held.get(year) for year in years]
