/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Device nodes that processes have open. The kernel's name of a node, which a link in a process's
 * folder shows, leads to the device through the node's class.
 */
#include <string.h>

#include "base/parse.h"
#include "inventory/text.h"
#include "usage/stack.h"

typedef struct {
    const char *prefix; /* of the node's path */
    const char *folder; /* of its class */
    HdUseKind kind;
    HdUseSeverity severity;
} NodeClass;

/* The first that fits counts. */
static const NodeClass classes[] = {
    {"/dev/dri/", "sys/class/drm", HD_USE_DRM_CLIENT, HD_USE_BLOCKS},
    {"/dev/accel/", "sys/class/accel", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/vfio/devices/", "sys/class/vfio-dev", HD_USE_VFIO, HD_USE_INFORMS},
    {"/dev/input/", "sys/class/input", HD_USE_OPEN_NODE, HD_USE_INFORMS},
    {"/dev/snd/", "sys/class/sound", HD_USE_OPEN_NODE, HD_USE_INFORMS},
    {"/dev/hidraw", "sys/class/hidraw", HD_USE_OPEN_NODE, HD_USE_INFORMS},
    {"/dev/usb/hiddev", "sys/class/usbmisc", HD_USE_OPEN_NODE, HD_USE_INFORMS},
    {"/dev/sg", "sys/class/scsi_generic", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/bsg/", "sys/class/bsg", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/nst", "sys/class/scsi_tape", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/st", "sys/class/scsi_tape", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/nvme", "sys/class/nvme", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/ng", "sys/class/nvme-generic", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/fb", "sys/class/graphics", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/tty", "sys/class/tty", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/video", "sys/class/video4linux", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/infiniband/uverbs", "sys/class/infiniband_verbs", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/infiniband/umad", "sys/class/infiniband_mad", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/ptp", "sys/class/ptp", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/watchdog", "sys/class/watchdog", HD_USE_OPEN_NODE, HD_USE_BLOCKS},
    {"/dev/mei", "sys/class/mei", HD_USE_OPEN_NODE, HD_USE_INFORMS},
};

/* What a node leads to. */
typedef struct {
    HdUseKind kind;
    HdUseSeverity severity;
    HdStackNode *block;
    GPtrArray *devices;
} Meaning;

/* What is learned once for all nodes. */
typedef struct {
    HdScan *scan;
    GHashTable *meanings;    /* text: Meaning */
    GHashTable *usb_devices; /* bus << 16 | number: HdDevice */
} Reader;

static void
meaning_free(gpointer data)
{
    Meaning *meaning = data;

    g_ptr_array_unref(meaning->devices);
    g_free(meaning);
}

static void
find_in_class(HdScan *scan, const char *node, Meaning *meaning)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(classes); i++) {
        const HdDevice *device;

        if (!g_str_has_prefix(node, classes[i].prefix))
            continue;
        device = hd_usage_find_class(scan, classes[i].folder, hd_text_basename(node));
        if (device == NULL)
            continue;
        meaning->kind = classes[i].kind;
        meaning->severity = classes[i].severity;
        g_ptr_array_add(meaning->devices, (gpointer) device);
        return;
    }
}

static GHashTable *
index_usb_devices(const HdHost *host)
{
    GHashTable *table = g_hash_table_new(NULL, NULL);
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    for (unsigned i = 0; i < n; i++) {
        const HdUsbFacts *usb = hd_device_get_usb(devices[i]);

        if (usb != NULL && usb->bus > 0 && usb->devnum > 0)
            g_hash_table_insert(table, GINT_TO_POINTER(usb->bus << 16 | usb->devnum),
                                (gpointer) devices[i]);
    }
    return table;
}

/* "/dev/bus/usb/001/013" */
static gboolean
find_usb(Reader *reader, const char *node, Meaning *meaning)
{
    guint64 numbers[2];
    gpointer device;

    if (!g_str_has_prefix(node, "/dev/bus/usb/") ||
        !hd_text_numbers(node + strlen("/dev/bus/usb/"), '/', 10, 0x7fff, 2, numbers))
        return FALSE;
    if (reader->usb_devices == NULL)
        reader->usb_devices = index_usb_devices(reader->scan->host);
    device = g_hash_table_lookup(reader->usb_devices,
                                 GINT_TO_POINTER((int) (numbers[0] << 16 | numbers[1])));
    meaning->kind = HD_USE_USBFS;
    meaning->severity = HD_USE_BLOCKS;
    if (device != NULL)
        g_ptr_array_add(meaning->devices, device);
    return TRUE;
}

