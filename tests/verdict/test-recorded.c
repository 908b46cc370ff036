/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Verdicts on recorded hosts against answers that were worked out by hand (tests/hosts/README.md
 * tells the form of the .verdicts files).
 */
#include <hostdev/verdict.h>
#include <string.h>

#include "verdict/rules.h"

/* The answers of one file. */
typedef struct {
    GHashTable *verdicts; /* name to the words that follow it */
    GHashTable *affected; /* name to the names that follow it */
} Answers;

static Answers *
answers_new(const char *path)
{
    Answers *answers = g_new0(Answers, 1);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    answers->verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    answers->affected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        gboolean is_affected = g_str_has_prefix(lines[i], "affected ");
        const char *line = lines[i] + (is_affected ? strlen("affected ") : 0);
        g_auto(GStrv) words = g_strsplit(line, " ", 2);

        if (*line == '\0' || *line == '#')
            continue;
        g_hash_table_insert(is_affected ? answers->affected : answers->verdicts, g_strdup(words[0]),
                            g_strdup(words[1] != NULL ? words[1] : ""));
    }
    return answers;
}

static void
answers_free(Answers *answers)
{
    g_hash_table_unref(answers->verdicts);
    g_hash_table_unref(answers->affected);
    g_free(answers);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answers, answers_free)

/* "ok", or the reasons: an obstacle with the device that is its cause. */
static char *
describe(const HdVerdict *verdict, const HdDevice *device)
{
    unsigned n_reasons;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);
    GString *text = g_string_new(n_reasons == 0 ? "ok" : NULL);

    for (unsigned i = 0; i < n_reasons; i++) {
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", hd_reason_get_name(reasons[i].code));
        if (reasons[i].device != device)
            g_string_append_printf(text, "=%s", hd_device_get_name(reasons[i].device));
    }
    return g_string_free(text, FALSE);
}

static char *
describe_affected(const HdVerdict *verdict)
{
    unsigned n_affected;
    const HdDevice *const *affected = hd_verdict_get_affected(verdict, &n_affected);
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < n_affected; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", hd_device_get_name(affected[i]));
    return g_string_free(text, FALSE);
}

static void
check_device(HdHost *host, const HdDevice *device, const Answers *answers)
{
    const char *name = hd_device_get_name(device);
    g_autoptr(HdVerdict) verdict = hd_verdict_new(host, device, NULL);
    const char *expected = g_hash_table_lookup(answers->verdicts, name);
    const char *expected_affected = g_hash_table_lookup(answers->affected, name);
    g_autofree char *found = describe(verdict, device);
    g_autofree char *affected = describe_affected(verdict);
    g_autofree char *shown = g_strdup_printf("%s %s", name, found);
    g_autofree char *wanted = g_strdup_printf("%s %s", name, expected != NULL ? expected : "kind");

    g_assert_cmpstr(shown, ==, wanted);
    if (expected_affected != NULL)
        g_assert_cmpstr(affected, ==, expected_affected);
}

static void
check_all_named_exist(const HdHost *host, GHashTable *answers)
{
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, answers);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (hd_host_find(host, name) == NULL)
            g_test_fail_printf("the host has no device %s", (const char *) name);
    }
}

static void
test_host(gconstpointer data)
{
    g_autofree char *archive_name = g_strconcat(data, ".tar.gz", NULL);
    g_autofree char *answers_name = g_strconcat(data, ".verdicts", NULL);
    g_autofree char *archive = g_test_build_filename(G_TEST_DIST, "hosts", archive_name, NULL);
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "hosts", answers_name, NULL);
    g_autoptr(Answers) answers = answers_new(path);
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHost) host = hd_host_new_for_path(archive, HD_HOST_LOAD_BASIC, &error);
    unsigned n_devices;

    g_assert_no_error(error);
    const HdDevice *const *devices = hd_host_get_devices(host, &n_devices);
    for (unsigned i = 0; i < n_devices; i++)
        check_device(host, devices[i], answers);
    check_all_named_exist(host, answers->verdicts);
    check_all_named_exist(host, answers->affected);
}

int
main(int argc, char **argv)
{
    static const char *const hosts[] = {"cloud", "lab-vfs", "lab-groups", "lab-usb-scsi"};

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *path = g_strconcat("/verdict/recorded/", hosts[i], NULL);

        g_test_add_data_func(path, hosts[i], test_host);
    }
    return g_test_run();
}
