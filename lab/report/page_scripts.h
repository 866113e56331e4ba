#pragma once
/// The pages' scripts, made from apps/page at build time: each in pieces that follow one another, without a closing
/// script tag inside.
#include <span>
#include <string_view>

namespace vagus::lab {

/// What makes a study's page interactive: operating point, zoomable waves, sorted tables.
std::span<const std::string_view> report_script();
/// The label review.
std::span<const std::string_view> review_script();

}  // namespace vagus::lab
