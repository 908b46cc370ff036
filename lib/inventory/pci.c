/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PCI functions (kernel, Documentation/ABI/testing/sysfs-bus-pci). The uevent file tells class,
 * ids and driver in one read. The config file is never read: that wakes a sleeping device.
 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "inventory/builder.h"

#define DEVICES "sys/bus/pci/devices"
#define BASE_CLASS_BRIDGE 0x06
#define CLASS_VGA 0x0300

/* One virtual function and where it stands below its physical one; index -1: it stands nowhere. */
typedef struct {
    HdDevice *physfn;
    HdDevice *device;
    int index;
} VirtualFunction;

static gboolean
parse_entry(HdBuilder *builder, const HdEntry *entry, HdPciAddress *ret_address)
{
    char text[HD_PCI_ADDRESS_STRLEN];
    HdPciAddress address;

    if (hd_pci_address_parse(entry->name, &address, NULL) &&
        strcmp(hd_pci_address_format(&address, text), entry->name) == 0) {
        *ret_address = address;
        return TRUE;
    }
    hd_builder_note_host(builder, "'/%s' holds an entry that is no PCI address: '%s'.",
                         entry->folder, hd_builder_intern(builder, entry->name));
    return FALSE;
}

static guint64
read_id(HdBuilder *builder, HdDevice *device, const char *name, guint64 max)
{
    guint64 value = 0;

    if (hd_builder_read_number(builder, device, name, 16, &value) && value <= max)
        return value;
    return 0;
}

/* A function whose uevent file is missing or damaged still has single attributes. */
static void
read_single_ids(HdBuilder *builder, HdDevice *device)
{
    HdPciFacts *facts = device->facts.pci;
    const char *driver;

    facts->class_code = (guint32) read_id(builder, device, "class", 0xffffff);
    facts->vendor = (guint16) read_id(builder, device, "vendor", G_MAXUINT16);
    facts->product = (guint16) read_id(builder, device, "device", G_MAXUINT16);
    facts->subsystem_vendor = (guint16) read_id(builder, device, "subsystem_vendor", G_MAXUINT16);
    facts->subsystem_product = (guint16) read_id(builder, device, "subsystem_device", G_MAXUINT16);
    driver = hd_builder_read_link(builder, "driver");
    if (driver != NULL)
        device->driver = hd_builder_intern(builder, driver);
    hd_builder_note(builder, device, "The uevent file is missing or damaged.");
    if (facts->vendor == 0)
        hd_builder_note(builder, device, "The ids of the device cannot be read.");
}

static gboolean
read_uevent(HdBuilder *builder, HdDevice *device)
{
    HdPciFacts *facts = device->facts.pci;
    guint64 ids[2];
    guint64 class_code;
    HdUevent uevent;

    if (!hd_builder_read_uevent(builder, device, &uevent))
        return FALSE;
    if (!hd_text_numbers(uevent.value[HD_UEVENT_PCI_CLASS], ':', 16, 0xffffff, 1, &class_code) ||
        !hd_text_numbers(uevent.value[HD_UEVENT_PCI_ID], ':', 16, G_MAXUINT16, 2, ids))
        return FALSE;
    facts->class_code = (guint32) class_code;
    facts->vendor = (guint16) ids[0];
    facts->product = (guint16) ids[1];
    if (hd_text_numbers(uevent.value[HD_UEVENT_PCI_SUBSYS_ID], ':', 16, G_MAXUINT16, 2, ids)) {
        facts->subsystem_vendor = (guint16) ids[0];
        facts->subsystem_product = (guint16) ids[1];
    }
    return TRUE;
}

static void
read_group(HdBuilder *builder, HdDevice *device)
{
    const char *name = hd_builder_read_link(builder, "iommu_group");
    guint64 group;

    if (name == NULL)
        return;
    if (hd_parse_uint(name, 10, G_MAXINT32, &group))
        device->iommu_group = (gint32) group;
    else
        hd_builder_note(builder, device, "The link iommu_group leads to no group.");
}

