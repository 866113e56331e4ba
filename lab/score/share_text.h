#pragma once
/// A share with its exact interval, as every protocol's table prints it.
#include <string>

#include "lab/score/ec57.h"

namespace vagus::lab {

/// "QRS sensitivity            99.914 %  [ 99.731,  99.985] (2270 of 2272)\n"
std::string share_line(const std::string& name, Share share);

}  // namespace vagus::lab
