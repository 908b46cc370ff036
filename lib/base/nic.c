/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings of a network function, from text and to text.
 */
#include "base/nic.h"

#include <string.h>

#include "base/error.h"
#include "base/parse.h"

#define MAC_EXPECTED "six groups of one or two hexadecimal digits with ':' between them"
#define VLAN_EXPECTED "ID[:PRIORITY[:PROTOCOL]], such as 42, 42:3 or 42:3:802.1ad"
#define QBH_EXPECTED "802.1Qbh:profileid=NAME"
#define QBG_EXPECTED "802.1Qbg:managerid=N,typeid=N,typeidversion=N[,instanceid=UUID]"

#define VLAN_ID_LAST 4094
#define VLAN_ID_RESERVED 4095
#define TYPE_ID_LAST 0xffffff
#define MAX_SHOWN_BYTES 64

/* One value on its way into settings. */
typedef struct {
    HdNicSettings *settings;
    const char *name;
    const char *value;
    gboolean is_known; /* read from the kernel, see hd_nic_settings_set_known() */
    GError **error;
} Input;

typedef struct {
    HdNicFields field;
    gboolean (*parse)(const Input *input);
    char *(*format)(const HdNicSettings *settings);
} Codec;

static char *
dup_shown(const char *text, gsize length)
{
    char *shown = g_utf8_make_valid(text, (gssize) strnlen(text, MIN(length, MAX_SHOWN_BYTES)));

    for (char *c = shown; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    }
    return shown;
}

/* problem says what the value is or has, so that it completes "setting 'mac' is 'x', ...". */
static gboolean
refuse(const Input *input, const char *problem, const char *allowed)
{
    g_autofree char *shown = dup_shown(input->value, MAX_SHOWN_BYTES);

    hd_error_set(input->error, HD_ERROR_INVALID, NULL, NULL, "setting '%s' is '%s', %s%s",
                 input->name, shown, problem, allowed);
    return FALSE;
}

static gboolean
refuse_form(const Input *input, const char *expected)
{
    return refuse(input, "expected ", expected);
}

gboolean
hd_mac_parse(const char *text, guint8 ret_mac[6])
{
    guint8 mac[6];

    for (unsigned i = 0; i < G_N_ELEMENTS(mac); i++) {
        gsize length = strspn(text, "0123456789abcdefABCDEF");
        guint64 group;

        if (length > 2 || !hd_parse_uint_n(text, length, 16, 0xff, &group))
            return FALSE;
        mac[i] = (guint8) group;
        text += length;
        if (*text != (i < 5 ? ':' : '\0'))
            return FALSE;
        if (i < 5)
            text++;
    }
    memcpy(ret_mac, mac, sizeof mac);
    return TRUE;
}

char *
hd_mac_dup_text(const guint8 mac[6])
{
    return g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
                           mac[5]);
}

static gboolean
is_zero_mac(const guint8 mac[6])
{
    static const guint8 zero[6];

    return memcmp(mac, zero, sizeof zero) == 0;
}

static gboolean
parse_mac(const Input *input)
{
    guint8 mac[6];

    if (!hd_mac_parse(input->value, mac))
        return refuse_form(input, MAC_EXPECTED);
    if (!input->is_known && is_zero_mac(mac))
        return refuse(input, "the zero address, which stands for none; expected a unicast address",
                      "");
    if (!input->is_known && (mac[0] & 1) != 0)
        return refuse(input, "a multicast address; expected a unicast one, ",
                      "whose first group is even");
    memcpy(input->settings->mac, mac, sizeof mac);
    return TRUE;
}

static char *
format_mac(const HdNicSettings *settings)
{
    return hd_mac_dup_text(settings->mac);
}

/* Zero is what one has who never cared. */
static gboolean
is_8021ad(const HdNicSettings *settings)
{
    return settings->vlan_protocol == HD_NIC_VLAN_8021AD;
}

