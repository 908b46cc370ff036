/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages about a network interface (kernel, include/uapi/linux/rtnetlink.h and if_link.h):
 * asking, reading the answer, and the begin of every request to set something.
 */
#pragma once

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/netlink.h"

G_BEGIN_DECLS

/* Names one interface: by index where that is known (above 0), else by name. */
typedef struct {
    int ifindex;
    const char *name;
} HdLinkName;

/* What an answer says about an interface. Points into the message. */
typedef struct {
    HdMessage *message;
    struct ifinfomsg info;
    const struct nlattr *name;    /* NULL as the following when it is not there */
    const struct nlattr *address; /* IFLA_ADDRESS */
    const struct nlattr *vfs;     /* first IFLA_VF_INFO of IFLA_VFINFO_LIST */
    int vfs_size;                 /* bytes of all of them */
    const struct nlattr *ports;   /* IFLA_VF_PORTS */
    const struct nlattr *self;    /* IFLA_PORT_SELF */
} HdLink;

void hd_link_free(HdLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdLink, hd_link_free)

/* An RTM_SETLINK or RTM_GETLINK request with its struct ifinfomsg; the name only where there is no
 * index. No request is larger than what this has room for. */
HdMessage *hd_link_request(int type, const HdLinkName *link, const struct ifinfomsg *info);

/* Asks for the interface. filter: RTEXT_FILTER_ flags. HD_ERROR_NOT_FOUND when it is not there. */
HdLink *hd_link_ask(HdNetlink *netlink, const HdLinkName *link, guint32 filter, GError **error);

/* Reads an answer. type is what it must be: RTM_NEWLINK of the kernel, NLMSG_DONE of lldpad. Takes
 * message over, which may be NULL. */
HdLink *hd_link_parse(HdMessage *message, int type, GError **error);

/* Whether the attribute has at least size bytes; copies them. */
gboolean hd_link_read_attribute(const struct nlattr *attribute, void *target, gsize size);

/* Sets an HD_ERROR_KERNEL of an answer that cannot be understood. Returns FALSE. */
gboolean hd_link_set_malformed(GError **error, const char *what);

G_END_DECLS
