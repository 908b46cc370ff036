/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of network functions: what is taken, what is refused and with which words, and that text
 * and value are two forms of the same.
 */
#include "base/nic.h"

#include <hostdev/error.h>
#include <string.h>

#define UUID "0f6c2d1e-5a2b-4c70-8000-0000000000ab"
#define NAME_39 "123456789012345678901234567890123456789"
#define QBG "802.1Qbg:managerid=1,typeid=2,typeidversion=3"

static const struct {
    const char *name;
    const char *value;
    const char *canonical; /* NULL: value itself */
} good[] = {
    {"mac", "52:54:00:12:34:56", NULL},
    {"mac", "52:54:0:AB:c:F", "52:54:00:ab:0c:0f"},
    {"mac", "00:00:00:00:00:01", NULL},
    {"mac", "fe:ff:ff:ff:ff:ff", NULL},
    {"vlan", "0", NULL},
    {"vlan", "4094", NULL},
    {"vlan", "0042", "42"},
    {"vlan", "42:0", "42"},
    {"vlan", "42:7", NULL},
    {"vlan", "42:0:802.1Q", "42"},
    {"vlan", "42:3:802.1q", "42:3"},
    {"vlan", "42:0:802.1AD", "42:0:802.1ad"},
    {"vlan", "0:7:802.1ad", NULL},
    {"trust", "on", NULL},
    {"trust", "off", NULL},
    {"spoof-check", "on", NULL},
    {"spoof-check", "off", NULL},
    {"min-rate", "0", NULL},
    {"min-rate", "4294967295", NULL},
    {"max-rate", "0", NULL},
    {"max-rate", "4294967295", NULL},
    {"link-state", "auto", NULL},
    {"link-state", "enable", NULL},
    {"link-state", "disable", NULL},
    {"virtualport", "802.1Qbh:profileid=x", NULL},
    {"virtualport", "802.1Qbh:profileid=" NAME_39, NULL},
    {"virtualport", "802.1Qbh:profileid=a,b=c:d;'\"<&> \xc3\xa4", NULL},
    {"virtualport", "802.1Qbh:profileid= ", NULL},
    {"virtualport", QBG, NULL},
    {"virtualport", "802.1Qbg:typeidversion=0xff,typeid=0xffffff,managerid=0377",
     "802.1Qbg:managerid=255,typeid=16777215,typeidversion=255"},
    {"virtualport", "802.1Qbg:managerid=0,typeid=0,typeidversion=0",
     "802.1Qbg:managerid=0,typeid=0,typeidversion=0"},
    {"virtualport", QBG ",instanceid=0F6C2D1E-5A2B-4C70-8000-0000000000AB",
     QBG ",instanceid=" UUID},
    {"virtualport", "802.1Qbg:instanceid=" UUID ",managerid=1,typeid=2,typeidversion=3",
     QBG ",instanceid=" UUID},
};

static void
test_good(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
        const char *expected = good[i].canonical != NULL ? good[i].canonical : good[i].value;
        HdNicSettings settings = {0};
        HdNicSettings known = {0};
        g_autoptr(GError) error = NULL;
        g_autofree char *value = NULL;

        g_assert_true(hd_nic_settings_set(&settings, good[i].name, good[i].value, &error));
        g_assert_no_error(error);
        value = hd_nic_settings_dup_value(&settings, good[i].name);
        g_assert_cmpstr(value, ==, expected);
        g_assert_true(hd_nic_settings_set_known(&known, good[i].name, good[i].value, NULL));
        g_assert_true(hd_nic_settings_equal(&settings, &known));
    }
}

