/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Planning and carrying out assignments.
 */
#include <string.h>

#include "assign/engine.h"
#include "base/error.h"
#include "devxml/hostdev.h"
#include "fixture.h"

typedef struct {
    const char *vm;
    const char *device;
    HdPlanFlags flags;
    HdErrorCode code;
    const char *part; /* of the message */
} Refusal;

static const Refusal refusals[] = {
    {"nobody", ALONE, 0, HD_ERROR_NOT_FOUND, "nobody"},
    {"off", ALONE, HD_PLAN_LIVE, HD_ERROR_UNSUPPORTED, "does not run"},
    {"runs", BRIDGE, 0, HD_ERROR_PROTECTED, "PCI bridge"},
    {"runs", SATA, 0, HD_ERROR_GROUP_UNSAFE, LPC},
    {"runs", HELD, 0, HD_ERROR_BUSY, "'other'"},
    {"other", HELD, 0, HD_ERROR_EXISTS, "already"},
    {"other", ALONE, HD_PLAN_LIVE, HD_ERROR_UNSUPPORTED, "0 of 1"},
    {"off", "computer", 0, HD_ERROR_UNSUPPORTED, "computer"},
};

static void
test_refusals(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *before = fixture_describe(fixture);

    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        const Refusal *refusal = &refusals[i];
        const char *names[] = {refusal->device, NULL};
        g_autoptr(GError) error = NULL;
        g_autoptr(HdPlan)
            plan = fixture_plan(fixture, TRUE, refusal->vm, names, refusal->flags, &error);

        g_assert_null(plan);
        g_assert_error(error, HD_ERROR, (int) refusal->code);
        if (strstr(error->message, refusal->part) == NULL)
            g_test_fail_printf("'%s' does not name %s", error->message, refusal->part);
    }
    g_autofree char *after = fixture_describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

static void
assert_steps(const HdPlan *plan, const char *expected)
{
    g_autofree char *steps = fixture_describe_steps(plan);

    g_assert_cmpstr(steps, ==, expected);
}

static void
test_steps_of_single_device(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) both = fixture_plan(fixture, TRUE, "runs", names, 0, &error);
    g_autoptr(HdPlan) live = fixture_plan(fixture, TRUE, "runs", names, HD_PLAN_LIVE, &error);
    g_autoptr(HdPlan) config = fixture_plan(fixture, TRUE, "runs", names, HD_PLAN_CONFIG, &error);
    g_autoptr(HdPlan) off = fixture_plan(fixture, TRUE, "off", names, 0, &error);

    g_assert_no_error(error);
    assert_steps(both, "write-config attach-live:" ALONE);
    assert_steps(live, "attach-live:" ALONE);
    assert_steps(config, "write-config");
    assert_steps(off, "write-config");
}

static void
test_steps_of_group(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {DISK, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", names, 0, &error);
    unsigned n_devices;

    g_assert_no_error(error);
    assert_steps(plan, "write-config unbind:" DISK " unbind:" NIC " attach-live:" DISK
                       " attach-live:" NIC " attach-live:" BARE);
    const HdDevice *const *devices = hd_plan_get_devices(plan, &n_devices);
    g_assert_cmpuint(n_devices, ==, 3);
    g_assert_cmpuint(hd_plan_get_n_requested(plan), ==, 1);
    g_assert_cmpstr(hd_device_get_name(devices[0]), ==, DISK);
}

static void
test_planning_changes_nothing(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {NIC, ALONE, NULL};
    g_autofree char *before = fixture_describe(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "off", names, 0, &error);
    g_autofree char *after = fixture_describe(fixture);

    g_assert_no_error(error);
    g_assert_nonnull(plan);
    g_assert_cmpstr(before, ==, after);
}

static GPtrArray *
read_hostdevs(Fixture *fixture, const char *vm, HdVmScope scope)
{
    HdVmProvider *provider = fixture->engine->provider;
    g_autoptr(GError) error = NULL;
    g_autofree char *xml = provider->klass->read_definition(provider, vm, scope, &error);

    g_assert_no_error(error);
    GPtrArray *hostdevs = hd_hostdev_list_from_domain(xml, &error);
    g_assert_no_error(error);
    return hostdevs;
}

/* Cold, a card is one card for the guest too: one slot, its functions' own numbers. */
static void
test_card_stays_together(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {BARE, NULL};

    fixture_do(fixture, TRUE, "off", names, 0);
    g_autoptr(GPtrArray) hostdevs = read_hostdevs(fixture, "off", HD_VM_SCOPE_CONFIG);
    g_assert_cmpuint(hostdevs->len, ==, 3);
    for (unsigned i = 0; i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        g_assert_true(hostdev->managed);
        g_assert_true(hostdev->has_guest_pci);
        g_assert_cmpuint(hostdev->guest_pci.bus, ==, 1);
        g_assert_cmpuint(hostdev->guest_pci.slot, ==, 0);
        g_assert_cmpuint(hostdev->guest_pci.function, ==, hostdev->pci.function);
        g_assert_true(hostdev->guest_multifunction == (hostdev->pci.function == 0));
    }
}

static void
test_group_goes_live(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {NIC, NULL};

    fixture_do(fixture, TRUE, "runs", names, 0);
    g_autoptr(GPtrArray) live = read_hostdevs(fixture, "runs", HD_VM_SCOPE_LIVE);
    g_autoptr(GPtrArray) stored = read_hostdevs(fixture, "runs", HD_VM_SCOPE_CONFIG);
    g_autofree char *nic = fake_host_dup_driver(fixture->fake, "0000:00:02.0");
    g_autofree char *bare = fake_host_dup_driver(fixture->fake, "0000:00:02.2");

    g_assert_cmpuint(live->len, ==, 3);
    g_assert_cmpuint(stored->len, ==, 3);
    g_assert_cmpstr(nic, ==, "vfio-pci");
    g_assert_cmpstr(bare, ==, "vfio-pci");
}

/* The guest finds a function at the same place after its next start. */
static void
test_same_place_live_and_stored(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};

    fixture_do(fixture, TRUE, "runs", names, 0);
    g_autoptr(GPtrArray) live = read_hostdevs(fixture, "runs", HD_VM_SCOPE_LIVE);
    g_autoptr(GPtrArray) stored = read_hostdevs(fixture, "runs", HD_VM_SCOPE_CONFIG);
    const HdHostdev *first = g_ptr_array_index(live, 0);
    const HdHostdev *second = g_ptr_array_index(stored, 0);
    g_assert_true(first->has_guest_pci && second->has_guest_pci);
    g_assert_cmpint(hd_pci_address_compare(&first->guest_pci, &second->guest_pci), ==, 0);
    g_assert_false(second->guest_multifunction);
}