static gboolean
type_is_complete(HdBuilder *builder, HdDevice *device, const char *id, HdMdevType *ret_type)
{
    g_autofree char *name = g_strconcat("mdev_supported_types/", id, "/name", NULL);
    g_autofree char *api = g_strconcat("mdev_supported_types/", id, "/device_api", NULL);
    g_autofree char *left = g_strconcat("mdev_supported_types/", id, "/available_instances", NULL);

    ret_type->id = hd_builder_intern(builder, id);
    ret_type->name = hd_builder_read_text(builder, device, name);
    ret_type->device_api = hd_builder_read_text(builder, device, api);
    ret_type->available_instances = hd_builder_read_int(builder, device, left, 10);
    return ret_type->device_api != NULL || ret_type->available_instances >= 0;
}

static void
read_mdev_types(HdBuilder *builder, HdDevice *device)
{
    HdPciFacts *facts = device->facts.pci;
    g_auto(GStrv) ids = hd_builder_list(builder, device, "mdev_supported_types");
    unsigned n = ids != NULL ? g_strv_length(ids) : 0;
    HdMdevType *types = hd_arena_alloc_array(builder->arena, n, sizeof(HdMdevType));

    for (unsigned i = 0; i < n; i++)
        if (type_is_complete(builder, device, ids[i], &types[facts->n_mdev_types]))
            facts->n_mdev_types++;
    facts->mdev_types = facts->n_mdev_types > 0 ? types : NULL;
}

static void
read_details(HdBuilder *builder, HdDevice *device)
{
    HdPciFacts *facts = device->facts.pci;
    int node = hd_builder_read_int(builder, device, "numa_node", 10);

    device->numa_node = (gint16) (node <= G_MAXINT16 ? node : -1);
    facts->driver_override = hd_builder_read_text(builder, device, "driver_override");
    if (g_strcmp0(facts->driver_override, "(null)") == 0)
        facts->driver_override = NULL;
    facts->reset_methods = hd_builder_read_text(builder, device, "reset_method");
    facts->link_speed = hd_builder_read_text(builder, device, "current_link_speed");
    if (facts->link_speed != NULL) {
        facts->link_speed_max = hd_builder_read_text(builder, device, "max_link_speed");
        facts->link_width = hd_builder_read_int(builder, device, "current_link_width", 10);
        facts->link_width_max = hd_builder_read_int(builder, device, "max_link_width", 10);
    }
    facts->slot_label = hd_builder_read_text(builder, device, "label");
}

static VirtualFunction *
virtual_function_new(HdDevice *physfn, int index)
{
    VirtualFunction *function = g_new0(VirtualFunction, 1);

    function->physfn = physfn;
    function->index = index;
    return function;
}

/* The links virtfn0, virtfn1, … of a physical function, of which only the names are known yet. */
static void
note_virtual_functions(HdBuilder *builder, HdDevice *physfn)
{
    g_auto(GStrv) names = builder->dir != NULL ? hd_tree_dir_list(builder->dir) : NULL;

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        guint64 index;
        const char *target;

        if (!g_str_has_prefix(names[i], "virtfn") ||
            !hd_parse_uint(names[i] + strlen("virtfn"), 10, G_MAXUINT16, &index))
            continue;
        target = hd_builder_read_link(builder, names[i]);
        if (target == NULL || g_hash_table_contains(builder->virtual_functions, target)) {
            hd_builder_note(builder, physfn, "The link %s leads to no function.", names[i]);
            continue;
        }
        g_hash_table_insert(builder->virtual_functions,
                            (gpointer) hd_arena_intern(builder->arena, target),
                            virtual_function_new(physfn, (int) index));
    }
}

/* Only endpoints have the SR-IOV capability (kernel, drivers/pci/iov.c, sriov_init). A virtual
 * function has none either; it stands behind its physical one in the list, which has named it. */
static void
read_sriov(HdBuilder *builder, HdDevice *device, const char *name)
{
    HdPciFacts *facts = device->facts.pci;
    const char *physfn;

    if (facts->class_code >> 16 == BASE_CLASS_BRIDGE ||
        g_hash_table_contains(builder->virtual_functions, name))
        return;
    facts->sriov_totalvfs = hd_builder_read_int(builder, device, "sriov_totalvfs", 10);
    if (facts->sriov_totalvfs >= 0) {
        facts->sriov_numvfs = hd_builder_read_int(builder, device, "sriov_numvfs", 10);
        if (facts->sriov_numvfs != 0)
            note_virtual_functions(builder, device);
        return;
    }
    physfn = hd_builder_read_link(builder, "physfn");
    if (physfn != NULL)
        g_hash_table_insert(builder->orphans, device,
                            (gpointer) hd_arena_intern(builder->arena, physfn));
}

