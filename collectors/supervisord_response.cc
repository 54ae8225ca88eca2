#include "collectors/supervisord_response.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "collectors/kernel/scanner.h"
#include "collectors/xml_reader.h"

namespace hostpulse::collectors {

using Token = XmlReader::Token;

// The elements of XML-RPC one after another. The first error stays; after it nothing is found.
class RpcReader {
 public:
  explicit RpcReader(std::string_view xml) : xml_(xml) { Advance(); }

  const char* error() const { return error_; }
  std::size_t position() const { return xml_.position(); }

  // Enters the element where it comes next.
  bool TryEnter(std::string_view element) {
    SkipWhiteSpace();
    if (error_ != nullptr || token_ != Token::kStart || xml_.name() != element) return false;
    Advance();
    return true;
  }
  // The same for one that must be there.
  bool Enter(std::string_view element) { return TryEnter(element) || Fail("element missing"); }
  // Leaves the element, which must have nothing more in it.
  bool Leave() {
    SkipWhiteSpace();
    if (error_ != nullptr || token_ != Token::kEnd) return Fail("more in an element than expected");
    Advance();
    return true;
  }
  // Passes over all that is left of the element.
  bool LeaveAnyhow() {
    for (std::size_t inner = 0; token_ != Token::kEnd || inner > 0; Advance()) {
      if (token_ == Token::kError || token_ == Token::kDone) return Fail("element cut off");
      if (token_ == Token::kStart) ++inner;
      if (token_ == Token::kEnd) --inner;
    }
    Advance();
    return true;
  }
  bool IsAtEnd() {
    SkipWhiteSpace();
    return error_ == nullptr && (token_ == Token::kDone || Fail("more than one answer"));
  }

  // The text of the element, which must have nothing else, then leaves it.
  bool TakeText(std::string_view& text) {
    text = {};
    if (token_ == Token::kText) {
      text = xml_.text();
      Advance();
    }
    return Leave();
  }

  bool Fail(const char* error) {
    if (error_ == nullptr) error_ = error;
    return false;
  }

 private:
  void Advance() {
    token_ = xml_.Next();
    if (token_ == Token::kError) Fail(xml_.error());
  }
  void SkipWhiteSpace() {
    while (token_ == Token::kText && kernel::Trim(xml_.text()).empty()) Advance();
  }

  XmlReader xml_;
  Token token_ = Token::kError;
  const char* error_ = nullptr;
};

namespace {

// <value><string>TEXT</string></value> or <value>TEXT</value>.
bool TakeString(RpcReader& rpc, std::string& out) {
  std::string_view raw;
  if (!rpc.Enter("value")) return false;
  const bool is_typed = rpc.TryEnter("string");
  if (!rpc.TakeText(raw) || (is_typed && !rpc.Leave())) return false;
  return DecodeXmlText(raw, out) || rpc.Fail("unknown entity");
}

bool TakeInt(RpcReader& rpc, std::int64_t& out) {
  std::string_view raw;
  if (!rpc.Enter("value")) return false;
  if (!rpc.TryEnter("int") && !rpc.TryEnter("i4") && !rpc.TryEnter("i8")) {
    return rpc.Fail("int missing");
  }
  if (!rpc.TakeText(raw) || !rpc.Leave()) return false;
  const auto number = kernel::ParseNumber<std::int64_t>(kernel::Trim(raw));
  if (!number) return rpc.Fail("int out of range or not one");
  out = *number;
  return true;
}

bool SkipValue(RpcReader& rpc) {
  return rpc.Enter("value") && rpc.LeaveAnyhow();
}

// The struct of a value that has been entered, which is left: take(name) reads the value of each
// member.
template <typename Take>
bool TakeStruct(RpcReader& rpc, Take take) {
  if (!rpc.Enter("struct")) return false;
  while (rpc.TryEnter("member")) {
    std::string_view name;
    if (!rpc.Enter("name") || !rpc.TakeText(name)) return false;
    if (!take(kernel::Trim(name)) || !rpc.Leave()) return false;
  }
  return rpc.Leave() && rpc.Leave();
}

Status TakeFault(RpcReader& rpc, std::string& text) {
  text.clear();
  if (rpc.Enter("value")) {
    TakeStruct(rpc, [&](std::string_view member) {
      return member == "faultString" ? TakeString(rpc, text) : SkipValue(rpc);
    });
  }
  return {ErrorCode::kIo, "supervisord reports a fault: " + text};
}

}  // namespace

bool SupervisordResponse::TakeProcess(RpcReader& rpc, SupervisedProcess& process) {
  constexpr std::array<std::string_view, 5> kMembers = {"name", "group", "state", "exitstatus",
                                                        "start"};
  std::array<bool, kMembers.size()> seen{};
  const bool fine = TakeStruct(rpc, [&](std::string_view member) {
    const auto* const known = std::find(kMembers.begin(), kMembers.end(), member);
    const auto index = static_cast<std::size_t>(known - kMembers.begin());
    if (index < seen.size()) seen[index] = true;
    switch (index) {
      case 0:
        return TakeString(rpc, name_);
      case 1:
        return TakeString(rpc, group_);
      case 2:
        return TakeInt(rpc, process.state);
      case 3:
        return TakeInt(rpc, process.exit_status);
      case 4:
        return TakeInt(rpc, process.start);
      default:
        return SkipValue(rpc);
    }
  });
  if (!fine) return false;
  process.name = name_;
  process.group = group_;
  const bool complete = std::find(seen.begin(), seen.end(), false) == seen.end();
  return complete || rpc.Fail("process without name, group, state, exitstatus or start");
}

Status SupervisordResponse::Read(std::string_view xml, Visitor visit) {
  RpcReader rpc(xml);
  const auto failure = [&rpc] {
    return Status(ErrorCode::kParse, std::string("answer of supervisord: ") + rpc.error() +
                                         " at byte " + std::to_string(rpc.position()));
  };
  if (!rpc.Enter("methodResponse")) return failure();
  if (rpc.TryEnter("fault")) return TakeFault(rpc, text_);
  constexpr std::array<const char*, 5> kAround = {"params", "param", "value", "array", "data"};
  for (const char* element : kAround) {
    if (!rpc.Enter(element)) return failure();
  }
  while (rpc.TryEnter("value")) {
    SupervisedProcess process;
    if (!TakeProcess(rpc, process)) return failure();
    visit(process);
  }
  for (std::size_t i = 0; i < kAround.size() + 1; ++i) {
    if (!rpc.Leave()) return failure();
  }
  return rpc.IsAtEnd() ? Status() : failure();
}

}  // namespace hostpulse::collectors
