"""The documents that document cards show, and what visitors tell of them."""

from csp.decorators import csp_replace
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST, require_safe

from dialogues.models import Pdf, PdfView
from dialogues.views import IN_ANY_FRAME, frame_ancestors, named
from dialogues.visitors import of_visitor
from routing.models import Workspace


@xframe_options_exempt
@cache_control(private=True, max_age=300)
@require_safe
def show(request, signed, name=""):
    """The file itself, for a frame within the widget's or a page of its own; or the way to where it lies."""
    pdf = _found(signed)
    if not pdf.file:
        return redirect(pdf.address)
    allowed = csp_replace({"frame-ancestors": frame_ancestors(Workspace.objects.get())})
    return allowed(_file)(request, pdf)


@of_visitor
@require_POST
def seen(request, visitor):
    is_download = request.POST.get("did") == "downloaded"
    PdfView.objects.note(
        named(request, visitor), _found(request.POST.get("document")), is_download=is_download
    )
    return HttpResponse(status=204)


def _file(request, pdf):
    disposition = content_disposition_header("download" in request.GET, pdf.file_name)
    headers = {**IN_ANY_FRAME, "Content-Disposition": disposition}
    with pdf.file.open() as file:
        return HttpResponse(file.read(), content_type="application/pdf", headers=headers)


def _found(signed):
    try:
        return Pdf.objects.of_address(signed or "")
    except Pdf.DoesNotExist:
        raise Http404 from None
