from pathlib import Path

from django.db import migrations

WALLS = Path(__file__).parent / "walls" / "0002.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0001_house"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunSQL(WALLS.read_text(), migrations.RunSQL.noop)]