/* What is there already is left alone, and what is missing is added. */
static void
test_missing_scope_is_added(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;

    fixture_do(fixture, TRUE, "runs", names, HD_PLAN_LIVE);
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", names, 0, &error);
    g_assert_no_error(error);
    assert_steps(plan, "write-config");
    hd_plan_run(plan, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(HdPlan) again = fixture_plan(fixture, TRUE, "runs", names, 0, &error);
    g_assert_null(again);
    g_assert_error(error, HD_ERROR, HD_ERROR_EXISTS);
}

/* With consent, a member that cannot be given loses its driver and gets it back. */
static void
test_consent_releases_group(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {SATA, NULL};
    g_autofree char *before = fixture_describe(fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", names,
                                          HD_PLAN_LIVE | HD_PLAN_RELEASE_GROUP, &error);

    g_assert_no_error(error);
    assert_steps(plan, "unbind:" LPC " attach-live:" SATA);
    hd_plan_run(plan, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *driver = fake_host_dup_driver(fixture->fake, "0000:00:1f.0");
    g_assert_null(driver);

    fixture_look_again(fixture);
    fixture_do(fixture, FALSE, "runs", names, HD_PLAN_LIVE);
    g_autofree char *after = fixture_describe(fixture);
    g_assert_cmpstr(before, ==, after);
}

static void
test_stale_plan_is_refused(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) first = fixture_plan(fixture, TRUE, "runs", names, 0, &error);
    g_autoptr(HdPlan) second = fixture_plan(fixture, TRUE, "runs", names, 0, &error);

    g_assert_no_error(error);
    hd_plan_run(first, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *before = fixture_describe(fixture);
    g_assert_false(hd_plan_run(second, NULL, NULL, &error));
    g_autofree char *after = fixture_describe(fixture);
    g_assert_true(g_error_matches(error, HD_ERROR, HD_ERROR_STATE_CHANGED) ||
                  g_error_matches(error, HD_ERROR, HD_ERROR_EXISTS));
    g_assert_cmpstr(before, ==, after);
}

static void
test_vanished_device_is_refused(Fixture *fixture, gconstpointer unused)
{
    const char *names[] = {ALONE, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(HdPlan) plan = fixture_plan(fixture, TRUE, "runs", names, 0, &error);

    g_assert_no_error(error);
    fake_host_remove(fixture->fake, "0000:00:07.0");
    g_assert_false(hd_plan_run(plan, NULL, NULL, &error));
    g_assert_error(error, HD_ERROR, HD_ERROR_STATE_CHANGED);
    g_assert_cmpuint(fault_vm_count_calls(fixture->vms), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_add("/attach/refusals", test_refusals);
    fixture_add("/attach/single", test_steps_of_single_device);
    fixture_add("/attach/group", test_steps_of_group);
    fixture_add("/attach/no-side-effects", test_planning_changes_nothing);
    fixture_add("/attach/card", test_card_stays_together);
    fixture_add("/attach/group-live", test_group_goes_live);
    fixture_add("/attach/same-place", test_same_place_live_and_stored);
    fixture_add("/attach/missing-scope", test_missing_scope_is_added);
    fixture_add("/attach/consent", test_consent_releases_group);
    fixture_add("/attach/stale", test_stale_plan_is_refused);
    fixture_add("/attach/vanished", test_vanished_device_is_refused);
    return g_test_run();
}
