/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Device XML from outside: reading, writing, QEMU's arguments, JSON, and changes of whole domains.
 * What is read and written must be read again as the same.
 */
#include <hostdev/json.h>
#include <string.h>

#include "devxml/hostdev.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static char *
find_node(const char *device, gpointer data, GError **error)
{
    return g_strdup("/dev/sg0");
}

/* Each way fails with an error or gives a value, never both. */
static void
use_devices(const HdXml *xml)
{
    g_autoptr(HdJson) json = hd_json_new();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) notes = NULL;
    g_auto(GStrv) args = hd_xml_dup_qemu_args(xml, find_node, NULL, &notes, &error);

    g_assert_true((args == NULL) == (error != NULL));
    g_assert_true((args == NULL) == (notes == NULL));
    hd_json_add_xml(json, xml);
    g_assert_nonnull(hd_json_peek(json, NULL));
}

/* The grammar that a user's text must keep. */
static void
check_devices(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdXml) first = hd_xml_parse(text, &error);
    g_autoptr(HdXml) second = NULL;
    g_autofree char *written = NULL;
    g_autofree char *again = NULL;

    g_assert_true((first == NULL) == (error != NULL));
    if (first == NULL)
        return;
    use_devices(first);
    written = hd_xml_format(first);
    second = hd_xml_parse(written, &error);
    g_assert_no_error(error);
    again = hd_xml_format(second);
    g_assert_cmpstr(again, ==, written);
    g_assert_cmpuint(hd_xml_get_n_devices(second), ==, hd_xml_get_n_devices(first));
}

static GPtrArray *
pick(HdHostdev *hostdev)
{
    GPtrArray *list = g_ptr_array_new();

    g_ptr_array_add(list, hostdev);
    return list;
}

static unsigned
count(const char *xml)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(xml, &error);

    g_assert_no_error(error);
    return hostdevs->len;
}

/* A device that is added is there, and can be removed; then there are as many as before. */
static void
check_adding(const char *text, unsigned n_before)
{
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);
    g_autoptr(GPtrArray) list = pick(hostdev);
    g_autoptr(GError) error = NULL;
    g_autofree char *added = NULL;
    g_autofree char *removed = NULL;

    hostdev->pci = (HdPciAddress){0xfe, 0xdc, 0x1b, 7};
    hostdev->managed = TRUE;
    added = hd_domain_xml_change(text, list, NULL, &error);
    g_assert_true((added == NULL) == (error != NULL));
    if (added == NULL)
        return;
    g_assert_cmpuint(count(added), ==, n_before + 1);
    removed = hd_domain_xml_change(added, NULL, list, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count(removed), ==, n_before);
}

static void
check_removing(const char *text, HdHostdev *hostdev)
{
    g_autoptr(GPtrArray) list = pick(hostdev);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) other = NULL;
    g_autofree char *description = hd_hostdev_dup_description(hostdev);
    g_autofree char *written = hd_hostdev_format(hostdev);
    g_autofree char *removed = hd_domain_xml_change(text, NULL, list, &error);
    HdHostdev *found = NULL;
    g_autofree char *element = hd_domain_xml_dup_element(text, hostdev, &found, &other);

    g_assert_true((removed == NULL) == (error != NULL));
    g_assert_true((element == NULL) == (other != NULL));
    g_assert_nonnull(description);
    g_assert_nonnull(written);
    hd_hostdev_free(found);
}

/* What libvirt has accepted. */
static void
check_domain(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(text, &error);
    HdPciAddress slot;

    g_assert_true((hostdevs == NULL) == (error != NULL));
    if (hd_domain_xml_find_slot(text, &slot, NULL))
        g_assert_true(hd_domain_xml_is_slot_free(text, &slot));
    (void) hd_domain_xml_count_free_slots(text);
    (void) hd_domain_xml_has_scsi_controller(text);
    if (hostdevs == NULL)
        return;
    check_adding(text, hostdevs->len);
    if (hostdevs->len > 0)
        check_removing(text, g_ptr_array_index(hostdevs, 0));
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    return 0;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *) data, size);

    check_devices(text);
    check_domain(text);
    return 0;
}
