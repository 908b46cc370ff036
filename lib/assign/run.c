/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Carrying a plan out, and undoing it in reverse order when a step fails.
 */
#include <string.h>

#include "assign/plan.h"
#include "base/error.h"

static void
tell(HdPlan *plan, const HdStep *step, HdPlanProgress progress, const char *detail)
{
    if (plan->progress != NULL)
        plan->progress(plan, step->index, progress, detail, plan->user_data);
}

static HdStep *
get_step(const HdPlan *plan, unsigned index)
{
    return g_ptr_array_index(plan->steps, index);
}

static gboolean
is_same_pci(const HdPciFacts *a, const HdPciFacts *b)
{
    return a == NULL || (a->vendor == b->vendor && a->product == b->product);
}

static gboolean
is_same_usb(const HdUsbFacts *a, const HdUsbFacts *b)
{
    return a == NULL || (a->vendor == b->vendor && a->product == b->product &&
                         g_strcmp0(a->serial, b->serial) == 0);
}

static gboolean
is_same_scsi(const HdScsiFacts *a, const HdScsiFacts *b)
{
    return a == NULL ||
           (g_strcmp0(a->vendor, b->vendor) == 0 && g_strcmp0(a->model, b->model) == 0);
}

/* The same device in another snapshot, NULL when it is gone or another one has taken its place. */
static const HdDevice *
find_again(HdHost *host, const HdDevice *device)
{
    const HdDevice *found = hd_host_find(host, hd_device_get_name(device));

    if (found == NULL || hd_device_get_kind(found) != hd_device_get_kind(device))
        return NULL;
    return is_same_pci(hd_device_get_pci(device), hd_device_get_pci(found)) &&
                   is_same_usb(hd_device_get_usb(device), hd_device_get_usb(found)) &&
                   is_same_scsi(hd_device_get_scsi(device), hd_device_get_scsi(found))
               ? found
               : NULL;
}

static HdPlan *
plan_again(const HdPlan *plan, GError **error)
{
    g_autoptr(HdHost) host = hd_engine_take_snapshot(plan->engine, error);
    g_autoptr(GPtrArray) devices = g_ptr_array_new();

    if (host == NULL)
        return NULL;
    for (unsigned i = 0; i < plan->requested->len; i++) {
        const HdDevice *before = g_ptr_array_index(plan->requested, i);
        const HdDevice *now = find_again(host, before);

        if (now == NULL) {
            hd_error_set(error, HD_ERROR_STATE_CHANGED, hd_device_get_name(before),
                         "list the devices again", "%s is no longer the device that was planned",
                         hd_device_get_name(before));
            return NULL;
        }
        g_ptr_array_add(devices, (gpointer) now);
    }
    HdPlanRequest request = {
        .vm = plan->vm->name,
        .devices = (const HdDevice *const *) devices->pdata,
        .n_devices = plan->xml == NULL ? devices->len : 0,
        .flags = plan->flags,
        .absent = hd_plan_get_absent(plan),
        .nic = &plan->nic,
        .xml = plan->xml,
    };
    return plan->is_attach ? hd_plan_new_attach(plan->engine, host, &request, error)
                           : hd_plan_new_detach(plan->engine, host, &request, error);
}

static gboolean
is_same_element(const HdHostdev *a, const HdHostdev *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    g_autofree char *first = hd_hostdev_format(a);
    g_autofree char *second = hd_hostdev_format(b);
    return strcmp(first, second) == 0;
}

static gboolean
is_same_item(const HdPlanItem *a, const HdPlanItem *b)
{
    return strcmp(a->name, b->name) == 0 && g_strcmp0(a->driver, b->driver) == 0 &&
           g_strcmp0(a->override, b->override) == 0 && is_same_element(a->live, b->live) &&
           is_same_element(a->stored, b->stored);
}

static gboolean
is_same_step(const HdStep *a, const HdStep *b)
{
    return a->kind == b->kind && strcmp(a->shown.text, b->shown.text) == 0;
}

static gboolean
is_same(const HdPlan *a, const HdPlan *b)
{
    gboolean is_same = a->scope == b->scope && a->steps->len == b->steps->len &&
                       a->items->len == b->items->len &&
                       g_strcmp0(a->config_before, b->config_before) == 0 &&
                       g_strcmp0(a->config_after, b->config_after) == 0;

    for (unsigned i = 0; is_same && i < a->steps->len; i++)
        is_same = is_same_step(get_step(a, i), get_step(b, i));
    for (unsigned i = 0; is_same && i < a->items->len; i++)
        is_same = is_same_item(g_ptr_array_index(a->items, i), g_ptr_array_index(b->items, i));
    return is_same;
}

