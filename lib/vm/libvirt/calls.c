/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * VMs and their definitions as libvirt has them.
 */
#include "vm/libvirt/calls.h"

#include <string.h>

#include "base/error.h"
#include "vm/libvirt/errors.h"

/* libvirt's drivers allow file names. */
#define MAX_NAME_BYTES 1024
#define MAX_SHOWN_NAME_BYTES 128

HdRequest *
hd_request_new(const char *vm, const char *verb)
{
    HdRequest *request = g_new0(HdRequest, 1);
    g_autofree char *shown = hd_libvirt_dup_printable(vm, MAX_SHOWN_NAME_BYTES);

    request->vm = g_strdup(vm);
    request->action = g_strdup_printf("%s VM '%s'", verb, shown);
    return request;
}

void
hd_request_free(HdRequest *request)
{
    if (request == NULL)
        return;
    g_free(request->vm);
    g_free(request->expected);
    g_free(request->xml);
    g_free(request->action);
    g_free(request);
}

virDomain *
hd_libvirt_lookup_domain(virConnectPtr connection, const HdRequest *request, GError **error)
{
    virDomain *domain = NULL;
    gsize length = strlen(request->vm);

    if (length > 0 && length <= MAX_NAME_BYTES)
        domain = hd_libvirt.virDomainLookupByName(connection, request->vm);
    if (domain != NULL)
        return domain;
    if (length == 0 || length > MAX_NAME_BYTES || hd_libvirt_is_no_domain())
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, "see 'hostdev vms' for the VMs there are",
                     "cannot %s: there is no such VM", request->action);
    else
        hd_libvirt_take_error(error, request->action);
    return NULL;
}

static HdVmState
to_state(int libvirt_state)
{
    switch (libvirt_state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
        return HD_VM_RUNNING;
    case VIR_DOMAIN_PAUSED:
        return HD_VM_PAUSED;
    case VIR_DOMAIN_SHUTOFF:
        return HD_VM_SHUTOFF;
    default:
        return HD_VM_OTHER;
    }
}

static HdVm *
new_vm(virDomain *domain, const char *action, GError **error)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    int state;
    int is_persistent;
    HdVm *vm;

    is_persistent = hd_libvirt.virDomainIsPersistent(domain);
    if (is_persistent < 0 || hd_libvirt.virDomainGetState(domain, &state, NULL, 0) < 0 ||
        hd_libvirt.virDomainGetUUIDString(domain, uuid) < 0) {
        hd_libvirt_take_error(error, action);
        return NULL;
    }
    vm = hd_vm_new(hd_libvirt.virDomainGetName(domain), "libvirt", uuid);
    vm->state = to_state(state);
    vm->is_persistent = is_persistent == 1;
    return vm;
}

static int
compare_vms(gconstpointer a, gconstpointer b)
{
    const HdVm *const *first = a;
    const HdVm *const *second = b;

    return strcmp((*first)->name, (*second)->name);
}

static void
free_domains(virDomain **domains)
{
    for (virDomain **domain = domains; *domain != NULL; domain++)
        hd_libvirt.virDomainFree(*domain);
    free(domains); /* libvirt's, so not g_free() */
}

gpointer
hd_libvirt_list_vms(virConnectPtr connection, gpointer data, GError **error)
{
    g_autoptr(GPtrArray) vms = g_ptr_array_new_with_free_func((GDestroyNotify) hd_vm_free);
    g_autoptr(GError) local_error = NULL;
    virDomain **domains = NULL;

    if (hd_libvirt.virConnectListAllDomains(connection, &domains, 0) < 0) {
        hd_libvirt_take_error(error, "list VMs");
        return NULL;
    }
    for (virDomain **domain = domains; *domain != NULL && local_error == NULL; domain++) {
        HdVm *vm = new_vm(*domain, "list VMs", &local_error);

        if (vm != NULL)
            g_ptr_array_add(vms, vm);
        else if (g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND))
            g_clear_error(&local_error); /* it has vanished since the list was made */
    }
    free_domains(domains);
    if (local_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return NULL;
    }
    g_ptr_array_sort(vms, compare_vms);
    return g_steal_pointer(&vms);
}

gpointer
hd_libvirt_lookup_vm(virConnectPtr connection, gpointer data, GError **error)
{
    const HdRequest *request = data;
    g_autoptr(virDomain) domain = hd_libvirt_lookup_domain(connection, request, error);

    return domain != NULL ? new_vm(domain, request->action, error) : NULL;
}

