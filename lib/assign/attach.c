/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Planning an assignment: who may go, who goes along, who stands in the way, and in which order.
 */
#include <string.h>

#include "assign/holders.h"
#include "assign/plan.h"
#include "base/error.h"
#include "devxml/xml.h"
#include "verdict/rules.h"

static const HdErrorCode refusals[] = {
    [HD_REASON_KIND] = HD_ERROR_UNSUPPORTED,       [HD_REASON_BRIDGE] = HD_ERROR_PROTECTED,
    [HD_REASON_DISPLAY] = HD_ERROR_PROTECTED,      [HD_REASON_BOOT_DISPLAY] = HD_ERROR_PROTECTED,
    [HD_REASON_USB_HUB] = HD_ERROR_PROTECTED,      [HD_REASON_USB_ROOT_HUB] = HD_ERROR_PROTECTED,
    [HD_REASON_POLICY] = HD_ERROR_DENIED,          [HD_REASON_NO_IOMMU] = HD_ERROR_NO_IOMMU,
    [HD_REASON_NO_GROUP] = HD_ERROR_GROUP_UNSAFE,  [HD_REASON_GROUP_MEMBER] = HD_ERROR_GROUP_UNSAFE,
    [HD_REASON_NO_GENERIC] = HD_ERROR_UNSUPPORTED,
};

/* What planning needs beside the plan itself. */
typedef struct {
    HdPlan *plan;
    HdHolders *holders;
    HdPlanFacts facts;
} Making;

static void
making_clear(Making *making)
{
    hd_holders_free(making->holders);
    hd_plan_facts_clear(&making->facts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Making, making_clear)

static gboolean
making_read(Making *making, GError **error)
{
    HdPlan *plan = making->plan;

    making->holders = hd_engine_read_holders(plan->engine, plan->host, error);
    if (making->holders == NULL)
        return FALSE;
    for (const char *const *note = hd_holders_get_notes(making->holders); *note != NULL; note++)
        hd_plan_add_note(plan, "%s", *note);
    return hd_plan_read_facts(plan, &making->facts, error);
}

/* The first reason that the administrator's consent does not lift. */
static gboolean
check_verdict(HdPlan *plan, const HdDevice *device, GError **error)
{
    g_autoptr(HdVerdict) verdict = hd_verdict_new(plan->host, device, &plan->engine->policy);
    unsigned n_reasons;
    const HdReason *reasons = hd_verdict_get_reasons(verdict, &n_reasons);

    for (unsigned i = 0; i < n_reasons; i++) {
        if (reasons[i].code == HD_REASON_GROUP_MEMBER && (plan->flags & HD_PLAN_RELEASE_GROUP) != 0)
            continue;
        hd_error_set(error, refusals[reasons[i].code], hd_device_get_name(device), reasons[i].hint,
                     "cannot assign %s: %s", hd_device_get_name(device), reasons[i].message);
        return FALSE;
    }
    return TRUE;
}

static void
set_held(GError **error, const HdDevice *device, const HdDevice *held, const HdHolder *holder)
{
    const char *how = holder->is_live ? "is assigned to" : "is in the stored configuration of";
    g_autofree char *hint = g_strdup_printf("detach it first: hostdev detach %s %s", holder->vm,
                                            hd_device_get_name(held));

    if (held == device)
        hd_error_set(error, HD_ERROR_BUSY, hd_device_get_name(device), hint, "%s %s VM '%s' (%s)",
                     hd_device_get_name(device), how, holder->vm,
                     hd_vm_state_get_name(holder->state));
    else
        hd_error_set(error, HD_ERROR_BUSY, hd_device_get_name(device), hint,
                     "cannot assign %s: %s, which goes with it, %s VM '%s' (%s)",
                     hd_device_get_name(device), hd_device_get_name(held), how, holder->vm,
                     hd_vm_state_get_name(holder->state));
}

static gboolean
check_holders(const Making *making, const HdDevice *device, GError **error)
{
    const HdVm *vm = making->plan->vm;
    const HdHolder *other = hd_holders_find_other(making->holders, device, vm);
    const HdDevice *held = device;

    if (other == NULL)
        other = hd_holders_find_conflict_for(making->holders, device, vm, &held);
    if (other == NULL)
        return TRUE;
    set_held(error, device, held, other);
    return FALSE;
}

static void
add_companions(HdPlan *plan)
{
    for (unsigned i = 0; i < plan->requested->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->requested, i);
        g_autoptr(GPtrArray)
            companions = hd_rules_list_companions(plan->host, device, &plan->engine->policy);

        for (unsigned j = 0; j < companions->len; j++) {
            gpointer companion = g_ptr_array_index(companions, j);

            if (g_ptr_array_find(plan->devices, companion, NULL))
                continue;
            g_ptr_array_add(plan->devices, companion);
            hd_plan_add_note(plan, "%s goes along: it is in IOMMU group %d with %s",
                             hd_device_get_name(companion), hd_device_get_own_iommu_group(device),
                             hd_device_get_name(device));
        }
    }
}

