/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties that hold for every device of every host, on generated hosts.
 */
#include <hostdev/verdict.h>
#include <string.h>

#include "verdict/rules.h"

typedef struct {
    const char *functions;
    const char *seed;
    const char *groups;
    gboolean has_iommu;
} Shape;

static const Shape shapes[] = {
    {"64", "1", "mixed", TRUE}, {"64", "2", "none", TRUE},   {"64", "3", "acs", TRUE},
    {"97", "4", "mixed", TRUE}, {"97", "5", "mixed", FALSE}, {"256", "6", "none", TRUE},
};

typedef struct {
    char *folder;
    HdHost *host;
    const HdDevice *const *devices;
    unsigned n_devices;
} Fixture;

static void
run_program(const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *message = NULL;
    int status;

    g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &message,
                 &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, &error))
        g_test_message("%s", message);
    g_assert_no_error(error);
}

/* Thousands of small files: in memory where the machine has a place for that. */
static char *
make_folder(void)
{
    char *folder = g_strdup("/dev/shm/hostdev-verdict-XXXXXX");

    if (g_mkdtemp(folder) != NULL)
        return folder;
    g_free(folder);
    folder = g_dir_make_tmp("hostdev-verdict-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    const Shape *shape = data;
    g_autofree char *program = g_test_build_filename(G_TEST_DIST, "support", "make-host", NULL);
    g_autofree char *temporary = make_folder();
    g_autofree char *out = g_build_filename(temporary, "host", NULL);
    g_autoptr(GError) error = NULL;
    const char *argv[] = {program,       "--functions", shape->functions,
                          "--seed",      shape->seed,   "--groups",
                          shape->groups, out,           shape->has_iommu ? NULL : "--no-iommu",
                          NULL};

    run_program(argv);
    fixture->folder = g_steal_pointer(&temporary);
    fixture->host = hd_host_new_for_path(out, HD_HOST_LOAD_BASIC, &error);
    g_assert_no_error(error);
    fixture->devices = hd_host_get_devices(fixture->host, &fixture->n_devices);
    g_assert_cmpuint(fixture->n_devices, >=, 64);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    const char *argv[] = {"rm", "-r", fixture->folder, NULL};

    run_program(argv);
    hd_host_unref(fixture->host);
    g_free(fixture->folder);
}

static gboolean
contains(const HdDevice *const *list, unsigned length, const HdDevice *device)
{
    for (unsigned i = 0; i < length; i++) {
        if (list[i] == device)
            return TRUE;
    }
    return FALSE;
}

/* The affected set by its definition: grown until nothing more belongs to it. */
static GHashTable *
find_affected_slowly(const Fixture *fixture, const HdDevice *device)
{
    GHashTable *set = g_hash_table_new(NULL, NULL);
    int group = hd_device_get_iommu_group(device);
    unsigned size_before;

    g_hash_table_add(set, (gpointer) device);
    for (unsigned i = 0; group >= 0 && i < fixture->n_devices; i++) {
        if (hd_device_get_own_iommu_group(fixture->devices[i]) == group)
            g_hash_table_add(set, (gpointer) fixture->devices[i]);
    }
    do {
        size_before = g_hash_table_size(set);
        for (unsigned i = 0; i < fixture->n_devices; i++) {
            const HdDevice *other = fixture->devices[i];
            const HdPciFacts *pci = hd_device_get_pci(other);

            if (g_hash_table_contains(set, hd_device_get_parent(other)) ||
                (pci != NULL && pci->physfn != NULL && g_hash_table_contains(set, pci->physfn)))
                g_hash_table_add(set, (gpointer) other);
        }
    } while (g_hash_table_size(set) > size_before);
    g_hash_table_remove(set, device);
    return set;
}

static void
check_affected(const Fixture *fixture, const HdDevice *device, const HdVerdict *verdict)
{
    g_autoptr(GHashTable) expected = find_affected_slowly(fixture, device);
    unsigned n_affected;
    const HdDevice *const *affected = hd_verdict_get_affected(verdict, &n_affected);

    g_assert_cmpuint(n_affected, ==, g_hash_table_size(expected));
    for (unsigned i = 0; i < n_affected; i++) {
        g_assert_true(g_hash_table_contains(expected, affected[i]));
        if (i > 0)
            g_assert_cmpstr(hd_device_get_name(affected[i - 1]), <,
                            hd_device_get_name(affected[i]));
    }
}

static void
check_virtual_functions(const HdDevice *device, const HdVerdict *verdict)
{
    const HdPciFacts *pci = hd_device_get_pci(device);
    unsigned n_affected;
    const HdDevice *const *affected = hd_verdict_get_affected(verdict, &n_affected);

    for (unsigned i = 0; pci != NULL && i < pci->n_vfs; i++)
        g_assert_true(contains(affected, n_affected, pci->vfs[i]));
}

static void
check_companions(const HdDevice *device, const HdVerdict *verdict)
{
    unsigned n_affected;
    unsigned n_companions;
    const HdDevice *const *affected = hd_verdict_get_affected(verdict, &n_affected);
    const HdDevice *const *companions = hd_verdict_get_companions(verdict, &n_companions);

    for (unsigned i = 0; i < n_companions; i++) {
        g_assert_true(companions[i] != device);
        g_assert_true(contains(affected, n_affected, companions[i]));
        g_assert_true(hd_device_is_eligible(companions[i], NULL));
        g_assert_cmpint(hd_device_get_kind(companions[i]), ==, HD_KIND_PCI);
        g_assert_cmpint(hd_device_get_own_iommu_group(companions[i]), ==,
                        hd_device_get_own_iommu_group(device));
    }
}

static void
check_reasons(const HdDevice *device, const HdVerdict *verdict)
{
    unsigned n_reasons;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);
    gboolean has_property = FALSE;

    g_assert_true(hd_verdict_is_eligible(verdict) == hd_device_is_eligible(device, NULL));
    g_assert_true(hd_verdict_is_assignable(verdict) == (n_reasons == 0));
    for (unsigned i = 0; i < n_reasons; i++) {
        g_assert_nonnull(strstr(reasons[i].message, hd_device_get_name(reasons[i].device)));
        has_property |= !reasons[i].is_obstacle;
    }
    g_assert_true(has_property == !hd_verdict_is_eligible(verdict));
}

