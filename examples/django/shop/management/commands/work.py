"""``manage.py work``: let happen what has come due, and send what is to be sent; from cron, every minute."""

from django.core.management.base import BaseCommand

from shop.support import desk


class Command(BaseCommand):
    help = "Let happen what has come due, and send what is to be sent."

    def handle(self, *args, **options):
        due, sent = desk().run_due(), desk().deliver(self.send)
        self.stdout.write(f"{due.tickets} due, {sent.sent} sent")

    def send(self, notice):
        """Hand a notice to the mail server; here it is only shown."""
        self.stdout.write(f"to {notice.email}: {notice.subject}")
