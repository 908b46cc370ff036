/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which VM holds what.
 */
#include <string.h>

#include "assign/holders.h"
#include "base/error.h"
#include "fixture.h"

static void
test_lookup(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdHolders) holders = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    unsigned n_holders;

    g_assert_no_error(error);
    const HdHolder *const *list = hd_holders_lookup(holders, hd_host_find(fixture->host, HELD),
                                                    &n_holders);
    g_assert_cmpuint(n_holders, ==, 1);
    g_assert_cmpstr(list[0]->vm, ==, "other");
    g_assert_cmpstr(list[0]->guest_address, ==, "0000:01:00.0");
    g_assert_cmpint(list[0]->state, ==, HD_VM_RUNNING);
    g_assert_true(list[0]->is_live);
    g_assert_true(list[0]->is_config);
    g_assert_null(hd_holders_lookup(holders, hd_host_find(fixture->host, NIC), &n_holders));
    g_assert_cmpuint(n_holders, ==, 0);
}

static void
test_devices_of_vm(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {NIC, ALONE, NULL};
    static const char *const expected[] = {NIC, DISK, BARE, ALONE};
    g_autoptr(GError) error = NULL;

    fixture_do(fixture, TRUE, "off", names, 0);
    g_autoptr(HdHolders) holders = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) devices = hd_holders_list_devices(holders, "off");
    g_autoptr(GPtrArray) nothing = hd_holders_list_devices(holders, "nobody");
    g_assert_cmpuint(nothing->len, ==, 0);
    g_assert_cmpuint(devices->len, ==, G_N_ELEMENTS(expected));
    for (unsigned i = 0; i < devices->len; i++)
        g_assert_cmpstr(hd_device_get_name(g_ptr_array_index(devices, i)), ==, expected[i]);
}

/* A VM that does not run holds what is in its configuration: it would fail to start. */
static void
test_stored_hold_counts(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;

    fixture_do(fixture, TRUE, "off", names, 0);
    g_autoptr(HdHolders) holders = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    const HdHolder *holder = hd_holders_find_other(holders, hd_host_find(fixture->host, ALONE),
                                                   NULL);
    g_assert_no_error(error);
    g_assert_nonnull(holder);
    g_assert_false(holder->is_live);
    g_assert_true(holder->is_config);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", names, 0, &error);
    g_assert_null(plan);
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
}

/* One definition that nobody can read is told, and the others are served. */
static void
test_odd_definition_is_told(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    unsigned n_holders;

    fault_vm_define_live(fixture->vms, "runs",
                         "<hostdev mode='subsystem' type='pci'><source><address domain='x' "
                         "bus='0' slot='0' function='0'/></source></hostdev>");
    g_autoptr(HdHolders) holders = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    g_assert_no_error(error);
    const char *const *notes = hd_holders_get_notes(holders);
    g_assert_nonnull(notes[0]);
    g_assert_nonnull(strstr(notes[0], "'runs'"));
    g_assert_null(notes[1]);
    hd_holders_lookup(holders, hd_host_find(fixture->host, HELD), &n_holders);
    g_assert_cmpuint(n_holders, ==, 1);
}

/* A group belongs to one VM, through whichever of its members. */
static void
test_group_of_another_vm(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {SATA, NULL};
    g_autoptr(GError) error = NULL;

    fault_vm_define_live(fixture->vms, "other",
                         "<hostdev mode='subsystem' type='pci' managed='yes'><source><address "
                         "domain='0' bus='0' slot='0x1f' function='0'/></source></hostdev>");
    g_autoptr(HdPlan)
        plan = fixture_plan(fixture, TRUE, "runs", names, HD_PLAN_RELEASE_GROUP, &error);
    g_assert_null(plan);
    g_assert_error(error, HD_ERROR, HD_ERROR_BUSY);
    g_assert_nonnull(strstr(error->message, LPC));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_add("/holders/lookup", test_lookup);
    fixture_add("/holders/vm", test_devices_of_vm);
    fixture_add("/holders/stored", test_stored_hold_counts);
    fixture_add("/holders/odd-definition", test_odd_definition_is_told);
    fixture_add("/holders/group", test_group_of_another_vm);
    return g_test_run();
}
