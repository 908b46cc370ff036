/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of virtual functions: the bytes of each request, reading, checking, setting, undoing and
 * restoring, against a modelled physical function.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/error.h"
#include "host/vf.h"
#include "support/netbytes.h"
#include "support/netpeer.h"

#define VFS 4
#define VF 3
#define SET_FLAGS (NLM_F_REQUEST | NLM_F_ACK)
#define ALL_FIELDS                                                                                 \
    (HD_NIC_MAC | HD_NIC_VLAN | HD_NIC_TRUST | HD_NIC_SPOOF_CHECK | HD_NIC_RATE | HD_NIC_LINK_STATE)

typedef struct {
    NetPeer *peer;
    HdNetlink *netlink;
    HdPfState *state;
} Fixture;

/* All different from what the peer begins with. */
static const HdNicSettings everything = {
    .fields = ALL_FIELDS,
    .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
    .vlan_id = 42,
    .vlan_qos = 5,
    .vlan_protocol = HD_NIC_VLAN_8021Q,
    .trust = TRUE,
    .spoof_check = FALSE,
    .min_rate = 100,
    .max_rate = 1000,
    .link_state = HD_NIC_LINK_ENABLE,
};

static void
open_fixture(Fixture *fixture, unsigned count, const NetPeerDriver *driver)
{
    g_autoptr(GError) error = NULL;

    fixture->peer = net_peer_new(count, driver);
    fixture->netlink = net_peer_connect(fixture->peer);
    fixture->state = hd_pf_read(fixture->netlink, NET_PEER_NAME, &error);
    g_assert_no_error(error);
}

static void
close_fixture(Fixture *fixture)
{
    hd_pf_state_free(fixture->state);
    hd_netlink_free(fixture->netlink);
    net_peer_free(fixture->peer);
}

static void
set_up(Fixture *fixture, gconstpointer driver)
{
    static const NetPeerDriver plain = {.knows_8021ad = TRUE};

    open_fixture(fixture, VFS, driver != NULL ? driver : &plain);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    close_fixture(fixture);
}

static HdNicSettings
pick(HdNicFields fields)
{
    HdNicSettings settings = everything;

    settings.fields = fields;
    return settings;
}

static void
assert_has(GError *error, HdErrorCode code, const char *text)
{
    g_assert_error(error, HD_ERROR, (int) code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, text));
}

static void
assert_settings(const HdNicSettings *settings, const HdNicSettings *expected)
{
    g_assert_cmpmem(settings->mac, 6, expected->mac, 6);
    g_assert_cmpuint(settings->vlan_id, ==, expected->vlan_id);
    g_assert_cmpuint(settings->vlan_qos, ==, expected->vlan_qos);
    g_assert_cmphex(settings->vlan_protocol, ==, expected->vlan_protocol);
    g_assert_cmpint(settings->trust, ==, expected->trust);
    g_assert_cmpint(settings->spoof_check, ==, expected->spoof_check);
    g_assert_cmpuint(settings->min_rate, ==, expected->min_rate);
    g_assert_cmpuint(settings->max_rate, ==, expected->max_rate);
    g_assert_cmpint(settings->link_state, ==, expected->link_state);
}

/* The request that sets one field is the second one: reading came before. */
static void
assert_set_bytes(Fixture *fixture, const HdNicSettings *settings, GByteArray *expected)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, settings, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) request = net_peer_dup_request(fixture->peer, 1);
    gsize size = 0;
    const void *data = g_bytes_get_data(request, &size);
    assert_bytes(data, size, expected);
}

/* IFLA_VFINFO_LIST with one IFLA_VF_INFO, for an attribute of that length with its header. */
static GByteArray *
begin_set_bytes(guint16 length)
{
    GByteArray *bytes = begin_bytes(40u + length, 19 /* RTM_SETLINK */, SET_FLAGS, 2, 7);

    add_attribute(bytes, (guint16) (8 + length), NLA_F_NESTED | 22 /* IFLA_VFINFO_LIST */);
    add_attribute(bytes, (guint16) (4 + length), NLA_F_NESTED | 1 /* IFLA_VF_INFO */);
    return bytes;
}

