from pathlib import Path

from django.db import migrations

WALLS = Path(__file__).parent / "walls" / "0006.sql"


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0005_record")]

    operations = [migrations.RunSQL(WALLS.read_text(), migrations.RunSQL.noop)]
