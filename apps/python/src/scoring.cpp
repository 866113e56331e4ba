/// Scoring protocols for Python: the same counts as `vagus score`.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "apps/python/src/bind.h"
#include "lab/base/error.h"
#include "lab/score/protocol.h"
#include "lab/score/sides.h"

namespace vagus::python {
namespace {

nb::tuple ec57(const lab::Marks& reference, const lab::Marks& test, std::optional<double> from_s,
               std::optional<double> to_s) {
  const lab::Protocol& protocol = lab::protocol("ec57");
  lab::ScoreOptions options;
  options.from_s = from_s;
  options.to_s = to_s;
  const lab::Scored scored = [&] {
    const nb::gil_scoped_release others_run;
    return protocol.score(reference, test, options);
  }();
  return nb::make_tuple(from_json(scored.json), scored.table);
}

nb::tuple score_tables(const std::string& name, const lab::MarkedTable& reference, const lab::MarkedTable& test,
                       std::optional<double> from_s, std::optional<double> to_s, double window_s) {
  const lab::Protocol& protocol = lab::protocol(name);
  lab::ScoreOptions options;
  options.from_s = from_s;
  options.to_s = to_s;
  options.window_s = window_s;
  const lab::Scored scored = protocol.score_tables(reference, test, options);
  return nb::make_tuple(from_json(scored.json), scored.table);
}

lab::MarkedTable table_of_tuples(const nb::list& tuples, double duration_s) {
  std::vector<lab::MarkedRow> rows;
  for (const nb::handle one : tuples) {
    const auto tuple = nb::cast<nb::tuple>(one);
    rows.push_back({nb::cast<double>(tuple[0]), nb::cast<double>(tuple[1]), nb::cast<double>(tuple[2]),
                    nb::cast<double>(tuple[3]), nb::cast<std::string>(tuple[4]), nb::cast<std::string>(tuple[5])});
  }
  return lab::table_of_rows(std::move(rows), duration_s);
}

}  // namespace

void bind_scoring(nb::module_& m) {
  nb::class_<lab::Marks>(m, "Marks")
      .def_rw("duration_s", &lab::Marks::duration_s)
      .def_rw("record_hz", &lab::Marks::record_hz);
  nb::class_<lab::MarkedTable>(m, "MarkedTable");
  m.def("marks_of_file", &lab::named_marks, nb::arg("name"));
  m.def(
      "marks_of_recording", [](const lab::Recording& r, const std::string& track) { return lab::marks_of(r, track); },
      nb::arg("recording"), nb::arg("track") = "");
  m.def("marks_of_arrays", lab::marks_of_moments, nb::arg("ticks"), nb::arg("labels"), nb::arg("tick_hz"),
        nb::arg("unreadable_rows"));
  m.def("table_of_file", &lab::named_table, nb::arg("name"));
  m.def("table_of_recording", &lab::table_of, nb::arg("recording"));
  m.def("table_of_rows", table_of_tuples, nb::arg("rows"), nb::arg("duration_s"));
  m.def("ec57", ec57, nb::arg("reference"), nb::arg("test"), nb::arg("from_s").none(), nb::arg("to_s").none());
  m.def("score_tables", score_tables, nb::arg("protocol"), nb::arg("reference"), nb::arg("test"),
        nb::arg("from_s").none(), nb::arg("to_s").none(), nb::arg("window_s"));
}

}  // namespace vagus::python
