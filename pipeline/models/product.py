"""Hi-tech products and services, the results converted, and what ties them to projects and rights."""

from django.db import models
from django.db.models import F, Func, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

WAY_NAMES = {  # 促进科技成果转化法, article 16
    "self": ("自行投资实施", "Carried out by oneself"),
    "transfer": ("向他人转让", "Transferred"),
    "licence": ("许可他人使用", "Licensed"),
    "joint": ("以成果为合作条件共同实施", "Carried out together"),
    "shares": ("作价投资", "Contributed for shares"),
    "other": ("其他协商确定的方式", "Another agreed way"),
}
WAYS = tuple(WAY_NAMES)
PROOFS = ("contract", "invoice", "test_report", "user_report")


class HitechProduct(FirmOwned):
    """One product or service, PS01 and on. The main ones together bring in more than half of hi-tech income."""

    code = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    field = models.CharField(max_length=5, blank=True)
    main = models.BooleanField(default=False)
    secret = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["HitechProduct"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "code"], name="one_product_per_firm_and_code"),
            models.CheckConstraint(condition=Q(code__regex=r"^PS[0-9]{2,4}$"), name="product_code_is_ps"),
        ]

    def __str__(self) -> str:
        return self.code


class ProductIncome(FirmOwned):
    """What a product brought in within one year, in yuan."""

    product = models.ForeignKey(HitechProduct, on_delete=models.PROTECT, related_name="incomes")
    year = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    objects = FirmOwnedQuerySet["ProductIncome"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "year"], name="one_income_per_product_and_year"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="income_of_product_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.year}"


class Tie(FirmOwned):
    """One side of the triangle: two of a project, a right and a product belong together."""

    project = models.ForeignKey("pipeline.RdProject", null=True, on_delete=models.PROTECT, related_name="ties")
    right = models.ForeignKey("pipeline.IntellectualProperty", null=True, on_delete=models.PROTECT, related_name="ties")
    product = models.ForeignKey(HitechProduct, null=True, on_delete=models.PROTECT, related_name="ties")

    objects = FirmOwnedQuerySet["Tie"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(project=None, right__isnull=False, product__isnull=False)
                | Q(project__isnull=False, right=None, product__isnull=False)
                | Q(project__isnull=False, right__isnull=False, product=None),
                name="a_tie_has_two_ends",
            ),
            models.UniqueConstraint(
                fields=["project", "right", "product"], nulls_distinct=False, name="a_tie_stands_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.right_id} {self.product_id}"


class Conversion(FirmOwned):
    """A result put to use, in the year it was. The same result counts once, however often it is converted."""

    year = models.PositiveSmallIntegerField()
    result = models.CharField(max_length=200)
    way = models.CharField(max_length=8, default="self")
    project = models.ForeignKey(
        "pipeline.RdProject", null=True, blank=True, on_delete=models.PROTECT, related_name="conversions"
    )
    right = models.ForeignKey(
        "pipeline.IntellectualProperty", null=True, blank=True, on_delete=models.PROTECT, related_name="conversions"
    )
    product = models.ForeignKey(
        HitechProduct, null=True, blank=True, on_delete=models.PROTECT, related_name="conversions"
    )
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["Conversion"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(F("firm"), Func(F("result"), function="mp_plain"), name="a_result_counts_once"),
            models.CheckConstraint(condition=Q(way__in=WAYS), name="way_of_conversion_is_known"),
            models.CheckConstraint(condition=Q(year__gte=1980, year__lte=2100), name="year_of_conversion_is_plausible"),
        ]

    def __str__(self) -> str:
        return self.result


class ConversionProof(FirmOwned):
    """The paper in one of the slots of a conversion."""

    conversion = models.ForeignKey(Conversion, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=12)
    document = models.ForeignKey("pipeline.Document", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["ConversionProof"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversion", "kind"], name="one_paper_per_slot"),
            models.CheckConstraint(condition=Q(kind__in=PROOFS), name="slot_of_proof_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.conversion_id} {self.kind}"
