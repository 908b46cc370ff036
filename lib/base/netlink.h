/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdNetlink: a bounded conversation over rtnetlink, with the kernel or with a daemon that speaks it
 * (lldpad). libnl makes and reads the messages.
 */
#pragma once

#include <glib.h>
#include <netlink/msg.h>

G_BEGIN_DECLS

/* How long an answer may take, as libvirt has it. */
#define HD_NETLINK_TIMEOUT_MS 2000

/* How long sending may take: the kernel carries a request out within the send call, after all that
 * others ask of any interface (making the virtual functions of a large card takes this long). */
#define HD_NETLINK_SEND_MS 30000

/* No answer is larger: 4000 virtual functions fit. */
#define HD_NETLINK_MAX_ANSWER (1024 * 1024)

/* No list is longer: half a million routes fit. */
#define HD_NETLINK_MAX_DUMP (64 * 1024 * 1024)

/* A message of libnl; named so that it can be a g_autoptr. */
typedef struct nl_msg HdMessage;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdMessage, nlmsg_free)

typedef struct _HdNetlink HdNetlink;

/* A conversation with the kernel (port 0), or with the process that listens on that port. */
HdNetlink *hd_netlink_new(guint32 port, GError **error);

/* For tests: talks over an open socket whose other end speaks netlink messages. Takes fd over. */
HdNetlink *hd_netlink_new_for_fd(int fd);

void hd_netlink_free(HdNetlink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdNetlink, hd_netlink_free)

/* Other bounds than the two above. */
void hd_netlink_set_timeouts(HdNetlink *self, unsigned send_ms, unsigned answer_ms);

/* Sends the message and waits for its answer: an acknowledgement (*ret_reply NULL), or the one
 * message that a get request is answered with. Answers to other requests are passed over; malformed
 * ones are HD_ERROR_KERNEL, silence is HD_ERROR_TIMEOUT, a refusal is the error of its errno, which
 * *ret_errno has as well (0 for all other outcomes; may be NULL). The message of an error says what
 * happened, not to what: callers put that in front. Takes msg over. */
gboolean hd_netlink_talk(HdNetlink *self,
                         struct nl_msg *msg,
                         struct nl_msg **ret_reply,
                         int *ret_errno,
                         GError **error);

/* Sends a request for a list (NLM_F_DUMP) and gathers the messages of its answer, one behind the
 * other, without the one that ends it. A list that changed while it was read is asked for again,
 * three times in all; the last one is taken as it is. Takes msg over. */
GBytes *hd_netlink_dump(HdNetlink *self, struct nl_msg *msg, GError **error);

G_END_DECLS
