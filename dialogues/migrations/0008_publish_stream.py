from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0006_revisions_with_presence")]

    operations = [
        migrations.AlterModelOptions(
            name="stream",
            options={
                "ordering": ["dialogue", "-number"],
                "permissions": [("publish_stream", "Can publish streams")],
            },
        ),
    ]
