#include "collectors/ipvs_table.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// An address and port in the notation of people. Empty, and port 0, to begin with.
class Endpoint {
 public:
  // Takes "C0A80016:0CEA" or "[2620:0000:0000:0000:0000:0000:0000:0001]:0050", as the kernel
  // prints them: every digit, in hexadecimal. False for anything else.
  bool Parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) return false;
    const std::string_view address = text.substr(0, colon);
    const bool parsed = address.starts_with('[') ? ParseV6(address) : ParseV4(address);
    const auto port = kernel::ParseNumber<std::uint16_t>(text.substr(colon + 1), 16);
    if (!parsed || !port) return false;
    port_size_ =
        static_cast<std::size_t>(std::to_chars(port_, port_ + sizeof port_, *port).ptr - port_);
    return true;
  }

  std::string_view address() const { return address_; }
  std::string_view port() const { return {port_, port_size_}; }

 private:
  bool ParseV4(std::string_view digits) {
    const auto number = kernel::ParseNumber<std::uint32_t>(digits, 16);
    if (!number || digits.size() != 8) return false;
    const in_addr address = {htonl(*number)};
    return ::inet_ntop(AF_INET, &address, address_, sizeof address_) != nullptr;
  }

  bool ParseV6(std::string_view bracketed) {
    constexpr std::size_t kSize = 41;  // Eight groups of four digits, and the brackets.
    if (bracketed.size() != kSize || bracketed.back() != ']') return false;
    in6_addr address{};
    for (std::size_t group = 0; group < 8; ++group) {
      const std::string_view digits = bracketed.substr(1 + group * 5, 4);
      const auto number = kernel::ParseNumber<std::uint16_t>(digits, 16);
      if (!number) return false;
      address.s6_addr[group * 2] = static_cast<std::uint8_t>(*number >> 8);
      address.s6_addr[group * 2 + 1] = static_cast<std::uint8_t>(*number & 0xff);
    }
    return ::inet_ntop(AF_INET6, &address, address_, sizeof address_) != nullptr;
  }

  char address_[INET6_ADDRSTRLEN] = "";
  char port_[5] = {'0'};
  std::size_t port_size_ = 1;
};

// The service whose backends are being read.
struct Service {
  std::string_view protocol;
  std::string_view mark;
  Endpoint local;
};

// Nothing where the line is none of a service.
std::optional<Service> ParseService(std::string_view protocol, kernel::FieldScanner& fields) {
  constexpr std::array<std::string_view, 3> kProtocols = {"TCP", "UDP", "SCTP"};
  Service service{.protocol = protocol, .mark = {}, .local = {}};
  const std::string_view identity = fields.Next();
  if (protocol == "FWM") {
    service.mark = identity;
    return identity.empty() ? std::nullopt : std::optional(service);
  }
  const bool known = std::ranges::find(kProtocols, protocol) != kProtocols.end();
  if (!known || !service.local.Parse(identity)) return std::nullopt;
  return service;
}

// What stands behind the arrow: address, forwarding method, weight and connections.
bool VisitBackend(const Service& service, kernel::FieldScanner& fields,
                  FunctionRef<void(const IpvsBackend&)> visit) {
  Endpoint remote;
  if (service.protocol.empty() || !remote.Parse(fields.Next())) return false;
  fields.Skip(1);
  const auto weight = fields.NextNumber<std::uint64_t>();
  const auto active = fields.NextNumber<std::uint64_t>();
  const auto inactive = fields.NextNumber<std::uint64_t>();
  if (!weight || !active || !inactive) return false;
  visit({.labels = {service.local.address(), service.mark, service.local.port(), service.protocol,
                    remote.address(), remote.port()},
         .weight = *weight,
         .active_connections = *active,
         .inactive_connections = *inactive});
  return true;
}

}  // namespace

Status ForEachIpvsBackend(std::string_view text, std::string_view path,
                          FunctionRef<void(const IpvsBackend&)> visit) {
  constexpr int kHeadings = 3;
  Service service;
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    kernel::FieldScanner fields(line);
    const std::string_view first = fields.Next();
    if (lines.number() <= kHeadings || first.empty()) continue;
    if (first == "->") {
      if (!VisitBackend(service, fields, visit)) return kernel::ParseError(path, "backend", line);
      continue;
    }
    const auto parsed = ParseService(first, fields);
    if (!parsed) return kernel::ParseError(path, "service", line);
    service = *parsed;
  }
  return {};
}

}  // namespace hostpulse::collectors