/* "/dev/vfio/12": all members of the group */
static gboolean
find_group(HdScan *scan, const char *node, Meaning *meaning)
{
    guint64 group;
    unsigned n = 0;
    const HdDevice *const *devices;

    if (!g_str_has_prefix(node, "/dev/vfio/") ||
        !hd_parse_uint(node + strlen("/dev/vfio/"), 10, G_MAXINT, &group))
        return FALSE;
    devices = hd_host_get_group_devices(scan->host, (int) group, &n);
    meaning->kind = HD_USE_VFIO;
    meaning->severity = HD_USE_INFORMS;
    for (unsigned i = 0; devices != NULL && i < n; i++)
        if (g_strcmp0(hd_device_get_driver(devices[i]), "pcieport") != 0)
            g_ptr_array_add(meaning->devices, (gpointer) devices[i]);
    return TRUE;
}

static void
add_nvidia(HdScan *scan, const char *name, const char *minor, Meaning *meaning)
{
    g_autofree char *folder = g_strconcat("proc/driver/nvidia/gpus/", name, NULL);
    g_autofree char *text = hd_usage_read(scan->tree, folder, "information");
    const char *line = text != NULL ? strstr(text, "Device Minor:") : NULL;
    HdPciAddress address;
    const HdDevice *device;

    if (line == NULL || !hd_pci_address_parse(name, &address, NULL))
        return;
    line += strlen("Device Minor:");
    line += strspn(line, " \t");
    if (strcspn(line, "\n") != strlen(minor) || !g_str_has_prefix(line, minor))
        return;
    device = hd_host_find_pci(scan->host, &address);
    if (device != NULL)
        g_ptr_array_add(meaning->devices, (gpointer) device);
}

/* "/dev/nvidia0" belongs to no class; its driver tells which is whose. */
static gboolean
find_nvidia(HdScan *scan, const char *node, Meaning *meaning)
{
    const char *minor = node + strlen("/dev/nvidia");
    g_auto(GStrv) names = NULL;

    if (!g_str_has_prefix(node, "/dev/nvidia") || !g_ascii_isdigit(*minor))
        return FALSE;
    names = hd_tree_list(scan->tree, "proc/driver/nvidia/gpus");
    for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
        add_nvidia(scan, names[i], minor, meaning);
    return TRUE;
}

static Meaning *
find_meaning(Reader *reader, const char *node)
{
    Meaning *meaning = g_new0(Meaning, 1);

    meaning->kind = HD_USE_OPEN_NODE;
    meaning->severity = HD_USE_BLOCKS;
    meaning->devices = g_ptr_array_new();
    meaning->block = hd_stack_find_block(reader->scan->stack, node + strlen("/dev/"));
    if (meaning->block == NULL && !find_usb(reader, node, meaning) &&
        !find_group(reader->scan, node, meaning) && !find_nvidia(reader->scan, node, meaning))
        find_in_class(reader->scan, node, meaning);
    return meaning;
}

static void
tell_node(Reader *reader, const HdOpenNode *open_node)
{
    const Meaning *meaning = g_hash_table_lookup(reader->meanings, open_node->node);
    g_autofree char *process = NULL;
    g_autofree char *subject = NULL;
    HdUse use = {0};

    if (meaning->block == NULL && meaning->devices->len == 0)
        return;
    process = g_strdup_printf("process %s (pid %u)", open_node->process, open_node->pid);
    subject = g_strdup_printf("%s has %s open", process, open_node->node);
    use.kind = meaning->kind;
    use.severity = meaning->severity;
    use.subject = subject;
    if (meaning->block != NULL) {
        const char *const head[] = {process, NULL};

        hd_stack_add_use(reader->scan, meaning->block, &use, head);
    }
    for (unsigned i = 0; i < meaning->devices->len; i++) {
        g_autofree char *node = hd_usage_dup_text(open_node->node);
        const char *const head[] = {process, node, NULL};

        use.device = meaning->devices->pdata[i];
        hd_uses_add(reader->scan->uses, &use, head);
    }
}

void
hd_scan_nodes(HdScan *scan)
{
    g_autoptr(GHashTable)
        meanings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, meaning_free);
    Reader reader = {.scan = scan, .meanings = meanings};

    for (unsigned i = 0; i < scan->open_nodes->len; i++) {
        HdOpenNode *open_node = scan->open_nodes->pdata[i];

        if (!g_hash_table_contains(meanings, open_node->node))
            g_hash_table_insert(meanings, open_node->node, find_meaning(&reader, open_node->node));
        tell_node(&reader, open_node);
    }
    g_clear_pointer(&reader.usb_devices, g_hash_table_unref);
}
