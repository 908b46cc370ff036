/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps that make and give back settings of virtual network functions.
 */
#include "assign/plan.h"
#include "base/error.h"
#include "verdict/rules.h"

#define LOCK_TIMEOUT_MS 1000
#define LINK_TIMEOUT_MS 5000
#define POLL_INTERVAL_MS 100

static gboolean
set_up(HdPlan *plan, const HdStep *step, gboolean is_up, gboolean *ret_has_acted, GError **error)
{
    g_autoptr(HdLock) lock = hd_nic_lock_pf(plan->engine, step->item->nic->port, error);
    g_autoptr(HdNetlink) netlink = lock != NULL ? hd_engine_open_netlink(plan->engine, error)
                                                : NULL;
    g_autoptr(HdPfState) state = NULL;

    if (netlink == NULL)
        return FALSE;
    state = hd_pf_read(netlink, step->item->nic->port->interface, error);
    if (state == NULL)
        return FALSE;
    *ret_has_acted = state->is_up != is_up;
    return state->is_up == is_up || hd_pf_set_up(netlink, state, is_up, error);
}

/* Some drivers take a rate only while the port has a link. A port without a cable has none, which
 * is no error. */
static void
wait_for_link(HdPlan *plan, const HdNicPort *port)
{
    gint64 deadline = g_get_monotonic_time() + LINK_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;

    while (g_get_monotonic_time() < deadline) {
        g_autoptr(HdPfState) state = hd_nic_read_pf(plan->engine, port, NULL);

        if (state == NULL || state->has_link)
            return;
        g_usleep(POLL_INTERVAL_MS * G_TIME_SPAN_MILLISECOND);
    }
}

static gboolean
apply_bring_up_pf(HdPlan *plan, HdStep *step, GError **error)
{
    if (!set_up(plan, step, TRUE, &step->has_acted, error))
        return FALSE;
    if (step->has_acted)
        wait_for_link(plan, step->item->nic->port);
    return TRUE;
}

/* Who got a function of it meanwhile needs it. */
static gboolean
is_needed(HdPlan *plan, const HdNicPort *port)
{
    g_autoptr(GPtrArray) records = hd_nic_list_saved(plan->engine, NULL);

    for (unsigned i = 0; records != NULL && i < records->len; i++) {
        const HdSavedNic *record = g_ptr_array_index(records, i);

        if (g_strcmp0(record->pf, hd_device_get_name(port->pf)) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
undo_bring_up_pf(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error)
{
    return !step->has_acted || is_needed(plan, step->item->nic->port) ||
           set_up(plan, step, FALSE, ret_has_acted, error);
}

/* Recovery leaves a function alone while somebody works on it. */
static gboolean
lock_function(HdPlan *plan, HdPlanNic *nic, GError **error)
{
    if (nic->lock == NULL)
        nic->lock = hd_nic_lock(plan->engine, nic->port->device, LOCK_TIMEOUT_MS, error);
    return nic->lock != NULL;
}

static gboolean
apply_set_nic(HdPlan *plan, HdStep *step, GError **error)
{
    HdPlanNic *nic = step->item->nic;

    return lock_function(plan, nic, error) &&
           hd_nic_take(plan->engine, nic->port, plan->vm, &nic->wanted, &nic->early, error);
}

static gboolean
undo_set_nic(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error)
{
    HdPlanNic *nic = step->item->nic;
    g_autofree char *note = NULL;

    /* Told by the step that gives the function; recovery looks after it. */
    if (step->item->is_unsettled || nic->lock == NULL)
        return TRUE;
    if (!hd_rules_is_vfio_driver(step->item->driver))
        hd_plan_wait_for_return(plan, step->item);
    return hd_nic_give_back(plan->engine, nic->port, NULL, ret_has_acted, &note, error);
}

/* Asks the card, whose driver may refuse what it has not reported, before anything is stored. */
static gboolean
apply_probe_nic(HdPlan *plan, HdStep *step, GError **error)
{
    const HdPlanNic *nic = step->item->nic;

    return hd_nic_probe(plan->engine, nic->port, &nic->wanted, error);
}

static gboolean
apply_check_nic(HdPlan *plan, HdStep *step, GError **error)
{
    const HdPlanNic *nic = step->item->nic;

    return hd_nic_verify(plan->engine, nic->port, &nic->wanted, &nic->late, error);
}

/* It cannot fail: the VM has let go of the function. What is not back yet is recovered later. */
static gboolean
apply_restore_nic(HdPlan *plan, HdStep *step, GError **error)
{
    HdPlanNic *nic = step->item->nic;
    g_autoptr(GError) local_error = NULL;
    gboolean has_acted = FALSE;

    if (!lock_function(plan, nic, &local_error) ||
        !hd_nic_give_back(plan->engine, nic->port, NULL, &has_acted, &step->result, &local_error)) {
        g_free(step->result);
        step->result = g_strdup_printf("not done, so run 'hostdev recover' later: %s",
                                       local_error->message);
    } else if (!has_acted) {
        step->result = g_strdup("nothing was saved for it, so what libvirt has put back stays");
    }
    return TRUE;
}

gboolean
hd_plan_settle_nic(HdPlan *plan, const HdPlanItem *item, GError **error)
{
    g_autoptr(HdSavedNic) saved = NULL;
    g_autoptr(GError) local_error = NULL;
    HdNicSettings early;
    HdNicSettings late;

    if (item->nic == NULL)
        return TRUE;
    saved = hd_nic_find_saved(plan->engine, item->device, &local_error);
    if (saved == NULL) {
        gboolean is_none = local_error == NULL;

        if (!is_none)
            g_propagate_error(error, g_steal_pointer(&local_error));
        return is_none;
    }
    hd_nic_split(&saved->wanted, plan->engine->provider->klass->nic_fields, &early, &late);
    return hd_nic_verify(plan->engine, item->nic->port, &saved->wanted, &late, error);
}

const HdStepKind hd_step_bring_up_pf = {"bring-up-pf", apply_bring_up_pf, undo_bring_up_pf};
const HdStepKind hd_step_probe_nic = {"probe-nic", apply_probe_nic, NULL};
const HdStepKind hd_step_set_nic = {"set-nic", apply_set_nic, undo_set_nic};
const HdStepKind hd_step_check_nic = {"check-nic", apply_check_nic, NULL};
const HdStepKind hd_step_restore_nic = {"restore-nic", apply_restore_nic, NULL};
