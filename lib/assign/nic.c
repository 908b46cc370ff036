/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Virtual network functions as such: where their settings are made, and which of them by whom.
 */
#include "assign/nic.h"

#include <string.h>

#include "base/error.h"
#include "base/nic.h"
#include "devxml/nic-metadata.h"
#include "host/interface.h"

#define PCI_BASE_CLASS_NETWORK 0x02
#define CLASS_SHIFT 16

gboolean
hd_nic_is_function(const HdDevice *device)
{
    const HdPciFacts *pci = hd_device_get_pci(device);

    return pci != NULL && pci->physfn != NULL && pci->vf_index >= 0 &&
           pci->class_code >> CLASS_SHIFT == PCI_BASE_CLASS_NETWORK;
}

HdNicPort *
hd_nic_port_new(HdEngine *engine, const HdDevice *device, GError **error)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    const HdPciFacts *physfn = hd_device_get_pci(pci->physfn);
    g_autofree char *interface = hd_interface_dup_port(engine->sysfs, &physfn->address,
                                                       &pci->address);
    HdNicPort *port;

    if (interface == NULL) {
        const char *driver = hd_device_get_driver(pci->physfn);

        hd_error_set(error, HD_ERROR_UNSUPPORTED, hd_device_get_name(device),
                     "bind the physical function to its host driver",
                     "%s is a virtual function of %s, which has no network interface (driver %s), "
                     "so its MAC address and VLAN cannot be set",
                     hd_device_get_name(device), hd_device_get_name(pci->physfn),
                     driver != NULL ? driver : "none");
        return NULL;
    }
    port = g_new0(HdNicPort, 1);
    port->device = device;
    port->pf = pci->physfn;
    port->interface = g_steal_pointer(&interface);
    port->index = (unsigned) pci->vf_index;
    return port;
}

void
hd_nic_port_free(HdNicPort *port)
{
    if (port == NULL)
        return;
    g_free(port->interface);
    g_free(port);
}

/* What stays the same for this VM and this place in the host. */
static void
digest(const HdVm *vm, const HdDevice *device, const char *what, unsigned salt, guint8 ret[32])
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *text = g_strdup_printf("%s|%s|%s|%u", what,
                                            vm->uuid != NULL ? vm->uuid : vm->name,
                                            hd_device_get_name(device), salt);
    gsize length = 32;

    g_checksum_update(checksum, (const guchar *) text, -1);
    g_checksum_get_digest(checksum, ret, &length);
}

void
hd_nic_derive_mac(const HdVm *vm, const HdDevice *device, unsigned salt, guint8 ret_mac[6])
{
    static const guint8 prefix[3] = {0x52, 0x54, 0x00};
    guint8 bytes[32];

    digest(vm, device, "mac", salt, bytes);
    memcpy(ret_mac, prefix, sizeof prefix);
    memcpy(ret_mac + sizeof prefix, bytes, 6 - sizeof prefix);
}

void
hd_nic_derive_instance(const HdVm *vm,
                       const HdDevice *device,
                       char ret_uuid[HD_NIC_INSTANCE_ID_SIZE])
{
    guint8 b[32];

    digest(vm, device, "instance", 0, b);
    /* RFC 9562, version 8: a value that the application defines */
    g_snprintf(ret_uuid, HD_NIC_INSTANCE_ID_SIZE,
               "%02x%02x%02x%02x-%02x%02x-8%x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
               b[2], b[3], b[4], b[5], b[6] & 0xf, b[7], 0x80 | (b[8] & 0x3f), b[9], b[10], b[11],
               b[12], b[13], b[14], b[15]);
}

static gboolean
is_plain_vlan(const HdNicSettings *settings)
{
    return settings->vlan_qos == 0 && settings->vlan_protocol != HD_NIC_VLAN_8021AD;
}

void
hd_nic_split(const HdNicSettings *wanted,
             HdNicFields provider_fields,
             HdNicSettings *ret_early,
             HdNicSettings *ret_late)
{
    *ret_early = *wanted;
    *ret_late = *wanted;
    ret_early->fields &= ~provider_fields;
    ret_late->fields &= provider_fields & HD_NIC_VLAN;
    if (is_plain_vlan(wanted))
        ret_late->fields = 0;
    /* libvirt's interfaces of type hostdev take no other profile. */
    if ((wanted->fields & HD_NIC_PROFILE) != 0 && wanted->profile.type == HD_NIC_PROFILE_8021QBG)
        ret_early->fields |= HD_NIC_PROFILE;
}

void
hd_nic_get_extra(const HdNicSettings *wanted, HdNicFields provider_fields, HdNicSettings *ret_extra)
{
    HdNicSettings early;
    HdNicSettings late;

    hd_nic_split(wanted, provider_fields, &early, &late);
    *ret_extra = *wanted;
    ret_extra->fields = early.fields | late.fields;
    /* Tells later whether the interface is still the same. */
    if (ret_extra->fields != 0)
        ret_extra->fields |= wanted->fields & HD_NIC_MAC;
}

void
hd_nic_overlay(HdNicSettings *settings, const HdNicSettings *over)
{
    for (const char *const *name = hd_nic_setting_names; *name != NULL; name++) {
        g_autofree char *value = hd_nic_settings_dup_value(over, *name);

        if (value != NULL)
            hd_nic_settings_set_known(settings, *name, value, NULL);
    }
}

void
hd_nic_overlay_entry(HdNicSettings *settings, const HdNicSettings *entry, gboolean *ret_is_stale)
{
    HdNicSettings over = *entry;
    guint16 vlan_id = (settings->fields & HD_NIC_VLAN) != 0 ? settings->vlan_id : 0;

    *ret_is_stale = (over.fields & HD_NIC_MAC) != 0 &&
                    ((settings->fields & HD_NIC_MAC) == 0 ||
                     memcmp(over.mac, settings->mac, sizeof over.mac) != 0);
    if (*ret_is_stale)
        return;
    if ((over.fields & HD_NIC_VLAN) != 0 && over.vlan_id != vlan_id) {
        *ret_is_stale = TRUE;
        over.fields &= ~(unsigned) HD_NIC_VLAN;
    }
    hd_nic_overlay(settings, &over);
}

gboolean
hd_nic_overlay_metadata(HdNicSettings *settings,
                        const HdPciAddress *address,
                        const char *xml,
                        gboolean *ret_is_stale,
                        GError **error)
{
    g_autoptr(GArray) entries = hd_nic_metadata_read(xml, error);

    *ret_is_stale = FALSE;
    for (unsigned i = 0; entries != NULL && i < entries->len; i++) {
        const HdNicMetadata *entry = &g_array_index(entries, HdNicMetadata, i);

        if (hd_pci_address_compare(&entry->device, address) == 0)
            hd_nic_overlay_entry(settings, &entry->settings, ret_is_stale);
    }
    return entries != NULL;
}
