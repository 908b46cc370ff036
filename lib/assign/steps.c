/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The kinds of step. Each looks at what is before it acts, so that doing and undoing can be
 * repeated, and each makes sure of what it did.
 */
#include <string.h>

#include "assign/plan.h"
#include "base/error.h"
#include "host/driver.h"
#include "verdict/rules.h"

/* How long libvirt may take to give a device back after the VM has let go of it. */
#define RETURN_TIMEOUT_MS 3000
#define POLL_INTERVAL_MS 50

static const HdPciAddress *
get_address(const HdStep *step)
{
    return &hd_device_get_pci(step->item->device)->address;
}

static char *
read_config(HdPlan *plan, GError **error)
{
    HdVmProvider *provider = plan->engine->provider;

    return provider->klass->read_definition(provider, plan->vm->name, HD_VM_SCOPE_CONFIG, error);
}

static gboolean
write_config(HdPlan *plan, const char *expected, const char *xml, GError **error)
{
    HdVmProvider *provider = plan->engine->provider;

    return provider->klass->write_definition(provider, plan->vm->name, expected, xml, error);
}

static gboolean
apply_write_config(HdPlan *plan, HdStep *step, GError **error)
{
    g_autoptr(GError) local_error = NULL;

    if (!write_config(plan, plan->config_before, plan->config_after, &local_error)) {
        plan->is_config_unsettled = g_error_matches(local_error, HD_ERROR, HD_ERROR_TIMEOUT);
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    plan->config_written = read_config(plan, error);
    return plan->config_written != NULL;
}

/* Somebody else has changed the stored configuration meanwhile: only our devices are undone. */
static char *
undo_ours_only(HdPlan *plan, const char *now, GError **error)
{
    g_autofree char *xml = g_strdup(now);
    g_autoptr(GPtrArray) there = hd_hostdev_list_from_domain(now, error);

    for (unsigned i = 0; there != NULL && i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);
        g_autoptr(GPtrArray) ours = g_ptr_array_new();
        gboolean is_there = FALSE;

        if (item->stored == NULL)
            continue;
        for (unsigned j = 0; j < there->len; j++)
            is_there |= hd_hostdev_equal_source(g_ptr_array_index(there, j), item->stored);
        if (is_there != plan->is_attach)
            continue;
        g_ptr_array_add(ours, item->stored);
        char *changed = hd_domain_xml_change(xml, plan->is_attach ? NULL : ours,
                                             plan->is_attach ? ours : NULL, error);
        if (changed == NULL)
            return NULL;
        g_free(xml);
        xml = changed;
    }
    if (there == NULL || !hd_plan_change_metadata(plan, !plan->is_attach, &xml, error))
        return NULL;
    return g_steal_pointer(&xml);
}

static gboolean
undo_write_config(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error)
{
    g_autofree char *now = read_config(plan, error);
    g_autofree char *wanted = NULL;

    if (now == NULL)
        return FALSE;
    if (plan->is_config_unsettled) {
        hd_error_set(error, HD_ERROR_TIMEOUT, NULL, NULL,
                     "libvirt has not answered, and may still store the new configuration");
        return FALSE;
    }
    if (strcmp(now, plan->config_before) == 0)
        return TRUE;
    if (g_strcmp0(now, plan->config_written) == 0)
        wanted = g_strdup(plan->config_before);
    else
        wanted = undo_ours_only(plan, now, error);
    if (wanted == NULL)
        return FALSE;
    *ret_has_acted = strcmp(now, wanted) != 0;
    return !*ret_has_acted || write_config(plan, now, wanted, error);
}

static gboolean
apply_unbind(HdPlan *plan, HdStep *step, GError **error)
{
    return hd_driver_unbind(plan->engine->sysfs, get_address(step), HD_DRIVER_TIMEOUT_MS, error);
}

static gboolean
undo_unbind(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error)
{
    g_autofree char *now = hd_driver_dup_current(plan->engine->sysfs, get_address(step));

    /* Told by the step that gives it. */
    if (step->item->is_unsettled)
        return TRUE;
    if (!hd_plan_restore_override(plan, step->item, error))
        return FALSE;
    *ret_has_acted = now == NULL;
    return hd_driver_probe(plan->engine->sysfs, get_address(step), step->item->driver,
                           HD_DRIVER_TIMEOUT_MS, error);
}

/* A call that has not ended in time goes on inside of libvirt: whether the VM gets the device is
 * not known, and until it is known nobody may touch the device's driver. */
static gboolean
note_outcome(HdPlan *plan, HdPlanItem *item, GError *cause, GError **error)
{
    gboolean is_there = FALSE;

    if (g_error_matches(cause, HD_ERROR, HD_ERROR_TIMEOUT) &&
        hd_plan_read_is_live(plan, item, &is_there, NULL) && is_there) {
        g_error_free(cause);
        return TRUE;
    }
    item->is_unsettled = g_error_matches(cause, HD_ERROR, HD_ERROR_TIMEOUT);
    hd_error_add_device(cause, item->name);
    g_propagate_error(error, cause);
    return FALSE;
}

static gboolean
give(HdPlan *plan, HdPlanItem *item, GError **error)
{
    HdVmProvider *provider = plan->engine->provider;
    GError *cause = NULL;
    gboolean is_there;

    if (!provider->klass->attach_live(provider, plan->vm->name, item->live, &cause))
        return note_outcome(plan, item, cause, error);
    if (!hd_plan_read_is_live(plan, item, &is_there, error))
        return FALSE;
    if (is_there)
        return TRUE;
    hd_error_set(error, HD_ERROR_FAILED, item->name, "look at the VM's log",
                 "VM '%s' does not have %s after it was given", plan->vm->name, item->name);
    return FALSE;
}

