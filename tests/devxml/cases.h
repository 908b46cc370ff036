/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Device XML, good and bad, as tables: every rule of libvirt's grammar for assigned devices, and
 * every one that is ours. The names of the rows are the names of the tests.
 */
#pragma once

#include <glib.h>

typedef struct {
    const char *name;  /* NULL: the end */
    const char *xml;   /* what a user gives */
    const char *words; /* what the error says, parted by "|" */
} ErrorCase;

typedef struct {
    const char *name; /* NULL: the end */
    const char *xml;
    const char *words;   /* what the warning says, parted by "|" */
    gboolean is_refused; /* and cannot be started */
} WarningCase;

typedef struct {
    const char *name; /* NULL: the end */
    const char *xml;
    const char *canonical;
    const char *difference; /* why libvirt prints something else; NULL: it prints the same */
} GoodCase;

extern const ErrorCase error_cases[];
extern const WarningCase warning_cases[];
extern const GoodCase good_hostdev_cases[];
extern const GoodCase good_interface_cases[];

#define PCI_WITH(attributes, children)                                                             \
    "<hostdev type='pci'" attributes "><source><address bus='1'/></source>" children "</hostdev>"
#define PCI_AT(attributes)                                                                         \
    "<hostdev type='pci'><source><address " attributes "/></source></hostdev>"
#define USB_FROM(source) "<hostdev type='usb'>" source "</hostdev>"
#define USB_WITH(children) USB_FROM("<source><address bus='1' device='2'/></source>" children)
#define SCSI_FROM(source) "<hostdev type='scsi'>" source "</hostdev>"
#define LUN(unit)                                                                                  \
    "<source><adapter name='scsi_host0'/><address bus='0' target='0' unit='" unit "'/></source>"
#define ISCSI_WITH(children)                                                                       \
    "<hostdev type='scsi'><source protocol='iscsi' name='iqn.2020-01.example:a/1'>" children       \
    "</source></hostdev>"
#define VHOST_FROM(attributes, children)                                                           \
    "<hostdev type='scsi_host'><source" attributes "/>" children "</hostdev>"
#define VHOST_WITH(children) VHOST_FROM(" protocol='vhost' wwpn='naa.5001405df3e54061'", children)
#define UUID_A "53764d0e-85a0-4347-8f7f-4e8b2c1d0001"
#define UUID_B "53764d0e-85a0-4347-8f7f-4e8b2c1d0002"
#define MDEV_OF(uuid, attributes, children)                                                        \
    "<hostdev type='mdev'" attributes "><source><address uuid='" uuid "'/></source>" children      \
    "</hostdev>"
#define MDEV_WITH(attributes, children) MDEV_OF(UUID_A, attributes, children)
#define NIC_FROM(source) "<interface type='hostdev'>" source "</interface>"
#define NIC_WITH(children) NIC_FROM("<source><address type='pci' bus='1'/></source>" children)
#define PORT(type, parameters)                                                                     \
    NIC_WITH("<virtualport type='" type "'><parameters " parameters "/></virtualport>")
#define DEVICES(devices) "<devices>" devices "</devices>"
#define DOMAIN(os, devices)                                                                        \
    "<domain><os>" os "</os>"                                                                      \
    "<devices>" devices "</devices></domain>"