static gboolean
check_scope(virDomain *domain, const HdRequest *request, GError **error)
{
    gboolean is_live = request->scope == HD_VM_SCOPE_LIVE;
    int answer = is_live ? hd_libvirt.virDomainIsActive(domain)
                         : hd_libvirt.virDomainIsPersistent(domain);

    if (answer == 1)
        return TRUE;
    if (answer < 0)
        hd_libvirt_take_error(error, request->action);
    else
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, NULL, "cannot %s: %s", request->action,
                     is_live ? "the VM does not run" : "the VM has no stored configuration");
    return FALSE;
}

char *
hd_libvirt_read_xml(virDomain *domain, const HdRequest *request, GError **error)
{
    /* Secrets are part of what is written back later; without them libvirt would forget them. */
    unsigned flags = request->scope == HD_VM_SCOPE_LIVE
                         ? 0
                         : VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE;
    char *xml;
    char *copy;

    if (!check_scope(domain, request, error))
        return NULL;
    xml = hd_libvirt.virDomainGetXMLDesc(domain, flags);
    if (xml == NULL) {
        hd_libvirt_take_error(error, request->action);
        return NULL;
    }
    copy = g_strdup(xml);
    free(xml);
    return copy;
}

gpointer
hd_libvirt_read_definition(virConnectPtr connection, gpointer data, GError **error)
{
    const HdRequest *request = data;
    g_autoptr(virDomain) domain = hd_libvirt_lookup_domain(connection, request, error);

    return domain != NULL ? hd_libvirt_read_xml(domain, request, error) : NULL;
}

static gboolean
has_equal(const GPtrArray *hostdevs, const HdHostdev *hostdev)
{
    for (unsigned i = 0; i < hostdevs->len; i++) {
        if (hd_hostdev_equal_source(g_ptr_array_index(hostdevs, i), hostdev))
            return TRUE;
    }
    return FALSE;
}

/* Whether both definitions hold the same devices. */
static gboolean
hold_the_same(const char *a, const char *b, gboolean *ret_same, GError **error)
{
    g_autoptr(GPtrArray) first = hd_hostdev_list_from_domain(a, error);
    g_autoptr(GPtrArray) second = first != NULL ? hd_hostdev_list_from_domain(b, error) : NULL;
    gboolean is_same;

    if (second == NULL)
        return FALSE;
    is_same = first->len == second->len;
    for (unsigned i = 0; is_same && i < first->len; i++)
        is_same = has_equal(second, g_ptr_array_index(first, i));
    *ret_same = is_same;
    return TRUE;
}

static gboolean
define(virConnectPtr connection, const char *xml, const char *action, GError **error)
{
    g_autoptr(virDomain) defined = hd_libvirt.virDomainDefineXMLFlags(connection, xml, 0);

    if (defined == NULL)
        hd_libvirt_take_error(error, action);
    return defined != NULL;
}

static gboolean
check_stored(virDomain *domain, const HdRequest *request, GError **error)
{
    g_autofree char *stored = hd_libvirt_read_xml(domain, request, error);
    gboolean is_same;

    if (stored == NULL || !hold_the_same(request->xml, stored, &is_same, error))
        return FALSE;
    if (!is_same)
        hd_error_set(error, HD_ERROR_LIBVIRT, NULL, NULL,
                     "cannot %s: libvirt has stored other devices than it was given",
                     request->action);
    return is_same;
}

/* libvirt has no "replace if unchanged": between comparing and defining another program may still
 * write. The time between is kept short, and what is stored afterwards is looked at. */
gpointer
hd_libvirt_write_definition(virConnectPtr connection, gpointer data, GError **error)
{
    const HdRequest *request = data;
    g_autoptr(virDomain) domain = hd_libvirt_lookup_domain(connection, request, error);
    g_autofree char *stored = domain != NULL ? hd_libvirt_read_xml(domain, request, error) : NULL;

    if (stored == NULL)
        return NULL;
    if (strcmp(stored, request->expected) != 0) {
        hd_error_set(error, HD_ERROR_STATE_CHANGED, NULL, "ask again: the plan is then made anew",
                     "cannot %s: another program has changed it since it was read",
                     request->action);
        return NULL;
    }
    if (!define(connection, request->xml, request->action, error))
        return NULL;
    if (!check_stored(domain, request, error)) {
        define(connection, stored, request->action, NULL);
        return NULL;
    }
    return GINT_TO_POINTER(TRUE);
}

gpointer
hd_libvirt_attach_live(virConnectPtr connection, gpointer data, GError **error)
{
    const HdRequest *request = data;
    g_autoptr(virDomain) domain = hd_libvirt_lookup_domain(connection, request, error);

    if (domain == NULL)
        return NULL;
    if (hd_libvirt.virDomainAttachDeviceFlags(domain, request->xml, VIR_DOMAIN_AFFECT_LIVE) < 0) {
        hd_libvirt_take_error(error, request->action);
        return NULL;
    }
    return GINT_TO_POINTER(TRUE);
}
