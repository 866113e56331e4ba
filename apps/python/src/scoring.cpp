/// Scoring protocols for Python: the same counts as `vagus score`.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "apps/python/src/bind.h"
#include "lab/base/error.h"
#include "lab/score/protocol.h"

namespace vagus::python {
namespace {

/// Marks of one side: what a file or recording names, or arrays.
lab::Marks marks_of_arrays(const std::vector<std::int64_t>& ticks, const std::vector<std::string>& labels,
                           double tick_hz, const std::vector<std::int64_t>& unreadable_rows) {
  if (ticks.size() != labels.size()) throw lab::UsageError("there are as many labels as times");
  lab::Marks marks;
  marks.tick_hz = tick_hz;
  marks.shown = "arrays";
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    lab::Annotation one;
    one.tick = one.end_tick = ticks[i];
    one.label = labels[i];
    marks.annotations.push_back(std::move(one));
  }
  // From each first row on unreadable, from each second one readable again, as `vagus run --wfdb` writes it.
  for (std::size_t i = 0; i < unreadable_rows.size(); ++i) {
    lab::Annotation one;
    one.tick = one.end_tick = unreadable_rows[i];
    one.label = "~";
    one.subtype = i % 2 == 0 ? -1 : 0;
    marks.annotations.push_back(std::move(one));
  }
  std::stable_sort(marks.annotations.begin(), marks.annotations.end(),
                   [](const auto& a, const auto& b) { return a.tick < b.tick; });
  return marks;
}

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

lab::MarkedTable table_of_rows(const nb::list& rows, double duration_s) {
  lab::MarkedTable table;
  table.duration_s = duration_s;
  table.shown = "rows";
  for (const nb::handle one : rows) {
    const auto tuple = nb::cast<nb::tuple>(one);
    table.rows.push_back({nb::cast<double>(tuple[0]), nb::cast<double>(tuple[1]), nb::cast<double>(tuple[2]),
                          nb::cast<double>(tuple[3]), nb::cast<std::string>(tuple[4]),
                          nb::cast<std::string>(tuple[5])});
  }
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return a.start_s < b.start_s || (std::isnan(b.start_s) && !std::isnan(a.start_s));
  });
  return table;
}

}  // namespace

void bind_scoring(nb::module_& m) {
  nb::class_<lab::Marks>(m, "Marks")
      .def_rw("duration_s", &lab::Marks::duration_s)
      .def_rw("record_hz", &lab::Marks::record_hz);
  nb::class_<lab::MarkedTable>(m, "MarkedTable");
  m.def("marks_of_file", &lab::read_marks, nb::arg("name"));
  m.def(
      "marks_of_recording", [](const lab::Recording& r, const std::string& track) { return lab::marks_of(r, track); },
      nb::arg("recording"), nb::arg("track") = "");
  m.def("marks_of_arrays", marks_of_arrays, nb::arg("ticks"), nb::arg("labels"), nb::arg("tick_hz"),
        nb::arg("unreadable_rows"));
  m.def("table_of_file", &lab::read_table, nb::arg("name"));
  m.def("table_of_recording", &lab::table_of, nb::arg("recording"));
  m.def("table_of_rows", table_of_rows, nb::arg("rows"), nb::arg("duration_s"));
  m.def("ec57", ec57, nb::arg("reference"), nb::arg("test"), nb::arg("from_s").none(), nb::arg("to_s").none());
  m.def("score_tables", score_tables, nb::arg("protocol"), nb::arg("reference"), nb::arg("test"),
        nb::arg("from_s").none(), nb::arg("to_s").none(), nb::arg("window_s"));
}

}  // namespace vagus::python
