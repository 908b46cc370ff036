/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of kinds and severities, and what each kind weighs.
 */
#include "usage/scan.h"

static const struct {
    const char *name;
    HdUseSeverity severity;
} kinds[HD_USE_LAST] = {
    [HD_USE_ROOT] = {"root", HD_USE_NEVER},
    [HD_USE_STATE] = {"state", HD_USE_NEVER},
    [HD_USE_SESSION] = {"session", HD_USE_NEVER},
    [HD_USE_MOUNT] = {"mount", HD_USE_BLOCKS},
    [HD_USE_SWAP] = {"swap", HD_USE_BLOCKS},
    [HD_USE_DM] = {"dm", HD_USE_BLOCKS},
    [HD_USE_LVM] = {"lvm", HD_USE_BLOCKS},
    [HD_USE_CRYPT] = {"crypt", HD_USE_BLOCKS},
    [HD_USE_MULTIPATH] = {"multipath", HD_USE_BLOCKS},
    [HD_USE_MD] = {"md", HD_USE_BLOCKS},
    [HD_USE_BCACHE] = {"bcache", HD_USE_BLOCKS},
    [HD_USE_LOOP] = {"loop", HD_USE_BLOCKS},
    [HD_USE_BTRFS] = {"btrfs", HD_USE_BLOCKS},
    [HD_USE_ZFS] = {"zfs", HD_USE_BLOCKS},
    [HD_USE_HOLDER] = {"holder", HD_USE_BLOCKS},
    [HD_USE_CONTENT] = {"content", HD_USE_INFORMS},
    [HD_USE_NFS] = {"nfs", HD_USE_BLOCKS},
    [HD_USE_NETWORK_MOUNT] = {"network-mount", HD_USE_BLOCKS},
    [HD_USE_ISCSI] = {"iscsi", HD_USE_BLOCKS},
    [HD_USE_ADDRESS] = {"address", HD_USE_BLOCKS},
    [HD_USE_ROUTE] = {"route", HD_USE_BLOCKS},
    [HD_USE_DEFAULT_ROUTE] = {"default-route", HD_USE_BLOCKS},
    [HD_USE_LISTENER] = {"listener", HD_USE_INFORMS},
    [HD_USE_BRIDGE] = {"bridge", HD_USE_BLOCKS},
    [HD_USE_BOND] = {"bond", HD_USE_BLOCKS},
    [HD_USE_TEAM] = {"team", HD_USE_BLOCKS},
    [HD_USE_OVS] = {"ovs", HD_USE_BLOCKS},
    [HD_USE_VRF] = {"vrf", HD_USE_BLOCKS},
    [HD_USE_VLAN] = {"vlan", HD_USE_BLOCKS},
    [HD_USE_MACVLAN] = {"macvlan", HD_USE_BLOCKS},
    [HD_USE_TUNNEL] = {"tunnel", HD_USE_BLOCKS},
    [HD_USE_UPPER] = {"upper", HD_USE_BLOCKS},
    [HD_USE_BOOT_DISPLAY] = {"boot-display", HD_USE_BLOCKS},
    [HD_USE_FRAMEBUFFER] = {"framebuffer", HD_USE_BLOCKS},
    [HD_USE_CONSOLE] = {"console", HD_USE_BLOCKS},
    [HD_USE_CONSOLE_INPUT] = {"console-input", HD_USE_INFORMS},
    [HD_USE_DRM_CLIENT] = {"drm-client", HD_USE_BLOCKS},
    [HD_USE_USBFS] = {"usbfs", HD_USE_BLOCKS},
    [HD_USE_OPEN_NODE] = {"open-node", HD_USE_BLOCKS},
    [HD_USE_VFIO] = {"vfio", HD_USE_INFORMS},
};

const char *
hd_use_kind_get_name(HdUseKind kind)
{
    g_return_val_if_fail(kind < HD_USE_LAST, NULL);
    return kinds[kind].name;
}

HdUseSeverity
hd_use_kind_get_severity(HdUseKind kind)
{
    return kinds[kind].severity;
}

const char *
hd_use_severity_get_name(HdUseSeverity severity)
{
    switch (severity) {
    case HD_USE_INFORMS:
        return "informs";
    case HD_USE_BLOCKS:
        return "blocks";
    case HD_USE_NEVER:
        return "never";
    }
    g_return_val_if_reached(NULL);
}
