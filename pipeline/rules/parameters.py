"""What code asks of each book: the names of its numbers, choices and tables.

A number in a book that is not asked for would change nothing, whatever its reader believes; one that is asked for and
not there would be found missing only in the middle of a verdict. Both are refused when the book is loaded.
"""

from __future__ import annotations


def named(names: str) -> frozenset[str]:
    return frozenset(names.split())


# The hundred points of innovation, and the two readings they leave open.
SCORE = named("""
    conversion_gap negative_base score_conversion score_growth score_incentives score_ip_advance score_ip_block
    score_ip_class_1 score_ip_class_2 score_ip_count score_ip_origin score_ip_origin_acquired score_ip_support
    score_rd_institute score_rd_system score_standards score_talent
""")

# What the pool asks as certification does, with numbers of its own where it has them.
ENTRY = named("""
    field hitech_income no_incident owns_ip rd_domestic rd_intensity rd_other_cap rd_other_cap_base
    rd_outsourced_factor rd_years registered_days tech_staff_ratio
""")

PARAMETERS: dict[str, frozenset[str]] = {
    "hte": SCORE | ENTRY | named("annual_report_due certificate_years innovation_score publicity_workdays"),
    "pool": SCORE
    | ENTRY
    | named("""
        city_review_workdays county_review_workdays credit_clean dossier_correction_workdays earlier_entries entry_score
        firm_correction_workdays least_workdays_after_return most_returns never_certified objection_workdays
        owns_ip_class_2 publicity_workdays rd_ledger re_entry_after_certification re_entry_after_expiry
        re_entry_after_withdrawal_months region sme_listed term_months
    """),
    "obligations": named("""
        annual_report_due annual_report_reminders annual_reports certificate_valid certificate_years changes renewal
        renewal_runway repayment_day status_kept status_moved_part status_moved_whole status_renamed tax_benefit_from
    """),
}