static const struct {
    const char *name;
    const char *value;
    const char *message; /* a part of it */
} bad[] = {
    {"mac", "", "six groups"},
    {"mac", "52:54:00:12:34", "six groups"},
    {"mac", "52:54:00:12:34:56:78", "six groups"},
    {"mac", "52:54:00:12:34:", "six groups"},
    {"mac", "52:54:00:12:34:56 ", "six groups"},
    {"mac", " 52:54:00:12:34:56", "six groups"},
    {"mac", "52:54:00:12:34:056", "six groups"},
    {"mac", "52:54:00:12::56", "six groups"},
    {"mac", "52-54-00-12-34-56", "six groups"},
    {"mac", "525400123456", "six groups"},
    {"mac", "52:54:00:12:34:5g", "six groups"},
    {"mac", "0x2:54:00:12:34:56", "six groups"},
    {"mac", "+2:54:00:12:34:56", "six groups"},
    {"mac", "\xff\xfe:54:00:12:34:56", "six groups"},
    {"mac", "00:00:00:00:00:00", "zero address"},
    {"mac", "0:0:0:0:0:0", "zero address"},
    {"mac", "ff:ff:ff:ff:ff:ff", "multicast"},
    {"mac", "01:00:5e:00:00:01", "multicast"},
    {"mac", "53:54:00:12:34:56", "multicast"},
    {"vlan", "", "ID[:PRIORITY[:PROTOCOL]]"},
    {"vlan", "4095", "reserved by IEEE 802.1Q; expected 0 to 4094"},
    {"vlan", "4096", "from 0 (none) to 4094"},
    {"vlan", "-1", "from 0 (none) to 4094"},
    {"vlan", "0x2a", "from 0 (none) to 4094"},
    {"vlan", "42 ", "from 0 (none) to 4094"},
    {"vlan", ":3", "from 0 (none) to 4094"},
    {"vlan", "42:", "priority from 0 to 7"},
    {"vlan", "42:8", "priority from 0 to 7"},
    {"vlan", "42:-0", "priority from 0 to 7"},
    {"vlan", "42:3:", "802.1Q or 802.1ad"},
    {"vlan", "42:3:802.1x", "802.1Q or 802.1ad"},
    {"vlan", "42:3:802.1Q:", "ID[:PRIORITY[:PROTOCOL]]"},
    {"vlan", "99999999999999999999", "from 0 (none) to 4094"},
    {"trust", "", "expected on or off"},
    {"trust", "yes", "expected on or off"},
    {"trust", "On", "expected on or off"},
    {"spoof-check", "1", "expected on or off"},
    {"min-rate", "", "from 0 to 4294967295"},
    {"min-rate", "4294967296", "from 0 to 4294967295"},
    {"min-rate", "1.5", "from 0 to 4294967295"},
    {"max-rate", "-1", "from 0 to 4294967295"},
    {"max-rate", "10G", "from 0 to 4294967295"},
    {"link-state", "", "auto, enable or disable"},
    {"link-state", "up", "auto, enable or disable"},
    {"virtualport", "", "no port profile"},
    {"virtualport", "openvswitch", "made on a bridge"},
    {"virtualport", "midonet:interfaceid=" UUID, "made on a bridge"},
    {"virtualport", "802.1qbh:profileid=x", "only ports of"},
    {"virtualport", "802.1Qbh", "no port profile"},
    {"virtualport", "802.1Qbh:", "802.1Qbh:profileid=NAME"},
    {"virtualport", "802.1Qbh:name=x", "802.1Qbh:profileid=NAME"},
    {"virtualport", "802.1Qbh:profileid=", "1 to 39 bytes"},
    {"virtualport", "802.1Qbh:profileid=" NAME_39 "0", "1 to 39 bytes"},
    {"virtualport", "802.1Qbh:profileid=a\nb", "control characters"},
    {"virtualport", "802.1Qbh:profileid=a\x7f", "control characters"},
    {"virtualport", "802.1Qbh:profileid=\xc2\x85", "control characters"},
    {"virtualport", "802.1Qbh:profileid=\xef\xbf\xbf", "control characters"},
    {"virtualport", "802.1Qbh:profileid=\xff", "UTF-8"},
    {"virtualport", "802.1Qbh:profileid=\xed\xa0\x80", "UTF-8"},
    {"virtualport", "802.1Qbg:", "without 'managerid'"},
    {"virtualport", "802.1Qbg:managerid=1", "without 'typeid'"},
    {"virtualport", "802.1Qbg:managerid=1,typeid=2", "without 'typeidversion'"},
    {"virtualport", QBG ",", "unknown key ''"},
    {"virtualport", QBG ",profileid=x", "unknown key 'profileid'"},
    {"virtualport", QBG ",typeid", "unknown key 'typeid'"},
    {"virtualport", QBG ", instanceid=" UUID, "unknown key ' instanceid'"},
    {"virtualport", QBG ",typeid=2", "more than one 'typeid'"},
    {"virtualport", "802.1Qbg:managerid=1,managerid=1,typeid=2", "more than one 'managerid'"},
    {"virtualport", QBG ",instanceid=" UUID ",instanceid=" UUID, "more than one 'instanceid'"},
    {"virtualport", "802.1Qbg:managerid=256,typeid=2,typeidversion=3", "managerid from 0 to 255"},
    {"virtualport", "802.1Qbg:managerid=,typeid=2,typeidversion=3", "managerid from 0 to 255"},
    {"virtualport", "802.1Qbg:managerid=08,typeid=2,typeidversion=3", "managerid from 0 to 255"},
    {"virtualport", "802.1Qbg:managerid=0x,typeid=2,typeidversion=3", "managerid from 0 to 255"},
    {"virtualport", "802.1Qbg:managerid=1,typeid=0x1000000,typeidversion=3", "0 to 0xffffff"},
    {"virtualport", "802.1Qbg:managerid=1,typeid=2,typeidversion=0400", "from 0 to 255"},
    {"virtualport", QBG ",instanceid=", "a UUID"},
    {"virtualport", QBG ",instanceid=0f6c2d1e5a2b4c7080000000000000ab", "a UUID"},
    {"virtualport", QBG ",instanceid={" UUID "}", "a UUID"},
};

