#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

TEST(Uname, SaysWhatTheKernelCallsItself) {
  utsname names{};
  ASSERT_EQ(::uname(&names), 0);
  HostTree host;
  CollectorHarness uname("uname", host);
  EXPECT_EQ(uname.Run(), std::string("node_uname_info{domainname=\"") + names.domainname +
                             "\",machine=\"" + names.machine + "\",nodename=\"" + names.nodename +
                             "\",release=\"" + names.release + "\",sysname=\"" + names.sysname +
                             "\",version=\"" + names.version + "\"} 1\n");
  EXPECT_TRUE(uname.status().ok());
  EXPECT_EQ(uname.AllocationsOnceWarm(), 0u);
}

}  // namespace
}  // namespace hostpulse
