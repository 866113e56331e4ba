#include "lab/study/filter.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {

enum class Op { either, both, negate, equal, unequal, less, at_most, more, at_least, among };

struct Filter::Node {
  Op op = Op::equal;
  std::shared_ptr<const Node> left, right;
  std::string name;
  std::vector<std::string> values;
};

namespace {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;
/// true, false, or undecided
using Truth = std::optional<bool>;

/// How deep parentheses and `not` may nest: the parser recurses once a level.
constexpr int max_depth = 64;

struct Token {
  enum class Kind { word, number, text, symbol, end } kind = Kind::end;
  std::string text;
  std::size_t column = 0;
};

[[noreturn]] void refuse(const std::string& what, std::size_t column) {
  throw Error(what, "column " + std::to_string(column + 1), "for example: paced == false and age >= 65");
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && is(at_, ::isspace)) ++at_;
    const std::size_t start = at_;
    if (at_ >= text_.size()) return {Token::Kind::end, "the end", start};
    const char c = text_[at_];
    if (c == '\'' || c == '"') {
      const auto close = text_.find(c, at_ + 1);
      if (close == std::string_view::npos) refuse("a quote is not closed", start);
      at_ = close + 1;
      return {Token::Kind::text, std::string(text_.substr(start + 1, close - start - 1)), start};
    }
    if (is(at_, ::isalpha) || c == '_') {
      while (at_ < text_.size() && (is(at_, ::isalnum) || text_[at_] == '_')) ++at_;
      return {Token::Kind::word, std::string(text_.substr(start, at_ - start)), start};
    }
    if (is(at_, ::isdigit) || c == '-' || c == '+' || c == '.') {
      ++at_;
      while (at_ < text_.size() && (is(at_, ::isalnum) || text_[at_] == '.')) ++at_;
      std::string number(text_.substr(start, at_ - start));
      double value = 0;
      if (!parse_double(number, value)) refuse("'" + number + "' is not a number", start);
      return {Token::Kind::number, std::move(number), start};
    }
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","}) {
      if (text_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        return {Token::Kind::symbol, std::string(symbol), start};
      }
    }
    if (c == '=') refuse("a comparison is written ==", start);
    refuse("a character that means nothing here", start);
  }

 private:
  bool is(std::size_t at, int (*test)(int)) const { return test(static_cast<unsigned char>(text_[at])) != 0; }
  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) { step(); }

  NodePtr whole() {
    auto node = either(0);
    if (token_.kind != Token::Kind::end) refuse("'" + token_.text + "' is left over", token_.column);
    return node;
  }
  std::vector<std::string> names;

 private:
  void step() { token_ = lexer_.next(); }
  bool word(std::string_view w) const { return token_.kind == Token::Kind::word && token_.text == w; }
  bool symbol(std::string_view s) const { return token_.kind == Token::Kind::symbol && token_.text == s; }

  static NodePtr join(Op op, NodePtr left, NodePtr right) {
    auto node = std::make_shared<Node>();
    node->op = op;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  NodePtr either(int depth) {
    if (depth > max_depth) refuse("parentheses nest too deep", token_.column);
    auto node = both(depth);
    while (word("or")) {
      step();
      node = join(Op::either, node, both(depth));
    }
    return node;
  }
  NodePtr both(int depth) {
    auto node = negated(depth);
    while (word("and")) {
      step();
      node = join(Op::both, node, negated(depth));
    }
    return node;
  }
  NodePtr negated(int depth) {
    if (depth > max_depth) refuse("parentheses nest too deep", token_.column);
    if (word("not")) {
      step();
      return join(Op::negate, negated(depth + 1), nullptr);
    }
    if (symbol("(")) {
      step();
      auto node = either(depth + 1);
      if (!symbol(")")) refuse("a parenthesis is not closed", token_.column);
      step();
      return node;
    }
    return comparison();
  }
  NodePtr comparison() {
    if (token_.kind != Token::Kind::word || word("and") || word("or") || word("in"))
      refuse("an attribute's name is expected, not '" + token_.text + "'", token_.column);
    auto node = std::make_shared<Node>();
    node->name = token_.text;
    if (std::find(names.begin(), names.end(), node->name) == names.end()) names.push_back(node->name);
    step();
    if (word("in")) {
      step();
      node->op = Op::among;
      node->values = list();
      return node;
    }
    if (word("not")) {
      step();
      if (!word("in")) refuse("'in' is expected after 'not'", token_.column);
      step();
      node->op = Op::among;
      node->values = list();
      return join(Op::negate, node, nullptr);
    }
    constexpr std::pair<std::string_view, Op> operators[] = {{"==", Op::equal}, {"!=", Op::unequal},
                                                             {"<", Op::less},   {"<=", Op::at_most},
                                                             {">", Op::more},   {">=", Op::at_least}};
    for (const auto& [symbol_text, op] : operators) {
      if (!symbol(symbol_text)) continue;
      node->op = op;
      step();
      const auto column = token_.column;
      node->values.push_back(value());
      double unused = 0;
      if (op != Op::equal && op != Op::unequal && !parse_double(node->values[0], unused))
        refuse("'" + std::string(symbol_text) + "' needs a number", column);
      return node;
    }
    refuse("a comparison is expected after '" + node->name + "': == != < <= > >= in", token_.column);
  }
  std::vector<std::string> list() {
    const bool square = symbol("[");
    if (!square && !symbol("(")) refuse("a list is expected after 'in': [a, b]", token_.column);
    step();
    std::vector<std::string> values;
    while (!symbol(square ? "]" : ")")) {
      if (!values.empty()) {
        if (!symbol(",")) refuse("a comma or the end of the list is expected", token_.column);
        step();
      }
      values.push_back(value());
    }
    step();
    return values;
  }
  std::string value() {
    const bool plain = token_.kind == Token::Kind::text || token_.kind == Token::Kind::number;
    if (!plain && !word("true") && !word("false"))
      refuse("a value is expected, not '" + token_.text + "': a number, true, false, or a text in quotes",
             token_.column);
    std::string text = token_.text;
    step();
    return text;
  }

  Lexer lexer_;
  Token token_;
};

