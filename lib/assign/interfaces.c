/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Listing network functions: those of a VM, and those of a card.
 */
#include <string.h>

#include "assign/nic.h"
#include "assign/source.h"
#include "base/error.h"
#include "devxml/nic-metadata.h"
#include <hostdev/network.h>

typedef struct {
    HdEngine *engine;
    HdSourceIndex index;
    GPtrArray *interfaces; /* HdVmInterface */
} Listing;

static void
interface_free(gpointer data)
{
    HdVmInterface *interface = data;

    g_free(interface->name);
    g_free(interface->mac);
    g_free(interface->guest_address);
    g_free(interface);
}

static HdVmInterface *
ensure_interface(Listing *listing, const HdHostdev *hostdev)
{
    const HdDevice *device = hd_source_index_find(&listing->index, hostdev);
    g_autofree char *name = device != NULL ? g_strdup(hd_device_get_name(device))
                                           : hd_source_dup_name(hostdev);
    HdVmInterface *interface;

    for (unsigned i = 0; i < listing->interfaces->len; i++) {
        interface = g_ptr_array_index(listing->interfaces, i);
        if (strcmp(interface->name, name) == 0)
            return interface;
    }
    interface = g_new0(HdVmInterface, 1);
    interface->name = g_steal_pointer(&name);
    interface->device = device;
    g_ptr_array_add(listing->interfaces, interface);
    return interface;
}

static gboolean
add_interface(Listing *listing,
              const HdHostdev *hostdev,
              HdVmScope scope,
              const char *xml,
              GError **error)
{
    gboolean is_stale;
    HdVmInterface *interface = ensure_interface(listing, hostdev);
    HdNicSettings *settings = scope == HD_VM_SCOPE_LIVE ? &interface->live : &interface->config;
    char address[HD_PCI_ADDRESS_STRLEN];

    interface->is_live |= scope == HD_VM_SCOPE_LIVE;
    interface->is_config |= scope == HD_VM_SCOPE_CONFIG;
    if (interface->mac == NULL)
        interface->mac = g_strdup(hostdev->mac);
    if (interface->guest_address == NULL && hostdev->has_guest_pci)
        interface->guest_address = g_strdup(hd_pci_address_format(&hostdev->guest_pci, address));
    hd_hostdev_get_nic_settings(hostdev, settings);
    return scope != HD_VM_SCOPE_CONFIG || hostdev->type != HD_HOSTDEV_PCI ||
           hd_nic_overlay_metadata(settings, &hostdev->pci, xml, &is_stale, error);
}

static gboolean
list_scope(Listing *listing, const char *vm, HdVmScope scope, GError **error)
{
    HdVmProvider *provider = listing->engine->provider;
    g_autoptr(GError) local_error = NULL;
    g_autofree char *xml = provider->klass->read_definition(provider, vm, scope, &local_error);
    g_autoptr(GPtrArray) hostdevs = xml != NULL ? hd_hostdev_list_from_domain(xml, &local_error)
                                                : NULL;

    /* A VM that does not run, or is not stored, has no interfaces there. */
    if (g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
        return TRUE;
    if (hostdevs == NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    for (unsigned i = 0; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hostdev->is_interface && !add_interface(listing, hostdev, scope, xml, error))
            return FALSE;
    }
    return TRUE;
}

/* What the running VM's definition has no place for is in the record. */
static void
overlay_records(Listing *listing, const HdVm *vm)
{
    for (unsigned i = 0; i < listing->interfaces->len; i++) {
        HdVmInterface *interface = g_ptr_array_index(listing->interfaces, i);
        g_autoptr(HdSavedNic) saved = NULL;

        if (!interface->is_live || interface->device == NULL ||
            !hd_engine_has_store(listing->engine))
            continue;
        saved = hd_nic_find_saved(listing->engine, interface->device, NULL);
        if (saved != NULL && strcmp(saved->vm, vm->name) == 0)
            hd_nic_overlay(&interface->live, &saved->wanted);
    }
}

GPtrArray *
hd_engine_list_interfaces(HdEngine *engine, HdHost *host, const char *vm_name, GError **error)
{
    g_autoptr(GPtrArray) interfaces = g_ptr_array_new_with_free_func(interface_free);
    Listing listing = {.engine = engine, .interfaces = interfaces};
    gboolean is_read;

    g_return_val_if_fail(engine != NULL && host != NULL && vm_name != NULL, NULL);

    g_autoptr(HdVm) vm = engine->provider->klass->lookup_vm(engine->provider, vm_name, error);
    if (vm == NULL)
        return NULL;
    hd_source_index_init(&listing.index, host);
    is_read = list_scope(&listing, vm_name, HD_VM_SCOPE_LIVE, error) &&
              list_scope(&listing, vm_name, HD_VM_SCOPE_CONFIG, error);
    if (is_read)
        overlay_records(&listing, vm);
    hd_source_index_clear(&listing.index);
    return is_read ? g_steal_pointer(&interfaces) : NULL;
}

static void
state_free(gpointer data)
{
    HdNicState *state = data;

    g_free(state->interface);
    g_free(state->vm);
    g_free(state);
}

static void
add_state(HdEngine *engine, const HdNicPort *port, const HdPfState *pf, GPtrArray *states)
{
    const HdVfState *vf = hd_pf_find_vf(pf, port->index);
    g_autoptr(HdSavedNic) saved = NULL;
    HdNicState *state;

    if (vf == NULL)
        return;
    state = g_new0(HdNicState, 1);
    state->device = port->device;
    state->pf = port->pf;
    state->interface = g_strdup(port->interface);
    state->is_up = pf->is_up;
    state->index = port->index;
    state->now = vf->settings;
    if (hd_engine_has_store(engine))
        saved = hd_nic_find_saved(engine, port->device, NULL);
    if (saved != NULL) {
        state->vm = g_strdup(saved->vm);
        state->saved = saved->before;
    }
    g_ptr_array_add(states, state);
}

/* The functions whose settings are asked for. */
static const HdDevice *const *
list_functions(const HdDevice *const *device, unsigned *ret_n)
{
    const HdPciFacts *pci = hd_device_get_pci(*device);

    *ret_n = 1;
    if (pci == NULL || pci->n_vfs == 0)
        return device;
    *ret_n = pci->n_vfs;
    return pci->vfs;
}

GPtrArray *
hd_engine_read_nics(HdEngine *engine, const HdDevice *device, GError **error)
{
    g_autoptr(GPtrArray) states = g_ptr_array_new_with_free_func(state_free);
    g_autoptr(HdPfState) pf = NULL;
    const HdDevice *const *functions;
    unsigned n_functions;

    g_return_val_if_fail(engine != NULL && device != NULL, NULL);

    functions = list_functions(&device, &n_functions);
    for (unsigned i = 0; i < n_functions; i++) {
        g_autoptr(GError) local_error = NULL;
        g_autoptr(HdNicPort) port = NULL;

        if (hd_nic_is_function(functions[i]))
            port = hd_nic_port_new(engine, functions[i], NULL);
        if (port == NULL)
            continue;
        if (pf == NULL)
            pf = hd_nic_read_pf(engine, port, &local_error);
        /* The interface has gone since it was seen: nobody can say anything of it. */
        if (g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
            break;
        if (pf == NULL) {
            g_propagate_error(error, g_steal_pointer(&local_error));
            return NULL;
        }
        add_state(engine, port, pf, states);
    }
    return g_steal_pointer(&states);
}
