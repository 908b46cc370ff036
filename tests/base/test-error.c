/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Errors: the table of codes, and what travels beside a message.
 */
#include <errno.h>

#include "base/error.h"

static const struct {
    HdErrorCode code;
    const char *name;
    int http_status;
    int exit_code;
} codes[] = {
    {HD_ERROR_FAILED, "failed", 500, 1},
    {HD_ERROR_INVALID, "invalid", 400, 2},
    {HD_ERROR_NOT_FOUND, "not-found", 404, 3},
    {HD_ERROR_AMBIGUOUS, "ambiguous", 400, 2},
    {HD_ERROR_EXISTS, "exists", 409, 4},
    {HD_ERROR_BUSY, "busy", 409, 4},
    {HD_ERROR_IN_USE, "in-use", 409, 4},
    {HD_ERROR_GROUP_UNSAFE, "group-unsafe", 409, 4},
    {HD_ERROR_PROTECTED, "protected", 403, 4},
    {HD_ERROR_DENIED, "denied", 403, 4},
    {HD_ERROR_UNSUPPORTED, "unsupported", 422, 4},
    {HD_ERROR_NO_IOMMU, "no-iommu", 422, 4},
    {HD_ERROR_LIMIT, "limit", 429, 2},
    {HD_ERROR_TIMEOUT, "timeout", 504, 1},
    {HD_ERROR_CANCELLED, "cancelled", 499, 1},
    {HD_ERROR_KERNEL, "kernel", 500, 1},
    {HD_ERROR_LIBVIRT, "libvirt", 502, 1},
    {HD_ERROR_GUEST_REFUSED, "guest-refused", 409, 1},
    {HD_ERROR_STATE_CHANGED, "state-changed", 412, 4},
    {HD_ERROR_UNDO_FAILED, "undo-failed", 500, 5},
};

static void
check_code(const GError *error, gsize index)
{
    g_assert_cmpstr(hd_error_get_name(error), ==, codes[index].name);
    g_assert_cmpint(hd_error_get_http_status(error), ==, codes[index].http_status);
    g_assert_cmpint(hd_error_get_exit_code(error), ==, codes[index].exit_code);
}

static void
test_codes(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(GError) error = g_error_new(HD_ERROR, (int) codes[i].code, "text");
        g_assert_cmpint((int) codes[i].code, ==, (int) i);
        check_code(error, i);
        g_assert_true(g_hash_table_add(names, (char *) codes[i].name));
    }
    g_assert_cmpint(HD_ERROR_UNDO_FAILED + 1, ==, (int) G_N_ELEMENTS(codes));
}

static void
test_foreign(void)
{
    const int numbers[] = {-1, (int) G_N_ELEMENTS(codes), G_MAXINT, G_MININT};
    g_autoptr(GError)
        foreign = g_error_new_literal(g_quark_from_static_string("foreign"), 3, "no such thing");

    check_code(foreign, HD_ERROR_FAILED);
    check_code(NULL, HD_ERROR_FAILED);
    hd_error_add_hint(foreign, "hint");
    hd_error_add_device(foreign, "device");
    hd_error_add_details(foreign, "details");
    g_assert_null(hd_error_get_hint(foreign));
    g_assert_null(hd_error_get_device(foreign));
    g_assert_null(hd_error_get_details(foreign));
    g_assert_null(hd_error_get_hint(NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(GError) unknown = g_error_new_literal(HD_ERROR, numbers[i], "text");
        check_code(unknown, HD_ERROR_FAILED);
    }
}

static void
check_extra(const GError *error)
{
    g_assert_cmpstr(hd_error_get_device(error), ==, "pci_0000_01_10_0");
    g_assert_cmpstr(hd_error_get_hint(error), ==, "unmount '/srv'");
    g_assert_cmpstr(hd_error_get_details(error), ==, "EBUSY from the kernel");
}

static void
test_extra(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) propagated = NULL;

    hd_error_set(&error, HD_ERROR_IN_USE, "pci_0000_01_10_0", "unmount '/srv'", "%s is in use: %d",
                 "it", 7);
    g_assert_error(error, HD_ERROR, HD_ERROR_IN_USE);
    g_assert_cmpstr(error->message, ==, "it is in use: 7");
    g_assert_null(hd_error_get_details(error));
    hd_error_add_details(error, "EBUSY from the kernel");
    hd_error_add_hint(error, NULL);
    check_extra(error);

    g_autoptr(GError) copy = g_error_copy(error);
    check_extra(copy);
    g_assert_true(hd_error_get_hint(copy) != hd_error_get_hint(error));
    g_clear_error(&error);
    check_extra(copy);

    g_propagate_prefixed_error(&propagated, g_steal_pointer(&copy), "cannot attach: ");
    check_extra(propagated);
    g_assert_cmpstr(propagated->message, ==, "cannot attach: it is in use: 7");
    g_prefix_error(&propagated, "vm 'a': ");
    check_extra(propagated);

    hd_error_add_hint(propagated, "another");
    g_assert_cmpstr(hd_error_get_hint(propagated), ==, "another");
    hd_error_set(NULL, HD_ERROR_IN_USE, "device", "hint", "nobody listens");
}

static void
test_errno(void)
{
    static const struct {
        int errno_value;
        HdErrorCode code;
    } cases[] = {
        {EBUSY, HD_ERROR_KERNEL},
        {ENOENT, HD_ERROR_KERNEL},
        {EACCES, HD_ERROR_DENIED},
        {EPERM, HD_ERROR_DENIED},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf("cannot open '/x%%': %s",
                                                g_strerror(cases[i].errno_value));
        hd_error_set_errno(&error, cases[i].errno_value, "net_a", "cannot open '%s'", "/x%");
        g_assert_error(error, HD_ERROR, (int) cases[i].code);
        g_assert_cmpstr(error->message, ==, text);
        g_assert_cmpstr(hd_error_get_device(error), ==, "net_a");
    }
    hd_error_set_errno(NULL, EBUSY, NULL, "nobody listens");
}

static void
test_adopt(void)
{
    g_autoptr(GError)
        error = g_error_new_literal(g_quark_from_static_string("foreign"), 0, "100% wrong");
    g_autoptr(GError) none = NULL;

    hd_error_adopt(&error, HD_ERROR_TIMEOUT);
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_assert_cmpstr(error->message, ==, "100% wrong");
    hd_error_adopt(&error, HD_ERROR_BUSY);
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    hd_error_adopt(&none, HD_ERROR_BUSY);
    g_assert_no_error(none);
    hd_error_adopt(NULL, HD_ERROR_BUSY);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/error/codes", test_codes);
    g_test_add_func("/base/error/foreign", test_foreign);
    g_test_add_func("/base/error/extra", test_extra);
    g_test_add_func("/base/error/errno", test_errno);
    g_test_add_func("/base/error/adopt", test_adopt);
    return g_test_run();
}
