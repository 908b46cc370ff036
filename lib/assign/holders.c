/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdHolders: which VMs hold which devices of one snapshot.
 */
#include "assign/holders.h"

#include <string.h>

#include "assign/engine.h"
#include "base/error.h"
#include "verdict/rules.h"

struct _HdHolders {
    HdHost *host;
    GHashTable *by_device; /* HdDevice to GPtrArray of HdHolder */
    GHashTable *macs;      /* of interfaces; the strings are the holders' */
    GPtrArray *absent;     /* HdAbsent */
    GPtrArray *notes;      /* char *, ends with NULL once all is read */
};

static void
holder_free(gpointer data)
{
    HdHolder *holder = data;

    g_free(holder->vm);
    g_free(holder->provider);
    g_free(holder->guest_address);
    g_free(holder->mac);
    g_free(holder);
}

static void
absent_free(gpointer data)
{
    HdAbsent *absent = data;

    g_free(absent->name);
    g_free(absent->vm);
    g_free(absent->provider);
    g_free(absent);
}

void
hd_holders_free(HdHolders *holders)
{
    if (holders == NULL)
        return;
    g_hash_table_unref(holders->macs);
    g_hash_table_unref(holders->by_device);
    g_ptr_array_unref(holders->absent);
    g_ptr_array_unref(holders->notes);
    hd_host_unref(holders->host);
    g_free(holders);
}

/* The VM's hold on the device, made when it is the first mention. */
static HdHolder *
ensure_holder(HdHolders *holders, const HdDevice *device, const HdVm *vm)
{
    GPtrArray *list = g_hash_table_lookup(holders->by_device, device);
    HdHolder *holder;

    if (list == NULL) {
        list = g_ptr_array_new_with_free_func(holder_free);
        g_hash_table_insert(holders->by_device, (gpointer) device, list);
    }
    for (unsigned i = 0; i < list->len; i++) {
        holder = g_ptr_array_index(list, i);
        if (strcmp(holder->vm, vm->name) == 0 && strcmp(holder->provider, vm->provider) == 0)
            return holder;
    }
    holder = g_new0(HdHolder, 1);
    holder->vm = g_strdup(vm->name);
    holder->provider = g_strdup(vm->provider);
    holder->state = vm->state;
    g_ptr_array_add(list, holder);
    return holder;
}

static void
add_hold(HdHolders *holders,
         const HdDevice *device,
         const HdVm *vm,
         const HdHostdev *hostdev,
         HdVmScope scope)
{
    HdHolder *holder = ensure_holder(holders, device, vm);
    char address[HD_PCI_ADDRESS_STRLEN];

    if (scope == HD_VM_SCOPE_LIVE)
        holder->is_live = TRUE;
    else
        holder->is_config = TRUE;
    holder->is_interface |= hostdev->is_interface;
    if (holder->mac == NULL && hostdev->mac != NULL) {
        holder->mac = g_strdup(hostdev->mac);
        g_hash_table_add(holders->macs, holder->mac);
    }
    if (holder->guest_address == NULL && hostdev->has_guest_pci)
        holder->guest_address = g_strdup(hd_pci_address_format(&hostdev->guest_pci, address));
}

static void
add_absent(HdHolders *holders, const HdVm *vm, const HdHostdev *hostdev, HdVmScope scope)
{
    g_autofree char *name = hd_source_dup_name(hostdev);
    HdAbsent *absent = NULL;

    for (unsigned i = 0; i < holders->absent->len && absent == NULL; i++) {
        HdAbsent *known = g_ptr_array_index(holders->absent, i);

        if (strcmp(known->vm, vm->name) == 0 && strcmp(known->name, name) == 0)
            absent = known;
    }
    if (absent == NULL) {
        absent = g_new0(HdAbsent, 1);
        absent->name = g_steal_pointer(&name);
        absent->vm = g_strdup(vm->name);
        absent->provider = g_strdup(vm->provider);
        g_ptr_array_add(holders->absent, absent);
    }
    absent->is_live |= scope == HD_VM_SCOPE_LIVE;
    absent->is_config |= scope == HD_VM_SCOPE_CONFIG;
}

