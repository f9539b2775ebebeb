import sys

from django.core.management.base import BaseCommand

from chatsite.self_check import check


class Command(BaseCommand):
    help = "Looks whether all holds that always should, a line each; ends with 1 if something is wrong and stays so."

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="Mend what can safely be mended.")

    def handle(self, *, repair, **options):
        findings = check(repair=repair)
        for finding in findings:
            self.stdout.write(f"{_word(finding):8} {finding}")
        if any(finding.is_fault for finding in findings):
            sys.exit(1)


def _word(finding):
    if finding.is_fault:
        return "wrong"
    if finding.left:
        return "notice"
    return "repaired" if finding.repaired else "ok"