/* A plan is carried out only as it was made: the facts it rests on are read again. */
static gboolean
check_unchanged(const HdPlan *plan, GError **error)
{
    g_autoptr(HdPlan) fresh = plan_again(plan, error);

    if (fresh == NULL)
        return FALSE;
    if (is_same(plan, fresh))
        return TRUE;
    hd_error_set(error, HD_ERROR_STATE_CHANGED, NULL, "make the plan again",
                 "the host or VM '%s' has changed since the plan was made; nothing was done",
                 plan->vm->name);
    return FALSE;
}

/* What undoing has put back and what it could not, each as a sentence. */
typedef struct {
    GPtrArray *restored;
    GPtrArray *troubles;
} Undoing;

static void
undo_step(HdPlan *plan, HdStep *step, Undoing *undoing)
{
    g_autoptr(GError) error = NULL;
    gboolean has_acted = FALSE;

    if (step->kind->undo == NULL)
        return;
    if (step->kind->undo(plan, step, &has_acted, &error)) {
        if (!has_acted)
            return;
        g_ptr_array_add(undoing->restored, g_strdup(step->shown.inverse));
        tell(plan, step, HD_PLAN_STEP_UNDONE, step->shown.inverse);
        return;
    }
    g_ptr_array_add(undoing->troubles,
                    g_strdup_printf("%s: %s", step->shown.inverse, error->message));
    tell(plan, step, HD_PLAN_STEP_UNDO_FAILED, error->message);
}

static char *
join(GPtrArray *sentences)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < sentences->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "; " : "",
                               (const char *) g_ptr_array_index(sentences, i));
    return g_string_free(text, FALSE);
}

/* The cause stays in front; what was and was not put back follows. */
static GError *
new_report(const HdPlan *plan, const GError *cause, const Undoing *undoing)
{
    g_autofree char *restored = join(undoing->restored);
    g_autofree char *troubles = join(undoing->troubles);

    if (undoing->troubles->len == 0) {
        GError *told = g_error_copy(cause);
        gboolean is_open = !plan->is_attach && g_error_matches(cause, HD_ERROR, HD_ERROR_TIMEOUT);

        g_free(told->message);
        told->message = g_strdup_printf(
            "%s; %s%s%s%s", cause->message,
            is_open ? "all else is as before, but the request stays open: the device leaves the "
                      "running VM when the guest answers late"
                    : "everything is as before",
            undoing->restored->len > 0 ? " (undone: " : "", restored,
            undoing->restored->len > 0 ? ")" : "");
        return told;
    }
    const HdPlanItem *first = g_ptr_array_index(plan->items, 0);
    g_autofree char *hint = g_strdup_printf(
        "what the VM still has goes with 'hostdev detach %s %s' once its guest answers; 'hostdev "
        "show' tells the drivers",
        plan->vm->name, first->name);
    GError *failed = NULL;
    hd_error_set(&failed, HD_ERROR_UNDO_FAILED, hd_error_get_device(cause), hint,
                 "%s; NOT put back: %s%s%s", cause->message, troubles,
                 undoing->restored->len > 0 ? "; put back: " : "", restored);
    hd_error_add_details(failed, hd_error_get_details(cause));
    return failed;
}

/* From the failed step down: it may have done its work in part. */
static GError *
undo_from(HdPlan *plan, unsigned failed, const GError *cause)
{
    g_autoptr(GPtrArray) restored = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) troubles = g_ptr_array_new_with_free_func(g_free);
    Undoing undoing = {restored, troubles};

    for (unsigned i = failed + 1; i-- > 0;)
        undo_step(plan, get_step(plan, i), &undoing);
    hd_plan_restore_drivers(plan, restored, troubles);
    return new_report(plan, cause, &undoing);
}

gboolean
hd_plan_run(HdPlan *plan, HdPlanProgressFunc progress, gpointer user_data, GError **error)
{
    g_return_val_if_fail(plan != NULL && !plan->was_run, FALSE);

    plan->was_run = TRUE;
    plan->progress = progress;
    plan->user_data = user_data;
    if (!check_unchanged(plan, error))
        return FALSE;
    for (unsigned i = 0; i < plan->steps->len; i++) {
        HdStep *step = get_step(plan, i);
        g_autoptr(GError) cause = NULL;

        tell(plan, step, HD_PLAN_STEP_STARTED, NULL);
        if (step->kind->apply(plan, step, &cause)) {
            tell(plan, step, HD_PLAN_STEP_DONE, step->result);
            continue;
        }
        tell(plan, step, HD_PLAN_STEP_FAILED, cause->message);
        g_propagate_error(error, undo_from(plan, i, cause));
        return FALSE;
    }
    return TRUE;
}
