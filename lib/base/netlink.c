/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdNetlink: one request, one answer, each with a deadline.
 */
#include "base/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/fd.h"

/* How often a list is asked for that changes while it is read. */
#define DUMP_TRIES 3

struct _HdNetlink {
    int fd;
    gboolean is_netlink; /* not a test's socket pair: senders have ports */
    guint32 own_port;
    guint32 peer_port;
    const char *peer; /* what messages call it */
    guint32 sequence; /* of the last request */
    unsigned send_ms;
    unsigned answer_ms;
};

/* One request on its way. Shared by the caller and the worker that sends it; the one that lets go
 * last frees it. */
typedef struct {
    GMutex lock;
    GCond done_cond;
    gboolean is_done;
    int errno_value;
    int fd;
    HdMessage *message;
    struct sockaddr_nl target;
    socklen_t target_size;
} Sending;

typedef enum {
    NOT_OURS,
    ANSWERED,
    REFUSED,
    MALFORMED,
} Outcome;

static HdNetlink *
new_for_fd(int fd)
{
    HdNetlink *self = g_new0(HdNetlink, 1);

    self->fd = fd;
    self->peer = "the kernel";
    self->send_ms = HD_NETLINK_SEND_MS;
    self->answer_ms = HD_NETLINK_TIMEOUT_MS;
    return self;
}

HdNetlink *
hd_netlink_new_for_fd(int fd)
{
    return new_for_fd(fd);
}

/* Binds to a port of the kernel's choice. */
static gboolean
bind_socket(int fd, guint32 *ret_port)
{
    static const int on = 1;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t size = sizeof address;

    /* Kernels that do not know these options work without: they only make refusals clearer. */
    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *) &address, size) != 0 ||
        getsockname(fd, (struct sockaddr *) &address, &size) != 0)
        return FALSE;
    *ret_port = address.nl_pid;
    return TRUE;
}

HdNetlink *
hd_netlink_new(guint32 port, GError **error)
{
    guint32 own_port = 0;
    hd_autofd fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0 || !bind_socket(fd, &own_port)) {
        hd_error_set_errno(error, errno, NULL, "cannot open a netlink socket");
        return NULL;
    }
    HdNetlink *self = new_for_fd(hd_fd_steal(&fd));
    self->is_netlink = TRUE;
    self->own_port = own_port;
    self->peer_port = port;
    if (port != 0)
        self->peer = "lldpad";
    return self;
}

void
hd_netlink_free(HdNetlink *self)
{
    if (self == NULL)
        return;
    close(self->fd);
    g_free(self);
}

void
hd_netlink_set_timeouts(HdNetlink *self, unsigned send_ms, unsigned answer_ms)
{
    self->send_ms = send_ms;
    self->answer_ms = answer_ms;
}

static void
sending_clear(gpointer data)
{
    Sending *sending = data;

    g_mutex_clear(&sending->lock);
    g_cond_clear(&sending->done_cond);
    if (sending->fd >= 0)
        close(sending->fd);
    nlmsg_free(sending->message);
}

static int
send_whole(const Sending *sending)
{
    const struct nlmsghdr *header = nlmsg_hdr(sending->message);
    struct iovec part = {.iov_base = (void *) header, .iov_len = header->nlmsg_len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    gssize sent;

    if (sending->target_size > 0) {
        message.msg_name = (void *) &sending->target;
        message.msg_namelen = sending->target_size;
    }
    do
        sent = sendmsg(sending->fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno;
    return (gsize) sent == part.iov_len ? 0 : EIO;
}

static gpointer
run_sending(gpointer data)
{
    Sending *sending = data;
    int errno_value = send_whole(sending);

    g_mutex_lock(&sending->lock);
    sending->errno_value = errno_value;
    sending->is_done = TRUE;
    g_cond_signal(&sending->done_cond);
    g_mutex_unlock(&sending->lock);
    g_atomic_rc_box_release_full(sending, sending_clear);
    return NULL;
}

/* Takes message over. The copy of the descriptor keeps the socket for a worker that is left
 * behind. */
static Sending *
sending_new(const HdNetlink *self, HdMessage *message)
{
    Sending *sending = g_atomic_rc_box_new0(Sending);

    g_mutex_init(&sending->lock);
    g_cond_init(&sending->done_cond);
    sending->fd = fcntl(self->fd, F_DUPFD_CLOEXEC, 0);
    sending->message = message;
    if (self->is_netlink) {
        sending->target = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = self->peer_port};
        sending->target_size = sizeof sending->target;
    }
    return sending;
}

static gboolean
wait_for_sending(Sending *sending, unsigned timeout_ms, int *ret_errno)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
    gboolean is_done;

    g_mutex_lock(&sending->lock);
    while (!sending->is_done && g_cond_wait_until(&sending->done_cond, &sending->lock, deadline))
        continue;
    is_done = sending->is_done;
    *ret_errno = sending->errno_value;
    g_mutex_unlock(&sending->lock);
    return is_done;
}

