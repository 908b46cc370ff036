/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Measures the library on one host tree. Prints a line for each operation: its name, the medians
 * of wall and CPU time for one unit in nanoseconds, and the number of units of a round.
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hostdev/host.h>
#include <hostdev/json.h>
#include <hostdev/verdict.h>

#include "floor.h"
#include "stopwatch.h"

#define QUERY_ROUNDS 200
#define WARM_UP_ROUNDS 1

typedef struct {
    const char *tree;
    int root_fd;
    HdHost *host;       /* what queries are asked of */
    HdHost *new_host;   /* what the last round made; freed outside the measured time */
    const char *card;   /* name of a member of a four-function card */
    const char *member; /* name of a member of the biggest group */
    FloorScript *script;
    HdJson *json;
} Bench;

/* Does one round and returns how many units it did, 0 on failure. */
typedef guint64 (*RoundFunc)(Bench *bench);

typedef struct {
    const char *name;
    RoundFunc run;
    gboolean needs_host;
} Operation;

static guint64
run_nothing(Bench *bench)
{
    return 1;
}

static guint64
run_floor(Bench *bench)
{
    return floor_read_list(bench->root_fd) > 0 ? 1 : 0;
}

static guint64
run_script(Bench *bench)
{
    if (bench->script == NULL)
        return 0;
    return floor_script_run(bench->script, bench->root_fd) > 0 ? 1 : 0;
}

static HdHost *
take_snapshot(const Bench *bench, HdHostFlags flags)
{
    g_autoptr(GError) error = NULL;
    HdHost *host = hd_host_new_for_path(bench->tree, flags, &error);

    if (host == NULL)
        fprintf(stderr, "hostbench: %s\n", error->message);
    return host;
}

static guint64
run_snapshot(Bench *bench)
{
    bench->new_host = take_snapshot(bench, HD_HOST_LOAD_BASIC);
    return bench->new_host != NULL ? 1 : 0;
}

static guint64
run_details(Bench *bench)
{
    bench->new_host = take_snapshot(bench, HD_HOST_LOAD_DETAILS);
    return bench->new_host != NULL ? 1 : 0;
}

static guint
count_eligible(const HdHost *host)
{
    unsigned n = 0;
    const HdDevice *const *devices = hd_host_get_devices(host, &n);
    guint n_eligible = 0;

    for (unsigned i = 0; i < n; i++)
        n_eligible += hd_device_is_eligible(devices[i], NULL) ? 1 : 0;
    return n_eligible;
}

static guint64
run_eligible(Bench *bench)
{
    return count_eligible(bench->host) > 0 ? 1 : 0;
}

static guint64
ask_affected(Bench *bench, const char *name)
{
    const HdDevice *device = name != NULL ? hd_host_find(bench->host, name) : NULL;

    if (device == NULL)
        return 0;
    for (guint i = 0; i < QUERY_ROUNDS; i++) {
        g_autoptr(HdVerdict) verdict = hd_verdict_new(bench->host, device, NULL);
        unsigned n = 0;

        hd_verdict_get_affected(verdict, &n);
    }
    return QUERY_ROUNDS;
}

static guint64
run_affected_card(Bench *bench)
{
    return ask_affected(bench, bench->card);
}

static guint64
run_affected_group(Bench *bench)
{
    return ask_affected(bench, bench->member);
}

/* What a caller without a snapshot pays: everything is read first. */
static guint64
run_affected_cold(Bench *bench)
{
    const HdDevice *device;

    if (run_snapshot(bench) == 0 || bench->card == NULL)
        return 0;
    device = hd_host_find(bench->new_host, bench->card);
    if (device == NULL)
        return 0;
    hd_verdict_free(hd_verdict_new(bench->new_host, device, NULL));
    return 1;
}

static guint64
run_find_name(Bench *bench)
{
    unsigned n = 0;
    const HdDevice *const *devices = hd_host_get_devices(bench->host, &n);
    guint64 found = 0;

    for (unsigned i = 0; i < n; i++)
        found += hd_host_find(bench->host, hd_device_get_name(devices[i])) == devices[i] ? 1 : 0;
    return found;
}

static guint64
run_find_address(Bench *bench)
{
    unsigned n = 0;
    const HdDevice *const *devices = hd_host_get_devices(bench->host, &n);
    guint64 found = 0;

    for (unsigned i = 0; i < n; i++) {
        const HdPciFacts *pci = hd_device_get_pci(devices[i]);

        if (pci != NULL)
            found += hd_host_find_pci(bench->host, &pci->address) == devices[i] ? 1 : 0;
    }
    return found;
}

static guint64
run_json(Bench *bench)
{
    unsigned n = 0;
    const HdDevice *const *devices = hd_host_get_devices(bench->host, &n);
    gsize length = 0;

    bench->json = hd_json_new();
    hd_json_open_array(bench->json, NULL);
    for (unsigned i = 0; i < n; i++)
        hd_json_add_device(bench->json, devices[i], NULL, NULL);
    hd_json_close_array(bench->json);
    return hd_json_peek(bench->json, &length) != NULL && length > 0 ? 1 : 0;
}

/* What a command that lists does: for runs of a whole process, beside lspci. */
static guint64
run_list(Bench *bench)
{
    unsigned n = 0;
    const HdDevice *const *devices;

    if (run_snapshot(bench) == 0)
        return 0;
    devices = hd_host_get_devices(bench->new_host, &n);
    for (unsigned i = 0; i < n; i++) {
        const HdPciFacts *pci = hd_device_get_pci(devices[i]);
        const char *driver = hd_device_get_driver(devices[i]);

        if (!hd_device_is_eligible(devices[i], NULL))
            continue;
        printf("%s %04x:%04x %s %d\n", hd_device_get_name(devices[i]),
               pci != NULL ? pci->vendor : 0u, pci != NULL ? pci->product : 0u,
               driver != NULL ? driver : "-", hd_device_get_iommu_group(devices[i]));
    }
    return 1;
}

