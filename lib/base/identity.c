/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which attributes of sysfs and properties of udev identify one piece of hardware.
 *
 * Sources: the kernel's Documentation/ABI (sysfs-class-net, sysfs-class-fc_host,
 * sysfs-block-device, sysfs-bus-usb, sysfs-firmware-dmi-tables), systemd's udev builtins,
 * SPC-4 (vital product data pages 80h and 83h), PCI Local Bus 3.0 appendix I (VPD), PCI Express
 * Base (device serial number).
 */
#include "base/identity.h"

#include <hostdev/address.h>
#include <string.h>

typedef enum {
    RULE_NONE,
    RULE_TEXT,
    RULE_WWID,
    RULE_WHOLE,
    RULE_MAC,
    RULE_PAGE_80,
    RULE_PAGE_83,
    RULE_CONFIG,
    RULE_VPD,
    RULE_PROPERTIES,
} Rule;

static const struct {
    const char *name;
    /* What the path must contain, if anything. */
    const char *place;
    Rule rule;
} attributes[] = {
    {"address", "/net/", RULE_MAC},
    {"board_asset_tag", NULL, RULE_TEXT},
    {"board_serial", NULL, RULE_TEXT},
    {"boot_id", NULL, RULE_TEXT},
    {"chassis_asset_tag", NULL, RULE_TEXT},
    {"chassis_serial", NULL, RULE_TEXT},
    {"cid", "/mmc", RULE_TEXT},
    {"config", "/pci", RULE_CONFIG},
    {"eui", "/nvme", RULE_TEXT},
    {"fabric_name", NULL, RULE_WWID},
    {"host_sas_address", NULL, RULE_WWID},
    {"hostid", "/nvme", RULE_TEXT},
    {"hostnqn", "/nvme", RULE_WHOLE},
    {"machine-id", NULL, RULE_TEXT},
    {"nguid", "/nvme", RULE_TEXT},
    {"node_guid", NULL, RULE_TEXT},
    {"node_name", NULL, RULE_WWID},
    {"permanent_port_name", NULL, RULE_WWID},
    {"phys_port_id", NULL, RULE_WWID},
    {"phys_switch_id", NULL, RULE_WWID},
    {"port_name", NULL, RULE_WWID},
    {"product_serial", NULL, RULE_TEXT},
    {"product_uuid", NULL, RULE_TEXT},
    {"sas_address", NULL, RULE_WWID},
    {"serial", NULL, RULE_TEXT},
    {"serial_number", NULL, RULE_TEXT},
    {"subsysnqn", NULL, RULE_WHOLE},
    {"sys_image_guid", NULL, RULE_TEXT},
    {"uevent", NULL, RULE_PROPERTIES},
    {"uniq", NULL, RULE_TEXT},
    {"uuid", "/nvme", RULE_TEXT},
    {"vpd", "/pci", RULE_VPD},
    {"vpd_pg80", NULL, RULE_PAGE_80},
    {"vpd_pg83", NULL, RULE_PAGE_83},
    {"wwid", NULL, RULE_WWID},
};

/* Of uevent files and of the udev database; a name that ends with "_" is a prefix. */
static const struct {
    const char *name;
    Rule rule;
} properties[] = {
    {"DM_SERIAL", RULE_TEXT},
    {"DM_WWN", RULE_WWID},
    {"HID_UNIQ", RULE_TEXT},
    {"ID_SCSI_SERIAL", RULE_TEXT},
    {"ID_SERIAL", RULE_WHOLE},
    {"ID_SERIAL_SHORT", RULE_TEXT},
    {"ID_USB_SERIAL", RULE_WHOLE},
    {"ID_USB_SERIAL_SHORT", RULE_TEXT},
    {"ID_WWN", RULE_WWID},
    {"ID_WWN_", RULE_WWID},
    {"POWER_SUPPLY_SERIAL_NUMBER", RULE_TEXT},
    {"SCSI_IDENT_", RULE_WWID},
    {"UNIQ", RULE_TEXT},
};

#define UDEV_DATABASE "run/udev/data/"

/* Designators of page 83h: SPC-4, 7.8.6. */
#define DESIGNATOR_HEADER 4
#define CODE_SET_BINARY 1
#define TYPE_T10_VENDOR 1
#define TYPE_EUI_64 2
#define TYPE_NAA 3
#define T10_VENDOR_LENGTH 8

