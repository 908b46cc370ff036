/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversations over netlink: good answers, bad ones and none; and with the kernel itself, in a
 * network name space of the test's own.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "host/link.h"
#include "host/vf.h"
#include "support/netpeer.h"

typedef struct {
    NetPeer *peer;
    HdNetlink *netlink;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    static const NetPeerDriver driver = {.refusal_text = "busy with \xff others"};

    fixture->peer = net_peer_new(2, &driver);
    fixture->netlink = net_peer_connect(fixture->peer);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    hd_netlink_free(fixture->netlink);
    net_peer_free(fixture->peer);
}

/* A request that sets nothing, or one that asks. */
static HdMessage *
make_request(int type)
{
    static const HdLinkName name = {.ifindex = NET_PEER_INDEX, .name = NET_PEER_NAME};
    static const struct ifinfomsg info = {0};

    return hd_link_request(type, &name, &info);
}

static gboolean
set(Fixture *fixture, int *ret_errno, GError **error)
{
    return hd_netlink_talk(fixture->netlink, make_request(RTM_SETLINK), NULL, ret_errno, error);
}

static void
test_acknowledgement(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdMessage) reply = NULL;
    int errno_value = 99;

    g_assert_true(set(fixture, &errno_value, &error));
    g_assert_no_error(error);
    g_assert_cmpint(errno_value, ==, 0);
    /* where a message might have come as well */
    g_assert_true(
        hd_netlink_talk(fixture->netlink, make_request(RTM_SETLINK), &reply, NULL, &error));
    g_assert_null(reply);
}

