#pragma once
/// A list of types: how detectors are registered.

namespace vagus {

template <class... Types>
struct TypeList {};

}  // namespace vagus
