/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Planning a dismissal: what the VM holds of the devices' groups, and in which order it goes back.
 */
#include "assign/plan.h"
#include "base/error.h"
#include "verdict/rules.h"

typedef struct {
    HdPlan *plan;
    HdPlanFacts facts;
} Making;

static void
making_clear(Making *making)
{
    hd_plan_facts_clear(&making->facts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Making, making_clear)

/* The element of the device. One that names a USB device by its ids alone fits each of several such
 * devices, and is meant when any of them is dismissed: the VM would not start with it. */
static const HdHostdev *
find_element(const Making *making, GPtrArray *hostdevs, const HdDevice *device)
{
    const HdHostdev *found = hd_plan_find_hostdev(&making->facts.index, hostdevs, device);
    const HdUsbFacts *usb = hd_device_get_usb(device);

    for (unsigned i = 0; found == NULL && usb != NULL && hostdevs != NULL && i < hostdevs->len;
         i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hostdev->type == HD_HOSTDEV_USB && hostdev->usb_bus < 0 &&
            hostdev->usb_vendor == usb->vendor && hostdev->usb_product == usb->product)
            found = hostdev;
    }
    return found;
}

static gboolean
is_held(const Making *making, const HdDevice *device)
{
    return find_element(making, making->facts.live, device) != NULL ||
           find_element(making, making->facts.stored, device) != NULL;
}

static gboolean
check_held(const Making *making, GError **error)
{
    HdPlan *plan = making->plan;
    const char *where = plan->scope == HD_PLAN_LIVE     ? "the running VM"
                        : plan->scope == HD_PLAN_CONFIG ? "the stored configuration of VM"
                                                        : "VM";

    for (unsigned i = 0; i < plan->requested->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->requested, i);

        if (is_held(making, device))
            continue;
        hd_error_set(error, HD_ERROR_NOT_FOUND, hd_device_get_name(device),
                     "see who holds it: hostdev holders", "%s is not assigned to %s '%s'",
                     hd_device_get_name(device), where, plan->vm->name);
        return FALSE;
    }
    return TRUE;
}

/* All of a group that the VM holds goes back together. */
static void
add_companions(const Making *making)
{
    HdPlan *plan = making->plan;

    for (unsigned i = 0; i < plan->requested->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->requested, i);
        unsigned n_members = 0;
        const HdDevice *const *members = hd_host_get_group_devices(
            plan->host, hd_device_get_own_iommu_group(device), &n_members);

        for (unsigned j = 0; j < n_members; j++) {
            if (g_ptr_array_find(plan->devices, members[j], NULL) || !is_held(making, members[j]))
                continue;
            g_ptr_array_add(plan->devices, (gpointer) members[j]);
            hd_plan_add_note(plan, "%s comes back along: it is in IOMMU group %d with %s",
                             hd_device_get_name(members[j]), hd_device_get_own_iommu_group(device),
                             hd_device_get_name(device));
        }
    }
}

/* The element whole, so that undoing gives back all that stands in it. */
static HdHostdev *
copy_whole(const HdHostdev *found, const char *xml, GError **error)
{
    HdHostdev *copy = NULL;
    char *element = hd_domain_xml_dup_element(xml, found, &copy, error);

    if (element == NULL)
        return NULL;
    g_free(copy->element);
    copy->element = element;
    return copy;
}

static gboolean
set_elements(const Making *making,
             HdPlanItem *item,
             const HdHostdev *live,
             const HdHostdev *stored,
             GError **error)
{
    if (live != NULL) {
        item->live = copy_whole(live, making->facts.live_xml, error);
        if (item->live == NULL)
            return FALSE;
    }
    if (stored != NULL) {
        item->stored = copy_whole(stored, making->plan->config_before, error);
        if (item->stored == NULL)
            return FALSE;
    }
    return TRUE;
}

/* The VM's element of that name whose device the host does not have, NULL when there is none. */
static const HdHostdev *
find_absent(const Making *making, GPtrArray *hostdevs, const char *name)
{
    for (unsigned i = 0; hostdevs != NULL && i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);

        if (hd_source_is_named(hostdev, name) &&
            hd_source_index_find(&making->facts.index, hostdev) == NULL)
            return hostdev;
    }
    return NULL;
}

