/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libvirt has few codes and many sentences, and QEMU's come through it as they are. Known ones get
 * a code of ours, the cause in words and what to do about it; all others keep libvirt's text.
 */
#include "vm/libvirt/errors.h"

#include <string.h>

#include "base/error.h"
#include "vm/libvirt/library.h"

#define MAX_MESSAGE_BYTES 400
#define MAX_DETAILS_BYTES 4096
#define ANY_CODE (-1)

typedef struct {
    int libvirt_code; /* or ANY_CODE */
    const char *text; /* a part of the sentence; NULL fits all */
    HdErrorCode code;
    const char *cause; /* NULL: libvirt's own text */
    const char *hint;  /* may be NULL */
} Rule;

/* The first that fits counts: sentences before codes, special ones before general ones. */
static const Rule rules[] = {
    /* who has the device */
    {ANY_CODE, "in use by driver", HD_ERROR_BUSY, "another VM has the device",
     "detach the device from the VM that the details name, or shut that VM down"},
    {ANY_CODE, "is already in use by", HD_ERROR_BUSY, "another VM has the device",
     "detach the device from the VM that the details name, or shut that VM down"},
    {ANY_CODE, "is in use", HD_ERROR_BUSY, "another VM or program has the device",
     "detach the device from the VM that holds it, or stop the program that has it open"},
    {ANY_CODE, "Device or resource busy", HD_ERROR_BUSY, "another program has the device open",
     "look for other programs that use vfio, such as DPDK or a second virtual machine"},
    {ANY_CODE, "already in the domain configuration", HD_ERROR_EXISTS,
     "the VM has the device already", NULL},
    {ANY_CODE, "Hostdev already exists", HD_ERROR_EXISTS, "the VM has the device already", NULL},
    {ANY_CODE, "device is already attached", HD_ERROR_EXISTS, "the VM has the device already",
     NULL},
    {ANY_CODE, "Unmanaged PCI device", HD_ERROR_UNSUPPORTED,
     "the device is not managed, so libvirt leaves it on its host driver",
     "assign the device as managed, or bind it to vfio-pci first"},
    {ANY_CODE, "is not managed", HD_ERROR_UNSUPPORTED,
     "the device is not managed, so libvirt leaves it on its host driver",
     "assign the device as managed, or bind it to vfio-pci first"},

    /* IOMMU and VFIO */
    {ANY_CODE, "is not viable", HD_ERROR_GROUP_UNSAFE,
     "other devices of the IOMMU group are bound to host drivers",
     "assign the whole group, or take the other members from their host drivers"},
    {ANY_CODE, "error getting device from group", HD_ERROR_GROUP_UNSAFE,
     "the device is not bound to vfio-pci",
     "read the kernel log to see why vfio-pci did not take the device"},
    {ANY_CODE, "no iommu_group found", HD_ERROR_NO_IOMMU, "the host has no active IOMMU",
     "switch the IOMMU on in the firmware and on the kernel command line, then restart"},
    {ANY_CODE, "support passthrough of host PCI devices", HD_ERROR_NO_IOMMU,
     "the host has no active IOMMU, or vfio-pci cannot be loaded",
     "switch the IOMMU on in the firmware and on the kernel command line, then restart"},
    {ANY_CODE, "failed to set iommu for container", HD_ERROR_NO_IOMMU,
     "the IOMMU does not remap interrupts", "switch interrupt remapping on in the firmware"},
    {ANY_CODE, "Failed to open /dev/vfio/vfio: No such", HD_ERROR_KERNEL,
     "the kernel module vfio_iommu_type1 is not loaded", "load vfio_iommu_type1 and try again"},
    {ANY_CODE, "is not assignable", HD_ERROR_UNSUPPORTED,
     "the device stands behind a switch that does not isolate it", NULL},
    {ANY_CODE, "Cannot allocate memory", HD_ERROR_LIMIT,
     "the VM may not lock enough memory for its devices",
     "raise the VM's memory lock limit with <memtune><hard_limit>, or give it less memory"},
    {ANY_CODE, "cannot limit locked memory", HD_ERROR_LIMIT,
     "the VM may not lock enough memory for its devices",
     "let the libvirt service raise the limit of locked memory (LimitMEMLOCK)"},
    {ANY_CODE, "etup container", HD_ERROR_KERNEL,
     "the kernel could not map the VM's memory for the device",
     "read the kernel log; the guest's address width or a reserved region may be the cause"},
    {ANY_CODE, "no FLR, PM reset or bus reset", HD_ERROR_UNSUPPORTED, "the device cannot be reset",
     "assign all functions of its card together"},
    {ANY_CODE, "PF is not online", HD_ERROR_UNSUPPORTED,
     "the physical function of the virtual function is down",
     "bring the physical function up with 'ip link set DEVICE up'"},

    /* host drivers */
    {ANY_CODE, "PCI driver module", HD_ERROR_KERNEL, "the driver module cannot be loaded",
     "check that the module vfio-pci exists for the running kernel"},
    {ANY_CODE, "PCI stub module", HD_ERROR_KERNEL, "the driver module cannot be loaded",
     "check that the module vfio-pci exists for the running kernel"},
    {ANY_CODE, "to bind PCI device", HD_ERROR_KERNEL,
     "the kernel did not bind the device to its new driver", "read the kernel log for the cause"},
    {ANY_CODE, "to bind device", HD_ERROR_KERNEL,
     "the kernel did not bind the device to its new driver", "read the kernel log for the cause"},
    {ANY_CODE, "to unbind", HD_ERROR_KERNEL, "the host driver did not let go of the device",
     "stop what uses the device on the host and read the kernel log"},

    /* places in the guest */
    {ANY_CODE, "No more available PCI slots", HD_ERROR_UNSUPPORTED, "the VM has no free PCI slot",
     "shut the VM down and add pcie-root-port controllers to it"},
    {ANY_CODE, "Attempted double use of PCI", HD_ERROR_UNSUPPORTED,
     "the slot in the VM is taken by another device", "ask again: another slot is then chosen"},
    {ANY_CODE, "not available for vfio-pci", HD_ERROR_UNSUPPORTED,
     "the slot in the VM is taken by another device", "ask again: another slot is then chosen"},
    {ANY_CODE, "does not support hotplug", HD_ERROR_UNSUPPORTED,
     "the device or its place in the VM cannot be plugged while the VM runs",
     "change the stored configuration only and restart the VM"},
    {ANY_CODE, "not hotpluggable", HD_ERROR_UNSUPPORTED,
     "the device or its place in the VM cannot be plugged while the VM runs",
     "change the stored configuration only and restart the VM"},
    {ANY_CODE, "acpi-pcihp", HD_ERROR_UNSUPPORTED,
     "the device's place in the VM cannot be plugged while the VM runs",
     "change the stored configuration only and restart the VM"},
    {ANY_CODE, "acpi_pcihp", HD_ERROR_UNSUPPORTED,
     "the device's place in the VM cannot be plugged while the VM runs",
     "change the stored configuration only and restart the VM"},
    {ANY_CODE, "not allowed by controller", HD_ERROR_UNSUPPORTED,
     "the device's place in the VM cannot be plugged while the VM runs",
     "change the stored configuration only and restart the VM"},
    {ANY_CODE, "with multifunction PCI guest address", HD_ERROR_UNSUPPORTED,
     "the device shares its slot in the VM with other functions",
     "change the stored configuration only and restart the VM"},
    {ANY_CODE, "no USB bus", HD_ERROR_UNSUPPORTED, "the VM has no USB controller",
     "shut the VM down and add a USB controller to it"},
    {ANY_CODE, "No 'usb-bus' bus found", HD_ERROR_UNSUPPORTED, "the VM has no USB controller",
     "shut the VM down and add a USB controller to it"},

    /* the guest's answer */
    {ANY_CODE, "rejected by the guest", HD_ERROR_GUEST_REFUSED,
     "the guest refused to release the device",
     "stop what uses the device in the guest, or shut the VM down"},
    {ANY_CODE, "already in the process of unplug", HD_ERROR_BUSY,
     "the guest has been asked before and has not answered yet",
     "wait for the guest, or reset or shut down the VM"},
    {ANY_CODE, "guest is busy", HD_ERROR_BUSY, "the guest is changing the power of the slot",
     "try again in some seconds"},

    /* the VM */
    {ANY_CODE, "domain is not running", HD_ERROR_STATE_CHANGED, "the VM does not run",
     "look at the VM's state and ask again"},
    {ANY_CODE, "not allowed while migrating", HD_ERROR_BUSY, "the VM is migrating",
     "try again when the migration has ended"},
    {VIR_ERR_OPERATION_TIMEOUT, NULL, HD_ERROR_BUSY, "another operation works on the VM",
     "try again when it has ended"},
    {VIR_ERR_NO_DOMAIN, NULL, HD_ERROR_NOT_FOUND, "there is no such VM", NULL},
    {VIR_ERR_DEVICE_MISSING, NULL, HD_ERROR_NOT_FOUND, "the VM does not have the device", NULL},

    /* the way to libvirt */
    {VIR_ERR_AUTH_FAILED, NULL, HD_ERROR_DENIED, "libvirt has not accepted this user",
     "run as root, or join the group that may use libvirt"},
    {VIR_ERR_AUTH_CANCELLED, NULL, HD_ERROR_DENIED, "libvirt has not accepted this user",
     "run as root, or join the group that may use libvirt"},
    {VIR_ERR_AUTH_UNAVAILABLE, NULL, HD_ERROR_DENIED, "libvirt has not accepted this user",
     "run as root, or join the group that may use libvirt"},
    {VIR_ERR_ACCESS_DENIED, NULL, HD_ERROR_DENIED, "libvirt's policy forbids it", NULL},
    {VIR_ERR_OPERATION_DENIED, NULL, HD_ERROR_DENIED, "the connection may only read",
     "use a connection that may write"},
    {ANY_CODE, "-sock': Permission denied", HD_ERROR_DENIED, "libvirt has not accepted this user",
     "run as root, or join the group that may use libvirt"},
    {ANY_CODE, "Failed to connect socket", HD_ERROR_LIBVIRT, "libvirt's service does not answer",
     "start libvirt's service, such as with 'systemctl start libvirtd'"},
    {ANY_CODE, "Permission denied", HD_ERROR_DENIED, NULL,
     "check the owner and mode of the file, and the security module's log"},
    {ANY_CODE, "keepalive timeout", HD_ERROR_LIBVIRT, "libvirt's service has stopped to answer",
     "look at the state of libvirt's service"},
    {ANY_CODE, "Operation not permitted", HD_ERROR_DENIED, NULL, NULL},
    {VIR_ERR_CONFIG_UNSUPPORTED, NULL, HD_ERROR_UNSUPPORTED, NULL, NULL},
    {VIR_ERR_OPERATION_UNSUPPORTED, NULL, HD_ERROR_UNSUPPORTED, NULL, NULL},
    {VIR_ERR_ARGUMENT_UNSUPPORTED, NULL, HD_ERROR_UNSUPPORTED, NULL, NULL},
    {VIR_ERR_NO_SUPPORT, NULL, HD_ERROR_UNSUPPORTED, NULL, NULL},
};

