"""
django-helpdesk behind a pipe: reads a JSON object a line, does what it says some times, answers with the seconds.

It runs in an environment of its own and imports nothing from here: ``python bench/helpdesk_app.py URL``, where URL is
an empty PostgreSQL database. Time is taken in this process, so the pipe is no part of it.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import types
import warnings
from time import perf_counter
from urllib.parse import urlsplit

warnings.simplefilter("ignore")

import django  # noqa: E402
from django.conf import settings  # noqa: E402

TEXT = "factura módulo cliente error cambios actualización equipo resultado número serie mañana guardar después"
WORDS = TEXT.split()
OPEN = (1, 2, 3)  # open, reopened, resolved; closed is 4


def configure(url: str) -> None:
    """Set Django up as small as django-helpdesk allows, with no debugging and no mail."""
    at = urlsplit(url)
    sys.modules["helpdesk_urls"] = urls = types.ModuleType("helpdesk_urls")
    template = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
    middleware = ("sessions.middleware.Session", "auth.middleware.Authentication", "messages.middleware.Message")
    contrib = ("auth", "contenttypes", "sessions", "sites", "messages", "humanize", "admin", "staticfiles")
    settings.configure(
        SECRET_KEY="measured",
        DEBUG=False,
        ALLOWED_HOSTS=["*"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": at.path.strip("/"),
                "USER": at.username,
                "PASSWORD": at.password,
                "HOST": at.hostname,
                "PORT": at.port,
                "CONN_MAX_AGE": 600,
            }
        },
        USE_TZ=True,
        LANGUAGE_CODE="es",
        LOGGING_CONFIG=None,
        ROOT_URLCONF="helpdesk_urls",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        SITE_ID=1,
        STATIC_URL="/static/",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        HELPDESK_TEAMS_MODE_ENABLED=False,
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in contrib), "rest_framework", "helpdesk"],
        MIDDLEWARE=[f"django.contrib.{name}Middleware" for name in middleware],
        TEMPLATES=[template],
    )
    django.setup()
    from django.contrib import admin
    from django.urls import include, path

    urls.urlpatterns = [  # type: ignore[attr-defined]
        path("", include("helpdesk.urls", namespace="helpdesk")),
        path("admin/", admin.site.urls),
    ]


class App:
    """What can be asked for, by name."""

    def __init__(self) -> None:
        from django.contrib.auth import get_user_model
        from django.core.management import call_command
        from django.test import Client
        from helpdesk.models import Queue, Ticket
        from helpdesk.query import query_to_base64

        call_command("migrate", verbosity=0)
        call_command("loaddata", "emailtemplate", verbosity=0)
        self._draw = random.Random(1)
        self._tickets = Ticket.objects
        self._user = get_user_model().objects.create_superuser("luis", "luis@example.com", "word")
        self._queues = [Queue.objects.create(title=f"Q{n}", slug=f"q{n}") for n in range(10)]
        self._commented = self._tickets.create(**{**self._fields(), "status": 1})
        self._client = Client()
        self._client.force_login(self._user)
        wanted = {
            "filtering": {"status__in": list(OPEN)},
            "filtering_null": {},
            "sorting": "created",
            "sortreverse": True,
            "search_string": "",
        }
        self._query = query_to_base64(wanted)

    def _words(self, count: int) -> str:
        return " ".join(self._draw.choices(WORDS, k=count))

    def _fields(self) -> dict[str, object]:
        from django.utils import timezone

        return {
            "title": self._words(6),
            "queue": self._draw.choice(self._queues),
            "submitter_email": f"u{self._draw.randrange(50_000)}@example.com",
            "description": self._words(60),
            "priority": self._draw.randrange(1, 5),
            "status": 1 if self._draw.random() < 0.13 else 4,
            "created": timezone.now(),
        }

    def fill(self, count: int) -> None:
        """Make up to *count* tickets."""
        from helpdesk.models import Ticket

        missing = count - self._tickets.count()
        self._tickets.bulk_create([Ticket(**self._fields()) for _ in range(missing)], 5_000)

    def create(self) -> None:
        """Save a ticket and its first follow-up, in one transaction."""
        from django.db import transaction
        from django.utils import timezone
        from helpdesk.models import FollowUp, Ticket

        with transaction.atomic():
            ticket = Ticket(**{**self._fields(), "status": 1})
            ticket.save()
            FollowUp(
                ticket=ticket, title="Opened", comment=ticket.description, date=timezone.now(), public=True,
                user=self._user,
            ).save()  # fmt: skip

    def comment(self) -> None:
        """Write a public comment, as its own views do."""
        from helpdesk.update_ticket import update_ticket

        update_ticket(self._user, self._commented, comment=self._words(15), public=True)

    def page(self) -> int:
        """Fetch what its staff list is filled with; return how many rows came."""
        asked = {"draw": 1, "length": 50, "start": 0, "order[0][column]": 5, "order[0][dir]": "desc"}
        answer = self._client.get(f"/datatables_ticket_list/{self._query}", {**asked, "search[value]": ""})
        assert answer.status_code == 200, answer.status_code
        return len(json.loads(answer.content)["data"])


def main() -> None:
    """Answer until there is nothing more to read."""
    configure(sys.argv[1])
    from importlib.metadata import version

    app = App()
    told = {"django-helpdesk": version("django-helpdesk"), "django": version("django")}
    print(json.dumps(told), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        gc.collect()
        gc.disable()
        work, result = getattr(app, asked["do"]), None
        started = perf_counter()
        for _ in range(asked.get("times", 1)):
            result = work(*asked.get("with", ()))
        seconds = perf_counter() - started
        gc.enable()
        print(json.dumps({"seconds": seconds, "result": result}), flush=True)


if __name__ == "__main__":
    main()
