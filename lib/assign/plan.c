/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HdPlan: made step by step by attach.c and detach.c, read by front ends, carried out by run.c.
 */
#include "assign/plan.h"

#include "base/error.h"
#include "host/driver.h"
#include "verdict/rules.h"

#define DEFAULT_TIMEOUT_MS 30000
#define MAX_TIMEOUT_MS 3600000

static void
nic_free(HdPlanNic *nic)
{
    if (nic == NULL)
        return;
    hd_lock_release(nic->lock);
    hd_nic_port_free(nic->port);
    g_free(nic);
}

static void
item_free(gpointer data)
{
    HdPlanItem *item = data;

    nic_free(item->nic);
    g_free(item->name);
    hd_hostdev_free(item->live);
    hd_hostdev_free(item->stored);
    g_free(item->driver);
    g_free(item->override);
    g_free(item);
}

static void
step_free(gpointer data)
{
    HdStep *step = data;

    g_free((char *) step->shown.text);
    g_free((char *) step->shown.inverse);
    g_free(step->result);
    g_free(step);
}

/* Which of running VM and stored configuration the plan changes. */
static gboolean
decide_scope(HdPlan *plan, GError **error)
{
    const HdVm *vm = plan->vm;
    gboolean is_active = vm->state != HD_VM_SHUTOFF;
    HdPlanFlags asked = plan->flags & (HD_PLAN_LIVE | HD_PLAN_CONFIG);

    if ((asked & HD_PLAN_LIVE) != 0 && !is_active) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                     "start the VM, or change only its stored configuration",
                     "VM '%s' does not run, so nothing can be changed live", vm->name);
        return FALSE;
    }
    if ((asked & HD_PLAN_CONFIG) != 0 && !vm->is_persistent) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                     "define the VM, or change only the running one",
                     "VM '%s' is transient: it has no stored configuration", vm->name);
        return FALSE;
    }
    plan->scope = asked;
    if (asked == 0)
        plan->scope = (is_active ? HD_PLAN_LIVE : 0) | (vm->is_persistent ? HD_PLAN_CONFIG : 0);
    return TRUE;
}

HdPlan *
hd_plan_new(HdEngine *engine, HdHost *host, const char *vm, HdPlanFlags flags, GError **error)
{
    g_autoptr(HdPlan) plan = g_new0(HdPlan, 1);

    plan->engine = engine;
    plan->host = hd_host_ref(host);
    plan->flags = flags;
    plan->timeout_ms = DEFAULT_TIMEOUT_MS;
    plan->requested = g_ptr_array_new();
    plan->devices = g_ptr_array_new();
    plan->absent = g_ptr_array_new_with_free_func(g_free);
    plan->items = g_ptr_array_new_with_free_func(item_free);
    plan->notes = g_ptr_array_new_with_free_func(g_free);
    plan->steps = g_ptr_array_new_with_free_func(step_free);
    plan->vm = engine->provider->klass->lookup_vm(engine->provider, vm, error);
    if (plan->vm == NULL || !decide_scope(plan, error))
        return NULL;
    return g_steal_pointer(&plan);
}

void
hd_plan_free(HdPlan *plan)
{
    if (plan == NULL)
        return;
    g_ptr_array_unref(plan->requested);
    g_ptr_array_unref(plan->devices);
    g_ptr_array_unref(plan->absent);
    g_ptr_array_unref(plan->steps);
    g_ptr_array_unref(plan->items);
    g_ptr_array_unref(plan->notes);
    g_clear_pointer(&plan->affected, g_ptr_array_unref);
    g_free(plan->config_before);
    g_free(plan->config_after);
    g_free(plan->config_written);
    hd_vm_free(plan->vm);
    hd_host_unref(plan->host);
    g_free(plan);
}

