/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An interface's settings on the host, between libvirt's XML and HdNicSettings.
 */
#include <string.h>

#include "base/parse.h"
#include "devxml/read.h"
#include "devxml/rest.h"

HdHostdev *
hd_hostdev_find_mac(const GPtrArray *hostdevs, const char *mac)
{
    g_autofree char *wanted = hd_mac_dup_canonical(mac);

    for (unsigned i = 0; wanted != NULL && i < hostdevs->len; i++) {
        HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);
        g_autofree char *found = NULL;

        if (!hostdev->is_interface || hostdev->mac == NULL)
            continue;
        found = hd_mac_dup_canonical(hostdev->mac);
        if (g_strcmp0(found, wanted) == 0)
            return hostdev;
    }
    return NULL;
}

static void
get_mac(const HdHostdev *hostdev, HdNicSettings *settings)
{
    g_autofree char *mac = hostdev->mac != NULL ? hd_mac_dup_canonical(hostdev->mac) : NULL;

    if (mac == NULL)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(settings->mac); i++)
        settings->mac[i] = (guint8) (g_ascii_xdigit_value(mac[(gsize) i * 3]) * 16 +
                                     g_ascii_xdigit_value(mac[(gsize) i * 3 + 1]));
    settings->fields |= HD_NIC_MAC;
}

static void
get_vlan(const HdHostdev *hostdev, HdNicSettings *settings)
{
    if (hostdev->vlan_tags == NULL || hostdev->vlan_tags->len != 1 || hostdev->vlan_is_trunk ||
        hostdev->virtualport.type == HD_VIRTUALPORT_8021QBH)
        return;
    settings->vlan_id = g_array_index(hostdev->vlan_tags, HdVlanTag, 0).id;
    settings->vlan_protocol = HD_NIC_VLAN_8021Q;
    settings->fields |= HD_NIC_VLAN;
}

static void
get_profile(const HdHostdev *hostdev, HdNicSettings *settings)
{
    const HdVirtualport *port = &hostdev->virtualport;
    HdNicProfile *profile = &settings->profile;

    if (port->type == HD_VIRTUALPORT_8021QBH && port->profile_id != NULL) {
        profile->type = HD_NIC_PROFILE_8021QBH;
        g_strlcpy(profile->profile_id, port->profile_id, sizeof profile->profile_id);
    } else if (port->type == HD_VIRTUALPORT_8021QBG && port->manager_id >= 0 &&
               port->type_id >= 0 && port->type_id_version >= 0) {
        profile->type = HD_NIC_PROFILE_8021QBG;
        profile->manager_id = (guint8) port->manager_id;
        profile->type_id = (guint32) port->type_id;
        profile->type_id_version = (guint8) port->type_id_version;
        if (port->instance_id != NULL)
            g_strlcpy(profile->instance_id, port->instance_id, sizeof profile->instance_id);
    } else {
        return;
    }
    settings->fields |= HD_NIC_PROFILE;
}

void
hd_hostdev_get_nic_settings(const HdHostdev *hostdev, HdNicSettings *ret_settings)
{
    *ret_settings = (HdNicSettings){0};
    if (!hostdev->is_interface || hostdev->type != HD_HOSTDEV_PCI)
        return;
    get_mac(hostdev, ret_settings);
    get_vlan(hostdev, ret_settings);
    get_profile(hostdev, ret_settings);
}

static void
set_mac(HdHostdev *hostdev, const guint8 mac[6])
{
    g_free(hostdev->mac);
    hostdev->mac = g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                                   mac[4], mac[5]);
    hostdev->mac_is_generated = FALSE;
}

static void
set_vlan(HdHostdev *hostdev, guint16 id)
{
    const HdVlanTag tag = {.id = id, .native = HD_VLAN_NATIVE_NONE};

    hd_rest_forget(hostdev, "vlan");
    g_clear_pointer(&hostdev->vlan_tags, g_array_unref);
    hostdev->vlan_tags = g_array_new(FALSE, TRUE, sizeof(HdVlanTag));
    g_array_append_val(hostdev->vlan_tags, tag);
    hostdev->vlan_is_trunk = FALSE;
}

static void
set_profile(HdHostdev *hostdev, const HdNicProfile *profile)
{
    HdVirtualport *port = &hostdev->virtualport;

    hd_rest_forget(hostdev, "virtualport");
    g_free(port->instance_id);
    g_free(port->interface_id);
    g_free(port->profile_id);
    *port = (HdVirtualport){
        .type = HD_VIRTUALPORT_8021QBH,
        .manager_id = -1,
        .type_id = -1,
        .type_id_version = -1,
        .profile_id = g_strdup(profile->profile_id),
    };
}

void
hd_hostdev_set_nic_settings(HdHostdev *hostdev, const HdNicSettings *settings)
{
    if (!hostdev->is_interface || hostdev->is_network)
        return;
    g_clear_pointer(&hostdev->element, g_free);
    if ((settings->fields & HD_NIC_MAC) != 0)
        set_mac(hostdev, settings->mac);
    if ((settings->fields & HD_NIC_VLAN) != 0)
        set_vlan(hostdev, settings->vlan_id);
    if ((settings->fields & HD_NIC_PROFILE) != 0 &&
        settings->profile.type == HD_NIC_PROFILE_8021QBH)
        set_profile(hostdev, &settings->profile);
}
