/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading <interface> elements that assign a network function, with the order of checks that
 * libvirt has (libvirt, src/conf/domain_conf.c, virDomainNetDefParseXML).
 */
#include <string.h>

#include "base/error.h"
#include "devxml/read.h"
#include "devxml/rest.h"

#define MAX_VLAN_ID 4095

static gboolean
read_number_member(xmlNode *element,
                   const char *attribute,
                   guint64 max,
                   int *ret_value,
                   GError **error)
{
    guint64 value = G_MAXUINT64;

    if (!hd_element_read_number(element, attribute, max, &value, error))
        return FALSE;
    if (value != G_MAXUINT64)
        *ret_value = (int) value;
    return TRUE;
}

static gboolean
read_uuid_member(xmlNode *element, const char *attribute, char **ret_uuid, GError **error)
{
    g_autofree char *text = hd_element_dup(element, attribute);

    if (text == NULL)
        return TRUE;
    *ret_uuid = hd_uuid_dup_canonical(text);
    if (*ret_uuid == NULL) {
        hd_element_set_value_error(error, element, attribute, "a UUID");
        return FALSE;
    }
    return TRUE;
}

static void
clear_virtualport(HdVirtualport *port)
{
    g_clear_pointer(&port->instance_id, g_free);
    g_clear_pointer(&port->interface_id, g_free);
    g_clear_pointer(&port->profile_id, g_free);
    *port = (HdVirtualport){.manager_id = -1, .type_id = -1, .type_id_version = -1};
}

static gboolean
read_parameters(xmlNode *parameters, HdVirtualport *port, GError **error)
{
    if (!read_number_member(parameters, "managerid", 0xff, &port->manager_id, error) ||
        !read_number_member(parameters, "typeid", 0xffffff, &port->type_id, error) ||
        !read_number_member(parameters, "typeidversion", 0xff, &port->type_id_version, error) ||
        !read_uuid_member(parameters, "instanceid", &port->instance_id, error) ||
        !read_uuid_member(parameters, "interfaceid", &port->interface_id, error))
        return FALSE;
    port->profile_id = hd_element_dup(parameters, "profileid");
    if (port->profile_id != NULL && strlen(port->profile_id) >= HD_NIC_PROFILE_ID_SIZE) {
        hd_element_set_value_error(error, parameters, "profileid", "at most 39 bytes");
        return FALSE;
    }
    return TRUE;
}

/* Which parameters a type must have, and which it must not have. */
static const struct {
    const char *type;
    const char *required[4];
    const char *forbidden[6];
} port_types[] = {
    [HD_VIRTUALPORT_8021QBG] = {"802.1Qbg",
                                {"managerid", "typeid", "typeidversion"},
                                {"profileid", "interfaceid"}},
    [HD_VIRTUALPORT_8021QBH] = {"802.1Qbh",
                                {"profileid"},
                                {"managerid", "typeid", "typeidversion", "instanceid",
                                 "interfaceid"}},
    [HD_VIRTUALPORT_OPENVSWITCH] = {"openvswitch",
                                    {NULL},
                                    {"managerid", "typeid", "typeidversion", "instanceid"}},
    [HD_VIRTUALPORT_MIDONET] = {"midonet", {"interfaceid"}, {NULL}},
};