char *
hd_libvirt_dup_printable(const char *text, gsize max_bytes)
{
    g_autofree char *cut = g_strndup(text, max_bytes);
    char *shown = g_utf8_make_valid(cut, -1);

    for (char *c = shown; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    }
    return g_strstrip(shown);
}

static const Rule *
find_rule(int libvirt_code, const char *text)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++) {
        const Rule *rule = &rules[i];

        if ((rule->libvirt_code == ANY_CODE || rule->libvirt_code == libvirt_code) &&
            (rule->text == NULL || strstr(text, rule->text) != NULL))
            return rule;
    }
    return NULL;
}

void
hd_libvirt_convert_error(GError **error, int libvirt_code, const char *text, const char *action)
{
    const Rule *rule = find_rule(libvirt_code, text);
    g_autofree char *own_text = hd_libvirt_dup_printable(text, MAX_MESSAGE_BYTES);
    g_autofree char *details = hd_libvirt_dup_printable(text, MAX_DETAILS_BYTES);
    GError *converted = NULL;

    hd_error_set(&converted, rule != NULL ? rule->code : HD_ERROR_LIBVIRT, NULL,
                 rule != NULL ? rule->hint : NULL, "cannot %s: %s", action,
                 rule != NULL && rule->cause != NULL ? rule->cause : own_text);
    hd_error_add_details(converted, details);
    g_propagate_error(error, converted);
}

void
hd_libvirt_take_error(GError **error, const char *action)
{
    const virError *last = hd_libvirt.virGetLastError();

    if (last != NULL && last->code != VIR_ERR_OK)
        hd_libvirt_convert_error(error, last->code,
                                 last->message != NULL ? last->message : "unknown error", action);
    else
        hd_libvirt_convert_error(error, VIR_ERR_INTERNAL_ERROR, "unknown error", action);
    hd_libvirt.virResetLastError();
}

gboolean
hd_libvirt_is_no_domain(void)
{
    return hd_libvirt.virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;
}
