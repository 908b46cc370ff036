/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Guest PCI slots: which buses a VM's machine has, and which of their slots are taken.
 *
 * The bus below a PCI controller has the controller's index as its number (libvirt, "PCI topology
 * and hotplug"). A PCI Express port takes one device; a conventional root bus takes one in each of
 * slots 1 to 31, but for slot 1 of the i440FX machine, which is its PIIX3.
 */
#include <string.h>

#include "base/error.h"
#include "devxml/read.h"

#define N_BUSES 256
#define N_SLOTS 32

typedef struct {
    guint32 taken[N_BUSES];    /* a bit for each slot, domain 0 */
    gboolean is_port[N_BUSES]; /* the bus below an Express port that takes hotplug */
    gboolean has_express_root;
    gboolean has_conventional_root;
    gboolean has_scsi_controller;
    unsigned first_slot; /* of the conventional root */
} Slots;

static void
read_taken(xmlNode *element, Slots *slots)
{
    xmlNode *address = hd_element_find(element, "address");
    HdPciAddress pci;

    if (address == NULL || !hd_element_matches(address, "type", "pci"))
        return;
    if (hd_pci_address_read(address, G_MAXUINT32, &pci, NULL) && pci.domain == 0 &&
        !hd_pci_address_is_empty(&pci))
        slots->taken[pci.bus] |= 1u << pci.slot;
}

static void
read_controller(xmlNode *element, Slots *slots)
{
    g_autofree char *model = hd_element_dup(element, "model");
    xmlNode *target = hd_element_find(element, "target");
    guint64 index = 0;

    slots->has_scsi_controller |= hd_element_matches(element, "type", "scsi");
    if (model == NULL || !hd_element_matches(element, "type", "pci") ||
        !hd_element_require_number(element, "index", N_BUSES - 1, &index, NULL))
        return;
    if (strcmp(model, "pcie-root") == 0)
        slots->has_express_root = TRUE;
    else if (strcmp(model, "pci-root") == 0 && index == 0)
        slots->has_conventional_root = TRUE;
    else if (strcmp(model, "pcie-root-port") == 0 ||
             strcmp(model, "pcie-switch-downstream-port") == 0)
        slots->is_port[index] = target == NULL || !hd_element_matches(target, "hotplug", "off");
}

static unsigned
find_first_slot(xmlNode *root)
{
    xmlNode *os = hd_element_find(root, "os");
    xmlNode *type = hd_element_find(os, "type");
    g_autofree char *machine = type != NULL ? hd_element_dup(type, "machine") : NULL;

    if (machine != NULL &&
        (strcmp(machine, "pc") == 0 || g_str_has_prefix(machine, "pc-i440fx") ||
         g_str_has_prefix(machine, "pc-0.") || g_str_has_prefix(machine, "pc-1.")))
        return 2;
    return 1;
}

static gboolean
read_slots(const char *xml, Slots *slots, GError **error)
{
    g_autoptr(xmlDoc) doc = hd_document_parse(xml, error);
    xmlNode *root;
    xmlNode *devices;

    if (doc == NULL)
        return FALSE;
    root = xmlDocGetRootElement(doc);
    slots->first_slot = find_first_slot(root);
    devices = hd_element_find(root, "devices");
    for (xmlNode *element = hd_element_find(devices, NULL); element != NULL;
         element = hd_element_skip(element->next, NULL)) {
        read_taken(element, slots);
        if (hd_element_is(element, "controller"))
            read_controller(element, slots);
    }
    return TRUE;
}

/* Empty ports or, on a machine without PCI Express, free slots of the root bus; with ret_first the
 * lowest of them. */
static unsigned
count_free(const Slots *slots, HdPciAddress *ret_first)
{
    HdPciAddress first = {0};
    unsigned n_free = 0;

    if (slots->has_conventional_root && !slots->has_express_root) {
        for (unsigned slot = slots->first_slot; slot < N_SLOTS; slot++) {
            if ((slots->taken[0] & 1u << slot) == 0 && n_free++ == 0)
                first.slot = (guint8) slot;
        }
    } else {
        for (unsigned bus = 1; bus < N_BUSES; bus++) {
            if (slots->is_port[bus] && slots->taken[bus] == 0 && n_free++ == 0)
                first.bus = (guint8) bus;
        }
    }
    if (n_free > 0 && ret_first != NULL)
        *ret_first = first;
    return n_free;
}

gboolean
hd_domain_xml_find_slot(const char *xml, HdPciAddress *ret_slot, GError **error)
{
    Slots slots = {.first_slot = 1};

    if (!read_slots(xml, &slots, error))
        return FALSE;
    if (count_free(&slots, ret_slot) > 0)
        return TRUE;
    if (slots.has_conventional_root && !slots.has_express_root)
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL, "remove a device from the VM's PCI bus",
                     "the VM has no free PCI slot");
    else
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                     "add <controller type='pci' model='pcie-root-port'/> to the VM while it is "
                     "shut off",
                     "the VM has no empty PCI Express root port");
    return FALSE;
}

unsigned
hd_domain_xml_count_free_slots(const char *xml)
{
    Slots slots = {.first_slot = 1};

    return read_slots(xml, &slots, NULL) ? count_free(&slots, NULL) : 0;
}

gboolean
hd_domain_xml_has_scsi_controller(const char *xml)
{
    Slots slots = {.first_slot = 1};

    return read_slots(xml, &slots, NULL) && slots.has_scsi_controller;
}

gboolean
hd_domain_xml_is_slot_free(const char *xml, const HdPciAddress *slot)
{
    Slots slots = {.first_slot = 1};

    if (slot->domain != 0 || slot->slot >= N_SLOTS || !read_slots(xml, &slots, NULL))
        return FALSE;
    if (slots.has_conventional_root && !slots.has_express_root)
        return slot->bus == 0 && slot->slot >= slots.first_slot &&
               (slots.taken[0] & 1u << slot->slot) == 0;
    return slots.is_port[slot->bus] && slots.taken[slot->bus] == 0;
}

char *
hd_domain_xml_dup_uuid(const char *xml)
{
    g_autoptr(xmlDoc) doc = hd_document_parse(xml, NULL);
    xmlNode *uuid = doc != NULL ? hd_element_find(xmlDocGetRootElement(doc), "uuid") : NULL;
    xmlChar *content = uuid != NULL ? xmlNodeGetContent(uuid) : NULL;
    char *text = content != NULL ? g_strstrip(g_strdup((const char *) content)) : NULL;

    xmlFree(content);
    return text;
}