static gboolean
check_devices(const Making *making, GError **error)
{
    HdPlan *plan = making->plan;

    for (unsigned i = 0; i < plan->requested->len; i++) {
        if (!check_verdict(plan, g_ptr_array_index(plan->requested, i), error))
            return FALSE;
    }
    add_companions(plan);
    for (unsigned i = 0; i < plan->devices->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->devices, i);

        if (!check_verdict(plan, device, error) || !check_holders(making, device, error))
            return FALSE;
    }
    return TRUE;
}

/* The element that the request has for the device, NULL when it only names the device. */
static const HdHostdev *
find_given(const Making *making, const HdDevice *device)
{
    const HdXml *xml = making->plan->xml;

    return xml != NULL ? hd_plan_find_hostdev(&making->facts.index, xml->hostdevs, device) : NULL;
}

static HdHostdev *
new_element(const Making *making,
            const HdPlanItem *item,
            GPtrArray *hostdevs,
            gboolean is_stored,
            char **ret_note)
{
    if (hostdevs == NULL ||
        hd_plan_find_hostdev(&making->facts.index, hostdevs, item->device) != NULL)
        return NULL;
    if (item->given != NULL)
        return hd_hostdev_copy(item->given);
    return hd_source_new(making->plan->host, item->device, is_stored, ret_note);
}

static HdHostdev *
copy_unless_there(GPtrArray *hostdevs, const HdHostdev *given)
{
    if (hostdevs == NULL || hd_hostdev_find_source(hostdevs, given) != NULL)
        return NULL;
    return hd_hostdev_copy(given);
}

/* What no device of this host stands behind: only the VM is changed. */
static void
add_remote_items(Making *making)
{
    HdPlan *plan = making->plan;
    const GPtrArray *hostdevs = plan->xml != NULL ? plan->xml->hostdevs : NULL;

    for (unsigned i = 0; hostdevs != NULL && i < hostdevs->len; i++) {
        const HdHostdev *given = g_ptr_array_index(hostdevs, i);
        g_autofree char *name = NULL;
        HdPlanItem *item;

        if (!hd_hostdev_is_remote(given))
            continue;
        name = hd_source_dup_name(given);
        item = hd_plan_add_absent_item(plan, name);
        item->given = given;
        item->live = copy_unless_there(making->facts.live, given);
        item->stored = copy_unless_there(making->facts.stored, given);
    }
}

/* Only what the VM does not have yet. */
static void
add_items(Making *making)
{
    HdPlan *plan = making->plan;

    for (unsigned i = 0; i < plan->devices->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->devices, i);
        HdPlanItem *item = hd_plan_add_item(plan, device);
        g_autofree char *note = NULL;
        g_autofree char *unused = NULL;

        item->given = find_given(making, device);
        item->live = new_element(making, item, making->facts.live, FALSE, &unused);
        item->stored = new_element(making, item, making->facts.stored, TRUE, &note);
        if (note != NULL)
            hd_plan_add_note(plan, "%s", note);
    }
    add_remote_items(making);
}

/* Each is placed in the definition on its own; nobody has more in one VM. */
#define MAX_REQUESTED 128

