#pragma once
/// Room for a large object, made when the firmware starts: in RAM alone, with no copy of it in flash and no constructor
/// before main.
#include <new>

namespace vagus::firmware {

template <class T>
class Place {
 public:
  /// Once, before `get`.
  T& make() { return *::new (static_cast<void*>(bytes_)) T; }
  T& get() { return *std::launder(reinterpret_cast<T*>(bytes_)); }

 private:
  alignas(T) unsigned char bytes_[sizeof(T)];
};

}  // namespace vagus::firmware
