#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

#include "exporter/config/tree_builder.h"

namespace hostpulse::config {
namespace {

struct Position {
  int line = 1;
  char last = '\0';
};

// Walks over the text and counts its lines, since the parser gives its listener no places.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Position* position) : at_(at), position_(position) {}
  const char& operator*() const { return *at_; }
  CountingIterator& operator++() {
    position_->last = *at_++;
    if (position_->last == '\n') ++position_->line;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Position* position_;
};

// The parser stops as soon as the builder has refused something.
class Listener final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Listener(TreeBuilder& tree, const Position& position) : tree_(tree), position_(position) {}

  bool null() override {
    tree_.Null(position_.line);
    return !tree_.failed();
  }
  bool boolean(bool value) override { return Plain(position_.line, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Number(text); }
  bool string(string_t& value) override {
    tree_.Scalar(position_.line, value, true);
    return !tree_.failed();
  }
  bool key(string_t& key) override { return string(key); }
  bool start_object(std::size_t) override { return Begin(Node::Kind::kMap); }
  bool start_array(std::size_t) override { return Begin(Node::Kind::kList); }
  bool end_object() override { return End(); }
  bool end_array() override { return End(); }
  bool binary(binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error ..."
    const std::string what = error.what();
    const std::size_t reason = what.find(": ");
    tree_.Fail(position_.line,
               "is not JSON: " + (reason == what.npos ? what : what.substr(reason + 2)));
    return false;
  }

 private:
  bool Plain(int line, std::string text) {
    tree_.Scalar(line, std::move(text), false);
    return !tree_.failed();
  }
  // The end of a number is only seen one character later, which may be the next line's first.
  bool Number(std::string text) {
    return Plain(position_.line - (position_.last == '\n' ? 1 : 0), std::move(text));
  }
  bool Begin(Node::Kind kind) {
    tree_.Begin(position_.line, kind);
    return !tree_.failed();
  }
  bool End() {
    tree_.End();
    return !tree_.failed();
  }

  TreeBuilder& tree_;
  const Position& position_;
};

}  // namespace

Node ParseJson(const std::string& text, const std::string& name, Findings& findings) {
  TreeBuilder tree(name, findings);
  Position position;
  try {
    Listener listener(tree, position);
    const CountingIterator begin(text.data(), &position);
    const CountingIterator end(text.data() + text.size(), &position);
    if (nlohmann::json::sax_parse(begin, end, &listener)) return tree.Take();
  } catch (const nlohmann::json::exception& error) {
    tree.Fail(position.line, std::string("is not JSON: ") + error.what());
  }
  return {};
}

}  // namespace hostpulse::config
