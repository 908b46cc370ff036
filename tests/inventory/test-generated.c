/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Made hosts: the snapshot says the same as the one who made them.
 */
#include <string.h>

#include "generated.h"
#include "inventory/snapshot.h"

/* What a snapshot may cost, in bytes for each device. */
#define BYTES_FOR_A_DEVICE 1024

static const char *
address_of(const HdDevice *device, char *buffer)
{
    while (device != NULL && hd_device_get_pci(device) == NULL)
        device = hd_device_get_parent(device);
    if (device == NULL)
        return "-";
    return hd_pci_address_format(&hd_device_get_pci(device)->address, buffer);
}

static const char *
or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static char *
line_of_pci(const HdDevice *device, const HdPciFacts *facts)
{
    char own[HD_PCI_ADDRESS_STRLEN];
    char parent[HD_PCI_ADDRESS_STRLEN];
    char physfn[HD_PCI_ADDRESS_STRLEN];
    g_autoptr(GString) vfs = g_string_new(NULL);

    for (unsigned i = 0; i < facts->n_vfs; i++) {
        char vf[HD_PCI_ADDRESS_STRLEN];

        g_string_append_printf(vfs, "%s%s", i > 0 ? "," : "", address_of(facts->vfs[i], vf));
        g_assert_cmpint(hd_device_get_pci(facts->vfs[i])->vf_index, ==, i);
    }
    return g_strdup_printf(
        "pci %s %s group=%d driver=%s class=%06x parent=%s pf=%s vfs=%s "
        "numa=%d vga=%d path=%s",
        hd_device_get_name(device), address_of(device, own), hd_device_get_own_iommu_group(device),
        or_dash(hd_device_get_driver(device)), facts->class_code,
        address_of(hd_device_get_parent(device), parent), address_of(facts->physfn, physfn),
        vfs->str, hd_device_get_numa_node(device), facts->boot_vga == 1,
        hd_device_get_path(device));
}

static char *
line_of_usb(const HdDevice *device, const HdUsbFacts *facts)
{
    const HdDevice *parent = hd_device_get_parent(device);
    char pci[HD_PCI_ADDRESS_STRLEN];

    return g_strdup_printf("usb %s %04x:%04x %d:%d hub=%d root=%d serial=%s pci=%s parent=%s "
                           "path=%s",
                           facts->port_path, facts->vendor, facts->product, facts->bus,
                           facts->devnum, facts->is_hub, facts->is_root_hub, or_dash(facts->serial),
                           address_of(device, pci), strrchr(hd_device_get_path(parent), '/') + 1,
                           hd_device_get_path(device));
}

static char *
line_of_block(const HdDevice *device, const HdBlockFacts *facts)
{
    g_autoptr(GString) parts = g_string_new(NULL);
    char pci[HD_PCI_ADDRESS_STRLEN];

    for (unsigned i = 0; i < facts->n_partitions; i++)
        g_string_append_printf(parts, "%s%s", i > 0 ? "," : "", facts->partitions[i].name);
    return g_strdup_printf("block %s %d:%d serial=%s parts=%s pci=%s path=%s", facts->block,
                           facts->major, facts->minor, facts->serial, parts->str,
                           address_of(device, pci), hd_device_get_path(device));
}

static char *
line_of_mdev(const HdDevice *device, const HdMdevFacts *facts)
{
    char pci[HD_PCI_ADDRESS_STRLEN];

    return g_strdup_printf("mdev %s %s pci=%s group=%d", facts->uuid, facts->type_id,
                           address_of(device, pci), hd_device_get_own_iommu_group(device));
}

static char *
line_of_scsi(const HdDevice *device, const HdScsiFacts *facts)
{
    char pci[HD_PCI_ADDRESS_STRLEN];

    return g_strdup_printf("scsi %d:%d:%d:%" G_GUINT64_FORMAT " %s %s pci=%s path=%s", facts->host,
                           facts->bus, facts->target, facts->lun, facts->block, facts->generic,
                           address_of(device, pci), hd_device_get_path(device));
}

