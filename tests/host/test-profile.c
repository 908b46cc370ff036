/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Port profiles: the bytes of each request, and association with a modelled switch.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "host/profile.h"
#include "host/vf.h"
#include "support/netbytes.h"
#include "support/netpeer.h"

#define VFS 4
#define VF 3
#define POLL_MS 1
#define SET_FLAGS (NLM_F_REQUEST | NLM_F_ACK)
#define INSTANCE "00112233-4455-6677-8899-aabbccddeeff"
#define INSTANCE_BYTES "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"

static const HdProfileTarget qbh = {
    .interface = NET_PEER_NAME,
    .ifindex = NET_PEER_INDEX,
    .vf = VF,
    .profile = {.type = HD_NIC_PROFILE_8021QBH, .profile_id = "blue"},
    .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
    .vm_uuid = "vm-vm-vm-vm-vm-",
    .host_uuid = "host-host-host-",
};

static const HdProfileTarget qbh_self = {
    .interface = NET_PEER_NAME,
    .ifindex = NET_PEER_INDEX,
    .vf = -1,
    .profile = {.type = HD_NIC_PROFILE_8021QBH, .profile_id = "blue"},
    .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
    .vm_uuid = "vm-vm-vm-vm-vm-",
    .host_uuid = "host-host-host-",
};

static const HdProfileTarget qbg = {
    .interface = NET_PEER_NAME,
    .ifindex = NET_PEER_INDEX,
    .vf = VF,
    .profile =
        {
            .type = HD_NIC_PROFILE_8021QBG,
            .manager_id = 11,
            .type_id = 0x123456,
            .type_id_version = 2,
            .instance_id = INSTANCE,
        },
    .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
    .vlan_id = 42,
};

static const HdProfileTarget *const targets[] = {&qbh, &qbh_self, &qbg};

static void
assert_message(const HdProfileTarget *target, gboolean is_associate, GByteArray *expected)
{
    g_autoptr(HdMessage) message = hd_profile_build(target, is_associate);
    const struct nlmsghdr *header = nlmsg_hdr(message);

    assert_bytes(header, header->nlmsg_len, expected);
}

/* IFLA_VF_MAC as a VF_INFO has it. */
static void
add_mac(GByteArray *bytes, guint32 vf)
{
    add_attribute(bytes, 40, 1 /* IFLA_VF_MAC */);
    add32(bytes, vf);
    add_raw(bytes, "\x52\x54\x00\x12\x34\x56", 6);
    add_zeros(bytes, 26);
}

static void
add_qbh_port(GByteArray *bytes)
{
    add_attribute(bytes, 9, 2 /* IFLA_PORT_PROFILE */);
    add_raw(bytes, "blue\0\0\0", 8); /* with zero and padding */
    add_attribute(bytes, 20, 4 /* IFLA_PORT_INSTANCE_UUID */);
    add_raw(bytes, "vm-vm-vm-vm-vm-", 16);
    add_attribute(bytes, 20, 5 /* IFLA_PORT_HOST_UUID */);
    add_raw(bytes, "host-host-host-", 16);
}

static void
add_request(GByteArray *bytes, guint8 request)
{
    add_attribute(bytes, 5, 6 /* IFLA_PORT_REQUEST */);
    add8(bytes, request);
    add_zeros(bytes, 3);
}

static void
test_bytes_of_qbh_associate(void)
{
    GByteArray *bytes = begin_bytes(156, 19 /* RTM_SETLINK */, SET_FLAGS, 0, 7);

    add_attribute(bytes, 48, NLA_F_NESTED | 22 /* IFLA_VFINFO_LIST */);
    add_attribute(bytes, 44, NLA_F_NESTED | 1 /* IFLA_VF_INFO */);
    add_mac(bytes, VF);
    add_attribute(bytes, 76, NLA_F_NESTED | 24 /* IFLA_VF_PORTS */);
    add_attribute(bytes, 72, NLA_F_NESTED | 1 /* IFLA_VF_PORT */);
    add_qbh_port(bytes);
    add_attribute(bytes, 8, 1 /* IFLA_PORT_VF */);
    add32(bytes, VF);
    add_request(bytes, 2 /* PORT_REQUEST_ASSOCIATE */);
    assert_message(&qbh, TRUE, bytes);
}