static gboolean
parse_vlan(const Input *input)
{
    g_auto(GStrv) parts = g_strsplit(input->value, ":", 4);
    unsigned n_parts = g_strv_length(parts);
    guint16 protocol = HD_NIC_VLAN_8021Q;
    guint64 id;
    guint64 qos = 0;

    if (n_parts == 0 || n_parts > 3)
        return refuse_form(input, VLAN_EXPECTED);
    if (!hd_parse_uint(parts[0], 10, VLAN_ID_RESERVED, &id))
        return refuse_form(input, "a VLAN ID from 0 (none) to 4094: " VLAN_EXPECTED);
    if (id > VLAN_ID_LAST && !input->is_known)
        return refuse(input, "and VLAN ID 4095 is reserved by IEEE 802.1Q; expected 0 to 4094", "");
    if (n_parts > 1 && !hd_parse_uint(parts[1], 10, 7, &qos))
        return refuse_form(input, "a priority from 0 to 7: " VLAN_EXPECTED);
    if (n_parts > 2) {
        if (g_ascii_strcasecmp(parts[2], "802.1ad") == 0)
            protocol = HD_NIC_VLAN_8021AD;
        else if (g_ascii_strcasecmp(parts[2], "802.1Q") != 0)
            return refuse_form(input, "the protocol 802.1Q or 802.1ad: " VLAN_EXPECTED);
    }
    input->settings->vlan_id = (guint16) id;
    input->settings->vlan_qos = (guint8) qos;
    input->settings->vlan_protocol = protocol;
    return TRUE;
}

static char *
format_vlan(const HdNicSettings *settings)
{
    if (is_8021ad(settings))
        return g_strdup_printf("%u:%u:802.1ad", settings->vlan_id, settings->vlan_qos);
    if (settings->vlan_qos != 0)
        return g_strdup_printf("%u:%u", settings->vlan_id, settings->vlan_qos);
    return g_strdup_printf("%u", settings->vlan_id);
}

static gboolean
parse_switch(const Input *input, gboolean *ret_is_on)
{
    gboolean is_on = strcmp(input->value, "on") == 0;

    if (!is_on && strcmp(input->value, "off") != 0)
        return refuse_form(input, "on or off");
    *ret_is_on = is_on;
    return TRUE;
}

static gboolean
parse_trust(const Input *input)
{
    return parse_switch(input, &input->settings->trust);
}

static char *
format_trust(const HdNicSettings *settings)
{
    return g_strdup(settings->trust ? "on" : "off");
}

static gboolean
parse_spoof_check(const Input *input)
{
    return parse_switch(input, &input->settings->spoof_check);
}

static char *
format_spoof_check(const HdNicSettings *settings)
{
    return g_strdup(settings->spoof_check ? "on" : "off");
}

static gboolean
parse_rate(const Input *input, guint32 *ret_rate)
{
    guint64 rate;

    if (!hd_parse_uint(input->value, 10, G_MAXUINT32, &rate))
        return refuse_form(input, "a number of Mbit/s from 0 to 4294967295");
    *ret_rate = (guint32) rate;
    return TRUE;
}

static gboolean
parse_min_rate(const Input *input)
{
    HdNicSettings *settings = input->settings;
    guint32 rate;

    if (!parse_rate(input, &rate))
        return FALSE;
    if (!input->is_known && settings->max_rate != 0 && rate > settings->max_rate) {
        g_autofree char *highest = g_strdup_printf("%u Mbit/s", settings->max_rate);

        return refuse(input, "more than the setting 'max-rate'; expected at most ", highest);
    }
    settings->min_rate = rate;
    return TRUE;
}

static gboolean
parse_max_rate(const Input *input)
{
    HdNicSettings *settings = input->settings;
    guint32 rate;

    if (!parse_rate(input, &rate))
        return FALSE;
    if (!input->is_known && rate != 0 && rate < settings->min_rate) {
        g_autofree char *lowest = g_strdup_printf("%u Mbit/s", settings->min_rate);

        return refuse(input, "less than the setting 'min-rate'; expected 0 (no limit) or at least ",
                      lowest);
    }
    settings->max_rate = rate;
    return TRUE;
}

static char *
format_min_rate(const HdNicSettings *settings)
{
    return g_strdup_printf("%u", settings->min_rate);
}

static char *
format_max_rate(const HdNicSettings *settings)
{
    return g_strdup_printf("%u", settings->max_rate);
}

static const char *const link_states[] = {
    [HD_NIC_LINK_AUTO] = "auto",
    [HD_NIC_LINK_ENABLE] = "enable",
    [HD_NIC_LINK_DISABLE] = "disable",
};

