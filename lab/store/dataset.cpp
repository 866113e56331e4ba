#include "lab/store/dataset.h"

#include <algorithm>
#include <set>

#include "lab/base/error.h"
#include "lab/base/toml.h"
#include "lab/store/layout.h"

namespace vagus::lab {
namespace {

/// Reads keys of a TOML table and, at the end, names the ones that nobody asked for.
class Keys {
 public:
  Keys(const toml::table& table, std::string place) : table_(table), place_(std::move(place)) {}

  std::string text(const char* key, const std::string& otherwise = {}) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    if (const auto value = node->value_exact<std::string>()) return *value;
    if (const auto number = node->value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto number = node->value_exact<double>()) return shortest(*number);
    if (const auto flag = node->value_exact<bool>()) return *flag ? "true" : "false";
    throw fail(key, "must be a text");
  }
  double number(const char* key, double otherwise) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    if (const auto value = node->value<double>()) return *value;
    throw fail(key, "must be a number");
  }
  bool flag(const char* key, bool otherwise) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return otherwise;
    if (const auto value = node->value_exact<bool>()) return *value;
    throw fail(key, "must be true or false");
  }
  std::vector<std::string> texts(const char* key) {
    known_.emplace_back(key);
    std::vector<std::string> all;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return all;
    const toml::array* array = node->as_array();
    if (array == nullptr) throw fail(key, "must be a list of texts");
    for (const toml::node& of : *array) {
      const auto value = of.value<std::string>();
      if (!value) throw fail(key, "must be a list of texts");
      all.push_back(*value);
    }
    return all;
  }
  std::map<std::string, std::string> map(const char* key) {
    known_.emplace_back(key);
    std::map<std::string, std::string> all;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return all;
    const toml::table* table = node->as_table();
    if (table == nullptr) throw fail(key, "must be a table");
    Keys inner(*table, place_ + " " + key);
    for (const auto& [name, value] : *table) all[std::string(name.str())] = inner.text(std::string(name.str()).c_str());
    return all;
  }
  /// The tables of a list (or one table), each handed over with its keys.
  template <class Each>
  void tables(const char* key, Each&& each) {
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return;
    const auto one = [&](const toml::table& table) {
      Keys keys(table, place_ + " [" + key + "] line " + std::to_string(table.source().begin.line));
      each(keys);
      keys.finish();
    };
    if (const toml::table* table = node->as_table()) return one(*table);
    const toml::array* array = node->as_array();
    if (array == nullptr) throw fail(key, "must be a table");
    for (const toml::node& of : *array) {
      if (of.as_table() == nullptr) throw fail(key, "must be a list of tables");
      one(*of.as_table());
    }
  }
  void finish() const {
    for (const auto& [key, value] : table_) {
      const std::string name(key.str());
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      const std::string near = nearest(name, known_);
      throw Error("\"" + name + "\" is no key here", place_ + " line " + std::to_string(value.source().begin.line),
                  near.empty() ? "" : "did you mean \"" + near + "\"?", Exit::usage);
    }
  }
  Error fail(const char* key, const char* what) const {
    const toml::node* node = table_.get(key);
    return Error("\"" + std::string(key) + "\" " + what,
                 place_ + (node == nullptr ? "" : " line " + std::to_string(node->source().begin.line)), {},
                 Exit::usage);
  }

 private:
  const toml::table& table_;
  std::string place_;
  std::vector<std::string> known_;
};

TableFormat format_from(Keys& keys) {
  TableFormat format;
  const std::string separator = keys.text("separator", ",");
  if (separator == "blank") {
    format.separator = ' ';
  } else if (separator == "tab" || separator == "\t") {
    format.separator = '\t';
  } else if (separator.size() == 1) {
    format.separator = separator.front();
  } else {
    throw keys.fail("separator", "must be one character, \"tab\" or \"blank\"");
  }
  format.header = keys.flag("header", true);
  format.skip_lines = static_cast<int>(keys.number("skip_lines", 0));
  format.line_end = keys.text("line_end");
  return format;
}