static void
assert_refused(const char *name, const char *value, const char *message)
{
    HdNicSettings settings = {.fields = HD_NIC_TRUST, .trust = TRUE};
    HdNicSettings before = settings;
    g_autoptr(GError) error = NULL;

    g_assert_false(hd_nic_settings_set(&settings, name, value, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, name));
    g_assert_nonnull(strstr(error->message, message));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_null(strchr(error->message, '\n'));
    g_assert_cmpuint(strlen(error->message), <, 400);
    g_assert_cmpmem(&settings, sizeof settings, &before, sizeof before);
    g_assert_false(hd_nic_settings_set(&settings, name, value, NULL));
}

static void
test_bad(void)
{
    g_autofree char *endless = g_strnfill(1000000, '1');
    g_autofree char *commas = g_strnfill(1000000, ',');
    g_autofree char *keys = g_strconcat("802.1Qbg:", commas, NULL);

    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused(bad[i].name, bad[i].value, bad[i].message);
    for (unsigned i = 0; hd_nic_setting_names[i] != NULL; i++)
        assert_refused(hd_nic_setting_names[i], endless, "expected");
    assert_refused("virtualport", keys, "unknown key");
}

static void
test_unknown_name(void)
{
    static const char *const names[] = {"", "MAC", "mac ", "macs", "rate", "profile"};

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        HdNicSettings settings = {0};
        g_autoptr(GError) error = NULL;

        g_assert_false(hd_nic_settings_set(&settings, names[i], "on", &error));
        g_assert_error(error, HD_ERROR, HD_ERROR_INVALID);
        g_assert_nonnull(strstr(hd_error_get_hint(error), "spoof-check, min-rate"));
        g_assert_cmpint(settings.fields, ==, 0);
        g_assert_null(hd_nic_settings_dup_value(&settings, names[i]));
    }
}