static void
test_bytes_of_get(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GBytes) request = net_peer_dup_request(fixture->peer, 0);
    gsize size = 0;
    const void *data = g_bytes_get_data(request, &size);
    GByteArray *bytes = begin_bytes(52, 18 /* RTM_GETLINK */, NLM_F_REQUEST, 1, 0);

    add_attribute(bytes, 9, 3 /* IFLA_IFNAME */);
    add_raw(bytes, "eth0\0\0\0", 8); /* with zero and padding */
    add_attribute(bytes, 8, 29 /* IFLA_EXT_MASK */);
    add32(bytes, 1 | 8); /* RTEXT_FILTER_VF, RTEXT_FILTER_SKIP_STATS */
    assert_bytes(data, size, bytes);
}

static void
test_bytes_of_mac(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings settings = pick(HD_NIC_MAC);
    GByteArray *bytes = begin_set_bytes(40);

    add_attribute(bytes, 40, 1 /* IFLA_VF_MAC */);
    add32(bytes, VF);
    add_raw(bytes, "\x52\x54\x00\x12\x34\x56", 6);
    add_zeros(bytes, 26); /* of 32 bytes */
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_bytes_of_vlan(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings settings = pick(HD_NIC_VLAN);
    GByteArray *bytes = begin_set_bytes(16);

    add_attribute(bytes, 16, 2 /* IFLA_VF_VLAN */);
    add32(bytes, VF);
    add32(bytes, 42);
    add32(bytes, 5);
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_bytes_of_vlan_8021ad(Fixture *fixture, gconstpointer unused)
{
    HdNicSettings settings = pick(HD_NIC_VLAN);
    GByteArray *bytes = begin_set_bytes(24);

    settings.vlan_protocol = HD_NIC_VLAN_8021AD;
    add_attribute(bytes, 24, NLA_F_NESTED | 12 /* IFLA_VF_VLAN_LIST */);
    add_attribute(bytes, 20, 1 /* IFLA_VF_VLAN_INFO */);
    add32(bytes, VF);
    add32(bytes, 42);
    add32(bytes, 5);
    add_raw(bytes, "\x88\xa8\0\0", 4); /* protocol in network byte order, padding */
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_bytes_of_trust(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings settings = pick(HD_NIC_TRUST);
    GByteArray *bytes = begin_set_bytes(12);

    add_attribute(bytes, 12, 9 /* IFLA_VF_TRUST */);
    add32(bytes, VF);
    add32(bytes, 1);
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_bytes_of_spoof_check(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings settings = pick(HD_NIC_SPOOF_CHECK);
    GByteArray *bytes = begin_set_bytes(12);

    add_attribute(bytes, 12, 4 /* IFLA_VF_SPOOFCHK */);
    add32(bytes, VF);
    add32(bytes, 0);
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_bytes_of_rate(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings settings = pick(HD_NIC_RATE);
    GByteArray *bytes = begin_set_bytes(16);

    add_attribute(bytes, 16, 6 /* IFLA_VF_RATE */);
    add32(bytes, VF);
    add32(bytes, 100);
    add32(bytes, 1000);
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_bytes_of_link_state(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings settings = pick(HD_NIC_LINK_STATE);
    GByteArray *bytes = begin_set_bytes(12);

    add_attribute(bytes, 12, 5 /* IFLA_VF_LINK_STATE */);
    add32(bytes, VF);
    add32(bytes, 1 /* IFLA_VF_LINK_STATE_ENABLE */);
    assert_set_bytes(fixture, &settings, bytes);
}

static void
test_reads(Fixture *fixture, gconstpointer unused)
{
    const NetPeerVf vf = {
        .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
        .vlan_protocol = HD_NIC_VLAN_8021AD,
        .vlan = 42,
        .qos = 5,
        .trust = 1,
        .min_rate = 100,
        .max_rate = 1000,
        .link_state = 1,
    };
    HdNicSettings expected = everything;

    expected.vlan_protocol = HD_NIC_VLAN_8021AD;
    net_peer_set_vf(fixture->peer, VF, &vf);
    g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    g_assert_nonnull(state);
    g_assert_cmpint(state->ifindex, ==, NET_PEER_INDEX);
    g_assert_cmpstr(state->name, ==, NET_PEER_NAME);
    g_assert_true(state->is_up);
    g_assert_false(state->has_profiles);
    g_assert_cmpuint(state->vfs->len, ==, VFS);
    const HdVfState *found = hd_pf_find_vf(state, VF);
    g_assert_nonnull(found);
    g_assert_cmphex(found->settings.fields, ==, ALL_FIELDS);
    assert_settings(&found->settings, &expected);
    g_assert_null(hd_pf_find_vf(state, VFS));
}

static void
test_reads_old_kernel(Fixture *fixture, gconstpointer unused)
{
    const NetPeerVf vf = {.vlan = 42, .qos = 5, .min_rate = 100, .max_rate = 1000, .link_state = 9};

    net_peer_set_vf(fixture->peer, 0, &vf);
    g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    g_assert_nonnull(state);
    const HdNicSettings *settings = &hd_pf_find_vf(state, 0)->settings;
    /* a link state that nobody knows is none */
    g_assert_cmphex(settings->fields, ==, HD_NIC_MAC | HD_NIC_VLAN | HD_NIC_RATE);
    g_assert_cmpuint(settings->vlan_id, ==, 42);
    g_assert_cmpuint(settings->vlan_qos, ==, 5);
    g_assert_cmphex(settings->vlan_protocol, ==, HD_NIC_VLAN_8021Q);
    g_assert_cmpuint(settings->min_rate, ==, 0);
    g_assert_cmpuint(settings->max_rate, ==, 1000);
}

static void
test_reads_reserved_vlan_as_none(Fixture *fixture, gconstpointer unused)
{
    const NetPeerVf vf = {.vlan = 4095, .vlan_protocol = HD_NIC_VLAN_8021Q};
    const NetPeerVf bad = {.vlan = 4096, .vlan_protocol = HD_NIC_VLAN_8021Q};
    g_autoptr(GError) error = NULL;

    net_peer_set_vf(fixture->peer, 0, &vf);
    g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    g_assert_cmpuint(hd_pf_find_vf(state, 0)->settings.vlan_id, ==, 0);
    net_peer_set_vf(fixture->peer, 0, &bad);
    g_assert_null(hd_pf_read(fixture->netlink, NET_PEER_NAME, &error));
    assert_has(error, HD_ERROR_KERNEL, "malformed answer");
}

static void
test_missing_interface(Fixture *fixture, gconstpointer unused)
{
    static const char *const names[] = {"eth1", "", "name-of-16-chars",
                                        "longer-than-any-interface"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_pf_read(fixture->netlink, names[i], &error));
        assert_has(error, HD_ERROR_NOT_FOUND, names[i]);
    }
}

static void
test_malformed_table(Fixture *fixture, gconstpointer unused)
{
    static const NetFault faults[] = {NET_FAULT_GARBAGE, NET_FAULT_TRUNCATED,
                                      NET_FAULT_LONG_ATTRIBUTE, NET_FAULT_WRONG_TYPE,
                                      NET_FAULT_SHORT_ERROR};

    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(GError) error = NULL;

        net_peer_fail(fixture->peer, 1, faults[i], 0);
        g_assert_null(hd_pf_read(fixture->netlink, NET_PEER_NAME, &error));
        assert_has(error, HD_ERROR_KERNEL, "malformed answer");
        assert_has(error, HD_ERROR_KERNEL, "eth0");
    }
}

static void
test_senseless_table(void)
{
    static const NetDamage damages[] = {NET_DAMAGE_ENTRY, NET_DAMAGE_TWICE, NET_DAMAGE_TABLE,
                                        NET_DAMAGE_NAME};

    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        const NetPeerDriver driver = {.damage = damages[i]};
        g_autoptr(NetPeer) peer = net_peer_new(VFS, &driver);
        g_autoptr(HdNetlink) netlink = net_peer_connect(peer);
        g_autoptr(GError) error = NULL;

        g_assert_null(hd_pf_read(netlink, NET_PEER_NAME, &error));
        assert_has(error, HD_ERROR_KERNEL, "malformed answer");
    }
}

/* Bytes that are flipped anywhere in an answer end in an error or in a table, never outside of the
 * message. */
static void
test_random_tables(Fixture *fixture, gconstpointer unused)
{
    unsigned errors = 0;

    for (int i = 0; i < 5000; i++) {
        g_autoptr(GError) error = NULL;

        net_peer_fail(fixture->peer, 1, NET_FAULT_FLIPPED, g_test_rand_int_range(1, G_MAXINT32));
        g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, &error);
        g_assert_cmpint(state == NULL, ==, error != NULL);
        errors += error != NULL ? 1 : 0;
    }
    g_assert_cmpuint(errors, >, 0);
}

/* Beyond some 300 functions the length of the table does not fit into its attribute. */
static void
test_large_tables(void)
{
    static const unsigned counts[] = {0, 1, 256, 280, 281, 282, 283, 333, 334, 335, 1000};
    static const NetPeerDriver driver = {.has_profiles = TRUE};

    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        Fixture fixture;

        open_fixture(&fixture, counts[i], &driver);
        g_assert_cmpuint(fixture.state->vfs->len, ==, counts[i]);
        g_assert_true(fixture.state->has_profiles);
        for (unsigned vf = 0; vf < counts[i]; vf++)
            g_assert_cmpuint(g_array_index(fixture.state->vfs, HdVfState, vf).index, ==, vf);
        if (counts[i] > 0) {
            g_autoptr(GError) error = NULL;

            g_assert_true(
                hd_vf_set(fixture.netlink, fixture.state, counts[i] - 1, &everything, &error));
            g_assert_no_error(error);
            g_assert_cmpuint(net_peer_get_vf(fixture.peer, counts[i] - 1).vlan, ==, 42);
        }
        close_fixture(&fixture);
    }
}

static void
test_sets_all(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, &everything, &error));
    g_assert_no_error(error);
    /* reading, six settings, reading back */
    g_assert_cmpuint(net_peer_count(fixture->peer), ==, 8);
    g_autoptr(HdPfState) now = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    assert_settings(&hd_pf_find_vf(now, VF)->settings, &everything);
    for (unsigned i = 0; i < VF; i++)
        assert_settings(&hd_pf_find_vf(now, i)->settings,
                        &hd_pf_find_vf(fixture->state, i)->settings);
}

