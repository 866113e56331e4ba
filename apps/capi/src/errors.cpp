#include <exception>

#include "apps/capi/src/handles.h"
#include "lab/base/cpu.h"
#include "lab/base/error.h"
#include "lab/base/progress.h"

struct vagus_error {
  vagus_status status = VAGUS_INTERNAL;
  std::string text, where, hint;
};

namespace vagus::capi {
namespace {

/// Stands for every error while no memory is left for one of its own.
vagus_error& out_of_memory() {
  static vagus_error error{VAGUS_MEMORY, "no memory is left", "", ""};
  return error;
}

std::string in_one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

vagus_status told(vagus_error** error, vagus_status status, const char* text, const std::string& where,
                  const std::string& hint) {
  if (error != nullptr) *error = new vagus_error{status, in_one_line(text), where, hint};
  return status;
}

vagus_status told_of_current(vagus_error** error) {
  try {
    throw;
  } catch (const lab::Error& e) {
    return told(error, e.code() == lab::Exit::usage ? VAGUS_USAGE : VAGUS_INPUT, e.what(), e.where(), e.hint());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return told(error, VAGUS_INTERNAL, e.what(), {}, {});
  } catch (...) {
    return told(error, VAGUS_INTERNAL, "something unknown went wrong", {}, {});
  }
}

}  // namespace

vagus_status caught(vagus_error** error) noexcept {
  try {
    return told_of_current(error);
  } catch (...) {
    if (error != nullptr) *error = &out_of_memory();
    return VAGUS_MEMORY;
  }
}

void need_cpu() {
  // Nothing draws progress on somebody else's terminal.
  static const bool enough = (lab::Progress::silence(), (void)out_of_memory(), lab::cpu_is_enough());
  if (!enough) throw lab::Error(lab::cpu_needed);
}

void need(const void* pointer, const char* name) {
  if (pointer == nullptr) throw lab::UsageError(std::string(name) + " is NULL");
}

std::size_t need_index(std::size_t index, std::size_t count, const char* what) {
  if (index >= count)
    throw lab::UsageError("there is no " + std::string(what) + " " + std::to_string(index) + ": there are " +
                          std::to_string(count) + ", counted from 0");
  return index;
}

}  // namespace vagus::capi

extern "C" {

const char* vagus_version(void) { return VAGUS_VERSION; }

vagus_status vagus_error_status(const vagus_error* error) { return error == nullptr ? VAGUS_OK : error->status; }
const char* vagus_error_text(const vagus_error* error) { return error == nullptr ? "" : error->text.c_str(); }
const char* vagus_error_where(const vagus_error* error) { return error == nullptr ? "" : error->where.c_str(); }
const char* vagus_error_hint(const vagus_error* error) { return error == nullptr ? "" : error->hint.c_str(); }
void vagus_error_free(vagus_error* error) {
  if (error != &vagus::capi::out_of_memory()) delete error;
}

}  // extern "C"