/* The kernel does what it is asked inside of the call and cannot be interrupted there, so a worker
 * makes the call. */
static gboolean
send_message(HdNetlink *self, HdMessage *message, GError **error)
{
    Sending *sending = sending_new(self, message);
    int errno_value = 0;

    if (sending->fd < 0) {
        hd_error_set_errno(error, errno, NULL, "cannot use the netlink socket");
        g_atomic_rc_box_release_full(sending, sending_clear);
        return FALSE;
    }
    g_autoptr(GThread) worker = g_thread_try_new("hd-netlink", run_sending,
                                                 g_atomic_rc_box_acquire(sending), error);
    if (worker == NULL) {
        hd_error_adopt(error, HD_ERROR_FAILED);
        g_atomic_rc_box_release_full(sending, sending_clear);
        g_atomic_rc_box_release_full(sending, sending_clear);
        return FALSE;
    }
    gboolean is_done = wait_for_sending(sending, self->send_ms, &errno_value);
    g_atomic_rc_box_release_full(sending, sending_clear);
    if (!is_done) {
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL,
                     "a driver keeps the kernel's lock of all interfaces; the kernel log may say "
                     "which",
                     "%s has not finished the request after %u ms", self->peer, self->send_ms);
        return FALSE;
    }
    if (errno_value != 0) {
        hd_error_set_errno(error, errno_value, NULL, "cannot ask %s", self->peer);
        return FALSE;
    }
    return TRUE;
}

static gboolean
set_malformed(const HdNetlink *self, GError **error)
{
    hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL, "malformed answer of %s", self->peer);
    return FALSE;
}

/* Waits until something can be read. */
static gboolean
wait_readable(const HdNetlink *self, gint64 deadline, GError **error)
{
    struct pollfd poll_fd = {.fd = self->fd, .events = POLLIN};

    for (;;) {
        gint64 left_us = deadline - g_get_monotonic_time();
        int ready = left_us <= 0 ? 0 : poll(&poll_fd, 1, (int) (left_us / 1000) + 1);

        if (ready > 0)
            return TRUE;
        if (ready == 0) {
            hd_error_set(error, HD_ERROR_TIMEOUT, NULL, NULL, "no answer of %s after %u ms",
                         self->peer, self->answer_ms);
            return FALSE;
        }
        if (errno != EINTR) {
            hd_error_set_errno(error, errno, NULL, "cannot wait for %s", self->peer);
            return FALSE;
        }
    }
}

static gssize
receive(const HdNetlink *self, void *buffer, gsize size, struct sockaddr_nl *sender, int flags)
{
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    gssize length;

    if (self->is_netlink) {
        message.msg_name = sender;
        message.msg_namelen = sizeof *sender;
    }
    do
        length = recvmsg(self->fd, &message, flags | MSG_DONTWAIT | MSG_TRUNC);
    while (length < 0 && errno == EINTR);
    return length;
}

/* The next datagram of the peer; *ret_bytes NULL when there is none after all, or it is another
 * sender's. */
static gboolean
read_datagram(const HdNetlink *self, GBytes **ret_bytes, GError **error)
{
    struct sockaddr_nl sender = {.nl_pid = self->peer_port};
    char first = 0;
    gssize length = receive(self, &first, sizeof first, &sender, MSG_PEEK);

    *ret_bytes = NULL;
    if (length > HD_NETLINK_MAX_ANSWER) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "an answer of %s has more than %u bytes",
                     self->peer, HD_NETLINK_MAX_ANSWER);
        return FALSE;
    }
    if (length > 0) {
        gsize size = (gsize) length;
        g_autofree char *buffer = g_malloc(size);

        length = receive(self, buffer, size, &sender, 0);
        if (length >= 0 && sender.nl_pid == self->peer_port)
            *ret_bytes = g_bytes_new_take(g_steal_pointer(&buffer), MIN((gsize) length, size));
    }
    if (length < 0 && errno != EAGAIN) {
        hd_error_set_errno(error, errno, NULL, "cannot read the answer of %s", self->peer);
        return FALSE;
    }
    if (length == 0) {
        hd_error_set(error, HD_ERROR_KERNEL, NULL, NULL, "%s has ended the conversation",
                     self->peer);
        return FALSE;
    }
    return TRUE;
}

