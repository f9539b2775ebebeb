"""Who may do what in the admin."""

MANAGE_WORKSPACE = "routing.manage_workspace"


class ForManagers:
    """Open to whoever manages the workspace, beside those who have Django's permission for the model."""

    def has_module_permission(self, request):
        return _manages(request) or super().has_module_permission(request)

    def has_view_permission(self, request, obj=None):
        return _manages(request) or super().has_view_permission(request, obj)

    def has_add_permission(self, request):
        return _manages(request) or super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return _manages(request) or super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return _manages(request) or super().has_delete_permission(request, obj)


class NotDeleted:
    """Kept for good: what names it would lose its meaning."""

    def has_delete_permission(self, request, obj=None):
        return False


class OneRow(NotDeleted):
    """There is one, so its list leads straight to it."""

    def has_add_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        return self.change_view(request, "1", extra_context=extra_context)


class ReadOnly(NotDeleted):
    """What is on record is read here, and changed by nobody."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


def _manages(request):
    return request.user.is_active and request.user.has_perm(MANAGE_WORKSPACE)
