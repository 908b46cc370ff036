/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdNetwork: interfaces, what stands on what among them, and what is said about each: addresses,
 * routes, remote ends. Told for every interface of hardware below.
 */
#pragma once

#include <netlink/msg.h>

#include "usage/scan.h"

G_BEGIN_DECLS

/* An IP address; IPv4 in IPv6 is IPv4. */
typedef struct {
    guint8 family; /* AF_INET, AF_INET6; 0 for none */
    guint8 bytes[16];
    char scope[16]; /* the interface of a link-local one, empty when it does not say */
} HdAddress;

typedef struct {
    int index;
    char *name;
    char *kind; /* IFLA_INFO_KIND, empty for hardware */
    int master;
    int link; /* the interface below it, 0 for none in this name space */
    HdAddress remote;
    GPtrArray *heads; /* of HdHead; NULL */
    GArray *uppers;   /* of int; NULL */
    unsigned n_routes;
    guint64 visit;
} HdInterface;

/* What is said about an interface. */
typedef struct {
    HdUseKind kind;
    HdUseSeverity severity;
    char *subject;
    char **chain; /* above the interface */
} HdHead;

/* A remote address that something of the host talks to, and the best way there so far. */
typedef struct {
    HdAddress address;
    HdHead *head;    /* NULL for the end of a tunnel */
    int tunnel;      /* its interface */
    int best_length; /* of the prefix, -1 for none yet */
    guint32 best_metric;
    GArray *ways; /* of int */
} HdRemote;

struct _HdNetwork {
    GHashTable *by_index; /* int: HdInterface */
    GPtrArray *interfaces;
    GHashTable *by_address; /* HdAddress: GArray of int */
    GPtrArray *remotes;
    unsigned n_listeners;
    guint64 visits;
};

HdNetwork *hd_network_new(void);
void hd_network_free(HdNetwork *network);

/* FALSE when text is no address. */
gboolean hd_address_parse(const char *text, HdAddress *ret_address);
void hd_address_set(HdAddress *address, int family, const void *bytes);
char *hd_address_dup_text(const HdAddress *address);
gboolean hd_address_is_any(const HdAddress *address);

/* NULL when there is none of that number. */
HdInterface *hd_network_find(const HdNetwork *network, int index);

/* Says something about an interface, once; above: the texts of the chain, NULL-terminated. */
void hd_network_add_head(HdInterface *interface, const HdUse *draft, const char *const *above);

/* The same for all interfaces that have the address; FALSE when none has. */
gboolean hd_network_add_local(HdScan *scan,
                              const HdAddress *address,
                              const HdUse *draft,
                              const char *const *above);

/* The same for the interfaces that lead to the address. */
void hd_network_add_remote(HdScan *scan,
                           const HdAddress *address,
                           const HdUse *draft,
                           const char *const *above);

/* The same for a tunnel, which stands on these interfaces. */
void hd_network_add_tunnel(HdScan *scan, const HdAddress *address, int tunnel);

/* Calls for each good message of the type in the bytes; body_size is that of its fixed part. */
typedef void (*HdMessageFunc)(HdScan *scan, struct nlmsghdr *message);
void hd_network_for_each(HdScan *scan,
                         GBytes *bytes,
                         int type,
                         gsize body_size,
                         HdMessageFunc func);

/* A number of four bytes, other when the attribute is missing or short. */
guint32 hd_network_get_u32(const struct nlattr *attribute, guint32 other);

/* The address in an attribute, FALSE when it is missing or short. */
gboolean hd_network_get_address(const struct nlattr *attribute, int family, HdAddress *ret_address);

/* Finds the ways to all remote addresses, and says of each interface what goes through it. */
void hd_scan_routes(HdScan *scan);

/* Open ports and connections: what the tables of TCP say of addresses and inodes. */
typedef struct {
    HdAddress local;
    HdAddress remote;
    guint16 local_port;
    gboolean is_listening;
    gboolean is_established;
    guint64 inode;
} HdSocket;
typedef void (*HdSocketFunc)(HdScan *scan, const HdSocket *socket, gpointer user_data);
void hd_sockets_for_each(HdScan *scan, HdSocketFunc func, gpointer user_data);

G_END_DECLS
