/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The last part of undoing: drivers and driver_override as they were. libvirt gives a device back
 * by letting the kernel choose a driver and clears driver_override, which need not be what was.
 */
#include "assign/plan.h"

#include <string.h>

#include "base/error.h"
#include "host/driver.h"
#include "verdict/rules.h"

/* A device that the VM still has cannot be given back; the step that could not take it has said so.
 * Where the VM cannot be asked, a device on vfio counts as still there. What a dismissal could not
 * give to the VM again belongs to the host. */
static gboolean
is_with_vm(HdPlan *plan, const HdPlanItem *item, const char *driver)
{
    gboolean is_live = hd_rules_is_vfio_driver(driver);

    if (item->live == NULL)
        return FALSE;
    if (!plan->is_attach)
        return TRUE;
    hd_plan_read_is_live(plan, item, &is_live, NULL);
    return is_live;
}

/* Undoing the device's step has told its trouble already. */
static gboolean
is_told(GPtrArray *troubles, const char *name)
{
    for (unsigned i = 0; i < troubles->len; i++) {
        if (strstr(g_ptr_array_index(troubles, i), name) != NULL)
            return TRUE;
    }
    return FALSE;
}

static gboolean
restore_driver(const char *root, const HdPlanItem *item, GError **error)
{
    const HdPciAddress *address = &hd_device_get_pci(item->device)->address;

    if (item->driver == NULL)
        return hd_driver_unbind(root, address, HD_DRIVER_TIMEOUT_MS, error);
    g_autofree char *now = hd_driver_dup_current(root, address);
    if (now != NULL && !hd_driver_unbind(root, address, HD_DRIVER_TIMEOUT_MS, error))
        return FALSE;
    return hd_driver_probe(root, address, item->driver, HD_DRIVER_TIMEOUT_MS, error);
}

gboolean
hd_plan_restore_override(HdPlan *plan, const HdPlanItem *item, GError **error)
{
    const char *root = plan->engine->sysfs;
    const HdPciAddress *address = &hd_device_get_pci(item->device)->address;
    g_autofree char *override = hd_driver_dup_override(root, address);

    return g_strcmp0(override, item->override) == 0 ||
           hd_driver_set_override(root, address, item->override, HD_DRIVER_TIMEOUT_MS, error);
}

static void
restore_item(HdPlan *plan, const HdPlanItem *item, GPtrArray *restored, GPtrArray *troubles)
{
    const char *root = plan->engine->sysfs;
    const char *name = item->name;
    const HdPciAddress *address = &hd_device_get_pci(item->device)->address;
    g_autoptr(GError) error = NULL;
    g_autofree char *driver = hd_driver_dup_current(root, address);

    if (!hd_driver_has_device(root, address) || item->is_unsettled ||
        is_with_vm(plan, item, driver))
        return;
    if (!hd_plan_restore_override(plan, item, &error)) {
        g_ptr_array_add(troubles,
                        g_strdup_printf("driver_override of %s: %s", name, error->message));
        return;
    }
    if (g_strcmp0(driver, item->driver) == 0)
        return;
    if (restore_driver(root, item, &error))
        g_ptr_array_add(restored,
                        g_strdup_printf("driver %s of %s",
                                        item->driver != NULL ? item->driver : "(none)", name));
    else if (!is_told(troubles, name))
        g_ptr_array_add(troubles, g_strdup_printf("driver of %s: %s", name, error->message));
}

void
hd_plan_restore_drivers(HdPlan *plan, GPtrArray *restored, GPtrArray *troubles)
{
    if ((plan->scope & HD_PLAN_LIVE) == 0)
        return;
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->device != NULL && hd_device_get_pci(item->device) != NULL)
            restore_item(plan, item, restored, troubles);
    }
}
