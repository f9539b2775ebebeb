from django.db import migrations

SQL = """
CREATE FUNCTION refuse_to_change_published_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A published stream never changes: make a new version.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER published_streams_never_change BEFORE UPDATE OF document, number, dialogue_id, published_at, published_by_id
  ON dialogues_stream FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
  EXECUTE FUNCTION refuse_to_change_published_stream();
"""
UNDO = """
DROP TRIGGER published_streams_never_change ON dialogues_stream;
DROP FUNCTION refuse_to_change_published_stream();
"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0001_initial")]

    operations = [migrations.RunSQL(SQL, UNDO)]