std::vector<ColumnRule> columns_from(Keys& keys) {
  std::vector<ColumnRule> columns;
  keys.tables("columns", [&](Keys& of) {
    ColumnRule rule;
    rule.column = of.text("column");
    rule.channel = of.text("channel", rule.column);
    rule.quantity = of.text("quantity");
    rule.unit = of.text("unit");
    rule.scale = of.number("scale", 1);
    rule.offset = of.number("offset", 0);
    rule.placement = of.text("placement");
    if (rule.column.empty()) throw of.fail("column", "is needed");
    if (rule.scale == 0) throw of.fail("scale", "must not be 0");
    columns.push_back(std::move(rule));
  });
  return columns;
}

TableRule table_from(Keys& keys) {
  TableRule rule;
  rule.format = format_from(keys);
  rule.time_column = keys.text("time");
  rule.time_unit = keys.text("time_unit", "s");
  rule.unix_time = keys.flag("unix_time", false);
  rule.rate_hz = keys.number("rate_hz", 0);
  rule.columns = columns_from(keys);
  if (!rule.columns.empty() && rule.time_column.empty() && !(rule.rate_hz > 0))
    throw keys.fail("rate_hz", "or a time column is needed");
  return rule;
}

LabelRule label_from(Keys& keys) {
  LabelRule rule;
  rule.track = keys.text("track", "labels");
  rule.label = keys.text("label");
  rule.column = keys.text("column");
  rule.skip = keys.texts("skip");
  rule.file = keys.text("file");
  rule.start = keys.text("start");
  rule.end = keys.text("end");
  rule.unit = keys.text("unit", "s");
  const std::string clock = keys.text("clock", "start");
  rule.clock = clock == "recording"   ? LabelRule::Clock::recording
               : clock == "intervals" ? LabelRule::Clock::intervals
                                      : LabelRule::Clock::start;
  if (rule.clock == LabelRule::Clock::start && clock != "start")
    throw keys.fail("clock", R"(must be "start", "recording" or "intervals")");
  if (rule.clock == LabelRule::Clock::intervals && (rule.start.empty() || !rule.end.empty()))
    throw keys.fail("clock", R"(of "intervals" needs a column start and no end)");
  rule.key = keys.text("key");
  rule.matches = keys.text("matches");
  rule.where_column = keys.text("where");
  rule.format = format_from(keys);
  if (rule.label.empty() && rule.column.empty()) throw keys.fail("label", "or a column is needed");
  return rule;
}

RecordingRule rule_from(Keys& keys) {
  RecordingRule rule;
  rule.pattern = keys.text("files");
  if (rule.pattern.empty()) throw keys.fail("files", "is needed");
  rule.name = keys.text("name", "{recording}");
  rule.subject = keys.text("subject");
  rule.session = keys.text("session");
  rule.placement = keys.text("placement");
  rule.annotators = keys.texts("annotators");
  rule.attributes = keys.map("attributes");
  rule.array_layout = keys.text("arrays");
  TableRule first = table_from(keys);
  rule.by_content = first.columns.empty();
  if (!rule.by_content) rule.tables.push_back(std::move(first));
  keys.tables("with", [&](Keys& of) {
    TableRule more = table_from(of);
    more.file = of.text("file");
    more.optional = of.flag("optional", false);
    if (more.file.empty()) throw of.fail("file", "is needed");
    rule.tables.push_back(std::move(more));
  });
  keys.tables("labels", [&](Keys& of) { rule.labels.push_back(label_from(of)); });
  if (!keys.flag("signals", true)) {
    rule.by_content = false;
    if (!rule.tables.empty()) throw keys.fail("signals", "is false, but there are columns");
    for (const LabelRule& label : rule.labels)
      if (!label.column.empty()) throw keys.fail("signals", "is false, but a label is a column of them");
  }
  keys.tables("attributes_from", [&](Keys& of) {
    AttributeRule attributes;
    attributes.file = of.text("file");
    attributes.key = of.text("key");
    attributes.matches = of.text("matches");
    attributes.columns = of.map("columns");
    attributes.format = format_from(of);
    rule.attribute_tables.push_back(std::move(attributes));
  });
  return rule;
}

}  // namespace

