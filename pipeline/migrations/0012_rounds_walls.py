from pathlib import Path

from django.db import migrations

WALLS = Path(__file__).parent / "walls" / "0012.sql"


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0011_rounds")]

    operations = [migrations.RunSQL(WALLS.read_text(), migrations.RunSQL.noop)]
