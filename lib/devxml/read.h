/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From elements of a document to HdHostdev.
 *
 * Definitions that libvirt has accepted are read leniently: what of an element makes no sense is
 * not understood but kept. What a user gives is read strictly.
 */
#pragma once

#include "devxml/document.h"
#include "devxml/hostdev.h"

G_BEGIN_DECLS

typedef struct {
    gboolean is_strict;
    GPtrArray *warnings; /* char *; NULL: not wanted */
} HdReader;

/* Reads one child of <devices> leniently. FALSE with an error when its source makes no sense; TRUE
 * with *ret_hostdev NULL when no device of this host stands behind it. */
gboolean hd_hostdev_read(xmlNode *element, HdHostdev **ret_hostdev, GError **error);

/* Reads one element. A device that the reader passes over is NULL. */
gboolean hd_reader_read(const HdReader *reader,
                        xmlNode *element,
                        HdHostdev **ret_hostdev,
                        GError **error);

/* hd_hostdev_parse() that also tells whether the text was a <devices> list or a <domain>. */
GPtrArray *hd_hostdev_parse_full(const char *text,
                                 GPtrArray *warnings,
                                 gboolean *ret_is_list,
                                 GError **error);

/* hd_hostdev_format() below an indent. */
void hd_hostdev_append_xml(const HdHostdev *hostdev, unsigned indent, GString *xml);

/* The address attributes that a PCI address has on both sides. */
gboolean hd_pci_address_read(xmlNode *address,
                             guint32 max_domain,
                             HdPciAddress *ret_address,
                             GError **error);

/* Whether the address says nothing, by libvirt's rule: slot 0 of bus 0 means "choose one" on the
 * guest's side, whatever the function. */
gboolean hd_pci_address_is_empty(const HdPciAddress *address);

/* A UUID in canonical form, NULL when text is none by libvirt's rules. */
char *hd_uuid_dup_canonical(const char *text);

/* A MAC address in canonical form, NULL when text is none by libvirt's rules. */
char *hd_mac_dup_canonical(const char *text);

/* The first child of that name, which is taken into the model (see rest.h). Further ones have no
 * meaning, are not kept and warned of. */
xmlNode *hd_reader_find(const HdReader *reader, xmlNode *parent, const char *name);

/* An attribute that is taken into the model; NULL when it is missing. */
char *hd_reader_take(xmlNode *element, const char *attribute);

/* An attribute of two words, the one for yes first, that is taken into the model. */
gboolean hd_reader_take_tristate(xmlNode *element,
                                 const char *attribute,
                                 const char *const words[3],
                                 HdTristate *ret_value,
                                 GError **error);

/* An attribute of one of words that is taken into the model; *ret_word is NULL when missing. */
gboolean hd_reader_take_word(xmlNode *element,
                             const char *attribute,
                             const char *const *words,
                             char **ret_word,
                             GError **error);

extern const char *const hd_words_yes_no[3];
extern const char *const hd_words_on_off[3];

/* Adds a warning that names the element's line, when warnings are wanted. */
void hd_reader_warn(const HdReader *reader, xmlNode *element, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Reads what the element says about the host device and how it is taken: managed and source from
 * holder, which is <actual> for an interface of a network. With type, mode and all else that comes
 * before known. */
gboolean hd_reader_read_subsystem(const HdReader *reader,
                                  xmlNode *holder,
                                  HdHostdev *hostdev,
                                  GError **error);

/* Alias, boot, ROM, ACPI and guest address. */
gboolean hd_reader_read_guest(const HdReader *reader,
                              xmlNode *element,
                              HdHostdev *hostdev,
                              GError **error);

/* Reads one child of a device element. A lenient reader can do without it: when it makes no sense,
 * nothing of it is taken and the error is forgotten. */
typedef gboolean (*HdReaderPart)(const HdReader *reader,
                                 xmlNode *child,
                                 HdHostdev *hostdev,
                                 GError **error);
typedef struct {
    const char *child;
    HdReaderPart read;
} HdReaderStep;

/* Reads the children of steps (up to one without a name), in their order. */
gboolean hd_reader_read_steps(const HdReader *reader,
                              const HdReaderStep *steps,
                              xmlNode *element,
                              HdHostdev *hostdev,
                              GError **error);

/* Reads <interface>; *ret_hostdev is NULL when it is of another type. */
gboolean hd_reader_read_interface(const HdReader *reader,
                                  xmlNode *element,
                                  HdHostdev **ret_hostdev,
                                  GError **error);

/* Rules that a device must keep as a whole. */
gboolean hd_hostdev_check_device(const HdHostdev *hostdev, xmlNode *element, GError **error);

/* Rules between the devices of a document. */
gboolean hd_hostdev_check_document(xmlDoc *doc, const GPtrArray *hostdevs, GError **error);

/* Warns of what the machine of a <domain> does not have. */
void hd_hostdev_warn_document(xmlDoc *doc, GPtrArray *warnings);

/* Warns of what has no effect or cannot be started. */
void hd_hostdev_add_warnings(const HdHostdev *hostdev, GPtrArray *warnings);

/* Whether an alias is one that libvirt keeps: "ua-", then letters, digits, "_" and "-". */
gboolean hd_reader_is_user_alias(const char *name);

G_END_DECLS
