/// The port as a shared object: `vagus run example.pan_tompkins FILE --plugin pan_tompkins.so`.
#include "examples/port/registry.h"
#include "lab/prototype/native.h"

VAGUS_PLUGIN(vagus::examples::PortRegistry);
