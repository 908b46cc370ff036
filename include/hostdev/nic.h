/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of a network function that the host makes before a VM gets it.
 */
#pragma once

#include <glib.h>
#include <hostdev/error.h>

G_BEGIN_DECLS

/**
 * HdNicFields:
 * @HD_NIC_MAC: the administrative MAC address
 * @HD_NIC_VLAN: VLAN tag with priority and protocol
 * @HD_NIC_TRUST: whether the function may change its own MAC, use promiscuous mode and the like
 * @HD_NIC_SPOOF_CHECK: whether frames with another source address are dropped
 * @HD_NIC_RATE: lowest and highest transmit rate
 * @HD_NIC_LINK_STATE: the link state that the function sees
 * @HD_NIC_PROFILE: a port profile of IEEE 802.1Qbg or 802.1Qbh
 *
 * Which settings are meant (kernel, include/uapi/linux/if_link.h, IFLA_VF_INFO and IFLA_VF_PORTS).
 *
 * Since: 0.1
 */
typedef enum {
    HD_NIC_MAC = 1 << 0,
    HD_NIC_VLAN = 1 << 1,
    HD_NIC_TRUST = 1 << 2,
    HD_NIC_SPOOF_CHECK = 1 << 3,
    HD_NIC_RATE = 1 << 4,
    HD_NIC_LINK_STATE = 1 << 5,
    HD_NIC_PROFILE = 1 << 6,
} HdNicFields;

/**
 * HdNicLink:
 * @HD_NIC_LINK_AUTO: as the physical port's
 * @HD_NIC_LINK_ENABLE: always up
 * @HD_NIC_LINK_DISABLE: always down
 *
 * Link state of a virtual function; the numbers are the kernel's (enum ifla_vf_link_state).
 *
 * Since: 0.1
 */
typedef enum {
    HD_NIC_LINK_AUTO = 0,
    HD_NIC_LINK_ENABLE = 1,
    HD_NIC_LINK_DISABLE = 2,
} HdNicLink;

/**
 * HdNicProfileType:
 * @HD_NIC_PROFILE_8021QBG: IEEE 802.1Qbg (VSI), through lldpad
 * @HD_NIC_PROFILE_8021QBH: IEEE 802.1Qbh (port extension), through the driver
 *
 * Kinds of port profile that this library associates itself.
 *
 * Since: 0.1
 */
typedef enum {
    HD_NIC_PROFILE_8021QBG,
    HD_NIC_PROFILE_8021QBH,
} HdNicProfileType;

/**
 * HD_NIC_PROFILE_ID_SIZE:
 *
 * Bytes that hold the name of a profile with its terminating zero (kernel, PORT_PROFILE_MAX).
 *
 * Since: 0.1
 */
#define HD_NIC_PROFILE_ID_SIZE 40

/**
 * HD_NIC_INSTANCE_ID_SIZE:
 *
 * Bytes that hold a UUID with its terminating zero.
 *
 * Since: 0.1
 */
#define HD_NIC_INSTANCE_ID_SIZE 37

/**
 * HdNicProfile:
 * @type: which standard; the other members are meant only for one of them
 * @manager_id: Qbg: VSI manager
 * @type_id: Qbg: VSI type, at most 0xffffff
 * @type_id_version: Qbg: version of the VSI type
 * @instance_id: Qbg: VSI instance, a UUID in lower case; empty: not given
 * @profile_id: Qbh: name of the profile
 *
 * A port profile (libvirt, "Domain XML format", element `virtualport`).
 *
 * Since: 0.1
 */
typedef struct {
    HdNicProfileType type;
    guint8 manager_id;
    guint32 type_id;
    guint8 type_id_version;
    char instance_id[HD_NIC_INSTANCE_ID_SIZE];
    char profile_id[HD_NIC_PROFILE_ID_SIZE];
} HdNicProfile;