static void
test_message(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdMessage) reply = NULL;

    g_assert_true(
        hd_netlink_talk(fixture->netlink, make_request(RTM_GETLINK), &reply, NULL, &error));
    g_assert_no_error(error);
    g_assert_nonnull(reply);
    g_assert_cmpint(nlmsg_hdr(reply)->nlmsg_type, ==, RTM_NEWLINK);
    /* a message where only an acknowledgement makes sense */
    g_assert_false(
        hd_netlink_talk(fixture->netlink, make_request(RTM_GETLINK), NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
}

static void
test_refusal(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    int errno_value = 0;

    net_peer_fail(fixture->peer, 1, NET_FAULT_REFUSE, EBUSY);
    g_assert_false(set(fixture, &errno_value, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_cmpint(errno_value, ==, EBUSY);
    g_assert_nonnull(strstr(error->message, "the kernel refuses, 'busy with "));
    g_assert_nonnull(strstr(error->message, g_strerror(EBUSY)));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_true(g_str_has_prefix(hd_error_get_details(error), "busy with "));
}

static void
test_denial(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    net_peer_fail(fixture->peer, 1, NET_FAULT_REFUSE, EPERM);
    g_assert_false(set(fixture, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_DENIED);
    /* nobody has to look at the error */
    net_peer_fail(fixture->peer, 1, NET_FAULT_REFUSE, EPERM);
    g_assert_false(set(fixture, NULL, NULL));
}

/* After each fault the conversation goes on with the next request. */
static void
test_faults(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        NetFault fault;
        HdErrorCode code;
        const char *text;
    } cases[] = {
        {NET_FAULT_SILENCE, HD_ERROR_TIMEOUT, "no answer of the kernel after 400 ms"},
        {NET_FAULT_DONE_SILENTLY, HD_ERROR_TIMEOUT, "no answer of the kernel after 400 ms"},
        {NET_FAULT_WRONG_SEQUENCE, HD_ERROR_TIMEOUT, "no answer of the kernel after 400 ms"},
        {NET_FAULT_GARBAGE, HD_ERROR_KERNEL, "malformed answer"},
        {NET_FAULT_TRUNCATED, HD_ERROR_KERNEL, "malformed answer"},
        {NET_FAULT_WRONG_TYPE, HD_ERROR_KERNEL, "malformed answer"},
        {NET_FAULT_SHORT_ERROR, HD_ERROR_KERNEL, "malformed answer"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int errno_value = 99;

        net_peer_fail(fixture->peer, 1, cases[i].fault, 0);
        g_assert_false(set(fixture, &errno_value, &error));
        g_assert_error(error, HD_ERROR, (int) cases[i].code);
        g_assert_nonnull(strstr(error->message, cases[i].text));
        g_assert_cmpint(errno_value, ==, 0);
        g_assert_true(set(fixture, NULL, NULL));
    }
}

static void
test_huge_answer(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    if (geteuid() != 0) {
        g_test_skip("only root may send that much at once");
        return;
    }
    net_peer_fail(fixture->peer, 1, NET_FAULT_HUGE, 0);
    g_assert_false(set(fixture, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_LIMIT);
}

static void
test_end_of_conversation(Fixture *fixture, gconstpointer unused)
{
    net_peer_fail(fixture->peer, 1, NET_FAULT_CLOSED, 0);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(set(fixture, NULL, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    }
}

static void
test_answers_to_others_first(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    net_peer_chatter(fixture->peer, 100);
    for (int i = 0; i < 3; i++) {
        g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, &error);

        g_assert_no_error(error);
        g_assert_cmpint(state->ifindex, ==, NET_PEER_INDEX);
        g_assert_true(set(fixture, NULL, &error));
    }
}

/* A late answer must not be taken for that of the next request. */
static void
test_late_answer(void)
{
    int fds[2];
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
    g_autoptr(HdNetlink) netlink = hd_netlink_new_for_fd(fds[0]);
    hd_netlink_set_timeouts(netlink, 100, 100);
    const struct {
        struct nlmsghdr header;
        struct nlmsgerr body;
    } late = {{sizeof late, NLMSG_ERROR, 0, 1, 0}, {0}};

    g_assert_false(hd_netlink_talk(netlink, make_request(RTM_SETLINK), NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_clear_error(&error);
    g_assert_cmpint(send(fds[1], &late, sizeof late, 0), ==, sizeof late);
    g_assert_false(hd_netlink_talk(netlink, make_request(RTM_SETLINK), NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    close(fds[1]);
}

/* Sending blocks when nobody reads, as it does while the kernel is busy. */
static void
test_blocked_sending(void)
{
    int fds[2];
    gint64 begin = g_get_monotonic_time();
    gboolean was_blocked = FALSE;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
    HdNetlink *netlink = hd_netlink_new_for_fd(fds[0]);
    hd_netlink_set_timeouts(netlink, 100, 0);
    for (int i = 0; i < 10000 && !was_blocked; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(hd_netlink_talk(netlink, make_request(RTM_SETLINK), NULL, NULL, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
        was_blocked = strstr(error->message, "has not finished the request") != NULL;
    }
    g_assert_true(was_blocked);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 60 * G_TIME_SPAN_SECOND);
    /* the worker that is still there has a descriptor of its own */
    hd_netlink_free(netlink);
    close(fds[1]);
}

/* The interface itself. */

static void
assert_has(GError *error, HdErrorCode code, const char *text)
{
    g_assert_error(error, HD_ERROR, (int) code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, text));
}

static void
test_up_and_down(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_pf_check_up(state, NULL, NULL));
    g_assert_true(hd_pf_set_up(fixture->netlink, state, FALSE, &error));
    g_assert_no_error(error);
    g_assert_false(net_peer_is_up(fixture->peer));
    g_autoptr(HdPfState) down = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    g_assert_false(hd_pf_check_up(down, "pci_0000_01_00_0", &error));
    assert_has(error, HD_ERROR_UNSUPPORTED, "eth0");
    g_assert_cmpstr(hd_error_get_device(error), ==, "pci_0000_01_00_0");
    g_assert_nonnull(strstr(hd_error_get_hint(error), "--bring-up-pf"));
    g_clear_error(&error);
    g_assert_true(hd_pf_set_up(fixture->netlink, down, TRUE, &error));
    g_assert_true(net_peer_is_up(fixture->peer));
    net_peer_fail(fixture->peer, 1, NET_FAULT_REFUSE, EPERM);
    g_assert_false(hd_pf_set_up(fixture->netlink, down, FALSE, &error));
    assert_has(error, HD_ERROR_DENIED, "cannot set the interface eth0 down");
}

static void
test_stays_down(void)
{
    static const NetPeerDriver driver = {.stays_down = TRUE};
    g_autoptr(GError) error = NULL;
    g_autoptr(NetPeer) peer = net_peer_new(1, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
    g_autoptr(HdPfState) state = hd_pf_read(netlink, NET_PEER_NAME, NULL);

    g_assert_false(hd_pf_set_up(netlink, state, FALSE, &error));
    assert_has(error, HD_ERROR_KERNEL, "eth0 did not go down");
}

static void
test_own_mac(Fixture *fixture, gconstpointer unused)
{
    static const guint8 wanted[6] = {0x52, 0x54, 0, 1, 2, 3};
    static const guint8 first[6] = {2};
    g_autoptr(GError) error = NULL;
    guint8 mac[6];

    g_assert_true(hd_link_read_mac(fixture->netlink, NET_PEER_NAME, mac, &error));
    g_assert_cmpmem(mac, 6, first, 6);
    g_assert_true(hd_link_set_mac(fixture->netlink, NET_PEER_NAME, wanted, &error));
    g_assert_no_error(error);
    net_peer_get_mac(fixture->peer, mac);
    g_assert_cmpmem(mac, 6, wanted, 6);
    g_assert_false(hd_link_set_mac(fixture->netlink, "eth1", wanted, &error));
    assert_has(error, HD_ERROR_NOT_FOUND, "eth1");
    g_clear_error(&error);
    net_peer_fail(fixture->peer, 2, NET_FAULT_REFUSE, EBUSY);
    g_assert_false(hd_link_set_mac(fixture->netlink, NET_PEER_NAME, first, &error));
    assert_has(error, HD_ERROR_KERNEL, "cannot set the MAC address of the interface eth0");
}

static void
test_own_mac_ignored(void)
{
    static const NetPeerDriver driver = {.ignores = HD_NIC_MAC};
    static const guint8 wanted[6] = {0x52, 0x54, 0, 1, 2, 3};
    g_autoptr(GError) error = NULL;
    g_autoptr(NetPeer) peer = net_peer_new(0, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);

    g_assert_false(hd_link_set_mac(netlink, NET_PEER_NAME, wanted, &error));
    assert_has(error, HD_ERROR_UNSUPPORTED, "does not keep");
}

/* Live: the kernel. */

/* Whether this process may have a network name space of its own, found out by one that may not come
 * back. */
static gboolean
may_leave_name_space(void)
{
    int status = 0;
    pid_t pid = fork();

    g_assert_cmpint(pid, >=, 0);
    if (pid == 0)
        _exit(unshare(CLONE_NEWNET) == 0 ? 0 : 1);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A test of its own process: a name space is never left again. */
static void
run_apart(const char *path)
{
    if (!may_leave_name_space()) {
        g_test_skip("a network name space needs root");
        return;
    }
    g_test_trap_subprocess(path, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
}

static HdNetlink *
open_kernel(void)
{
    g_autoptr(GError) error = NULL;
    HdNetlink *netlink = hd_netlink_new(0, &error);

    g_assert_no_error(error);
    return netlink;
}

static void
test_live_read(void)
{
    g_autoptr(HdNetlink) netlink = open_kernel();
    g_autoptr(GError) error = NULL;
    guint8 mac[6] = {1};
    static const guint8 zero[6] = {0};

    g_autoptr(HdPfState) state = hd_pf_read(netlink, "lo", &error);
    g_assert_no_error(error);
    g_assert_cmpint(state->ifindex, ==, (int) if_nametoindex("lo"));
    g_assert_cmpstr(state->name, ==, "lo");
    g_assert_cmpuint(state->vfs->len, ==, 0);
    g_assert_false(state->has_profiles);
    g_assert_true(hd_link_read_mac(netlink, "lo", mac, &error));
    g_assert_cmpmem(mac, 6, zero, 6);
    g_assert_null(hd_pf_read(netlink, "hd-nothing", &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
}

static void
test_live_without_functions(void)
{
    g_autoptr(HdNetlink) netlink = open_kernel();
    g_autoptr(HdPfState) state = hd_pf_read(netlink, "lo", NULL);
    const HdVfState vf = {.index = 0, .settings = {.fields = HD_NIC_VLAN}};
    const HdNicSettings vlan = {.fields = HD_NIC_VLAN, .vlan_id = 1};
    g_autoptr(GError) error = NULL;

    /* as if lo had one: what the kernel says to that must come through */
    g_array_append_val(state->vfs, vf);
    g_assert_false(hd_vf_check(netlink, state, 0, &vlan, &error));
    if (geteuid() == 0) {
        g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
        g_assert_nonnull(strstr(error->message, g_strerror(EOPNOTSUPP)));
    } else {
        g_assert_error(error, HD_ERROR, HD_ERROR_DENIED);
    }
}

static void
test_live_lo_apart(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(unshare(CLONE_NEWNET), ==, 0);
    g_autoptr(HdNetlink) netlink = open_kernel();
    g_autoptr(HdPfState) state = hd_pf_read(netlink, "lo", &error);
    g_assert_no_error(error);
    g_assert_false(state->is_up);
    for (int i = 0; i < 2; i++) {
        g_assert_true(hd_pf_set_up(netlink, state, i == 0, &error));
        g_assert_no_error(error);
        g_autoptr(HdPfState) now = hd_pf_read(netlink, "lo", NULL);
        g_assert_cmpint(now->is_up, ==, i == 0);
    }
}

static void
test_live_lo(void)
{
    run_apart("/netlink/live/lo/subprocess");
}

/* A pair of interfaces of which one is called name; FALSE when this kernel has none such. */
static gboolean
make_interface(HdNetlink *netlink, const char *name)
{
    static const struct ifinfomsg info = {0};
    const HdLinkName link = {.name = name};
    g_autoptr(GError) error = NULL;
    HdMessage *request = hd_link_request(RTM_NEWLINK, &link, &info);

    nlmsg_hdr(request)->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
    struct nlattr *nest = nla_nest_start(request, IFLA_LINKINFO);
    nla_put_string(request, IFLA_INFO_KIND, "veth");
    nla_nest_end(request, nest);
    if (hd_netlink_talk(netlink, request, NULL, NULL, &error))
        return TRUE;
    g_test_message("not here: %s", error->message);
    return FALSE;
}

static void
test_live_mac_apart(void)
{
    static const guint8 wanted[6] = {0x52, 0x54, 0, 1, 2, 3};
    static const guint8 multicast[6] = {0x01, 0, 0, 1, 2, 3};
    g_autoptr(GError) error = NULL;
    guint8 mac[6];

    g_assert_cmpint(unshare(CLONE_NEWNET), ==, 0);
    g_autoptr(HdNetlink) netlink = open_kernel();
    if (!make_interface(netlink, "hd0"))
        return;
    g_assert_true(hd_link_set_mac(netlink, "hd0", wanted, &error));
    g_assert_no_error(error);
    g_assert_true(hd_link_read_mac(netlink, "hd0", mac, &error));
    g_assert_cmpmem(mac, 6, wanted, 6);
    g_assert_false(hd_link_set_mac(netlink, "hd0", multicast, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, g_strerror(EADDRNOTAVAIL)));
}

static void
test_live_mac(void)
{
    run_apart("/netlink/live/mac/subprocess");
}

/* Nobody listens on a port of no process. */
static void
test_live_nobody(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdNetlink) netlink = hd_netlink_new(G_MAXINT32, &error);

    g_assert_no_error(error);
    g_assert_false(hd_netlink_talk(netlink, make_request(RTM_SETLINK), NULL, NULL, &error));
    g_assert_true(error->domain == HD_ERROR);
    g_assert_nonnull(strstr(error->message, "cannot ask lldpad"));
}

static void
add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/netlink/acknowledgement", test_acknowledgement);
    add("/netlink/message", test_message);
    add("/netlink/refusal", test_refusal);
    add("/netlink/denial", test_denial);
    add("/netlink/faults", test_faults);
    add("/netlink/huge", test_huge_answer);
    add("/netlink/end", test_end_of_conversation);
    add("/netlink/others-first", test_answers_to_others_first);
    g_test_add_func("/netlink/late", test_late_answer);
    g_test_add_func("/netlink/blocked", test_blocked_sending);
    add("/netlink/link/up-and-down", test_up_and_down);
    g_test_add_func("/netlink/link/stays-down", test_stays_down);
    add("/netlink/link/mac", test_own_mac);
    g_test_add_func("/netlink/link/mac-ignored", test_own_mac_ignored);
    g_test_add_func("/netlink/live/read", test_live_read);
    g_test_add_func("/netlink/live/no-functions", test_live_without_functions);
    g_test_add_func("/netlink/live/lo", test_live_lo);
    g_test_add_func("/netlink/live/lo/subprocess", test_live_lo_apart);
    g_test_add_func("/netlink/live/mac", test_live_mac);
    g_test_add_func("/netlink/live/mac/subprocess", test_live_mac_apart);
    g_test_add_func("/netlink/live/nobody", test_live_nobody);
    return g_test_run();
}