/* NULL for what expected.json does not tell. */
static char *
line_of(const HdDevice *device)
{
    const HdNetFacts *net = hd_device_get_net(device);
    const char *name = hd_device_get_kernel_name(device);
    char pci[HD_PCI_ADDRESS_STRLEN];

    if (hd_device_get_pci(device) != NULL)
        return line_of_pci(device, hd_device_get_pci(device));
    if (hd_device_get_usb(device) != NULL)
        return line_of_usb(device, hd_device_get_usb(device));
    if (hd_device_get_block(device) != NULL)
        return line_of_block(device, hd_device_get_block(device));
    if (hd_device_get_mdev(device) != NULL)
        return line_of_mdev(device, hd_device_get_mdev(device));
    if (hd_device_get_scsi(device) != NULL)
        return line_of_scsi(device, hd_device_get_scsi(device));
    if (hd_device_get_scsi_host(device) != NULL)
        return g_strdup_printf("host %s pci=%s path=%s", name, address_of(device, pci),
                               hd_device_get_path(device));
    if (hd_device_get_kind(device) == HD_KIND_DRM && g_str_has_prefix(name, "card"))
        return g_strdup_printf("drm %s pci=%s", name, address_of(device, pci));
    if (net == NULL || strcmp(name, "lo") == 0)
        return NULL;
    return g_strdup_printf("net %s %s %s pci=%s path=%s", net->interface, net->mac, net->operstate,
                           address_of(device, pci), hd_device_get_path(device));
}

/* NULL for the groups of mediated devices, which expected.json does not list. */
static char *
line_of_group(const HdHost *host, int group)
{
    g_autoptr(GString) members = g_string_new(NULL);
    unsigned n;
    const HdDevice *const *devices = hd_host_get_group_devices(host, group, &n);

    for (unsigned i = 0; i < n; i++) {
        char pci[HD_PCI_ADDRESS_STRLEN];

        if (hd_device_get_mdev(devices[i]) != NULL)
            return NULL;
        g_string_append_printf(members, "%s%s", i > 0 ? "," : "", address_of(devices[i], pci));
    }
    return g_strdup_printf("group %d %s", group, members->str);
}

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void
add_line(GPtrArray *lines, char *line)
{
    if (line != NULL)
        g_ptr_array_add(lines, line);
}

static char *
lines_of_host(const HdHost *host)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);
    const int *groups;
    g_autofree char *all = NULL;

    for (unsigned i = 0; i < n; i++)
        add_line(lines, line_of(devices[i]));
    groups = hd_host_get_iommu_groups(host, &n);
    for (unsigned i = 0; i < n; i++)
        add_line(lines, line_of_group(host, groups[i]));
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    all = g_strjoinv("\n", (char **) lines->pdata);
    return g_strconcat(all, "\n", NULL);
}

static void
test_truth(gconstpointer data)
{
    g_autoptr(Fake) fake = generate_host(data);
    g_autofree char *tool = g_test_build_filename(G_TEST_DIST, "inventory", "expected-lines", NULL);
    g_autofree char *truth = g_build_filename(fake->folder, "expected.json", NULL);
    const char *const arguments[] = {tool, truth, NULL};
    g_autofree char *expected = run_tool(arguments);
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);
    g_autofree char *found = lines_of_host(host);

    check_host(host);
    g_assert_null(hd_host_get_notes(host));
    g_assert_cmpstr(found, ==, expected);
}

static void
test_memory(void)
{
    g_autoptr(Fake) fake = generate_host("--functions 512");
    g_autoptr(HdHost) host = fake_snapshot(fake, HD_HOST_LOAD_DETAILS);
    unsigned n;

    hd_host_get_devices(host, &n);
    g_assert_cmpuint(hd_arena_get_size(host->arena), <, (gsize) n * BYTES_FOR_A_DEVICE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/inventory/generated/smallest", "--functions 16 --seed 1", test_truth);
    g_test_add_data_func("/inventory/generated/mixed", "--functions 64 --seed 2", test_truth);
    g_test_add_data_func("/inventory/generated/acs", "--functions 100 --seed 3 --groups acs",
                         test_truth);
    g_test_add_data_func("/inventory/generated/none", "--functions 200 --seed 4 --groups none",
                         test_truth);
    g_test_add_data_func("/inventory/generated/no-iommu", "--functions 80 --seed 5 --no-iommu",
                         test_truth);
    g_test_add_func("/inventory/generated/memory", test_memory);
    return g_test_run();
}
