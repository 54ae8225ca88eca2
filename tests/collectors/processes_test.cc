#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class ProcessesTest : public testing::Test {
 protected:
  ProcessesTest() {
    host_.WriteProc("sys/kernel/threads-max", "62613\n");
    host_.WriteProc("sys/kernel/pid_max", "4194304\n");
  }

  // A process or thread in `directory`: "", or "PID/task/".
  void Write(const std::string& directory, int number, char state, int threads,
             const std::string& name = "worker") {
    host_.WriteProc(directory + std::to_string(number) + "/stat",
                    std::to_string(number) + " (" + name + ") " + state +
                        " 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 " + std::to_string(threads) +
                        " 0 26 3473408 198 18446744073709551615 0 0 17 1 0 0 0 0 0\n");
  }
  void WriteProcess(int pid, char state, int threads = 1, const std::string& name = "worker") {
    Write("", pid, state, threads, name);
  }
  void WriteThread(int pid, int tid, char state, const std::string& name = "thread") {
    Write(std::to_string(pid) + "/task/", tid, state, 3, name);
  }

  HostTree host_;
};

TEST_F(ProcessesTest, CountsProcessesAndThreadsByState) {
  WriteProcess(1, 'S');
  WriteProcess(2, 'I');
  WriteProcess(30, 'S');
  WriteProcess(400, 'R', 3);
  WriteThread(400, 400, 'R');
  WriteThread(400, 401, 'D');
  WriteThread(400, 402, 't');
  host_.WriteProc("version", "Linux\n");
  host_.WriteProc("self/stat", "no number\n");
  CollectorHarness processes("processes", host_);
  EXPECT_EQ(processes.Run(),
            "node_processes_max_processes 4194304\n"
            "node_processes_max_threads 62613\n"
            "node_processes_pids 4\n"
            "node_processes_state{state=\"I\"} 1\n"
            "node_processes_state{state=\"R\"} 1\n"
            "node_processes_state{state=\"S\"} 2\n"
            "node_processes_threads 6\n"
            "node_processes_threads_state{thread_state=\"D\"} 1\n"
            "node_processes_threads_state{thread_state=\"I\"} 1\n"
            "node_processes_threads_state{thread_state=\"R\"} 1\n"
            "node_processes_threads_state{thread_state=\"S\"} 2\n"
            "node_processes_threads_state{thread_state=\"t\"} 1\n");
  EXPECT_EQ(processes.status(), Status());
  EXPECT_EQ(processes.AllocationsOnceWarm(), 0U);
}

TEST_F(ProcessesTest, LetsAProcessCallItselfAnything) {
  WriteProcess(1, 'S', 1, ") Z 1 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 900 (");
  WriteProcess(2, 'S', 2, "two\nlines)");
  WriteThread(2, 2, 'S', "\n\n");
  WriteThread(2, 3, 'R', ") Z (\xff");
  const std::string samples = CollectorHarness("processes", host_).Run();
  EXPECT_THAT(samples, HasSubstr("node_processes_state{state=\"S\"} 2\nnode_processes_threads 3\n"
                                 "node_processes_threads_state{thread_state=\"R\"} 1\n"
                                 "node_processes_threads_state{thread_state=\"S\"} 2\n"));
}

TEST_F(ProcessesTest, CountsAnewEachTime) {
  WriteProcess(1, 'S');
  WriteProcess(2, 'D');
  CollectorHarness processes("processes", host_);
  EXPECT_THAT(processes.Run(), HasSubstr("state=\"D\""));
  host_.Remove("proc/2");
  const std::string samples = processes.Run();
  EXPECT_THAT(samples, HasSubstr("node_processes_pids 1\n"));
  EXPECT_THAT(samples, HasSubstr("node_processes_threads 1\n"));
  EXPECT_THAT(samples, Not(HasSubstr("state=\"D\"")));
}