/* The devices of the host that the request's elements name. */
static gboolean
find_requested(const Making *making, GError **error)
{
    HdPlan *plan = making->plan;
    const GPtrArray *hostdevs = plan->xml != NULL ? plan->xml->hostdevs : NULL;

    if (hostdevs != NULL && hostdevs->len > MAX_REQUESTED) {
        hd_error_set(error, HD_ERROR_LIMIT, NULL, "attach them in several calls",
                     "%u devices at once are more than %d", hostdevs->len, MAX_REQUESTED);
        return FALSE;
    }

    for (unsigned i = 0; hostdevs != NULL && i < hostdevs->len; i++) {
        const HdHostdev *hostdev = g_ptr_array_index(hostdevs, i);
        const HdDevice *device = hd_source_index_find(&making->facts.index, hostdev);
        g_autofree char *description = hd_hostdev_dup_description(hostdev);

        if (!hd_hostdev_check_start(hostdev, error))
            return FALSE;
        if (hd_hostdev_is_remote(hostdev))
            continue;
        if (device == NULL) {
            hd_error_set(error, HD_ERROR_NOT_FOUND, NULL, "see what there is: hostdev list",
                         "this host has no %s, or more than one", description);
            return FALSE;
        }
        if (!hostdev->managed && hostdev->type == HD_HOSTDEV_PCI)
            hd_plan_add_note(plan,
                             "the XML says managed='no' for the %s, so it must be bound to a vfio "
                             "driver beforehand and stays there afterwards",
                             description);
        hd_plan_set_requested(plan, &device, 1);
    }
    return TRUE;
}

static gboolean
check_anything_left(const HdPlan *plan, GError **error)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->live != NULL || item->stored != NULL)
            return TRUE;
    }
    const HdPlanItem *first = g_ptr_array_index(plan->items, 0);
    hd_error_set(error, HD_ERROR_EXISTS, first->name,
                 plan->nic.fields != 0 ? "to change its settings detach it, and attach it with them"
                                       : NULL,
                 "VM '%s' has %s already%s", plan->vm->name, first->name,
                 plan->items->len > 1 ? ", and all the others" : "");
    return FALSE;
}

static unsigned
count_live_pci(const HdPlan *plan)
{
    unsigned n_live = 0;

    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        n_live += item->live != NULL && item->live->type == HD_HOSTDEV_PCI;
    }
    return n_live;
}

/* Gives the element the first empty slot of the definition, and puts it there. */
static gboolean
place_live(HdHostdev *live, char **xml, GError **error)
{
    g_autoptr(GPtrArray) added = g_ptr_array_new();

    if (!live->has_guest_pci && !hd_domain_xml_find_slot(*xml, &live->guest_pci, error))
        return FALSE;
    live->has_guest_pci = TRUE;
    live->guest_type = HD_GUEST_ADDRESS_PCI;
    g_ptr_array_add(added, live);
    char *changed = hd_domain_xml_change(*xml, added, NULL, error);
    if (changed == NULL)
        return FALSE;
    g_free(*xml);
    *xml = changed;
    return TRUE;
}

/* Each function on a hotplug slot of its own. The slots are chosen here, since libvirt plugs a
 * device without PCI Express into a root port only when it is told so. */
static gboolean
place_live_items(const Making *making, GError **error)
{
    const HdPlan *plan = making->plan;
    unsigned n_needed = count_live_pci(plan);
    unsigned n_free = n_needed > 0 ? hd_domain_xml_count_free_slots(making->facts.live_xml) : 0;
    g_autofree char *xml = g_strdup(making->facts.live_xml);

    if (n_free < n_needed) {
        hd_error_set(error, HD_ERROR_UNSUPPORTED, NULL,
                     "shut the VM down and add pcie-root-port controllers to it, or change only "
                     "its stored configuration (--config)",
                     "VM '%s' has too few free PCI slots for hotplug: %u of %u", plan->vm->name,
                     n_free, n_needed);
        return FALSE;
    }
    for (unsigned i = 0; i < plan->items->len; i++) {
        HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->live != NULL && item->live->type == HD_HOSTDEV_PCI &&
            !place_live(item->live, &xml, error))
            return FALSE;
    }
    return TRUE;
}