typedef struct {
    const char *bytes;
    gsize length;
} Span;

typedef struct {
    HdMask *mask;
    const GPtrArray *members;
    /* Texts in the place of serial numbers that identify nothing: a USB root hub's is the address
     * of its controller. */
    GHashTable *ordinary;
    /* The first time texts are learnt, the second time what contains them. */
    gboolean is_second;
} Learner;

static Span
get_data(const HdMember *member)
{
    Span span = {NULL, 0};

    span.bytes = g_bytes_get_data(member->data, &span.length);
    return span;
}

static Rule
find_rule(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    if (g_str_has_prefix(path, UDEV_DATABASE))
        return RULE_PROPERTIES;
    for (guint i = 0; i < G_N_ELEMENTS(attributes); i++)
        if (strcmp(name, attributes[i].name) == 0 &&
            (attributes[i].place == NULL || strstr(path, attributes[i].place) != NULL))
            return attributes[i].rule;
    return RULE_NONE;
}

static Rule
find_property(const char *name, gsize length)
{
    for (guint i = 0; i < G_N_ELEMENTS(properties); i++) {
        gsize known = strlen(properties[i].name);
        gboolean is_prefix = properties[i].name[known - 1] == '_';
        if ((known == length || (is_prefix && known < length)) &&
            memcmp(name, properties[i].name, known) == 0)
            return properties[i].rule;
    }
    return RULE_NONE;
}

static gboolean
is_ordinary(Learner *learner, const char *path, const char *text)
{
    HdPciAddress address;
    g_autofree char *component = g_strdup_printf("/%s/", text);

    if (g_hash_table_contains(learner->ordinary, text))
        return TRUE;
    if (!hd_pci_address_parse(text, &address, NULL) && strstr(path, component) == NULL)
        return FALSE;
    g_hash_table_add(learner->ordinary, g_strdup(text));
    return TRUE;
}

static gboolean
contains_ordinary(Learner *learner, const char *text)
{
    GHashTableIter iter;
    gpointer ordinary = NULL;

    g_hash_table_iter_init(&iter, learner->ordinary);
    while (g_hash_table_iter_next(&iter, &ordinary, NULL))
        if (strlen(ordinary) > 1 && strstr(text, ordinary) != NULL)
            return TRUE;
    return FALSE;
}

/* Where the digits of a world wide name begin, or NULL if it is of another form. */
static const char *
find_digits(const char *text)
{
    static const char *const prefixes[] = {"naa.", "eui.", "uuid.", "0x", ""};

    for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (!g_str_has_prefix(text, prefixes[i]))
            continue;
        const char *digits = text + strlen(prefixes[i]);
        if (strlen(digits) >= 8 && strspn(digits, "0123456789abcdefABCDEF") == strlen(digits))
            return digits;
    }
    return NULL;
}

static int
compare_path(const void *key, const void *element)
{
    return strcmp(key, (*(HdMember *const *) element)->path);
}

/* The text of the attribute name in the same directory; (transfer full) (nullable). */
static char *
dup_sibling(const Learner *learner, const char *path, const char *name)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *wanted = g_strconcat(folder, "/", name, NULL);
    HdMember *const *found = bsearch(wanted, learner->members->pdata, learner->members->len,
                                     sizeof(gpointer), compare_path);

    if (found == NULL)
        return NULL;
    Span span = get_data(*found);
    return g_strstrip(g_strndup(span.bytes, span.length));
}

/* "t10." VENDOR(8) MODEL SERIAL: what follows the model, or the last word. */
static gsize
find_t10_serial(const Learner *learner, const char *path, const char *text, gsize vendor)
{
    g_autofree char *model = dup_sibling(learner, path, "model");
    gsize length = strlen(text);
    gsize start = MIN(vendor + T10_VENDOR_LENGTH, length);
    const char *found = model != NULL && model[0] != '\0' ? strstr(text + start, model) : NULL;

    if (found != NULL && found + strlen(model) < text + length)
        return (gsize) (found - text) + strlen(model);
    const char *word = strrchr(text, ' ');
    return word != NULL && (gsize) (word - text) > start ? (gsize) (word - text) : start;
}

static void
learn_t10(Learner *learner, const char *path, const char *text, gsize vendor)
{
    gsize start = find_t10_serial(learner, path, text, vendor);

    if (learner->is_second)
        hd_mask_learn_rest(learner->mask, text, start);
    else
        hd_mask_learn_text(learner->mask, text + start);
}