struct Dataset::Layout {
  /// What is known of some recordings beyond their files.
  struct Extra {
    std::vector<std::string> recordings;  ///< patterns with *
    std::map<std::string, std::string> attributes;
    std::string subject;
  };
  std::vector<RecordingRule> rules;
  std::vector<Extra> extras;
  std::vector<std::string> exclude;
};

Dataset::Dataset(std::string_view text, const std::string& shown) {
  const toml::table table = parse_toml(text, shown);
  Keys keys(table, shown);
  about_.name = keys.text("name");
  about_.title = keys.text("title");
  about_.licence = keys.text("licence");
  about_.citation = keys.text("citation");
  about_.source = keys.text("source");
  about_.redistribute = keys.flag("redistribute", false);
  about_.protocols = keys.texts("protocols");
  keys.tables("archive", [&](Keys& of) {
    about_.archive_file = of.text("file");
    about_.archive_sha256 = of.text("sha256");
  });
  keys.tables("download", [&](Keys& of) {
    about_.url = of.text("url");
    about_.url_file = of.text("file");
    about_.url_sha256 = of.text("sha256");
    if (about_.url.empty()) throw of.fail("url", "is needed");
    if (about_.url_file.empty() || about_.url_file.find('/') != std::string::npos || about_.url_file.starts_with('.'))
      throw of.fail("file", "is needed: the name to store it by, whose ending says what archive it is");
  });
  auto layout = std::make_shared<Layout>();
  layout->exclude = keys.texts("exclude");
  keys.tables("recordings", [&](Keys& of) { layout->rules.push_back(rule_from(of)); });
  keys.tables("known", [&](Keys& of) {
    layout->extras.push_back({of.texts("recordings"), of.map("attributes"), of.text("subject")});
  });
  keys.finish();
  if (layout->rules.empty()) throw Error("a dataset file needs at least one [[recordings]]", shown, {}, Exit::usage);
  layout_ = std::move(layout);
}

Dataset::~Dataset() = default;
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;

std::vector<SourceItem> Dataset::recordings(const std::shared_ptr<Volume>& volume, const std::string& root) const {
  std::vector<SourceItem> items;
  const std::vector<std::string> files = volume->list();
  for (const RecordingRule& rule : layout_->rules) {
    const Pattern pattern(rule.pattern);
    for (const std::string& file : files) {
      if (!file.starts_with(root)) continue;
      std::optional<Captures> captures = pattern.match(file.substr(root.size()));
      if (!captures) continue;
      const std::string name = fill(rule.name, *captures);
      if (std::any_of(layout_->exclude.begin(), layout_->exclude.end(),
                      [&](const std::string& excluded) { return matches(name, excluded); }))
        continue;
      items.push_back({name,
                       [layout = layout_, &rule, volume, root, file, captures = std::move(*captures)] {
                         Recording recording = read_by_rule(rule, volume, root, file, captures);
                         for (const Layout::Extra& extra : layout->extras) {
                           if (std::none_of(extra.recordings.begin(), extra.recordings.end(),
                                            [&](const std::string& p) { return matches(recording.name, p); }))
                             continue;
                           for (const auto& [key, value] : extra.attributes) recording.attributes[key] = value;
                           if (!extra.subject.empty()) recording.subject = extra.subject;
                         }
                         return recording;
                       },
                       !rule.array_layout.empty()});
    }
  }
  std::sort(items.begin(), items.end(),
            [](const SourceItem& a, const SourceItem& b) { return natural_less(a.recording, b.recording); });
  return items;
}

Json to_json(const About& about) {
  return {{"title", about.title},       {"licence", about.licence}, {"redistribute", about.redistribute},
          {"citation", about.citation}, {"source", about.source},   {"protocols", about.protocols}};
}

std::optional<std::string_view> known_dataset(std::string_view name) {
  for (const KnownDataset& known : known_datasets())
    if (known.name == name) return known.text;
  return std::nullopt;
}

}  // namespace vagus::lab
