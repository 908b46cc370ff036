/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Devices, verdicts and groups as JSON: the members that clients of Kimchi's API read, and ours.
 */
#include <hostdev/json.h>
#include <jansson.h>

#include "support/fakehost.h"

static const FakeDevice devices[] = {
    {"0000:00:02.0", 1, "8086:10d3", 0x020000, "e1000e", TRUE},
    {"0000:00:02.1", 1, "1b36:0010", 0x010802, "nvme", TRUE},
    {"0000:00:1f.0", 2, "8086:2918", 0x060100, "lpc_ich", TRUE},
    {"0000:00:1f.2", 2, "8086:2922", 0x010601, "ahci", TRUE},
};

typedef struct {
    FakeHost *fake;
    HdHost *host;
    HdJson *json;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    fixture->fake = fake_host_new(devices, G_N_ELEMENTS(devices));
    fixture->host = hd_host_new_for_path(fake_host_get_folder(fixture->fake), HD_HOST_LOAD_BASIC,
                                         &error);
    g_assert_no_error(error);
    fixture->json = hd_json_new();
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    hd_json_free(fixture->json);
    hd_host_unref(fixture->host);
    fake_host_free(fixture->fake);
}

static json_t *
parse(const Fixture *fixture)
{
    json_error_t error;
    json_t *value = json_loads(hd_json_peek(fixture->json, NULL), JSON_REJECT_DUPLICATES, &error);

    if (value == NULL)
        g_test_message("%s: %s", error.text, hd_json_peek(fixture->json, NULL));
    g_assert_nonnull(value);
    return value;
}

static void
assert_string(const json_t *object, const char *member, const char *expected)
{
    g_assert_cmpstr(json_string_value(json_object_get(object, member)), ==, expected);
}

static void
assert_int(const json_t *object, const char *member, json_int_t expected)
{
    g_assert_true(json_is_integer(json_object_get(object, member)));
    g_assert_cmpint(json_integer_value(json_object_get(object, member)), ==, expected);
}

static void
test_pci_device(Fixture *fixture, gconstpointer unused)
{
    const HdDevice *nic = hd_host_find(fixture->host, "pci_0000_00_02_0");

    hd_json_add_device_full(fixture->json, fixture->host, nic, &(HdDeviceContext){NULL});
    json_t *value = parse(fixture);
    assert_string(value, "name", "pci_0000_00_02_0");
    assert_string(value, "device_type", "pci");
    assert_string(value, "driver", "e1000e");
    assert_string(value, "path", "/sys/devices/pci0000:00/0000:00:02.0");
    assert_int(value, "domain", 0);
    assert_int(value, "bus", 0);
    assert_int(value, "slot", 2);
    assert_int(value, "function", 0);
    assert_int(value, "iommuGroup", 1);
    assert_string(json_object_get(value, "vendor"), "id", "0x8086");
    assert_string(json_object_get(value, "product"), "id", "0x10d3");
    g_assert_true(json_is_true(json_object_get(value, "multifunction")));
    g_assert_true(json_is_true(json_object_get(value, "eligible")));

    const json_t *verdict = json_object_get(value, "verdict");
    g_assert_true(json_is_true(json_object_get(verdict, "assignable")));
    g_assert_cmpuint(json_array_size(json_object_get(verdict, "reasons")), ==, 0);
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(verdict, "companions"), 0)),
                    ==, "pci_0000_00_02_1");
    json_decref(value);
}

static void
test_refused_device(Fixture *fixture, gconstpointer unused)
{
    const HdDevice *disk = hd_host_find(fixture->host, "pci_0000_00_1f_2");

    hd_json_add_device_full(fixture->json, fixture->host, disk, &(HdDeviceContext){NULL});
    json_t *value = parse(fixture);
    const json_t *verdict = json_object_get(value, "verdict");
    const json_t *reason = json_array_get(json_object_get(verdict, "reasons"), 0);

    g_assert_true(json_is_true(json_object_get(verdict, "eligible")));
    g_assert_true(json_is_false(json_object_get(verdict, "assignable")));
    assert_string(reason, "code", "group-member");
    assert_string(reason, "device", "pci_0000_00_1f_0");
    json_decref(value);
}

static void
test_group(Fixture *fixture, gconstpointer unused)
{
    hd_json_open_array(fixture->json, NULL);
    hd_json_add_group(fixture->json, fixture->host, 1, NULL, NULL);
    hd_json_add_group(fixture->json, fixture->host, 2, NULL, NULL);
    hd_json_close_array(fixture->json);
    json_t *value = parse(fixture);
    const json_t *first = json_array_get(value, 0);
    const json_t *second = json_array_get(value, 1);

    assert_int(first, "number", 1);
    g_assert_cmpuint(json_array_size(json_object_get(first, "devices")), ==, 2);
    g_assert_true(json_is_true(json_object_get(first, "assignable")));
    g_assert_true(json_is_false(json_object_get(second, "assignable")));
    json_decref(value);
}

static void
test_use(Fixture *fixture, gconstpointer unused)
{
    g_auto(GStrv) chain = g_strsplit("/srv /dev/sda2", " ", -1);
    g_autofree char *subject = g_strdup("a \"quoted\" thing");
    const HdUse use = {.kind = HD_USE_DEFAULT_ROUTE,
                       .severity = HD_USE_NEVER,
                       .device = hd_host_find(fixture->host, "pci_0000_00_02_0"),
                       .subject = subject,
                       .chain = chain};

    hd_json_add_use(fixture->json, &use);
    json_t *value = parse(fixture);

    assert_string(value, "name", "pci_0000_00_02_0");
    assert_string(value, "device_type", "pci");
    assert_string(value, "kind", "default-route");
    assert_string(value, "severity", "never");
    assert_string(value, "subject", "a \"quoted\" thing");
    g_assert_cmpuint(json_array_size(json_object_get(value, "chain")), ==, 2);
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(value, "chain"), 1)), ==,
                    "/dev/sda2");
    json_decref(value);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/represent/pci", Fixture, NULL, set_up, test_pci_device, tear_down);
    g_test_add("/represent/refused", Fixture, NULL, set_up, test_refused_device, tear_down);
    g_test_add("/represent/group", Fixture, NULL, set_up, test_group, tear_down);
    g_test_add("/represent/use", Fixture, NULL, set_up, test_use, tear_down);
    return g_test_run();
}
