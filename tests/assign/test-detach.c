/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Planning and carrying out dismissals.
 */
#include <string.h>

#include "base/error.h"
#include "fixture.h"
#include "host/driver.h"

static void
assert_steps(const HdPlan *plan, const char *expected)
{
    g_autofree char *steps = fixture_describe_steps(plan);

    g_assert_cmpstr(steps, ==, expected);
}

static void
test_not_held(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "runs", names, 0, &error);

    g_assert_null(plan);
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_assert_cmpstr(hd_error_get_device(error), ==, ALONE);
}

/* There and back again leaves nothing behind, for every scope. */
static void
test_round_trips(Fixture *fixture, gconstpointer unused)
{
    static const HdPlanFlags scopes[] = {HD_PLAN_DEFAULT, HD_PLAN_LIVE, HD_PLAN_CONFIG};
    static const char *const devices[] = {ALONE, NIC};
    g_autofree char *before = fixture_describe(fixture);

    for (gsize i = 0; i < G_N_ELEMENTS(scopes) * G_N_ELEMENTS(devices); i++) {
        const char *names[] = {devices[i % G_N_ELEMENTS(devices)], NULL};
        HdPlanFlags scope = scopes[i / G_N_ELEMENTS(devices)];

        fixture_do(fixture, TRUE, "runs", names, scope);
        g_autofree char *between = fixture_describe(fixture);
        g_assert_cmpstr(before, !=, between);
        fixture_do(fixture, FALSE, "runs", names, scope);
        g_autofree char *after = fixture_describe(fixture);
        g_assert_cmpstr(before, ==, after);
    }
}

static void
test_whole_group_comes_back(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {NIC, NULL};
    const char *other_name[] = {BARE, NULL};
    g_autoptr(GError) error = NULL;

    fixture_do(fixture, TRUE, "runs", names, 0);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "runs", other_name, 0, &error);
    g_assert_no_error(error);
    assert_steps(plan, "write-config detach-live:" BARE " detach-live:" NIC " detach-live:" DISK
                       " return:" BARE " return:" NIC " return:" DISK);
}

static void
test_live_only_keeps_config(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;

    fixture_do(fixture, TRUE, "runs", names, 0);
    fixture_do(fixture, FALSE, "runs", names, HD_PLAN_LIVE);
    g_autofree char *driver = fake_host_dup_driver(fixture->fake, "0000:00:07.0");
    g_assert_cmpstr(driver, ==, "igbvf");
    g_autoptr(HdPlan) live = fixture_plan(fixture, FALSE, "runs", names, HD_PLAN_LIVE, &error);
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_assert_null(live);
    g_clear_error(&error);
    g_autoptr(HdPlan) rest = fixture_plan(fixture, FALSE, "runs", names, 0, &error);
    g_assert_no_error(error);
    assert_steps(rest, "write-config");
}

static void
count_waits(const HdPlan *plan,
            unsigned step,
            HdPlanProgress progress,
            const char *detail,
            gpointer user_data)
{
    unsigned *n_waits = user_data;

    *n_waits += progress == HD_PLAN_STEP_WAITING;
}

static void
test_mute_guest(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;
    unsigned n_waits = 0;

    fixture_do(fixture, TRUE, "runs", names, 0);
    fault_vm_mute_guest(fixture->vms);
    g_autofree char *before = fixture_describe(fixture);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "runs", names, 0, &error);
    g_assert_no_error(error);
    g_assert_false(hd_plan_run(plan, count_waits, &n_waits, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_TIMEOUT);
    g_assert_cmpstr(hd_error_get_device(error), ==, ALONE);
    g_assert_nonnull(strstr(error->message, "the request stays open"));
    g_assert_null(strstr(error->message, "everything is as before"));
    g_assert_cmpuint(n_waits, ==, 1);
    g_autofree char *after = fixture_describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

/* A device that was pulled out while its VM had it cannot be given back to a driver. */
static void
test_pulled_device(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;

    fixture_do(fixture, TRUE, "runs", names, 0);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "runs", names, 0, &error);
    g_assert_no_error(error);
    fake_host_remove(fixture->fake, "0000:00:07.0");
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_STATE_CHANGED);
}

/* A member that lost its driver for a VM that has stopped since gets it back all the same. */
static void
test_released_member_after_stop(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {SATA, NULL};
    g_autoptr(GError) error = NULL;
    HdPciAddress lpc;

    fixture_do(fixture, TRUE, "off", names, HD_PLAN_RELEASE_GROUP);
    g_assert_true(hd_pci_address_parse("0000:00:1f.0", &lpc, NULL));
    hd_driver_unbind(fake_host_get_sysfs(fixture->fake), &lpc, 1000, &error);
    g_assert_no_error(error);
    fixture_look_again(fixture);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "off", names, 0, &error);
    g_assert_no_error(error);
    assert_steps(plan, "write-config return:" LPC);
    hd_plan_run(plan, NULL, NULL, &error);
    g_assert_no_error(error);
    fake_host_settle(fixture->fake);
    g_autofree char *driver = fake_host_dup_driver(fixture->fake, "0000:00:1f.0");
    g_assert_cmpstr(driver, ==, "lpc_ich");
}

