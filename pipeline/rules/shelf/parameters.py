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

# What a coaching plan counts with: how long things take. No verdict does.
PLAN = named("lead_bought_months lead_class_1_months lead_class_2_months tech_staff_days")

# Who sits in a panel of experts. No verdict asks.
PANEL = named("panel_financial panel_members panel_technical_share")

PARAMETERS: dict[str, frozenset[str]] = {
    "hte": SCORE
    | ENTRY
    | PLAN
    | PANEL
    | named("annual_report_due certificate_years class_two_used_by innovation_score publicity_workdays"),
    "pool": SCORE
    | ENTRY
    | named("""
        annual_update_due annual_update_grace_days annual_update_misses city_review_workdays county_review_workdays
        credit_clean difficulty_answer_workdays difficulty_escalation_workdays dossier_correction_workdays
        earlier_entries entry_score firm_correction_workdays least_workdays_after_return most_returns never_certified
        no_contact_days objection_workdays owns_ip_class_2 price_class_1_bought price_class_1_right
        price_class_2_bought price_class_2_right price_tech_staff publicity_workdays rd_ledger
        re_entry_after_certification re_entry_after_expiry re_entry_after_fraud_months
        re_entry_after_inactivity_months re_entry_after_ineligibility_months re_entry_after_withdrawal_months region
        sme_listed stuck_workdays term_extension_months term_months
    """),
    "sme": named("""
        certificate_years change_report_months clean direct_award_rank direct_award_years direct_standard_rank
        direct_standard_years direct_unclaimed eligible_body fraud_ban_years industry months_of_work publicity_by
        publicity_workdays rd_other_cap rd_other_cap_base rd_outsourced_factor rd_scope renewal_due rights_used_count
        score score_rd_costs score_rd_sales score_rights_class_1 score_rights_class_2 score_staff_nonzero
        score_tech_staff site_check_rd site_check_rights site_check_risk_years site_check_staff size size_assets
        size_sales spot_check_by spot_check_share window_closes window_opens
    """),
    "obligations": named("""
        annual_report_due annual_report_reminders annual_reports certificate_valid certificate_years changes renewal
        renewal_runway repayment_day status_kept status_moved_part status_moved_whole status_renamed tax_benefit_from
    """),
    "tax": named("""
        audited_taxation cit_rate cit_rate_certified excluded_divisions industry loss_years loss_years_certified
        manufacturing_divisions prepayment_months rd_other_cap rd_other_cap_base rd_outsourced_factor
        scopes_reconciled settlement_day small_profit_assets small_profit_income small_profit_rate
        small_profit_staff super_deduction super_deduction_ic super_deduction_manufacturing super_deduction_sme
        tax_buildings tax_commissioning tax_deferred tax_fiscal_funds tax_foreign_limit tax_other_cap
        tax_outsourced_domestic tax_outsourced_foreign tax_outsourced_foreign_persons tax_property_rent
        tax_sold_materials tax_special_income vat_addition
    """),
}