static void
test_sets_nothing(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings profile_only = {.fields = HD_NIC_PROFILE};

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, &profile_only, NULL));
    g_assert_true(hd_vf_check(fixture->netlink, fixture->state, VF, &profile_only, NULL));
    g_assert_cmpuint(net_peer_count(fixture->peer), ==, 1);
}

static void
test_missing_function(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(hd_vf_set(fixture->netlink, fixture->state, VFS, &everything, &error));
    assert_has(error, HD_ERROR_NOT_FOUND, "eth0 has no virtual function 4");
    g_clear_error(&error);
    g_assert_false(hd_vf_check(fixture->netlink, fixture->state, VFS, &everything, &error));
    assert_has(error, HD_ERROR_NOT_FOUND, "eth0 has no virtual function 4");
    g_assert_cmpuint(net_peer_count(fixture->peer), ==, 1);
}

/* Whatever goes wrong with whichever message: all is as before. */
static void
check_undo(unsigned number, NetFault fault, int fault_errno)
{
    static const NetPeerDriver driver = {.refusal_text = "VF is resetting"};
    Fixture fixture;
    g_autoptr(GError) error = NULL;

    open_fixture(&fixture, VFS, &driver);
    g_autoptr(GBytes) before = net_peer_dup_state(fixture.peer);
    net_peer_fail(fixture.peer, number, fault, fault_errno);
    g_assert_false(hd_vf_set(fixture.netlink, fixture.state, VF, &everything, &error));
    g_autoptr(GBytes) after = net_peer_dup_state(fixture.peer);
    g_assert_true(g_bytes_equal(before, after));
    g_assert_true(error->domain == HD_ERROR);
    g_assert_cmpint(error->code, !=, HD_ERROR_UNDO_FAILED);
    g_assert_nonnull(strstr(error->message, "eth0"));
    if (fault == NET_FAULT_REFUSE) {
        g_assert_nonnull(strstr(error->message, g_strerror(fault_errno)));
        g_assert_cmpstr(hd_error_get_details(error), ==, "VF is resetting");
        g_assert_nonnull(strstr(error->message, "VF is resetting"));
    }
    if (fault == NET_FAULT_SILENCE || fault == NET_FAULT_DONE_SILENTLY)
        g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    close_fixture(&fixture);
}

