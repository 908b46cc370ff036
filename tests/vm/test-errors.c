/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What libvirt's and QEMU's sentences become.
 */
#include <hostdev/error.h>
#include <string.h>

#include "vm/libvirt/errors.h"
#include "vm/libvirt/library.h"
#include "vm/libvirt/loop.h"

/* Sentences as they come, from libvirt 9.0 to 11.3 and QEMU 7.2 to 10.0. */
static const struct {
    int libvirt_code;
    const char *text;
    HdErrorCode code;
    gboolean has_hint;
} sentences[] = {
    {VIR_ERR_OPERATION_INVALID,
     "Requested operation is not valid: PCI device 0000:06:12.5 is in use by driver QEMU, domain a",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_OPERATION_INVALID,
     "Requested operation is not valid: USB device 001:004 is in use by driver QEMU, domain a",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_OPERATION_FAILED,
     "operation failed: PCI device 0000:03:10.0 allocated from network vf is already in use by"
     " domain b",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: unable to execute QEMU command 'device_add': vfio 0000:06:12.5: failed to"
     " open /dev/vfio/8: Device or resource busy",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_OPERATION_INVALID,
     "Requested operation is not valid: device is already in the domain configuration",
     HD_ERROR_EXISTS, FALSE},
    {VIR_ERR_XML_ERROR, "XML error: Hostdev already exists in the domain configuration",
     HD_ERROR_EXISTS, FALSE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: unable to execute QEMU command 'device_add': vfio 0000:06:12.5: device is"
     " already attached",
     HD_ERROR_EXISTS, FALSE},
    {VIR_ERR_OPERATION_INVALID,
     "Requested operation is not valid: Unmanaged PCI device 0000:06:12.5 must be manually detached"
     " from the host",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: unable to execute QEMU command 'device_add': vfio 0000:06:12.5: group 8 is"
     " not viable\nPlease ensure all devices within the iommu_group are bound to their vfio bus"
     " driver.",
     HD_ERROR_GROUP_UNSAFE, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "vfio 0000:06:12.5: error getting device from group 8: No such device",
     HD_ERROR_GROUP_UNSAFE, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "vfio 0000:06:12.5: no iommu_group found: No such file or directory",
     HD_ERROR_NO_IOMMU, TRUE},
    {VIR_ERR_CONFIG_UNSUPPORTED,
     "unsupported configuration: host doesn't support passthrough of host PCI devices",
     HD_ERROR_NO_IOMMU, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "failed to set iommu for container: Operation not permitted",
     HD_ERROR_NO_IOMMU, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "Failed to open /dev/vfio/vfio: No such file or directory",
     HD_ERROR_KERNEL, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "internal error: PCI device 0000:06:12.5 is not assignable",
     HD_ERROR_UNSUPPORTED, FALSE},
    {VIR_ERR_INTERNAL_ERROR,
     "vfio 0000:06:12.5: failed to setup container for group 8: memory listener initialization"
     " failed: Region pc.ram: vfio_container_dma_map(0x55, 0x0, 0x1, 0x7f) = -12 (Cannot allocate"
     " memory)",
     HD_ERROR_LIMIT, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "vfio 0000:06:12.5: failed to setup container for group 8: memory listener initialization"
     " failed: Region pc.ram: vfio_container_dma_map(0x55, 0x0, 0x1, 0x7f) = -22 (Invalid "
     "argument)",
     HD_ERROR_KERNEL, TRUE},
    {VIR_ERR_SYSTEM_ERROR,
     "cannot limit locked memory of process 812 to 9663676416: Operation not"
     " permitted",
     HD_ERROR_LIMIT, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: Unable to reset PCI device 0000:06:12.5: no FLR, PM reset or bus reset"
     " available",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: Unable to configure VF 0 of PF 'enp1s0' because the PF is not online. Please"
     " change host network config to put the PF online.",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "internal error: Failed to load PCI driver module vfio-pci",
     HD_ERROR_KERNEL, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "internal error: Failed to load PCI stub module vfio-pci",
     HD_ERROR_KERNEL, TRUE},
    {VIR_ERR_SYSTEM_ERROR, "Failed to bind PCI device '0000:06:12.5' to vfio-pci: Invalid argument",
     HD_ERROR_KERNEL, TRUE},
    {VIR_ERR_SYSTEM_ERROR, "Unable to unbind device '0000:06:12.5': No such device",
     HD_ERROR_KERNEL, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "internal error: No more available PCI slots", HD_ERROR_UNSUPPORTED,
     TRUE},
    {VIR_ERR_XML_ERROR, "XML error: Attempted double use of PCI Address 0000:05:00.0",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "PCI: slot 0 function 0 not available for vfio-pci, in use by virtio-net-pci,id=net0",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: unable to execute QEMU command 'device_add': Bus 'pcie.0' does not support"
     " hotplugging",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: unable to execute QEMU command 'device_add': Device 'vfio-pci-nohotplug' does"
     " not support hotplugging",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "Device 'hostdev0' is not hotpluggable", HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "Unsupported bus. Bus doesn't have property 'acpi-pcihp-bsel' set",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_OPERATION_FAILED,
     "operation failed: cannot hot unplug hostdev device with PCI guest address: 0000:05:00.0 - not"
     " allowed by controller",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_OPERATION_FAILED,
     "operation failed: cannot hot unplug hostdev device with multifunction PCI guest address:"
     " 0000:05:00.0",
     HD_ERROR_UNSUPPORTED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "No 'usb-bus' bus found for device 'usb-host'", HD_ERROR_UNSUPPORTED,
     TRUE},
    {VIR_ERR_OPERATION_FAILED, "operation failed: unplug of device was rejected by the guest",
     HD_ERROR_GUEST_REFUSED, TRUE},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: unable to execute QEMU command 'device_del': Device hostdev0 is already in"
     " the process of unplug",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "Hot-unplug failed: guest is busy (power indicator blinking)",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_OPERATION_INVALID, "Requested operation is not valid: domain is not running",
     HD_ERROR_STATE_CHANGED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "device_add not allowed while migrating", HD_ERROR_BUSY, TRUE},
    {VIR_ERR_OPERATION_TIMEOUT,
     "Timed out during operation: cannot acquire state change lock (held by monitor=x)",
     HD_ERROR_BUSY, TRUE},
    {VIR_ERR_NO_DOMAIN, "Domain not found: no domain with matching name 'x'", HD_ERROR_NOT_FOUND,
     FALSE},
    {VIR_ERR_DEVICE_MISSING, "device not found: device not present in domain configuration",
     HD_ERROR_NOT_FOUND, FALSE},
    {VIR_ERR_AUTH_UNAVAILABLE,
     "authentication unavailable: no polkit agent available to authenticate action"
     " 'org.libvirt.unix.manage'",
     HD_ERROR_DENIED, TRUE},
    {VIR_ERR_AUTH_FAILED, "authentication failed: access denied by policy", HD_ERROR_DENIED, TRUE},
    {VIR_ERR_AUTH_CANCELLED, "authentication cancelled: user cancelled", HD_ERROR_DENIED, TRUE},
    {VIR_ERR_ACCESS_DENIED, "access denied: 'domain' denied access", HD_ERROR_DENIED, FALSE},
    {VIR_ERR_OPERATION_DENIED, "operation virDomainDefineXML forbidden for read only access",
     HD_ERROR_DENIED, TRUE},
    {VIR_ERR_SYSTEM_ERROR,
     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
     HD_ERROR_LIBVIRT, TRUE},
    {VIR_ERR_SYSTEM_ERROR,
     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied",
     HD_ERROR_DENIED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "vfio 0000:06:12.5: Could not open '/dev/vfio/8': Permission denied",
     HD_ERROR_DENIED, TRUE},
    {VIR_ERR_INTERNAL_ERROR, "internal error: connection closed due to keepalive timeout",
     HD_ERROR_LIBVIRT, TRUE},
    {VIR_ERR_NO_SUPPORT, "this function is not supported by the connection driver: x",
     HD_ERROR_UNSUPPORTED, FALSE},
    {VIR_ERR_CONFIG_UNSUPPORTED, "unsupported configuration: vlan trunking is not supported",
     HD_ERROR_UNSUPPORTED, FALSE},
    {VIR_ERR_INTERNAL_ERROR, "internal error: something else", HD_ERROR_LIBVIRT, FALSE},
    {VIR_ERR_XML_ERROR, "XML error: something else", HD_ERROR_LIBVIRT, FALSE},
};