static const Operation operations[] = {
    {"floor", run_floor, FALSE},
    {"floor-used", run_script, FALSE},
    {"snapshot", run_snapshot, FALSE},
    {"details", run_details, FALSE},
    {"affected-cold", run_affected_cold, FALSE},
    {"eligible", run_eligible, TRUE},
    {"affected-card", run_affected_card, TRUE},
    {"affected-group", run_affected_group, TRUE},
    {"find-name", run_find_name, TRUE},
    {"find-address", run_find_address, TRUE},
    {"json", run_json, TRUE},
};

/* These are asked for by name only. */
static const Operation processes[] = {
    {"nothing", run_nothing, FALSE},
    {"list", run_list, FALSE},
};

static void
free_round(Bench *bench)
{
    g_clear_pointer(&bench->new_host, hd_host_unref);
    g_clear_pointer(&bench->json, hd_json_free);
}

static void
measure(Bench *bench, const Operation *operation, guint rounds)
{
    g_autoptr(GArray) laps = g_array_new(FALSE, FALSE, sizeof(Lap));
    guint64 units = 0;

    for (guint i = 0; i < rounds + WARM_UP_ROUNDS; i++) {
        Lap start = stopwatch_now();
        Lap lap;

        units = operation->run(bench);
        lap = stopwatch_since(&start);
        free_round(bench);
        if (units == 0)
            return;
        if (i >= WARM_UP_ROUNDS)
            g_array_append_val(laps, lap);
    }
    stopwatch_print(operation->name, laps, units);
}

/* The greatest resident size of this process so far, in bytes. */
static guint64
read_peak_bytes(void)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    guint64 kilobytes = 0;

    if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL))
        return 0;
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        if (!g_str_has_prefix(lines[i], "VmHWM:"))
            continue;
        lines[i][strcspn(lines[i], "k")] = '\0';
        g_ascii_string_to_unsigned(g_strstrip(lines[i] + strlen("VmHWM:")), 10, 0, G_MAXUINT32,
                                   &kilobytes, NULL);
    }
    return kilobytes * 1024;
}

/* Prints "memory HELD PEAK DEVICES": bytes that a snapshot holds, and by how much taking it made
 * the process grow at most. */
static gboolean
measure_memory(const Bench *bench)
{
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    guint64 peak_before = read_peak_bytes();
    g_autoptr(HdHost) host = take_snapshot(bench, HD_HOST_LOAD_BASIC);
    unsigned n = 0;

    if (host == NULL)
        return FALSE;
    hd_host_get_devices(host, &n);
    printf("memory %zu %" G_GUINT64_FORMAT " %u\n",
           mallinfo2().uordblks + mallinfo2().hblkhd - before, read_peak_bytes() - peak_before, n);
    return TRUE;
}

static gboolean
run_once(Bench *bench, const char *name)
{
    const Operation *found = NULL;
    guint64 units;

    if (strcmp(name, "memory") == 0)
        return measure_memory(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(processes); i++) {
        if (strcmp(name, processes[i].name) == 0)
            found = &processes[i];
    }
    for (gsize i = 0; i < G_N_ELEMENTS(operations); i++) {
        if (strcmp(name, operations[i].name) == 0 && !operations[i].needs_host)
            found = &operations[i];
    }
    if (found == NULL) {
        fprintf(stderr, "hostbench: no operation '%s' that runs alone\n", name);
        return FALSE;
    }
    units = found->run(bench);
    free_round(bench);
    return units > 0;
}

static gboolean
run_all(Bench *bench, guint rounds)
{
    unsigned n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(operations); i++) {
        if (operations[i].needs_host && bench->host == NULL) {
            bench->host = take_snapshot(bench, HD_HOST_LOAD_BASIC);
            if (bench->host == NULL)
                return FALSE;
        }
        measure(bench, &operations[i], rounds);
    }
    hd_host_get_devices(bench->host, &n);
    printf("devices %u %u 1\n", n, count_eligible(bench->host));
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autofree char *once = NULL;
    g_autofree char *card = NULL;
    g_autofree char *member = NULL;
    g_autofree char *script = NULL;
    int rounds = 5;
    const GOptionEntry entries[] = {
        {"rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds of each operation", "N"},
        {"once", 0, 0, G_OPTION_ARG_STRING, &once, "Do one operation once, print no times", "NAME"},
        {"card", 0, 0, G_OPTION_ARG_STRING, &card, "A member of a four-function card", "DEVICE"},
        {"member", 0, 0, G_OPTION_ARG_STRING, &member, "A member of the biggest group", "DEVICE"},
        {"script", 0, 0, G_OPTION_ARG_FILENAME, &script, "What a snapshot reads", "FILE"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("TREE");
    g_autoptr(GError) error = NULL;
    g_autoptr(FloorScript) loaded = NULL;
    Bench bench = {.root_fd = -1};
    gboolean is_good;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || rounds < 1) {
        fprintf(stderr, "hostbench: %s\n", error != NULL ? error->message : "see --help");
        return 2;
    }
    if (script != NULL)
        loaded = floor_script_load(script, &error);
    bench.tree = argv[1];
    bench.root_fd = open(bench.tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (bench.root_fd < 0 || error != NULL) {
        fprintf(stderr, "hostbench: %s\n", error != NULL ? error->message : "cannot open the tree");
        return 1;
    }
    bench.card = card;
    bench.member = member;
    bench.script = loaded;
    is_good = once != NULL ? run_once(&bench, once) : run_all(&bench, (guint) rounds);
    hd_host_unref(bench.host);
    close(bench.root_fd);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
