#include "push/gateway/group_path.h"

#include <gtest/gtest.h>

namespace hostpulse::push {
namespace {

TEST(GroupPath, JobAndInstanceComeFirst) {
  EXPECT_EQ(GroupPath({{"job", "node"}}), "/metrics/job/node");
  EXPECT_EQ(GroupPath({{"az", "1"}, {"instance", "web-1"}, {"job", "node"}, {"region", "eu"}}),
            "/metrics/job/node/instance/web-1/az/1/region/eu");
}

TEST(GroupPath, EncodesWhatAPathCannotHold) {
  EXPECT_EQ(GroupPath({{"instance", "[::1]:9100"}, {"job", "a b%"}}),
            "/metrics/job/a%20b%25/instance/%5B%3A%3A1%5D%3A9100");
  EXPECT_EQ(GroupPath({{"job", "gr\xc3\xbcn?#"}}), "/metrics/job/gr%C3%BCn%3F%23");
}

TEST(GroupPath, SlashesAndDotsGoAsBase64) {
  EXPECT_EQ(GroupPath({{"job", "a/b"}}), "/metrics/job@base64/YS9i");
  EXPECT_EQ(GroupPath({{"job", "/"}}), "/metrics/job@base64/Lw==");
  EXPECT_EQ(GroupPath({{"job", "/var/tmp"}}), "/metrics/job@base64/L3Zhci90bXA=");
  EXPECT_EQ(GroupPath({{"instance", ".."}, {"job", "."}}),
            "/metrics/job@base64/Lg==/instance@base64/Li4=");
  EXPECT_EQ(GroupPath({{"job", "/\xff\xfe"}}), "/metrics/job@base64/L__-");
  EXPECT_EQ(GroupPath({{"job", "v1.2"}}), "/metrics/job/v1.2");
}

}  // namespace
}  // namespace hostpulse::push