/* libvirt plugs a missing controller in by itself, where nobody planned it, and leaves it there. */
static gboolean
check_scsi_controller(const Making *making, GError **error)
{
    HdPlan *plan = making->plan;

    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (item->device == NULL || hd_device_get_kind(item->device) != HD_KIND_SCSI)
            continue;
        if (item->live != NULL && !hd_domain_xml_has_scsi_controller(making->facts.live_xml)) {
            hd_error_set(error, HD_ERROR_UNSUPPORTED, item->name,
                         "add <controller type='scsi' model='virtio-scsi'/> to the VM, or change "
                         "only its stored configuration (--config)",
                         "the running VM '%s' has no SCSI controller for %s", plan->vm->name,
                         item->name);
            return FALSE;
        }
        if (item->stored != NULL && !hd_domain_xml_has_scsi_controller(plan->config_before))
            hd_plan_add_note(plan,
                             "libvirt adds a SCSI controller to the stored configuration of VM "
                             "'%s', which stays after the dismissal",
                             plan->vm->name);
        if (item->stored != NULL)
            hd_plan_add_note(plan,
                             "the stored configuration names %s by the number of its SCSI host, "
                             "which may be another after the host has booted",
                             item->name);
    }
    return TRUE;
}

static gboolean
is_pci(const HdPlanItem *item)
{
    return item->device != NULL && hd_device_get_pci(item->device) != NULL;
}

static gboolean
is_same_card(const HdPlanItem *a, const HdPlanItem *b)
{
    if (!is_pci(a) || !is_pci(b))
        return FALSE;

    const HdPciFacts *first = hd_device_get_pci(a->device);
    const HdPciFacts *second = hd_device_get_pci(b->device);

    return first != NULL && second != NULL && a->stored != NULL && b->stored != NULL &&
           first->address.domain == second->address.domain &&
           first->address.bus == second->address.bus &&
           first->address.slot == second->address.slot &&
           hd_device_get_own_iommu_group(a->device) == hd_device_get_own_iommu_group(b->device);
}

static int
compare_functions(gconstpointer a, gconstpointer b)
{
    const HdPlanItem *first = *(const HdPlanItem *const *) a;
    const HdPlanItem *second = *(const HdPlanItem *const *) b;

    return hd_pci_address_compare(&first->stored->pci, &second->stored->pci);
}

/* The functions of one card keep their numbers, so that drivers which look for function 0 find it;
 * where the host's function 0 is not among them they move down. */
static void
place_card(GPtrArray *card, const HdPciAddress *slot)
{
    g_ptr_array_sort(card, compare_functions);
    const HdPlanItem *lowest = g_ptr_array_index(card, 0);
    gboolean has_zero = lowest->stored->pci.function == 0;

    for (unsigned i = 0; i < card->len; i++) {
        HdHostdev *stored = ((HdPlanItem *) g_ptr_array_index(card, i))->stored;

        stored->has_guest_pci = TRUE;
        stored->guest_type = HD_GUEST_ADDRESS_PCI;
        stored->guest_pci = *slot;
        stored->guest_pci.function = has_zero ? stored->pci.function : (guint8) i;
        stored->guest_multifunction = stored->guest_pci.function == 0;
    }
}

static GPtrArray *
list_card(const HdPlan *plan, const HdPlanItem *first)
{
    GPtrArray *card = g_ptr_array_new();

    for (unsigned i = 0; i < plan->items->len; i++) {
        HdPlanItem *item = g_ptr_array_index(plan->items, i);

        if (is_same_card(first, item))
            g_ptr_array_add(card, item);
    }
    return card;
}

/* A single function gets the same place in both, so that the guest knows it again after its next
 * start: the names of its interfaces come from that. */
static void
place_as_live(const HdPlanItem *item, const char *xml)
{
    if (item->live == NULL || !item->live->has_guest_pci ||
        !hd_domain_xml_is_slot_free(xml, &item->live->guest_pci))
        return;
    item->stored->has_guest_pci = TRUE;
    item->stored->guest_type = HD_GUEST_ADDRESS_PCI;
    item->stored->guest_pci = item->live->guest_pci;
}

/* Adds one card, or one device that is no part of a card, to the stored configuration. */
static gboolean
store_card(HdPlan *plan, GPtrArray *card, char **xml, GError **error)
{
    g_autoptr(GPtrArray) hostdevs = g_ptr_array_new();
    HdPciAddress slot;

    if (card->len == 1)
        place_as_live(g_ptr_array_index(card, 0), *xml);
    else if (hd_domain_xml_find_slot(*xml, &slot, NULL))
        place_card(card, &slot);
    else
        hd_plan_add_note(plan,
                         "the stored configuration of VM '%s' has no free slot for a card of %u "
                         "functions, so each function gets a slot of its own",
                         plan->vm->name, card->len);
    for (unsigned i = 0; i < card->len; i++)
        g_ptr_array_add(hostdevs, ((HdPlanItem *) g_ptr_array_index(card, i))->stored);
    char *changed = hd_domain_xml_change(*xml, hostdevs, NULL, error);
    if (changed == NULL)
        return FALSE;
    g_free(*xml);
    *xml = changed;
    return TRUE;
}

