/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of all host devices over libvirt's node device API: list, XML of each, libxml2. Prints
 * lines as hostbench does; the CPU time of the daemon is counted in when its process id is given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libxml/parser.h>

#include "stopwatch.h"

#define USAGE "usage: nodedevbench URI ROUNDS DAEMON_PID\n"
/* Fields of /proc/PID/stat behind the command's closing bracket: utime and stime. */
#define FIELD_UTIME 12
#define FIELD_STIME 13
#define NS_IN_S G_GINT64_CONSTANT(1000000000)

/* CPU time of another process in nanoseconds, as fine as the kernel's tick. */
static gint64
read_cpu_ns(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, "stat", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) fields = NULL;
    const char *end;
    guint64 user = 0;
    guint64 kernel = 0;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    end = strrchr(text, ')');
    fields = end != NULL ? g_strsplit(end + 1, " ", -1) : NULL;
    if (fields == NULL || g_strv_length(fields) <= FIELD_STIME)
        return 0;
    g_ascii_string_to_unsigned(fields[FIELD_UTIME], 10, 0, G_MAXINT64, &user, NULL);
    g_ascii_string_to_unsigned(fields[FIELD_STIME], 10, 0, G_MAXINT64, &kernel, NULL);
    return (gint64) (user + kernel) * (NS_IN_S / sysconf(_SC_CLK_TCK));
}

/* Reads the XML of all devices; returns how many there are, -1 on failure. */
static int
read_all(virConnectPtr connection)
{
    virNodeDevicePtr *devices = NULL;
    int n = virConnectListAllNodeDevices(connection, &devices, 0);

    for (int i = 0; i < n; i++) {
        char *xml = virNodeDeviceGetXMLDesc(devices[i], 0);

        if (xml != NULL)
            xmlFreeDoc(xmlReadMemory(xml, (int) strlen(xml), NULL, NULL, XML_PARSE_NONET));
        free(xml);
        virNodeDeviceFree(devices[i]);
    }
    free(devices);
    return n;
}

/* The daemon answers before its first scan is complete: waits until the count stands still. */
static int
wait_until_complete(virConnectPtr connection)
{
    int last = -1;
    int n = virNodeNumOfDevices(connection, NULL, 0);

    while (n != last) {
        last = n;
        g_usleep(G_USEC_PER_SEC);
        n = virNodeNumOfDevices(connection, NULL, 0);
    }
    return n;
}

int
main(int argc, char **argv)
{
    g_autoptr(GArray) laps = g_array_new(FALSE, FALSE, sizeof(Lap));
    virConnectPtr connection;
    guint64 rounds;
    int n = 0;

    if (argc != 4 || !g_ascii_string_to_unsigned(argv[2], 10, 1, 1000, &rounds, NULL)) {
        fprintf(stderr, USAGE);
        return 2;
    }
    connection = virConnectOpen(argv[1]);
    if (connection == NULL)
        return EXIT_FAILURE;
    n = wait_until_complete(connection);
    for (guint64 i = 0; i < rounds && n > 0; i++) {
        gint64 daemon_ns = read_cpu_ns(argv[3]);
        Lap start = stopwatch_now();
        Lap lap;

        n = read_all(connection);
        lap = stopwatch_since(&start);
        lap.cpu_ns += read_cpu_ns(argv[3]) - daemon_ns;
        g_array_append_val(laps, lap);
    }
    virConnectClose(connection);
    if (n <= 0)
        return EXIT_FAILURE;
    stopwatch_print("libvirt", laps, 1);
    printf("libvirt-devices %d %d 1\n", n, n);
    return EXIT_SUCCESS;
}
