/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is done as libvirt starts and ends a VM by itself: settings of its network functions are
 * saved, made and put back.
 */
#include <stdarg.h>
#include <string.h>

#include "assign/nic.h"
#include "base/error.h"
#include "devxml/nic-metadata.h"
#include "host/vfio.h"
#include <hostdev/network.h>

/* A start takes no longer until QEMU has the group. */
#define STARTING_S 60
#define LOCK_TIMEOUT_MS 5000

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

static void add_note(const Hook *hook, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add_note(const Hook *hook, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(hook->notes, g_strdup_vprintf(format, args));
    va_end(args);
}

/* A definition that cannot be read whole says nothing of us, unless it has our metadata: its VM is
 * libvirt's to start. */
static GPtrArray *
list_hostdevs(const Hook *hook, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    GPtrArray *hostdevs = hd_hostdev_list_from_domain(hook->xml, &local_error);
    g_autoptr(GArray) entries = NULL;

    if (hostdevs != NULL)
        return hostdevs;
    entries = hd_nic_metadata_read(hook->xml, error);
    if (entries == NULL)
        return NULL;
    if (entries->len > 0) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return NULL;
    }
    add_note(hook, "network functions of VM '%s' are left to libvirt: %s", hook->vm.name,
             local_error->message);
    return g_ptr_array_new();
}

static gboolean
read_wanted(const Hook *hook, const HdHostdev *hostdev, HdNicSettings *wanted, GError **error)
{
    gboolean is_stale = FALSE;
    char address[HD_PCI_ADDRESS_STRLEN];

    hd_hostdev_get_nic_settings(hostdev, wanted);
    if (!hd_nic_overlay_metadata(wanted, &hostdev->pci, hook->xml, &is_stale, error))
        return FALSE;
    if (is_stale)
        add_note(hook,
                 "what VM '%s' has stored for %s beside its interface is of an interface with "
                 "another MAC address or VLAN, and not used",
                 hook->vm.name, hd_pci_address_format(&hostdev->pci, address));
    return TRUE;
}

/* The functions of the VM's definition whose settings can be made. What cannot be found is
 * libvirt's to refuse. */
static gboolean
for_each_nic(const Hook *hook, ForNic function, GError **error)
{
    g_autoptr(GPtrArray) hostdevs = list_hostdevs(hook, error);

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
        if (!read_wanted(hook, hostdev, &wanted, error) || !function(hook, port, &wanted, error))
            return FALSE;
    }
    return TRUE;
}

static void
split(const Hook *hook, const HdNicSettings *wanted, HdNicSettings *early, HdNicSettings *late)
{
    hd_nic_split(wanted, hook->engine->provider->klass->nic_fields, early, late);
}

static gboolean
is_ours(const Hook *hook, const HdSavedNic *record)
{
    return strcmp(record->vm, hook->vm.name) == 0 &&
           strcmp(record->provider, hook->vm.provider) == 0;
}

/* libvirt calls before it knows whether another VM has the function: who has it keeps it. One that
 * is just being started has not opened the group yet. */
static gboolean
check_free(const Hook *hook, const HdNicPort *port, GError **error)
{
    const char *name = hd_device_get_name(port->device);
    g_autoptr(GError) local_error = NULL;
    g_autoptr(HdSavedNic) record = hd_nic_find_saved(hook->engine, port->device, &local_error);
    gboolean is_open = hd_vfio_is_group_open(HD_VFIO_FOLDER,
                                             hd_device_get_own_iommu_group(port->device));
    gboolean is_other = record != NULL && !is_ours(hook, record);

    if (local_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    if (!is_open && (!is_other || g_get_real_time() / G_USEC_PER_SEC - record->time_s > STARTING_S))
        return TRUE;
    hd_error_set(error, HD_ERROR_BUSY, name, "see who has it: hostdev holders",
                 "VM '%s' cannot have %s: %s%s%s", hook->vm.name, name,
                 is_other ? "VM '" : "a process holds its IOMMU group open",
                 is_other ? record->vm : "", is_other ? "' has it, or is being given it" : "");
    return FALSE;
}

/* A VM that wants nothing beyond libvirt starts also when its functions' settings cannot be saved:
 * libvirt saves what it changes by itself. */
static gboolean
prepare(const Hook *hook, const HdNicPort *port, const HdNicSettings *wanted, GError **error)
{
    g_autoptr(HdLock) lock = hd_nic_lock(hook->engine, port->device, LOCK_TIMEOUT_MS, error);
    g_autoptr(GError) local_error = NULL;
    g_autofree char *note = NULL;
    gboolean has_acted = FALSE;
    HdNicSettings early;
    HdNicSettings late;

    if (lock == NULL || !check_free(hook, port, error))
        return FALSE;
    split(hook, wanted, &early, &late);
    if (hd_nic_take(hook->engine, port, &hook->vm, wanted, &early, &local_error))
        return TRUE;
    hd_nic_give_back(hook->engine, port, NULL, &has_acted, &note, NULL);
    if ((early.fields | late.fields) != 0) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    add_note(hook, "the settings of %s are not saved: %s", hd_device_get_name(port->device),
             local_error->message);
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

/* The VM's own QEMU has ended: a group that is open is somebody else's. */
static gboolean
give_back(const Hook *hook, const HdSavedNic *record, GError **error)
{
    const HdDevice *device = hd_host_find(hook->host, record->device);
    g_autoptr(HdNicPort) port = NULL;
    g_autoptr(HdLock) lock = NULL;
    g_autofree char *note = NULL;
    gboolean has_acted = FALSE;

    if (device == NULL || !hd_nic_is_function(device))
        return hd_store_forget_nic(hook->engine->store, record->device, error);
    lock = hd_nic_lock(hook->engine, device, LOCK_TIMEOUT_MS, error);
    port = lock != NULL ? hd_nic_port_new(hook->engine, device, error) : NULL;
    if (port == NULL)
        return FALSE;
    if (hd_vfio_is_group_open(HD_VFIO_FOLDER, hd_device_get_own_iommu_group(device))) {
        hd_error_set(error, HD_ERROR_BUSY, record->device, "run 'hostdev recover' when it is free",
                     "a process holds the IOMMU group of %s open", record->device);
        return FALSE;
    }
    if (!hd_nic_give_back(hook->engine, port, record, &has_acted, &note, error))
        return FALSE;
    if (note != NULL)
        add_note(hook, "%s: %s", record->device, note);
    return TRUE;
}

/* By the record, since the VM's definition may have changed while it ran. All are tried; the last
 * error is told by failing, which libvirt logs. */
static gboolean
release(const Hook *hook, GError **error)
{
    g_autoptr(GPtrArray) records = hd_nic_list_saved(hook->engine, error);
    gboolean is_done = records != NULL;

    for (unsigned i = 0; records != NULL && i < records->len; i++) {
        const HdSavedNic *record = g_ptr_array_index(records, i);
        g_autoptr(GError) local_error = NULL;

        if (!is_ours(hook, record) || give_back(hook, record, &local_error))
            continue;
        add_note(hook, "the settings of %s are not put back yet: %s", record->device,
                 local_error->message);
        if (is_done)
            g_propagate_error(error, g_steal_pointer(&local_error));
        is_done = FALSE;
    }
    return is_done;
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
    if (strcmp(hook->operation, "release") == 0 && hd_engine_may_have_store(engine))
        return release(&work, error);
    return TRUE;
}