static void
test_rates(void)
{
    HdNicSettings settings = {0};
    g_autoptr(GError) low = NULL;
    g_autoptr(GError) high = NULL;

    g_assert_true(hd_nic_settings_set(&settings, "min-rate", "100", NULL));
    g_assert_false(hd_nic_settings_set(&settings, "max-rate", "99", &low));
    g_assert_error(low, HD_ERROR, HD_ERROR_INVALID);
    g_assert_nonnull(strstr(low->message, "'max-rate' is '99', less than the setting 'min-rate'"));
    g_assert_true(hd_nic_settings_set(&settings, "max-rate", "100", NULL));
    g_assert_false(hd_nic_settings_set(&settings, "min-rate", "101", &high));
    g_assert_nonnull(strstr(high->message, "at most 100 Mbit/s"));
    g_assert_true(hd_nic_settings_set(&settings, "max-rate", "0", NULL));
    g_assert_true(hd_nic_settings_set(&settings, "min-rate", "101", NULL));
    g_assert_cmpuint(settings.min_rate, ==, 101);
    g_assert_cmpuint(settings.max_rate, ==, 0);
    g_assert_true(hd_nic_settings_set_known(&settings, "max-rate", "1", NULL));
}

/* What drivers report is kept, also what nobody may ask for. */
static void
test_known(void)
{
    static const char *const cases[][2] = {
        {"mac", "00:00:00:00:00:00"},
        {"mac", "ff:ff:ff:ff:ff:ff"},
        {"vlan", "4095:7:802.1ad"},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        HdNicSettings settings = {0};
        g_autofree char *value = NULL;

        g_assert_false(hd_nic_settings_set(&settings, cases[i][0], cases[i][1], NULL));
        g_assert_true(hd_nic_settings_set_known(&settings, cases[i][0], cases[i][1], NULL));
        value = hd_nic_settings_dup_value(&settings, cases[i][0]);
        g_assert_cmpstr(value, ==, cases[i][1]);
        g_assert_false(hd_nic_settings_set_known(&settings, cases[i][0], "rubbish", NULL));
    }
}

static void
fill_profile(HdNicProfile *profile)
{
    static const char *const pieces[] = {"a", ",", "=", ":", "\xc3\xa4", "\xf0\x9f\x98\x80", " "};

    if (g_test_rand_int_range(0, 2) == 0) {
        profile->type = HD_NIC_PROFILE_8021QBH;
        do {
            g_strlcat(profile->profile_id, pieces[g_test_rand_int_range(0, G_N_ELEMENTS(pieces))],
                      sizeof profile->profile_id - 4);
        } while (g_test_rand_int_range(0, 8) != 0);
        const char *end;
        g_utf8_validate(profile->profile_id, -1, &end);
        profile->profile_id[end - profile->profile_id] = '\0';
        return;
    }
    profile->type = HD_NIC_PROFILE_8021QBG;
    profile->manager_id = (guint8) g_test_rand_int_range(0, 256);
    profile->type_id = (guint32) g_test_rand_int_range(0, 0x1000000);
    profile->type_id_version = (guint8) g_test_rand_int_range(0, 256);
    if (g_test_rand_int_range(0, 2) == 0) {
        g_autofree char *uuid = g_uuid_string_random();
        g_strlcpy(profile->instance_id, uuid, sizeof profile->instance_id);
    }
}

