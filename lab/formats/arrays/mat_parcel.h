#pragma once
/// What the process that reads a MATLAB file sends to the one that asked: array after array, each as the length of its
/// name, the name, its type, the number of axes, the axes, the length of its bytes and the bytes. Numbers are 64 bits
/// in this machine's order.
#include <string>

#include "lab/formats/arrays/array.h"

namespace vagus::lab {

/// Takes such a parcel apart. The sender has read a file that may be damaged, and is not believed: throws Error naming
/// `shown` where the parcel is cut, a type is none, or the bytes of an array are not as many as its shape says.
Arrays arrays_of_parcel(const Bytes& bytes, const std::string& shown);

}  // namespace vagus::lab