static HdDevice *
add_function(HdBuilder *builder, const HdEntry *entry, const HdPciAddress *address)
{
    HdDevice *device = hd_builder_add_open(builder, HD_KIND_PCI, entry, sizeof(HdPciFacts));

    if (device == NULL)
        return NULL;
    *device->facts.pci = (HdPciFacts){
        .address = *address,
        .boot_vga = -1,
        .vf_index = -1,
        .sriov_totalvfs = -1,
        .sriov_numvfs = -1,
        .link_width = -1,
        .link_width_max = -1,
    };
    hd_builder_name(builder, device, "pci", entry->name, NULL);
    if (read_uevent(builder, device))
        return device;
    if (hd_builder_drop_if_gone(builder, entry))
        return NULL;
    read_single_ids(builder, device);
    return device;
}

static void
scan_function(HdBuilder *builder, const HdEntry *entry)
{
    HdPciAddress address;
    HdDevice *device;

    if (!parse_entry(builder, entry, &address))
        return;
    device = add_function(builder, entry, &address);
    if (device == NULL)
        return;
    if (builder->has_iommu)
        read_group(builder, device);
    if (device->facts.pci->class_code >> 8 == CLASS_VGA)
        device->facts.pci->boot_vga = hd_builder_read_int(builder, device, "boot_vga", 10);
    if (g_hash_table_contains(builder->mdev_parents, entry->name))
        read_mdev_types(builder, device);
    read_sriov(builder, device, entry->name);
    if (builder->has_details)
        read_details(builder, device);
}

static int
compare_addresses(gconstpointer a, gconstpointer b)
{
    const HdDevice *one = *(const HdDevice *const *) a;
    const HdDevice *other = *(const HdDevice *const *) b;

    return hd_pci_address_compare(&one->facts.pci->address, &other->facts.pci->address);
}

static HdDevice *
find_function(const GPtrArray *functions, const char *text)
{
    HdPciFacts facts = {0};
    HdDevice key = {.facts.pci = &facts};
    HdDevice *wanted = &key;
    HdDevice **found;

    if (!hd_pci_address_parse(text, &facts.address, NULL) || functions->len == 0)
        return NULL;
    found = bsearch(&wanted, functions->pdata, functions->len, sizeof(gpointer), compare_addresses);
    return found != NULL ? *found : NULL;
}

static gboolean
is_same_slot(const HdPciAddress *a, const HdPciAddress *b)
{
    return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot;
}

static void
mark_multifunction(const GPtrArray *functions)
{
    for (unsigned i = 1; i < functions->len; i++) {
        HdPciFacts *one = ((HdDevice *) g_ptr_array_index(functions, i - 1))->facts.pci;
        HdPciFacts *other = ((HdDevice *) g_ptr_array_index(functions, i))->facts.pci;

        if (is_same_slot(&one->address, &other->address))
            one->multifunction = other->multifunction = TRUE;
    }
}

static void
claim(GArray *claims, HdDevice *physfn, HdDevice *device, int index)
{
    device->facts.pci->physfn = physfn;
    device->facts.pci->vf_index = index;
    g_array_append_val(claims, ((VirtualFunction){physfn, device, index}));
}

static void
claim_listed(HdBuilder *builder, const GPtrArray *functions, GArray *claims)
{
    GHashTableIter iter;
    gpointer name;
    gpointer value;

    g_hash_table_iter_init(&iter, builder->virtual_functions);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const VirtualFunction *listed = value;
        HdDevice *device = find_function(functions, name);

        if (device == NULL || device == listed->physfn)
            hd_builder_note(builder, listed->physfn, "The link virtfn%d leads to no function.",
                            listed->index);
        else
            claim(claims, listed->physfn, device, listed->index);
    }
}

