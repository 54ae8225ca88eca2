#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "collectors/supervisord_response.h"
#include "tests/support/collector_harness.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse {
namespace {

using collectors::SupervisedProcess;
using collectors::SupervisordResponse;
using testing::HasSubstr;

// As supervisord 4.2 writes it.
std::string Process(std::string_view name, int state, int exit_status = 0) {
  const std::string head =
      "<value><struct>\n"
      "<member>\n<name>name</name>\n<value><string>" +
      std::string(name) +
      "</string></value>\n</member>\n"
      "<member>\n<name>group</name>\n<value><string>web</string></value>\n</member>\n"
      "<member>\n<name>start</name>\n<value><int>1700000000</int></value>\n</member>\n"
      "<member>\n<name>stop</name>\n<value><int>0</int></value>\n</member>\n"
      "<member>\n<name>description</name>\n<value><string>pid 7 &lt;x&gt;</string></value>\n"
      "</member>\n";
  return head + "<member>\n<name>state</name>\n<value><int>" + std::to_string(state) +
         "</int></value>\n</member>\n<member>\n<name>exitstatus</name>\n<value><int>" +
         std::to_string(exit_status) + "</int></value>\n</member>\n</struct></value>\n";
}

std::string Response(std::string_view processes) {
  return "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><array><data>\n" +
         std::string(processes) +
         "</data></array></value>\n</param>\n</params>\n</methodResponse>\n";
}

class SupervisordTest : public ::testing::Test {
 protected:
  SupervisordTest() { Answer(Response(Process("app", 20))); }
  void Answer(std::string body) { server_.SetUsual({.status = 200, .body = std::move(body)}); }

  test::ScriptedReceiver server_;
  const std::string url_ = server_.Url("/RPC2");
  HostTree host_;
  CollectorHarness supervisord_{"supervisord", host_, {{"collector.supervisord.url", url_}}};
};

TEST_F(SupervisordTest, ReportsEachProcess) {
  Answer(Response(Process("app", 20) + Process("job", 100, 3)));
  EXPECT_EQ(supervisord_.Run(),
            "node_supervisord_exit_status{group=\"web\",name=\"app\"} 0\n"
            "node_supervisord_exit_status{group=\"web\",name=\"job\"} 3\n"
            "node_supervisord_start_time_seconds{group=\"web\",name=\"app\"} 1700000000\n"
            "node_supervisord_state{group=\"web\",name=\"app\"} 20\n"
            "node_supervisord_state{group=\"web\",name=\"job\"} 100\n"
            "node_supervisord_up{group=\"web\",name=\"app\"} 1\n"
            "node_supervisord_up{group=\"web\",name=\"job\"} 0\n");
  EXPECT_EQ(supervisord_.status(), Status());
  const auto requests = server_.Requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].target, "/RPC2");
  EXPECT_THAT(requests[0].body, HasSubstr("<methodName>supervisor.getAllProcessInfo</methodName>"));
}

TEST_F(SupervisordTest, CountsAProcessAsUpWhileThereIsOne) {
  for (const auto& [state, up] :
       {std::pair(0, 0), {10, 1}, {20, 1}, {30, 0}, {40, 1}, {100, 0}, {200, 0}, {1000, 0}}) {
    Answer(Response(Process("app", state)));
    const std::string samples = supervisord_.Run();
    EXPECT_THAT(samples, HasSubstr("node_supervisord_up{group=\"web\",name=\"app\"} " +
                                   std::to_string(up) + "\n"))
        << state;
    EXPECT_EQ(samples.find("start_time") != samples.npos, up == 1) << state;
  }
}

TEST_F(SupervisordTest, ReportsNothingOfNothing) {
  Answer(Response(""));
  EXPECT_EQ(supervisord_.Run(), "");
  EXPECT_EQ(supervisord_.status(), Status());
}

TEST_F(SupervisordTest, ReportsNoHalfAnswer) {
  const std::string whole = Response(Process("app", 20) + Process("job", 20));
  Answer(whole.substr(0, whole.size() - 60));
  EXPECT_EQ(supervisord_.Run(), "");
  EXPECT_EQ(supervisord_.status().code(), ErrorCode::kParse);
}

TEST_F(SupervisordTest, ReportsThatNobodyAnswers) {
  server_.SetUsual({.status = 404});
  EXPECT_EQ(supervisord_.Run(), "");
  EXPECT_EQ(supervisord_.status(), Status(ErrorCode::kIo, url_ + ": HTTP status 404"));
}

