/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider of VMs that fails on demand.
 */
#include "support/faultvm.h"

#include <string.h>

#include "base/error.h"
#include "base/nic.h"

#define MAX_FUNCTIONS 8

struct _FaultVm {
    HdVmProvider parent;
    HdVmProvider *inner;
    FakeHost *host;
    GHashTable *live; /* VM to its running definition */
    unsigned n_calls;
    unsigned failing_call;
    gboolean is_late;
    gboolean is_mute;
    gboolean leaves_drivers;
    gboolean delays_attach;
    char *late_vm;
    HdHostdev *late;
    NetPeer *peer;
    NetPeerVf saved[MAX_FUNCTIONS];
};

static FaultVm *
get_self(HdVmProvider *provider)
{
    return (FaultVm *) provider;
}

static void
free_provider(HdVmProvider *provider)
{
    FaultVm *self = get_self(provider);

    hd_vm_provider_free(self->inner);
    g_hash_table_unref(self->live);
    hd_hostdev_free(self->late);
    g_free(self->late_vm);
    g_free(self);
}

static GPtrArray *
list_vms(HdVmProvider *provider, GError **error)
{
    FaultVm *self = get_self(provider);

    return self->inner->klass->list_vms(self->inner, error);
}

static HdVm *
lookup_vm(HdVmProvider *provider, const char *name, GError **error)
{
    FaultVm *self = get_self(provider);

    return self->inner->klass->lookup_vm(self->inner, name, error);
}

static char *
read_definition(HdVmProvider *provider, const char *vm, HdVmScope scope, GError **error)
{
    FaultVm *self = get_self(provider);
    const char *live = g_hash_table_lookup(self->live, vm);

    if (scope == HD_VM_SCOPE_LIVE && live != NULL)
        return g_strdup(live);
    return self->inner->klass->read_definition(self->inner, vm, scope, error);
}

/* Whether this call is the one that fails at this moment. */
static gboolean
fails(FaultVm *self, gboolean is_late, GError **error)
{
    if (!is_late)
        self->n_calls++;
    if (self->failing_call != self->n_calls || self->is_late != is_late)
        return FALSE;
    hd_error_set(error, HD_ERROR_LIBVIRT, NULL, NULL, "call %u was made to fail", self->n_calls);
    return TRUE;
}

static gboolean
write_definition(HdVmProvider *provider,
                 const char *vm,
                 const char *expected,
                 const char *xml,
                 GError **error)
{
    FaultVm *self = get_self(provider);

    if (fails(self, FALSE, error))
        return FALSE;
    return self->inner->klass->write_definition(self->inner, vm, expected, xml, error) &&
           !fails(self, TRUE, error);
}

static gboolean
change_live(FaultVm *self,
            const char *vm,
            const HdHostdev *add,
            const HdHostdev *remove,
            GError **error)
{
    g_autofree char *xml = read_definition(&self->parent, vm, HD_VM_SCOPE_LIVE, error);
    g_autoptr(GPtrArray) added = g_ptr_array_new();
    g_autoptr(GPtrArray) removed = g_ptr_array_new();

    if (xml == NULL)
        return FALSE;
    if (add != NULL)
        g_ptr_array_add(added, (gpointer) add);
    if (remove != NULL)
        g_ptr_array_add(removed, (gpointer) remove);
    char *changed = hd_domain_xml_change(xml, added, removed, error);
    if (changed == NULL)
        return FALSE;
    g_hash_table_insert(self->live, g_strdup(vm), changed);
    return TRUE;
}

void
fault_vm_make_nic(FaultVm *self, unsigned index, const char *mac, unsigned vlan)
{
    NetPeerVf vf = net_peer_get_vf(self->peer, index);

    self->saved[index] = vf;
    g_assert_true(hd_mac_parse(mac, vf.mac));
    vf.vlan = vlan;
    vf.qos = 0;
    net_peer_set_vf(self->peer, index, &vf);
}

/* What it has not set it leaves alone. */
void
fault_vm_unmake_nic(FaultVm *self, unsigned index)
{
    NetPeerVf vf = net_peer_get_vf(self->peer, index);

    memcpy(vf.mac, self->saved[index].mac, sizeof vf.mac);
    vf.vlan = self->saved[index].vlan;
    vf.qos = 0;
    net_peer_set_vf(self->peer, index, &vf);
}

static gboolean
is_nic(const FaultVm *self, const HdHostdev *hostdev)
{
    return self->peer != NULL && hostdev->is_interface && hostdev->type == HD_HOSTDEV_PCI;
}