static void
fill_settings(HdNicSettings *settings)
{
    *settings = (HdNicSettings){.fields = (HdNicFields) g_test_rand_int_range(0, 128)};
    for (unsigned i = 0; i < 6; i++)
        settings->mac[i] = (guint8) g_test_rand_int_range(0, 256);
    settings->mac[0] = (guint8) ((settings->mac[0] & ~1) | 2);
    settings->vlan_id = (guint16) g_test_rand_int_range(0, 4095);
    settings->vlan_qos = (guint8) g_test_rand_int_range(0, 8);
    settings->vlan_protocol = g_test_rand_int_range(0, 2) == 0 ? HD_NIC_VLAN_8021Q
                                                               : HD_NIC_VLAN_8021AD;
    settings->trust = g_test_rand_int_range(0, 2);
    settings->spoof_check = g_test_rand_int_range(0, 2);
    settings->min_rate = (guint32) g_test_rand_int();
    settings->max_rate = g_test_rand_int_range(0, 4) == 0 ? 0 : (guint32) g_test_rand_int();
    if (settings->max_rate != 0 && settings->max_rate < settings->min_rate)
        settings->min_rate = settings->max_rate;
    settings->link_state = (HdNicLink) g_test_rand_int_range(0, 3);
    fill_profile(&settings->profile);
}

static void
copy_by_text(const HdNicSettings *settings, HdNicSettings *copy)
{
    for (unsigned i = 0; hd_nic_setting_names[i] != NULL; i++) {
        g_autofree char *value = hd_nic_settings_dup_value(settings, hd_nic_setting_names[i]);
        g_autoptr(GError) error = NULL;

        if (value == NULL)
            continue;
        g_assert_true(hd_nic_settings_set(copy, hd_nic_setting_names[i], value, &error));
        g_assert_no_error(error);
    }
}

/* Compares member by member, so that it does not lean on what is tested. */
static void
assert_same(const HdNicSettings *a, const HdNicSettings *b)
{
    g_assert_cmpint(a->fields, ==, b->fields);
    if ((a->fields & HD_NIC_MAC) != 0)
        g_assert_cmpmem(a->mac, 6, b->mac, 6);
    if ((a->fields & HD_NIC_VLAN) != 0) {
        g_assert_cmpuint(a->vlan_id, ==, b->vlan_id);
        g_assert_cmpuint(a->vlan_qos, ==, b->vlan_qos);
        g_assert_cmpuint(a->vlan_protocol, ==, b->vlan_protocol);
    }
    if ((a->fields & HD_NIC_TRUST) != 0)
        g_assert_cmpint(a->trust, ==, b->trust);
    if ((a->fields & HD_NIC_SPOOF_CHECK) != 0)
        g_assert_cmpint(a->spoof_check, ==, b->spoof_check);
    if ((a->fields & HD_NIC_RATE) != 0) {
        g_assert_cmpuint(a->min_rate, ==, b->min_rate);
        g_assert_cmpuint(a->max_rate, ==, b->max_rate);
    }
    if ((a->fields & HD_NIC_LINK_STATE) != 0)
        g_assert_cmpint(a->link_state, ==, b->link_state);
    if ((a->fields & HD_NIC_PROFILE) != 0) {
        g_assert_cmpint(a->profile.type, ==, b->profile.type);
        g_assert_cmpuint(a->profile.manager_id, ==, b->profile.manager_id);
        g_assert_cmpuint(a->profile.type_id, ==, b->profile.type_id);
        g_assert_cmpuint(a->profile.type_id_version, ==, b->profile.type_id_version);
        g_assert_cmpstr(a->profile.instance_id, ==, b->profile.instance_id);
        g_assert_cmpstr(a->profile.profile_id, ==, b->profile.profile_id);
    }
}

static void
test_there_and_back(void)
{
    for (unsigned i = 0; i < 20000; i++) {
        HdNicSettings settings;
        HdNicSettings copy = {0};
        g_autofree char *text = NULL;

        fill_settings(&settings);
        copy_by_text(&settings, &copy);
        assert_same(&settings, &copy);
        g_assert_true(hd_nic_settings_equal(&settings, &copy));
        text = hd_nic_settings_dup_text(&settings);
        g_assert_cmpint(text[0] == '\0', ==, settings.fields == 0);
    }
}

