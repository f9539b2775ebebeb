"""The page with the snippet for sites, what their own policy must allow, and which of them have been heard from."""

from django.conf import settings
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dialogues.admin.routing_pages import Page
from dialogues.models import Site
from routing.clock import clock
from routing.models import Workspace

# For the snippet, for what it asks about the page, and for the chat; its styles are sheets that no policy forbids.
DIRECTIVES = ["script-src", "connect-src", "frame-src"]


@require_safe
def embed(request, context):
    allowed = Workspace.objects.get().allowed_sites
    context |= {
        "snippet": f'<script src="{settings.SITE_URL}/widget.js" async></script>',
        "policy": "\n".join(f"{each} {settings.SITE_URL};" for each in DIRECTIVES),
        "allowed": allowed,
        "rows": _rows(allowed, list(Site.objects.all())),
        "now": clock(),
        "may_change_sites": request.user.has_perm("routing.change_workspace")
        or request.user.has_perm("routing.manage_workspace"),
    }
    return TemplateResponse(request, "admin/dialogues/embed.html", context)


def _rows(allowed, sites):
    """Each site that was heard from, and each that may show the widget and was not."""
    heard = {site.origin for site in sites}
    missing = [{"origin": origin} for origin in allowed if origin not in heard and "*" not in origin]
    rows = [
        {"origin": site.origin, "site": site, "is_refused": not _is_among(site, allowed)} for site in sites
    ]
    return sorted(missing + rows, key=lambda row: row["origin"])


def _is_among(site, allowed):
    """As a browser reads frame-ancestors; where nothing is named, any is, and our own always."""
    scheme, _, host = site.origin.partition("://")
    wild = (each.partition("://*.") for each in allowed if "://*." in each)
    return (
        not allowed
        or site.origin in [settings.SITE_URL, *allowed]
        or any(scheme == of and host.endswith(f".{domain}") for of, _, domain in wild)
    )


PAGES = [Page("dialogues", "embed", "Embed", embed, seen_with="dialogues.view_appearance")]
