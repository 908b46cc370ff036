/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists over netlink: whole, changing, refused, damaged and silent. The answers wait in the socket
 * before they are asked for; the first request has the number 1.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/netlink.h"

#define SILENCE_MS 50

typedef struct {
    HdNetlink *netlink;
    int peer;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    int ends[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
    fixture->netlink = hd_netlink_new_for_fd(ends[0]);
    fixture->peer = ends[1];
    hd_netlink_set_timeouts(fixture->netlink, 1000, SILENCE_MS);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    hd_netlink_free(fixture->netlink);
    close(fixture->peer);
}

/* A message of a list; the interface's number stands for what it says. */
static void
add(GByteArray *bytes, guint16 type, guint16 flags, guint32 sequence, int number)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg body;
    } message = {.header = {.nlmsg_len = sizeof message,
                            .nlmsg_type = type,
                            .nlmsg_flags = flags,
                            .nlmsg_seq = sequence},
                 .body = {.ifi_index = number}};

    g_byte_array_append(bytes, (const guint8 *) &message, sizeof message);
}

/* Sends the bytes as one datagram. */
static void
answer(Fixture *fixture, GByteArray *bytes)
{
    g_assert_cmpint(send(fixture->peer, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
    g_byte_array_set_size(bytes, 0);
}

static GBytes *
ask(Fixture *fixture, GError **error)
{
    HdMessage *request = nlmsg_alloc_simple(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP);

    return hd_netlink_dump(fixture->netlink, request, error);
}

static char *
dup_numbers(GBytes *bytes)
{
    GString *text = g_string_new(NULL);
    gsize size;
    const struct nlmsghdr *header = g_bytes_get_data(bytes, &size);
    int remaining = (int) size;

    while (nlmsg_ok(header, remaining)) {
        g_string_append_printf(text, "%d ",
                               ((const struct ifinfomsg *) NLMSG_DATA(header))->ifi_index);
        header = nlmsg_next((struct nlmsghdr *) header, &remaining);
    }
    return g_string_free(text, FALSE);
}

static void
expect_numbers(Fixture *fixture, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = ask(fixture, &error);
    g_autofree char *numbers = NULL;

    g_assert_no_error(error);
    numbers = dup_numbers(bytes);
    g_assert_cmpstr(numbers, ==, expected);
}

static void
expect_error(Fixture *fixture, HdErrorCode code, const char *text)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ask(fixture, &error));
    g_assert_error(error, HD_ERROR, (int) code);
    g_assert_nonnull(strstr(error->message, text));
}

static void
test_whole(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    char request[256];

    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 1, 2);
    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 1, 3);
    answer(fixture, bytes);
    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 99, 77);
    add(bytes, NLMSG_NOOP, 0, 1, 77);
    answer(fixture, bytes);
    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 1, 4);
    add(bytes, NLMSG_DONE, NLM_F_MULTI, 1, 0);
    answer(fixture, bytes);
    expect_numbers(fixture, "2 3 4 ");
    g_assert_cmpint(recv(fixture->peer, request, sizeof request, MSG_DONTWAIT), ==,
                    sizeof(struct nlmsghdr));
    g_assert_cmpint(recv(fixture->peer, request, sizeof request, MSG_DONTWAIT), ==, -1);
}

static void
test_empty(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    add(bytes, NLMSG_DONE, NLM_F_MULTI, 1, 0);
    answer(fixture, bytes);
    expect_numbers(fixture, "");
}

/* What changed while it was read is asked for again. */
static void
test_interrupted(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (guint32 i = 1; i <= 3; i++) {
        add(bytes, RTM_NEWLINK, NLM_F_MULTI | (i < 3 ? NLM_F_DUMP_INTR : 0), i, (int) i);
        add(bytes, NLMSG_DONE, NLM_F_MULTI, i, 0);
        answer(fixture, bytes);
    }
    expect_numbers(fixture, "3 ");
}

static void
test_always_interrupted(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (guint32 i = 1; i <= 4; i++) {
        add(bytes, RTM_NEWLINK, NLM_F_MULTI, i, (int) i);
        add(bytes, NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, i, 0);
        answer(fixture, bytes);
    }
    expect_numbers(fixture, "3 ");
}

static void
test_refused(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    struct {
        struct nlmsghdr header;
        struct nlmsgerr refusal;
    } message = {.header = {.nlmsg_len = sizeof message,
                            .nlmsg_type = NLMSG_ERROR,
                            .nlmsg_flags = NLM_F_CAPPED,
                            .nlmsg_seq = 1},
                 .refusal = {.error = -EPERM}};

    g_byte_array_append(bytes, (const guint8 *) &message, sizeof message);
    answer(fixture, bytes);
    expect_error(fixture, HD_ERROR_DENIED, "refuses");
}

static void
test_damaged(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 1, 2);
    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 1, 3);
    g_byte_array_set_size(bytes, bytes->len - 4);
    answer(fixture, bytes);
    expect_error(fixture, HD_ERROR_KERNEL, "malformed");
}

static void
test_overrun(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    add(bytes, NLMSG_OVERRUN, 0, 1, 0);
    answer(fixture, bytes);
    expect_error(fixture, HD_ERROR_KERNEL, "malformed");
}

static void
test_silence(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    add(bytes, RTM_NEWLINK, NLM_F_MULTI, 1, 2);
    answer(fixture, bytes);
    expect_error(fixture, HD_ERROR_TIMEOUT, "no answer");
}

/* Sends a list that does not end. */
static gpointer
send_for_ever(gpointer data)
{
    const Fixture *fixture = data;
    gsize size = 128 * 1024;
    g_autofree char *datagram = g_malloc0(size);
    struct nlmsghdr *header = (struct nlmsghdr *) (void *) datagram;

    *header = (struct nlmsghdr){
        .nlmsg_len = (guint32) size, .nlmsg_type = RTM_NEWLINK, .nlmsg_seq = 1};
    while (send(fixture->peer, datagram, size, MSG_NOSIGNAL) == (gssize) size)
        continue;
    return NULL;
}

static void
test_endless(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GThread) sender = g_thread_new("sender", send_for_ever, fixture);

    hd_netlink_set_timeouts(fixture->netlink, 1000, 10000);
    expect_error(fixture, HD_ERROR_LIMIT, "67108864");
    g_clear_pointer(&fixture->netlink, hd_netlink_free);
    g_thread_join(g_steal_pointer(&sender));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Fixture *fixture, gconstpointer unused);
    } tests[] = {
        {"/dump/whole", test_whole},
        {"/dump/empty", test_empty},
        {"/dump/interrupted", test_interrupted},
        {"/dump/always-interrupted", test_always_interrupted},
        {"/dump/refused", test_refused},
        {"/dump/damaged", test_damaged},
        {"/dump/overrun", test_overrun},
        {"/dump/silence", test_silence},
        {"/dump/endless", test_endless},
    };

    g_test_init(&argc, &argv, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