static gboolean
add_absent(const Making *making, const char *text, GError **error)
{
    HdPlan *plan = making->plan;
    const HdHostdev *live = find_absent(making, making->facts.live, text);
    const HdHostdev *stored = find_absent(making, making->facts.stored, text);

    if (live == NULL && stored == NULL) {
        hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, "see what it holds: hostdev vms",
                     "this host has no device '%s', and VM '%s' holds none of that name", text,
                     plan->vm->name);
        return FALSE;
    }
    g_autofree char *name = hd_source_dup_name(stored != NULL ? stored : live);
    HdPlanItem *item = hd_plan_add_absent_item(plan, name);
    item->live = live != NULL ? hd_hostdev_copy(live) : NULL;
    item->stored = stored != NULL ? hd_hostdev_copy(stored) : NULL;
    hd_plan_add_note(plan, "%s is not on this host: only VM '%s' is changed", name, plan->vm->name);
    return TRUE;
}

static gboolean
change_config(HdPlan *plan, GError **error)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new();

    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->stored != NULL)
            g_ptr_array_add(gone, item->stored);
    }
    if (gone->len == 0)
        return TRUE;
    plan->config_after = hd_domain_xml_change(plan->config_before, NULL, gone, error);
    if (plan->config_after == NULL ||
        !hd_plan_change_metadata(plan, FALSE, &plan->config_after, error))
        return FALSE;
    hd_plan_take_step(
        plan, &hd_step_write_config, NULL,
        g_strdup_printf("remove %u device%s from the stored configuration of VM '%s'", gone->len,
                        gone->len == 1 ? "" : "s", plan->vm->name),
        g_strdup_printf("put the stored configuration of VM '%s' back", plan->vm->name));
    return TRUE;
}

static void
add_live_steps(HdPlan *plan)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);
        const char *name = item->name;

        if (item->live == NULL)
            continue;
        hd_plan_take_step(
            plan, &hd_step_detach_live, item,
            g_strdup_printf("take %s from the running VM '%s' and wait until its guest lets go",
                            name, plan->vm->name),
            g_strdup_printf("give %s to the running VM '%s' again", name, plan->vm->name));
    }
}

/* It has no inverse: what the VM has let go of is the host's, whatever becomes of it there. */
static void
add_return_step(HdPlan *plan, const HdPlanItem *item)
{
    hd_plan_take_step(
        plan, &hd_step_return, item,
        g_strdup_printf("see that %s has a host driver, if there is one for it", item->name), NULL);
}

/* Members of the group that were left without a driver so that the group could go. */
static void
add_driverless_members(HdPlan *plan, const HdDevice *device)
{
    unsigned n_members = 0;
    const HdDevice *const *members = hd_host_get_group_devices(
        plan->host, hd_device_get_own_iommu_group(device), &n_members);

    for (unsigned i = 0; i < n_members; i++) {
        gboolean is_known = hd_device_get_kind(members[i]) != HD_KIND_PCI ||
                            hd_device_get_driver(members[i]) != NULL;

        for (unsigned j = 0; j < plan->items->len; j++)
            is_known |= ((HdPlanItem *) g_ptr_array_index(plan->items, j))->device == members[i];
        if (!is_known)
            add_return_step(plan, hd_plan_add_item(plan, members[i]));
    }
}

/* Whether the VM has the group now and keeps it: then no member can get a host driver. */
static gboolean
keeps_group(const HdPlan *plan, const HdPlanItem *item)
{
    return item->live == NULL && plan->vm->state != HD_VM_SHUTOFF &&
           (plan->scope & HD_PLAN_LIVE) == 0;
}

/* libvirt gives a device back when its VM lets go of it, but the kernel binds no host driver while
 * another member of the group is still with the VM: so all are looked after at the end. */
static void
add_return_steps(HdPlan *plan)
{
    unsigned n_items = plan->items->len;

    for (unsigned i = 0; i < n_items; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->device != NULL && item->live != NULL && item->live->type == HD_HOSTDEV_PCI)
            add_return_step(plan, item);
    }
    for (unsigned i = 0; i < n_items; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->device != NULL && hd_device_get_kind(item->device) == HD_KIND_PCI &&
            !keeps_group(plan, item))
            add_driverless_members(plan, item->device);
    }
}

