#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/config/document.h"

namespace hostpulse::config {

// Makes Nodes of a parser's events and holds the limits: depth, number of nodes (an alias counts as
// what it stands for, so that an alias bomb is seen before it is built), keys that are plain texts
// and stand once. After the first breach of a limit it ignores all further events.
class TreeBuilder {
 public:
  TreeBuilder(const std::string& name, Findings& findings);

  void Scalar(int line, std::string text, bool quoted, std::size_t anchor = 0);
  void Null(int line, std::size_t anchor = 0);
  void Begin(int line, Node::Kind kind, std::size_t anchor = 0);  // kList or kMap.
  void End();
  void Alias(int line, std::size_t anchor);

  void Fail(int line, std::string_view what);
  bool failed() const { return failed_; }
  Node Take() { return std::move(root_); }

 private:
  struct Open {
    Node node;
    std::size_t anchor = 0;
    std::size_t nodes_before = 0;
    bool has_key = false;  // In a map: a key is there and waits for its value.
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 0;
  };

  bool Count(int line, std::size_t nodes);
  bool wants_key() const;
  void TakeKey(int line, std::string key);
  void Put(Node node);
  void ReportDuplicates(const Node& map);
  Node Make(int line, Node::Kind kind) const;

  Findings& findings_;
  std::shared_ptr<const std::string> file_;
  std::vector<Open> open_;
  std::map<std::size_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  Node root_;
  bool failed_ = false;
};

}  // namespace hostpulse::config