/* The kernel's own words beside an errno, NULL when there are none. */
static char *
dup_refusal_text(const struct nlmsghdr *header, const struct nlmsgerr *refusal)
{
    gsize size = (gsize) nlmsg_datalen(header);
    gsize skip = sizeof *refusal;

    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
        return NULL;
    /* the whole request stands before the attributes, or only its header */
    if (!(header->nlmsg_flags & NLM_F_CAPPED))
        skip = sizeof refusal->error + NLMSG_ALIGN((gsize) refusal->msg.nlmsg_len);
    if (skip >= size)
        return NULL;
    const struct nlattr *first = (const struct nlattr *) ((const char *) refusal + skip);
    const struct nlattr *text = nla_find(first, (int) (size - skip), NLMSGERR_ATTR_MSG);
    if (text == NULL || nla_len(text) == 0)
        return NULL;
    g_autofree char *raw = g_strndup(nla_data(text), (gsize) nla_len(text));
    return g_utf8_make_valid(raw, -1);
}

static GError *
make_refusal(const HdNetlink *self, int errno_value, const char *text)
{
    GError *error = NULL;

    if (text == NULL) {
        hd_error_set_errno(&error, errno_value, NULL, "%s refuses", self->peer);
        return error;
    }
    hd_error_set_errno(&error, errno_value, NULL, "%s refuses, '%s'", self->peer, text);
    hd_error_add_details(error, text);
    return error;
}

/* An acknowledgement is an error message that says 0. */
static Outcome
judge_acknowledgement(const HdNetlink *self,
                      const struct nlmsghdr *header,
                      int *ret_errno,
                      GError **error)
{
    const struct nlmsgerr *refusal = nlmsg_data(header);

    if ((gsize) nlmsg_datalen(header) < sizeof *refusal || refusal->error == G_MININT) {
        set_malformed(self, error);
        return MALFORMED;
    }
    if (refusal->error == 0)
        return ANSWERED;
    g_autofree char *text = dup_refusal_text(header, refusal);
    *ret_errno = ABS(refusal->error);
    g_propagate_error(error, make_refusal(self, *ret_errno, text));
    return REFUSED;
}

static Outcome
judge_message(const HdNetlink *self,
              struct nlmsghdr *header,
              HdMessage **reply,
              int *ret_errno,
              GError **error)
{
    if (header->nlmsg_seq != self->sequence || header->nlmsg_type == NLMSG_NOOP)
        return NOT_OURS;
    if (header->nlmsg_type == NLMSG_ERROR)
        return judge_acknowledgement(self, header, ret_errno, error);
    /* lldpad sends what it is asked for as the end of a list */
    if (header->nlmsg_type == NLMSG_OVERRUN || reply == NULL) {
        set_malformed(self, error);
        return MALFORMED;
    }
    *reply = nlmsg_convert(header);
    return ANSWERED;
}

/* Looks for the answer among the messages of one datagram. */
static Outcome
judge_datagram(const HdNetlink *self,
               GBytes *bytes,
               HdMessage **reply,
               int *ret_errno,
               GError **error)
{
    gsize size = 0;
    struct nlmsghdr *header = (struct nlmsghdr *) g_bytes_get_data(bytes, &size);
    int remaining = (int) size;

    while (remaining > 0) {
        if (!nlmsg_ok(header, remaining)) {
            set_malformed(self, error);
            return MALFORMED;
        }
        Outcome outcome = judge_message(self, header, reply, ret_errno, error);
        if (outcome != NOT_OURS)
            return outcome;
        header = nlmsg_next(header, &remaining);
    }
    return NOT_OURS;
}

static gboolean
wait_for_answer(HdNetlink *self, HdMessage **reply, int *ret_errno, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + (gint64) self->answer_ms * G_TIME_SPAN_MILLISECOND;

    for (;;) {
        g_autoptr(GBytes) bytes = NULL;

        if (!wait_readable(self, deadline, error) || !read_datagram(self, &bytes, error))
            return FALSE;
        if (bytes == NULL)
            continue;
        Outcome outcome = judge_datagram(self, bytes, reply, ret_errno, error);
        if (outcome != NOT_OURS)
            return outcome == ANSWERED;
    }
}