static void
test_text(void)
{
    static const char *const cases[][9] = {
        {"", NULL},
        {"MAC 52:54:00:12:34:56, VLAN 42, trust on", "mac", "52:54:00:12:34:56", "vlan", "42",
         "trust", "on", NULL},
        {"no VLAN, spoof check off", "spoof-check", "off", "vlan", "0", NULL},
        {"VLAN 42 with priority 3 (802.1ad)", "vlan", "42:3:802.1ad", NULL},
        {"VLAN 0 (802.1ad)", "vlan", "0:0:802.1ad", NULL},
        {"VLAN 0 with priority 1", "vlan", "0:1", NULL},
        {"rate without limits", "max-rate", "0", NULL},
        {"rate from 5 Mbit/s", "min-rate", "5", NULL},
        {"rate up to 7 Mbit/s, link state auto", "max-rate", "7", "link-state", "auto", NULL},
        {"rate from 5 to 7 Mbit/s", "max-rate", "7", "min-rate", "5", NULL},
        {"port profile 802.1Qbh:profileid=web", "virtualport", "802.1Qbh:profileid=web", NULL},
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        HdNicSettings settings = {0};
        g_autofree char *text = NULL;

        for (unsigned j = 1; cases[i][j] != NULL; j += 2)
            g_assert_true(hd_nic_settings_set(&settings, cases[i][j], cases[i][j + 1], NULL));
        text = hd_nic_settings_dup_text(&settings);
        g_assert_cmpstr(text, ==, cases[i][0]);
    }
}

/* Of each setting two values: equal to itself only; what is not said does not count. */
static void
test_equal(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
        for (unsigned j = 0; j < G_N_ELEMENTS(good); j++) {
            HdNicSettings a = {0};
            HdNicSettings b = {0};
            gboolean is_same;

            g_assert_true(hd_nic_settings_set(&a, good[i].name, good[i].value, NULL));
            g_assert_true(hd_nic_settings_set(&b, good[j].name, good[j].value, NULL));
            g_autofree char *first = hd_nic_settings_dup_value(&a, good[i].name);
            g_autofree char *second = hd_nic_settings_dup_value(&b, good[i].name);
            is_same = g_strcmp0(first, second) == 0 && a.min_rate == b.min_rate &&
                      a.max_rate == b.max_rate && a.fields == b.fields;
            g_assert_cmpint(hd_nic_settings_equal(&a, &b), ==, is_same);
        }

    HdNicSettings said = {.fields = HD_NIC_VLAN, .vlan_id = 7, .trust = TRUE};
    HdNicSettings also = {.fields = HD_NIC_VLAN, .vlan_id = 7, .vlan_protocol = HD_NIC_VLAN_8021Q};
    g_assert_true(hd_nic_settings_equal(&said, &also));
}

/* Values that no text stands for give no text. */
static void
test_strange_values(void)
{
    HdNicSettings settings = {
        .fields = HD_NIC_LINK_STATE | HD_NIC_PROFILE,
        .link_state = (HdNicLink) 77,
        .profile.type = (HdNicProfileType) 77,
    };
    g_autofree char *text = hd_nic_settings_dup_text(&settings);

    g_assert_cmpstr(text, ==, "");
    g_assert_null(hd_nic_settings_dup_value(&settings, "link-state"));
    g_assert_null(hd_nic_settings_dup_value(&settings, "virtualport"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/nic/good", test_good);
    g_test_add_func("/base/nic/bad", test_bad);
    g_test_add_func("/base/nic/unknown-name", test_unknown_name);
    g_test_add_func("/base/nic/rates", test_rates);
    g_test_add_func("/base/nic/known", test_known);
    g_test_add_func("/base/nic/there-and-back", test_there_and_back);
    g_test_add_func("/base/nic/text", test_text);
    g_test_add_func("/base/nic/equal", test_equal);
    g_test_add_func("/base/nic/strange-values", test_strange_values);
    return g_test_run();
}
