/// `vagus completion bash|zsh|fish`: written from the options that the commands declare, so it cannot fall behind.
#include <fmt/format.h>

#include "apps/cli/command.h"
#include "lab/detect/detector.h"

namespace vagus::cli {
namespace {

struct Node {
  std::string path;                ///< "data add"
  std::vector<std::string> words;  ///< sub-commands and options
  std::vector<std::string> helps;
};

void gather(const CLI::App& app, const std::string& path, std::vector<Node>& nodes) {
  Node node{path, {}, {}};
  for (const CLI::App* sub : app.get_subcommands({})) {
    node.words.push_back(sub->get_name());
    node.helps.push_back(sub->get_description());
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      node.words.push_back("--" + name);
      node.helps.push_back(option->get_description());
    }
  }
  nodes.push_back(node);
  for (const CLI::App* sub : app.get_subcommands({}))
    gather(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), nodes);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string detector_names() {
  std::vector<std::string> names;
  for (const lab::DetectorInfo& info : lab::detectors()) names.emplace_back(info.contract->name);
  return joined(names);
}

void print_bash(const std::vector<Node>& nodes) {
  fmt::print(
      "_vagus() {{\n  local path=\"\" word i\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    "
      "word=\"${{COMP_WORDS[i]}}\"\n"
      "    case \"${{path:+$path }}$word\" in\n");
  for (const Node& node : nodes) {
    if (!node.path.empty()) fmt::print("      \"{0}\") path=\"{0}\" ;;\n", node.path);
  }
  fmt::print("    esac\n  done\n  local words=\"\"\n  case \"$path\" in\n");
  for (const Node& node : nodes) fmt::print("    \"{}\") words=\"{}\" ;;\n", node.path, joined(node.words));
  fmt::print(
      "  esac\n  if [[ \"$path\" == run || \"$path\" == detectors ]] && ((COMP_CWORD == 2)); then words=\"{} $words\"; "
      "fi\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n}}\ncomplete -o default -F _vagus "
      "vagus\n",
      detector_names());
}

void print_fish(const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    std::string condition = node.path.empty()
                                ? "__fish_use_subcommand"
                                : "__fish_seen_subcommand_from " + node.path.substr(node.path.rfind(' ') + 1);
    for (std::size_t i = 0; i < node.words.size(); ++i) {
      std::string help = node.helps[i];
      for (char& c : help) c = c == '\'' || c == '\n' ? ' ' : c;
      const bool option = node.words[i].starts_with("--");
      fmt::print("complete -c vagus -n '{}' {} {} -d '{}'\n", condition, option ? "-l" : "-a",
                 option ? node.words[i].substr(2) : node.words[i], help);
    }
  }
  fmt::print("complete -c vagus -n '__fish_seen_subcommand_from run detectors' -a '{}'\n", detector_names());
}

}  // namespace

void declare_completion(CLI::App& app, Action& action) {
  const auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app.footer(
      "Examples:\n  source <(vagus completion bash)\n  vagus completion fish > ~/.config/fish/completions/vagus.fish");
  app.callback([shell, &action] {
    action = [shell] {
      Action unused;
      const std::unique_ptr<CLI::App> all = make_app(unused, "");
      std::vector<Node> nodes;
      gather(*all, "", nodes);
      if (*shell == "fish") {
        print_fish(nodes);
      } else {
        if (*shell == "zsh") fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
        print_bash(nodes);
      }
      return 0;
    };
  });
}

}  // namespace vagus::cli
