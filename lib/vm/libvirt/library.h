/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt's client library, which is loaded when VMs are first asked for: it brings 40 other
 * libraries along, and most commands look at the host only.
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

G_BEGIN_DECLS

/* All functions that this folder uses. */
#define HD_LIBVIRT_FUNCTIONS(DO)                                                                   \
    DO(virConnSetErrorFunc)                                                                        \
    DO(virConnectClose)                                                                            \
    DO(virConnectDomainEventDeregisterAny)                                                         \
    DO(virConnectDomainEventRegisterAny)                                                           \
    DO(virConnectIsAlive)                                                                          \
    DO(virConnectListAllDomains)                                                                   \
    DO(virConnectOpen)                                                                             \
    DO(virConnectRef)                                                                              \
    DO(virConnectSetKeepAlive)                                                                     \
    DO(virDomainAttachDeviceFlags)                                                                 \
    DO(virDomainDefineXMLFlags)                                                                    \
    DO(virDomainDetachDeviceFlags)                                                                 \
    DO(virDomainFree)                                                                              \
    DO(virDomainGetConnect)                                                                        \
    DO(virDomainGetName)                                                                           \
    DO(virDomainGetState)                                                                          \
    DO(virDomainGetUUIDString)                                                                     \
    DO(virDomainGetXMLDesc)                                                                        \
    DO(virDomainIsActive)                                                                          \
    DO(virDomainIsPersistent)                                                                      \
    DO(virDomainLookupByName)                                                                      \
    DO(virEventRegisterImpl)                                                                       \
    DO(virGetLastError)                                                                            \
    DO(virGetLastErrorCode)                                                                        \
    DO(virInitialize)                                                                              \
    DO(virResetLastError)                                                                          \
    DO(virSetErrorFunc)

/* They have libvirt's own names and types. */
typedef struct {
#define HD_LIBVIRT_MEMBER(name) __typeof__(name) *name;
    HD_LIBVIRT_FUNCTIONS(HD_LIBVIRT_MEMBER)
#undef HD_LIBVIRT_MEMBER
} HdLibvirt;

/* Filled by hd_libvirt_load(). Tests put functions of their own here. */
extern HdLibvirt hd_libvirt;

/* Loads libvirt unless that was done before; it stays until the process ends. HD_ERROR_UNSUPPORTED
 * when it is not installed. Thread-safe. */
gboolean hd_libvirt_load(GError **error);

/* Loads the functions from one library; hd_libvirt_load() without the memory. */
gboolean hd_libvirt_load_from(const char *file, HdLibvirt *ret_functions, GError **error);

G_END_DECLS
