/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What goes along when a device goes.
 */
#include "verdict/rules.h"

#include <string.h>

/* A set of devices that grows by whole subtrees. Devices are added once, so that a virtual function
 * which is reached both from its physical function and from its bridge costs nothing more. */
typedef struct {
    GHashTable *seen;
    GPtrArray *list;
} Closure;

static void
closure_init(Closure *closure)
{
    closure->seen = g_hash_table_new(NULL, NULL);
    closure->list = g_ptr_array_new();
}

static gboolean
closure_add(Closure *closure, const HdDevice *device)
{
    if (!g_hash_table_add(closure->seen, (gpointer) device))
        return FALSE;
    g_ptr_array_add(closure->list, (gpointer) device);
    return TRUE;
}

static void
closure_add_vfs(Closure *closure, const HdDevice *device)
{
    const HdPciFacts *pci = hd_device_get_pci(device);

    if (pci == NULL)
        return;
    for (unsigned i = 0; i < pci->n_vfs; i++) {
        if (pci->vfs[i] != NULL)
            closure_add(closure, pci->vfs[i]);
    }
}

/* Walks the list while it grows: every device on it brings its children and virtual functions. */
static void
closure_complete(Closure *closure)
{
    for (unsigned i = 0; i < closure->list->len; i++) {
        const HdDevice *device = g_ptr_array_index(closure->list, i);
        const HdDevice *child = hd_device_get_first_child(device);

        for (; child != NULL; child = hd_device_get_next_sibling(child))
            closure_add(closure, child);
        closure_add_vfs(closure, device);
    }
}

int
hd_rules_compare_names(gconstpointer a, gconstpointer b)
{
    const HdDevice *first = *(const HdDevice *const *) a;
    const HdDevice *second = *(const HdDevice *const *) b;

    return strcmp(hd_device_get_name(first), hd_device_get_name(second));
}

static GPtrArray *
closure_finish(Closure *closure, const HdDevice *const *without, unsigned n_without)
{
    g_autoptr(GPtrArray) list = g_steal_pointer(&closure->list);

    for (unsigned i = 0; i < n_without; i++)
        g_ptr_array_remove_fast(list, (gpointer) without[i]);
    g_hash_table_unref(g_steal_pointer(&closure->seen));
    g_ptr_array_sort(list, hd_rules_compare_names);
    return g_steal_pointer(&list);
}

static void
closure_add_group(Closure *closure, const HdHost *host, int group)
{
    unsigned n_members;
    const HdDevice *const *members = hd_host_get_group_devices(host, group, &n_members);

    for (unsigned i = 0; i < n_members; i++)
        closure_add(closure, members[i]);
}

GPtrArray *
hd_rules_list_affected(const HdHost *host, const HdDevice *const *devices, unsigned n_devices)
{
    Closure closure;

    closure_init(&closure);
    for (unsigned i = 0; i < n_devices; i++) {
        int group = hd_device_get_iommu_group(devices[i]);

        closure_add(&closure, devices[i]);
        if (group >= 0)
            closure_add_group(&closure, host, group);
    }
    closure_complete(&closure);
    return closure_finish(&closure, devices, n_devices);
}

GPtrArray *
hd_rules_list_below(const HdDevice *device)
{
    Closure closure;

    closure_init(&closure);
    closure_add(&closure, device);
    closure_complete(&closure);
    return closure_finish(&closure, &device, 1);
}

/* The other PCI functions of the device's own group that a test holds for. */
typedef gboolean (*MemberTest)(const HdDevice *member, const HdPolicy *policy);

static GPtrArray *
list_members(const HdHost *host, const HdDevice *device, const HdPolicy *policy, MemberTest test)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    int group = hd_device_get_own_iommu_group(device);
    const HdDevice *const *members;
    unsigned n_members = 0;

    if (hd_device_get_kind(device) != HD_KIND_PCI || group < 0)
        return g_steal_pointer(&list);
    members = hd_host_get_group_devices(host, group, &n_members);
    for (unsigned i = 0; i < n_members; i++) {
        if (members[i] != device && hd_device_get_kind(members[i]) == HD_KIND_PCI &&
            test(members[i], policy))
            g_ptr_array_add(list, (gpointer) members[i]);
    }
    return g_steal_pointer(&list);
}

GPtrArray *
hd_rules_list_companions(const HdHost *host, const HdDevice *device, const HdPolicy *policy)
{
    return list_members(host, device, policy, hd_device_is_eligible);
}

static gboolean
is_blocker(const HdDevice *member, const HdPolicy *policy)
{
    return !hd_device_is_eligible(member, policy) && !hd_rules_is_driver_harmless(member);
}

GPtrArray *
hd_rules_list_blockers(const HdHost *host, const HdDevice *device, const HdPolicy *policy)
{
    return list_members(host, device, policy, is_blocker);
}
