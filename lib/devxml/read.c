/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading <hostdev> elements and lists of devices: which elements are assigned devices, and what
 * libvirt takes them to mean (libvirt, src/conf/domain_conf.c, virDomainHostdevDefParseXML).
 */
#include "devxml/read.h"

#include <string.h>

#include "base/error.h"
#include "devxml/rest.h"

/* A definition has at most a few hundred devices. Those of a user are compared with each other. */
#define MAX_HOSTDEVS 65536
#define MAX_COMPARED_HOSTDEVS 4096

/* Of an attribute, and of attributes and elements in one device element. */
#define MAX_VALUE_BYTES 4096
/* Names of namespaces are short; a copy of the element has them once for each part. */
#define MAX_NAMESPACE_BYTES 256
#define MAX_PARTS 20000

static gboolean
read_teaming(const HdReader *reader, xmlNode *teaming, HdHostdev *hostdev, GError **error)
{
    static const char *const types[] = {"transient", NULL};
    g_autofree char *type = NULL;
    g_autofree char *persistent = hd_element_dup(teaming, "persistent");
    gboolean has_persistent = persistent != NULL && persistent[0] != '\0';

    if (!hd_element_has(teaming, "type") && persistent == NULL)
        return TRUE;
    if (hostdev->type != HD_HOSTDEV_PCI) {
        hd_element_set_error(error, teaming, "element 'teaming' is only for type='pci'");
        return FALSE;
    }
    if (!hd_reader_take_word(teaming, "type", types, &type, error))
        return FALSE;
    if (type == NULL || !has_persistent) {
        hd_element_set_missing_error(error, teaming,
                                     type == NULL ? "attribute 'type'" : "attribute 'persistent'");
        return FALSE;
    }
    hostdev->teaming_type = g_steal_pointer(&type);
    hostdev->teaming_persistent = hd_reader_take(teaming, "persistent");
    return TRUE;
}

/* libvirt knows both for SCSI only; elsewhere they stay what they are: unknown. */
static void
read_flags(const HdReader *reader, xmlNode *element, HdHostdev *hostdev)
{
    if (hostdev->type != HD_HOSTDEV_SCSI && hostdev->type != HD_HOSTDEV_ISCSI)
        return;
    hostdev->scsi_readonly = hd_reader_find(reader, element, "readonly") != NULL;
    hostdev->scsi_shareable = hd_reader_find(reader, element, "shareable") != NULL;
}

/* Devices for containers are not acted on: their elements are kept whole. */
static gboolean
read_capabilities(const HdReader *reader, xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    static const char *const types[] = {"storage", "misc", "net", NULL};
    static const char *const children[] = {"block", "char", "interface"};
    g_autoptr(HdHostdev) hostdev = hd_hostdev_new(HD_HOSTDEV_CAPABILITIES);
    xmlNode *source = hd_element_find(element, "source");
    unsigned index = G_MAXUINT;

    if (!hd_element_read_word(element, "type", types, &index, error) ||
        !hd_element_read_yes_no(element, "managed", &hostdev->managed, error))
        return FALSE;
    if (index == G_MAXUINT || source == NULL) {
        hd_element_set_missing_error(error, element,
                                     index == G_MAXUINT ? "attribute 'type'" : "element 'source'");
        return FALSE;
    }
    if (hd_element_find(source, children[index]) == NULL) {
        g_autofree char *missing = g_strdup_printf("element '%s'", children[index]);

        hd_element_set_missing_error(error, source, missing);
        return FALSE;
    }
    *ret_hostdev = g_steal_pointer(&hostdev);
    return TRUE;
}

static const char *const type_names[] = {"pci", "usb", "scsi", "scsi_host", "mdev", NULL};

/* FALSE without an error: a type that a lenient reader does not know. */
static gboolean
read_type(const HdReader *reader, xmlNode *element, HdHostdevType *ret_type, GError **error)
{
    static const HdHostdevType types[] = {HD_HOSTDEV_PCI, HD_HOSTDEV_USB, HD_HOSTDEV_SCSI,
                                          HD_HOSTDEV_SCSI_HOST, HD_HOSTDEV_MDEV};
    xmlNode *source = hd_element_find(element, "source");
    unsigned index = 0;

    if (!hd_element_has(element, "type")) {
        hd_element_set_missing_error(error, element, "attribute 'type'");
        return FALSE;
    }
    if (!hd_element_read_word(element, "type", type_names, &index,
                              reader->is_strict ? error : NULL))
        return FALSE;
    *ret_type = types[index];
    if (*ret_type == HD_HOSTDEV_SCSI && source != NULL &&
        hd_element_matches(source, "protocol", "iscsi"))
        *ret_type = HD_HOSTDEV_ISCSI;
    return TRUE;
}

