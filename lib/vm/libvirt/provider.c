/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider of libvirt's VMs: each function becomes a bounded call of the worker.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "vm/libvirt/calls.h"
#include "vm/libvirt/detach.h"
#include "vm/libvirt/worker.h"

/* Called by libvirt's daemon as a VM starts and ends (data/libvirt-hook). */
#define HD_LIBVIRT_HOOK "/etc/libvirt/hooks/qemu.d/hostdev"
#define QUERY_TIMEOUT_MS 30000
#define WRITE_TIMEOUT_MS 60000
/* Binding drivers, resetting the device and mapping all of the guest's memory take their time. */
#define ATTACH_TIMEOUT_MS 120000

typedef struct {
    HdVmProvider base;
    HdWorker *worker;
} LibvirtProvider;

static HdWorker *
get_worker(HdVmProvider *self)
{
    return ((LibvirtProvider *) self)->worker;
}

static gpointer
call_for_request(HdVmProvider *self, HdRequest *request, const HdWorkerCall *base, GError **error)
{
    HdWorkerCall call = *base;

    call.data = request;
    call.free_data = (GDestroyNotify) hd_request_free;
    call.action = request->action;
    return hd_worker_call(get_worker(self), &call, error);
}

static void
provider_free(HdVmProvider *self)
{
    hd_worker_free(get_worker(self));
    g_free(self);
}

static GPtrArray *
list_vms(HdVmProvider *self, GError **error)
{
    static const HdWorkerCall call = {
        .func = hd_libvirt_list_vms,
        .free_result = (GDestroyNotify) g_ptr_array_unref,
        .timeout_ms = QUERY_TIMEOUT_MS,
        .action = "list VMs",
    };

    return hd_worker_call(get_worker(self), &call, error);
}

static HdVm *
lookup_vm(HdVmProvider *self, const char *name, GError **error)
{
    static const HdWorkerCall call = {
        .func = hd_libvirt_lookup_vm,
        .free_result = (GDestroyNotify) hd_vm_free,
        .timeout_ms = QUERY_TIMEOUT_MS,
    };

    return call_for_request(self, hd_request_new(name, "find"), &call, error);
}

static char *
read_definition(HdVmProvider *self, const char *vm, HdVmScope scope, GError **error)
{
    static const HdWorkerCall call = {
        .func = hd_libvirt_read_definition,
        .free_result = g_free,
        .timeout_ms = QUERY_TIMEOUT_MS,
    };
    HdRequest *request = hd_request_new(vm, "read the definition of");

    request->scope = scope;
    return call_for_request(self, request, &call, error);
}

static gboolean
write_definition(HdVmProvider *self,
                 const char *vm,
                 const char *expected,
                 const char *xml,
                 GError **error)
{
    static const HdWorkerCall call = {
        .func = hd_libvirt_write_definition,
        .timeout_ms = WRITE_TIMEOUT_MS,
    };
    HdRequest *request = hd_request_new(vm, "change the definition of");

    request->scope = HD_VM_SCOPE_CONFIG;
    request->expected = g_strdup(expected);
    request->xml = g_strdup(xml);
    return call_for_request(self, request, &call, error) != NULL;
}

static gboolean
attach_live(HdVmProvider *self, const char *vm, const HdHostdev *hostdev, GError **error)
{
    static const HdWorkerCall call = {
        .func = hd_libvirt_attach_live,
        .timeout_ms = ATTACH_TIMEOUT_MS,
    };
    g_autofree char *description = hd_hostdev_dup_description(hostdev);
    g_autofree char *verb = g_strdup_printf("give %s to", description);
    HdRequest *request = hd_request_new(vm, verb);

    request->scope = HD_VM_SCOPE_LIVE;
    request->xml = hd_hostdev_format(hostdev);
    return call_for_request(self, request, &call, error) != NULL;
}

static gboolean
detach_live(HdVmProvider *self,
            const char *vm,
            const HdHostdev *hostdev,
            const HdVmWait *wait,
            GError **error)
{
    return hd_libvirt_detach_live(get_worker(self), vm, hostdev, wait, error);
}

/* libvirt, "Hooks for specific system management" */
/* Whether the daemon has been running since before the hook's file was made or changed: it looks
 * for hooks only as it starts. */
static gboolean
is_older_than_hook(const char *pid_file)
{
    struct stat hook;
    struct stat daemon;

    return stat(HD_LIBVIRT_HOOK, &hook) == 0 && stat(pid_file, &daemon) == 0 &&
           daemon.st_mtime < hook.st_ctime;
}

static gboolean
check_hook(HdVmProvider *self, char **ret_note, GError **error)
{
    if (access(HD_LIBVIRT_HOOK, X_OK) == 0) {
        if (is_older_than_hook("/run/libvirtd.pid") || is_older_than_hook("/run/virtqemud.pid"))
            *ret_note = g_strdup("libvirt's daemon has been running since before its hook was "
                                 "installed or replaced: if it was installed, restart the daemon");
        return TRUE;
    }
    hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                 "install it and restart libvirt's daemon, or change only the running VM (--live)",
                 "libvirt's hook %s is not there, which makes such settings when the VM starts",
                 HD_LIBVIRT_HOOK);
    return FALSE;
}

HdVmProvider *
hd_libvirt_provider_new(const char *uri)
{
    static const HdVmProviderClass klass = {
        .name = "libvirt",
        .nic_fields = HD_NIC_MAC | HD_NIC_VLAN | HD_NIC_PROFILE,
        .free = provider_free,
        .check_hook = check_hook,
        .list_vms = list_vms,
        .lookup_vm = lookup_vm,
        .read_definition = read_definition,
        .write_definition = write_definition,
        .attach_live = attach_live,
        .detach_live = detach_live,
    };
    LibvirtProvider *provider = g_new0(LibvirtProvider, 1);

    provider->base.klass = &klass;
    provider->worker = hd_worker_new(uri);
    return &provider->base;
}
