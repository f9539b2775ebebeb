"""Pages on which people set their password: invited, having forgotten theirs, or because they want another."""

import hashlib

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts

from chatsite.signing_in import first_page
from dialogues.limits import TooManyRequests, take_places
from notifications.models import PasswordLink, Purpose

LINKS_PER_EMAIL = 5
LINKS_PER_ADDRESS = 30
LINKS_PER_SECONDS = 3600


class ForgottenForm(PasswordResetForm):
    def save(self, **options):
        """The mail goes to the address on record, never to one that merely looks like it. Who was invited and
        has no password yet gets one too: that is how an invitation that has run out is renewed."""
        for user in PasswordLink.objects.people_with(self.cleaned_data["email"]):
            PasswordLink.write(user, Purpose.FORGOTTEN)


def _in_our_words(form):
    form.fields["new_password1"].help_text = " ".join(password_validators_help_texts())
    form.fields["new_password2"].label = "New password again"
    form.fields["new_password2"].help_text = ""


class NewPasswordForm(SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _in_our_words(self)
        self.fields["new_password1"].widget.attrs["autofocus"] = True


class OtherPasswordForm(PasswordChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _in_our_words(self)
        self.fields["old_password"].label = "Current password"


class Forgotten(views.PasswordResetView):
    """Says the same whether somebody here has the address or not."""

    form_class = ForgottenForm
    template_name = "registration/forgotten.html"

    def form_valid(self, form):
        # A key in Redis has no spaces, and need not tell who asked.
        email = hashlib.sha256(form.cleaned_data["email"].casefold().encode()).hexdigest()
        places = {
            f"links:email:{email}": LINKS_PER_EMAIL,
            f"links:address:{self.request.META.get('REMOTE_ADDR', '')}": LINKS_PER_ADDRESS,
        }
        try:
            take_places(places, seconds=LINKS_PER_SECONDS)
        except TooManyRequests as refused:
            form.add_error(None, str(refused))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        return super().form_valid(form)


class LinkSent(views.PasswordResetDoneView):
    template_name = "registration/link_sent.html"


class SetPassword(views.PasswordResetConfirmView):
    """What the link in the mail leads to. Who has set a password is signed in."""

    form_class = NewPasswordForm
    template_name = "registration/set_password.html"
    post_reset_login = True

    def get_user(self, uidb64):
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def get_success_url(self):
        messages.success(self.request, "Your password is set.")
        return first_page(self.request)


class ChangePassword(views.PasswordChangeView):
    form_class = OtherPasswordForm
    template_name = "registration/change_password.html"

    def get_context_data(self, **context):
        return super().get_context_data(back=first_page(self.request), **context)

    def get_success_url(self):
        messages.success(self.request, "Your password is changed. Every other browser is signed out.")
        return first_page(self.request)
