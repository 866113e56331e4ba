#include "lab/base/error.h"
#include "lab/deploy/device_sources.h"
#include "lab/deploy/energy.h"
#include "lab/deploy/toml_text.h"

namespace vagus::lab {
namespace {

Range checked(double low, double high, const toml::node& node, const std::string& where) {
  if (!(low >= 0 && low <= high)) throw Error("is not a range from low to high, 0 and up", toml_place(node, where));
  return {low, high};
}

Constant constant_in(const toml::table& of, const char* key, const std::string& where) {
  const toml::table* table = of[key].as_table();
  if (table == nullptr) throw Error(std::string("there is no constant \"") + key + "\"", toml_place(of, where));
  const auto low = (*table)["low"].value<double>(), high = (*table)["high"].value<double>();
  if (!low || !high) throw Error(std::string("\"") + key + "\" has no low or no high", toml_place(*table, where));
  return {checked(*low, *high, *table, where),    toml_text(*table, "unit", where),
          toml_text(*table, "source", where),     toml_text(*table, "revision", where),
          toml_text(*table, "conditions", where), false};
}

template <class F>
void each(const toml::table& all, const char* kind, const std::string& where, const F& f) {
  const toml::array* list = all[kind].as_array();
  if (list == nullptr) throw Error(std::string("there is no [[") + kind + "]]", where);
  for (const toml::node& node : *list) {
    const toml::table* table = node.as_table();
    if (table == nullptr) throw Error(std::string(kind) + " is not a table", toml_place(node, where));
    f(*table);
  }
}

Part part_of(const toml::table& t, const std::string& where) {
  Part part{toml_text(t, "name", where),        toml_text(t, "core", where),
            toml_text(t, "note", where),        constant_in(t, "supply_v", where),
            constant_in(t, "clock_mhz", where), constant_in(t, "run_ua_per_mhz", where),
            constant_in(t, "sleep_ua", where),  std::nullopt};
  if (part.core != "m4f" && part.core != "m33" && part.core != "m55")
    throw Error("core is m4f, m33 or m55, and not " + part.core, toml_place(t, where));
  if (!(part.clock_mhz.value.low > 0)) throw Error("clock_mhz is not above 0", toml_place(t, where));
  if (t.contains("cycles_per_instruction"))
    part.cycles_per_instruction = constant_in(t, "cycles_per_instruction", where);
  return part;
}

FrontEnd sensor_of(const toml::table& t, const std::string& where) {
  FrontEnd sensor{toml_text(t, "name", where),
                  toml_text(t, "kind", where),
                  toml_text(t, "note", where),
                  constant_in(t, "supply_v", where),
                  constant_in(t, "active_ua", where),
                  constant_in(t, "standby_ua", where),
                  std::nullopt};
  if (t.contains("led_peak_ma"))
    sensor.leds = LedDrive{constant_in(t, "led_supply_v", where), constant_in(t, "led_peak_ma", where),
                           constant_in(t, "led_on_us", where), constant_in(t, "led_pulses", where)};
  return sensor;
}

Constant* constant_named(Part& p, std::string_view key) {
  if (key == "supply_v") return &p.supply_v;
  if (key == "clock_mhz") return &p.clock_mhz;
  if (key == "run_ua_per_mhz") return &p.run_ua_per_mhz;
  if (key == "sleep_ua") return &p.sleep_ua;
  if (key == "cycles_per_instruction" && p.cycles_per_instruction) return &*p.cycles_per_instruction;
  return nullptr;
}
Constant* constant_named(FrontEnd& s, std::string_view key) {
  if (key == "supply_v") return &s.supply_v;
  if (key == "active_ua") return &s.active_ua;
  if (key == "standby_ua") return &s.standby_ua;
  if (!s.leds) return nullptr;
  if (key == "led_supply_v") return &s.leds->supply_v;
  if (key == "led_peak_ma") return &s.leds->peak_ma;
  if (key == "led_on_us") return &s.leds->on_us;
  if (key == "led_pulses") return &s.leds->pulses;
  return nullptr;
}

Range range_in(const toml::node& node, const std::string& where) {
  if (const auto one = node.value<double>()) return checked(*one, *one, node, where);
  const toml::array* pair = node.as_array();
  if (pair != nullptr && pair->size() == 2) {
    const auto low = pair->get(0)->value<double>(), high = pair->get(1)->value<double>();
    if (low && high) return checked(*low, *high, node, where);
  }
  throw Error("is neither a number nor [low, high]", toml_place(node, where));
}

template <class T>
void apply(std::vector<T>& known, const toml::table& given, const std::string& kind, const std::string& where) {
  for (const auto& [name, node] : given) {
    std::vector<std::string> names;
    T* found = nullptr;
    for (T& one : known) {
      names.push_back(one.name);
      if (one.name == name.str()) found = &one;
    }
    if (found == nullptr) {
      const std::string near = nearest(std::string(name.str()), names);
      throw Error("there is no " + kind + " \"" + std::string(name.str()) + "\"", toml_place(node, where),
                  near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
    const toml::table* table = node.as_table();
    if (table == nullptr)
      throw Error("[" + kind + "." + std::string(name.str()) + "] is not a table", toml_place(node, where));
    for (const auto& [key, value] : *table) {
      Constant* constant = constant_named(*found, key.str());
      if (constant == nullptr)
        throw Error(found->name + " has no constant \"" + std::string(key.str()) + "\"", toml_place(value, where));
      constant->value = range_in(value, where + ": " + std::string(key.str()));
      constant->source = where;
      constant->revision = constant->conditions = "measured";
      constant->measured = true;
    }
  }
}

}  // namespace

EnergyConstants read_energy_constants(std::string_view text, const std::string& where) {
  const toml::table all = parse_toml(text, where);
  EnergyConstants constants;
  each(all, "part", where, [&](const toml::table& t) { constants.parts.push_back(part_of(t, where)); });
  each(all, "sensor", where, [&](const toml::table& t) { constants.sensors.push_back(sensor_of(t, where)); });
  return constants;
}

const EnergyConstants& energy_constants() {
  static const EnergyConstants constants = [] {
    const SourceFile* file = find_source("lab/deploy/energy.toml");
    if (file == nullptr) throw Error("the energy constants are not among the program's files");
    return read_energy_constants(file->text, std::string(file->path));
  }();
  return constants;
}

void apply_measured(EnergyConstants& constants, std::string_view text, const std::string& where) {
  const toml::table all = parse_toml(text, where);
  for (const auto& [key, node] : all) {
    const toml::table* table = node.as_table();
    if (table == nullptr || (key.str() != "part" && key.str() != "sensor"))
      throw Error("\"" + std::string(key.str()) + "\" is neither [part.NAME] nor [sensor.NAME]",
                  toml_place(node, where));
    if (key.str() == "part")
      apply(constants.parts, *table, "part", where);
    else
      apply(constants.sensors, *table, "sensor", where);
  }
}

}  // namespace vagus::lab
