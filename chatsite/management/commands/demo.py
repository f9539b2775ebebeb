from django.core.management.base import BaseCommand

from chatsite.accounts import DEMO_PASSWORD, DEMO_USERNAMES
from chatsite.demo import make_demo


class Command(BaseCommand):
    help = "Makes the demo's people and dialogue, once: it changes nothing where one of them is already."

    def handle(self, **options):
        people = ", ".join(DEMO_USERNAMES)
        if make_demo():
            self.stdout.write(f"Made {people}, each with the password {DEMO_PASSWORD}.")
        else:
            self.stdout.write(f"One of {people} is here already: nothing was changed.")
