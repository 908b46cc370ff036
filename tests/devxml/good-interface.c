/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is accepted, and the form in which it is written: interfaces, lists, what is unknown.
 */
#include "cases.h"

const GoodCase good_interface_cases[] = {
    {"interface/full",
     "<interface type='hostdev' managed='yes'><mac check='no' type='static'"
     " address='52:54:0:0:0:1'/><source><address type='pci'"
     " bus='1'/></source><address type='pci' slot='4'/><boot order='1'/><alias"
     " name='ua-n'/><acpi index='3'/><rom bar='off'/><vlan><tag"
     " id='42'/></vlan><driver name='vfio'/></interface>",
     "<interface type='hostdev' managed='yes'>\n"
     "  <mac address='52:54:00:00:00:01' type='static' check='no'/>\n"
     "  <driver name='vfio'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan>\n"
     "    <tag id='42'/>\n"
     "  </vlan>\n"
     "  <boot order='1'/>\n"
     "  <alias name='ua-n'/>\n"
     "  <rom bar='off'/>\n"
     "  <acpi index='3'/>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x04' function='0x0'/>\n"
     "</interface>\n",
     NULL},
    {"interface/managed-no",
     "<interface type='hostdev' managed='no'><mac"
     " address='52:54:00:00:00:01'/><source><address type='pci'"
     " bus='1'/></source></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     NULL},
    {"interface/no-mac",
     "<interface type='hostdev'><source><address type='pci'"
     " bus='1'/></source></interface>",
     "<interface type='hostdev'>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     "libvirt makes a MAC address up"},
    {"interface/zero-mac",
     "<interface type='hostdev'><mac address='00:00:00:00:00:00'/><source><address"
     " type='pci' bus='1'/></source></interface>",
     "<interface type='hostdev'>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     "libvirt 9.0 keeps it, 11.3 makes an address up"},
    {"interface/mac-case",
     "<interface type='hostdev'><mac address='52:54:00:AB:C:0d'"
     " type='generated'/><source><address type='pci' bus='1'/></source></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:ab:0c:0d' type='generated'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     NULL},
    {"interface/usb",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='usb' bus='1' device='2'/></source><address type='usb' bus='0'"
     " port='1'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='usb' bus='1' device='2'/>\n"
     "  </source>\n"
     "  <address type='usb' bus='0' port='1'/>\n"
     "</interface>\n",
     NULL},
    {"interface/usb-ids",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><vendor"
     " id='1'/><product id='2'/></source></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <vendor id='0x0001'/>\n"
     "    <product id='0x0002'/>\n"
     "  </source>\n"
     "</interface>\n",
     NULL},
    {"interface/trunk-case",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><vlan trunk='YES'><tag"
     " id='0'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan trunk='yes'>\n"
     "    <tag id='0'/>\n"
     "  </vlan>\n"
     "</interface>\n",
     NULL},
    {"interface/trunk-implied",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><vlan><tag id='4095'/><tag id='7'"
     " nativeMode='untagged'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan trunk='yes'>\n"
     "    <tag id='4095'/>\n"
     "    <tag id='7' nativeMode='untagged'/>\n"
     "  </vlan>\n"
     "</interface>\n",
     NULL},
    {"interface/trunk-no",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><vlan trunk='No'><tag"
     " id='4'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan>\n"
     "    <tag id='4'/>\n"
     "  </vlan>\n"
     "</interface>\n",
     NULL},
    {"interface/trunk-empty",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><vlan trunk=''><tag id='4'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan>\n"
     "    <tag id='4'/>\n"
     "  </vlan>\n"
     "</interface>\n",
     NULL},
    {"interface/native-alone",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><vlan><tag id='4'"
     " nativeMode='tagged'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan>\n"
     "    <tag id='4' nativeMode='tagged'/>\n"
     "  </vlan>\n"
     "</interface>\n",
     NULL},
    {"interface/qbg",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><virtualport type='802.1Qbg'><parameters"
     " instanceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001' typeidversion='010'"
     " typeid='0xffffff' managerid='0x0b'/></virtualport><vlan><tag"
     " id='3'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan>\n"
     "    <tag id='3'/>\n"
     "  </vlan>\n"
     "  <virtualport type='802.1Qbg'>\n"
     "    <parameters managerid='11' typeid='16777215' typeidversion='8'"
     " instanceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </virtualport>\n"
     "</interface>\n",
     NULL},
    {"interface/qbh",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><virtualport type='802.1Qbh'><parameters"
     " profileid='123456789012345678901234567890123456789'/></virtualport></interfac"
     "e>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <virtualport type='802.1Qbh'>\n"
     "    <parameters profileid='123456789012345678901234567890123456789'/>\n"
     "  </virtualport>\n"
     "</interface>\n",
     NULL},
    {"interface/openvswitch",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><virtualport type='openvswitch'><parameters"
     " profileid='x' interfaceid='53764D0E85A043478F7F4E8B2C1D0001'/></virtualport><"
     "/interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <virtualport type='openvswitch'>\n"
     "    <parameters interfaceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'"
     " profileid='x'/>\n"
     "  </virtualport>\n"
     "</interface>\n",
     NULL},
    {"interface/openvswitch-bare",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><virtualport type='openvswitch'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <virtualport type='openvswitch'/>\n"
     "</interface>\n",
     "libvirt makes an interfaceid up"},
    {"interface/midonet",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><virtualport type='midonet'><parameters"
     " interfaceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/></virtualport></interface"
     ">",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <virtualport type='midonet'>\n"
     "    <parameters interfaceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </virtualport>\n"
     "</interface>\n",
     NULL},
    {"interface/midonet-extra",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><virtualport type='midonet'><parameters"
     " interfaceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'"
     " managerid='3'/></virtualport></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <virtualport type='midonet'>\n"
     "    <parameters managerid='3'"
     " interfaceid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "  </virtualport>\n"
     "</interface>\n",
     "libvirt drops parameters that the type does not have"},
    {"interface/known-children",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><mtu size='1500'/><link"
     " state='down'/><tune><sndbuf>1600</sndbuf></tune><backend tap='/x'/><model"
     " type='virtio'/><guest dev='eth7'/><target dev='foo'/><port"
     " isolated='no'/><bandwidth><inbound average='1000'/></bandwidth><script"
     " path='/x'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <bandwidth>\n"
     "    <inbound average='1000'/>\n"
     "  </bandwidth>\n"
     "  <port isolated='no'/>\n"
     "  <script path='/x'/>\n"
     "  <target dev='foo'/>\n"
     "  <guest dev='eth7'/>\n"
     "  <model type='virtio'/>\n"
     "  <backend tap='/x'/>\n"
     "  <tune>\n"
     "    <sndbuf>1600</sndbuf>\n"
     "  </tune>\n"
     "  <link state='down'/>\n"
     "  <mtu size='1500'/>\n"
     "</interface>\n",
     NULL},
    {"interface/isolated",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><port isolated='yes'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <port isolated='yes'/>\n"
     "</interface>\n",
     "libvirt refuses it"},
    {"interface/coalesce",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><coalesce><rx><frames"
     " max='3'/></rx></coalesce><target dev='foo' managed='yes'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <target dev='foo' managed='yes'/>\n"
     "  <coalesce>\n"
     "    <rx>\n"
     "      <frames max='3'/>\n"
     "    </rx>\n"
     "  </coalesce>\n"
     "</interface>\n",
     NULL},
    {"interface/addresses",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><route family='ipv4' address='192.0.2.0'"
     " prefix='24' gateway='192.0.2.9'/><ip address='192.0.2.1' family='ipv4'"
     " prefix='24'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <ip address='192.0.2.1' family='ipv4' prefix='24'/>\n"
     "  <route family='ipv4' address='192.0.2.0' prefix='24' gateway='192.0.2.9'/>\n"
     "</interface>\n",
     NULL},
    {"interface/filterref",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><filterref filter='x'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <filterref filter='x'/>\n"
     "</interface>\n",
     "libvirt drops it"},
    {"interface/queues",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><driver name='vfio' queues='4'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <driver name='vfio' queues='4'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     "libvirt drops what is for emulated cards"},
    {"interface/trust",
     "<interface type='hostdev' trustGuestRxFilters='yes'><mac"
     " address='52:54:00:00:00:01'/><source><address type='pci'"
     " bus='1'/></source></interface>",
     "<interface type='hostdev' trustGuestRxFilters='yes'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     NULL},
    {"interface/generated-target",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><target dev='vnet3'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "</interface>\n",
     NULL},
    {"interface/teaming",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><teaming type='transient'"
     " persistent='ua-b'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <teaming type='transient' persistent='ua-b'/>\n"
     "</interface>\n",
     NULL},
    {"interface/teaming-persistent",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><model type='virtio'/><teaming"
     " type='persistent'/></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <model type='virtio'/>\n"
     "  <teaming type='persistent'/>\n"
     "</interface>\n",
     NULL},
    {"interface/network",
     "<interface type='network'><actual type='hostdev'"
     " managed='yes'><source><address type='pci' bus='9'/></source><vlan><tag"
     " id='5'/></vlan></actual><source network='vf'/><mac"
     " address='52:54:00:00:00:01'/><address type='pci' slot='4'/></interface>",
     "<interface type='network'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source network='vf'/>\n"
     "  <actual type='hostdev' managed='yes'>\n"
     "    <source>\n"
     "      <address type='pci' bus='9'/>\n"
     "    </source>\n"
     "    <vlan>\n"
     "      <tag id='5'/>\n"
     "    </vlan>\n"
     "  </actual>\n"
     "  <address type='pci' slot='4'/>\n"
     "</interface>\n",
     "libvirt prints <actual> in its status files only"},
    {"unknown/attributes",
     "<hostdev type='pci' new='1'><driver name='vfio' new='2'/><source"
     " new='3'><address bus='1' new='4'/></source><alias name='ua-a' new='5'/><rom"
     " bar='on' new='6'/><address type='pci' slot='3' new='7'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no' new='1'>\n"
     "  <driver name='vfio' new='2'/>\n"
     "  <source new='3'>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0' new='4'/>\n"
     "  </source>\n"
     "  <alias name='ua-a' new='5'/>\n"
     "  <rom bar='on' new='6'/>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'"
     " new='7'/>\n"
     "</hostdev>\n",
     "libvirt drops what it does not know"},
    {"unknown/elements",
     "<hostdev type='pci'><new a='&lt;&apos;&quot;&#10;'><deep>text <b>bold</b>"
     " &amp; more</deep><empty/></new><source><new/><address"
     " bus='1'><new/></address></source><address type='pci'"
     " slot='3'><new/></address><rom bar='on'/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'>\n"
     "      <new/>\n"
     "    </address>\n"
     "    <new/>\n"
     "  </source>\n"
     "  <rom bar='on'/>\n"
     "  <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'>\n"
     "    <new/>\n"
     "  </address>\n"
     "  <new a='&lt;&apos;&quot;&#10;'>\n"
     "    <deep>text <b>bold</b> &amp; more</deep>\n"
     "    <empty/>\n"
     "  </new>\n"
     "</hostdev>\n",
     "libvirt drops what it does not know"},
    {"unknown/namespace",
     "<hostdev xmlns:x='urn:x' type='pci' x:a='1'><x:b"
     " c='2'><d/></x:b><source><address bus='1'/></source><e"
     " xmlns='urn:e'><f/></e></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no' xmlns:x='urn:x' x:a='1'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <x:b xmlns:x='urn:x' c='2'>\n"
     "    <d/>\n"
     "  </x:b>\n"
     "  <e xmlns='urn:e'>\n"
     "    <f xmlns='urn:e'/>\n"
     "  </e>\n"
     "</hostdev>\n",
     "libvirt drops what it does not know"},
    {"unknown/of-interface",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'"
     " new='5'/><source><address type='pci'"
     " bus='1'/></source><new><deep/></new><vlan new='1'><tag id='1'"
     " new='2'/><new/></vlan><virtualport type='802.1Qbh' new='3'><parameters"
     " profileid='x' new='4'/></virtualport></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01' new='5'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan new='1'>\n"
     "    <tag id='1' new='2'/>\n"
     "    <new/>\n"
     "  </vlan>\n"
     "  <virtualport type='802.1Qbh' new='3'>\n"
     "    <parameters profileid='x' new='4'/>\n"
     "  </virtualport>\n"
     "  <new>\n"
     "    <deep/>\n"
     "  </new>\n"
     "</interface>\n",
     "libvirt drops what it does not know"},
    {"unknown/second-tag",
     "<interface type='hostdev'><mac address='52:54:00:00:00:01'/><source><address"
     " type='pci' bus='1'/></source><vlan><tag id='1'/><tag id='2'"
     " new='1'/></vlan></interface>",
     "<interface type='hostdev'>\n"
     "  <mac address='52:54:00:00:00:01'/>\n"
     "  <source>\n"
     "    <address type='pci' domain='0x0000' bus='0x01' slot='0x00'"
     " function='0x0'/>\n"
     "  </source>\n"
     "  <vlan trunk='yes'>\n"
     "    <tag id='1'/>\n"
     "    <tag id='2' new='1'/>\n"
     "  </vlan>\n"
     "</interface>\n",
     "libvirt drops what it does not know"},
    {"unknown/origstates",
     "<hostdev type='pci'><source><address"
     " bus='1'/><origstates><unbind/><reprobe/></origstates></source></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "    <origstates>\n"
     "      <unbind/>\n"
     "      <reprobe/>\n"
     "    </origstates>\n"
     "  </source>\n"
     "</hostdev>\n",
     "libvirt drops what it does not know"},
    {"unknown/readonly-of-pci",
     "<hostdev type='pci'><source><address bus='1'/></source><readonly/></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "  <readonly/>\n"
     "</hostdev>\n",
     "libvirt drops what it does not know"},
    {"unknown/comment",
     "<hostdev type='pci'><!-- a --><source><!-- b --><address"
     " bus='1'/></source><?c d?></hostdev>",
     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
     "  <source>\n"
     "    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "  </source>\n"
     "</hostdev>\n",
     NULL},
    {"list/devices",
     "<devices><disk/><hostdev type='pci'><source><address"
     " bus='1'/></source></hostdev><interface type='hostdev'><mac"
     " address='52:54:00:00:00:01'/><source><address type='pci'"
     " bus='2'/></source></interface><interface type='bridge'/></devices>",
     "<devices>\n"
     "  <hostdev mode='subsystem' type='pci' managed='no'>\n"
     "    <source>\n"
     "      <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
     "    </source>\n"
     "  </hostdev>\n"
     "  <interface type='hostdev'>\n"
     "    <mac address='52:54:00:00:00:01'/>\n"
     "    <source>\n"
     "      <address type='pci' domain='0x0000' bus='0x02' slot='0x00'"
     " function='0x0'/>\n"
     "    </source>\n"
     "  </interface>\n"
     "</devices>\n",
     NULL},
    {"list/domain",
     "<domain><name>x</name><devices><graphics type='vnc'/><hostdev type='mdev'"
     " model='vfio-pci' display='on'><source><address"
     " uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/></source></hostdev></devices></d"
     "omain>",
     "<devices>\n"
     "  <hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci'"
     " display='on'>\n"
     "    <source>\n"
     "      <address uuid='53764d0e-85a0-4347-8f7f-4e8b2c1d0001'/>\n"
     "    </source>\n"
     "  </hostdev>\n"
     "</devices>\n",
     NULL},
    {"list/empty", "<devices/>",
     "<devices>\n"
     "</devices>\n",
     NULL},
    {"list/empty-domain", "<domain><name>x</name></domain>",
     "<devices>\n"
     "</devices>\n",
     NULL},
    {NULL, NULL, NULL, NULL},
};
