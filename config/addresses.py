"""What stands for a firm and for a case in an address: the numbers people see, never a row's key."""

from django.urls import register_converter


class CreditCode:
    """The 18 characters of a unified social credit code."""

    regex = "[0-9A-HJ-NPQRTUWXY]{18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class CaseNumber(CreditCode):
    """GP2026-0312."""

    regex = r"GP\d{4}-\d{4,6}"


register_converter(CreditCode, "credit_code")
register_converter(CaseNumber, "case_number")