static void
test_undo_at_each_message(void)
{
    static const int errnos[] = {EBUSY, EOPNOTSUPP, EPERM, EINVAL};

    /* six settings and the reading back */
    for (unsigned number = 1; number <= 7; number++) {
        for (gsize i = 0; i < G_N_ELEMENTS(errnos); i++)
            check_undo(number, NET_FAULT_REFUSE, errnos[i]);
        check_undo(number, NET_FAULT_SILENCE, 0);
        check_undo(number, NET_FAULT_DONE_SILENTLY, 0);
        check_undo(number, NET_FAULT_GARBAGE, 0);
        check_undo(number, NET_FAULT_TRUNCATED, 0);
        check_undo(number, NET_FAULT_WRONG_TYPE, 0);
        check_undo(number, NET_FAULT_SHORT_ERROR, 0);
    }
}

static void
test_codes_of_refusals(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        int errno_value;
        HdErrorCode code;
    } cases[] = {
        {EPERM, HD_ERROR_DENIED},           {EACCES, HD_ERROR_DENIED},
        {EOPNOTSUPP, HD_ERROR_UNSUPPORTED}, {EPROTONOSUPPORT, HD_ERROR_UNSUPPORTED},
        {EBUSY, HD_ERROR_KERNEL},
    };
    const HdNicSettings vlan = pick(HD_NIC_VLAN);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        net_peer_fail(fixture->peer, 1, NET_FAULT_REFUSE, cases[i].errno_value);
        g_assert_false(hd_vf_set(fixture->netlink, fixture->state, VF, &vlan, &error));
        assert_has(error, cases[i].code, "cannot set the VLAN of virtual function 3 of eth0");
    }
}

