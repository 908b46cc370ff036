/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is done as libvirt starts and ends a VM by itself: settings of its network functions are
 * saved, made and put back.
 */
#include <string.h>

#include "assign/nic.h"
#include "base/boot.h"
#include "base/error.h"
#include <hostdev/network.h>

typedef struct {
    HdEngine *engine;
    HdHost *host;
    HdVm vm;
    const char *xml;
    GPtrArray *notes; /* char * */
} Hook;

typedef gboolean (*ForNic)(const Hook *hook,
                           const HdNicPort *port,
                           const HdNicSettings *wanted,
                           GError **error);

/* The functions of the VM's definition whose settings can be made. What cannot be found is
 * libvirt's to refuse. */
static gboolean
for_each_nic(const Hook *hook, ForNic function, GError **error)
{
    g_autoptr(GPtrArray) hostdevs = hd_hostdev_list_from_domain(hook->xml, error);

    if (hostdevs == NULL)
        return FALSE;
    for (unsigned i = 0; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);
        const HdDevice *device = NULL;
        g_autoptr(HdNicPort) port = NULL;
        HdNicSettings wanted;

        if (hostdev->is_interface && hostdev->type == HD_HOSTDEV_PCI)
            device = hd_host_find_pci(hook->host, &hostdev->pci);
        if (device != NULL && hd_nic_is_function(device))
            port = hd_nic_port_new(hook->engine, device, NULL);
        if (port == NULL)
            continue;
        hd_hostdev_get_nic_settings(hostdev, &wanted);
        hd_nic_overlay_metadata(&wanted, &hostdev->pci, hook->xml);
        if (!function(hook, port, &wanted, error))
            return FALSE;
    }
    return TRUE;
}

static void
split(const Hook *hook, const HdNicSettings *wanted, HdNicSettings *early, HdNicSettings *late)
{
    hd_nic_split(wanted, hook->engine->provider->klass->nic_fields, early, late);
}

/* A VM that wants nothing beyond libvirt starts also when its functions' settings cannot be saved:
 * libvirt saves what it changes by itself. */
static gboolean
prepare(const Hook *hook, const HdNicPort *port, const HdNicSettings *wanted, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autofree char *note = NULL;
    gboolean has_acted = FALSE;
    HdNicSettings early;
    HdNicSettings late;

    split(hook, wanted, &early, &late);
    if (hd_nic_take(hook->engine, port, &hook->vm, wanted, &early, &local_error))
        return TRUE;
    /* libvirt does not tell of the end of what has not begun. */
    hd_nic_give_back(hook->engine, port, &has_acted, &note, NULL);
    if ((early.fields | late.fields) != 0) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    g_ptr_array_add(hook->notes,
                    g_strdup_printf("the settings of %s are not saved: %s",
                                    hd_device_get_name(port->device), local_error->message));
    return TRUE;
}

static gboolean
start(const Hook *hook, const HdNicPort *port, const HdNicSettings *wanted, GError **error)
{
    HdNicSettings early;
    HdNicSettings late;

    split(hook, wanted, &early, &late);
    return (early.fields | late.fields) == 0 ||
           hd_nic_verify(hook->engine, port, wanted, &late, error);
}

static void
give_back(const Hook *hook, const HdSavedNic *record)
{
    const HdDevice *device = hd_host_find(hook->host, record->device);
    g_autoptr(HdNicPort) port = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;
    gboolean has_acted = FALSE;

    if (device != NULL && hd_nic_is_function(device))
        port = hd_nic_port_new(hook->engine, device, &error);
    if (port == NULL || !hd_nic_give_back(hook->engine, port, &has_acted, &note, &error))
        g_ptr_array_add(hook->notes,
                        g_strdup_printf("the settings of %s are not put back yet: %s",
                                        record->device,
                                        error != NULL ? error->message : "it is not on this host"));
    else if (note != NULL)
        g_ptr_array_add(hook->notes, g_strdup_printf("%s: %s", record->device, note));
}

/* By the record, since the VM's definition may have changed while it ran. */
static gboolean
release(const Hook *hook, GError **error)
{
    HdStore *store = hd_engine_get_store(hook->engine, error);
    g_autofree char *boot_id = store != NULL ? hd_boot_dup_id(error) : NULL;
    g_autoptr(GPtrArray) records = boot_id != NULL ? hd_store_list_nics(store, boot_id, error)
                                                   : NULL;

    for (unsigned i = 0; records != NULL && i < records->len; i++) {
        const HdSavedNic *record = g_ptr_array_index(records, i);

        if (strcmp(record->vm, hook->vm.name) == 0 &&
            strcmp(record->provider, hook->vm.provider) == 0)
            give_back(hook, record);
    }
    return records != NULL;
}

gboolean
hd_engine_run_libvirt_hook(HdEngine *engine,
                           HdHost *host,
                           const HdLibvirtHook *hook,
                           GPtrArray *notes,
                           GError **error)
{
    g_autofree char *uuid = NULL;
    Hook work;

    g_return_val_if_fail(engine != NULL && host != NULL, FALSE);
    g_return_val_if_fail(hook != NULL && notes != NULL, FALSE);

    uuid = hd_domain_xml_dup_uuid(hook->xml);
    work = (Hook){
        .engine = engine,
        .host = host,
        .vm = {.name = (char *) hook->vm,
               .provider = (char *) engine->provider->klass->name,
               .uuid = uuid},
        .xml = hook->xml,
        .notes = notes,
    };
    if (strcmp(hook->operation, "prepare") == 0)
        return for_each_nic(&work, prepare, error);
    if (strcmp(hook->operation, "start") == 0)
        return for_each_nic(&work, start, error);
    if (strcmp(hook->operation, "release") == 0)
        return release(&work, error);
    return TRUE;
}