bool equal(const std::string& a, const std::string& b) {
  double x = 0, y = 0;
  if (parse_double(a, x) && parse_double(b, y)) return x == y;
  return a == b;
}

Truth truth(const Node& node, const Attributes& attributes) {
  if (node.op == Op::either || node.op == Op::both) {
    // Kleene's logic: one decisive side settles it whatever the other is.
    const bool decisive = node.op == Op::either;
    const Truth left = truth(*node.left, attributes);
    if (left == decisive) return left;
    const Truth right = truth(*node.right, attributes);
    if (right == decisive) return right;
    return left && right ? Truth(!decisive) : std::nullopt;
  }
  if (node.op == Op::negate) {
    const Truth inner = truth(*node.left, attributes);
    return inner ? Truth(!*inner) : std::nullopt;
  }
  const auto found = attributes.find(node.name);
  if (found == attributes.end()) return std::nullopt;
  const std::string& have = found->second;
  if (node.op == Op::among)
    return std::any_of(node.values.begin(), node.values.end(), [&](const auto& v) { return equal(have, v); });
  const std::string& want = node.values.front();
  if (node.op == Op::equal) return equal(have, want);
  if (node.op == Op::unequal) return !equal(have, want);
  double x = 0, y = 0;
  if (!parse_double(have, x) || !parse_double(want, y)) return std::nullopt;
  switch (node.op) {
    case Op::less:
      return x < y;
    case Op::at_most:
      return x <= y;
    case Op::more:
      return x > y;
    default:
      return x >= y;
  }
}

}  // namespace

Filter::Filter(std::string_view text) : text_(text) {
  Parser parser(text);
  root_ = parser.whole();
  names_ = std::move(parser.names);
}

bool Filter::picks(const Attributes& attributes) const {
  return root_ == nullptr || truth(*root_, attributes).value_or(false);
}

}  // namespace vagus::lab