/* The first message fails for good, and from then on all: nothing could be put back. */
static void
test_undo_that_fails(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    net_peer_fail(fixture->peer, 3, NET_FAULT_CLOSED, 0);
    g_assert_false(hd_vf_set(fixture->netlink, fixture->state, VF, &everything, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNDO_FAILED);
    g_assert_nonnull(strstr(error->message, "cannot set the trust of virtual function 3 of eth0"));
    g_assert_nonnull(hd_error_get_details(error));
    g_assert_nonnull(strstr(hd_error_get_details(error), "cannot set the"));
}

static void
test_ignored_setting(void)
{
    static const HdNicFields fields[] = {HD_NIC_MAC,         HD_NIC_VLAN, HD_NIC_TRUST,
                                         HD_NIC_SPOOF_CHECK, HD_NIC_RATE, HD_NIC_LINK_STATE};
    static const char *const names[] = {"MAC address", "VLAN",          "trust",
                                        "spoof check", "transmit rate", "link state"};

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        const NetPeerDriver driver = {.ignores = fields[i]};
        Fixture fixture;
        g_autoptr(GError) error = NULL;

        open_fixture(&fixture, VFS, &driver);
        g_autoptr(GBytes) before = net_peer_dup_state(fixture.peer);
        g_assert_false(hd_vf_set(fixture.netlink, fixture.state, VF, &everything, &error));
        assert_has(error, HD_ERROR_UNSUPPORTED, "does not keep it");
        g_assert_true(g_str_has_suffix(error->message, names[i]));
        g_autoptr(GBytes) after = net_peer_dup_state(fixture.peer);
        g_assert_true(g_bytes_equal(before, after));
        close_fixture(&fixture);
    }
}

static void
check_lacking(HdNicFields field, int errno_value, const char *name)
{
    const NetPeerDriver driver = {.lacks = field, .lacks_errno = errno_value};
    g_autofree char *text = g_strdup_printf(
        "cannot set the %s of virtual function 3 of eth0: its driver", name);
    g_autoptr(GError) error = NULL;
    Fixture fixture;

    open_fixture(&fixture, VFS, &driver);
    g_autoptr(GBytes) before = net_peer_dup_state(fixture.peer);
    g_assert_false(hd_vf_check(fixture.netlink, fixture.state, VF, &everything, &error));
    assert_has(error, HD_ERROR_UNSUPPORTED, text);
    g_assert_nonnull(hd_error_get_hint(error));
    HdNicSettings others = pick(ALL_FIELDS & ~field);
    g_assert_true(hd_vf_check(fixture.netlink, fixture.state, VF, &others, NULL));
    g_autoptr(GBytes) after = net_peer_dup_state(fixture.peer);
    g_assert_true(g_bytes_equal(before, after));
    close_fixture(&fixture);
}