static gboolean
parse_link_state(const Input *input)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(link_states); i++) {
        if (strcmp(input->value, link_states[i]) == 0) {
            input->settings->link_state = (HdNicLink) i;
            return TRUE;
        }
    }
    return refuse_form(input, "auto, enable or disable");
}

static char *
format_link_state(const HdNicSettings *settings)
{
    gsize state = (gsize) settings->link_state;

    return state < G_N_ELEMENTS(link_states) ? g_strdup(link_states[state]) : NULL;
}

/* The whole rest is the name, also with ',' and '=' in it: libvirt's XML allows any. */
static gboolean
parse_qbh(const Input *input, const char *text, HdNicProfile *profile)
{
    static const char key[] = "profileid=";
    const char *name = text + strlen(key);

    if (!g_str_has_prefix(text, key))
        return refuse_form(input, QBH_EXPECTED);
    if (*name == '\0' || strlen(name) >= sizeof profile->profile_id)
        return refuse_form(input, "a profile's name of 1 to 39 bytes: " QBH_EXPECTED);
    if (!g_utf8_validate(name, -1, NULL))
        return refuse_form(input, "a profile's name in UTF-8: " QBH_EXPECTED);
    for (const char *c = name; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);

        if (g_unichar_iscntrl(character) || character == 0xfffe || character == 0xffff)
            return refuse_form(input, "a profile's name without control characters");
    }
    g_strlcpy(profile->profile_id, name, sizeof profile->profile_id);
    return TRUE;
}

/* Decimal, hexadecimal after 0x, octal after 0: as libvirt reads these numbers in XML. */
static gboolean
parse_any_base(const char *text, guint64 max, guint64 *ret_value)
{
    if (text[0] != '0' || text[1] == '\0')
        return hd_parse_uint(text, 10, max, ret_value);
    if (text[1] == 'x' || text[1] == 'X')
        return hd_parse_uint(text, 16, max, ret_value);
    return hd_parse_uint(text + 1, 8, max, ret_value);
}

enum {
    QBG_MANAGER,
    QBG_TYPE,
    QBG_VERSION,
    QBG_INSTANCE,
    N_QBG_KEYS
};

static const struct {
    const char *name;
    guint64 max;
    const char *expected;
} qbg_keys[N_QBG_KEYS] = {
    [QBG_MANAGER] = {"managerid", G_MAXUINT8, "managerid from 0 to 255: " QBG_EXPECTED},
    [QBG_TYPE] = {"typeid", TYPE_ID_LAST, "typeid from 0 to 0xffffff: " QBG_EXPECTED},
    [QBG_VERSION] = {"typeidversion", G_MAXUINT8, "typeidversion from 0 to 255: " QBG_EXPECTED},
    [QBG_INSTANCE] = {"instanceid", 0, "a UUID as instanceid: " QBG_EXPECTED},
};

/* The index of the key in front of "=", N_QBG_KEYS when there is none of that name. */
static unsigned
find_qbg_key(const char *part)
{
    for (unsigned i = 0; i < N_QBG_KEYS; i++) {
        gsize length = strlen(qbg_keys[i].name);

        if (strncmp(part, qbg_keys[i].name, length) == 0 && part[length] == '=')
            return i;
    }
    return N_QBG_KEYS;
}

static gboolean
refuse_key(const Input *input, const char *problem, const char *part)
{
    g_autofree char *key = dup_shown(part, strcspn(part, "="));
    g_autofree char *allowed = g_strdup_printf("'%s'; expected " QBG_EXPECTED, key);

    return refuse(input, problem, allowed);
}

static gboolean
take_qbg_value(const Input *input, unsigned key, const char *value, HdNicProfile *profile)
{
    guint64 number = 0;

    if (key == QBG_INSTANCE) {
        if (!g_uuid_string_is_valid(value))
            return refuse_form(input, qbg_keys[key].expected);
        g_autofree char *lower = g_ascii_strdown(value, -1);
        g_strlcpy(profile->instance_id, lower, sizeof profile->instance_id);
        return TRUE;
    }
    if (!parse_any_base(value, qbg_keys[key].max, &number))
        return refuse_form(input, qbg_keys[key].expected);
    if (key == QBG_MANAGER)
        profile->manager_id = (guint8) number;
    else if (key == QBG_TYPE)
        profile->type_id = (guint32) number;
    else
        profile->type_id_version = (guint8) number;
    return TRUE;
}

