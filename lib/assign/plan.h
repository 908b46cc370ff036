/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of HdPlan: devices, steps and what is needed to carry them out and to undo them.
 */
#pragma once

#include <hostdev/assign.h>

#include "assign/engine.h"
#include "assign/holders.h"
#include "assign/nic.h"
#include "assign/source.h"
#include "devxml/hostdev.h"

G_BEGIN_DECLS

/* A network function whose settings go with it. */
typedef struct {
    HdNicPort *port;
    gboolean is_pf_up; /* when the plan was made */
    HdNicSettings wanted;
    HdNicSettings early; /* made by us before the VM gets it */
    HdNicSettings late;  /* made by us afterwards */
    HdLock *lock;        /* while the plan works on it */
} HdPlanNic;

/* One device that changes hands. */
typedef struct {
    const HdDevice *device; /* NULL when the host does not have it */
    char *name;
    HdHostdev *live;        /* the running VM's element; NULL when it is not changed there */
    HdHostdev *stored;      /* the stored configuration's element; NULL likewise */
    gboolean is_unsettled;  /* libvirt has not ended giving it to the VM: hands off */
    char *driver;           /* PCI: driver when the plan was made, NULL for none */
    char *override;         /* PCI: driver_override when the plan was made, NULL for none */
    HdPlanNic *nic;         /* NULL for all but virtual network functions */
    const HdHostdev *given; /* the element as the request has it, NULL when it names the device */
} HdPlanItem;

typedef struct _HdStep HdStep;

/* What a kind of step does. Both functions look at what is before they act, so that each can be
 * called again; undo is also called for a step that failed halfway. */
typedef struct {
    const char *name;
    gboolean (*apply)(HdPlan *plan, HdStep *step, GError **error);
    gboolean (*undo)(HdPlan *plan, HdStep *step, gboolean *ret_has_acted, GError **error);
} HdStepKind;

struct _HdStep {
    const HdStepKind *kind;
    HdPlanItem *item;   /* NULL for write-config */
    char *result;       /* what is worth telling although the step is done, NULL if nothing is */
    gboolean has_acted; /* for kinds that need it: whether there was anything to do */
    HdPlanStep shown;   /* owns text and inverse */
    unsigned index;
};

struct _HdPlan {
    HdEngine *engine;
    HdHost *host;
    HdVm *vm;
    gboolean is_attach;
    HdPlanFlags flags;
    HdPlanFlags scope;
    HdNicSettings nic;    /* asked for; without fields: nothing is */
    const HdXml *xml;     /* asked for; NULL: devices are */
    GPtrArray *requested; /* HdDevice, as asked for */
    GPtrArray *devices;   /* HdDevice, with companions */
    GPtrArray *absent;    /* names (char *) as asked for, ends with NULL once the plan is made */
    GPtrArray *items;     /* HdPlanItem: devices, then others that lose their driver */
    GPtrArray *affected;
    GPtrArray *notes; /* ends with NULL once the plan is made */
    GPtrArray *steps;
    char *config_before;
    char *config_after;   /* as asked of the provider */
    char *config_written; /* as the provider gives it back */
    unsigned timeout_ms;
    gboolean was_run;
    gboolean is_config_unsettled; /* libvirt has not ended storing: likewise */
    HdPlanProgressFunc progress;  /* while it runs */
    gpointer user_data;
};

extern const HdStepKind hd_step_write_config;
extern const HdStepKind hd_step_bring_up_pf;
extern const HdStepKind hd_step_probe_nic;
extern const HdStepKind hd_step_set_nic;
extern const HdStepKind hd_step_check_nic;
extern const HdStepKind hd_step_restore_nic;
extern const HdStepKind hd_step_unbind;
extern const HdStepKind hd_step_attach_live;
extern const HdStepKind hd_step_detach_live;
extern const HdStepKind hd_step_return;

/* A plan for the VM with its scope decided; HD_ERROR_NOT_FOUND, HD_ERROR_UNSUPPORTED. */
HdPlan *hd_plan_new(HdEngine *engine,
                    HdHost *host,
                    const char *vm,
                    HdPlanFlags flags,
                    GError **error);