/* Virtual functions that no physical one lists. */
static void
claim_orphans(HdBuilder *builder, const GPtrArray *functions, GArray *claims)
{
    GHashTableIter iter;
    gpointer key;
    gpointer name;

    g_hash_table_iter_init(&iter, builder->orphans);
    while (g_hash_table_iter_next(&iter, &key, &name)) {
        HdDevice *device = key;
        HdDevice *physfn = find_function(functions, name);

        if (device->facts.pci->physfn != NULL)
            continue;
        hd_builder_note(builder, device, "No physical function lists this virtual function.");
        if (physfn != NULL && physfn != device && !g_hash_table_contains(builder->orphans, physfn))
            claim(claims, physfn, device, -1);
    }
}

static int
compare_claims(gconstpointer a, gconstpointer b)
{
    const VirtualFunction *one = a;
    const VirtualFunction *other = b;
    int order = compare_addresses(&one->physfn, &other->physfn);

    if (order != 0)
        return order;
    if (one->index != other->index)
        return (guint) one->index < (guint) other->index ? -1 : 1;
    return compare_addresses(&one->device, &other->device);
}

static void
link_virtual_functions(HdBuilder *builder, const GPtrArray *functions)
{
    g_autoptr(GArray) claims = g_array_new(FALSE, FALSE, sizeof(VirtualFunction));
    const HdDevice **all;

    claim_listed(builder, functions, claims);
    claim_orphans(builder, functions, claims);
    all = hd_arena_alloc_array(builder->arena, claims->len, sizeof(const HdDevice *));
    g_array_sort(claims, compare_claims);
    for (unsigned i = 0; i < claims->len; i++) {
        const VirtualFunction *claimed = &g_array_index(claims, VirtualFunction, i);
        HdPciFacts *facts = claimed->physfn->facts.pci;

        all[i] = claimed->device;
        if (facts->n_vfs++ == 0)
            facts->vfs = &all[i];
    }
}

/* The names of physical slots: sys/bus/pci/slots/NAME/address says "0000:01:00". */
static void
read_slots(HdBuilder *builder, const GPtrArray *functions)
{
    g_auto(GStrv) names = hd_tree_list(builder->tree, "sys/bus/pci/slots");
    g_autoptr(GHashTable) slots = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        g_autofree char *path = g_strconcat("sys/bus/pci/slots/", names[i], "/address", NULL);
        gssize length = hd_tree_read(builder->tree, path, builder->value, sizeof(builder->value),
                                     NULL);

        if (length <= 0)
            continue;
        hd_text_clean(builder->value, (gsize) length);
        g_hash_table_insert(slots, (gpointer) hd_arena_intern(builder->arena, builder->value),
                            (gpointer) hd_builder_intern(builder, names[i]));
    }
    for (unsigned i = 0; i < functions->len; i++) {
        HdPciFacts *facts = ((HdDevice *) g_ptr_array_index(functions, i))->facts.pci;
        char text[HD_PCI_ADDRESS_STRLEN];
        const char *slot;

        hd_pci_address_format(&facts->address, text);
        *strrchr(text, '.') = '\0';
        slot = g_hash_table_lookup(slots, text);
        facts->slot_label = slot != NULL ? slot : facts->slot_label;
    }
}

/* Without an IOMMU the folder of its groups is empty: no function needs to be asked. */
static gboolean
has_iommu(HdBuilder *builder)
{
    g_auto(GStrv) groups = hd_tree_list(builder->tree, "sys/kernel/iommu_groups");

    return groups == NULL || groups[0] != NULL;
}

void
hd_scan_pci(HdBuilder *builder)
{
    unsigned before = builder->devices->len;
    g_autoptr(GPtrArray) functions = g_ptr_array_new();

    builder->has_iommu = has_iommu(builder);
    builder->mdev_parents = hd_builder_list_names(builder, "sys/class/mdev_bus");
    builder->virtual_functions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    builder->orphans = g_hash_table_new(NULL, NULL);
    hd_builder_scan(builder, DEVICES, scan_function);
    for (unsigned i = before; i < builder->devices->len; i++)
        g_ptr_array_add(functions, g_ptr_array_index(builder->devices, i));
    g_ptr_array_sort(functions, compare_addresses);
    mark_multifunction(functions);
    link_virtual_functions(builder, functions);
    if (builder->has_details)
        read_slots(builder, functions);
}
