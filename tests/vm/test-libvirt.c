/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The libvirt provider on libvirt's own test driver: a whole libvirt without a hypervisor.
 */
#include <hostdev/error.h>
#include <string.h>

#include "vm/libvirt/library.h"
#include "vm/provider.h"

#define ODD_NAME "db <\"old\"> \xc3\xa4 1"

static HdVmProvider *
new_provider(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "vm", "data", "node.xml", NULL);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *uri = g_strconcat("test://", absolute, NULL);

    return hd_libvirt_provider_new(uri);
}

static char *
read_definition(HdVmProvider *provider, const char *vm, HdVmScope scope)
{
    g_autoptr(GError) error = NULL;
    char *xml = provider->klass->read_definition(provider, vm, scope, &error);

    g_assert_no_error(error);
    g_assert_nonnull(xml);
    return xml;
}

static const struct {
    const char *name;
    HdVmState state;
    gboolean is_persistent;
} known[] = {
    {"build", HD_VM_PAUSED, FALSE},
    {"crashed", HD_VM_OTHER, TRUE},
    {ODD_NAME, HD_VM_SHUTOFF, TRUE},
    {"web", HD_VM_RUNNING, TRUE},
};

static void
assert_vm(const HdVm *vm, unsigned index)
{
    g_assert_cmpstr(vm->name, ==, known[index].name);
    g_assert_cmpstr(vm->provider, ==, "libvirt");
    g_assert_cmpint(vm->state, ==, known[index].state);
    g_assert_cmpint(vm->is_persistent, ==, known[index].is_persistent);
    g_assert_true(g_uuid_string_is_valid(vm->uuid));
    g_assert_true(g_str_has_prefix(vm->uuid, "5a2b6c70-000"));
}

static void
test_list(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) vms = provider->klass->list_vms(provider, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(provider->klass->name, ==, "libvirt");
    g_assert_cmpuint(vms->len, ==, G_N_ELEMENTS(known));
    for (unsigned i = 0; i < vms->len; i++)
        assert_vm(g_ptr_array_index(vms, i), i);
}

static void
test_lookup(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();

    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(HdVm) vm = provider->klass->lookup_vm(provider, known[i].name, &error);

        g_assert_no_error(error);
        assert_vm(vm, i);
    }
}