/* Interfaces may be named by their MAC address: the device is the same as by its own name. */
static const HdDevice *
find_by_mac(const Making *making, const char *text)
{
    const HdHostdev *hostdev = NULL;

    if (making->facts.live != NULL)
        hostdev = hd_hostdev_find_mac(making->facts.live, text);
    if (hostdev == NULL && making->facts.stored != NULL)
        hostdev = hd_hostdev_find_mac(making->facts.stored, text);
    return hostdev != NULL ? hd_source_index_find(&making->facts.index, hostdev) : NULL;
}

/* Several interfaces of a VM can have one address. */
static gboolean
check_mac(const Making *making, GPtrArray *hostdevs, const char *mac, GError **error)
{
    const HdHostdev *first = hostdevs != NULL ? hd_hostdev_find_mac(hostdevs, mac) : NULL;

    for (unsigned i = 0; first != NULL && i < hostdevs->len; i++) {
        const HdHostdev *other = g_ptr_array_index(hostdevs, i);
        g_autofree char *name = NULL;
        g_autofree char *first_name = NULL;

        if (other == first || !other->is_interface || g_strcmp0(other->mac, first->mac) != 0)
            continue;
        name = hd_source_dup_name(other);
        first_name = hd_source_dup_name(first);
        hd_error_set(error, HD_ERROR_AMBIGUOUS, NULL, "name the device",
                     "MAC address %s of VM '%s' is that of %s and of %s", mac,
                     making->plan->vm->name, first_name, name);
        return FALSE;
    }
    return TRUE;
}

static gboolean
find_named(const Making *making, const HdPlanRequest *request, GError **error)
{
    for (const char *const *name = request->absent; name != NULL && *name != NULL; name++) {
        const HdDevice *device = find_by_mac(making, *name);

        if (!check_mac(making, making->facts.live, *name, error) ||
            !check_mac(making, making->facts.stored, *name, error))
            return FALSE;
        if (device != NULL)
            hd_plan_set_requested(making->plan, &device, 1);
    }
    return TRUE;
}

static gboolean
add_items(const Making *making, const HdPlanRequest *request, GError **error)
{
    HdPlan *plan = making->plan;

    for (unsigned i = 0; i < plan->devices->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->devices, i);
        HdPlanItem *item = hd_plan_add_item(plan, device);

        if (!set_elements(making, item, find_element(making, making->facts.live, device),
                          find_element(making, making->facts.stored, device), error))
            return FALSE;
    }
    for (const char *const *name = request->absent; name != NULL && *name != NULL; name++) {
        if (find_by_mac(making, *name) == NULL && !add_absent(making, *name, error))
            return FALSE;
    }
    return TRUE;
}

static void
warn_of_pause(HdPlan *plan)
{
    if (plan->vm->state == HD_VM_PAUSED && (plan->scope & HD_PLAN_LIVE) != 0)
        hd_plan_add_note(plan, "VM '%s' is paused, so its guest cannot answer", plan->vm->name);
}

HdPlan *
hd_plan_new_detach(HdEngine *engine, HdHost *host, const HdPlanRequest *request, GError **error)
{
    g_auto(Making) making = {0};
    g_autoptr(HdPlan) plan = NULL;

    g_return_val_if_fail(engine != NULL && host != NULL && request != NULL, NULL);
    g_return_val_if_fail(request->vm != NULL, NULL);
    g_return_val_if_fail(request->n_devices > 0 || request->absent != NULL, NULL);

    plan = hd_plan_new(engine, host, request->vm, request->flags, error);
    if (plan == NULL)
        return NULL;
    making.plan = plan;
    hd_plan_set_requested(plan, request->devices, request->n_devices);
    if (!hd_plan_read_facts(plan, &making.facts, error))
        return NULL;
    if (!find_named(&making, request, error) || !check_held(&making, error))
        return NULL;
    add_companions(&making);
    if (!add_items(&making, request, error) || !change_config(plan, error))
        return NULL;
    add_live_steps(plan);
    add_return_steps(plan);
    hd_plan_add_restore_nic_steps(plan);
    warn_of_pause(plan);
    hd_plan_find_affected(plan);
    hd_plan_finish(plan);
    return g_steal_pointer(&plan);
}
