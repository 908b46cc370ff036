# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab: one QEMU machine with an IOMMU and many devices, and what drives it."""
