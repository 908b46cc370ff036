/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * NetPeer: the other end of a netlink conversation, in a thread. It keeps one network interface
 * with virtual functions, answers as the kernel or lldpad does, and fails as it is told.
 */
#pragma once

#include <glib.h>

#include "base/netlink.h"
#include <hostdev/nic.h>

#define NET_PEER_NAME "eth0"
#define NET_PEER_INDEX 7
/* Another interface, without functions: has an address that can be set. */
#define NET_PEER_OWN_NAME "eth0v2"

typedef struct {
    guint8 mac[6];
    guint16 vlan_protocol;
    guint32 vlan;
    guint32 qos;
    guint32 spoof_check;
    guint32 trust;
    guint32 min_rate;
    guint32 max_rate;
    guint32 link_state;
} NetPeerVf;

/* What the switch knows of one port. */
typedef struct {
    gboolean is_held; /* from a request to associate to one to disassociate */
    gboolean is_known;
    guint8 uuid[16];
    unsigned asked; /* how often since the request */
} NetPeerPort;

/* What an answer may have that fits into its message and makes no sense. */
typedef enum {
    NET_DAMAGE_NONE,
    NET_DAMAGE_ENTRY, /* the attribute of a function goes beyond its entry */
    NET_DAMAGE_TWICE, /* all functions have one number */
    NET_DAMAGE_TABLE, /* the table says that it is longer than its entries */
    NET_DAMAGE_NAME,  /* the interface has no name */
    NET_DAMAGE_UUID,  /* a UUID is too short */
    NET_DAMAGE_PORT,  /* the attribute of a port goes beyond it */
} NetDamage;

/* Set before net_peer_connect(). */
typedef struct {
    HdNicFields lacks;   /* refused, and trust and spoof check are not reported */
    int lacks_errno;     /* EOPNOTSUPP when 0 */
    HdNicFields ignores; /* acknowledged, but nothing is set */
    gboolean refuses_zero_mac;
    gboolean ignores_zero_mac;
    gboolean knows_8021ad;
    gboolean is_old;          /* reports neither IFLA_VF_VLAN_LIST nor IFLA_VF_RATE */
    gboolean is_unprivileged; /* the caller may set nothing */
    gboolean stays_down;
    NetDamage damage;
    gboolean has_profiles;
    gboolean is_lldpad;
    const char *refusal_text; /* beside the errno of each refusal */
    unsigned pending;         /* so often asked, the switch has no response yet */
    gboolean says_pending;    /* by a response of its own, not by none */
    guint16 response;
} NetPeerDriver;

typedef enum {
    NET_FAULT_NONE,
    NET_FAULT_REFUSE,         /* with fault_errno; nothing is done */
    NET_FAULT_IGNORE,         /* acknowledged, but nothing is done */
    NET_FAULT_SILENCE,        /* nothing is done */
    NET_FAULT_DONE_SILENTLY,  /* done, but not answered */
    NET_FAULT_GARBAGE,        /* all of the following: done, but answered wrongly */
    NET_FAULT_TRUNCATED,      /* half of the answer */
    NET_FAULT_LONG_ATTRIBUTE, /* an attribute that goes beyond the message */
    NET_FAULT_WRONG_SEQUENCE,
    NET_FAULT_WRONG_TYPE,
    NET_FAULT_SHORT_ERROR, /* an acknowledgement without its number */
    NET_FAULT_FLIPPED,     /* some bytes behind the header, fault_errno seeds the choice */
    NET_FAULT_HUGE,        /* more than the bound */
    NET_FAULT_CLOSED,
} NetFault;

typedef struct _NetPeer NetPeer;

NetPeer *net_peer_new(unsigned vf_count, const NetPeerDriver *driver);
void net_peer_free(NetPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetPeer, net_peer_free)

/* The end that is to be tested; once. */
HdNetlink *net_peer_connect(NetPeer *peer);

/* The same as a descriptor that is the peer's, for who makes conversations over duplicates. */
int net_peer_open(NetPeer *peer);

/* Answers the number-th message from now on (1: the next) with the fault. With faults that end in
 * silence, answers are waited for NET_PEER_SILENCE_MS only from now on. */
#define NET_PEER_SILENCE_MS 400
void net_peer_fail(NetPeer *peer, unsigned number, NetFault fault, int fault_errno);

/* Sends that many foreign messages before each answer. */
void net_peer_chatter(NetPeer *peer, unsigned count);

/* Requests so far, and their bytes. */
unsigned net_peer_count(NetPeer *peer);
GBytes *net_peer_dup_request(NetPeer *peer, unsigned number);

NetPeerVf net_peer_get_vf(NetPeer *peer, unsigned index);
void net_peer_set_vf(NetPeer *peer, unsigned index, const NetPeerVf *vf);
void net_peer_get_mac(NetPeer *peer, guint8 mac[6]);
void net_peer_get_own_mac(NetPeer *peer, guint8 mac[6]);
gboolean net_peer_is_up(NetPeer *peer);
void net_peer_set_up(NetPeer *peer, gboolean is_up);

/* All that the interface and its functions hold, for comparison. */
GBytes *net_peer_dup_state(NetPeer *peer);

/* How many ports the switch holds, the interface itself counted too. */
unsigned net_peer_count_held(NetPeer *peer);