gboolean
hd_netlink_talk(HdNetlink *self,
                struct nl_msg *msg,
                struct nl_msg **ret_reply,
                int *ret_errno,
                GError **error)
{
    struct nlmsghdr *header = nlmsg_hdr(msg);
    g_autoptr(HdMessage) reply = NULL;
    g_autoptr(GError) local = NULL;
    int errno_value = 0;

    header->nlmsg_seq = ++self->sequence;
    header->nlmsg_pid = self->own_port;
    gboolean is_good = send_message(self, msg, &local) &&
                       wait_for_answer(self, ret_reply != NULL ? &reply : NULL, &errno_value,
                                       &local);
    if (ret_errno != NULL)
        *ret_errno = errno_value;
    if (!is_good) {
        g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    if (ret_reply != NULL)
        *ret_reply = g_steal_pointer(&reply);
    return TRUE;
}

/* A list while it comes in. */
typedef struct {
    GByteArray *bytes;
    gboolean is_interrupted; /* it changed under the kernel's hands */
} Dump;

static Outcome
take_list_message(const HdNetlink *self, struct nlmsghdr *header, Dump *dump, GError **error)
{
    int errno_value = 0;

    if (header->nlmsg_seq != self->sequence || header->nlmsg_type == NLMSG_NOOP)
        return NOT_OURS;
    dump->is_interrupted |= (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (header->nlmsg_type == NLMSG_ERROR)
        return judge_acknowledgement(self, header, &errno_value, error);
    if (header->nlmsg_type == NLMSG_DONE)
        return ANSWERED;
    if (header->nlmsg_type == NLMSG_OVERRUN) {
        set_malformed(self, error);
        return MALFORMED;
    }
    if (dump->bytes->len + header->nlmsg_len > HD_NETLINK_MAX_DUMP) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "a list of %s has more than %u bytes",
                     self->peer, HD_NETLINK_MAX_DUMP);
        return REFUSED;
    }
    g_byte_array_append(dump->bytes, (const guint8 *) header, header->nlmsg_len);
    g_byte_array_set_size(dump->bytes, NLMSG_ALIGN(dump->bytes->len));
    return NOT_OURS;
}

static Outcome
take_list_datagram(const HdNetlink *self, GBytes *bytes, Dump *dump, GError **error)
{
    gsize size = 0;
    struct nlmsghdr *header = (struct nlmsghdr *) g_bytes_get_data(bytes, &size);
    int remaining = (int) size;

    while (remaining > 0) {
        if (!nlmsg_ok(header, remaining)) {
            set_malformed(self, error);
            return MALFORMED;
        }
        Outcome outcome = take_list_message(self, header, dump, error);
        if (outcome != NOT_OURS)
            return outcome;
        header = nlmsg_next(header, &remaining);
    }
    return NOT_OURS;
}

/* Each part of the list has the whole time for an answer; their number is bounded by the size. */
static gboolean
gather_list(HdNetlink *self, HdMessage *request, Dump *dump, GError **error)
{
    struct nlmsghdr *header = nlmsg_hdr(request);

    header->nlmsg_seq = ++self->sequence;
    header->nlmsg_pid = self->own_port;
    if (!send_message(self, request, error))
        return FALSE;
    for (;;) {
        gint64 deadline = g_get_monotonic_time() +
                          (gint64) self->answer_ms * G_TIME_SPAN_MILLISECOND;
        g_autoptr(GBytes) bytes = NULL;

        if (!wait_readable(self, deadline, error) || !read_datagram(self, &bytes, error))
            return FALSE;
        if (bytes == NULL)
            continue;
        Outcome outcome = take_list_datagram(self, bytes, dump, error);
        if (outcome != NOT_OURS)
            return outcome == ANSWERED;
    }
}

GBytes *
hd_netlink_dump(HdNetlink *self, struct nl_msg *msg, GError **error)
{
    g_autoptr(HdMessage) original = msg;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Dump dump = {.bytes = bytes};

    for (unsigned i = 0; i < DUMP_TRIES; i++) {
        g_byte_array_set_size(bytes, 0);
        dump.is_interrupted = FALSE;
        if (!gather_list(self, nlmsg_convert(nlmsg_hdr(original)), &dump, error))
            return NULL;
        if (!dump.is_interrupted)
            break;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}
