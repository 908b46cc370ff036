/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the worker's thread asks of libvirt: functions of type HdWorkerFunc and what they work on.
 */
#pragma once

#include "vm/libvirt/library.h"
#include "vm/provider.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomain, hd_libvirt.virDomainFree)

typedef struct {
    char *vm;
    HdVmScope scope;
    char *expected; /* the stored definition that a new one replaces */
    char *xml;      /* a definition or a device element */
    char *action;   /* for messages, such as "read the definition of VM 'x'" */
} HdRequest;

/* The action becomes "VERB VM 'NAME'". */
HdRequest *hd_request_new(const char *vm, const char *verb);
void hd_request_free(HdRequest *request);

/* NULL with HD_ERROR_NOT_FOUND when there is none. */
virDomain *hd_libvirt_lookup_domain(virConnectPtr connection,
                                    const HdRequest *request,
                                    GError **error);

/* The running or the stored definition; NULL with HD_ERROR_NOT_FOUND when there is none. */
char *hd_libvirt_read_xml(virDomain *domain, const HdRequest *request, GError **error);

/* Results: GPtrArray of HdVm; HdVm; text; not NULL; not NULL. data is NULL or a HdRequest. */
gpointer hd_libvirt_list_vms(virConnectPtr connection, gpointer data, GError **error);
gpointer hd_libvirt_lookup_vm(virConnectPtr connection, gpointer data, GError **error);
gpointer hd_libvirt_read_definition(virConnectPtr connection, gpointer data, GError **error);
gpointer hd_libvirt_write_definition(virConnectPtr connection, gpointer data, GError **error);
gpointer hd_libvirt_attach_live(virConnectPtr connection, gpointer data, GError **error);

G_END_DECLS
