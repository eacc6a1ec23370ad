"""A role is held at a job centre, or at all of them; who had one until now holds it at all."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def grant(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    made = apps.get_model("hjul_web", "Grant").objects.using(alias)
    for user in apps.get_model("hjul_web", "User").objects.using(alias):
        made.create(user=user, role=user.role)


class Migration(migrations.Migration):

    dependencies = [
        ('hjul_web', '0001_web'),
    ]

    operations = [
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('administrator', 'administrator'), ('coordinator', 'coordinator'), ('consultant', 'consultant'), ('planner', 'planner'), ('reader', 'reader')], max_length=15)),
                ('base_id', models.CharField(blank=True, max_length=64)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'role', 'base_id'), name='one_grant_a_role_and_base')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='account',
            field=models.CharField(blank=True, default='', max_length=200),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('account', ''), _negated=True), fields=('account',), name='one_person_an_account'),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='user',
            name='role',
        ),
    ]
