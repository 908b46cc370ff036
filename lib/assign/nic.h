/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Virtual network functions: whose settings the host makes through the physical function, before
 * and while a VM has them.
 */
#pragma once

#include "assign/engine.h"
#include "host/vf.h"
#include "store/store.h"
#include "vm/provider.h"
#include <hostdev/nic.h>

G_BEGIN_DECLS

/* The way to a function's settings. */
typedef struct {
    const HdDevice *device;
    const HdDevice *pf;
    char *interface; /* of the physical function */
    unsigned index;  /* of the function below it */
} HdNicPort;

/* Whether the device is a virtual function of a network card. */
gboolean hd_nic_is_function(const HdDevice *device);

/* HD_ERROR_UNSUPPORTED when the physical function has no network interface, as when it is given to
 * a VM or has no driver. */
HdNicPort *hd_nic_port_new(HdEngine *engine, const HdDevice *device, GError **error);
void hd_nic_port_free(HdNicPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HdNicPort, hd_nic_port_free)

/* A MAC address for the VM's function that is the same at each call; salt tells apart those that
 * collide. Locally administered, with QEMU's prefix as libvirt generates them. */
void hd_nic_derive_mac(const HdVm *vm, const HdDevice *device, unsigned salt, guint8 ret_mac[6]);

/* Likewise an instance of an 802.1Qbg profile. */
void hd_nic_derive_instance(const HdVm *vm,
                            const HdDevice *device,
                            char ret_uuid[HD_NIC_INSTANCE_ID_SIZE]);

/* The part of the settings that the provider does not make by itself: early is made before the VM
 * gets the function; late afterwards, since the provider would overwrite it. */
void hd_nic_split(const HdNicSettings *wanted,
                  HdNicFields provider_fields,
                  HdNicSettings *ret_early,
                  HdNicSettings *ret_late);

/* The part that the provider has no place for in its definition. */
void hd_nic_get_extra(const HdNicSettings *wanted,
                      HdNicFields provider_fields,
                      HdNicSettings *ret_extra);

/* Adds to settings what over says; where both say something over wins. */
void hd_nic_overlay(HdNicSettings *settings, const HdNicSettings *over);

/* Adds what one entry of metadata says about the function that has settings by its element. */
void hd_nic_overlay_entry(HdNicSettings *settings,
                          const HdNicSettings *entry,
                          gboolean *ret_is_stale);

/* Adds what the metadata of a <domain> document says about the function that has settings by the
 * document's own elements. What belongs to another MAC address or VLAN is of an interface that was
 * there once: these elements win, and *ret_is_stale says so. */
gboolean hd_nic_overlay_metadata(HdNicSettings *settings,
                                 const HdPciAddress *address,
                                 const char *xml,
                                 gboolean *ret_is_stale,
                                 GError **error);

/* Reads the physical function's table. */
HdPfState *hd_nic_read_pf(HdEngine *engine, const HdNicPort *port, GError **error);

/* What can be told without a change: the physical function is up, the kernel lists the function,
 * and its driver or daemon knows port profiles where one is wanted. */
gboolean hd_nic_check(HdEngine *engine,
                      const HdNicPort *port,
                      const HdPfState *state,
                      const HdNicSettings *wanted,
                      GError **error);

/* Sees that the card can do what is wanted, without changing anything: what its driver does not
 * report is tried by writing the present value again. */
gboolean hd_nic_probe(HdEngine *engine,
                      const HdNicPort *port,
                      const HdNicSettings *wanted,
                      GError **error);

/* Saves what the function's settings are now, durably, for the VM, and then makes early. Nothing is
 * saved when it fails before anything was changed; else hd_nic_give_back() is due. */
gboolean hd_nic_take(HdEngine *engine,
                     const HdNicPort *port,
                     const HdVm *vm,
                     const HdNicSettings *wanted,
                     const HdNicSettings *early,
                     GError **error);

/* Makes late, and sees that the function has all that is wanted. */
gboolean hd_nic_verify(HdEngine *engine,
                       const HdNicPort *port,
                       const HdNicSettings *wanted,
                       const HdNicSettings *late,
                       GError **error);

/* Sees that the function of a VM that has it has all that the record says, and makes again what is
 * ours to make where it has not. *ret_has_acted: something had to be made. */
gboolean hd_nic_make_again(HdEngine *engine,
                           const HdNicPort *port,
                           const HdSavedNic *record,
                           gboolean *ret_has_acted,
                           GError **error);

/* Puts back what was saved, and forgets it. Without a record, or with another one than expected
 * (NULL: any), nothing is done. *ret_note (NULL: nothing) is what could not be put back by its
 * nature; *ret_has_acted: there was a record. Both are written only then. */
gboolean hd_nic_give_back(HdEngine *engine,
                          const HdNicPort *port,
                          const HdSavedNic *expected,
                          gboolean *ret_has_acted,
                          char **ret_note,
                          GError **error);

/* Held while the table of a physical function is read and changed. */
HdLock *hd_nic_lock_pf(HdEngine *engine, const HdNicPort *port, GError **error);

/* Held by who works on a function for longer than one call here, so that others leave it alone. */
HdLock *hd_nic_lock(HdEngine *engine, const HdDevice *device, unsigned timeout_ms, GError **error);

/* All records of this boot: GPtrArray of HdSavedNic, by device. */
GPtrArray *hd_nic_list_saved(HdEngine *engine, GError **error);

/* The record of this boot, NULL without an error when there is none. */
HdSavedNic *hd_nic_find_saved(HdEngine *engine, const HdDevice *device, GError **error);

G_END_DECLS
