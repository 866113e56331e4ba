#include "device/registry.h"

#include "device/conformance/driver.h"

VAGUS_CONFORMANCE(Shipped, vagus::Registry);
