/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Port profiles: association of a virtual function with a profile of its switch (kernel,
 * include/uapi/linux/if_link.h, IFLA_VF_PORTS; IEEE 802.1Qbg VDP through lldpad).
 */
#pragma once

#include "base/netlink.h"
#include <hostdev/nic.h>

G_BEGIN_DECLS

/* Bounds of libvirt: an answer is looked for that often, at this interval. */
#define HD_PROFILE_POLL_MS 125
#define HD_PROFILE_POLLS 80

typedef struct {
    const char *interface; /* name of the physical function's interface */
    int ifindex;
    int vf; /* index; -1: the interface itself */
    HdNicProfile profile;
    guint8 mac[6];
    guint16 vlan_id;      /* Qbg; 0: none */
    guint8 vm_uuid[16];   /* Qbh: instance */
    guint8 host_uuid[16]; /* Qbh */
} HdProfileTarget;

/* Whether the target can be associated at all: Qbh needs a driver that answers port profiles, Qbg
 * an lldpad for the interface. HD_ERROR_UNSUPPORTED says which part is missing. run is the folder
 * in which lldpad.pid is looked for ("/run"). */
gboolean hd_profile_check(const HdProfileTarget *target,
                          gboolean driver_has_profiles,
                          const char *run,
                          GError **error);

/* The conversation that the profile's type needs: with the kernel, or with lldpad. */
HdNetlink *hd_profile_connect(const HdNicProfile *profile, const char *run, GError **error);

/* Associates and waits for the answer. An error leaves nothing associated: a request that was
 * answered too late or not at all is taken back; where even that fails it is HD_ERROR_UNDO_FAILED.
 * A refusal is HD_ERROR_KERNEL with the response's name, HD_ERROR_LIMIT for want of resources. The
 * MAC address that the request carries stays for the caller to put back. poll_ms is
 * HD_PROFILE_POLL_MS but in tests. */
gboolean hd_profile_associate(HdNetlink *netlink,
                              const HdProfileTarget *target,
                              unsigned poll_ms,
                              GError **error);

/* Success when nothing is associated. */
gboolean hd_profile_disassociate(HdNetlink *netlink,
                                 const HdProfileTarget *target,
                                 unsigned poll_ms,
                                 GError **error);

/* The request's message: for tests of its bytes. is_associate FALSE: disassociate. Qbh for the
 * interface itself (vf -1) carries no MAC address: kernels since 5.2 refuse one there, and the
 * driver takes the interface's. An instance_id that is no UUID becomes zero; all others of these
 * functions refuse it. */
struct nl_msg *hd_profile_build(const HdProfileTarget *target, gboolean is_associate);

G_END_DECLS
