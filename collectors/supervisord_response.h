#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

class RpcReader;

// What supervisor.getAllProcessInfo says of one process. Views hold for the visit.
struct SupervisedProcess {
  std::string_view name;
  std::string_view group;
  std::int64_t state = 0;  // http://supervisord.org/subprocess.html#process-states
  std::int64_t exit_status = 0;
  std::int64_t start = 0;  // Seconds since the epoch.
};

// Reads the answer to supervisor.getAllProcessInfo. Keeps its buffers: no allocation once warm. One
// thread at a time.
class SupervisordResponse {
 public:
  using Visitor = FunctionRef<void(const SupervisedProcess&)>;

  // Calls `visit` for each process, in their order. Errors, after which the rest is not visited:
  // kParse with what was wrong at which byte, kIo with the text of a fault that supervisord tells.
  Status Read(std::string_view xml, Visitor visit);

 private:
  bool TakeProcess(RpcReader& rpc, SupervisedProcess& process);

  std::string name_;
  std::string group_;
  std::string text_;
};

}  // namespace hostpulse::collectors
