/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Putting back what was saved for VMs that no longer have the device.
 */
#include <string.h>

#include "assign/nic.h"
#include "base/error.h"
#include "host/vfio.h"
#include <hostdev/network.h>

static void
recovered_free(gpointer data)
{
    HdRecovered *recovered = data;

    g_free(recovered->device);
    g_free(recovered->vm);
    g_free(recovered->text);
    g_free(recovered);
}

/* The VM that has the function now, NULL when none does: as definitions say, not as the record. */
static const HdHolder *
find_live_holder(const HdHolders *holders, const HdDevice *device)
{
    unsigned n_holders = 0;
    const HdHolder *const *list = hd_holders_lookup(holders, device, &n_holders);

    for (unsigned i = 0; i < n_holders; i++) {
        if (list[i]->is_live)
            return list[i];
    }
    return NULL;
}

static void
give_back(HdEngine *engine,
          const HdSavedNic *record,
          const HdDevice *device,
          HdRecovered *recovered)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdNicPort) port = hd_nic_port_new(engine, device, &error);
    g_autofree char *note = NULL;
    gboolean has_acted = FALSE;

    if (port == NULL || !hd_nic_give_back(engine, port, record, &has_acted, &note, &error)) {
        recovered->text = g_strdup(error->message);
        return;
    }
    recovered->is_done = TRUE;
    recovered->text = g_strdup_printf(
        "the settings of virtual function %u of %s are as before VM '%s' had it%s%s", port->index,
        port->interface, recovered->vm, note != NULL ? "; " : "", note != NULL ? note : "");
}

/* A crash may have come before all was made, and others may have changed it since. */
static void
look_after(HdEngine *engine,
           const HdHolder *holder,
           const HdSavedNic *record,
           const HdDevice *device,
           HdRecovered *recovered)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdNicPort) port = NULL;
    gboolean has_acted = FALSE;

    recovered->text = g_strdup_printf("VM '%s' has it", holder->vm);
    if (strcmp(holder->vm, record->vm) != 0)
        return;
    port = hd_nic_port_new(engine, device, &error);
    if (port != NULL && hd_nic_make_again(engine, port, record, &has_acted, &error) && !has_acted)
        return;
    g_free(recovered->text);
    recovered->is_held = error == NULL;
    recovered->text = error == NULL
                          ? g_strdup_printf("VM '%s' has it; its settings were made again",
                                            holder->vm)
                          : g_strdup_printf("VM '%s' has it, but not all of its settings: %s",
                                            holder->vm, error->message);
}

static void
recover_function(HdEngine *engine,
                 const HdHolders *holders,
                 const HdSavedNic *record,
                 const HdDevice *device,
                 HdRecovered *recovered)
{
    const HdHolder *holder = find_live_holder(holders, device);

    recovered->is_held = holder != NULL;
    if (holder != NULL)
        look_after(engine, holder, record, device, recovered);
    else if (hd_vfio_is_group_open(HD_VFIO_FOLDER, hd_device_get_own_iommu_group(device)))
        recovered->text = g_strdup("no VM has it, but a process holds its IOMMU group open: end "
                                   "that first");
    else
        give_back(engine, record, device, recovered);
}

static void
recover_record(HdEngine *engine,
               HdHost *host,
               const HdHolders *holders,
               const HdSavedNic *record,
               HdRecovered *recovered)
{
    const HdDevice *device = hd_host_find(host, record->device);
    g_autoptr(GError) error = NULL;

    if (device != NULL && hd_nic_is_function(device)) {
        g_autoptr(HdLock) lock = hd_nic_lock(engine, device, 0, &error);

        if (lock == NULL) {
            recovered->text = g_strdup(error->message);
            return;
        }
        recover_function(engine, holders, record, device, recovered);
        return;
    }
    /* Settings go with the function: nothing is left to put back. */
    recovered->is_done = hd_store_forget_nic(engine->store, record->device, &error);
    recovered->text = recovered->is_done
                          ? g_strdup("it is no longer on this host, so its settings are forgotten")
                          : g_strdup(error->message);
}

GPtrArray *
hd_engine_recover(HdEngine *engine, HdHost *host, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(recovered_free);
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(HdHolders) holders = NULL;

    g_return_val_if_fail(engine != NULL && host != NULL, NULL);

    if (!hd_engine_may_have_store(engine))
        return g_steal_pointer(&list);
    records = hd_nic_list_saved(engine, error);
    if (records == NULL || records->len == 0)
        return g_steal_pointer(&records);
    holders = hd_engine_read_holders(engine, host, error);
    if (holders == NULL)
        return NULL;
    for (unsigned i = 0; i < records->len; i++) {
        const HdSavedNic *record = g_ptr_array_index(records, i);
        HdRecovered *recovered = g_new0(HdRecovered, 1);

        recovered->device = g_strdup(record->device);
        recovered->vm = g_strdup(record->vm);
        recover_record(engine, host, holders, record, recovered);
        g_ptr_array_add(list, recovered);
    }
    return g_steal_pointer(&list);
}