static gboolean
change_config(HdPlan *plan, GError **error)
{
    g_autofree char *xml = g_strdup(plan->config_before);
    unsigned n_stored = 0;

    for (unsigned i = 0; i < plan->items->len; i++) {
        HdPlanItem *item = g_ptr_array_index(plan->items, i);
        g_autoptr(GPtrArray) card = NULL;

        if (item->stored == NULL)
            continue;
        n_stored++;
        if (item->stored->has_guest_pci && item->given == NULL)
            continue;
        card = is_pci(item) ? list_card(plan, item) : g_ptr_array_new();
        if (card->len == 0)
            g_ptr_array_add(card, item);
        /* The card's other functions follow with its lowest one. */
        if (g_ptr_array_index(card, 0) != item)
            continue;
        if (!store_card(plan, card, &xml, error))
            return FALSE;
    }
    if (n_stored == 0)
        return TRUE;
    if (!hd_plan_change_metadata(plan, TRUE, &xml, error))
        return FALSE;
    plan->config_after = g_steal_pointer(&xml);
    hd_plan_take_step(
        plan, &hd_step_write_config, NULL,
        g_strdup_printf("add %u device%s to the stored configuration of VM '%s'", n_stored,
                        n_stored == 1 ? "" : "s", plan->vm->name),
        g_strdup_printf("put the stored configuration of VM '%s' back", plan->vm->name));
    return TRUE;
}

static void
add_unbind_step(HdPlan *plan, const HdPlanItem *item)
{
    if (item->driver == NULL || hd_rules_is_vfio_driver(item->driver))
        return;
    hd_plan_take_step(
        plan, &hd_step_unbind, item,
        g_strdup_printf("take %s from its host driver %s", item->name, item->driver),
        g_strdup_printf("give %s back to its host driver %s", item->name, item->driver));
}

static gboolean
has_item(const HdPlan *plan, const HdDevice *device)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        if (((HdPlanItem *) g_ptr_array_index(plan->items, i))->device == device)
            return TRUE;
    }
    return FALSE;
}

/* Members that cannot be given lose their driver for the time. */
static void
release_blockers(HdPlan *plan, const HdPlanItem *item)
{
    g_autoptr(GPtrArray)
        blockers = hd_rules_list_blockers(plan->host, item->device, &plan->engine->policy);

    for (unsigned i = 0; i < blockers->len; i++) {
        const HdDevice *blocker = g_ptr_array_index(blockers, i);

        if (has_item(plan, blocker))
            continue;
        add_unbind_step(plan, hd_plan_add_item(plan, blocker));
        hd_plan_add_note(plan,
                         "%s loses its driver %s until the devices are detached; what that driver "
                         "serves stops, which for a chipset may be a watchdog that then resets the "
                         "host",
                         hd_device_get_name(blocker), hd_device_get_driver(blocker));
    }
}

/* What is only stored is not touched now, and libvirt does not do it when the VM starts. */
static void
warn_of_blockers(HdPlan *plan, const HdPlanItem *item)
{
    g_autoptr(GPtrArray)
        blockers = hd_rules_list_blockers(plan->host, item->device, &plan->engine->policy);

    for (unsigned i = 0; i < blockers->len; i++)
        hd_plan_add_note(plan,
                         "VM '%s' will not start with %s while %s, which is in its IOMMU group, is "
                         "bound to %s: take it from its driver before each start",
                         plan->vm->name, item->name,
                         hd_device_get_name(g_ptr_array_index(blockers, i)),
                         hd_device_get_driver(g_ptr_array_index(blockers, i)));
}