typedef struct {
    HdPlan *plan;
    const HdStep *step;
} Waiting;

static void
tell_waiting(unsigned waited_ms, gpointer user_data)
{
    const Waiting *waiting = user_data;
    HdPlan *plan = waiting->plan;
    g_autofree char *detail = g_strdup_printf("for the guest, %u of %u s", waited_ms / 1000,
                                              (plan->timeout_ms + 999) / 1000);

    if (plan->progress != NULL)
        plan->progress(plan, waiting->step->index, HD_PLAN_STEP_WAITING, detail, plan->user_data);
}

static gboolean
take(HdPlan *plan, const HdStep *step, GError **error)
{
    HdVmProvider *provider = plan->engine->provider;
    const HdPlanItem *item = step->item;
    const char *name = item->name;
    Waiting waiting = {plan, step};
    HdVmWait wait = {plan->timeout_ms, tell_waiting, &waiting};

    if (provider->klass->detach_live(provider, plan->vm->name, item->live, &wait, error))
        return TRUE;
    if (error != NULL && *error != NULL)
        hd_error_add_device(*error, name);
    return FALSE;
}

static gboolean
apply_attach_live(HdPlan *plan, HdStep *step, GError **error)
{
    return give(plan, step->item, error);
}

static gboolean
apply_detach_live(HdPlan *plan, HdStep *step, GError **error)
{
    return take(plan, step, error);
}

static gboolean
undo_attach_live(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error)
{
    gboolean is_there;

    if (!hd_plan_read_is_live(plan, step->item, &is_there, error))
        return FALSE;
    if (!is_there && step->item->is_unsettled) {
        hd_error_set(error, HD_ERROR_TIMEOUT, step->item->name, NULL,
                     "libvirt has not ended giving %s to VM '%s', and may still do it",
                     step->item->name, plan->vm->name);
        return FALSE;
    }
    step->item->is_unsettled = FALSE;
    *ret_has_acted = is_there;
    return !is_there || take(plan, step, error);
}

static gboolean
undo_detach_live(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error)
{
    gboolean is_there;

    if (!hd_plan_read_is_live(plan, step->item, &is_there, error))
        return FALSE;
    *ret_has_acted = !is_there;
    return is_there ||
           (give(plan, step->item, error) && hd_plan_settle_nic(plan, step->item, error));
}

/* libvirt gives the device back to the host after it has told that the VM let go of it. */
static char *
wait_for_return(HdPlan *plan, const HdPlanItem *item)
{
    const HdPciAddress *address = &hd_device_get_pci(item->device)->address;
    gint64 deadline = g_get_monotonic_time() + RETURN_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;

    for (;;) {
        g_autofree char *driver = hd_driver_dup_current(plan->engine->sysfs, address);

        if (driver == NULL || !hd_rules_is_vfio_driver(driver) ||
            g_get_monotonic_time() >= deadline)
            return g_steal_pointer(&driver);
        g_usleep(POLL_INTERVAL_MS * G_TIME_SPAN_MILLISECOND);
    }
}

void
hd_plan_wait_for_return(HdPlan *plan, const HdPlanItem *item)
{
    g_free(wait_for_return(plan, item));
}

static void
probe_returned(HdPlan *plan, HdStep *step)
{
    const char *root = plan->engine->sysfs;
    g_autoptr(GError) error = NULL;

    if (!hd_driver_probe(root, get_address(step), NULL, HD_DRIVER_TIMEOUT_MS, &error)) {
        step->result = g_strdup_printf("it has no driver: %s", error->message);
        return;
    }
    g_autofree char *driver = hd_driver_dup_current(root, get_address(step));
    if (driver == NULL)
        step->result = g_strdup("the kernel has no driver for it");
}

/* It cannot fail: a dismissal that the guest has agreed to is not taken back for what the host does
 * with the device. What is odd is told. */
static gboolean
apply_return(HdPlan *plan, HdStep *step, GError **error)
{
    const char *root = plan->engine->sysfs;
    const HdHostdev *live = step->item->live;
    g_autofree char *driver = NULL;

    if (!hd_driver_has_device(root, get_address(step))) {
        step->result = g_strdup("it is no longer on this host");
        return TRUE;
    }
    if (live != NULL && !live->managed) {
        step->result = g_strdup("the VM's definition says that libvirt does not manage its driver");
        return TRUE;
    }
    driver = wait_for_return(plan, step->item);
    if (driver == NULL)
        probe_returned(plan, step);
    else if (hd_rules_is_vfio_driver(driver) && live != NULL)
        step->result = g_strdup_printf("it keeps %s, which it had before a VM got it", driver);
    return TRUE;
}

const HdStepKind hd_step_write_config = {"write-config", apply_write_config, undo_write_config};
const HdStepKind hd_step_unbind = {"unbind", apply_unbind, undo_unbind};
const HdStepKind hd_step_attach_live = {"attach-live", apply_attach_live, undo_attach_live};
const HdStepKind hd_step_detach_live = {"detach-live", apply_detach_live, undo_detach_live};
const HdStepKind hd_step_return = {"return", apply_return, NULL};