/* No device stands behind it now: an optional one that was missing at start. */
static gboolean
is_passed_over(const HdReader *reader, xmlNode *element, HdHostdevType type)
{
    xmlNode *source = hd_element_find(element, "source");

    return !reader->is_strict && type == HD_HOSTDEV_USB && source != NULL &&
           hd_element_matches(source, "missing", "yes");
}

static void
set_defaults(HdHostdev *hostdev)
{
    if (hostdev->type == HD_HOSTDEV_MDEV && hostdev->display == HD_TRISTATE_UNSET &&
        g_strcmp0(hostdev->model, "vfio-pci") == 0)
        hostdev->display = HD_TRISTATE_NO;
}

static gboolean
read_subsystem(const HdReader *reader, xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    static const HdReaderStep steps[] = {{"teaming", read_teaming}, {NULL, NULL}};
    g_autoptr(HdHostdev) hostdev = NULL;
    g_autoptr(GError) local_error = NULL;
    HdHostdevType type;

    if (!read_type(reader, element, &type, &local_error)) {
        if (local_error == NULL)
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    if (is_passed_over(reader, element, type))
        return TRUE;
    hostdev = hd_hostdev_new(type);
    hd_rest_take_attribute(element, "mode");
    hd_rest_take_attribute(element, "type");
    if (!hd_reader_read_subsystem(reader, element, hostdev, error) ||
        !hd_reader_read_guest(reader, element, hostdev, error))
        return FALSE;
    read_flags(reader, element, hostdev);
    if (!hd_reader_read_steps(reader, steps, element, hostdev, error))
        return FALSE;
    set_defaults(hostdev);
    *ret_hostdev = g_steal_pointer(&hostdev);
    return TRUE;
}

static gboolean
read_plain(const HdReader *reader, xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    static const char *const modes[] = {"subsystem", "capabilities", NULL};
    unsigned mode = 0;

    *ret_hostdev = NULL;
    if (!hd_element_read_word(element, "mode", modes, &mode, reader->is_strict ? error : NULL))
        return !reader->is_strict;
    if (mode == 1)
        return !reader->is_strict || read_capabilities(reader, element, ret_hostdev, error);
    return read_subsystem(reader, element, ret_hostdev, error);
}

/* A namespace that is declared once stands in each copy of an element that is of it. */
static gboolean
count_namespaces(xmlNode *element, unsigned *n_parts, GError **error)
{
    for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next) {
        (*n_parts)++;
        if (ns->href == NULL || strlen((const char *) ns->href) <= MAX_NAMESPACE_BYTES)
            continue;
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                     "invalid %s XML, line %ld: a namespace of element '%.64s' is longer than %d "
                     "bytes",
                     hd_document_get_kind(element), xmlGetLineNo(element),
                     (const char *) element->name, MAX_NAMESPACE_BYTES);
        return FALSE;
    }
    return TRUE;
}