static void
test_bytes_of_qbh_disassociate(void)
{
    GByteArray *bytes = begin_bytes(56, 19 /* RTM_SETLINK */, SET_FLAGS, 0, 7);

    add_attribute(bytes, 24, NLA_F_NESTED | 24 /* IFLA_VF_PORTS */);
    add_attribute(bytes, 20, NLA_F_NESTED | 1 /* IFLA_VF_PORT */);
    add_attribute(bytes, 8, 1 /* IFLA_PORT_VF */);
    add32(bytes, VF);
    add_request(bytes, 3 /* PORT_REQUEST_DISASSOCIATE */);
    assert_message(&qbh, FALSE, bytes);
}

static void
test_bytes_of_qbh_self(void)
{
    GByteArray *bytes = begin_bytes(96, 19 /* RTM_SETLINK */, SET_FLAGS, 0, 7);

    add_attribute(bytes, 64, NLA_F_NESTED | 25 /* IFLA_PORT_SELF */);
    add_qbh_port(bytes);
    add_request(bytes, 2 /* PORT_REQUEST_ASSOCIATE */);
    assert_message(&qbh_self, TRUE, bytes);

    bytes = begin_bytes(44, 19 /* RTM_SETLINK */, SET_FLAGS, 0, 7);
    add_attribute(bytes, 12, NLA_F_NESTED | 25 /* IFLA_PORT_SELF */);
    add_request(bytes, 3 /* PORT_REQUEST_DISASSOCIATE */);
    assert_message(&qbh_self, FALSE, bytes);
}

/* Both requests are alike but for the request itself. */
static void
test_bytes_of_qbg(void)
{
    for (guint8 request = 2; request <= 3; request++) {
        GByteArray *bytes = begin_bytes(156, 19 /* RTM_SETLINK */, SET_FLAGS, 0, 7);

        add_attribute(bytes, 9, 3 /* IFLA_IFNAME */);
        add_raw(bytes, "eth0\0\0\0", 8);
        add_attribute(bytes, 64, NLA_F_NESTED | 22 /* IFLA_VFINFO_LIST */);
        add_attribute(bytes, 60, NLA_F_NESTED | 1 /* IFLA_VF_INFO */);
        add_mac(bytes, G_MAXUINT32 /* PORT_SELF_VF */);
        add_attribute(bytes, 16, 2 /* IFLA_VF_VLAN */);
        add32(bytes, G_MAXUINT32);
        add32(bytes, 42);
        add32(bytes, 0);
        add_attribute(bytes, 48, NLA_F_NESTED | 24 /* IFLA_VF_PORTS */);
        add_attribute(bytes, 44, NLA_F_NESTED | 1 /* IFLA_VF_PORT */);
        add_attribute(bytes, 12, 3 /* IFLA_PORT_VSI_TYPE */);
        /* manager, type with the least byte first, version, padding */
        add_raw(bytes, "\x0b\x56\x34\x12\x02\0\0\0", 8);
        add_attribute(bytes, 20, 4 /* IFLA_PORT_INSTANCE_UUID */);
        add_raw(bytes, INSTANCE_BYTES, 16);
        add_request(bytes, request);
        assert_message(&qbg, request == 2, bytes);
    }
}

static NetPeerDriver
make_driver(const HdProfileTarget *target)
{
    gboolean is_qbg = target->profile.type == HD_NIC_PROFILE_8021QBG;

    return (NetPeerDriver){
        .has_profiles = !is_qbg,
        .is_lldpad = is_qbg,
        .response = is_qbg ? PORT_VDP_RESPONSE_SUCCESS : PORT_PROFILE_RESPONSE_SUCCESS,
    };
}

