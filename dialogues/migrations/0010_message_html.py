from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0009_facts_and_fallback_message")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="html",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("html", ""), ("author__in", ["bot", "system"]), _connector="OR"),
                name="people_write_no_html",
            ),
        ),
    ]
