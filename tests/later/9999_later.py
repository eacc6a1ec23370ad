"""A step that adds a column."""  # noqa: N999

from pathlib import Path

from django.db import migrations, models

from scheduler.store import migrations as known

LAST = max(file.stem for file in Path(known.__path__[0]).glob("0*.py"))


class Migration(migrations.Migration):
    """Follows the last step that there is."""

    dependencies = (("hjul_store", LAST),)
    operations = (migrations.AddField("event", "remark", models.CharField(max_length=20, default="")),)