/* Takes the requested devices over, each once. */
void hd_plan_set_requested(HdPlan *plan, const HdDevice *const *devices, unsigned n_devices);

/* A device with nothing to change yet; its driver is read now. */
HdPlanItem *hd_plan_add_item(HdPlan *plan, const HdDevice *device);
/* A device that the VM holds and the host does not have. */
HdPlanItem *hd_plan_add_absent_item(HdPlan *plan, const char *name);

/* A sentence for the administrator to read before. */
void hd_plan_add_note(HdPlan *plan, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Takes text and inverse (NULL: none) over. */
void hd_plan_take_step(HdPlan *plan,
                       const HdStepKind *kind,
                       const HdPlanItem *item,
                       char *text,
                       char *inverse);

/* The other devices that leave the host with those of the plan. */
void hd_plan_find_affected(HdPlan *plan);

/* Ends the making: nothing is added to the lists afterwards. */
void hd_plan_finish(HdPlan *plan);

/* Reads a definition of the plan's VM and lists its assigned devices; *ret_xml may be NULL. */
GPtrArray *hd_plan_read_hostdevs(HdPlan *plan, HdVmScope scope, char **ret_xml, GError **error);

/* The definitions of the plan's VM, as far as the plan changes them. */
typedef struct {
    HdSourceIndex index;
    GPtrArray *live;   /* HdHostdev of the running VM, NULL when it is not changed */
    GPtrArray *stored; /* HdHostdev of the stored configuration, NULL likewise */
    char *live_xml;
} HdPlanFacts;

/* Reads them; the stored configuration's text becomes the plan's config_before. facts is to be
 * cleared, also after an error. */
gboolean hd_plan_read_facts(HdPlan *plan, HdPlanFacts *facts, GError **error);
void hd_plan_facts_clear(HdPlanFacts *facts);

/* The element among hostdevs that names the device, NULL when there is none. */
const HdHostdev *hd_plan_find_hostdev(const HdSourceIndex *index,
                                      GPtrArray *hostdevs,
                                      const HdDevice *device);

/* Decides the settings of the virtual network functions of an attach plan, and writes them into
 * their elements. */
gboolean hd_plan_add_nics(HdPlan *plan,
                          const HdPlanFacts *facts,
                          const HdHolders *holders,
                          GError **error);

/* The steps before anything is taken from a driver: physical functions up, settings saved. */
void hd_plan_add_nic_steps(HdPlan *plan);

/* The step after the item was given to the running VM, if it needs one. */
void hd_plan_add_check_nic_step(HdPlan *plan, const HdPlanItem *item);

/* The steps that give settings back after a dismissal. */
void hd_plan_add_restore_nic_steps(HdPlan *plan);

/* The definition with the items' settings that libvirt has no place for, or without them. */
gboolean hd_plan_change_metadata(HdPlan *plan, gboolean is_there, char **xml, GError **error);

/* Waits, bounded, until libvirt has given the item's function back to the host. */
void hd_plan_wait_for_return(HdPlan *plan, const HdPlanItem *item);

/* Makes again what giving the function to its VM again has undone. */
gboolean hd_plan_settle_nic(HdPlan *plan, const HdPlanItem *item, GError **error);

/* Whether the running VM has the item's live element now; a VM that has stopped has none. */
gboolean hd_plan_read_is_live(HdPlan *plan,
                              const HdPlanItem *item,
                              gboolean *ret_is_live,
                              GError **error);

/* Puts driver_override of a PCI device back as it was. */
gboolean hd_plan_restore_override(HdPlan *plan, const HdPlanItem *item, GError **error);

/* Puts drivers and driver_override of all PCI devices of the plan back as they were. Each trouble
 * is added to troubles (char *), each thing put back to restored (char *). */
void hd_plan_restore_drivers(HdPlan *plan, GPtrArray *restored, GPtrArray *troubles);

G_END_DECLS