void
hd_plan_set_requested(HdPlan *plan, const HdDevice *const *devices, unsigned n_devices)
{
    for (unsigned i = 0; i < n_devices; i++) {
        if (g_ptr_array_find(plan->requested, devices[i], NULL))
            continue;
        g_ptr_array_add(plan->requested, (gpointer) devices[i]);
        g_ptr_array_add(plan->devices, (gpointer) devices[i]);
    }
}

HdPlanItem *
hd_plan_add_item(HdPlan *plan, const HdDevice *device)
{
    HdPlanItem *item = g_new0(HdPlanItem, 1);
    const HdPciFacts *pci = hd_device_get_pci(device);

    item->device = device;
    item->name = g_strdup(hd_device_get_name(device));
    if (pci != NULL) {
        item->driver = hd_driver_dup_current(plan->engine->sysfs, &pci->address);
        item->override = hd_driver_dup_override(plan->engine->sysfs, &pci->address);
    }
    g_ptr_array_add(plan->items, item);
    return item;
}

HdPlanItem *
hd_plan_add_absent_item(HdPlan *plan, const char *name)
{
    HdPlanItem *item = g_new0(HdPlanItem, 1);

    item->name = g_strdup(name);
    g_ptr_array_add(plan->items, item);
    g_ptr_array_add(plan->absent, g_strdup(name));
    return item;
}

void
hd_plan_add_note(HdPlan *plan, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(plan->notes, g_strdup_vprintf(format, args));
    va_end(args);
}

void
hd_plan_take_step(HdPlan *plan,
                  const HdStepKind *kind,
                  const HdPlanItem *item,
                  char *text,
                  char *inverse)
{
    HdStep *step = g_new0(HdStep, 1);

    step->kind = kind;
    step->item = (HdPlanItem *) item;
    step->index = plan->steps->len;
    step->shown.name = kind->name;
    step->shown.device = item != NULL ? item->name : NULL;
    step->shown.text = text;
    step->shown.inverse = inverse;
    g_ptr_array_add(plan->steps, step);
}

/* A PCI device takes its whole group along; of another device, only what is below it. */
void
hd_plan_find_affected(HdPlan *plan)
{
    g_autoptr(GPtrArray) pci = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (unsigned i = 0; i < plan->devices->len; i++) {
        gpointer device = g_ptr_array_index(plan->devices, i);

        g_hash_table_add(seen, device);
        if (hd_device_get_kind(device) == HD_KIND_PCI)
            g_ptr_array_add(pci, device);
    }
    plan->affected = hd_rules_list_affected(plan->host, (const HdDevice *const *) pci->pdata,
                                            pci->len);
    for (unsigned i = 0; i < plan->devices->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->devices, i);

        if (hd_device_get_kind(device) != HD_KIND_PCI)
            g_ptr_array_extend_and_steal(plan->affected, hd_rules_list_below(device));
    }
    for (unsigned i = plan->affected->len; i-- > 0;) {
        if (!g_hash_table_add(seen, g_ptr_array_index(plan->affected, i)))
            g_ptr_array_remove_index(plan->affected, i);
    }
}

void
hd_plan_finish(HdPlan *plan)
{
    g_ptr_array_add(plan->notes, NULL);
    g_ptr_array_add(plan->absent, NULL);
}

GPtrArray *
hd_plan_read_hostdevs(HdPlan *plan, HdVmScope scope, char **ret_xml, GError **error)
{
    HdVmProvider *provider = plan->engine->provider;
    g_autofree char *xml = provider->klass->read_definition(provider, plan->vm->name, scope, error);
    GPtrArray *hostdevs = xml != NULL ? hd_hostdev_list_from_domain(xml, error) : NULL;

    if (hostdevs != NULL && ret_xml != NULL)
        *ret_xml = g_steal_pointer(&xml);
    return hostdevs;
}

