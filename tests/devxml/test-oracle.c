/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt itself as the judge: its test driver reads what we write and what we were given, and what
 * it prints of both is what we write. Rows with a known difference must really differ.
 */
#include <hostdev/devxml.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

#include "cases.h"

static virConnectPtr connection;

static void
on_error(void *user_data, virErrorPtr error)
{
}

/* The lines of the device, with their indent taken off. The name of a tap device is the test
 * driver's own addition. */
static char *
dup_device(const char *domain)
{
    GString *device = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(domain, "\n", -1);
    gboolean is_inside = FALSE;

    for (char **line = lines; *line != NULL; line++) {
        gboolean is_begin = g_str_has_prefix(*line, "    <hostdev ") ||
                            g_str_has_prefix(*line, "    <interface ");
        gboolean is_end = g_str_has_prefix(*line, "    </hostdev>") ||
                          g_str_has_prefix(*line, "    </interface>");

        is_inside |= is_begin;
        if (is_inside && strstr(*line, "<target dev='testnet") == NULL)
            g_string_append_printf(device, "%s\n", *line + 4);
        is_inside &= !is_end;
    }
    return g_string_free(device, FALSE);
}

/* What libvirt makes of the device; NULL when it refuses it. */
static char *
dup_judged(const char *device)
{
    g_autofree char *xml = g_strdup_printf(
        "<domain type='test'><name>oracle</name><memory>1024</memory>"
        "<os><type arch='i686'>hvm</type></os><devices>%s%s</devices></domain>",
        strstr(device, "display='on'") != NULL ? "<graphics type='vnc'/>" : "", device);
    virDomainPtr domain = virDomainDefineXML(connection, xml);
    g_autofree char *text = NULL;
    char *defined;

    if (domain == NULL) {
        g_test_message("%s", virGetLastErrorMessage());
        return NULL;
    }
    defined = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
    text = g_strdup(defined);
    free(defined);
    virDomainUndefine(domain);
    virDomainFree(domain);
    return dup_device(text);
}

static void
test_row(gconstpointer data)
{
    const GoodCase *row = data;
    g_autofree char *given = dup_judged(row->xml);
    g_autofree char *written = dup_judged(row->canonical);

    if (row->difference != NULL) {
        g_test_message("known difference: %s", row->difference);
        g_assert_true(g_strcmp0(given, row->canonical) != 0 ||
                      g_strcmp0(written, row->canonical) != 0);
        return;
    }
    g_assert_cmpstr(given, ==, row->canonical);
    g_assert_cmpstr(written, ==, row->canonical);
}

/* These the test driver takes; all other rows of errors that are no matter of a document it refuses
 * too. */
static const char *const refused_by_us_only[] = {
    /* our own rules: libvirt fails later or never */
    "hostdev/managed",
    "hostdev/managed-case",
    "interface/managed",
    "usb/empty-source",
    "usb/zero-address",
    "usb/vendor-over-16-bit",
    "usb/product-over-16-bit",
    "usb/bus-over-16-bit",
    "vlan/id-twice",
    "pci/sign",
    "pci/blank",
    /* libvirt takes the attribute of a namespace for its own */
    "vlan/id-of-a-namespace",
    /* libvirt reads it in its status files only */
    "pci/origstates",
    /* libvirt 9.0 does not look at these attributes of PCI devices */
    "hostdev/display",
    "hostdev/ramfb",
    "order/display-before-ramfb",
    /* rules of the QEMU driver */
    "scsi-host/boot",
    "mdev/display-of-ccw",
    "mdev/boot-of-pci",
    "mdev/boot-of-ap",
    "address/domain",
    "address/zpci-uid-zero",
    "address/zpci-uid-large",
    "address/of-mdev-ap",
    "teaming/interface-not-virtio",
    NULL,
};

/* libvirt 9.0 leaks memory over these, which the leak check would blame on us. */
static const char *const leaks_in_libvirt[] = {"vlan/native", "vlan/native-default", NULL};

static void
test_error_row(gconstpointer data)
{
    const ErrorCase *row = data;
    g_autofree char *judged = dup_judged(row->xml);

    if (g_strv_contains(refused_by_us_only, row->name))
        g_assert_nonnull(judged);
    else
        g_assert_null(judged);
}

static gboolean
is_element(const char *xml)
{
    return g_str_has_prefix(xml, "<hostdev ") || g_str_has_prefix(xml, "<interface ");
}

static void
add_good(const GoodCase *rows)
{
    for (; rows->name != NULL; rows++) {
        g_autofree char *path = g_strconcat("/oracle/good/", rows->name, NULL);

        if (is_element(rows->canonical))
            g_test_add_data_func(path, rows, test_row);
    }
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    virSetErrorFunc(NULL, on_error);
    connection = virConnectOpen("test:///default");
    if (connection == NULL) {
        g_print("1..0 # SKIP libvirt's test driver is not there: %s\n", virGetLastErrorMessage());
        return 0;
    }
    add_good(good_hostdev_cases);
    add_good(good_interface_cases);
    for (const ErrorCase *row = error_cases; row->name != NULL; row++) {
        g_autofree char *path = g_strconcat("/oracle/error/", row->name, NULL);

        if (is_element(row->xml) && !g_str_has_prefix(row->name, "document/") &&
            !g_strv_contains(leaks_in_libvirt, row->name))
            g_test_add_data_func(path, row, test_error_row);
    }
    result = g_test_run();
    virConnectClose(connection);
    return result;
}
