"""Who may open which page: every page of the product, and every role. A page that is not here fails a test."""

from dataclasses import dataclass, field

NOBODY, NO_ROLE = "nobody", "somebody without a role"
LIVE_AGENT, CALENDAR_AGENT, SALES_ADMIN = "Live Agent", "Calendar Agent", "Sales Admin"
MARKETING_USER, MARKETING_ADMIN, SUPERUSER = "Marketing User", "Marketing Admin", "superuser"

SIGNED_IN = {
    NO_ROLE,
    LIVE_AGENT,
    CALENDAR_AGENT,
    MARKETING_USER,
    MARKETING_ADMIN,
    SALES_ADMIN,
    SUPERUSER,
}
EVERYBODY = SIGNED_IN | {NOBODY}
INBOX = {LIVE_AGENT, SALES_ADMIN, SUPERUSER}
AGENTS = INBOX | {CALENDAR_AGENT}
MARKETING = {MARKETING_USER, MARKETING_ADMIN, SUPERUSER}
MANAGERS = {SALES_ADMIN, SUPERUSER}
RULES = MANAGERS | {MARKETING_ADMIN}
ADMIN = MARKETING | MANAGERS
NO_ONE = set()
# A redirect to the front page of the admin, which has a rule of its own.
FRONT = "front page"
# Somebody else's pages about the queues, for the people who run the machines.
QUEUES = "admin/django_rq/"


@dataclass(frozen=True)
class Page:
    """Who is let in, what they get, what others get who are signed in, and who may send it a form."""

    opens_to: set
    status: int | str = 200
    refusal: int = 403
    takes_from: set | None = None
    # What those get who are not signed in; and, of a page of the admin, those who may see nothing there.
    nobody: int | str = "sign in"
    outside: int | str = "sign in"
    # Where it stands, with rows by name, if its route is no address.
    at: str = ""

    @property
    def senders(self):
        return self.opens_to if self.takes_from is None else self.takes_from


@dataclass(frozen=True)
class Model:
    """The pages that the admin has for each model."""

    seen_by: set
    added_by: set = field(default_factory=set)
    changed_by: set = field(default_factory=set)
    deleted_by: set = field(default_factory=set)

    def pages(self, path):
        row = f"{path}{{{path.split('/')[-2]}}}/"
        return {
            path: Page(self.seen_by),
            f"{path}add/": Page(self.added_by),
            f"{path}<path:object_id>/history/": Page(self.seen_by, at=f"{row}history/"),
            f"{path}<path:object_id>/delete/": Page(self.deleted_by, at=f"{row}delete/"),
            f"{path}<path:object_id>/change/": Page(
                self.seen_by, takes_from=self.changed_by, at=f"{row}change/"
            ),
            f"{path}<path:object_id>/": Page(ADMIN, status=302, at=row),
        }


MODELS = {
    "routing/agent": Model(MANAGERS, added_by=MANAGERS, changed_by=MANAGERS),
    "routing/team": Model(MANAGERS | MARKETING, MANAGERS, MANAGERS, MANAGERS),
    "routing/account": Model(MANAGERS | MARKETING, RULES, RULES, RULES),
    "routing/customrule": Model(MANAGERS | MARKETING, RULES, RULES, RULES),
    "routing/workspace": Model(RULES, changed_by=RULES),
    "routing/fallbackmessage": Model(MANAGERS, MANAGERS, MANAGERS, MANAGERS),
    "routing/livechat": Model(MANAGERS),
    "notifications/failedaction": Model(MANAGERS),
    "notifications/passwordlink": Model(MANAGERS),
    "dialogues/appearance": Model(MARKETING | MANAGERS, changed_by=RULES),
    "dialogues/attribute": Model(MARKETING, RULES & MARKETING, RULES & MARKETING, {SUPERUSER}),
    "dialogues/conversation": Model(MANAGERS),
    "dialogues/goal": Model(MARKETING, MARKETING, MARKETING, MARKETING),
    "dialogues/pdf": Model(MARKETING, MARKETING, MARKETING, MARKETING),
    "dialogues/dialogue": Model(MARKETING | MANAGERS, MARKETING, MARKETING, MARKETING),
    "auth/group": Model({SUPERUSER}, {SUPERUSER}, {SUPERUSER}, {SUPERUSER}),
    "auth/user": Model({SUPERUSER}, {SUPERUSER}, {SUPERUSER}, {SUPERUSER}),
}