/* Also those that are declared around the device. */
static gboolean
check_outer_namespaces(xmlNode *element, GError **error)
{
    unsigned n_parts = 0;

    for (xmlNode *outer = element->parent; outer != NULL && outer->type == XML_ELEMENT_NODE;
         outer = outer->parent) {
        if (!count_namespaces(outer, &n_parts, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
count_parts(xmlNode *element, unsigned *n_parts, GError **error)
{
    if (!count_namespaces(element, n_parts, error))
        return FALSE;
    for (xmlAttr *attribute = element->properties; attribute != NULL; attribute = attribute->next) {
        xmlChar *value = xmlNodeListGetString(element->doc, attribute->children, 1);
        gboolean is_long = value != NULL && strlen((const char *) value) > MAX_VALUE_BYTES;

        xmlFree(value);
        (*n_parts)++;
        if (is_long) {
            hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                         "invalid %s XML, line %ld: attribute '%.64s' of element '%.64s' is longer "
                         "than %d bytes",
                         hd_document_get_kind(element), xmlGetLineNo(element),
                         (const char *) attribute->name, (const char *) element->name,
                         MAX_VALUE_BYTES);
            return FALSE;
        }
    }
    if (++*n_parts > MAX_PARTS) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL,
                     "invalid %s XML, line %ld: a device element has more than %d parts",
                     hd_document_get_kind(element), xmlGetLineNo(element), MAX_PARTS);
        return FALSE;
    }
    for (xmlNode *child = hd_element_skip(element->children, NULL); child != NULL;
         child = hd_element_skip(child->next, NULL)) {
        if (!count_parts(child, n_parts, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_bounds(xmlNode *element, GError **error)
{
    unsigned n_parts = 0;

    return check_outer_namespaces(element, error) && count_parts(element, &n_parts, error);
}

static gboolean
is_device(const xmlNode *element)
{
    return hd_element_is(element, "hostdev") || hd_element_is(element, "interface");
}

gboolean
hd_reader_read(const HdReader *reader, xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    g_autoptr(HdHostdev) hostdev = NULL;
    gboolean is_good;

    *ret_hostdev = NULL;
    if (!is_device(element))
        return TRUE;
    if (reader->is_strict && !check_bounds(element, error))
        return FALSE;
    is_good = hd_element_is(element, "hostdev")
                  ? read_plain(reader, element, &hostdev, error)
                  : hd_reader_read_interface(reader, element, &hostdev, error);
    if (!is_good || hostdev == NULL)
        return is_good;
    hostdev->rest = hostdev->is_network || hostdev->type == HD_HOSTDEV_CAPABILITIES
                        ? hd_rest_new_whole(element)
                        : hd_rest_new(element);
    if (reader->is_strict && !hd_hostdev_check_device(hostdev, element, error))
        return FALSE;
    if (reader->warnings != NULL)
        hd_hostdev_add_warnings(hostdev, reader->warnings);
    *ret_hostdev = g_steal_pointer(&hostdev);
    return TRUE;
}

gboolean
hd_hostdev_read(xmlNode *element, HdHostdev **ret_hostdev, GError **error)
{
    const HdReader lenient = {.is_strict = FALSE};

    return hd_reader_read(&lenient, element, ret_hostdev, error);
}

static gboolean
read_into(const HdReader *reader, xmlNode *element, GPtrArray *hostdevs, GError **error)
{
    const unsigned max = reader->is_strict ? MAX_COMPARED_HOSTDEVS : MAX_HOSTDEVS;
    HdHostdev *hostdev;

    if (!hd_reader_read(reader, element, &hostdev, error))
        return FALSE;
    if (hostdev == NULL)
        return TRUE;
    g_ptr_array_add(hostdevs, hostdev);
    if (hostdevs->len <= max)
        return TRUE;
    hd_error_set(error, HD_ERROR_LIMIT, NULL, NULL, "the %s XML has more than %u assigned devices",
                 hd_document_get_kind(element), max);
    return FALSE;
}

static gboolean
read_devices(const HdReader *reader, xmlNode *devices, GPtrArray *hostdevs, GError **error)
{
    for (xmlNode *element = hd_element_skip(devices->children, NULL); element != NULL;
         element = hd_element_skip(element->next, NULL)) {
        if (!read_into(reader, element, hostdevs, error))
            return FALSE;
    }
    return TRUE;
}

static GPtrArray *
read_document(const HdReader *reader, xmlDoc *doc, GError **error)
{
    g_autoptr(GPtrArray)
        hostdevs = g_ptr_array_new_with_free_func((GDestroyNotify) hd_hostdev_free);
    xmlNode *root = xmlDocGetRootElement(doc);

    if (is_device(root))
        return read_into(reader, root, hostdevs, error) ? g_steal_pointer(&hostdevs) : NULL;
    if (hd_element_is(root, "devices"))
        return read_devices(reader, root, hostdevs, error) ? g_steal_pointer(&hostdevs) : NULL;
    for (xmlNode *devices = hd_element_find(root, "devices"); devices != NULL;
         devices = hd_element_skip(devices->next, "devices")) {
        if (!read_devices(reader, devices, hostdevs, error))
            return NULL;
    }
    return g_steal_pointer(&hostdevs);
}

GPtrArray *
hd_hostdev_list_from_domain(const char *xml, GError **error)
{
    const HdReader lenient = {.is_strict = FALSE};
    g_autoptr(xmlDoc) doc = hd_document_parse(xml, error);

    return doc != NULL ? read_document(&lenient, doc, error) : NULL;
}

GPtrArray *
hd_hostdev_parse_full(const char *text, GPtrArray *warnings, gboolean *ret_is_list, GError **error)
{
    const HdReader strict = {.is_strict = TRUE, .warnings = warnings};
    g_autoptr(xmlDoc) doc = hd_document_parse_devices(text, error);
    g_autoptr(GPtrArray) hostdevs = NULL;
    xmlNode *root;

    if (doc == NULL)
        return NULL;
    root = xmlDocGetRootElement(doc);
    hostdevs = read_document(&strict, doc, error);
    if (hostdevs == NULL || !hd_hostdev_check_document(doc, hostdevs, error))
        return NULL;
    if (is_device(root) && hostdevs->len == 0) {
        hd_element_set_error(error, root,
                             "element 'interface' is no assigned device, expected type 'hostdev'");
        return NULL;
    }
    if (warnings != NULL)
        hd_hostdev_warn_document(doc, warnings);
    *ret_is_list = !is_device(root);
    return g_steal_pointer(&hostdevs);
}

GPtrArray *
hd_hostdev_parse(const char *text, GPtrArray *warnings, GError **error)
{
    gboolean is_list;

    g_return_val_if_fail(text != NULL, NULL);

    return hd_hostdev_parse_full(text, warnings, &is_list, error);
}