static void
test_check_finds_what_is_lacking(void)
{
    static const int errnos[] = {EOPNOTSUPP, EPROTONOSUPPORT, EINVAL, EPERM};

    for (gsize i = 0; i < G_N_ELEMENTS(errnos); i++) {
        check_lacking(HD_NIC_VLAN, errnos[i], "VLAN");
        check_lacking(HD_NIC_RATE, errnos[i], "transmit rate");
        check_lacking(HD_NIC_LINK_STATE, errnos[i], "link state");
    }
    check_lacking(HD_NIC_TRUST, 0, "trust");
    check_lacking(HD_NIC_SPOOF_CHECK, 0, "spoof check");
}

/* What is there must be written again, not what is wanted. */
static void
test_check_changes_nothing(Fixture *fixture, gconstpointer unused)
{
    const NetPeerVf vf = {
        .mac = {2, 0, 0, 0, 0, 9},
        .vlan_protocol = HD_NIC_VLAN_8021AD,
        .vlan = 7,
        .qos = 1,
        .spoof_check = 1,
        .min_rate = 1,
        .max_rate = 2,
        .link_state = 2,
    };
    g_autoptr(GError) error = NULL;

    net_peer_set_vf(fixture->peer, VF, &vf);
    g_autoptr(GBytes) before = net_peer_dup_state(fixture->peer);
    g_autoptr(HdPfState) state = hd_pf_read(fixture->netlink, NET_PEER_NAME, NULL);
    g_assert_true(hd_vf_check(fixture->netlink, state, VF, &everything, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) after = net_peer_dup_state(fixture->peer);
    g_assert_true(g_bytes_equal(before, after));
    /* twice reading, VLAN, rate, link state */
    g_assert_cmpuint(net_peer_count(fixture->peer), ==, 5);
}

static void
test_check_of_8021ad(void)
{
    HdNicSettings settings = pick(HD_NIC_VLAN);

    settings.vlan_protocol = HD_NIC_VLAN_8021AD;
    for (int knows = 0; knows <= 1; knows++) {
        const NetPeerDriver driver = {.knows_8021ad = knows != 0};
        g_autoptr(GError) error = NULL;
        Fixture fixture;

        open_fixture(&fixture, VFS, &driver);
        g_autoptr(GBytes) before = net_peer_dup_state(fixture.peer);
        g_assert_cmpint(hd_vf_check(fixture.netlink, fixture.state, VF, &settings, &error), ==,
                        knows);
        if (!knows)
            assert_has(error, HD_ERROR_UNSUPPORTED, "802.1ad");
        g_autoptr(GBytes) after = net_peer_dup_state(fixture.peer);
        g_assert_true(g_bytes_equal(before, after));
        close_fixture(&fixture);
    }
}

/* Over a tag of the other protocol it cannot be tried; setting finds out and undoes. */
static void
test_8021ad_over_a_tag(void)
{
    static const NetPeerDriver driver = {.knows_8021ad = FALSE};
    const NetPeerVf vf = {.vlan_protocol = HD_NIC_VLAN_8021Q, .vlan = 7, .spoof_check = 1};
    HdNicSettings settings = everything;
    g_autoptr(GError) error = NULL;
    Fixture fixture;

    settings.vlan_protocol = HD_NIC_VLAN_8021AD;
    open_fixture(&fixture, VFS, &driver);
    net_peer_set_vf(fixture.peer, VF, &vf);
    g_autoptr(GBytes) before = net_peer_dup_state(fixture.peer);
    g_autoptr(HdPfState) state = hd_pf_read(fixture.netlink, NET_PEER_NAME, NULL);
    g_assert_true(hd_vf_check(fixture.netlink, state, VF, &settings, NULL));
    g_assert_false(hd_vf_set(fixture.netlink, state, VF, &settings, &error));
    assert_has(error, HD_ERROR_UNSUPPORTED, "cannot set the VLAN");
    g_autoptr(GBytes) after = net_peer_dup_state(fixture.peer);
    g_assert_true(g_bytes_equal(before, after));
    close_fixture(&fixture);
}

static void
test_check_without_rights(void)
{
    static const NetPeerDriver driver = {.is_unprivileged = TRUE};
    g_autoptr(GError) error = NULL;
    Fixture fixture;

    open_fixture(&fixture, VFS, &driver);
    g_assert_false(hd_vf_check(fixture.netlink, fixture.state, VF, &everything, &error));
    assert_has(error, HD_ERROR_DENIED, "eth0");
    close_fixture(&fixture);
}

static void
test_set_refuses_unreported(void)
{
    static const NetPeerDriver driver = {.lacks = HD_NIC_TRUST};
    g_autoptr(GError) error = NULL;
    Fixture fixture;

    open_fixture(&fixture, VFS, &driver);
    g_assert_false(hd_vf_set(fixture.netlink, fixture.state, VF, &everything, &error));
    assert_has(error, HD_ERROR_UNSUPPORTED, "trust");
    g_assert_cmpuint(net_peer_count(fixture.peer), ==, 1);
    close_fixture(&fixture);
}

static void
test_restore(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GBytes) before = net_peer_dup_state(fixture->peer);
    const HdNicSettings *settings = &hd_pf_find_vf(fixture->state, VF)->settings;
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, &everything, NULL));
    g_assert_true(hd_vf_restore(fixture->netlink, fixture->state, VF, settings, &note, &error));
    g_assert_no_error(error);
    g_assert_null(note);
    g_autoptr(GBytes) after = net_peer_dup_state(fixture->peer);
    g_assert_true(g_bytes_equal(before, after));
}

