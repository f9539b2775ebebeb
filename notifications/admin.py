from django.conf import settings
from django.contrib import admin, messages
from django.utils.html import format_html, format_html_join

from notifications.models import FailedAction, PasswordLink
from routing.admin import ForManagers, ReadOnly

KEPT_IN_FILES = "django.core.mail.backends.filebased.EmailBackend"


@admin.register(FailedAction)
class FailedActionAdmin(ReadOnly, ForManagers, admin.ModelAdmin):
    list_display = ["__str__", "because", "made_at", "mails_sent", "next_try_at"]
    list_filter = ["made_at", "live_chat__because"]
    list_select_related = ["live_chat"]
    search_fields = ["subject", "text"]
    actions = ["send_again"]
    fields = [
        "made_at",
        "because",
        "conversation",
        "recipients",
        "letter",
        "kept",
        "tries",
        "next_try_at",
        "last_error",
    ]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).with_counts()

    @admin.action(description="Try to send what is not sent yet", permissions=["view"])
    def send_again(self, request, queryset):
        for failed_action in queryset:
            failed_action.try_again()
        messages.info(request, "What is not sent yet is being sent now.")

    @admin.display(description="why", ordering="live_chat__because")
    def because(self, failed_action):
        return failed_action.live_chat.get_because_display()

    @admin.display(description="mails")
    def mails_sent(self, failed_action):
        if not failed_action.mails_count:
            return "nobody to tell"
        return f"{failed_action.sent_count} of {failed_action.mails_count} sent"

    @admin.display(description="conversation")
    def conversation(self, failed_action):
        if not (link := failed_action.link):
            return None
        return format_html('<a href="{}">{}</a>', link, failed_action.live_chat.conversation)

    @admin.display(description="to")
    def recipients(self, failed_action):
        mails = [
            (mail.address, f"sent {mail.sent_at:%-d %B %Y, %H:%M:%S} UTC" if mail.sent_at else "not sent yet")
            for mail in failed_action.mails.all()
        ]
        return format_html_join("", "<p>{}: {}</p>", mails) or "Nobody has an email address here."

    @admin.display(description="mail")
    def letter(self, failed_action):
        if not failed_action.text:
            return "Not written yet."
        return format_html(
            "<p><strong>{}</strong></p><pre>{}</pre>", failed_action.subject, failed_action.text
        )

    @admin.display(description="sent by")
    def kept(self, failed_action):
        if settings.EMAIL_BACKEND == KEPT_IN_FILES:
            return f"EMAIL_URL is not set: mail is kept in {settings.EMAIL_FILE_PATH}"
        return f"The mail server {settings.EMAIL_HOST}"


@admin.register(PasswordLink)
class PasswordLinkAdmin(ReadOnly, ForManagers, admin.ModelAdmin):
    """Whether an invitation went out, and if not, why. What the mail says stays between it and its reader."""

    list_display = ["user", "purpose", "made_at", "sent_at", "next_try_at", "last_error"]
    list_filter = ["purpose", "made_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    actions = ["send_again"]
    fields = ["user", "purpose", "made_at", "sent_at", "tries", "next_try_at", "last_error"]
    readonly_fields = fields

    @admin.action(description="Try to send what is not sent yet", permissions=["view"])
    def send_again(self, request, queryset):
        for link in queryset:
            link.try_again()
        messages.info(request, "What is not sent yet is being sent now.")