gboolean
hd_plan_read_facts(HdPlan *plan, HdPlanFacts *facts, GError **error)
{
    hd_source_index_init(&facts->index, plan->host);
    if ((plan->scope & HD_PLAN_LIVE) != 0) {
        facts->live = hd_plan_read_hostdevs(plan, HD_VM_SCOPE_LIVE, &facts->live_xml, error);
        if (facts->live == NULL)
            return FALSE;
    }
    if ((plan->scope & HD_PLAN_CONFIG) != 0) {
        facts->stored = hd_plan_read_hostdevs(plan, HD_VM_SCOPE_CONFIG, &plan->config_before,
                                              error);
        return facts->stored != NULL;
    }
    return TRUE;
}

void
hd_plan_facts_clear(HdPlanFacts *facts)
{
    hd_source_index_clear(&facts->index);
    g_clear_pointer(&facts->live, g_ptr_array_unref);
    g_clear_pointer(&facts->stored, g_ptr_array_unref);
    g_clear_pointer(&facts->live_xml, g_free);
}

const HdHostdev *
hd_plan_find_hostdev(const HdSourceIndex *index, GPtrArray *hostdevs, const HdDevice *device)
{
    for (unsigned i = 0; hostdevs != NULL && i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hd_source_index_find(index, hostdev) == device)
            return hostdev;
    }
    return NULL;
}

gboolean
hd_plan_read_is_live(HdPlan *plan, const HdPlanItem *item, gboolean *ret_is_live, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autoptr(GPtrArray)
        hostdevs = hd_plan_read_hostdevs(plan, HD_VM_SCOPE_LIVE, NULL, &local_error);
    gboolean found = FALSE;

    /* A VM that has stopped meanwhile holds nothing. */
    if (hostdevs == NULL && !g_error_matches(local_error, HD_ERROR, HD_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    for (unsigned i = 0; hostdevs != NULL && i < hostdevs->len; i++)
        found |= hd_hostdev_equal_source(g_ptr_array_index(hostdevs, i), item->live);
    *ret_is_live = found;
    return TRUE;
}

const HdVm *
hd_plan_get_vm(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, NULL);

    return plan->vm;
}

gboolean
hd_plan_is_attach(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, FALSE);

    return plan->is_attach;
}

HdHost *
hd_plan_get_host(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, NULL);

    return plan->host;
}

HdPlanFlags
hd_plan_get_scope(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, HD_PLAN_DEFAULT);

    return plan->scope;
}

const HdDevice *const *
hd_plan_get_devices(const HdPlan *plan, unsigned *ret_n)
{
    g_return_val_if_fail(plan != NULL && ret_n != NULL, NULL);

    *ret_n = plan->devices->len;
    return (const HdDevice *const *) plan->devices->pdata;
}

const char *const *
hd_plan_get_absent(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, NULL);

    return (const char *const *) plan->absent->pdata;
}

unsigned
hd_plan_get_n_requested(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, 0);

    return plan->requested->len;
}

const HdDevice *const *
hd_plan_get_affected(const HdPlan *plan, unsigned *ret_n)
{
    g_return_val_if_fail(plan != NULL && ret_n != NULL, NULL);

    *ret_n = plan->affected->len;
    return (const HdDevice *const *) plan->affected->pdata;
}

const char *const *
hd_plan_get_notes(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, NULL);

    return (const char *const *) plan->notes->pdata;
}

unsigned
hd_plan_get_n_steps(const HdPlan *plan)
{
    g_return_val_if_fail(plan != NULL, 0);

    return plan->steps->len;
}

const HdPlanStep *
hd_plan_get_step(const HdPlan *plan, unsigned index)
{
    const HdStep *step;

    g_return_val_if_fail(plan != NULL && index < plan->steps->len, NULL);

    step = g_ptr_array_index(plan->steps, index);
    return &step->shown;
}

void
hd_plan_set_timeout(HdPlan *plan, unsigned timeout_ms)
{
    g_return_if_fail(plan != NULL);

    plan->timeout_ms = CLAMP(timeout_ms, 1, MAX_TIMEOUT_MS);
}