// A directory without its files is how one that leaves looks to who has just listed it.
TEST_F(ProcessesTest, PassesOverProcessesAndThreadsThatLeave) {
  WriteProcess(1, 'S');
  std::filesystem::create_directories(host_.Path("proc/2"));
  WriteProcess(3, 'R', 2);  // Has left before its threads were listed.
  WriteProcess(4, 'D', 3);
  WriteThread(4, 4, 'D');
  std::filesystem::create_directories(host_.Path("proc/4/task/5"));
  WriteThread(4, 6, 'S');
  CollectorHarness processes("processes", host_);
  const std::string samples = processes.Run();
  EXPECT_EQ(processes.status(), Status());
  EXPECT_THAT(samples, HasSubstr("node_processes_pids 3\n"
                                 "node_processes_state{state=\"D\"} 1\n"
                                 "node_processes_state{state=\"R\"} 1\n"
                                 "node_processes_state{state=\"S\"} 1\n"
                                 "node_processes_threads 6\n"
                                 "node_processes_threads_state{thread_state=\"D\"} 1\n"
                                 "node_processes_threads_state{thread_state=\"S\"} 2\n"));
}

TEST_F(ProcessesTest, CountsMoreThanOneListingHolds) {
  constexpr int kMany = 1200;
  WriteProcess(7, 'S', kMany);
  for (int i = 0; i < kMany; ++i) {
    WriteThread(7, 100000 + i, i % 3 == 0 ? 'R' : 'S');
    WriteProcess(100000 + i, 'I');
  }
  CollectorHarness processes("processes", host_);
  const std::string samples = processes.Run();
  EXPECT_THAT(samples, HasSubstr("node_processes_pids 1201\n"));
  EXPECT_THAT(samples, HasSubstr("node_processes_threads 2400\n"
                                 "node_processes_threads_state{thread_state=\"I\"} 1200\n"
                                 "node_processes_threads_state{thread_state=\"R\"} 400\n"
                                 "node_processes_threads_state{thread_state=\"S\"} 800\n"));
  EXPECT_EQ(processes.AllocationsOnceWarm(), 0U);
}

TEST_F(ProcessesTest, KeepsNoDescriptor) {
  WriteProcess(1, 'S', 2);
  WriteThread(1, 1, 'S');
  WriteThread(1, 2, 'S');
  const auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  CollectorHarness processes("processes", host_);
  processes.KeepDescriptors(0);
  processes.Run();
  const auto before = open_files();
  processes.Run();
  EXPECT_EQ(open_files(), before);
}

TEST_F(ProcessesTest, FailsAsAWholeWhereAStatIsNone) {
  WriteProcess(1, 'S', 2);
  WriteThread(1, 1, 'S');
  host_.WriteProc("1/task/2/stat", "2 (x) gone\n");
  CollectorHarness of_thread("processes", host_);
  EXPECT_EQ(of_thread.Run(), "");
  EXPECT_EQ(of_thread.status().code(), ErrorCode::kParse);
  EXPECT_THAT(of_thread.status().message(), HasSubstr("proc/1/task"));
  EXPECT_THAT(of_thread.status().message(),
              HasSubstr("2/stat: cannot parse state and num_threads in \"2 (x) gone"));

  host_.Remove("proc/1");
  host_.WriteProc("15/stat", "");
  CollectorHarness of_process("processes", host_);
  EXPECT_EQ(of_process.Run(), "");
  EXPECT_EQ(of_process.status().code(), ErrorCode::kParse);
  EXPECT_THAT(of_process.status().message(), HasSubstr("15/stat: cannot parse"));
}

TEST_F(ProcessesTest, ReportsTheCountsWhereALimitIsMissing) {
  WriteProcess(1, 'S');
  host_.Remove("proc/sys/kernel/pid_max");
  CollectorHarness missing("processes", host_);
  EXPECT_THAT(missing.Run(), HasSubstr("node_processes_pids 1\n"));
  EXPECT_EQ(missing.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(missing.status().message(), HasSubstr("sys/kernel/pid_max"));

  host_.WriteProc("sys/kernel/pid_max", "-1\n");
  CollectorHarness wrong("processes", host_);
  EXPECT_THAT(wrong.Run(), HasSubstr("node_processes_max_threads 62613\n"));
  EXPECT_EQ(wrong.status().code(), ErrorCode::kParse);
  EXPECT_THAT(wrong.status().message(), HasSubstr("cannot parse number in \"-1\""));
}

TEST_F(ProcessesTest, IsAbsentWithoutProc) {
  host_.Remove("proc");
  CollectorHarness processes("processes", host_);
  EXPECT_EQ(processes.Run(), "");
  EXPECT_EQ(processes.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
