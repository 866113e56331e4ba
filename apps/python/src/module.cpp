/// vagus._core: the lab for Python. Everything a person calls stands in the package's Python files; here is what these
/// need of C++.
#include <nanobind/stl/string.h>

#include "apps/python/src/bind.h"
#include "lab/base/error.h"
#include "lab/base/progress.h"

namespace vagus::python {
namespace {

nb::handle error_class, usage_error_class;

/// lab::Error as the Python class of its kind, the program's text word for word, `where` and `hint` as attributes.
void translate(const std::exception_ptr& thrown, void* /*nothing*/) {
  try {
    std::rethrow_exception(thrown);
  } catch (const lab::Error& error) {
    const nb::handle type = error.code() == lab::Exit::usage ? usage_error_class : error_class;
    const nb::object made = type(nb::str(error.what()));
    made.attr("where") = nb::str(error.where().c_str());
    made.attr("hint") = nb::str(error.hint().c_str());
    PyErr_SetObject(type.ptr(), made.ptr());
  }
}

}  // namespace
}  // namespace vagus::python

NB_MODULE(_core, m) {
  namespace nb = nanobind;
  using namespace vagus::python;
  vagus::lab::Progress::silence();
  m.attr("__version__") = VAGUS_VERSION;
  m.def(
      "set_errors",
      [](nb::object base, nb::object usage) {
        error_class = base.release();
        usage_error_class = usage.release();
      },
      nb::arg("base"), nb::arg("usage"));
  nb::register_exception_translator(translate);
  bind_recordings(m);
  bind_running(m);
  bind_scoring(m);
  bind_prototypes(m);
}