static void
learn_wwid(Learner *learner, const char *path, const char *text)
{
    const char *digits = find_digits(text);

    /* All zeros or all ones say that there is no name. */
    if (digits != NULL && strspn(digits, (char[]){digits[0], '\0'}) == strlen(digits))
        return;
    if (g_str_has_prefix(text, "t10."))
        learn_t10(learner, path, text, 4);
    else if (learner->is_second)
        hd_mask_learn_whole(learner->mask, text);
    else if (digits != NULL)
        hd_mask_learn_hex(learner->mask, digits);
}

static void
learn_text(Learner *learner, const char *path, const char *text)
{
    if (is_ordinary(learner, path, text))
        return;
    if (!learner->is_second)
        hd_mask_learn_text(learner->mask, text);
}

static void
learn_span(Learner *learner, const char *path, Rule rule, Span span)
{
    /* A cut at the first zero is what every reader of these sees. */
    g_autofree char *text = g_strstrip(g_strndup(span.bytes, span.length));

    if (text[0] == '\0')
        return;
    if (rule == RULE_TEXT)
        learn_text(learner, path, text);
    else if (rule == RULE_WWID)
        learn_wwid(learner, path, text);
    else if (rule == RULE_MAC && !learner->is_second)
        hd_mask_learn_mac(learner->mask, text);
    else if (rule == RULE_WHOLE && learner->is_second && !contains_ordinary(learner, text))
        hd_mask_learn_whole(learner->mask, text);
}

/* The next line of *rest; FALSE at the end. */
static gboolean
take_line(Span *rest, Span *ret_line)
{
    if (rest->length == 0)
        return FALSE;
    const char *end = memchr(rest->bytes, '\n', rest->length);
    gsize length = end != NULL ? (gsize) (end - rest->bytes) + 1 : rest->length;
    *ret_line = (Span){rest->bytes, length};
    *rest = (Span){rest->bytes + length, rest->length - length};
    return TRUE;
}

/* "E:NAME=value" of udev and "NAME=value" of the kernel; value is what follows "=". */
static Rule
split_property(Span line, Span *ret_value)
{
    gsize start = line.length > 2 && line.bytes[1] == ':' ? 2 : 0;
    const char *name = line.bytes + start;
    const char *equals = memchr(name, '=', line.length - start);

    if (equals == NULL)
        return RULE_NONE;
    *ret_value = (Span){equals + 1, line.length - (gsize) (equals + 1 - line.bytes)};
    return find_property(name, (gsize) (equals - name));
}

static char *
dup_property(Span data, const char *wanted)
{
    Span line;

    while (take_line(&data, &line)) {
        g_autofree char *text = g_strstrip(g_strndup(line.bytes, line.length));
        const char *name = g_str_has_prefix(text, "E:") ? text + 2 : text;
        if (g_str_has_prefix(name, wanted) && name[strlen(wanted)] == '=')
            return g_strdup(name + strlen(wanted) + 1);
    }
    return NULL;
}

/* udev's name of a USB device without a serial number. */
static gboolean
is_model_only(Span data, Span value)
{
    g_autofree char *vendor = dup_property(data, "ID_VENDOR");
    g_autofree char *model = dup_property(data, "ID_MODEL");
    g_autofree char *both = g_strdup_printf("%s_%s", vendor, model);
    g_autofree char *text = g_strstrip(g_strndup(value.bytes, value.length));

    return vendor != NULL && model != NULL && strcmp(text, both) == 0;
}

/* "Vendor_Model_SERIAL": only the end is secret, also if it is too short to be looked for. */
static gboolean
learn_composite(Learner *learner, Span data, Span value)
{
    g_autofree char *serial = dup_property(data, "ID_SERIAL_SHORT");
    g_autofree char *text = g_strstrip(g_strndup(value.bytes, value.length));

    if (serial == NULL || serial[0] == '\0' || !g_str_has_suffix(text, serial) ||
        strlen(text) == strlen(serial) || contains_ordinary(learner, text))
        return FALSE;
    if (learner->is_second)
        hd_mask_learn_rest(learner->mask, text, strlen(text) - strlen(serial));
    return TRUE;
}

