from django.urls import URLPattern, path, register_converter

from pipeline.portal import (
    application,
    case,
    certificate,
    coaching,
    diagnosis,
    figures,
    firm,
    home,
    notice,
    people,
    property,
)

app_name = "portal"


class CreditCode:
    """The 18 characters of a unified social credit code."""

    regex = "[0-9A-HJ-NPQRTUWXY]{18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CreditCode, "uscc")

urlpatterns: list[URLPattern] = [
    path("<uscc:uscc>/", home.home, name="home"),
    path("<uscc:uscc>/begin", case.begin, name="begin"),
    path("<uscc:uscc>/submit", case.submit, name="submit"),
    path("<uscc:uscc>/corrections", case.corrections, name="corrections"),
    path("<uscc:uscc>/withdraw", case.withdraw, name="withdraw"),
    path("<uscc:uscc>/firm", firm.firm, name="firm"),
    path("<uscc:uscc>/contact", firm.contact, name="contact"),
    path("<uscc:uscc>/figures/<int:year>", figures.figures, name="figures"),
    path("<uscc:uscc>/property", property.property, name="property"),
    path("<uscc:uscc>/diagnosis", diagnosis.diagnosis, name="diagnosis"),
    path("<uscc:uscc>/plan", coaching.plan, name="plan"),
    path("<uscc:uscc>/plan/<int:position>", coaching.step, name="step"),
    path("<uscc:uscc>/messages", notice.messages, name="messages"),
    path("<uscc:uscc>/application", application.application, name="application"),
    path("<uscc:uscc>/certificate", certificate.certificate, name="certificate"),
    path("<uscc:uscc>/people", people.people, name="people"),
]
