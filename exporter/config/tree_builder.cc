#include "exporter/config/tree_builder.h"

#include <algorithm>
#include <utility>

namespace hostpulse::config {

TreeBuilder::TreeBuilder(const std::string& name, Findings& findings)
    : findings_(findings), file_(std::make_shared<const std::string>(name)) {}

void TreeBuilder::Fail(int line, std::string_view what) {
  if (!failed_) findings_.Error(Place{file_, line}, "", what);
  failed_ = true;
}

bool TreeBuilder::Count(int line, std::size_t nodes) {
  if (failed_) return false;
  nodes_ += nodes;
  if (nodes_ > kMaxNodes) Fail(line, "more than 100000 values, aliases counted");
  return !failed_;
}

Node TreeBuilder::Make(int line, Node::Kind kind) const {
  Node node;
  node.kind = kind;
  node.place = {file_, line};
  return node;
}

bool TreeBuilder::wants_key() const {
  return !open_.empty() && open_.back().node.kind == Node::Kind::kMap && !open_.back().has_key;
}

void TreeBuilder::TakeKey(int line, std::string key) {
  Open& map = open_.back();
  map.node.members.push_back({std::move(key), {file_, line}, {}});
  map.has_key = true;
}

void TreeBuilder::Put(Node node) {
  if (open_.empty()) {
    root_ = std::move(node);
  } else if (Open& parent = open_.back(); parent.node.kind == Node::Kind::kList) {
    parent.node.items.push_back(std::move(node));
  } else {
    parent.node.members.back().value = std::move(node);
    parent.has_key = false;
  }
}

void TreeBuilder::Scalar(int line, std::string text, bool quoted, std::size_t anchor) {
  if (!Count(line, 1)) return;
  if (wants_key()) return TakeKey(line, std::move(text));
  Node node = Make(line, Node::Kind::kScalar);
  node.text = std::move(text);
  node.quoted = quoted;
  if (anchor != 0) anchors_[anchor] = {node, 1};
  Put(std::move(node));
}

void TreeBuilder::Null(int line, std::size_t anchor) {
  if (!Count(line, 1)) return;
  if (wants_key()) return Fail(line, "a key is missing before the ':'");
  Node node = Make(line, Node::Kind::kNull);
  if (anchor != 0) anchors_[anchor] = {node, 1};
  Put(std::move(node));
}

void TreeBuilder::Begin(int line, Node::Kind kind, std::size_t anchor) {
  if (!Count(line, 1)) return;
  if (wants_key()) return Fail(line, "a key must be a plain text, not a list or a map");
  if (open_.size() == kMaxDepth) return Fail(line, "nested more than 32 deep");
  open_.push_back({Make(line, kind), anchor, nodes_ - 1, false});
}

void TreeBuilder::End() {
  if (failed_ || open_.empty()) return;
  Open done = std::move(open_.back());
  open_.pop_back();
  ReportDuplicates(done.node);
  if (done.anchor != 0) anchors_[done.anchor] = {done.node, nodes_ - done.nodes_before};
  Put(std::move(done.node));
}

void TreeBuilder::Alias(int line, std::size_t anchor) {
  const auto known = anchors_.find(anchor);
  if (known == anchors_.end()) return Fail(line, "an alias stands inside of what it names");
  if (!Count(line, known->second.nodes)) return;
  if (!wants_key()) return Put(known->second.node);
  if (known->second.node.kind != Node::Kind::kScalar)
    return Fail(line, "a key must be a plain text");
  TakeKey(line, known->second.node.text);
}

void TreeBuilder::ReportDuplicates(const Node& map) {
  std::vector<const Member*> sorted;
  for (const Member& member : map.members) sorted.push_back(&member);
  std::ranges::stable_sort(sorted, {}, &Member::key);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i]->key != sorted[i - 1]->key) continue;
    findings_.Error(sorted[i]->place, sorted[i]->key,
                    "stands twice, first in line " + std::to_string(sorted[i - 1]->place.line));
  }
}

}  // namespace hostpulse::config