static void
test_lookup_missing(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autofree char *long_name = g_strnfill(100000, 'x');
    const char *const names[] = {
        "",        "we", "web ",     "WEB",
        "../web",  "\n", "\xff\xfe", "5a2b6c70-0001-4000-8000-000000000001",
        long_name,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(provider->klass->lookup_vm(provider, names[i], &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strchr(error->message, '\n'));
        g_assert_cmpuint(strlen(error->message), <, 300);
        g_assert_nonnull(hd_error_get_hint(error));
    }
}

static void
test_read(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autofree char *live = read_definition(provider, "web", HD_VM_SCOPE_LIVE);
    g_autofree char *config = read_definition(provider, "web", HD_VM_SCOPE_CONFIG);
    g_autofree char *odd = read_definition(provider, ODD_NAME, HD_VM_SCOPE_CONFIG);
    g_autoptr(GPtrArray) held_live = hd_hostdev_list_from_domain(live, NULL);
    g_autoptr(GPtrArray) held_config = hd_hostdev_list_from_domain(config, NULL);

    g_assert_nonnull(strstr(live, "<domain type='test' id='"));
    g_assert_null(strstr(config, "<domain type='test' id='"));
    g_assert_cmpuint(held_live->len, ==, 4);
    g_assert_cmpuint(held_config->len, ==, 4);
    g_assert_nonnull(strstr(odd, "&lt;&quot;old&quot;&gt;"));
    /* Written back without it, the password would be lost. */
    g_assert_null(strstr(live, "not-to-be-lost"));
    g_assert_nonnull(strstr(config, "not-to-be-lost"));
}

static void
test_read_missing(void)
{
    static const struct {
        const char *vm;
        HdVmScope scope;
        const char *message;
    } cases[] = {
        {"none", HD_VM_SCOPE_LIVE, "there is no such VM"},
        {"none", HD_VM_SCOPE_CONFIG, "there is no such VM"},
        {ODD_NAME, HD_VM_SCOPE_LIVE, "the VM does not run"},
        {"build", HD_VM_SCOPE_CONFIG, "the VM has no stored configuration"},
    };
    g_autoptr(HdVmProvider) provider = new_provider();

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(
            provider->klass->read_definition(provider, cases[i].vm, cases[i].scope, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
        g_assert_nonnull(strstr(error->message, cases[i].message));
        g_assert_nonnull(strstr(error->message, cases[i].vm));
    }
}

/* The definition with the device, which is one that no VM of the test has. */
static char *
dup_with_device(const char *xml, const HdHostdev *hostdev)
{
    g_autoptr(GPtrArray) add = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    char *result;

    g_ptr_array_add(add, (gpointer) hostdev);
    result = hd_domain_xml_change(xml, add, NULL, &error);
    g_assert_no_error(error);
    return result;
}

static void
test_write(void)
{
    static const char *const vms[] = {"web", ODD_NAME};
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);

    hostdev->managed = TRUE;
    hostdev->pci.bus = 0x81;
    for (unsigned i = 0; i < G_N_ELEMENTS(vms); i++) {
        g_autofree char *before = read_definition(provider, vms[i], HD_VM_SCOPE_CONFIG);
        g_autofree char *changed = dup_with_device(before, hostdev);
        g_autofree char *after = NULL;
        g_autofree char *back = NULL;
        g_autoptr(GError) error = NULL;

        provider->klass->write_definition(provider, vms[i], before, changed, &error);
        g_assert_no_error(error);
        after = read_definition(provider, vms[i], HD_VM_SCOPE_CONFIG);
        g_assert_cmpstr(after, !=, before);
        g_assert_nonnull(strstr(after, "bus='0x81'"));
        provider->klass->write_definition(provider, vms[i], after, before, &error);
        g_assert_no_error(error);
        back = read_definition(provider, vms[i], HD_VM_SCOPE_CONFIG);
        g_assert_cmpstr(back, ==, before);
    }
}

static void
test_write_changed(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);
    g_autofree char *before = read_definition(provider, "web", HD_VM_SCOPE_CONFIG);
    g_autofree char *changed = dup_with_device(before, hostdev);
    g_autofree char *one_more_byte = g_strconcat(before, " ", NULL);
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) missing = NULL;
    g_autoptr(GError) transient = NULL;

    g_assert_false(
        provider->klass->write_definition(provider, "web", one_more_byte, changed, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_STATE_CHANGED);
    g_assert_nonnull(hd_error_get_hint(error));
    g_assert_null(strstr(error->message, "not-to-be-lost"));
    after = read_definition(provider, "web", HD_VM_SCOPE_CONFIG);
    g_assert_cmpstr(after, ==, before);
    g_assert_false(provider->klass->write_definition(provider, "none", before, changed, &missing));
    g_assert_error(missing, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_assert_false(
        provider->klass->write_definition(provider, "build", before, changed, &transient));
    g_assert_error(transient, HD_ERROR, HD_ERROR_NOT_FOUND);
}

static void
test_write_refused(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autofree char *before = read_definition(provider, "web", HD_VM_SCOPE_CONFIG);
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_false(provider->klass->write_definition(
        provider, "web", before, "<domain type='test'><name>web</name></domain>", &error));
    g_assert_cmpuint(error->domain, ==, HD_ERROR);
    g_assert_nonnull(strstr(error->message, "change the definition of VM 'web'"));
    g_assert_nonnull(hd_error_get_details(error));
    after = read_definition(provider, "web", HD_VM_SCOPE_CONFIG);
    g_assert_cmpstr(after, ==, before);
}

/* The test driver has no hotplug, which is a refusal like any other. */
static void
test_attach_refused(void)
{
    g_autoptr(HdVmProvider) provider = new_provider();
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(HD_HOSTDEV_PCI);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) missing = NULL;

    hostdev->pci.bus = 0x81;
    g_assert_false(provider->klass->attach_live(provider, "web", hostdev, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
    g_assert_nonnull(strstr(error->message, "give PCI device 0000:81:00.0 to VM 'web'"));
    g_assert_nonnull(hd_error_get_details(error));
    g_assert_false(provider->klass->attach_live(provider, "none", hostdev, &missing));
    g_assert_error(missing, HD_ERROR, HD_ERROR_NOT_FOUND);
}

static void
test_no_connection(void)
{
    static const char *const uris[] = {
        "nosuch:///system",
        "qemu+unix:///system?socket=/no/such/socket",
        "::",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(uris); i++) {
        g_autoptr(HdVmProvider) provider = hd_libvirt_provider_new(uris[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) again = NULL;

        g_assert_null(provider->klass->list_vms(provider, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_LIBVIRT);
        g_assert_true(g_str_has_prefix(error->message, "cannot connect to libvirt: "));
        g_assert_nonnull(hd_error_get_details(error));
        g_assert_null(provider->klass->lookup_vm(provider, "web", &again));
        g_assert_error(again, HD_ERROR, HD_ERROR_LIBVIRT);
    }
}

static void
test_unused(void)
{
    hd_vm_provider_free(hd_libvirt_provider_new(NULL));
    hd_vm_provider_free(NULL);
}

static void
test_default(void)
{
    g_autoptr(HdVmProvider) provider = hd_libvirt_provider_new("test:///default");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) vms = provider->klass->list_vms(provider, &error);
    const HdVm *vm;

    g_assert_no_error(error);
    g_assert_cmpuint(vms->len, ==, 1);
    vm = g_ptr_array_index(vms, 0);
    g_assert_cmpstr(vm->name, ==, "test");
    g_assert_cmpstr(hd_vm_state_get_name(vm->state), ==, "running");
}

/* A host without libvirt, and a library that is another one. */
static void
test_not_installed(void)
{
    static const char *const files[] = {"libvirt-missing.so.0", "libm.so.6"};

    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++) {
        HdLibvirt functions = {.virInitialize = NULL};
        g_autoptr(GError) error = NULL;

        g_assert_false(hd_libvirt_load_from(files[i], &functions, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
        g_assert_nonnull(hd_error_get_hint(error));
        g_assert_nonnull(strstr(hd_error_get_details(error), files[i]));
        g_assert_true(functions.virInitialize == NULL);
    }
}

static void
test_state_names(void)
{
    g_assert_cmpstr(hd_vm_state_get_name(HD_VM_SHUTOFF), ==, "shutoff");
    g_assert_cmpstr(hd_vm_state_get_name(HD_VM_RUNNING), ==, "running");
    g_assert_cmpstr(hd_vm_state_get_name(HD_VM_PAUSED), ==, "paused");
    g_assert_cmpstr(hd_vm_state_get_name(HD_VM_OTHER), ==, "other");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vm/libvirt/list", test_list);
    g_test_add_func("/vm/libvirt/not-installed", test_not_installed);
    g_test_add_func("/vm/libvirt/lookup", test_lookup);
    g_test_add_func("/vm/libvirt/lookup-missing", test_lookup_missing);
    g_test_add_func("/vm/libvirt/read", test_read);
    g_test_add_func("/vm/libvirt/read-missing", test_read_missing);
    g_test_add_func("/vm/libvirt/write", test_write);
    g_test_add_func("/vm/libvirt/write-changed", test_write_changed);
    g_test_add_func("/vm/libvirt/write-refused", test_write_refused);
    g_test_add_func("/vm/libvirt/attach-refused", test_attach_refused);
    g_test_add_func("/vm/libvirt/no-connection", test_no_connection);
    g_test_add_func("/vm/libvirt/unused", test_unused);
    g_test_add_func("/vm/libvirt/default", test_default);
    g_test_add_func("/vm/libvirt/state-names", test_state_names);
    return g_test_run();
}