TEST_F(SupervisordTest, RefusesABadUrl) {
  CollectorHarness bad("supervisord", host_, {{"collector.supervisord.url", "localhost:9001"}});
  EXPECT_EQ(bad.Run(), "");
  EXPECT_EQ(bad.status().code(), ErrorCode::kInvalid);
  EXPECT_THAT(bad.status().message(), HasSubstr("collector.supervisord.url"));
}

TEST_F(SupervisordTest, CleansLabels) {
  Answer(Response(Process("a&quot;b\xff", 20)));
  EXPECT_THAT(supervisord_.Run(),
              HasSubstr("node_supervisord_up{group=\"web\",name=\"a\\\"b\xef\xbf\xbd\"} 1\n"));
}

TEST_F(SupervisordTest, AllocatesNothingOnceWarm) {
  EXPECT_EQ(supervisord_.AllocationsOnceWarm(), 0U);
}

// Its processes as text, and how reading went.
std::pair<std::string, Status> Read(std::string_view xml) {
  SupervisordResponse response;
  std::string processes;
  Status status = response.Read(xml, [&processes](const SupervisedProcess& process) {
    processes.append(process.name).append(" ").append(process.group).append(" ");
    processes.append(std::to_string(process.state)).append(" ");
    processes.append(std::to_string(process.exit_status)).append(" ");
    processes.append(std::to_string(process.start)).append(";");
  });
  return {processes, status};
}

std::string Member(std::string_view name, std::string_view value) {
  return "<member><name>" + std::string(name) + "</name><value>" + std::string(value) +
         "</value></member>";
}

std::string Struct(std::string_view members) {
  return "<value><struct>" + std::string(members) + "</struct></value>";
}

const std::string kMembers = Member("group", "<string>g</string>") +
                             Member("state", "<i4>20</i4>") + Member("exitstatus", "<i8>-1</i8>") +
                             Member("start", "<int>7</int>");

TEST(SupervisordResponseTest, TakesEveryFormOfTextAndInt) {
  const auto [processes, status] = Read(Response(Struct(Member("name", "a &amp; b") + kMembers) +
                                                 Struct(kMembers + Member("name", "<string/>"))));
  EXPECT_EQ(processes, "a & b g 20 -1 7; g 20 -1 7;");
  EXPECT_EQ(status, Status());
}

TEST(SupervisordResponseTest, PassesOverMembersThatItDoesNotKnow) {
  const auto [processes, status] = Read(Response(
      Struct(Member("odd", "<array><data><value><int>1</int></value><value/></data></array>") +
             Member("empty", "") + Member("name", "n") + kMembers)));
  EXPECT_EQ(processes, "n g 20 -1 7;");
  EXPECT_EQ(status, Status());
}

TEST(SupervisordResponseTest, TellsAFault) {
  const auto [processes, status] = Read(
      "<?xml version='1.0'?><methodResponse><fault>" +
      Struct(Member("faultCode", "<int>1</int>") + Member("faultString", "UNKNOWN_METHOD &lt;x")) +
      "</fault></methodResponse>");
  EXPECT_EQ(processes, "");
  EXPECT_EQ(status, Status(ErrorCode::kIo, "supervisord reports a fault: UNKNOWN_METHOD <x"));
}

TEST(SupervisordResponseTest, RefusesWhatIsNoListOfProcesses) {
  const std::string name = Member("name", "n");
  for (const std::string& bad : {
           std::string(),
           std::string("<html><body>no</body></html>"),
           std::string("<methodResponse/>"),
           Response("<value><int>1</int></value>"),
           Response("<value/>"),
           Response("text"),
           Response(Struct(kMembers)),  // No name.
           Response(Struct(name)),
           Response(Struct(name + kMembers + Member("state", "20"))),
           Response(Struct(name + kMembers + Member("state", "<int></int>"))),
           Response(Struct(name + kMembers + Member("state", "<int>99999999999999999999</int>"))),
           Response(Struct(name + kMembers + Member("state", "<int>2 0</int>"))),
           Response(Struct(name + kMembers + Member("group", "<int>1</int>"))),
           Response(Struct(name + kMembers + Member("group", "&unknown;"))),
           Response(Struct(name + kMembers + Member("group", "a<string>b</string>"))),
           Response(Struct(name + kMembers + "<member><value/></member>")),
           Response(Struct(name + kMembers)) + "<more/>",
       }) {
    const auto [processes, status] = Read(bad);
    EXPECT_EQ(status.code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(status.message(), HasSubstr("at byte")) << bad;
  }
}

TEST(SupervisordResponseTest, SurvivesEveryTruncation) {
  const std::string whole = Response(Process("app", 20));
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(Read(std::string_view(whole).substr(0, size)).second.ok()) << size;
  }
}

}  // namespace
}  // namespace hostpulse
