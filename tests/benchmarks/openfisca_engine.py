"""The same law written for OpenFisca, in the manner of its country template: what the engine is compared with.

OpenFisca's amounts are 32-bit floats and it has no unknown: what is not given is 0. So it is given firms of which
everything is known. Verdicts are 0 unmet, 1 met, 2 for a person to judge, 4 open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

type Formula = Callable[..., Any]

YEAR, ETERNITY = DateUnit.YEAR, DateUnit.ETERNITY
Firm = build_entity("firm", "firms", "An enterprise", is_person=True)
SINCE = "2016-01-01"
GROWN = ("sales", "net_assets")
YEARLY = (
    *GROWN,
    "total_income",
    "non_taxable_income",
    "hitech_income",
    "staff",
    "tech_staff",
    "rd_internal",
    "rd_outsourced_domestic",
    "rd_outsourced_foreign",
    "rd_other",
    "conversions",
)
LASTING = (
    "registered_days",
    "resident",
    "field_chosen",
    "core_rights",
    "class_1_rights",
    "class_2_rights",
    "own_rights",
    "recognised_standards",
    "major_incidents",
    "days_since_incident",
    "operating_years",
)
CONSTANT_ITEMS = {"ip_advance": 8, "ip_support": 8, "rd_system": 6, "rd_institute": 6, "incentives": 4, "talent": 4}
COMPUTED_ITEMS = ("ip_count", "ip_origin", "standards", "conversion", "growth_net_assets", "growth_sales")
IP_BLOCK = ("ip_advance", "ip_support", "ip_count", "ip_origin", "standards")


def number(value: float) -> dict[str, Any]:
    return {"values": {SINCE: {"value": value}}}


def scale(*brackets: tuple[float, float]) -> dict[str, Any]:
    """The amount from each threshold on."""
    rows = [
        {"threshold": {SINCE: {"value": start}}, "amount": {SINCE: {"value": amount}}} for start, amount in brackets
    ]
    return {"metadata": {"type": "single_amount"}, "brackets": rows}


LOWEST = -1e18
PARAMETERS = {
    "registered_days": number(365),
    "owns_ip": number(1),
    "tech_staff_ratio": number(0.1),
    "rd_intensity": scale((LOWEST, 0.05), (50_000_000_00, 0.04), (200_000_000_00, 0.03)),
    "rd_domestic": number(0.6),
    "hitech_income": number(0.6),
    "innovation_score": number(70),
    "no_incident": number(365),
    "outsourced_factor": number(0.8),
    "other_cap": number(0.2),
    "ip_block": number(30),
    "growth_low": scale((LOWEST, 1), (0.05, 3), (0.15, 5), (0.25, 7), (0.35, 9)),
    "growth_high": scale((LOWEST, 2), (0.05, 4), (0.15, 6), (0.25, 8), (0.35, 10)),
    "conversion_low": scale((LOWEST, 0), (1, 1), (2, 7), (3, 13), (4, 19), (5, 25)),
    "conversion_high": scale((LOWEST, 0), (1, 6), (2, 12), (3, 18), (4, 24), (5, 30)),
    "class_2_low": scale((LOWEST, 0), (1, 1), (3, 3), (5, 5)),
    "class_2_high": scale((LOWEST, 0), (1, 2), (3, 4), (5, 6)),
}


def variable(name: str, formula: Formula | None = None, **about: Any) -> type[Variable]:
    """A variable of the firm: an amount of a year where nothing else is said."""
    attributes = {"value_type": float, "definition_period": YEAR, "entity": Firm, "label": name, **about}
    return type(name, (Variable,), attributes if formula is None else {**attributes, "formula": formula})


def computed(kind: type) -> Callable[[Formula], type[Variable]]:
    """The variable that a formula computes, named like it."""
    return lambda formula: variable(formula.__name__, formula, value_type=kind)


def share(part: Any, whole: Any, line: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole <= 0, 2, part / whole >= line)


def three_years(firm: Any, name: str, period: Any) -> Any:
    return firm(name, period) + firm(name, period.offset(-1)) + firm(name, period.offset(-2))


@computed(float)
def rd_domestic_expense(firm: Any, period: Any, parameters: Any) -> Any:
    """R&D expense inside the country, other expenses up to their cap."""
    factor, cap = parameters(period).outsourced_factor, parameters(period).other_cap
    inside = firm("rd_internal", period) + firm("rd_outsourced_domestic", period) * factor
    rest = inside + firm("rd_outsourced_foreign", period) * factor
    return inside + np.minimum(firm("rd_other", period), rest * cap / (1 - cap))


@computed(float)
def rd_expense(firm: Any, period: Any, parameters: Any) -> Any:
    """R&D expense."""
    abroad = firm("rd_outsourced_foreign", period) * parameters(period).outsourced_factor
    return firm("rd_domestic_expense", period) + abroad


@computed(int)
def registered(firm: Any, period: Any, parameters: Any) -> Any:
    old = firm("registered_days", period) >= parameters(period).registered_days
    return old * (firm("resident", period) == 1)


@computed(int)
def owns_ip(firm: Any, period: Any, parameters: Any) -> Any:
    return firm("core_rights", period) >= parameters(period).owns_ip


@computed(int)
def field(firm: Any, period: Any) -> Any:
    return firm("field_chosen", period) == 1


@computed(int)
def tech_staff_ratio(firm: Any, period: Any, parameters: Any) -> Any:
    return share(firm("tech_staff", period), firm("staff", period), parameters(period).tech_staff_ratio)


@computed(int)
def rd_intensity(firm: Any, period: Any, parameters: Any) -> Any:
    line = parameters(period).rd_intensity.calc(firm("sales", period), right=True)
    return share(three_years(firm, "rd_expense", period), three_years(firm, "sales", period), line)


@computed(int)
def rd_domestic(firm: Any, period: Any, parameters: Any) -> Any:
    expense = three_years(firm, "rd_expense", period)
    return share(three_years(firm, "rd_domestic_expense", period), expense, parameters(period).rd_domestic)


@computed(int)
def hitech_income_ratio(firm: Any, period: Any, parameters: Any) -> Any:
    income = firm("total_income", period) - firm("non_taxable_income", period)
    return share(firm("hitech_income", period), income, parameters(period).hitech_income)


@computed(int)
def no_incident(firm: Any, period: Any, parameters: Any) -> Any:
    long_ago = firm("days_since_incident", period) > parameters(period).no_incident
    return (firm("major_incidents", period) == 0) + long_ago > 0


@computed(int)
def innovation_score(firm: Any, period: Any, parameters: Any) -> Any:
    line = parameters(period).innovation_score
    low, high = firm("points_low", period), firm("points_high", period)
    return np.where(low > line, 1, np.where(high > line, 4, 0))


def growth(stem: str) -> type[Variable]:
    def formula(firm: Any, period: Any) -> Any:
        first, second, third = (firm(stem, period.offset(-back)) for back in (2, 1, 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(first == 0, third / second - 1, (second / first + third / second) / 2 - 1)
        return np.where((second <= 0) | (first < 0), 0, rate)

    return variable(f"rate_{stem}", formula)


def growth_points(stem: str, bound: str) -> type[Variable]:
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rate = firm(f"rate_{stem}", period)
        return np.where(rate > 0, parameters(period)[f"growth_{bound}"].calc(rate), 0)

    return variable(f"growth_{stem}_{bound}", formula, value_type=int)


def conversion_points(bound: str) -> type[Variable]:
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        years = firm("operating_years", period)
        average = three_years(firm, "conversions", period) / np.maximum(years, 1)
        return np.where(years < 1, 0, parameters(period)[f"conversion_{bound}"].calc(average))

    return variable(f"conversion_{bound}", formula, value_type=int)


def rights_points(bound: str, class_1: int) -> type[Variable]:
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        class_2 = parameters(period)[f"class_2_{bound}"].calc(firm("class_2_rights", period))
        return np.where(firm("class_1_rights", period) >= 1, class_1, class_2)

    return variable(f"ip_count_{bound}", formula, value_type=int)


def origin_points(bound: str, own: int, acquired: int) -> type[Variable]:
    def formula(firm: Any, period: Any) -> Any:
        some = firm("class_1_rights", period) + firm("class_2_rights", period) >= 1
        return some * np.where(firm("own_rights", period) >= 1, own, acquired)

    return variable(f"ip_origin_{bound}", formula, value_type=int)


def standards_points(bound: str, points: int) -> type[Variable]:
    def formula(firm: Any, period: Any) -> Any:
        return np.where(firm("recognised_standards", period) >= 1, points, 0)

    return variable(f"standards_{bound}", formula, value_type=int)


def points_within(firm: Any, period: Any, name: str, bound: str) -> Any:
    """The points given where the band allows them, else the bound of the band."""
    computed = name in COMPUTED_ITEMS
    low = firm(f"{name}_low", period) if computed else 0
    high = firm(f"{name}_high", period) if computed else CONSTANT_ITEMS[name]
    given = firm(f"score_{name}", period)
    return np.where((given >= low) & (given <= high), given, low if bound == "low" else high)


def all_points(bound: str) -> type[Variable]:
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        points = {name: points_within(firm, period, name, bound) for name in (*CONSTANT_ITEMS, *COMPUTED_ITEMS)}
        block = np.minimum(sum(points.pop(name) for name in IP_BLOCK), parameters(period).ip_block)
        return block + sum(points.values())

    return variable(f"points_{bound}", formula, value_type=int)


VERDICTS: tuple[type[Variable], ...] = (
    registered,
    owns_ip,
    field,
    tech_staff_ratio,
    rd_intensity,
    rd_domestic,
    hitech_income_ratio,
    innovation_score,
    no_incident,
)
POINTS = (
    *(growth_points(stem, bound) for stem in GROWN for bound in ("low", "high")),
    *(conversion_points(bound) for bound in ("low", "high")),
    *(rights_points(bound, points) for bound, points in (("low", 7), ("high", 8))),
    origin_points("low", 1, 1),
    origin_points("high", 6, 3),
    *(standards_points(bound, points) for bound, points in (("low", 1), ("high", 2))),
    *(all_points(bound) for bound in ("low", "high")),
)


def law() -> TaxBenefitSystem:
    system = TaxBenefitSystem([Firm])
    system.parameters = ParameterNode("", data=PARAMETERS)
    inputs = [variable(name) for name in YEARLY] + [variable(name, definition_period=ETERNITY) for name in LASTING]
    inputs += [
        variable(f"score_{name}", definition_period=ETERNITY, default_value=-1)
        for name in (*CONSTANT_ITEMS, *COMPUTED_ITEMS)
    ]
    rates = [growth(stem) for stem in GROWN]
    for each in (*inputs, rd_domestic_expense, rd_expense, *rates, *VERDICTS, *POINTS):
        system.add_variable(each)
    return system


def columns_judged(
    system: TaxBenefitSystem, columns: Mapping[tuple[str, int], np.ndarray], wanted: Iterable[str], year: int
) -> dict[str, np.ndarray]:
    """What it says of many firms, from the columns of each variable and year."""
    firms = len(next(iter(columns.values())))
    simulation = SimulationBuilder().build_default_simulation(system, count=firms)
    for (name, of_year), values in columns.items():
        simulation.set_input(name, str(of_year), values)
    return {name: simulation.calculate(name, str(year)) for name in wanted}


def firm_judged(system: TaxBenefitSystem, situation: Mapping[str, Any], wanted: Iterable[str], year: int) -> list[int]:
    """What it says of one firm, from its situation as OpenFisca's interface takes it."""
    simulation = SimulationBuilder().build_from_entities(system, {"firms": {"firm": situation}})
    return [int(simulation.calculate(name, str(year))[0]) for name in wanted]
