from pathlib import Path

from django.db import migrations

WALLS = Path(__file__).parent / "walls" / "0004.sql"

# Cases that are under review or further keep the pool book of the day they were submitted. The owner is held to the row
# policies like anybody else, which let it write nothing: they are lifted from its own tables for this statement.
SUBMITTED = """
alter table pipeline_case no force row level security;
alter table pipeline_transition no force row level security;
update pipeline_case c set book_day = t.day
    from (select case_id, min("on") as day from pipeline_transition where move = 'case.submit' group by case_id) t
    where t.case_id = c.id;
alter table pipeline_case force row level security;
alter table pipeline_transition force row level security;
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0003_books")]

    operations = [
        migrations.RunSQL(WALLS.read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(SUBMITTED, migrations.RunSQL.noop),
    ]
