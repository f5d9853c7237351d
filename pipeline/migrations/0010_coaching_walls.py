from pathlib import Path

from django.db import migrations

WALLS = Path(__file__).parent / "walls" / "0010.sql"


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0009_coaching")]

    operations = [migrations.RunSQL(WALLS.read_text(), migrations.RunSQL.noop)]
