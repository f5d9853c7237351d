from importlib import import_module

from django.apps import AppConfig

from pipeline import register


class PipelineConfig(AppConfig):
    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "苗圃"

    def ready(self) -> None:
        register.attach_triggers()
        import_module("pipeline.checks")  # needs the models, which are loaded by now