static void
make_nic(FaultVm *self, const HdHostdev *hostdev)
{
    HdNicSettings settings;

    if (!is_nic(self, hostdev))
        return;
    hd_hostdev_get_nic_settings(hostdev, &settings);
    fault_vm_make_nic(self, hostdev->pci.function - 1u, hostdev->mac,
                      (settings.fields & HD_NIC_VLAN) != 0 ? settings.vlan_id : 0);
}

static gboolean
attach_live(HdVmProvider *provider, const char *vm, const HdHostdev *hostdev, GError **error)
{
    FaultVm *self = get_self(provider);
    char address[HD_PCI_ADDRESS_STRLEN];

    if (fails(self, FALSE, error))
        return FALSE;
    if (self->delays_attach) {
        self->late = hd_hostdev_copy(hostdev);
        self->late_vm = g_strdup(vm);
        fake_host_give(self->host, hd_pci_address_format(&hostdev->pci, address));
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL, NULL, "libvirt has not answered");
        return FALSE;
    }
    if (!change_live(self, vm, hostdev, NULL, error))
        return FALSE;
    make_nic(self, hostdev);
    if (hostdev->type == HD_HOSTDEV_PCI)
        fake_host_give(self->host, hd_pci_address_format(&hostdev->pci, address));
    return !fails(self, TRUE, error);
}

static gboolean
detach_live(HdVmProvider *provider,
            const char *vm,
            const HdHostdev *hostdev,
            const HdVmWait *wait,
            GError **error)
{
    FaultVm *self = get_self(provider);
    char address[HD_PCI_ADDRESS_STRLEN];

    if (fails(self, FALSE, error))
        return FALSE;
    if (self->is_mute) {
        wait->wait(wait->timeout_ms, wait->user_data);
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL, NULL, "the guest has not answered");
        return FALSE;
    }
    if (!change_live(self, vm, NULL, hostdev, error))
        return FALSE;
    if (is_nic(self, hostdev))
        fault_vm_unmake_nic(self, hostdev->pci.function - 1u);
    if (hostdev->type == HD_HOSTDEV_PCI && !self->leaves_drivers)
        fake_host_take_back(self->host, hd_pci_address_format(&hostdev->pci, address));
    return !fails(self, TRUE, error);
}

static gboolean
check_hook(HdVmProvider *provider, char **ret_note, GError **error)
{
    return TRUE;
}

static const HdVmProviderClass klass = {
    .name = "libvirt",
    .nic_fields = HD_NIC_MAC | HD_NIC_VLAN | HD_NIC_PROFILE,
    .free = free_provider,
    .check_hook = check_hook,
    .list_vms = list_vms,
    .lookup_vm = lookup_vm,
    .read_definition = read_definition,
    .write_definition = write_definition,
    .attach_live = attach_live,
    .detach_live = detach_live,
};

FaultVm *
fault_vm_new(HdVmProvider *inner, FakeHost *host)
{
    FaultVm *self = g_new0(FaultVm, 1);

    self->parent.klass = &klass;
    self->inner = inner;
    self->host = host;
    self->live = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

HdVmProvider *
fault_vm_get_provider(FaultVm *self)
{
    return &self->parent;
}

void
fault_vm_fail_call(FaultVm *self, unsigned number, gboolean is_late)
{
    self->n_calls = 0;
    self->failing_call = number;
    self->is_late = is_late;
}

unsigned
fault_vm_count_calls(const FaultVm *self)
{
    return self->n_calls;
}

void
fault_vm_leave_drivers(FaultVm *self)
{
    self->leaves_drivers = TRUE;
}

void
fault_vm_delay_attach(FaultVm *self)
{
    self->delays_attach = TRUE;
}

void
fault_vm_end_late_call(FaultVm *self)
{
    g_assert_nonnull(self->late);
    g_assert_true(change_live(self, self->late_vm, self->late, NULL, NULL));
}

void
fault_vm_define_live(FaultVm *self, const char *vm, const char *elements)
{
    g_hash_table_insert(self->live, g_strdup(vm),
                        g_strdup_printf("<domain type='test' id='9'><name>%s</name><devices>%s"
                                        "</devices></domain>",
                                        vm, elements));
}

void
fault_vm_mute_guest(FaultVm *self)
{
    self->is_mute = TRUE;
}

char *
fault_vm_dup_live(FaultVm *self, const char *vm)
{
    return read_definition(&self->parent, vm, HD_VM_SCOPE_LIVE, NULL);
}

void
fault_vm_set_net_peer(FaultVm *self, NetPeer *peer)
{
    self->peer = peer;
}