static void
learn_properties(Learner *learner, const char *path, Span data)
{
    Span rest = data;
    Span line;
    Span value;

    while (take_line(&rest, &line)) {
        Rule rule = split_property(line, &value);
        if (rule == RULE_WHOLE &&
            (is_model_only(data, value) || learn_composite(learner, data, value)))
            continue;
        if (rule != RULE_NONE)
            learn_span(learner, path, rule, value);
    }
}

/* The next designator of page 83h; FALSE at the end. header points at its four bytes. */
static gboolean
take_designator(Span *rest, Span *ret_header, Span *ret_value)
{
    if (rest->length < DESIGNATOR_HEADER)
        return FALSE;
    gsize length = MIN((guchar) rest->bytes[3], rest->length - DESIGNATOR_HEADER);
    *ret_header = (Span){rest->bytes, DESIGNATOR_HEADER};
    *ret_value = (Span){rest->bytes + DESIGNATOR_HEADER, length};
    *rest = (Span){rest->bytes + DESIGNATOR_HEADER + length,
                   rest->length - DESIGNATOR_HEADER - length};
    return TRUE;
}

static gboolean
is_binary_name(Span header, Span value)
{
    int type = header.bytes[1] & 0xf;

    return (header.bytes[0] & 0xf) == CODE_SET_BINARY && value.length >= 8 &&
           (type == TYPE_EUI_64 || type == TYPE_NAA);
}

static char *
spell(Span value)
{
    GString *digits = g_string_new(NULL);

    for (gsize i = 0; i < value.length; i++)
        g_string_append_printf(digits, "%02x", (guchar) value.bytes[i]);
    return g_string_free(digits, FALSE);
}

static void
learn_page_83(Learner *learner, const char *path, Span data)
{
    Span rest = {data.bytes + 4, data.length - 4};
    Span header;
    Span value;

    while (take_designator(&rest, &header, &value)) {
        g_autofree char *text = g_strndup(value.bytes, value.length);
        g_autofree char *digits = spell(value);
        if (is_binary_name(header, value) && !learner->is_second)
            hd_mask_learn_hex(learner->mask, digits);
        else if ((header.bytes[0] & 0xf) == CODE_SET_BINARY)
            continue;
        else if ((header.bytes[1] & 0xf) == TYPE_T10_VENDOR && strlen(text) > T10_VENDOR_LENGTH)
            learn_t10(learner, path, text, 0);
        else
            learn_span(learner, path, RULE_WWID, value);
    }
}

/* The serial number in a PCI function's VPD: large resource 10h, keyword SN. */
static Span
find_vpd_serial(Span data)
{
    gsize at = 0;

    while (at + 3 <= data.length && ((guchar) data.bytes[at] & 0x80) != 0) {
        gsize length = (guchar) data.bytes[at + 1] | (gsize) (guchar) data.bytes[at + 2] << 8;
        gsize end = MIN(at + 3 + length, data.length);
        gboolean is_fields = (guchar) data.bytes[at] == 0x90;
        at += 3;
        while (is_fields && at + 3 <= end) {
            gsize field = MIN((guchar) data.bytes[at + 2], end - at - 3);
            if (data.bytes[at] == 'S' && data.bytes[at + 1] == 'N')
                return (Span){data.bytes + at + 3, field};
            at += 3 + field;
        }
        at = end;
    }
    return (Span){data.bytes, 0};
}

static void
learn_member(Learner *learner, const HdMember *member)
{
    Rule rule = member->kind == HD_ENTRY_FILE ? find_rule(member->path) : RULE_NONE;
    Span data = get_data(member);

    if (rule == RULE_NONE || data.length == 0)
        return;
    if (rule == RULE_PROPERTIES)
        learn_properties(learner, member->path, data);
    else if (rule == RULE_PAGE_80 && data.length > 4)
        learn_span(learner, member->path, RULE_TEXT, (Span){data.bytes + 4, data.length - 4});
    else if (rule == RULE_PAGE_83 && data.length > 4)
        learn_page_83(learner, member->path, data);
    else if (rule == RULE_VPD)
        learn_span(learner, member->path, RULE_TEXT, find_vpd_serial(data));
    else
        learn_span(learner, member->path, rule, data);
}

HdMask *
hd_identity_learn(const GPtrArray *members)
{
    g_autoptr(GHashTable) ordinary = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Learner learner = {.mask = hd_mask_new(), .members = members, .ordinary = ordinary};

    for (guint i = 0; i < members->len; i++)
        learn_member(&learner, members->pdata[i]);
    hd_mask_settle(learner.mask);
    learner.is_second = TRUE;
    for (guint i = 0; i < members->len; i++)
        learn_member(&learner, members->pdata[i]);
    hd_mask_settle(learner.mask);
    return learner.mask;
}