/* The last one that was set goes back first; what is as it was is not written. */
static void
test_restore_of_what_differs(Fixture *fixture, gconstpointer unused)
{
    HdNicSettings before = hd_pf_find_vf(fixture->state, VF)->settings;
    HdNicSettings changed = pick(HD_NIC_VLAN | HD_NIC_LINK_STATE);
    g_autofree char *note = NULL;
    gsize size = 0;

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, &changed, NULL));
    unsigned count = net_peer_count(fixture->peer);
    g_assert_true(hd_vf_restore(fixture->netlink, fixture->state, VF, &before, &note, NULL));
    /* reading, link state, VLAN, reading */
    g_assert_cmpuint(net_peer_count(fixture->peer), ==, count + 4);
    g_autoptr(GBytes) first = net_peer_dup_request(fixture->peer, count + 1);
    const guint8 *data = g_bytes_get_data(first, &size);
    g_assert_cmpuint(data[42], ==, IFLA_VF_LINK_STATE);
    g_assert_true(hd_vf_restore(fixture->netlink, fixture->state, VF, &before, &note, NULL));
    g_assert_cmpuint(net_peer_count(fixture->peer), ==, count + 5);
}

static void
check_zero_mac(const NetPeerDriver *driver)
{
    const HdNicSettings *before;
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;
    Fixture fixture;

    open_fixture(&fixture, VFS, driver);
    before = &hd_pf_find_vf(fixture.state, VF)->settings;
    g_assert_true(hd_vf_set(fixture.netlink, fixture.state, VF, &everything, NULL));
    g_assert_true(hd_vf_restore(fixture.netlink, fixture.state, VF, before, &note, &error));
    g_assert_no_error(error);
    g_assert_nonnull(note);
    g_assert_nonnull(strstr(note, "virtual function 3 of eth0 keeps a MAC address"));
    NetPeerVf vf = net_peer_get_vf(fixture.peer, VF);
    g_assert_cmpmem(vf.mac, 6, everything.mac, 6);
    g_assert_cmpuint(vf.vlan, ==, 0);
    close_fixture(&fixture);
}

static void
test_zero_mac(void)
{
    static const NetPeerDriver refuses = {.refuses_zero_mac = TRUE};
    static const NetPeerDriver ignores = {.ignores_zero_mac = TRUE};

    check_zero_mac(&refuses);
    check_zero_mac(&ignores);
}

/* Undoing has the same trouble, and says so without being a failure of its own. */
static void
test_undo_with_zero_mac(void)
{
    static const NetPeerDriver driver = {.refuses_zero_mac = TRUE, .lacks = HD_NIC_LINK_STATE};
    g_autoptr(GError) error = NULL;
    Fixture fixture;

    open_fixture(&fixture, VFS, &driver);
    g_assert_false(hd_vf_set(fixture.netlink, fixture.state, VF, &everything, &error));
    assert_has(error, HD_ERROR_UNSUPPORTED, "link state");
    g_assert_nonnull(strstr(hd_error_get_details(error), "keeps a MAC address"));
    g_assert_cmpuint(net_peer_get_vf(fixture.peer, VF).trust, ==, 0);
    close_fixture(&fixture);
}

