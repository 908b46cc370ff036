/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdVm as a value, and what all providers have alike.
 */
#include "vm/provider.h"

const char *
hd_vm_state_get_name(HdVmState state)
{
    switch (state) {
    case HD_VM_SHUTOFF:
        return "shutoff";
    case HD_VM_RUNNING:
        return "running";
    case HD_VM_PAUSED:
        return "paused";
    case HD_VM_OTHER:
    default:
        return "other";
    }
}

HdVm *
hd_vm_new(const char *name, const char *provider, const char *uuid)
{
    HdVm *vm = g_new0(HdVm, 1);

    vm->name = g_strdup(name);
    vm->provider = g_strdup(provider);
    vm->uuid = g_strdup(uuid);
    return vm;
}

void
hd_vm_free(HdVm *vm)
{
    if (vm == NULL)
        return;
    g_free(vm->name);
    g_free(vm->provider);
    g_free(vm->uuid);
    g_free(vm);
}

void
hd_vm_provider_free(HdVmProvider *provider)
{
    if (provider != NULL)
        provider->klass->free(provider);
}
