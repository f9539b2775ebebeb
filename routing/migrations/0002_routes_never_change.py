from django.db import migrations

SQL = """
CREATE FUNCTION refuse_to_change_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A route never changes: name another.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER routes_never_change BEFORE UPDATE ON routing_route FOR EACH ROW
  EXECUTE FUNCTION refuse_to_change_route();
"""
UNDO = """
DROP TRIGGER routes_never_change ON routing_route;
DROP FUNCTION refuse_to_change_route();
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial")]

    operations = [migrations.RunSQL(SQL, UNDO)]
