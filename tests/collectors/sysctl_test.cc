#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

constexpr std::string_view kInclude = "collector.sysctl.include";
constexpr std::string_view kInfo = "collector.sysctl.include-info";

TEST(SysctlTest, ReportsSingleValuesListsAndNamedValues) {
  HostTree host;
  host.WriteProc("sys/kernel/threads-max", "7801\n");
  host.WriteProc("sys/fs/file-nr", "1024\t0\t1631329\n");
  host.WriteProc("sys/kernel/shmmax", "18446744073692774399\n");
  host.WriteProc("sys/kernel/sched_rt_runtime_us", "-1\n");
  CollectorHarness sysctl("sysctl", host,
                          {{kInclude, "kernel.threads-max"},
                           {kInclude, "fs/file-nr"},
                           {kInclude, "fs.file-nr:total,current,max"},
                           {kInclude, "kernel.shmmax"},
                           {kInclude, "kernel.sched_rt_runtime_us"}});
  EXPECT_EQ(sysctl.Run(),
            "node_sysctl_fs_file_nr{index=\"0\"} 1024\n"
            "node_sysctl_fs_file_nr{index=\"1\"} 0\n"
            "node_sysctl_fs_file_nr{index=\"2\"} 1631329\n"
            "node_sysctl_fs_file_nr_current 0\n"
            "node_sysctl_fs_file_nr_max 1631329\n"
            "node_sysctl_fs_file_nr_total 1024\n"
            "node_sysctl_kernel_sched_rt_runtime_us -1\n"
            "node_sysctl_kernel_shmmax 18446744073692774400\n"
            "node_sysctl_kernel_threads_max 7801\n");
  EXPECT_EQ(sysctl.status(), Status());
  EXPECT_EQ(sysctl.AllocationsOnceWarm(), 0U);
}

TEST(SysctlTest, ReportsTextAsLabels) {
  HostTree host;
  host.WriteProc("sys/kernel/seccomp/actions_avail", "kill_process trap \xff\n");
  host.WriteProc("sys/kernel/core_pattern", "core\n");
  host.WriteProc("sys/dev/cdrom/info", "CD-ROM information\n\ndrive name:\tsr0\n");
  CollectorHarness sysctl("sysctl", host,
                          {{kInfo, "kernel.seccomp.actions_avail"},
                           {kInfo, "kernel/core_pattern"},
                           {kInfo, "dev.cdrom.info"}});
  EXPECT_EQ(
      sysctl.Run(),
      "node_sysctl_info{index=\"0\",name=\"dev.cdrom.info\",value=\"CD-ROM\"} 1\n"
      "node_sysctl_info{index=\"0\",name=\"kernel.seccomp.actions_avail\",value=\"kill_process\"} "
      "1\n"
      "node_sysctl_info{index=\"0\",name=\"kernel/core_pattern\",value=\"core\"} 1\n"
      "node_sysctl_info{index=\"1\",name=\"dev.cdrom.info\",value=\"information\"} 1\n"
      "node_sysctl_info{index=\"1\",name=\"kernel.seccomp.actions_avail\",value=\"trap\"} 1\n"
      "node_sysctl_info{index=\"2\",name=\"dev.cdrom.info\",value=\"drive\"} 1\n"
      "node_sysctl_info{index=\"2\",name=\"kernel.seccomp.actions_avail\",value=\"\xEF\xBF\xBD\"} "
      "1\n"
      "node_sysctl_info{index=\"3\",name=\"dev.cdrom.info\",value=\"name:\"} 1\n"
      "node_sysctl_info{index=\"4\",name=\"dev.cdrom.info\",value=\"sr0\"} 1\n");
  EXPECT_EQ(sysctl.AllocationsOnceWarm(), 0U);
}

TEST(SysctlTest, FollowsAChange) {
  HostTree host;
  host.WriteProc("sys/vm/swappiness", "60\n");
  CollectorHarness sysctl("sysctl", host, {{kInclude, "vm.swappiness"}});
  EXPECT_EQ(sysctl.Run(), "node_sysctl_vm_swappiness 60\n");
  host.WriteProc("sys/vm/swappiness", "10 20\n");
  EXPECT_EQ(sysctl.Run(),
            "node_sysctl_vm_swappiness{index=\"0\"} 10\n"
            "node_sysctl_vm_swappiness{index=\"1\"} 20\n");
}

TEST(SysctlTest, IsFineWhereNothingIsChosen) {
  HostTree host;
  CollectorHarness sysctl("sysctl", host);
  EXPECT_EQ(sysctl.Run(), "");
  EXPECT_EQ(sysctl.status(), Status());
}

// What went wrong with "kernel.some" of this content, while its neighbours are reported.
Status Failure(std::string_view content, std::string_view include,
               std::string_view flag = kInclude) {
  HostTree host;
  host.WriteProc("sys/vm/first", "1\n");
  host.WriteProc("sys/vm/last", "2\n");
  host.WriteProc("sys/kernel/some", content);
  CollectorHarness sysctl("sysctl", host,
                          {{kInclude, "vm.first"}, {flag, include}, {kInclude, "vm.last"}});
  EXPECT_EQ(sysctl.Run(), "node_sysctl_vm_first 1\nnode_sysctl_vm_last 2\n");
  return sysctl.status();
}

TEST(SysctlTest, NamesTheSysctlThatCannotBeReportedAndReportsTheRest) {
  const Status text = Failure("1 (none) 3\n", "kernel.some");
  EXPECT_EQ(text.code(), ErrorCode::kParse);
  EXPECT_THAT(text.message(), HasSubstr("sys/kernel/some: cannot parse number in \"(none)\""));

  const Status overflow = Failure("18446744073709551616\n", "kernel.some");
  EXPECT_EQ(overflow.code(), ErrorCode::kParse);

  const Status empty = Failure("\n", "kernel.some", kInfo);
  EXPECT_EQ(empty.code(), ErrorCode::kParse);
  EXPECT_THAT(empty.message(), HasSubstr("sys/kernel/some: has no value"));

  const Status keys = Failure("1 2 3\n", "kernel.some:a,b");
  EXPECT_EQ(keys.code(), ErrorCode::kParse);
  EXPECT_THAT(keys.message(), HasSubstr("sys/kernel/some: has 3 values, but "
                                        "--collector.sysctl.include names 2"));

  const Status absent = Failure("1\n", "kernel.other");
  EXPECT_EQ(absent.code(), ErrorCode::kAbsent);
  EXPECT_THAT(absent.message(), HasSubstr("sys/kernel/other"));
}

TEST(SysctlTest, RefusesABadChoiceAtTheStart) {
  HostTree host;
  const auto refusal = [&host](std::string_view flag, std::string_view value) {
    CollectorHarness sysctl("sysctl", host, {{flag, value}});
    EXPECT_EQ(sysctl.Run(), "");
    EXPECT_EQ(sysctl.status().code(), ErrorCode::kInvalid);
    return sysctl.status().message();
  };
  EXPECT_THAT(refusal(kInclude, "vm.swappiness:x"),
              HasSubstr("--collector.sysctl.include: \"vm.swappiness:x\": a single value"));
  EXPECT_THAT(refusal(kInfo, "fs.file-nr:a,b,c"),
              HasSubstr("--collector.sysctl.include-info: \"fs.file-nr:a,b,c\": "));
}

}  // namespace
}  // namespace hostpulse