static gboolean
check_parameters(xmlNode *port, xmlNode *parameters, HdVirtualportType type, GError **error)
{
    const char *const *required = port_types[type].required;
    const char *const *forbidden = port_types[type].forbidden;

    for (; *required != NULL; required++) {
        g_autofree char *value = parameters != NULL ? hd_element_dup(parameters, *required) : NULL;

        if (value == NULL || value[0] == '\0') {
            hd_element_set_error(error, parameters != NULL ? parameters : port,
                                 "element 'parameters' of virtualport type '%s' has no attribute "
                                 "'%s'",
                                 port_types[type].type, *required);
            return FALSE;
        }
    }
    for (; parameters != NULL && *forbidden != NULL; forbidden++) {
        if (hd_element_has(parameters, *forbidden)) {
            hd_element_set_error(error, parameters,
                                 "element 'parameters' of virtualport type '%s' has attribute "
                                 "'%s', which is for other types",
                                 port_types[type].type, *forbidden);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
read_port_type(xmlNode *element, HdVirtualportType *ret_type, GError **error)
{
    static const char *const names[] = {"802.1Qbg", "802.1Qbh", "openvswitch", "midonet", NULL};
    static const HdVirtualportType types[] = {HD_VIRTUALPORT_8021QBG, HD_VIRTUALPORT_8021QBH,
                                              HD_VIRTUALPORT_OPENVSWITCH, HD_VIRTUALPORT_MIDONET};
    unsigned index = 0;

    if (!hd_element_has(element, "type")) {
        hd_element_set_missing_error(error, element, "attribute 'type'");
        return FALSE;
    }
    if (!hd_element_read_word(element, "type", names, &index, error))
        return FALSE;
    *ret_type = types[index];
    return TRUE;
}

static gboolean
read_virtualport(const HdReader *reader, xmlNode *element, HdHostdev *hostdev, GError **error)
{
    static const char *const names[] = {
        "managerid", "typeid", "typeidversion", "instanceid", "interfaceid", "profileid",
    };
    xmlNode *parameters = hd_reader_find(reader, element, "parameters");
    HdVirtualport *port = &hostdev->virtualport;

    if (!read_port_type(element, &port->type, error) ||
        (parameters != NULL && !read_parameters(parameters, port, error)) ||
        !check_parameters(element, parameters, port->type, error)) {
        clear_virtualport(port);
        return FALSE;
    }
    hd_rest_take_attribute(element, "type");
    for (unsigned i = 0; parameters != NULL && i < G_N_ELEMENTS(names); i++)
        hd_rest_take_attribute(parameters, names[i]);
    return TRUE;
}

static gboolean
read_tag(xmlNode *tag, HdVlanTag *ret_tag, gboolean *has_native, GError **error)
{
    static const char *const natives[] = {"tagged", "untagged", NULL};
    unsigned native = G_MAXUINT;
    guint64 id = 0;

    if (!hd_element_has(tag, "id")) {
        hd_element_set_missing_error(error, tag, "attribute 'id'");
        return FALSE;
    }
    if (!hd_element_read_decimal(tag, "id", 0, MAX_VLAN_ID, &id, error) ||
        !hd_element_read_word(tag, "nativeMode", natives, &native, error))
        return FALSE;
    if (native != G_MAXUINT && *has_native) {
        hd_element_set_error(error, tag,
                             "attribute 'nativeMode' is there on a second element 'tag', expected "
                             "at most one");
        return FALSE;
    }
    *has_native |= native != G_MAXUINT;
    hd_rest_take_element(tag);
    hd_rest_take_attribute(tag, "id");
    hd_rest_take_attribute(tag, "nativeMode");
    ret_tag->id = (guint16) id;
    ret_tag->native = native == 0   ? HD_VLAN_NATIVE_TAGGED
                      : native == 1 ? HD_VLAN_NATIVE_UNTAGGED
                                    : HD_VLAN_NATIVE_NONE;
    return TRUE;
}

static GArray *
read_tags(xmlNode *vlan, gboolean *ret_has_native, GError **error)
{
    g_autoptr(GArray) tags = g_array_new(FALSE, TRUE, sizeof(HdVlanTag));
    guint8 seen[MAX_VLAN_ID + 1] = {0};

    for (xmlNode *element = hd_element_find(vlan, "tag"); element != NULL;
         element = hd_element_skip(element->next, "tag")) {
        HdVlanTag tag = {0};

        if (!read_tag(element, &tag, ret_has_native, error))
            return NULL;
        if (seen[tag.id]++ > 0) {
            hd_element_set_value_error(error, element, "id", "an id that no other tag has");
            return NULL;
        }
        g_array_append_val(tags, tag);
    }
    if (tags->len == 0) {
        hd_element_set_missing_error(error, vlan, "element 'tag'");
        return NULL;
    }
    return g_steal_pointer(&tags);
}

/* Words of any letter case; an empty one counts as none. */
static gboolean
read_trunk(xmlNode *vlan,
           unsigned n_tags,
           gboolean has_native,
           gboolean *ret_is_trunk,
           GError **error)
{
    g_autofree char *trunk = hd_element_dup(vlan, "trunk");

    *ret_is_trunk = n_tags > 1;
    if (trunk == NULL || trunk[0] == '\0')
        return TRUE;
    if (g_ascii_strcasecmp(trunk, "yes") == 0) {
        *ret_is_trunk = TRUE;
        return TRUE;
    }
    if (n_tags > 1)
        hd_element_set_value_error(error, vlan, "trunk", "'yes' for more than one tag");
    else if (has_native)
        hd_element_set_value_error(error, vlan, "trunk", "'yes' for a tag with 'nativeMode'");
    else if (g_ascii_strcasecmp(trunk, "no") == 0)
        return TRUE;
    else
        hd_element_set_value_error(error, vlan, "trunk", "'yes' or 'no'");
    return FALSE;
}

static gboolean
read_vlan(const HdReader *reader, xmlNode *vlan, HdHostdev *hostdev, GError **error)
{
    gboolean has_native = FALSE;
    gboolean is_trunk = FALSE;
    g_autoptr(GArray) tags = read_tags(vlan, &has_native, error);

    if (tags == NULL || !read_trunk(vlan, tags->len, has_native, &is_trunk, error))
        return FALSE;
    hd_rest_take_attribute(vlan, "trunk");
    hostdev->vlan_tags = g_steal_pointer(&tags);
    hostdev->vlan_is_trunk = is_trunk;
    return TRUE;
}

static gboolean
read_mac(const HdReader *reader, xmlNode *mac, HdHostdev *hostdev, GError **error)
{
    static const char *const types[] = {"generated", "static", NULL};
    g_autofree char *text = hd_element_dup(mac, "address");
    g_autofree char *address = text != NULL ? hd_mac_dup_canonical(text) : NULL;
    gboolean is_checked = FALSE;
    unsigned type = G_MAXUINT;

    if (text != NULL && address == NULL) {
        hd_element_set_value_error(error, mac, "address",
                                   "six groups of one or two hexadecimal digits between ':'");
        return FALSE;
    }
    if (address != NULL && strchr("13579bdf", address[1]) != NULL) {
        hd_element_set_value_error(error, mac, "address",
                                   "a unicast address, this is a multicast "
                                   "one");
        return FALSE;
    }
    if (!hd_element_read_word(mac, "type", types, &type, error) ||
        !hd_element_read_yes_no(mac, "check", &is_checked, error))
        return FALSE;
    hd_rest_take_attribute(mac, "address");
    if (address == NULL || strcmp(address, "00:00:00:00:00:00") == 0)
        return TRUE; /* as if not given: libvirt makes one up */
    hostdev->mac_is_generated = type == 0;
    if (type == 0)
        hd_rest_take_attribute(mac, "type");
    hostdev->mac = g_steal_pointer(&address);
    return TRUE;
}

static gboolean
check_model(xmlNode *element, GError **error)
{
    xmlNode *model = hd_element_find(element, "model");
    g_autofree char *type = model != NULL ? hd_element_dup(model, "type") : NULL;

    for (const char *c = type; c != NULL && *c != '\0'; c++) {
        if (!g_ascii_isalnum(*c) && *c != '_' && *c != '-') {
            hd_element_set_value_error(error, model, "type", "letters, digits, '_' and '-'");
            return FALSE;
        }
    }
    return TRUE;
}

/* Names that libvirt gives itself are made anew at each start. */
static gboolean
is_generated_name(const char *name)
{
    static const char *const prefixes[] = {"vnet", "macvtap", "macvlan"};

    for (unsigned i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (g_str_has_prefix(name, prefixes[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
check_target(xmlNode *element, GError **error)
{
    xmlNode *target = hd_element_find(element, "target");
    g_autofree char *name = NULL;
    gboolean is_managed = TRUE;

    if (target == NULL)
        return TRUE;
    name = hd_element_dup(target, "dev");
    if (name != NULL && is_generated_name(name)) {
        hd_rest_take_element(target);
        hd_rest_take_attribute(target, "dev");
    }
    if (!hd_element_read_yes_no(target, "managed", &is_managed, error))
        return FALSE;
    if (!is_managed)
        hd_element_set_value_error(error, target, "managed",
                                   "'yes' for an interface of type 'hostdev'");
    return is_managed;
}

/* What libvirt reads before the host device. */
static gboolean
check_before(xmlNode *element, GError **error)
{
    xmlNode *ip = hd_element_find(hd_element_find(element, "source"), "ip");
    gboolean is_trusted = FALSE;

    if (!hd_element_read_yes_no(element, "trustGuestRxFilters", &is_trusted, error) ||
        !check_model(element, error))
        return FALSE;
    if (ip != NULL)
        hd_element_set_error(error, ip,
                             "element 'source' has a child 'ip', which is only for "
                             "interfaces of type 'ethernet'");
    return ip == NULL;
}

static gboolean
check_link(xmlNode *element, GError **error)
{
    static const char *const states[] = {"up", "down", NULL};
    xmlNode *link = hd_element_find(element, "link");
    unsigned index;

    return link == NULL || hd_element_read_word(link, "state", states, &index, error);
}

static gboolean
read_teaming(const HdReader *reader, xmlNode *teaming, HdHostdev *hostdev, GError **error)
{
    static const char *const types[] = {"transient", "persistent", NULL};
    g_autofree char *type = NULL;
    g_autofree char *persistent = hd_element_dup(teaming, "persistent");
    xmlNode *model = hd_element_find(teaming->parent, "model");

    if (!hd_reader_take_word(teaming, "type", types, &type, error))
        return FALSE;
    if (type == NULL && persistent == NULL)
        return TRUE;
    if (type == NULL) {
        hd_element_set_missing_error(error, teaming, "attribute 'type'");
        return FALSE;
    }
    if (strcmp(type, "transient") == 0 && persistent == NULL) {
        hd_element_set_missing_error(error, teaming, "attribute 'persistent'");
        return FALSE;
    }
    if (strcmp(type, "persistent") == 0 && persistent != NULL) {
        hd_element_set_error(error, teaming,
                             "attribute 'persistent' of element 'teaming' is '%.64s', which is "
                             "only for type 'transient'",
                             persistent);
        return FALSE;
    }
    if (strcmp(type, "persistent") == 0 &&
        (model == NULL || !hd_element_matches(model, "type", "virtio"))) {
        hd_element_set_value_error(error, teaming, "type", "'transient' without a model 'virtio'");
        return FALSE;
    }
    hd_rest_take_attribute(teaming, "persistent");
    hostdev->teaming_type = g_steal_pointer(&type);
    hostdev->teaming_persistent = g_steal_pointer(&persistent);
    return TRUE;
}

static gboolean
check_after(xmlNode *element, GError **error)
{
    xmlNode *mtu = hd_element_find(element, "mtu");
    xmlNode *port = hd_element_find(element, "port");
    gboolean is_isolated = FALSE;
    guint64 size = 0;

    if (mtu != NULL && !hd_element_read_decimal(mtu, "size", 0, G_MAXUINT32, &size, error))
        return FALSE;
    return port == NULL || hd_element_read_yes_no(port, "isolated", &is_isolated, error);
}

/* The address of an interface's source says its type; a vendor alone means USB. */
static gboolean
read_type(xmlNode *holder, HdHostdevType *ret_type, GError **error)
{
    static const char *const names[] = {"pci", "usb", NULL};
    static const HdHostdevType types[] = {HD_HOSTDEV_PCI, HD_HOSTDEV_USB};
    xmlNode *source = hd_element_find(holder, "source");
    xmlNode *address = hd_element_find(source, "address");
    unsigned index = 1;

    if (source == NULL) {
        hd_element_set_missing_error(error, holder, "element 'source'");
        return FALSE;
    }
    if (address != NULL && hd_element_has(address, "type")) {
        if (!hd_element_read_word(address, "type", names, &index, error))
            return FALSE;
    } else if (hd_element_find(source, "vendor") == NULL) {
        hd_element_set_missing_error(error, source, "address with attribute 'type'");
        return FALSE;
    }
    *ret_type = types[index];
    return TRUE;
}

static gboolean
read_settings(const HdReader *reader, xmlNode *element, HdHostdev *hostdev, GError **error)
{
    static const HdReaderStep virtualport[] = {{"virtualport", read_virtualport}, {NULL, NULL}};
    static const HdReaderStep macs[] = {{"vlan", read_vlan}, {"mac", read_mac}, {NULL, NULL}};
    static const HdReaderStep teaming[] = {{"teaming", read_teaming}, {NULL, NULL}};

    if (!hd_reader_read_steps(reader, virtualport, element, hostdev, error) ||
        (reader->is_strict && !check_target(element, error)) ||
        !hd_reader_read_steps(reader, macs, element, hostdev, error) ||
        !hd_reader_read_guest(reader, element, hostdev, error) ||
        (reader->is_strict && !check_link(element, error)) ||
        !hd_reader_read_steps(reader, teaming, element, hostdev, error))
        return FALSE;
    return !reader->is_strict || check_after(element, error);
}

/* libvirt keeps the settings that it has merged from interface and network in <actual>. */
static void
read_network_settings(xmlNode *element, xmlNode *actual, HdHostdev *hostdev)
{
    static const HdReaderStep merged[] = {
        {"virtualport", read_virtualport},
        {"vlan", read_vlan},
    };
    static const HdReaderStep own[] = {
        {"mac", read_mac},
        {"teaming", read_teaming},
        {NULL, NULL},
    };
    const HdReader lenient = {.is_strict = FALSE};

    for (unsigned i = 0; i < G_N_ELEMENTS(merged); i++) {
        const HdReaderStep steps[] = {merged[i], {NULL, NULL}};
        gboolean is_merged = hd_element_find(actual, merged[i].child) != NULL;

        hd_reader_read_steps(&lenient, steps, is_merged ? actual : element, hostdev, NULL);
    }
    hd_reader_read_steps(&lenient, own, element, hostdev, NULL);
    hd_reader_read_guest(&lenient, element, hostdev, NULL);
}

gboolean
hd_reader_read_interface(const HdReader *reader,
                         xmlNode *element,
                         HdHostdev **ret_hostdev,
                         GError **error)
{
    gboolean is_network = hd_element_matches(element, "type", "network");
    xmlNode *holder = is_network ? hd_element_find(element, "actual") : element;
    const HdReader lenient = {.is_strict = FALSE};
    g_autoptr(HdHostdev) hostdev = NULL;
    HdHostdevType type;

    *ret_hostdev = NULL;
    if (holder == NULL || !hd_element_matches(holder, "type", "hostdev"))
        return TRUE;
    if (is_network) /* only libvirt itself writes this form */
        reader = &lenient;
    if (reader->is_strict && !check_before(element, error))
        return FALSE;
    if (!read_type(holder, &type, error))
        return FALSE;
    hostdev = hd_hostdev_new(type);
    hostdev->is_interface = TRUE;
    hostdev->is_network = is_network;
    hd_rest_take_attribute(element, "type");
    if (!hd_reader_read_subsystem(reader, holder, hostdev, error))
        return FALSE;
    if (is_network)
        read_network_settings(element, holder, hostdev);
    else if (!read_settings(reader, element, hostdev, error))
        return FALSE;
    *ret_hostdev = g_steal_pointer(&hostdev);
    return TRUE;
}