static gboolean
parse_qbg(const Input *input, const char *text, HdNicProfile *profile)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", N_QBG_KEYS + 1);
    gboolean is_given[N_QBG_KEYS] = {FALSE};

    for (char **part = parts; *part != NULL; part++) {
        unsigned key = find_qbg_key(*part);

        if (key == N_QBG_KEYS)
            return refuse_key(input, "with the unknown key ", *part);
        if (is_given[key])
            return refuse_key(input, "with more than one ", *part);
        is_given[key] = TRUE;
        if (!take_qbg_value(input, key, strchr(*part, '=') + 1, profile))
            return FALSE;
    }
    for (unsigned i = 0; i < QBG_INSTANCE; i++) {
        if (!is_given[i])
            return refuse_key(input, "without ", qbg_keys[i].name);
    }
    return TRUE;
}

static gboolean
parse_profile(const Input *input)
{
    static const char qbh[] = "802.1Qbh:";
    static const char qbg[] = "802.1Qbg:";
    HdNicProfile profile = {.type = HD_NIC_PROFILE_8021QBH};

    if (g_str_has_prefix(input->value, qbh)) {
        if (!parse_qbh(input, input->value + strlen(qbh), &profile))
            return FALSE;
    } else if (g_str_has_prefix(input->value, qbg)) {
        profile.type = HD_NIC_PROFILE_8021QBG;
        if (!parse_qbg(input, input->value + strlen(qbg), &profile))
            return FALSE;
    } else if (*input->value == '\0' || g_str_has_prefix(input->value, "802.1Qb")) {
        return refuse(input, "which is no port profile; expected ",
                      QBH_EXPECTED " or " QBG_EXPECTED);
    } else {
        return refuse(input,
                      "and only ports of 802.1Qbg and 802.1Qbh can be associated for an assigned "
                      "device: others (openvswitch, midonet) are made on a bridge of the host, "
                      "which an assigned device bypasses; expected ",
                      QBH_EXPECTED " or " QBG_EXPECTED);
    }
    input->settings->profile = profile;
    return TRUE;
}

static char *
format_profile(const HdNicSettings *settings)
{
    const HdNicProfile *profile = &settings->profile;

    if (profile->type == HD_NIC_PROFILE_8021QBH)
        return g_strdup_printf("802.1Qbh:profileid=%s", profile->profile_id);
    if (profile->type != HD_NIC_PROFILE_8021QBG)
        return NULL;
    gboolean has_instance = profile->instance_id[0] != '\0';
    return g_strdup_printf("802.1Qbg:managerid=%u,typeid=%u,typeidversion=%u%s%s",
                           profile->manager_id, profile->type_id, profile->type_id_version,
                           has_instance ? ",instanceid=" : "", profile->instance_id);
}

const char *const hd_nic_setting_names[] = {
    "mac",      "vlan",       "trust",       "spoof-check", "min-rate",
    "max-rate", "link-state", "virtualport", NULL,
};

static const Codec codecs[] = {
    {HD_NIC_MAC, parse_mac, format_mac},
    {HD_NIC_VLAN, parse_vlan, format_vlan},
    {HD_NIC_TRUST, parse_trust, format_trust},
    {HD_NIC_SPOOF_CHECK, parse_spoof_check, format_spoof_check},
    {HD_NIC_RATE, parse_min_rate, format_min_rate},
    {HD_NIC_RATE, parse_max_rate, format_max_rate},
    {HD_NIC_LINK_STATE, parse_link_state, format_link_state},
    {HD_NIC_PROFILE, parse_profile, format_profile},
};

G_STATIC_ASSERT(G_N_ELEMENTS(codecs) + 1 == G_N_ELEMENTS(hd_nic_setting_names));

static const Codec *
find_codec(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(codecs); i++) {
        if (strcmp(hd_nic_setting_names[i], name) == 0)
            return &codecs[i];
    }
    return NULL;
}

static gboolean
set_value(const Input *input)
{
    const Codec *codec = find_codec(input->name);

    if (codec == NULL) {
        g_autofree char *names = g_strjoinv(", ", (char **) hd_nic_setting_names);
        g_autofree char *hint = g_strconcat("settings are ", names, NULL);
        g_autofree char *name = dup_shown(input->name, MAX_SHOWN_BYTES);
        g_autofree char *value = dup_shown(input->value, MAX_SHOWN_BYTES);

        hd_error_set(input->error, HD_ERROR_INVALID, NULL, hint,
                     "there is no setting '%s' to be '%s'", name, value);
        return FALSE;
    }
    if (!codec->parse(input))
        return FALSE;
    input->settings->fields |= codec->field;
    return TRUE;
}