static void
check_success(const HdProfileTarget *target, const NetPeerDriver *driver)
{
    g_autoptr(NetPeer) peer = net_peer_new(VFS, driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_profile_associate(netlink, target, POLL_MS, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(net_peer_count_held(peer), ==, 1);
    /* the request, and asking until there was a response */
    g_assert_cmpuint(net_peer_count(peer), ==, 2 + driver->pending);
    g_assert_true(hd_profile_disassociate(netlink, target, POLL_MS, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(net_peer_count_held(peer), ==, 0);
}

static void
test_success(void)
{
    static const unsigned pending[] = {0, 1, 5, HD_PROFILE_POLLS - 1};

    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(pending); j++) {
            NetPeerDriver driver = make_driver(targets[i]);

            driver.pending = pending[j];
            check_success(targets[i], &driver);
            driver.says_pending = TRUE;
            check_success(targets[i], &driver);
        }
    }
}

/* The number of the other standard says success as well. */
static void
test_either_success(void)
{
    NetPeerDriver driver = make_driver(&qbh);

    driver.response = 0;
    check_success(&qbh, &driver);
    driver = make_driver(&qbg);
    driver.response = PORT_PROFILE_RESPONSE_SUCCESS;
    check_success(&qbg, &driver);
}

static void
test_mac_goes_along(void)
{
    const NetPeerDriver driver = make_driver(&qbh);
    g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);

    g_assert_true(hd_profile_associate(netlink, &qbh, POLL_MS, NULL));
    NetPeerVf vf = net_peer_get_vf(peer, VF);
    g_assert_cmpmem(vf.mac, 6, qbh.mac, 6);
    g_autoptr(HdPfState) state = hd_pf_read(netlink, NET_PEER_NAME, NULL);
    g_assert_true(state->has_profiles);
}

/* Nothing stays behind; returns the error. */
static GError *
fail_to_associate(const HdProfileTarget *target,
                  const NetPeerDriver *driver,
                  unsigned number,
                  NetFault fault,
                  int fault_errno)
{
    g_autoptr(NetPeer) peer = net_peer_new(VFS, driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
    GError *error = NULL;

    net_peer_fail(peer, number, fault, fault_errno);
    g_assert_false(hd_profile_associate(netlink, target, POLL_MS, &error));
    g_assert_true(error->domain == HD_ERROR);
    g_assert_cmpint(error->code, !=, HD_ERROR_UNDO_FAILED);
    g_assert_nonnull(strstr(error->message, "eth0"));
    g_assert_cmpuint(net_peer_count_held(peer), ==, 0);
    return error;
}

static void
test_refusals(void)
{
    static const struct {
        guint16 response;
        const char *name;
        HdErrorCode code;
    } cases[] = {
        {1, "invalid format", HD_ERROR_KERNEL},
        {2, "insufficient resources", HD_ERROR_LIMIT},
        {3, "unused VSI type id", HD_ERROR_KERNEL},
        {4, "VSI type id violation", HD_ERROR_KERNEL},
        {5, "VSI type id version violation", HD_ERROR_KERNEL},
        {6, "out of sync", HD_ERROR_KERNEL},
        {0x102, "invalid profile", HD_ERROR_KERNEL},
        {0x103, "bad state", HD_ERROR_KERNEL},
        {0x104, "insufficient resources", HD_ERROR_LIMIT},
        {0x105, "the switch refuses: error", HD_ERROR_KERNEL},
        {0x7777, "unknown response (response 0x7777)", HD_ERROR_KERNEL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(cases); j++) {
            NetPeerDriver driver = make_driver(targets[i]);

            driver.response = cases[j].response;
            driver.pending = j % 3;
            g_autoptr(GError) error = fail_to_associate(targets[i], &driver, 0, NET_FAULT_NONE, 0);
            g_assert_error(error, HD_ERROR, (int) cases[j].code);
            g_assert_nonnull(strstr(error->message, cases[j].name));
        }
    }
}

static void
test_no_response(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        NetPeerDriver driver = make_driver(targets[i]);

        driver.pending = G_MAXUINT;
        driver.says_pending = i % 2 == 0;
        g_autoptr(GError) error = fail_to_associate(targets[i], &driver, 0, NET_FAULT_NONE, 0);
        g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
        g_assert_nonnull(strstr(error->message, "after 80 ms"));
    }
}

static void
test_faults(void)
{
    static const NetFault faults[] = {
        NET_FAULT_SILENCE,     NET_FAULT_DONE_SILENTLY,  NET_FAULT_GARBAGE,
        NET_FAULT_TRUNCATED,   NET_FAULT_WRONG_SEQUENCE, NET_FAULT_WRONG_TYPE,
        NET_FAULT_SHORT_ERROR,
    };

    /* the request, asking for the first time, asking again */
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        NetPeerDriver driver = make_driver(targets[i]);

        driver.pending = 5;
        for (unsigned number = 1; number <= 3; number++) {
            for (gsize j = 0; j < G_N_ELEMENTS(faults); j++) {
                if (faults[j] == NET_FAULT_WRONG_SEQUENCE && number > 1)
                    continue;
                g_autoptr(GError)
                    error = fail_to_associate(targets[i], &driver, number, faults[j], 0);
                g_assert_true(error->code == HD_ERROR_TIMEOUT || error->code == HD_ERROR_KERNEL);
            }
        }
        g_autoptr(GError)
            error = fail_to_associate(targets[i], &driver, 2, NET_FAULT_LONG_ATTRIBUTE, 0);
        g_assert_nonnull(strstr(error->message, "malformed answer"));
    }
}