static int
compare_absent(gconstpointer a, gconstpointer b)
{
    const HdAbsent *first = *(const HdAbsent *const *) a;
    const HdAbsent *second = *(const HdAbsent *const *) b;
    int order = strcmp(first->vm, second->vm);

    return order != 0 ? order : strcmp(first->name, second->name);
}

/* A VM that has just vanished, or stopped, has no definition any more: that is no error. */
static gboolean
read_scope(HdHolders *holders,
           const HdSourceIndex *index,
           HdVmProvider *provider,
           const HdVm *vm,
           HdVmScope scope,
           GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autofree char *xml = provider->klass->read_definition(provider, vm->name, scope,
                                                            &local_error);
    g_autoptr(GPtrArray) hostdevs = NULL;

    if (g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
        return TRUE;
    if (xml == NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    hostdevs = hd_hostdev_list_from_domain(xml, &local_error);
    if (hostdevs == NULL) {
        /* One odd definition must not keep all other VMs from being served. */
        g_ptr_array_add(holders->notes, g_strdup_printf("what VM '%s' holds is not known: %s",
                                                        vm->name, local_error->message));
        return TRUE;
    }
    for (unsigned i = 0; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);
        const HdDevice *device = hd_source_index_find(index, hostdev);

        if (device != NULL)
            add_hold(holders, device, vm, hostdev, scope);
        else if (!hd_hostdev_is_remote(hostdev))
            add_absent(holders, vm, hostdev, scope);
    }
    return TRUE;
}

static gboolean
read_vm(HdHolders *holders,
        const HdSourceIndex *index,
        HdVmProvider *provider,
        const HdVm *vm,
        GError **error)
{
    if (vm->state != HD_VM_SHUTOFF &&
        !read_scope(holders, index, provider, vm, HD_VM_SCOPE_LIVE, error))
        return FALSE;
    return !vm->is_persistent ||
           read_scope(holders, index, provider, vm, HD_VM_SCOPE_CONFIG, error);
}

HdHolders *
hd_engine_read_holders(HdEngine *engine, HdHost *host, GError **error)
{
    g_autoptr(HdHolders) holders = NULL;
    g_autoptr(GPtrArray) vms = NULL;
    g_auto(HdSourceIndex) index = {NULL};

    g_return_val_if_fail(engine != NULL && host != NULL, NULL);

    vms = hd_engine_list_vms(engine, error);
    if (vms == NULL)
        return NULL;
    holders = g_new0(HdHolders, 1);
    holders->host = hd_host_ref(host);
    holders->by_device = g_hash_table_new_full(NULL, NULL, NULL,
                                               (GDestroyNotify) g_ptr_array_unref);
    holders->macs = g_hash_table_new(g_str_hash, g_str_equal);
    holders->absent = g_ptr_array_new_with_free_func(absent_free);
    holders->notes = g_ptr_array_new_with_free_func(g_free);
    hd_source_index_init(&index, host);
    for (unsigned i = 0; i < vms->len; i++) {
        if (!read_vm(holders, &index, engine->provider, g_ptr_array_index(vms, i), error))
            return NULL;
    }
    g_ptr_array_sort(holders->absent, compare_absent);
    g_ptr_array_add(holders->notes, NULL);
    return g_steal_pointer(&holders);
}

const char *const *
hd_holders_get_notes(const HdHolders *holders)
{
    g_return_val_if_fail(holders != NULL, NULL);

    return (const char *const *) holders->notes->pdata;
}

const HdAbsent *const *
hd_holders_get_absent(const HdHolders *holders, unsigned *ret_n)
{
    g_return_val_if_fail(holders != NULL && ret_n != NULL, NULL);

    *ret_n = holders->absent->len;
    return (const HdAbsent *const *) holders->absent->pdata;
}

const HdHolder *const *
hd_holders_lookup(const HdHolders *holders, const HdDevice *device, unsigned *ret_n)
{
    const GPtrArray *list;

    g_return_val_if_fail(holders != NULL && ret_n != NULL, NULL);

    list = g_hash_table_lookup(holders->by_device, device);
    *ret_n = list != NULL ? list->len : 0;
    return list != NULL ? (const HdHolder *const *) list->pdata : NULL;
}

gboolean
hd_holders_has_mac(const HdHolders *holders, const char *mac)
{
    return g_hash_table_contains(holders->macs, mac);
}

const HdHolder *
hd_holders_find_other(const HdHolders *holders, const HdDevice *device, const HdVm *vm)
{
    unsigned n_holders;
    const HdHolder *const *list = hd_holders_lookup(holders, device, &n_holders);

    for (unsigned i = 0; i < n_holders; i++) {
        if (vm == NULL || strcmp(list[i]->vm, vm->name) != 0 ||
            strcmp(list[i]->provider, vm->provider) != 0)
            return list[i];
    }
    return NULL;
}

GPtrArray *
hd_holders_list_devices(const HdHolders *holders, const char *vm)
{
    g_autoptr(GPtrArray) devices = g_ptr_array_new();
    GHashTableIter iter;
    gpointer device;
    gpointer value;

    g_return_val_if_fail(holders != NULL && vm != NULL, NULL);

    g_hash_table_iter_init(&iter, holders->by_device);
    while (g_hash_table_iter_next(&iter, &device, &value)) {
        const GPtrArray *list = value;

        for (unsigned i = 0; i < list->len; i++) {
            const HdHolder *holder = g_ptr_array_index(list, i);

            if (strcmp(holder->vm, vm) == 0)
                g_ptr_array_add(devices, device);
        }
    }
    g_ptr_array_sort(devices, hd_rules_compare_names);
    return g_steal_pointer(&devices);
}

/* A group belongs to one VM, also through members that we would not give. */
static const HdHolder *
find_in_group(const HdHolders *holders,
              const HdDevice *device,
              const HdVm *vm,
              const HdDevice **ret_held)
{
    const HdHolder *holder = NULL;
    unsigned n_members = 0;
    const HdDevice *const *members = hd_host_get_group_devices(
        holders->host, hd_device_get_own_iommu_group(device), &n_members);

    for (unsigned i = 0; i < n_members && holder == NULL; i++) {
        if (members[i] != device)
            holder = hd_holders_find_other(holders, members[i], vm);
        if (holder != NULL)
            *ret_held = members[i];
    }
    return holder;
}

/* Nobody may hold what vanishes from the host when the device goes, nor what it hangs on. */
static const HdHolder *
find_in_relatives(const HdHolders *holders, const HdDevice *device, const HdDevice **ret_held)
{
    g_autoptr(GPtrArray) relatives = hd_rules_list_below(device);
    const HdPciFacts *pci = hd_device_get_pci(device);
    const HdDevice *above = hd_device_get_parent(device);
    const HdHolder *holder = NULL;

    for (; above != NULL; above = hd_device_get_parent(above))
        g_ptr_array_add(relatives, (gpointer) above);
    if (pci != NULL && pci->physfn != NULL)
        g_ptr_array_add(relatives, (gpointer) pci->physfn);
    for (unsigned i = 0; i < relatives->len && holder == NULL; i++) {
        const HdDevice *relative = g_ptr_array_index(relatives, i);

        holder = hd_holders_find_other(holders, relative, NULL);
        if (holder != NULL)
            *ret_held = relative;
    }
    return holder;
}

const HdHolder *
hd_holders_find_conflict_for(const HdHolders *holders,
                             const HdDevice *device,
                             const HdVm *vm,
                             const HdDevice **ret_held)
{
    const HdHolder *holder;

    if (g_hash_table_size(holders->by_device) == 0)
        return NULL;
    holder = find_in_group(holders, device, vm, ret_held);
    return holder != NULL ? holder : find_in_relatives(holders, device, ret_held);
}

const HdHolder *
hd_holders_find_conflict(const HdHolders *holders,
                         const HdDevice *device,
                         const HdDevice **ret_held)
{
    g_return_val_if_fail(holders != NULL && device != NULL && ret_held != NULL, NULL);

    return hd_holders_find_conflict_for(holders, device, NULL, ret_held);
}