static void
mask_properties(HdMask *mask, Span data, GString *out)
{
    Span line;
    Span value;

    while (take_line(&data, &line)) {
        if (split_property(line, &value) == RULE_NONE) {
            hd_mask_apply(mask, line.bytes, line.length, out);
            continue;
        }
        g_string_append_len(out, line.bytes, value.bytes - line.bytes);
        hd_mask_apply_whole(mask, value.bytes, value.length, out);
    }
}

static void
append_bytes(GString *out, const char *digits)
{
    for (; digits[0] != '\0' && digits[1] != '\0'; digits += 2)
        g_string_append_c(
            out, (char) (g_ascii_xdigit_value(digits[0]) << 4 | g_ascii_xdigit_value(digits[1])));
}

static void
mask_page_83(HdMask *mask, Span data, GString *out)
{
    Span rest = {data.bytes + 4, data.length - 4};
    Span header;
    Span value;

    g_string_append_len(out, data.bytes, 4);
    while (take_designator(&rest, &header, &value)) {
        g_string_append_len(out, header.bytes, (gssize) header.length);
        if (is_binary_name(header, value)) {
            g_autofree char *digits = spell(value);
            g_autofree char *masked = hd_mask_dup_hex(mask, digits);
            append_bytes(out, masked);
        } else {
            hd_mask_apply_whole(mask, value.bytes, value.length, out);
        }
    }
    g_string_append_len(out, rest.bytes, (gssize) rest.length);
}

static guint32
get_word(Span data, gsize at)
{
    guint32 word = 0;

    for (gsize i = 4; i > 0; i--)
        word = word << 8 | (guchar) data.bytes[at + i - 1];
    return word;
}

/* The device serial number is extended capability 3: eight bytes behind the header. */
static void
mask_config(Span data, GString *out)
{
    gsize at = 0x100;

    g_string_append_len(out, data.bytes, (gssize) data.length);
    for (guint i = 0; i < 960 && at >= 0x100 && at + 12 <= data.length; i++) {
        guint32 header = get_word(data, at);
        if ((header & 0xffff) == 3)
            memset(out->str + at + 4, 0, 8);
        at = header >> 20 & 0xffc;
    }
}

static void
mask_vpd(HdMask *mask, Span data, GString *out)
{
    Span serial = find_vpd_serial(data);
    gsize before = (gsize) (serial.bytes - data.bytes);
    gsize after = before + serial.length;

    hd_mask_apply(mask, data.bytes, before, out);
    hd_mask_apply_whole(mask, serial.bytes, serial.length, out);
    hd_mask_apply(mask, data.bytes + after, data.length - after, out);
}

static void
mask_data(HdMask *mask, Rule rule, Span data, GString *out)
{
    if (rule == RULE_NONE) {
        hd_mask_apply(mask, data.bytes, data.length, out);
    } else if (rule == RULE_PROPERTIES) {
        mask_properties(mask, data, out);
    } else if (rule == RULE_PAGE_83 && data.length > 4) {
        mask_page_83(mask, data, out);
    } else if (rule == RULE_CONFIG) {
        mask_config(data, out);
    } else if (rule == RULE_VPD) {
        mask_vpd(mask, data, out);
    } else {
        gsize header = rule == RULE_PAGE_80 ? MIN(4, data.length) : 0;
        g_string_append_len(out, data.bytes, (gssize) header);
        hd_mask_apply_whole(mask, data.bytes + header, data.length - header, out);
    }
}

void
hd_identity_mask(HdMask *mask, HdMember *member)
{
    g_autoptr(GString) path = g_string_new(NULL);
    g_autoptr(GString) masked = g_string_new(NULL);
    Rule rule = member->kind == HD_ENTRY_FILE ? find_rule(member->path) : RULE_NONE;
    Span data = get_data(member);

    if (data.length > 0)
        mask_data(mask, rule, data, masked);
    hd_mask_apply(mask, member->path, strlen(member->path), path);
    g_bytes_unref(member->data);
    member->data = g_string_free_to_bytes(g_steal_pointer(&masked));
    g_free(member->path);
    member->path = g_string_free(g_steal_pointer(&path), FALSE);
}
