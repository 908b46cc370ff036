/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdVmProvider: what runs VMs, as the engine needs it. One implementation per folder.
 */
#pragma once

#include <devxml/hostdev.h>
#include <hostdev/vm.h>

G_BEGIN_DECLS

typedef enum {
    HD_VM_SCOPE_LIVE,
    HD_VM_SCOPE_CONFIG,
} HdVmScope;

typedef struct _HdVmProvider HdVmProvider;

/* Called while a live detach waits for the guest, about once a second. */
typedef void (*HdVmWaitFunc)(unsigned waited_ms, gpointer user_data);

/* How a live detach waits for the guest. */
typedef struct {
    unsigned timeout_ms;
    HdVmWaitFunc wait; /* NULL: nobody is told */
    gpointer user_data;
} HdVmWait;

/* Every function may block for a bounded time and reports HD_ERROR. */
typedef struct {
    const char *name;

    /* Settings of a network function that it makes by itself when a VM gets an element with them,
     * and takes back afterwards. */
    HdNicFields nic_fields;

    void (*free)(HdVmProvider *self);

    /* Whether settings beside those are made when a VM with a stored definition starts, and taken
     * back when it ends; HD_ERROR_UNSUPPORTED says what is missing for that. *ret_note (NULL: none)
     * is a doubt that the administrator should know of. */
    gboolean (*check_hook)(HdVmProvider *self, char **ret_note, GError **error);

    /* GPtrArray of HdVm, by name */
    GPtrArray *(*list_vms)(HdVmProvider *self, GError **error);

    /* HD_ERROR_NOT_FOUND when there is none of that name */
    HdVm *(*lookup_vm)(HdVmProvider *self, const char *name, GError **error);

    /* The VM's definition as domain XML, complete enough to be written back by write_definition;
     * NULL with HD_ERROR_NOT_FOUND when the VM does not run (LIVE) or is not stored (CONFIG). */
    char *(*read_definition)(HdVmProvider *self, const char *vm, HdVmScope scope, GError **error);

    /* Replaces the stored definition; expected is what it must be now (else
     * HD_ERROR_STATE_CHANGED). */
    gboolean (*write_definition)(HdVmProvider *self,
                                 const char *vm,
                                 const char *expected,
                                 const char *xml,
                                 GError **error);

    /* Gives the device to the running VM. On error the VM is as before. */
    gboolean (*attach_live)(HdVmProvider *self,
                            const char *vm,
                            const HdHostdev *hostdev,
                            GError **error);

    /* Takes the device from the running VM and waits until the VM has let go of it:
     * HD_ERROR_TIMEOUT when the guest has not answered, HD_ERROR_GUEST_REFUSED when it said no.
     * A device that is already gone is success. */
    gboolean (*detach_live)(HdVmProvider *self,
                            const char *vm,
                            const HdHostdev *hostdev,
                            const HdVmWait *wait,
                            GError **error);
} HdVmProviderClass;

struct _HdVmProvider {
    const HdVmProviderClass *klass;
};

void hd_vm_provider_free(HdVmProvider *provider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdVmProvider, hd_vm_provider_free)

HdVm *hd_vm_new(const char *name, const char *provider, const char *uuid);
void hd_vm_free(HdVm *vm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdVm, hd_vm_free)

/* Connects at the first use. uri NULL: libvirt's default. */
HdVmProvider *hd_libvirt_provider_new(const char *uri);

G_END_DECLS
