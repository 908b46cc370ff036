/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is accepted, and the form in which it is written: plain devices.
 */
#include "cases.h"

const GoodCase good_hostdev_cases[] = {
    {"pci/full",
     "<hostdev mode='subsystem' type='pci' managed='yes'><address type='pci'"
     " domain='0' bus='0' slot='3' function='0' multifunction='on'/><rom bar='off'"
     " file='/a.rom'/><alias name='ua-x'/><boot order='2'/><source><address"
     " domain='0x2424' bus='6' slot='0x12' function='5'/></source><driver"
     " name='vfio'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='yes'>\n"
     "  <driver name='vfio'/>\n"
     "  <source>\n"
     "    <address domain='0x2424' bus='0x06' slot='0x12' function='0x5'/>\n"
     "  </source>\n"
     "  <boot order='2'/>\n"
     "  <alias name='ua-x'/>\n"
     "  <rom bar='off' file='/a.rom'/>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'"
     " multifunction='on'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/no-address", "<hostdev type='pci'><source/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x00' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/zero",
     "<hostdev type='pci'><source><address domain='0' bus='0' slot='0'"
     " function='0'/></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x00' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/bases",
     "<hostdev type='pci'><source><address domain='0xFFFF' bus='010' slot='31'"
     " function='0X7'/></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0xffff' bus='0x08' slot='0x1f' function='0x7'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/large-domain",
     "<hostdev type='pci'><source><address domain='0xffffffff'"
     " bus='1'/></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0xffffffff' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/multifunction-of-source",
     "<hostdev type='pci'><source><address type='pci' bus='1'"
     " multifunction='on'/></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/write-filtering",
     "<hostdev type='pci'><source writeFiltering='no'><address"
     " bus='1'/></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source writeFiltering='no'>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/driver-kvm",
     "<hostdev type='pci'><source><address bus='1'/></source><driver"
     " name='kvm'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <driver name='kvm'/>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/driver-model",
     "<hostdev type='pci'><source><address bus='1'/></source><driver name='vfio'"
     " model='vfio-pci-x'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <driver name='vfio' model='vfio-pci-x'/>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt knows the attribute model since 10.0"},
    {"pci/driver-iommufd",
     "<hostdev type='pci'><source><address bus='1'/></source><driver"
     " iommufd='yes'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <driver iommufd='yes'/>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt knows the attribute iommufd since 11.9"},
    {"pci/display",
     "<hostdev type='pci' display='on' ramfb='off'><source><address"
     " bus='1'/></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no' display='on' ramfb='off'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt 9.0 prints display and ramfb for mediated devices only"},
    {"pci/teaming",
     "<hostdev type='pci'><source><address bus='1'/></source><teaming"
     " type='transient' persistent='ua-b'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <teaming type='transient' persistent='ua-b'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/teaming-empty",
     "<hostdev type='pci'><source><address bus='1'/></source><teaming/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/unassigned",
     "<hostdev type='pci'><source><address bus='1'/></source><address"
     " type='unassigned'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='unassigned'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/any-slot",
     "<hostdev type='pci'><source><address bus='1'/></source><address"
     " type='pci'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='pci'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/any-slot-multifunction",
     "<hostdev type='pci'><source><address bus='1'/></source><address type='pci'"
     " multifunction='on'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='pci' multifunction='on'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/function-only",
     "<hostdev type='pci'><source><address bus='1'/></source><address type='pci'"
     " function='3'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='pci'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/multifunction-off",
     "<hostdev type='pci'><source><address bus='1'/></source><address type='pci'"
     " slot='3' multifunction='off'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'"
     " multifunction='off'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/zpci",
     "<hostdev type='pci'><source><address bus='1'/></source><address type='pci'"
     " slot='5'><zpci uid='0x20' fid='7'/></address></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'>\n"
     "    <zpci uid='0x0020' fid='0x00000007'/>\n"
     "  </address>\n"
     "</hostdev>\n",
     NULL},
    {"pci/zpci-any-slot",
     "<hostdev type='pci'><source><address bus='1'/></source><address"
     " type='pci'><zpci uid='32'/></address></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <address type='pci'>\n"
     "    <zpci uid='0x0020'/>\n"
     "  </address>\n"
     "</hostdev>\n",
     "libvirt 9.0 completes the zPCI element"},
    {"pci/rom-empty", "<hostdev type='pci'><source><address bus='1'/></source><rom/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/rom-disabled",
     "<hostdev type='pci'><source><address bus='1'/></source><rom"
     " enabled='no'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <rom enabled='no'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/rom-file",
     "<hostdev type='pci'><source><address bus='1'/></source><rom file='/x'"
     " enabled='yes' bar='on'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <rom enabled='yes' bar='on' file='/x'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/acpi",
     "<hostdev type='pci'><source><address bus='1'/></source><acpi"
     " index='5'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <acpi index='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/alias-of-libvirt",
     "<hostdev type='pci'><source><address bus='1'/></source><alias"
     " name='hostdev3'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/alias-bad",
     "<hostdev type='pci'><source><address bus='1'/></source><alias"
     " name='ua-a.b'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"pci/repeated",
     "<hostdev type='pci'><source><address bus='1'/><address"
     " bus='2'/></source><source><address bus='3'/></source><boot order='1'/><boot"
     " order='2'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <boot order='1'/>\n"
     "</hostdev>\n",
     NULL},
    {"pci/repeated-behind-empty",
     "<hostdev type='pci'><source><address bus='1'/></source><rom/><rom"
     " bar='on'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"usb/ids",
     "<hostdev type='usb' managed='yes'><source startupPolicy='optional'"
     " guestReset='uninitialized'><vendor id='1'/><product"
     " id='0'/></source></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='yes'>\n"
     "  <source startupPolicy='optional' guestReset='uninitialized'>\n"
     "    <vendor id='0x0001'/>\n"
     "    <product id='0x0000'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"usb/address",
     "<hostdev type='usb'><source><address bus='010'"
     " device='0x3'/></source><address type='usb' bus='0' port='01.2.3'/></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source>\n"
     "    <address bus='8' device='3'/>\n"
     "  </source>\n"
     "  <address type='usb' bus='0' port='1.2.3'/>\n"
     "</hostdev>\n",
     NULL},
    {"usb/both",
     "<hostdev type='usb'><source startupPolicy='mandatory'><address bus='3'"
     " device='4'/><product id='0xABCD'/><vendor id='65535'/></source><boot"
     " order='1'/></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source startupPolicy='mandatory'>\n"
     "    <vendor id='0xffff'/>\n"
     "    <product id='0xabcd'/>\n"
     "    <address bus='3' device='4'/>\n"
     "  </source>\n"
     "  <boot order='1'/>\n"
     "</hostdev>\n",
     NULL},
    {"usb/zero-address-with-ids",
     "<hostdev type='usb'><source><vendor id='1'/><product id='2'/><address bus='0'"
     " device='0'/></source></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source>\n"
     "    <vendor id='0x0001'/>\n"
     "    <product id='0x0002'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"usb/large-port",
     "<hostdev type='usb'><source><address bus='1' device='2'/></source><address"
     " type='usb' port='1000'/></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source>\n"
     "    <address bus='1' device='2'/>\n"
     "  </source>\n"
     "  <address type='usb' bus='0' port='1000'/>\n"
     "</hostdev>\n",
     NULL},
    {"usb/no-port",
     "<hostdev type='usb'><source><address bus='1' device='2'/></source><address"
     " type='usb' bus='1'/></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source>\n"
     "    <address bus='1' device='2'/>\n"
     "  </source>\n"
     "  <address type='usb' bus='1'/>\n"
     "</hostdev>\n",
     NULL},
    {"usb/rom",
     "<hostdev type='usb'><source><address bus='1' device='2'/></source><rom"
     " bar='on'/></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source>\n"
     "    <address bus='1' device='2'/>\n"
     "  </source>\n"
     "  <rom bar='on'/>\n"
     "</hostdev>\n",
     NULL},
    {"usb/missing",
     "<hostdev type='usb'><source missing='yes' startupPolicy='optional'><vendor"
     " id='1'/><product id='2'/></source></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source startupPolicy='optional' missing='yes'>\n"
     "    <vendor id='0x0001'/>\n"
     "    <product id='0x0002'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt keeps it in the running definition only"},
    {"usb/auto-address",
     "<hostdev type='usb'><source><vendor id='1'/><product id='2'/><address bus='1'"
     " device='9' autoAddress='yes'/></source></hostdev>",
     "<hostdev mode='subsystem' type='usb' managed='no'>\n"
     "  <source>\n"
     "    <vendor id='0x0001'/>\n"
     "    <product id='0x0002'/>\n"
     "    <address bus='1' device='9' autoAddress='yes'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt drops what it does not know"},
    {"scsi/full",
     "<hostdev type='scsi' rawio='yes' sgio='filtered'><source><adapter"
     " name='scsi_host0'/><address bus='0' target='1'"
     " unit='2'/></source><shareable/><readonly/><address type='drive'"
     " controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no' sgio='filtered'"
     " rawio='yes'>\n"
     "  <source>\n"
     "    <adapter name='scsi_host0'/>\n"
     "    <address bus='0' target='1' unit='2'/>\n"
     "  </source>\n"
     "  <readonly/>\n"
     "  <shareable/>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi/protocol",
     "<hostdev type='scsi'><source protocol='adapter'><adapter"
     " name='scsi_host0'/><address bus='0' target='1' unit='2'/></source><address"
     " type='drive' controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source>\n"
     "    <adapter name='scsi_host0'/>\n"
     "    <address bus='0' target='1' unit='2'/>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi/large-unit",
     "<hostdev type='scsi'><source><adapter name='scsi_host7'/><address bus='0x0'"
     " target='010' unit='0x4000000000000000'/></source><address type='drive'"
     " controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source>\n"
     "    <adapter name='scsi_host7'/>\n"
     "    <address bus='0' target='8' unit='4611686018427387904'/>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi/adapter",
     "<hostdev type='scsi'><source><adapter name='foo'/><address bus='0' target='1'"
     " unit='2'/></source><address type='drive' controller='0' bus='0' target='0'"
     " unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source>\n"
     "    <adapter name='foo'/>\n"
     "    <address bus='0' target='1' unit='2'/>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi/boot",
     "<hostdev type='scsi'><source><adapter name='scsi_host0'/><address bus='0'"
     " target='1' unit='2'/></source><boot order='3'/><address type='drive'"
     " controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source>\n"
     "    <adapter name='scsi_host0'/>\n"
     "    <address bus='0' target='1' unit='2'/>\n"
     "  </source>\n"
     "  <boot order='3'/>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi/no-address",
     "<hostdev type='scsi'><source><adapter name='scsi_host0'/><address bus='0'"
     " target='1' unit='2'/></source></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source>\n"
     "    <adapter name='scsi_host0'/>\n"
     "    <address bus='0' target='1' unit='2'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt chooses a guest address"},
    {"iscsi/short",
     "<hostdev type='scsi'><source protocol='iscsi'"
     " name='iqn.2020-01.example:a'><host name='h'/></source><address type='drive'"
     " controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source protocol='iscsi' name='iqn.2020-01.example:a/0'>\n"
     "    <host name='h'/>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"iscsi/full",
     "<hostdev type='scsi'><source protocol='iscsi'"
     " name='iqn.2020-01.example:a/1'><initiator><iqn"
     " name='iqn.i'/></initiator><host name='h' port='3261' transport='tcp'/><auth"
     " username='u'><secret type='iscsi' usage='s'/></auth></source><address"
     " type='drive' controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source protocol='iscsi' name='iqn.2020-01.example:a/1'>\n"
     "    <host name='h' port='3261'/>\n"
     "    <auth username='u'>\n"
     "      <secret type='iscsi' usage='s'/>\n"
     "    </auth>\n"
     "    <initiator>\n"
     "      <iqn name='iqn.i'/>\n"
     "    </initiator>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"iscsi/secret-uuid",
     "<hostdev type='scsi'><source protocol='iscsi'"
     " name='iqn.2020-01.example:a/1'><host name='h'/><auth username='u'><secret"
     " type='iscsi' uuid='53764D0E85A043478F7F4E8B2C1D0001'/></auth></source><addres"
     "s type='drive' controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source protocol='iscsi' name='iqn.2020-01.example:a/1'>\n"
     "    <host name='h'/>\n"
     "    <auth username='u'>\n"
     "      <secret type='iscsi' uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "    </auth>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"iscsi/initiator-empty",
     "<hostdev type='scsi'><source protocol='iscsi'"
     " name='iqn.2020-01.example:a/1'><host name='h'/><initiator/></source><address"
     " type='drive' controller='0' bus='0' target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source protocol='iscsi' name='iqn.2020-01.example:a/1'>\n"
     "    <host name='h'/>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     NULL},
    {"iscsi/transport",
     "<hostdev type='scsi'><source protocol='iscsi'"
     " name='iqn.2020-01.example:a/1'><host name='h'"
     " transport='rdma'/></source><address type='drive' controller='0' bus='0'"
     " target='0' unit='5'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi' managed='no'>\n"
     "  <source protocol='iscsi' name='iqn.2020-01.example:a/1'>\n"
     "    <host name='h' transport='rdma'/>\n"
     "  </source>\n"
     "  <address type='drive' controller='0' bus='0' target='0' unit='5'/>\n"
     "</hostdev>\n",
     "libvirt drops another transport than tcp"},
    {"scsi-host/virtio",
     "<hostdev type='scsi_host' model='virtio'><source protocol='vhost'"
     " wwpn='naa.5001405df3e54061'/><address type='ccw' cssid='0xfe' ssid='0'"
     " devno='0x1'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi_host' managed='no' model='virtio'>\n"
     "  <source protocol='vhost' wwpn='naa.5001405df3e54061'/>\n"
     "  <address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi-host/default",
     "<hostdev type='scsi_host' model='default'><source protocol='vhost'"
     " wwpn='naa.0x5001405DF3e54061'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi_host' managed='no'>\n"
     "  <source protocol='vhost' wwpn='naa.0x5001405DF3e54061'/>\n"
     "</hostdev>\n",
     NULL},
    {"scsi-host/transitional",
     "<hostdev type='scsi_host' model='virtio-non-transitional'><source"
     " protocol='vhost' wwpn='naa.5001405df3e54061'/><address type='pci'"
     " bus='3'/></hostdev>",
     "<hostdev mode='subsystem' type='scsi_host' managed='no'"
     " model='virtio-non-transitional'>\n"
     "  <source protocol='vhost' wwpn='naa.5001405df3e54061'/>\n"
     "  <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>\n"
     "</hostdev>\n",
     NULL},
    {"mdev/full",
     "<hostdev type='mdev' model='vfio-pci' display='on' ramfb='on'"
     " managed='yes'><source><address"
     " uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/></source><address type='pci'"
     " slot='9'/></hostdev>",
     "<hostdev mode='subsystem' type='mdev' managed='yes' model='vfio-pci'"
     " display='on' ramfb='on'>\n"
     "  <source>\n"
     "    <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </source>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x09' function='0x0'/>\n"
     "</hostdev>\n",
     NULL},
    {"mdev/display-implied",
     "<hostdev type='mdev' model='vfio-pci'><source><address"
     " uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/></source></hostdev>",
     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci'"
     " display='off'>\n"
     "  <source>\n"
     "    <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     "the QEMU driver turns display off, the test driver leaves it"},
    {"mdev/uuid-compact",
     "<hostdev type='mdev' model='vfio-pci' display='off'><source><address"
     " uuid='53764D0E85A043478F7F4E8B2C1D0001'/></source></hostdev>",
     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci'"
     " display='off'>\n"
     "  <source>\n"
     "    <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"mdev/uuid-blanks",
     "<hostdev type='mdev' model='vfio-pci' display='off'><source><address uuid='"
     " 53764d0e 85a04347-8f7f-4e8b-2c1d0001 '/></source></hostdev>",
     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci'"
     " display='off'>\n"
     "  <source>\n"
     "    <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"mdev/ccw",
     "<hostdev type='mdev' model='vfio-ccw'><source><address"
     " uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/></source><boot order='1'"
     " loadparm='ab.1 c'/><address type='ccw' cssid='254' ssid='3'"
     " devno='0xffff'/></hostdev>",
     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-ccw'>\n"
     "  <source>\n"
     "    <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </source>\n"
     "  <boot order='1' loadparm='AB.1 C'/>\n"
     "  <address type='ccw' cssid='0xfe' ssid='0x3' devno='0xffff'/>\n"
     "</hostdev>\n",
     NULL},
    {"mdev/ap",
     "<hostdev type='mdev' model='vfio-ap'><source><address"
     " uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/></source></hostdev>",
     "<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-ap'>\n"
     "  <source>\n"
     "    <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"capabilities/storage",
     "<hostdev mode='capabilities'"
     " type='storage'><source><block>/dev/sdb</block></source></hostdev>",
     "<hostdev mode='capabilities' type='storage'>\n"
     "  <source>\n"
     "    <block>/dev/sdb</block>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"capabilities/misc",
     "<hostdev type='misc'"
     " mode='capabilities'><source><char>/dev/input/event3</char></source></hostdev>",
     "<hostdev mode='capabilities' type='misc'>\n"
     "  <source>\n"
     "    <char>/dev/input/event3</char>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"capabilities/net",
     "<hostdev mode='capabilities'"
     " type='net'><source><interface>eth0</interface></source></hostdev>",
     "<hostdev mode='capabilities' type='net'>\n"
     "  <source>\n"
     "    <interface>eth0</interface>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {NULL, NULL, NULL, NULL},
};