/**
 * HD_NIC_VLAN_8021Q:
 *
 * Protocol of a customer's tag, which every switch knows (IEEE 802.1Q).
 *
 * Since: 0.1
 */
#define HD_NIC_VLAN_8021Q 0x8100

/**
 * HD_NIC_VLAN_8021AD:
 *
 * Protocol of a provider's tag, around one of the customer's (IEEE 802.1ad).
 *
 * Since: 0.1
 */
#define HD_NIC_VLAN_8021AD 0x88a8

/**
 * HdNicSettings:
 * @fields: which of the following members say something
 * @mac: MAC address
 * @vlan_id: VLAN tag, 0 (no VLAN) to 4094; what the kernel reports may be 4095, which is reserved
 * @vlan_qos: priority, 0 to 7
 * @vlan_protocol: %HD_NIC_VLAN_8021Q (also when 0) or %HD_NIC_VLAN_8021AD
 * @trust: trusted or not
 * @spoof_check: checked or not
 * @min_rate: lowest transmit rate in Mbit/s, 0 for none
 * @max_rate: highest transmit rate in Mbit/s, 0 for no limit
 * @link_state: link state
 * @profile: port profile
 *
 * Settings of one network function. A value; set to zero it says nothing.
 *
 * Since: 0.1
 */
typedef struct {
    HdNicFields fields;
    guint8 mac[6];
    guint16 vlan_id;
    guint8 vlan_qos;
    guint16 vlan_protocol;
    gboolean trust;
    gboolean spoof_check;
    guint32 min_rate;
    guint32 max_rate;
    HdNicLink link_state;
    HdNicProfile profile;
} HdNicSettings;

/**
 * hd_nic_settings_set:
 * @settings: settings
 * @name: `mac`, `vlan`, `trust`, `spoof-check`, `min-rate`, `max-rate`, `link-state` or
 *   `virtualport`
 * @value: `52:54:00:12:34:56`; `ID[:QOS[:802.1Q|802.1ad]]`; `on` or `off`; Mbit/s; `auto`,
 *   `enable` or `disable`; `802.1Qbh:profileid=NAME` or
 *   `802.1Qbg:managerid=N,typeid=N,typeidversion=N[,instanceid=UUID]`
 * @error: return location for a #GError: %HD_ERROR_INVALID
 *
 * Sets one setting from its text. The MAC address must be a unicast one and not zero; the VLAN ID
 * is from 0 to 4094, since IEEE 802.1Q reserves 4095; the lowest rate must not exceed the highest
 * one that @settings say already, and the other way round. All behind `profileid=` is the name, 1
 * to 39 bytes of UTF-8 without control characters. N is decimal, hexadecimal after `0x` or octal
 * after `0`. With an error @settings stay as they were.
 *
 * Returns: whether the text was good
 *
 * Since: 0.1
 */
gboolean hd_nic_settings_set(HdNicSettings *settings,
                             const char *name,
                             const char *value,
                             GError **error);

/**
 * hd_nic_settings_dup_value:
 * @settings: settings
 * @name: one of the names of hd_nic_settings_set()
 *
 * Returns: (transfer full) (nullable): the setting as hd_nic_settings_set() takes it, in its
 *   shortest form; %NULL when @settings do not say it
 *
 * Since: 0.1
 */
char *hd_nic_settings_dup_value(const HdNicSettings *settings, const char *name);

/**
 * hd_nic_settings_dup_text:
 * @settings: settings
 *
 * Returns: (transfer full): all that @settings say, for people: `MAC 52:54:00:12:34:56, VLAN 42,
 *   trust on`; empty when they say nothing
 *
 * Since: 0.1
 */
char *hd_nic_settings_dup_text(const HdNicSettings *settings);

/**
 * hd_nic_settings_equal:
 * @a: settings
 * @b: others
 *
 * Returns: whether both say the same
 *
 * Since: 0.1
 */
gboolean hd_nic_settings_equal(const HdNicSettings *a, const HdNicSettings *b);

G_END_DECLS