/* Bytes that are flipped anywhere in an answer end in an error or in an answer, never in a loop or
 * outside of the message. */
static void
test_random_answers(void)
{
    for (int i = 0; i < 2000; i++) {
        const HdProfileTarget *target = targets[i % G_N_ELEMENTS(targets)];
        NetPeerDriver driver = make_driver(target);
        g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
        g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
        g_autoptr(GError) error = NULL;

        net_peer_fail(peer, 2, NET_FAULT_FLIPPED, g_test_rand_int_range(1, G_MAXINT32));
        gboolean is_associated = hd_profile_associate(netlink, target, 0, &error);
        g_assert_cmpuint(net_peer_count_held(peer), ==, is_associated ? 1 : 0);
        g_assert_cmpint(is_associated, ==, error == NULL);
    }
}

static void
test_refusals_of_the_kernel(void)
{
    static const struct {
        int errno_value;
        HdErrorCode code;
    } cases[] = {
        {EPERM, HD_ERROR_DENIED},
        {EOPNOTSUPP, HD_ERROR_UNSUPPORTED},
        {EINVAL, HD_ERROR_KERNEL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        const NetPeerDriver driver = make_driver(targets[i]);

        for (gsize j = 0; j < G_N_ELEMENTS(cases); j++) {
            g_autoptr(GError) error = fail_to_associate(targets[i], &driver, 1, NET_FAULT_REFUSE,
                                                        cases[j].errno_value);
            g_assert_error(error, HD_ERROR, (int) cases[j].code);
            g_assert_nonnull(strstr(error->message, g_strerror(cases[j].errno_value)));
        }
    }
}

/* The other end is gone: whether something stays associated is not known. */
static void
test_take_back_that_fails(void)
{
    const NetPeerDriver driver = make_driver(&qbh);
    g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
    g_autoptr(GError) error = NULL;

    net_peer_fail(peer, 2, NET_FAULT_CLOSED, 0);
    g_assert_false(hd_profile_associate(netlink, &qbh, POLL_MS, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNDO_FAILED);
    g_assert_nonnull(strstr(hd_error_get_details(error), "cannot take the request back"));
}

/* An entry that tells about another VM's request is not the answer to this one. */
static void
test_answer_to_another_instance(void)
{
    static const HdProfileTarget *const both[] = {&qbh, &qbg};

    for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
        NetPeerDriver driver = make_driver(both[i]);
        HdProfileTarget other = *both[i];
        g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
        g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
        g_autoptr(GError) error = NULL;

        g_assert_true(hd_profile_associate(netlink, both[i], POLL_MS, NULL));
        other.vm_uuid[0] = 'X';
        other.profile.instance_id[0] = 'f';
        /* the entry of the first one stays for a while */
        net_peer_fail(peer, 1, NET_FAULT_IGNORE, 0);
        g_assert_false(hd_profile_associate(netlink, &other, POLL_MS, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
        g_assert_cmpuint(net_peer_count_held(peer), ==, 0);
    }
}

/* A VM may have two functions of one card. */
static void
test_answer_to_another_function(void)
{
    const NetPeerDriver driver = make_driver(&qbh);
    HdProfileTarget other = qbh;
    g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
    g_autoptr(GError) error = NULL;

    other.vf = 1;
    g_assert_true(hd_profile_associate(netlink, &other, POLL_MS, NULL));
    net_peer_fail(peer, 1, NET_FAULT_IGNORE, 0);
    g_assert_false(hd_profile_associate(netlink, &qbh, POLL_MS, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_assert_cmpuint(net_peer_count_held(peer), ==, 1);
}

static void
test_senseless_answers(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        for (NetDamage damage = NET_DAMAGE_UUID; damage <= NET_DAMAGE_PORT; damage++) {
            NetPeerDriver driver = make_driver(targets[i]);

            driver.damage = damage;
            g_autoptr(GError) error = fail_to_associate(targets[i], &driver, 0, NET_FAULT_NONE, 0);
            g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
            g_assert_nonnull(strstr(error->message, "malformed answer"));
        }
    }
}

static void
test_disassociate_fails(void)
{
    NetPeerDriver driver = make_driver(&qbh);
    g_autoptr(GError) error = NULL;

    driver.response = PORT_PROFILE_RESPONSE_BADSTATE;
    g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
    g_assert_false(hd_profile_disassociate(netlink, &qbh, POLL_MS, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "virtual function 3 of eth0"));
    g_assert_nonnull(strstr(error->message, "bad state"));
}

static void
test_invalid_values(void)
{
    static const char *const uuids[] = {"", "x", "00112233-4455-6677-8899-aabbccddeefg",
                                        "0011223344556677-8899-aabb-ccddeeff"};
    HdProfileTarget target = qbg;
    const NetPeerDriver driver = make_driver(&qbg);
    g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
    g_autoptr(HdNetlink) netlink = net_peer_connect(peer);

    for (gsize i = 0; i < G_N_ELEMENTS(uuids); i++) {
        g_autoptr(GError) error = NULL;

        g_strlcpy(target.profile.instance_id, uuids[i], sizeof target.profile.instance_id);
        g_assert_false(hd_profile_associate(netlink, &target, POLL_MS, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_false(hd_profile_check(&target, TRUE, "/", &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_clear_error(&error);
        g_assert_false(hd_profile_disassociate(netlink, &target, POLL_MS, &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    }
    target = qbg;
    target.profile.type_id = 0x1000000;
    g_assert_false(hd_profile_associate(netlink, &target, POLL_MS, NULL));
    target = qbh;
    target.profile.profile_id[0] = '\0';
    g_assert_false(hd_profile_associate(netlink, &target, POLL_MS, NULL));
    memset(target.profile.profile_id, 'x', sizeof target.profile.profile_id);
    g_assert_false(hd_profile_associate(netlink, &target, POLL_MS, NULL));
    g_assert_cmpuint(net_peer_count(peer), ==, 0);
}

static void
test_check_of_qbh(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_profile_check(&qbh, TRUE, "/nonexistent", &error));
    g_assert_false(hd_profile_check(&qbh, FALSE, "/nonexistent", &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
    g_assert_nonnull(strstr(error->message, "eth0"));
    g_assert_nonnull(hd_error_get_hint(error));
    g_autoptr(HdNetlink) netlink = hd_profile_connect(&qbh.profile, "/nonexistent", NULL);
    g_assert_nonnull(netlink);
}

/* lldpad. */

static void
check_pid_file(const char *folder, const char *text, const char *reason)
{
    g_autofree char *path = g_build_filename(folder, "lldpad.pid", NULL);
    g_autoptr(GError) error = NULL;

    if (text != NULL)
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_false(hd_profile_check(&qbg, FALSE, folder, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, reason));
    g_clear_error(&error);
    g_assert_null(hd_profile_connect(&qbg.profile, folder, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNSUPPORTED);
}

/* A process that has the name and waits to be killed. */
static pid_t
start_lldpad(void)
{
    int ready[2];
    char byte = 0;

    g_assert_cmpint(pipe2(ready, O_CLOEXEC), ==, 0);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        prctl(PR_SET_NAME, "lldpad");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(write(ready[1], &byte, 1) == 1 ? pause() : 1);
    }
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void
stop(pid_t pid)
{
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

static void
test_lldpad(void)
{
    g_autofree char *folder = g_dir_make_tmp("hostdev-lldpad-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "lldpad.pid", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autofree char *self = g_strdup_printf("%d\n", (int) getpid());
    g_autofree char *long_text = g_strnfill(100000, '1');
    pid_t pid = start_lldpad();
    g_autofree char *text = g_strdup_printf("%d\n", (int) pid);
    g_autoptr(GError) error = NULL;

    check_pid_file(folder, NULL, "No such file");
    check_pid_file(folder, "", "does not say a process");
    check_pid_file(folder, "0\n", "does not say a process");
    check_pid_file(folder, "-1\n", "does not say a process");
    check_pid_file(folder, "12x\n", "does not say a process");
    check_pid_file(folder, "99999999999999999999\n", "does not say a process");
    check_pid_file(folder, long_text, "does not say a process");
    check_pid_file(folder, self, "is test-host-prof");
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_true(hd_profile_check(&qbg, FALSE, folder, &error));
    g_assert_no_error(error);
    g_autoptr(HdNetlink) netlink = hd_profile_connect(&qbg.profile, folder, &error);
    g_assert_no_error(error);
    g_assert_nonnull(netlink);
    stop(pid);
    check_pid_file(folder, text, "has ended");
    g_assert_cmpint(g_rename(path, link), ==, 0);
    g_assert_cmpint(symlink("link", path), ==, 0);
    check_pid_file(folder, NULL, "cannot open");
    g_remove(path);
    g_remove(link);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/bytes/qbh-associate", test_bytes_of_qbh_associate);
    g_test_add_func("/profile/bytes/qbh-disassociate", test_bytes_of_qbh_disassociate);
    g_test_add_func("/profile/bytes/qbh-self", test_bytes_of_qbh_self);
    g_test_add_func("/profile/bytes/qbg", test_bytes_of_qbg);
    g_test_add_func("/profile/success", test_success);
    g_test_add_func("/profile/either-success", test_either_success);
    g_test_add_func("/profile/mac", test_mac_goes_along);
    g_test_add_func("/profile/refusals", test_refusals);
    g_test_add_func("/profile/no-response", test_no_response);
    g_test_add_func("/profile/faults", test_faults);
    g_test_add_func("/profile/random", test_random_answers);
    g_test_add_func("/profile/kernel", test_refusals_of_the_kernel);
    g_test_add_func("/profile/take-back", test_take_back_that_fails);
    g_test_add_func("/profile/other-instance", test_answer_to_another_instance);
    g_test_add_func("/profile/other-function", test_answer_to_another_function);
    g_test_add_func("/profile/senseless", test_senseless_answers);
    g_test_add_func("/profile/disassociate", test_disassociate_fails);
    g_test_add_func("/profile/values", test_invalid_values);
    g_test_add_func("/profile/check/qbh", test_check_of_qbh);
    g_test_add_func("/profile/check/lldpad", test_lldpad);
    return g_test_run();
}
