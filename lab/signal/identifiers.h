#pragma once
/// The one rule which facts about a recording identify a person.
#include <string_view>

namespace vagus::lab {

/// Whether a fact of this name identifies a person or may: one of its words (letters and digits; anything else parts
/// them, case does not count) is a name, a birth date, a place, a number of a person, somebody who was there, or free
/// text. "Birth date", "patient-id" and "comments" do; "sex", "age" and "hidden" do not.
/// Such facts are kept apart (`Recording::identifiers`), shown only when asked for, dropped by `data add
/// --deidentify`. In doubt it does: too much apart is an attribute missed, too little is a person named.
bool identifies(std::string_view fact);

}  // namespace vagus::lab