gboolean
hd_nic_settings_set(HdNicSettings *settings, const char *name, const char *value, GError **error)
{
    Input input = {.settings = settings, .name = name, .value = value, .error = error};

    g_return_val_if_fail(settings != NULL && name != NULL && value != NULL, FALSE);

    return set_value(&input);
}

gboolean
hd_nic_settings_set_known(HdNicSettings *settings,
                          const char *name,
                          const char *value,
                          GError **error)
{
    Input input = {settings, name, value, TRUE, error};

    return set_value(&input);
}

char *
hd_nic_settings_dup_value(const HdNicSettings *settings, const char *name)
{
    const Codec *codec;

    g_return_val_if_fail(settings != NULL && name != NULL, NULL);

    codec = find_codec(name);
    if (codec == NULL || (settings->fields & codec->field) == 0)
        return NULL;
    return codec->format(settings);
}

static char *
dup_vlan_text(const HdNicSettings *settings)
{
    const char *protocol = is_8021ad(settings) ? " (802.1ad)" : "";

    if (settings->vlan_id == 0 && settings->vlan_qos == 0 && !is_8021ad(settings))
        return g_strdup("no VLAN");
    if (settings->vlan_qos == 0)
        return g_strdup_printf("VLAN %u%s", settings->vlan_id, protocol);
    return g_strdup_printf("VLAN %u with priority %u%s", settings->vlan_id, settings->vlan_qos,
                           protocol);
}

static char *
dup_rate_text(const HdNicSettings *settings)
{
    if (settings->min_rate == 0 && settings->max_rate == 0)
        return g_strdup("rate without limits");
    if (settings->min_rate == 0)
        return g_strdup_printf("rate up to %u Mbit/s", settings->max_rate);
    if (settings->max_rate == 0)
        return g_strdup_printf("rate from %u Mbit/s", settings->min_rate);
    return g_strdup_printf("rate from %u to %u Mbit/s", settings->min_rate, settings->max_rate);
}

/* Takes part. */
static void
append_part(GString *text, const char *title, char *part)
{
    if (part != NULL)
        g_string_append_printf(text, "%s%s%s", text->len > 0 ? ", " : "", title, part);
    g_free(part);
}

char *
hd_nic_settings_dup_text(const HdNicSettings *settings)
{
    GString *text;

    g_return_val_if_fail(settings != NULL, NULL);

    text = g_string_new(NULL);
    if ((settings->fields & HD_NIC_MAC) != 0 && is_zero_mac(settings->mac))
        append_part(text, "", g_strdup("no MAC address set"));
    else
        append_part(text, "MAC ", hd_nic_settings_dup_value(settings, "mac"));
    if ((settings->fields & HD_NIC_VLAN) != 0)
        append_part(text, "", dup_vlan_text(settings));
    append_part(text, "trust ", hd_nic_settings_dup_value(settings, "trust"));
    append_part(text, "spoof check ", hd_nic_settings_dup_value(settings, "spoof-check"));
    if ((settings->fields & HD_NIC_RATE) != 0)
        append_part(text, "", dup_rate_text(settings));
    append_part(text, "link state ", hd_nic_settings_dup_value(settings, "link-state"));
    append_part(text, "port profile ", hd_nic_settings_dup_value(settings, "virtualport"));
    return g_string_free(text, FALSE);
}

gboolean
hd_nic_settings_equal(const HdNicSettings *a, const HdNicSettings *b)
{
    g_return_val_if_fail(a != NULL && b != NULL, FALSE);

    if (a->fields != b->fields)
        return FALSE;
    for (unsigned i = 0; i < G_N_ELEMENTS(codecs); i++) {
        g_autofree char *first = hd_nic_settings_dup_value(a, hd_nic_setting_names[i]);
        g_autofree char *second = hd_nic_settings_dup_value(b, hd_nic_setting_names[i]);

        if (g_strcmp0(first, second) != 0)
            return FALSE;
    }
    return TRUE;
}
