from django.apps import AppConfig

from pipeline import register


class PipelineConfig(AppConfig):
    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "苗圃"

    def ready(self) -> None:
        register.attach_triggers()
