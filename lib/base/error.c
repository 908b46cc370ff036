/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The error domain: its codes, their spellings and statuses, and what travels beside a message.
 */
#include "base/error.h"

#include <errno.h>

typedef struct {
    char *device;
    char *hint;
    char *details;
} HdErrorPrivate;

typedef struct {
    const char *name;
    int http_status;
    int exit_code;
} CodeInfo;

static const CodeInfo codes[] = {
    [HD_ERROR_FAILED] = {"failed", 500, 1},
    [HD_ERROR_INVALID] = {"invalid", 400, 2},
    [HD_ERROR_NOT_FOUND] = {"not-found", 404, 3},
    [HD_ERROR_AMBIGUOUS] = {"ambiguous", 400, 2},
    [HD_ERROR_EXISTS] = {"exists", 409, 4},
    [HD_ERROR_BUSY] = {"busy", 409, 4},
    [HD_ERROR_IN_USE] = {"in-use", 409, 4},
    [HD_ERROR_GROUP_UNSAFE] = {"group-unsafe", 409, 4},
    [HD_ERROR_PROTECTED] = {"protected", 403, 4},
    [HD_ERROR_DENIED] = {"denied", 403, 4},
    [HD_ERROR_UNSUPPORTED] = {"unsupported", 422, 4},
    [HD_ERROR_NO_IOMMU] = {"no-iommu", 422, 4},
    [HD_ERROR_LIMIT] = {"limit", 429, 2},
    [HD_ERROR_TIMEOUT] = {"timeout", 504, 1},
    [HD_ERROR_CANCELLED] = {"cancelled", 499, 1},
    [HD_ERROR_KERNEL] = {"kernel", 500, 1},
    [HD_ERROR_LIBVIRT] = {"libvirt", 502, 1},
    [HD_ERROR_GUEST_REFUSED] = {"guest-refused", 409, 1},
    [HD_ERROR_STATE_CHANGED] = {"state-changed", 412, 4},
    [HD_ERROR_UNDO_FAILED] = {"undo-failed", 500, 5},
};

static void
hd_error_private_init(HdErrorPrivate *extra)
{
    *extra = (HdErrorPrivate){0};
}

static void
hd_error_private_copy(const HdErrorPrivate *source, HdErrorPrivate *target)
{
    target->device = g_strdup(source->device);
    target->hint = g_strdup(source->hint);
    target->details = g_strdup(source->details);
}

static void
hd_error_private_clear(HdErrorPrivate *extra)
{
    g_free(extra->device);
    g_free(extra->hint);
    g_free(extra->details);
}

G_DEFINE_EXTENDED_ERROR(HdError, hd_error)

static HdErrorPrivate *
get_extra(const GError *error)
{
    if (error == NULL || error->domain != HD_ERROR)
        return NULL;
    return hd_error_get_private(error);
}

static const CodeInfo *
get_info(const GError *error)
{
    if (error == NULL || error->domain != HD_ERROR || error->code < 0 ||
        (gsize) error->code >= G_N_ELEMENTS(codes))
        return &codes[HD_ERROR_FAILED];
    return &codes[error->code];
}

const char *
hd_error_get_name(const GError *error)
{
    return get_info(error)->name;
}

int
hd_error_get_http_status(const GError *error)
{
    return get_info(error)->http_status;
}

int
hd_error_get_exit_code(const GError *error)
{
    return get_info(error)->exit_code;
}

const char *
hd_error_get_hint(const GError *error)
{
    const HdErrorPrivate *extra = get_extra(error);

    return extra != NULL ? extra->hint : NULL;
}

const char *
hd_error_get_device(const GError *error)
{
    const HdErrorPrivate *extra = get_extra(error);

    return extra != NULL ? extra->device : NULL;
}

const char *
hd_error_get_details(const GError *error)
{
    const HdErrorPrivate *extra = get_extra(error);

    return extra != NULL ? extra->details : NULL;
}

static void
replace(char **member, const char *text)
{
    if (text == NULL)
        return;
    g_free(*member);
    *member = g_strdup(text);
}

void
hd_error_add_hint(GError *error, const char *hint)
{
    HdErrorPrivate *extra = get_extra(error);

    if (extra != NULL)
        replace(&extra->hint, hint);
}

void
hd_error_add_device(GError *error, const char *device)
{
    HdErrorPrivate *extra = get_extra(error);

    if (extra != NULL)
        replace(&extra->device, device);
}

void
hd_error_add_details(GError *error, const char *details)
{
    HdErrorPrivate *extra = get_extra(error);

    if (extra != NULL)
        replace(&extra->details, details);
}

static G_GNUC_PRINTF(2, 0) GError *new_error(HdErrorCode code, const char *format, va_list args)
{
    return g_error_new_valist(HD_ERROR, code, format, args);
}

void
hd_error_set(GError **error,
             HdErrorCode code,
             const char *device,
             const char *hint,
             const char *format,
             ...)
{
    va_list args;

    if (error == NULL)
        return;
    va_start(args, format);
    GError *made = new_error(code, format, args);
    va_end(args);
    hd_error_add_device(made, device);
    hd_error_add_hint(made, hint);
    g_propagate_error(error, made);
}

void
hd_error_set_errno(GError **error, int errno_value, const char *device, const char *format, ...)
{
    va_list args;

    if (error == NULL)
        return;
    gboolean is_denied = errno_value == EACCES || errno_value == EPERM;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    hd_error_set(error, is_denied ? HD_ERROR_DENIED : HD_ERROR_KERNEL, device, NULL, "%s: %s", text,
                 g_strerror(errno_value));
}

void
hd_error_adopt(GError **error, HdErrorCode code)
{
    if (error == NULL || *error == NULL || (*error)->domain == HD_ERROR)
        return;
    GError *adopted = g_error_new_literal(HD_ERROR, code, (*error)->message);
    g_error_free(*error);
    *error = adopted;
}
