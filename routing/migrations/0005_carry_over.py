from django.db import migrations, models

# What was there says the same in its new form.
SQL = """
UPDATE routing_agent SET available_until = NULL WHERE available_until <= parley_now();
UPDATE routing_agent SET available_from = parley_now(), settle_at = available_until, switched = 'available',
  switched_at = parley_now() WHERE available_until IS NOT NULL;
UPDATE routing_customrule SET conditions = CASE WHEN conditions = '[]' THEN '{}' ELSE
  jsonb_build_object('match', 'all', 'groups', jsonb_build_array(jsonb_build_object('match', 'all', 'conditions',
    (SELECT jsonb_agg(jsonb_build_object('attribute', c ->> 0, 'operator', 'is', 'value', c ->> 1))
      FROM jsonb_array_elements(conditions) c)))) END
  WHERE jsonb_typeof(conditions) = 'array';
DELETE FROM routing_fallbackmessage
  WHERE body = 'Nobody is free right now. We will write to you at your email address.';
INSERT INTO routing_fallbacktext (message_id, language, html) SELECT id, '',
  replace(replace(replace(replace(body, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), E'\\n', '<br>')
  FROM routing_fallbackmessage;
UPDATE routing_workspace SET fallback_message_id = (SELECT id FROM routing_fallbackmessage);
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0004_hours_accounts_and_explanations")]

    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="fallbackmessage",
            name="body",
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("available_from", None), ("available_until", None)),
                    models.Q(
                        ("available_from__isnull", False), ("available_until__gt", models.F("available_from"))
                    ),
                    _connector="OR",
                ),
                name="an_agent_is_available_for_a_while",
            ),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_set_away", False), ("switched", ""), ("switched_at", None)),
                    models.Q(("switched__in", ["available", "away"]), ("switched_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_switch_was_put_at_some_time",
            ),
        ),
    ]
