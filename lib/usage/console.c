/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The host's own display, consoles and keyboards.
 */
#include <string.h>

#include "inventory/snapshot.h"
#include "usage/scan.h"

#define GRAPHICS "sys/class/graphics"
#define CONSOLES "sys/class/vtconsole"

static const HdDevice *
find_boot_display(const HdHost *host)
{
    unsigned n;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);

    for (unsigned i = 0; i < n; i++) {
        const HdPciFacts *pci = hd_device_get_pci(devices[i]);

        if (pci != NULL && pci->boot_vga == 1)
            return devices[i];
    }
    return NULL;
}

static void
tell_boot_display(HdScan *scan, const HdDevice *device)
{
    g_autofree char *terminal = hd_usage_read(scan->tree, "sys/devices/virtual/tty/tty0", "active");
    g_autofree char *text = g_strdup_printf(
        "the display that the firmware booted on%s%s%s", terminal != NULL ? " (" : "",
        terminal != NULL ? terminal : "", terminal != NULL ? " is on it)" : "");
    const char *const head[] = {"boot display", NULL};
    HdUse use = {.kind = HD_USE_BOOT_DISPLAY, .severity = HD_USE_BLOCKS, .device = device};

    use.subject = text;
    hd_uses_add(scan->uses, &use, head);
}

/* Whether the kernel draws its console into a framebuffer. */
static gboolean
is_console_drawn(HdTree *tree)
{
    g_auto(GStrv) names = hd_tree_list(tree, CONSOLES);

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++) {
        g_autofree char *folder = hd_usage_read_link(tree, CONSOLES, names[i]);
        g_autofree char *name = folder != NULL ? hd_usage_read(tree, folder, "name") : NULL;
        g_autofree char *bind = folder != NULL ? hd_usage_read(tree, folder, "bind") : NULL;

        if (name != NULL && strstr(name, "frame buffer") != NULL && g_strcmp0(bind, "1") == 0)
            return TRUE;
    }
    return FALSE;
}

/* A framebuffer of the firmware may hang off no device; then it is the boot display's. */
static void
tell_framebuffer(HdScan *scan, const char *name, const HdDevice *boot_display, gboolean is_drawn)
{
    g_autofree char *folder = hd_usage_read_link(scan->tree, GRAPHICS, name);
    g_autofree char *driver = folder != NULL ? hd_usage_read(scan->tree, folder, "name") : NULL;
    const HdDevice *device = hd_usage_find_class(scan, GRAPHICS, name);
    /* the console is on the first one */
    gboolean is_console = is_drawn && strcmp(name, "fb0") == 0;
    g_autofree char *text = g_strdup_printf(
        "%s%s%s%s%s", is_console ? "console on " : "", name, driver != NULL ? " (" : "",
        driver != NULL ? driver : "", driver != NULL ? ")" : "");
    const char *const head[] = {name, NULL};
    HdUse use = {.kind = HD_USE_FRAMEBUFFER, .subject = text};

    use.device = device != NULL ? device : boot_display;
    use.severity = is_console ? HD_USE_BLOCKS : HD_USE_INFORMS;
    if (use.device != NULL)
        hd_uses_add(scan->uses, &use, head);
}

static void
tell_framebuffers(HdScan *scan, const HdDevice *boot_display)
{
    g_auto(GStrv) names = hd_tree_list(scan->tree, GRAPHICS);
    gboolean is_drawn = is_console_drawn(scan->tree);

    for (unsigned i = 0; names != NULL && names[i] != NULL; i++)
        if (g_str_has_prefix(names[i], "fb") && g_ascii_isdigit(names[i][2]))
            tell_framebuffer(scan, names[i], boot_display, is_drawn);
}

/* "ttyS4                -W- (EC p a)    4:68" */
static void
tell_console(HdScan *scan, const char *line)
{
    g_autofree char *name = g_strndup(line, strcspn(line, " \n"));
    g_autofree char *text = g_strdup_printf("console of the kernel on /dev/%s", name);
    const char *const head[] = {text, NULL};
    HdUse use = {.kind = HD_USE_CONSOLE, .severity = HD_USE_BLOCKS, .subject = text};

    use.device = hd_usage_find_class(scan, "sys/class/tty", name);
    if (use.device != NULL)
        hd_uses_add(scan->uses, &use, head);
}

static void
tell_consoles(HdScan *scan)
{
    g_autofree char *text = hd_usage_read(scan->tree, "proc", "consoles");

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        tell_console(scan, line);
    }
}

/* The rest of the line that begins so, NULL when the block has none. */
static char *
dup_line(const char *block, const char *begin)
{
    const char *line = block;

    while (line != NULL && !g_str_has_prefix(line, begin)) {
        line = strchr(line, '\n');
        line += line != NULL;
    }
    if (line == NULL)
        return NULL;
    line += strlen(begin);
    return g_strndup(line, strcspn(line, "\n"));
}

/* Keyboards are what the kernel's key combinations listen to. */
static void
tell_input(HdScan *scan, const char *block)
{
    g_autofree char *handlers = dup_line(block, "H: Handlers=");
    g_autofree char *path = dup_line(block, "S: Sysfs=/");
    g_autofree char *name = dup_line(block, "N: Name=");
    g_autofree char *text = NULL;
    HdUse use = {.kind = HD_USE_CONSOLE_INPUT, .severity = HD_USE_INFORMS};

    if (handlers == NULL || path == NULL || strstr(handlers, "sysrq") == NULL)
        return;
    use.device = hd_host_find_nearest(scan->host, path);
    if (use.device == NULL)
        return;
    text = g_strdup_printf("keyboard %s", name != NULL ? name : "without a name");
    use.subject = text;
    g_autofree char *shown = hd_usage_dup_text(text);
    const char *const head[] = {shown, NULL};
    hd_uses_add(scan->uses, &use, head);
}

static void
tell_inputs(HdScan *scan)
{
    g_autofree char *text = hd_usage_read_long(scan, "proc/bus/input/devices");
    char *block = text;

    while (block != NULL && *block != '\0') {
        char *end = strstr(block, "\n\n");

        if (end != NULL)
            *end = '\0';
        tell_input(scan, block);
        block = end != NULL ? end + 2 : NULL;
    }
}

void
hd_scan_console(HdScan *scan)
{
    const HdDevice *boot_display = find_boot_display(scan->host);

    if (boot_display != NULL)
        tell_boot_display(scan, boot_display);
    tell_framebuffers(scan, boot_display);
    tell_consoles(scan);
    tell_inputs(scan);
}
