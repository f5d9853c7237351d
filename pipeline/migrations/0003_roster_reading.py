import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0002_walls")]

    operations = [
        migrations.RemoveIndex(model_name="importrow", name="import_rows_by_state"),
        migrations.AddField(
            model_name="division",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="pipeline.division",
            ),
        ),
        migrations.AddField(model_name="import", name="worked_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name="importrow", name="asks", field=models.BooleanField(default=False)),
        migrations.AddField(
            model_name="importrow",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="importrow",
            name="number",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["roster", "state", "number"], name="import_rows_by_state"),
        ),
        migrations.AddIndex(
            model_name="importrow", index=models.Index(fields=["roster", "uscc"], name="import_rows_by_code")
        ),
    ]
