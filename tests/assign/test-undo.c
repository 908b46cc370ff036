/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All or nothing: whichever call fails, before or after it has done its work, all is as before.
 */
#include <string.h>

#include "assign/engine.h"
#include "base/error.h"
#include "fixture.h"

static const char *const group_names[] = {NIC, NULL};

static unsigned
count_changing_calls(Fixture *fixture, gboolean is_attach)
{
    fault_vm_fail_call(fixture->vms, 0, FALSE);
    fixture_do(fixture, is_attach, "runs", group_names, 0);
    unsigned n_calls = fault_vm_count_calls(fixture->vms);
    fixture_do(fixture, !is_attach, "runs", group_names, 0);
    return n_calls;
}

static void
fail_at(Fixture *fixture, gboolean is_attach, unsigned call, gboolean is_late)
{
    g_autofree char *before = fixture_describe(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, is_attach, "runs", group_names, 0, &error);

    g_assert_no_error(error);
    fault_vm_fail_call(fixture->vms, call, is_late);
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    fault_vm_fail_call(fixture->vms, 0, FALSE);
    g_assert_error(error, HD_ERROR, HD_ERROR_LIBVIRT);
    g_assert_nonnull(strstr(error->message, "was made to fail"));
    g_assert_nonnull(strstr(error->message, "everything is as before"));
    g_autofree char *after = fixture_describe(fixture);
    g_assert_cmpstr(before, ==, after);
    fixture_look_again(fixture);
}

static void
test_attach_cut_everywhere(Fixture *fixture, gconstpointer unused)
{
    unsigned n_calls = count_changing_calls(fixture, TRUE);

    g_assert_cmpuint(n_calls, ==, 4);
    for (unsigned call = 1; call <= n_calls; call++) {
        fail_at(fixture, TRUE, call, FALSE);
        fail_at(fixture, TRUE, call, TRUE);
    }
}

static void
test_detach_cut_everywhere(Fixture *fixture, gconstpointer unused)
{
    fixture_do(fixture, TRUE, "runs", group_names, 0);
    unsigned n_calls = count_changing_calls(fixture, FALSE);

    g_assert_cmpuint(n_calls, ==, 4);
    for (unsigned call = 1; call <= n_calls; call++) {
        fail_at(fixture, FALSE, call, FALSE);
        fail_at(fixture, FALSE, call, TRUE);
    }
}

static void
test_driver_that_does_not_let_go(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *before = fixture_describe(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", group_names, 0, &error);

    g_assert_no_error(error);
    fake_host_lock_driver(fixture->fake, "nvme");
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_KERNEL);
    g_assert_nonnull(strstr(error->message, "nvme"));
    g_autofree char *after = fixture_describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

/* Undoing needs the guest, which is silent: told as what it is, and all the rest is put back. */
static void
test_failed_undo_is_told(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", group_names, 0, &error);

    g_assert_no_error(error);
    fault_vm_fail_call(fixture->vms, 4, FALSE);
    fault_vm_mute_guest(fixture->vms);
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, HD_ERROR, HD_ERROR_UNDO_FAILED);
    g_assert_nonnull(strstr(error->message, "was made to fail"));
    g_assert_nonnull(strstr(error->message, "NOT put back"));
    g_assert_nonnull(strstr(error->message, "the guest has not answered"));
    g_assert_nonnull(strstr(error->message, "put the stored configuration of VM 'runs' back"));
    g_autofree char *bare = fake_host_dup_driver(fixture->fake, "0000:00:02.2");
    g_assert_null(bare);
}

/* libvirt has not answered in time: what it does is not known, so nothing is called undone and
 * nobody touches the driver under it. */
static void
test_unknown_outcome_is_told(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", names, 0, &error);

    g_assert_no_error(error);
    fault_vm_delay_attach(fixture->vms);
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_UNDO_FAILED);
    g_assert_nonnull(strstr(error->message, "may still do it"));
    g_autofree char *driver = fake_host_dup_driver(fixture->fake, "0000:00:07.0");
    g_assert_cmpstr(driver, ==, "vfio-pci");

    fault_vm_end_late_call(fixture->vms);
    fixture_look_again(fixture);
    fixture_do(fixture, FALSE, "runs", names, 0);
    g_autofree char *after = fake_host_dup_driver(fixture->fake, "0000:00:07.0");
    g_assert_cmpstr(after, ==, "igbvf");
}

/* Someone edits the VM between our writing and our undoing: the edit stays. */
typedef struct {
    Fixture *fixture;
    gboolean is_done;
} Meddler;

static void
meddle(const HdPlan *plan,
       unsigned step,
       HdPlanProgress progress,
       const char *detail,
       gpointer user_data)
{
    Meddler *meddler = user_data;
    HdVmProvider *provider = meddler->fixture->engine->provider;
    g_autoptr(GError) error = NULL;

    if (progress != HD_PLAN_STEP_FAILED)
        return;
    g_autofree char *now = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                            &error);
    g_auto(GStrv) halves = g_strsplit(now, "<memory unit", 2);
    g_autofree char *edited = g_strjoinv("<title>edited meanwhile</title><memory unit", halves);
    fault_vm_fail_call(meddler->fixture->vms, 0, FALSE);
    provider->klass->write_definition(provider, "runs", now, edited, &error);
    g_assert_no_error(error);
    meddler->is_done = TRUE;
}

static void
test_foreign_edit_survives(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", group_names, 0, &error);
    HdVmProvider *provider = fixture->engine->provider;
    Meddler meddler = {fixture, FALSE};

    g_assert_no_error(error);
    fault_vm_fail_call(fixture->vms, 2, FALSE);
    g_assert_false(hd_plan_run(plan, meddle, &meddler, &error));
    g_assert_true(meddler.is_done);
    g_assert_error(error, HD_ERROR, HD_ERROR_LIBVIRT);
    g_clear_error(&error);
    g_autofree char *now = provider->klass->read_definition(provider, "runs", HD_VM_SCOPE_CONFIG,
                                                            &error);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(now, "edited meanwhile"));
    g_assert_null(strstr(now, "<hostdev"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_add("/undo/attach", test_attach_cut_everywhere);
    fixture_add("/undo/detach", test_detach_cut_everywhere);
    fixture_add("/undo/locked-driver", test_driver_that_does_not_let_go);
    fixture_add("/undo/failed", test_failed_undo_is_told);
    fixture_add("/undo/unknown-outcome", test_unknown_outcome_is_told);
    fixture_add("/undo/foreign-edit", test_foreign_edit_survives);
    return g_test_run();
}