static void
check_every_device(const Fixture *fixture)
{
    for (unsigned i = 0; i < fixture->n_devices; i++) {
        const HdDevice *device = fixture->devices[i];
        g_autoptr(HdVerdict) verdict = hd_verdict_new(fixture->host, device, NULL);

        check_affected(fixture, device, verdict);
        check_virtual_functions(device, verdict);
        check_companions(device, verdict);
        check_reasons(device, verdict);
    }
}

/* Whichever member of a group goes, the same devices are concerned. */
static void
check_groups_are_symmetric(const Fixture *fixture, const Shape *shape)
{
    unsigned n_groups;
    unsigned n_shared = 0;
    const int *groups = hd_host_get_iommu_groups(fixture->host, &n_groups);

    g_assert_true((n_groups > 0) == shape->has_iommu);
    for (unsigned i = 0; i < n_groups; i++) {
        unsigned n_members;
        const HdDevice *const *members = hd_host_get_group_devices(fixture->host, groups[i],
                                                                   &n_members);
        g_autoptr(HdVerdict) first = hd_verdict_new(fixture->host, members[0], NULL);
        unsigned n_first;
        hd_verdict_get_affected(first, &n_first);

        n_shared += n_members > 1;
        for (unsigned j = 1; j < n_members; j++) {
            g_autoptr(HdVerdict) other = hd_verdict_new(fixture->host, members[j], NULL);
            unsigned n_other;
            const HdDevice *const *affected = hd_verdict_get_affected(other, &n_other);

            g_assert_cmpuint(n_first, ==, n_other);
            g_assert_true(contains(affected, n_other, members[0]));
        }
    }
    g_assert_true((n_shared > 0) == shape->has_iommu);
}

static void
check_policy(const Fixture *fixture)
{
    const char *exclude[] = {"class:01", NULL};
    HdPolicy policy = {.exclude = exclude};
    unsigned n_excluded = 0;

    for (unsigned i = 0; i < fixture->n_devices; i++) {
        const HdPciFacts *pci = hd_device_get_pci(fixture->devices[i]);
        gboolean is_storage = pci != NULL && pci->class_code >> 16 == 1;

        n_excluded += is_storage;
        if (is_storage)
            g_assert_false(hd_device_is_eligible(fixture->devices[i], &policy));
        else
            g_assert_true(hd_device_is_eligible(fixture->devices[i], &policy) ==
                          hd_device_is_eligible(fixture->devices[i], NULL));
    }
    g_assert_cmpuint(n_excluded, >, 0);
}

/* One host for all, since making it is what takes the time. */
static void
test_host(Fixture *fixture, gconstpointer data)
{
    check_every_device(fixture);
    check_groups_are_symmetric(fixture, data);
    check_policy(fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const Shape *shape = &shapes[i];
        g_autofree char *path = g_strdup_printf("/verdict/generated/%s-%s-%s%s", shape->functions,
                                                shape->seed, shape->groups,
                                                shape->has_iommu ? "" : "-no-iommu");

        g_test_add(path, Fixture, shape, set_up, test_host, tear_down);
    }
    return g_test_run();
}
