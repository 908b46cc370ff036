/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finding network interfaces below a PCI function.
 */
#include "host/interface.h"

#include <string.h>

#include "base/nic.h"
#include "host/write.h"

#define READ_TIMEOUT_MS 1000
/* A function with more interfaces is none that we know. */
#define MAX_INTERFACES 64

static char *
dup_folder(const HdPciAddress *address)
{
    char text[HD_PCI_ADDRESS_STRLEN];

    return g_strdup_printf("bus/pci/devices/%s/net", hd_pci_address_format(address, text));
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

char **
hd_interface_list(const char *root, const HdPciAddress *address)
{
    g_autofree char *folder = dup_folder(address);
    g_autofree char *path = g_build_filename(root, folder, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    GPtrArray *names = g_ptr_array_new();
    const char *name;

    while (dir != NULL && names->len < MAX_INTERFACES && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **) g_ptr_array_free(names, FALSE);
}

static char *
read_text(const char *root, const HdPciAddress *address, const char *interface, const char *name)
{
    g_autofree char *folder = dup_folder(address);
    g_autofree char *path = g_build_filename(folder, interface, name, NULL);
    char *text = hd_read_attribute(root, path, READ_TIMEOUT_MS);

    return text != NULL ? g_strchomp(text) : NULL;
}

char *
hd_interface_dup_own(const char *root,
                     const HdPciAddress *address,
                     guint8 ret_mac[6],
                     gboolean *ret_is_given)
{
    g_auto(GStrv) names = hd_interface_list(root, address);
    g_autofree char *mac = NULL;
    g_autofree char *type = NULL;

    if (names[0] == NULL)
        return NULL;
    mac = read_text(root, address, names[0], "address");
    type = read_text(root, address, names[0], "addr_assign_type");
    if (mac == NULL || !hd_mac_parse(mac, ret_mac))
        return NULL;
    *ret_is_given = g_strcmp0(type, "0") == 0;
    return g_strdup(names[0]);
}

/* "p1" and "p1s0" name port 1 (kernel, Documentation/networking/switchdev.rst). */
static gboolean
is_port_name(const char *text)
{
    return text != NULL && text[0] == 'p' && g_ascii_isdigit(text[1]);
}

static char *
find_port_name(const char *root, const HdPciAddress *pf, char **names)
{
    for (char **name = names; *name != NULL; name++) {
        g_autofree char *port = read_text(root, pf, *name, "phys_port_name");

        /* A representor of a virtual function is called pf0vf1. */
        if (is_port_name(port))
            return g_strdup(*name);
    }
    return NULL;
}

static char *
find_port_id(const char *root, const HdPciAddress *pf, char **names, const HdPciAddress *vf)
{
    g_auto(GStrv) own = hd_interface_list(root, vf);
    g_autofree char *wanted = own[0] != NULL ? read_text(root, vf, own[0], "phys_port_id") : NULL;

    if (wanted == NULL || *wanted == '\0')
        return NULL;
    for (char **name = names; *name != NULL; name++) {
        g_autofree char *id = read_text(root, pf, *name, "phys_port_id");

        if (g_strcmp0(id, wanted) == 0)
            return g_strdup(*name);
    }
    return NULL;
}

char *
hd_interface_dup_port(const char *root, const HdPciAddress *pf, const HdPciAddress *vf)
{
    g_auto(GStrv) names = hd_interface_list(root, pf);
    char *found;

    if (names[0] == NULL || names[1] == NULL)
        return g_strdup(names[0]);
    found = find_port_id(root, pf, names, vf);
    if (found == NULL)
        found = find_port_name(root, pf, names);
    return found != NULL ? found : g_strdup(names[0]);
}