PAGES = {
    # The widget: visitors have no account.
    "widget.js": Page(EVERYBODY),
    "widget/": Page(EVERYBODY),
    "widget/look.css": Page(EVERYBODY),
    "widget/which/": Page(EVERYBODY, status=405),
    "widget/chat/": Page(EVERYBODY),
    "widget/answer/": Page(EVERYBODY, status=405),
    "widget/cancel/": Page(EVERYBODY, status=405),
    "widget/end/": Page(EVERYBODY, status=405),
    "widget/new/": Page(EVERYBODY, status=405),
    "widget/documents/": Page(EVERYBODY, status=405),
    "widget/documents/<str:signed>/": Page(EVERYBODY, status=404, at="widget/documents/forged/"),
    "widget/documents/<str:signed>/<str:name>": Page(
        EVERYBODY, status=404, at="widget/documents/forged/a.pdf"
    ),
    "demo/": Page(EVERYBODY),
    r"^media/pictures/(?P<name>[\w-]+\.(?:webp|png|jpe?g|gif))$": Page(
        EVERYBODY, at="media/pictures/alice.webp"
    ),
    # The inbox
    "": Page(EVERYBODY, status=302),
    "inbox/": Page(INBOX),
    "inbox/list/": Page(INBOX),
    "inbox/availability/": Page(INBOX),
    "inbox/<int:pk>/": Page(INBOX, at="inbox/{conversation}/"),
    "inbox/<int:pk>/pane/": Page(INBOX, at="inbox/{conversation}/pane/"),
    "inbox/<int:pk>/end/": Page(INBOX, status=405, at="inbox/{conversation}/end/"),
    "inbox/<int:pk>/transcript.txt": Page(INBOX, at="inbox/{conversation}/transcript.txt"),
    "inbox/offers/": Page(INBOX),
    "inbox/offers/<int:pk>/accept/": Page(INBOX, status=405, at="inbox/offers/{offer}/accept/"),
    "inbox/offers/<int:pk>/decline/": Page(INBOX, status=405, at="inbox/offers/{offer}/decline/"),
    "profile/": Page(AGENTS),
    # Coming in
    "login/": Page(EVERYBODY),
    "logout/": Page(EVERYBODY, status=405),
    "password/": Page(SIGNED_IN),
    "password/forgotten/": Page(EVERYBODY),
    "password/sent/": Page(EVERYBODY),
    "password/<uidb64>/<token>/": Page(EVERYBODY, at="password/MQ/forged/"),
    "setup/<str:token>/": Page(EVERYBODY, status=404, at="setup/forged/"),
    "health/live": Page(EVERYBODY),
    "health/ready": Page(EVERYBODY, status=503),
    # The admin
    "admin/": Page(ADMIN),
    "admin/login/": Page(ADMIN, status=FRONT, outside=403),
    "admin/logout/": Page(ADMIN, status=405, nobody=FRONT, outside=FRONT, takes_from=EVERYBODY),
    "admin/password_change/": Page(ADMIN, status=302),
    "admin/password_change/done/": Page(ADMIN, status=FRONT),
    "admin/autocomplete/": Page(NO_ONE),
    "admin/jsi18n/": Page(ADMIN),
    "admin/r/<path:content_type_id>/<path:object_id>/": Page(ADMIN, status=404, at="admin/r/0/0/"),
    r"admin/(?P<url>.*)$": Page(ADMIN, status=404, at="admin/nowhere/"),
    "admin/routing/agent/<int:pk>/invite/": Page(
        ADMIN, status=405, takes_from=MANAGERS, at="admin/routing/agent/{agent}/invite/"
    ),
    "admin/routing/account/upload/": Page(RULES),
    "admin/routing/account/upload/<str:token>/": Page(
        RULES, status=302, at="admin/routing/account/upload/gone/"
    ),
    "admin/routing/account/upload/<str:token>/report.csv": Page(
        RULES, status=302, at="admin/routing/account/upload/gone/report.csv"
    ),
    "admin/routing/account/export.csv": Page(MANAGERS | MARKETING),
    "admin/routing/account/switch/": Page(ADMIN, status=405, takes_from=RULES),
    "admin/routing/who-is-next/": Page(MANAGERS),
    "admin/routing/try/": Page(MANAGERS),
    "admin/routing/agent/<int:pk>/activate/": Page(
        ADMIN, status=405, takes_from=MANAGERS, at="admin/routing/agent/{agent}/activate/"
    ),
    "admin/routing/agent/deactivate/": Page(MANAGERS, at="admin/routing/agent/deactivate/?agent={agent}"),
    "admin/routing/customrule/<int:pk>/move/<str:way>/": Page(
        ADMIN, status=405, takes_from=RULES, at="admin/routing/customrule/{customrule}/move/up/"
    ),
    "admin/dialogues/embed/": Page(ADMIN),
    "admin/dialogues/appearance/preview/": Page(ADMIN),
    "admin/dialogues/dialogue/import/": Page(MARKETING),
    "admin/dialogues/dialogue/<int:pk>/export.json": Page(
        ADMIN, at="admin/dialogues/dialogue/{dialogue}/export.json"
    ),
    "admin/dialogues/dialogue/<int:pk>/preview/": Page(
        ADMIN, at="admin/dialogues/dialogue/{dialogue}/preview/"
    ),
    "admin/dialogues/dialogue/<int:pk>/preview/frame/": Page(
        ADMIN, at="admin/dialogues/dialogue/{dialogue}/preview/frame/"
    ),
    "admin/dialogues/dialogue/<int:pk>/stream/": Page(
        ADMIN, takes_from=MARKETING, at="admin/dialogues/dialogue/{dialogue}/stream/"
    ),
    "admin/dialogues/dialogue/who-meets-what/": Page(ADMIN),
    "admin/dialogues/dialogue/<int:pk>/audience/": Page(
        ADMIN, takes_from=MARKETING, at="admin/dialogues/dialogue/{dialogue}/audience/"
    ),
    "admin/dialogues/dialogue/<int:pk>/versions/": Page(
        ADMIN, takes_from=MARKETING, at="admin/dialogues/dialogue/{dialogue}/versions/"
    ),
    "admin/dialogues/dialogue/<int:pk>/stream/<int:number>/": Page(
        ADMIN, at="admin/dialogues/dialogue/{dialogue}/stream/1/"
    ),
    "admin/auth/user/<id>/password/": Page({SUPERUSER}, at="admin/auth/user/{user}/password/"),
    **{
        route: page for path, model in MODELS.items() for route, page in model.pages(f"admin/{path}/").items()
    },
}
