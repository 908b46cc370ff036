/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names of a machine's buses: a controller's alias where it has one, else the one that libvirt
 * makes from its type and index.
 */
#include "devxml/machine.h"

#include <string.h>

#include "devxml/document.h"

#define MAX_INDEX 0xffff

typedef struct {
    char *type;
    unsigned index;
    char *model;
    char *alias;
} Controller;

struct _HdMachine {
    char *type; /* NULL: not known */
    GPtrArray *controllers;
};

static void
controller_free(gpointer data)
{
    Controller *controller = data;

    g_free(controller->type);
    g_free(controller->model);
    g_free(controller->alias);
    g_free(controller);
}

static void
read_controller(xmlNode *element, HdMachine *machine)
{
    xmlNode *alias = hd_element_find(element, "alias");
    g_autofree char *type = hd_element_dup(element, "type");
    guint64 index = 0;
    Controller *controller;

    if (type == NULL || !hd_element_read_number(element, "index", MAX_INDEX, &index, NULL))
        return;
    controller = g_new0(Controller, 1);
    controller->type = g_steal_pointer(&type);
    controller->index = (unsigned) index;
    controller->model = hd_element_dup(element, "model");
    controller->alias = alias != NULL ? hd_element_dup(alias, "name") : NULL;
    g_ptr_array_add(machine->controllers, controller);
}

HdMachine *
hd_machine_new(const char *xml)
{
    HdMachine *machine = g_new0(HdMachine, 1);
    g_autoptr(xmlDoc) doc = hd_document_parse(xml, NULL);
    xmlNode *root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
    xmlNode *type = hd_element_find(hd_element_find(root, "os"), "type");
    xmlNode *devices = hd_element_find(root, "devices");

    machine->type = type != NULL ? hd_element_dup(type, "machine") : NULL;
    machine->controllers = g_ptr_array_new_with_free_func(controller_free);
    for (xmlNode *element = hd_element_find(devices, "controller"); element != NULL;
         element = hd_element_skip(element->next, "controller"))
        read_controller(element, machine);
    return machine;
}

void
hd_machine_free(HdMachine *machine)
{
    if (machine == NULL)
        return;
    g_ptr_array_unref(machine->controllers);
    g_free(machine->type);
    g_free(machine);
}

static const Controller *
find_controller(const HdMachine *machine, const char *type, unsigned index)
{
    for (unsigned i = 0; machine != NULL && i < machine->controllers->len; i++) {
        const Controller *controller = g_ptr_array_index(machine->controllers, i);

        if (controller->index == index && strcmp(controller->type, type) == 0)
            return controller;
    }
    return NULL;
}

static const char *
find_alias(const HdMachine *machine, const char *type, unsigned index)
{
    const Controller *controller = find_controller(machine, type, index);

    return controller != NULL ? controller->alias : NULL;
}

static gboolean
has_type(const HdMachine *machine, const char *name)
{
    return machine != NULL && machine->type != NULL &&
           (strcmp(machine->type, name) == 0 ||
            (g_str_has_prefix(machine->type, name) && machine->type[strlen(name)] == '-'));
}

/* By its controller, else by the machine's type. */
static const char *
find_root_bus(const HdMachine *machine)
{
    const Controller *root = find_controller(machine, "pci", 0);

    if (root != NULL && g_strcmp0(root->model, "pcie-root") == 0)
        return "pcie.0";
    if (root != NULL && g_strcmp0(root->model, "pci-root") == 0)
        return "pci.0";
    if (has_type(machine, "q35") || has_type(machine, "pc-q35") || has_type(machine, "virt"))
        return "pcie.0";
    if (has_type(machine, "pc") || has_type(machine, "pseries") || hd_machine_has_ccw(machine))
        return "pci.0";
    return NULL;
}

char *
hd_machine_dup_pci_bus(const HdMachine *machine, unsigned bus)
{
    const char *alias = find_alias(machine, "pci", bus);

    if (bus == 0)
        return g_strdup(find_root_bus(machine));
    return alias != NULL ? g_strdup(alias) : g_strdup_printf("pci.%u", bus);
}

char *
hd_machine_dup_usb_bus(const HdMachine *machine, unsigned bus)
{
    const char *alias = find_alias(machine, "usb", bus);

    if (alias != NULL)
        return g_strconcat(alias, ".0", NULL);
    return bus == 0 ? g_strdup("usb.0") : g_strdup_printf("usb%u.0", bus);
}

char *
hd_machine_dup_scsi_bus(const HdMachine *machine, unsigned controller)
{
    const char *alias = find_alias(machine, "scsi", controller);

    return alias != NULL ? g_strconcat(alias, ".0", NULL) : g_strdup_printf("scsi%u.0", controller);
}

gboolean
hd_machine_is_narrow_scsi(const HdMachine *machine, unsigned controller)
{
    static const char *const narrow[] = {"lsilogic", "ncr53c90", "dc390", "am53c974", NULL};
    const Controller *found = find_controller(machine, "scsi", controller);

    return found != NULL && found->model != NULL && g_strv_contains(narrow, found->model);
}

gboolean
hd_machine_has_ccw(const HdMachine *machine)
{
    return has_type(machine, "s390-ccw-virtio") || has_type(machine, "s390-ccw");
}
