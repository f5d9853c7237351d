from django.urls import URLPattern, path

import config.addresses  # noqa: F401  # registers credit_code and case_number
from pipeline.portal import (
    application,
    case,
    certificate,
    coaching,
    diagnosis,
    figures,
    firm,
    history,
    home,
    notice,
    people,
    property,
    reconciliation,
)

app_name = "portal"


urlpatterns: list[URLPattern] = [
    path("<credit_code:uscc>/", home.home, name="home"),
    path("<credit_code:uscc>/begin", case.begin, name="begin"),
    path("<credit_code:uscc>/submit", case.submit, name="submit"),
    path("<credit_code:uscc>/corrections", case.corrections, name="corrections"),
    path("<credit_code:uscc>/withdraw", case.withdraw, name="withdraw"),
    path("<credit_code:uscc>/firm", firm.firm, name="firm"),
    path("<credit_code:uscc>/contact", firm.contact, name="contact"),
    path("<credit_code:uscc>/figures/<int:year>", figures.figures, name="figures"),
    path("<credit_code:uscc>/figures/<int:year>/draft", figures.figures_draft, name="figures_draft"),
    path("<credit_code:uscc>/reconciliation/<int:year>", reconciliation.reconciliation, name="reconciliation"),
    path("<credit_code:uscc>/history", history.record_history, name="history"),
    path("<credit_code:uscc>/property", property.property, name="property"),
    path("<credit_code:uscc>/diagnosis", diagnosis.diagnosis, name="diagnosis"),
    path("<credit_code:uscc>/plan", coaching.plan, name="plan"),
    path("<credit_code:uscc>/plan/<int:position>", coaching.step, name="step"),
    path("<credit_code:uscc>/messages", notice.messages, name="messages"),
    path("<credit_code:uscc>/application", application.application, name="application"),
    path("<credit_code:uscc>/certificate", certificate.certificate, name="certificate"),
    path("<credit_code:uscc>/people", people.people, name="people"),
]
