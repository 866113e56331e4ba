#include "lab/signal/identifiers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace vagus::lab {

bool identifies(std::string_view fact) {
  // Whole words, as "id" is part of too many others.
  constexpr std::array words = {
      "name",      "names",    "surname",    "firstname", "lastname", "birth",     "birthday",  "birthdate",
      "dob",       "born",     "date",       "patient",   "address",  "street",    "city",      "zip",
      "phone",     "email",    "mail",       "contact",   "id",       "mrn",       "ssn",       "doctor",
      "physician", "operator", "technician", "hospital",  "clinic",   "referring", "insurance", "admission",
      "note",      "notes",    "comment",    "comments",  "remark",   "remarks"};
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  std::string word;
  while (!fact.empty()) {
    const auto end = std::find_if_not(fact.begin(), fact.end(), part);
    word.assign(fact.begin(), end);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
    fact.remove_prefix(static_cast<std::size_t>(std::find_if(end, fact.end(), part) - fact.begin()));
  }
  return false;
}

}  // namespace vagus::lab