/* The kernel lets a group go to a guest only when no member has a host driver. */
static void
add_unbind_steps(HdPlan *plan)
{
    unsigned n_items = plan->items->len;

    for (unsigned i = 0; i < n_items; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);
        g_autoptr(GPtrArray) companions = NULL;

        if (!is_pci(item))
            continue;
        if (item->stored != NULL)
            warn_of_blockers(plan, item);
        if (item->live == NULL)
            continue;
        companions = hd_rules_list_companions(plan->host, item->device, &plan->engine->policy);
        if (companions->len > 0)
            add_unbind_step(plan, item);
        release_blockers(plan, item);
    }
}

/* Until the host's use of devices is known, the disks and interfaces that go are named. */
static void
warn_of_loss(HdPlan *plan)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (unsigned i = 0; i < plan->affected->len; i++) {
        const HdDevice *device = g_ptr_array_index(plan->affected, i);
        const HdBlockFacts *block = hd_device_get_block(device);
        const HdNetFacts *net = hd_device_get_net(device);

        if (block != NULL || net != NULL)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   block != NULL ? block->block : net->interface);
    }
    if (names->len > 0)
        hd_plan_add_note(plan, "%s leave%s the host; whether the host uses %s is not checked",
                         names->str, strchr(names->str, ',') != NULL ? "" : "s",
                         strchr(names->str, ',') != NULL ? "them" : "it");
}

static void
add_live_steps(HdPlan *plan)
{
    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);
        const char *name = item->name;
        char address[HD_PCI_ADDRESS_STRLEN];

        if (item->live == NULL)
            continue;
        hd_plan_take_step(
            plan, &hd_step_attach_live, item,
            g_strdup_printf("give %s to the running VM '%s'%s%s", name, plan->vm->name,
                            item->live->has_guest_pci ? " as " : "",
                            item->live->has_guest_pci
                                ? hd_pci_address_format(&item->live->guest_pci, address)
                                : ""),
            g_strdup_printf("take %s from the running VM '%s'", name, plan->vm->name));
        hd_plan_add_check_nic_step(plan, item);
    }
}

/* The kinds of device that libvirt cannot give the way the VM wants. */
static void
add_notes(HdPlan *plan)
{
    unsigned n_live = count_live_pci(plan);
    gboolean is_shared = FALSE;

    for (unsigned i = 0; i < plan->items->len; i++) {
        const HdPlanItem *item = g_ptr_array_index(plan->items, i);

        is_shared |= item->stored != NULL && item->stored->guest_multifunction;
    }
    if (n_live > 1)
        hd_plan_add_note(plan,
                         "libvirt plugs function 0 of a slot only, so each of the %u functions "
                         "gets a slot of its own in the running VM%s",
                         n_live,
                         is_shared ? "; the stored configuration keeps a card on one slot" : "");
}

/* Everything that can be refused, before the first step is written down. */
static gboolean
fill_items(Making *making, GError **error)
{
    HdPlan *plan = making->plan;

    if (!making_read(making, error) || !find_requested(making, error) ||
        !check_devices(making, error))
        return FALSE;
    add_items(making);
    return check_anything_left(plan, error) && check_scsi_controller(making, error) &&
           hd_plan_add_nics(plan, &making->facts, making->holders, error) &&
           place_live_items(making, error);
}

HdPlan *
hd_plan_new_attach(HdEngine *engine, HdHost *host, const HdPlanRequest *request, GError **error)
{
    g_auto(Making) making = {0};
    g_autoptr(HdPlan) plan = NULL;

    g_return_val_if_fail(engine != NULL && host != NULL && request != NULL, NULL);
    g_return_val_if_fail(request->vm != NULL, NULL);
    g_return_val_if_fail(request->n_devices > 0 || request->xml != NULL, NULL);

    plan = hd_plan_new(engine, host, request->vm, request->flags, error);
    if (plan == NULL)
        return NULL;
    plan->is_attach = TRUE;
    plan->xml = request->xml;
    if (request->nic != NULL)
        plan->nic = *request->nic;
    making.plan = plan;
    hd_plan_set_requested(plan, request->devices, request->n_devices);
    if (!fill_items(&making, error))
        return NULL;
    /* The card is asked before anything is stored: what it refuses was never there. */
    hd_plan_add_nic_steps(plan);
    if (!change_config(plan, error))
        return NULL;
    add_unbind_steps(plan);
    add_live_steps(plan);
    add_notes(plan);
    hd_plan_find_affected(plan);
    warn_of_loss(plan);
    hd_plan_finish(plan);
    return g_steal_pointer(&plan);
}
