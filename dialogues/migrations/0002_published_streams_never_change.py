from django.db import migrations

SQL = """
CREATE FUNCTION refuse_to_change_published_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A published stream never changes, and never vanishes: make a new version.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER published_streams_never_change BEFORE UPDATE OF document, number, dialogue_id, published_at, published_by_id
  ON dialogues_stream FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
  EXECUTE FUNCTION refuse_to_change_published_stream();
CREATE TRIGGER published_streams_never_vanish BEFORE DELETE
  ON dialogues_stream FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
  EXECUTE FUNCTION refuse_to_change_published_stream();
ALTER TABLE dialogues_stream ADD CONSTRAINT nothing_stands_below_an_end CHECK (NOT jsonb_path_exists(
  document, '$.**.cards[*] ? (@.card == "live_chat" || @.card == "question")'));
"""
UNDO = """
ALTER TABLE dialogues_stream DROP CONSTRAINT nothing_stands_below_an_end;
DROP TRIGGER published_streams_never_vanish ON dialogues_stream;
DROP TRIGGER published_streams_never_change ON dialogues_stream;
DROP FUNCTION refuse_to_change_published_stream();
"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0001_initial")]

    operations = [migrations.RunSQL(SQL, UNDO)]
