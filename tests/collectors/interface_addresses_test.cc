#include "collectors/interface_addresses.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>

namespace hostpulse {
namespace {

std::string_view ScopeOf(const char* address) {
  std::array<std::byte, 16> bytes{};
  const bool v4 = std::string_view(address).find(':') == std::string_view::npos;
  EXPECT_EQ(::inet_pton(v4 ? AF_INET : AF_INET6, address, bytes.data()), 1) << address;
  return collectors::AddressScope(std::span(bytes).first(v4 ? 4 : 16));
}

TEST(AddressScopeTest, SaysWhatGoSays) {
  for (const char* address : {"127.0.0.1", "127.255.0.1", "169.254.1.1", "224.0.0.5", "::1",
                              "fe80::1", "febf::1", "ff02::1", "ff12::1"}) {
    EXPECT_EQ(ScopeOf(address), "link-local") << address;
  }
  for (const char* address : {"192.0.2.2", "10.0.0.1", "223.255.255.255", "240.0.0.1", "fd00::2",
                              "2001:db8::1", "fec0::1"}) {
    EXPECT_EQ(ScopeOf(address), "global") << address;
  }
  for (const char* address :
       {"0.0.0.0", "255.255.255.255", "224.0.1.1", "239.1.2.3", "::", "ff05::1", "ff0e::1"}) {
    EXPECT_EQ(ScopeOf(address), "") << address;
  }
  EXPECT_EQ(ScopeOf("ff01::1"), "interface-local");
}

}  // namespace
}  // namespace hostpulse