static void
test_restore_goes_on(Fixture *fixture, gconstpointer unused)
{
    const HdNicSettings *before = &hd_pf_find_vf(fixture->state, VF)->settings;
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, &everything, NULL));
    /* reading, then the link state */
    net_peer_fail(fixture->peer, 2, NET_FAULT_REFUSE, EBUSY);
    g_assert_false(hd_vf_restore(fixture->netlink, fixture->state, VF, before, &note, &error));
    assert_has(error, HD_ERROR_KERNEL, "cannot set the link state of virtual function 3 of eth0");
    NetPeerVf vf = net_peer_get_vf(fixture->peer, VF);
    g_assert_cmpuint(vf.link_state, ==, 1);
    g_assert_cmpuint(vf.max_rate, ==, 0);
    g_assert_cmpuint(vf.vlan, ==, 0);
    g_assert_cmpuint(vf.mac[0], ==, 0);
}

/* A table that cannot be read just then does not keep the settings from going back. */
static void
test_restore_blindly(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GBytes) before = net_peer_dup_state(fixture->peer);
    const HdNicSettings *settings = &hd_pf_find_vf(fixture->state, VF)->settings;
    g_autofree char *note = NULL;

    g_assert_true(hd_vf_set(fixture->netlink, fixture->state, VF, &everything, NULL));
    net_peer_fail(fixture->peer, 1, NET_FAULT_GARBAGE, 0);
    g_assert_true(hd_vf_restore(fixture->netlink, fixture->state, VF, settings, &note, NULL));
    g_autoptr(GBytes) after = net_peer_dup_state(fixture->peer);
    g_assert_true(g_bytes_equal(before, after));
}

static void
add(const char *path, void (*test)(Fixture *, gconstpointer))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

static void
add_bytes(void)
{
    add("/vf/bytes/get", test_bytes_of_get);
    add("/vf/bytes/mac", test_bytes_of_mac);
    add("/vf/bytes/vlan", test_bytes_of_vlan);
    add("/vf/bytes/vlan-8021ad", test_bytes_of_vlan_8021ad);
    add("/vf/bytes/trust", test_bytes_of_trust);
    add("/vf/bytes/spoof-check", test_bytes_of_spoof_check);
    add("/vf/bytes/rate", test_bytes_of_rate);
    add("/vf/bytes/link-state", test_bytes_of_link_state);
}

static void
add_reading(void)
{
    static const NetPeerDriver old = {.is_old = TRUE, .lacks = HD_NIC_TRUST | HD_NIC_SPOOF_CHECK};

    add("/vf/read/all", test_reads);
    g_test_add("/vf/read/old-kernel", Fixture, &old, set_up, test_reads_old_kernel, tear_down);
    add("/vf/read/reserved-vlan", test_reads_reserved_vlan_as_none);
    add("/vf/read/missing", test_missing_interface);
    add("/vf/read/malformed", test_malformed_table);
    g_test_add_func("/vf/read/senseless", test_senseless_table);
    add("/vf/read/random", test_random_tables);
    g_test_add_func("/vf/read/large", test_large_tables);
}

static void
add_setting(void)
{
    add("/vf/set/all", test_sets_all);
    add("/vf/set/nothing", test_sets_nothing);
    add("/vf/set/missing", test_missing_function);
    add("/vf/set/codes", test_codes_of_refusals);
    g_test_add_func("/vf/set/ignored", test_ignored_setting);
    g_test_add_func("/vf/set/unreported", test_set_refuses_unreported);
    g_test_add_func("/vf/set/8021ad-over-a-tag", test_8021ad_over_a_tag);
    g_test_add_func("/vf/undo/each-message", test_undo_at_each_message);
    add("/vf/undo/fails", test_undo_that_fails);
    g_test_add_func("/vf/undo/zero-mac", test_undo_with_zero_mac);
}

static void
add_checking(void)
{
    g_test_add_func("/vf/check/lacking", test_check_finds_what_is_lacking);
    add("/vf/check/changes-nothing", test_check_changes_nothing);
    g_test_add_func("/vf/check/8021ad", test_check_of_8021ad);
    g_test_add_func("/vf/check/rights", test_check_without_rights);
}

static void
add_restoring(void)
{
    add("/vf/restore/all", test_restore);
    add("/vf/restore/differing", test_restore_of_what_differs);
    g_test_add_func("/vf/restore/zero-mac", test_zero_mac);
    add("/vf/restore/goes-on", test_restore_goes_on);
    add("/vf/restore/blindly", test_restore_blindly);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_bytes();
    add_reading();
    add_setting();
    add_checking();
    add_restoring();
    return g_test_run();
}
