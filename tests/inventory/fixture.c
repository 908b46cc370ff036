/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * See fixture.h.
 */
#include "fixture.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
inside(const Fake *fake, const char *path)
{
    return g_build_filename(fake->folder, path, NULL);
}

Fake *
fake_new_bare(void)
{
    Fake *fake = g_new0(Fake, 1);
    /* Many small files: in memory where that is possible. */
    const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();
    const char *base = g_getenv("TMPDIR") != NULL ? g_get_tmp_dir() : memory;

    fake->folder = g_build_filename(base, "hostdev-test-XXXXXX", NULL);
    g_assert_nonnull(g_mkdtemp(fake->folder));
    return fake;
}

Fake *
fake_new(void)
{
    Fake *fake = fake_new_bare();

    fake_folder(fake, "sys/bus");
    fake_folder(fake, "sys/class");
    return fake;
}

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

void
fake_free(Fake *fake)
{
    if (fake == NULL)
        return;
    nftw(fake->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(fake->folder);
    g_free(fake);
}

void
fake_folder(Fake *fake, const char *path)
{
    g_autofree char *full = inside(fake, path);

    g_assert_cmpint(g_mkdir_with_parents(full, 0755), ==, 0);
}

static char *
make_room(Fake *fake, const char *path)
{
    g_autofree char *above = g_path_get_dirname(path);

    fake_folder(fake, above);
    return inside(fake, path);
}

void
fake_bytes(Fake *fake, const char *path, const char *bytes, gsize length)
{
    g_autofree char *full = make_room(fake, path);
    g_autoptr(GError) error = NULL;

    g_file_set_contents(full, bytes, (gssize) length, &error);
    g_assert_no_error(error);
}

void
fake_file(Fake *fake, const char *path, const char *text)
{
    fake_bytes(fake, path, text, strlen(text));
}

void
fake_link(Fake *fake, const char *path, const char *text)
{
    g_autofree char *full = make_room(fake, path);

    g_assert_cmpint(symlink(text, full), ==, 0);
}

void
fake_entry(Fake *fake, const char *folder, const char *name, const char *target)
{
    g_autofree char *path = g_strconcat(folder, "/", name, NULL);
    g_autoptr(GString) text = g_string_new("../");

    for (const char *slash = strchr(folder, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        g_string_append(text, "../");
    g_string_append(text, target);
    fake_link(fake, path, text->str);
}

void
fake_remove(Fake *fake, const char *path)
{
    g_autofree char *full = inside(fake, path);

    nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *
fake_pci(Fake *fake, const char *address, const char *ids, const char *driver)
{
    char *folder = g_strconcat("sys/devices/pci0000:00/", address, NULL);
    g_autofree char *uevent = g_strconcat(folder, "/uevent", NULL);
    g_autofree char *text = g_strdup_printf(
        "%s%s%s%s\nPCI_SLOT_NAME=%s\n", driver != NULL ? "DRIVER=" : "",
        driver != NULL ? driver : "", driver != NULL ? "\n" : "", ids, address);

    fake_file(fake, uevent, text);
    fake_entry(fake, "sys/bus/pci/devices", address, folder);
    return folder;
}

HdHost *
fake_snapshot(Fake *fake, HdHostFlags flags)
{
    g_autoptr(GError) error = NULL;
    HdHost *host = hd_host_new_for_path(fake->folder, flags, &error);

    g_assert_no_error(error);
    g_assert_nonnull(host);
    return host;
}

const HdDevice *
get_device(const HdHost *host, const char *name)
{
    const HdDevice *device = hd_host_find(host, name);

    if (device == NULL) {
        g_autofree char *all = describe_host(host);

        g_test_message("the host has:\n%s", all);
    }
    g_assert_nonnull(device);
    return device;
}

static const char *
name_of(const HdDevice *device)
{
    return device != NULL ? hd_device_get_name(device) : "none";
}

static void
describe_pci(GString *text, const HdPciFacts *facts)
{
    char address[HD_PCI_ADDRESS_STRLEN];

    g_string_append_printf(text, " %s class=%06x ids=%04x:%04x subsystem=%04x:%04x multi=%d vga=%d",
                           hd_pci_address_format(&facts->address, address), facts->class_code,
                           facts->vendor, facts->product, facts->subsystem_vendor,
                           facts->subsystem_product, facts->multifunction, facts->boot_vga);
    g_string_append_printf(text, " physfn=%s index=%d total=%d num=%d vfs=", name_of(facts->physfn),
                           facts->vf_index, facts->sriov_totalvfs, facts->sriov_numvfs);
    for (unsigned i = 0; i < facts->n_vfs; i++)
        g_string_append_printf(text, "%s,", name_of(facts->vfs[i]));
    for (unsigned i = 0; i < facts->n_mdev_types; i++)
        g_string_append_printf(text, " type=%s/%s/%s/%d", facts->mdev_types[i].id,
                               facts->mdev_types[i].name, facts->mdev_types[i].device_api,
                               facts->mdev_types[i].available_instances);
    g_string_append_printf(text, " override=%s reset=%s speed=%s/%s width=%d/%d slot=%s",
                           facts->driver_override, facts->reset_methods, facts->link_speed,
                           facts->link_speed_max, facts->link_width, facts->link_width_max,
                           facts->slot_label);
}

static void
describe_usb(GString *text, const HdUsbFacts *facts)
{
    g_string_append_printf(text, " %d:%d port=%s ids=%04x:%04x class=%d", facts->bus, facts->devnum,
                           facts->port_path, facts->vendor, facts->product, facts->device_class);
    g_string_append_printf(text, " maker=%s product=%s serial=%s speed=%s hub=%d root=%d",
                           facts->manufacturer, facts->product_name, facts->serial,
                           facts->speed_mbps, facts->is_hub, facts->is_root_hub);
}

static void
describe_scsi(GString *text, const HdScsiFacts *facts)
{
    g_string_append_printf(text,
                           " %d:%d:%d:%" G_GUINT64_FORMAT " type=%d vendor=%s model=%s sg=%s sd=%s",
                           facts->host, facts->bus, facts->target, facts->lun, facts->type,
                           facts->vendor, facts->model, facts->generic, facts->block);
}

static void
describe_block(GString *text, const HdBlockFacts *facts)
{
    g_string_append_printf(text,
                           " %s %d:%d serial=%s model=%s size=%" G_GUINT64_FORMAT " rm=%d ro=%d",
                           facts->block, facts->major, facts->minor, facts->serial, facts->model,
                           facts->size_bytes, facts->removable, facts->read_only);
    for (unsigned i = 0; i < facts->n_partitions; i++)
        g_string_append_printf(text, " %s=%" G_GUINT64_FORMAT, facts->partitions[i].name,
                               facts->partitions[i].size_bytes);
}

static void
describe_others(GString *text, const HdDevice *device)
{
    const HdUsbInterfaceFacts *interface = hd_device_get_usb_interface(device);
    const HdScsiHostFacts *scsi_host = hd_device_get_scsi_host(device);
    const HdNetFacts *net = hd_device_get_net(device);
    const HdMdevFacts *mdev = hd_device_get_mdev(device);

    if (interface != NULL)
        g_string_append_printf(text, " interface %d class=%d/%d/%d", interface->number,
                               interface->interface_class, interface->interface_subclass,
                               interface->interface_protocol);
    if (scsi_host != NULL)
        g_string_append_printf(text, " host %d id=%d wwnn=%s wwpn=%s fabric=%s state=%s",
                               scsi_host->number, scsi_host->unique_id, scsi_host->wwnn,
                               scsi_host->wwpn, scsi_host->fabric_wwn, scsi_host->port_state);
    if (net != NULL)
        g_string_append_printf(text, " %s mac=%s index=%d state=%s speed=%d mtu=%d type=%d",
                               net->interface, net->mac, net->ifindex, net->operstate,
                               net->speed_mbps, net->mtu, net->link_type);
    if (mdev != NULL)
        g_string_append_printf(text, " uuid=%s type=%s", mdev->uuid, mdev->type_id);
}

static void
describe_device(GString *text, const HdDevice *device)
{
    g_string_append_printf(text, "%s %s parent=%s driver=%s group=%d/%d numa=%d path=%s",
                           hd_device_get_name(device), hd_kind_get_name(hd_device_get_kind(device)),
                           name_of(hd_device_get_parent(device)), hd_device_get_driver(device),
                           hd_device_get_own_iommu_group(device), hd_device_get_iommu_group(device),
                           hd_device_get_numa_node(device), hd_device_get_path(device));
    if (hd_device_get_pci(device) != NULL)
        describe_pci(text, hd_device_get_pci(device));
    if (hd_device_get_usb(device) != NULL)
        describe_usb(text, hd_device_get_usb(device));
    if (hd_device_get_scsi(device) != NULL)
        describe_scsi(text, hd_device_get_scsi(device));
    if (hd_device_get_block(device) != NULL)
        describe_block(text, hd_device_get_block(device));
    describe_others(text, device);
    g_string_append_printf(text, " notes=%s\n", hd_device_get_notes(device));
}

char *
describe_host(const HdHost *host)
{
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    g_string_append_printf(text, "host notes=%s\n", hd_host_get_notes(host));
    for (unsigned i = 0; i < n; i++)
        describe_device(text, devices[i]);
    return g_strdup(text->str);
}

static void
check_device(const HdHost *host, const HdDevice *device)
{
    const HdDevice *above = device;
    unsigned depth = 0;

    g_assert_true(hd_host_find(host, hd_device_get_name(device)) == device);
    while (hd_device_get_parent(above) != NULL) {
        above = hd_device_get_parent(above);
        depth++;
        g_assert_cmpuint(depth, <, 1000);
    }
    g_assert_true(above == hd_host_get_root(host));
    for (const HdDevice *child = hd_device_get_first_child(device); child != NULL;
         child = hd_device_get_next_sibling(child)) {
        const HdDevice *next = hd_device_get_next_sibling(child);

        g_assert_true(hd_device_get_parent(child) == device);
        if (next != NULL)
            g_assert_cmpstr(hd_device_get_name(child), <, hd_device_get_name(next));
    }
}

static void
check_groups(const HdHost *host)
{
    unsigned n_groups;
    const int *groups = hd_host_get_iommu_groups(host, &n_groups);

    for (unsigned i = 0; i < n_groups; i++) {
        unsigned n;
        const HdDevice *const *devices = hd_host_get_group_devices(host, groups[i], &n);

        g_assert_true(i == 0 || groups[i - 1] < groups[i]);
        g_assert_cmpuint(n, >, 0);
        for (unsigned j = 0; j < n; j++)
            g_assert_cmpint(hd_device_get_own_iommu_group(devices[j]), ==, groups[i]);
    }
}

void
check_host(const HdHost *host)
{
    g_autofree char *text = describe_host(host);
    unsigned n_below = 0;
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpstr(hd_device_get_name(hd_host_get_root(host)), ==, "computer");
    for (unsigned i = 0; i < n; i++) {
        check_device(host, devices[i]);
        n_below += hd_device_get_parent(devices[i]) != NULL;
        if (i > 0)
            g_assert_cmpstr(hd_device_get_name(devices[i - 1]), <, hd_device_get_name(devices[i]));
    }
    g_assert_cmpuint(n_below, ==, n - 1);
    check_groups(host);
}