/* What was pulled can still be taken out of the VM, by any of its names. */
static void
test_absent_device(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    const char *absent[] = {"07.0", "0000:00:07.0", ALONE, NULL};
    g_autoptr(GError) error = NULL;
    unsigned n_absent;

    fixture_do(fixture, TRUE, "runs", names, 0);
    fake_host_remove(fixture->fake, "0000:00:07.0");
    fixture_look_again(fixture);
    g_autoptr(HdHolders) holders = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    const HdAbsent *const *list = hd_holders_get_absent(holders, &n_absent);
    g_assert_cmpuint(n_absent, ==, 1);
    g_assert_cmpstr(list[0]->name, ==, ALONE);
    g_assert_cmpstr(list[0]->vm, ==, "runs");
    g_assert_true(list[0]->is_live && list[0]->is_config);

    HdPlanRequest request = {.vm = "runs", .absent = absent};
    g_autoptr(HdPlan)
        refused = hd_plan_new_detach(fixture->engine, fixture->host, &request, &error);
    g_assert_null(refused);
    g_assert_error(error, HD_ERROR, HD_ERROR_NOT_FOUND);
    g_clear_error(&error);
    request.absent = absent + 1;
    absent[2] = NULL;
    g_autoptr(HdPlan) plan = hd_plan_new_detach(fixture->engine, fixture->host, &request, &error);
    g_assert_no_error(error);
    assert_steps(plan, "write-config detach-live:" ALONE);
    hd_plan_run(plan, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(HdHolders) after = hd_engine_read_holders(fixture->engine, fixture->host, &error);
    hd_holders_get_absent(after, &n_absent);
    g_assert_cmpuint(n_absent, ==, 0);
}

/* A device that vfio-pci had before a VM got it keeps vfio-pci: libvirt does not take it away, and
 * the dismissal stands. */
static void
keep_result(const HdPlan *plan,
            unsigned step,
            HdPlanProgress progress,
            const char *detail,
            gpointer user_data)
{
    char **result = user_data;

    if (progress == HD_PLAN_STEP_DONE && detail != NULL && *result == NULL)
        *result = g_strdup(detail);
}

static void
test_device_of_vfio(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autofree char *result = NULL;
    g_autoptr(GError) error = NULL;

    fake_host_give(fixture->fake, "0000:00:07.0");
    fixture_look_again(fixture);
    fixture_do(fixture, TRUE, "runs", names, 0);
    fault_vm_leave_drivers(fixture->vms);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "runs", names, 0, &error);
    g_assert_no_error(error);
    hd_plan_run(plan, keep_result, &result, &error);
    g_assert_no_error(error);
    g_assert_nonnull(result);
    g_assert_nonnull(strstr(result, "keeps vfio-pci"));
    g_autofree char *live = fault_vm_dup_live(fixture->vms, "runs");
    g_assert_null(strstr(live, "<hostdev"));
}

/* The element comes back whole when a dismissal is undone, whatever stands in it. */
static void
test_undo_gives_element_back_whole(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {"pci_0000_00_05_0", ALONE, NULL};
    g_autoptr(GError) error = NULL;

    fault_vm_define_live(fixture->vms, "other",
                         "<hostdev mode='subsystem' type='pci' managed='yes'>"
                         "<source><address domain='0x0000' bus='0x00' slot='0x05' "
                         "function='0x0'/></source><boot order='3'/>"
                         "<rom bar='off' file='/rom.bin'/></hostdev>"
                         "<hostdev mode='subsystem' type='pci' managed='yes'>"
                         "<source><address domain='0x0000' bus='0x00' slot='0x07' "
                         "function='0x0'/></source></hostdev>");
    g_autoptr(HdPlan) plan = fixture_plan(fixture, FALSE, "other", names, HD_PLAN_LIVE, &error);
    g_assert_no_error(error);
    fault_vm_fail_call(fixture->vms, 2, FALSE);
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_autofree char *live = fault_vm_dup_live(fixture->vms, "other");
    g_assert_nonnull(strstr(live, "<boot order='3'/>"));
    g_assert_nonnull(strstr(live, "<rom bar='off' file='/rom.bin'/>"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_add("/detach/not-held", test_not_held);
    fixture_add("/detach/round-trips", test_round_trips);
    fixture_add("/detach/group", test_whole_group_comes_back);
    fixture_add("/detach/live-only", test_live_only_keeps_config);
    fixture_add("/detach/mute-guest", test_mute_guest);
    fixture_add("/detach/pulled", test_pulled_device);
    fixture_add("/detach/released-member", test_released_member_after_stop);
    fixture_add("/detach/absent", test_absent_device);
    fixture_add("/detach/vfio", test_device_of_vfio);
    fixture_add("/detach/whole-element", test_undo_gives_element_back_whole);
    return g_test_run();
}