static void
test_sentences(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(sentences); i++) {
        g_autoptr(GError) error = NULL;
        const char *hint;

        hd_libvirt_convert_error(&error, sentences[i].libvirt_code, sentences[i].text,
                                 "give the device to VM 'a'");
        g_test_message("%s", error->message);
        g_assert_error(error, HD_ERROR, (int) sentences[i].code);
        g_assert_true(g_str_has_prefix(error->message, "cannot give the device to VM 'a': "));
        g_assert_false(g_str_has_suffix(error->message, "."));
        g_assert_null(strchr(error->message, '\n'));
        hint = hd_error_get_hint(error);
        g_assert_cmpint(hint != NULL, ==, sentences[i].has_hint);
        g_assert_true(hint == NULL || (g_ascii_islower(hint[0]) && !g_str_has_suffix(hint, ".")));
        /* What libvirt has said is never lost. */
        g_assert_nonnull(hd_error_get_details(error));
        g_assert_cmpuint(strlen(hd_error_get_details(error)), ==, strlen(sentences[i].text));
    }
}

static void
test_bounds(void)
{
    g_autofree char *endless = g_strnfill(100000, 'x');
    const char *const texts[] = {endless, "", "\n\n", "a\xff\xfe\n\tb\x1b[31m", "\xc3"};

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        hd_libvirt_convert_error(&error, VIR_ERR_INTERNAL_ERROR, texts[i], "list VMs");
        g_assert_error(error, HD_ERROR, HD_ERROR_LIBVIRT);
        g_assert_cmpuint(strlen(error->message), <, 600);
        g_assert_cmpuint(strlen(hd_error_get_details(error)), <, 5000);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strpbrk(error->message, "\n\t\x1b"));
        g_assert_null(strpbrk(hd_error_get_details(error), "\n\t\x1b"));
    }
}

static void
test_no_error(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(hd_libvirt_load(NULL));
    hd_libvirt_loop_ref();
    hd_libvirt.virResetLastError();
    hd_libvirt_take_error(&error, "list VMs");
    g_assert_error(error, HD_ERROR, HD_ERROR_LIBVIRT);
    hd_libvirt_take_error(NULL, "list VMs");
    hd_libvirt_loop_unref();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vm/errors/sentences", test_sentences);
    g_test_add_func("/vm/errors/bounds", test_bounds);
    g_test_add_func("/vm/errors/no-error", test_no_error);
    return g_test_run();
}
