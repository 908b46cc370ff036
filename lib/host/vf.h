/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of a virtual function through its physical function, over rtnetlink (kernel,
 * include/uapi/linux/if_link.h, IFLA_VFINFO_LIST). Callers hold the lock of the physical function
 * (host/lock.h) from reading to verifying.
 */
#pragma once

#include "base/netlink.h"
#include <hostdev/nic.h>

G_BEGIN_DECLS

/* One virtual function of the kernel's table. */
typedef struct {
    unsigned index;
    /* All that the driver reports: MAC, VLAN, rate and link state always, trust and spoof check
     * where it knows them. */
    HdNicSettings settings;
} HdVfState;

/* State of a network interface that is a physical function. */
typedef struct {
    int ifindex;
    char name[16];
    gboolean is_up;        /* administratively (IFF_UP) */
    gboolean has_link;     /* and its port has a link (IFF_RUNNING) */
    gboolean has_profiles; /* the driver answers IFLA_VF_PORTS or IFLA_PORT_SELF */
    GArray *vfs;           /* HdVfState, by index */
} HdPfState;

/* Reads the interface and the table of its virtual functions. HD_ERROR_NOT_FOUND when there is no
 * such interface. */
HdPfState *hd_pf_read(HdNetlink *netlink, const char *interface, GError **error);
void hd_pf_state_free(HdPfState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdPfState, hd_pf_state_free)

/* The function of that index, NULL when the table has none. */
const HdVfState *hd_pf_find_vf(const HdPfState *state, unsigned index);

/* Whether the physical function is up; virtual functions of one that is down have no link, and
 * some drivers refuse to set them. HD_ERROR_UNSUPPORTED about device, a node device name, may be
 * NULL. */
gboolean hd_pf_check_up(const HdPfState *state, const char *device, GError **error);

/* Sets the interface up or down and makes sure that it is so. */
gboolean hd_pf_set_up(HdNetlink *netlink, const HdPfState *state, gboolean is_up, GError **error);

/* Whether the driver can take the settings, without changing any: what it does not report is not
 * supported; VLAN, rate and link state, which the kernel always reports, are tried by writing the
 * present value again. Not tried: a MAC address (writing zero again is not neutral), a VLAN
 * protocol other than that of a present tag, the numbers themselves; hd_vf_set() finds these out.
 * HD_ERROR_UNSUPPORTED names the setting, the interface and what is missing, HD_ERROR_DENIED is
 * for a caller who may not set anything. */
gboolean hd_vf_check(HdNetlink *netlink,
                     const HdPfState *state,
                     unsigned index,
                     const HdNicSettings *wanted,
                     GError **error);

/* Sets what settings say (not the profile: host/profile.h), one message a setting, MAC first; reads
 * back and compares. On error the settings that were changed already are put back to what state
 * says; what could not be put back is in the error's details, and makes it HD_ERROR_UNDO_FAILED
 * (except for a MAC address that the driver does not let go of, see below). */
gboolean hd_vf_set(HdNetlink *netlink,
                   const HdPfState *state,
                   unsigned index,
                   const HdNicSettings *settings,
                   GError **error);

/* Puts a function back to what before says, as far as it differs now, in the reverse order; goes on
 * after an error. A MAC address of zero (nobody had set one) that the driver refuses stays as it is
 * now: told by *ret_note (NULL: nothing to tell), which is written in any case. */
gboolean hd_vf_restore(HdNetlink *netlink,
                       const HdPfState *state,
                       unsigned index,
                       const HdNicSettings *before,
                       char **ret_note,
                       GError **error);

/* The MAC address of a network interface itself. */
gboolean hd_link_read_mac(HdNetlink *netlink, const char *interface, guint8 mac[6], GError **error);
gboolean hd_link_set_mac(HdNetlink *netlink,
                         const char *interface,
                         const guint8 mac[6],
                         GError **error);

G_END_DECLS
