#include "collectors/attribute_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/host_tree.h"

namespace hostpulse::collectors {
namespace {

using testing::HasSubstr;

class AttributeReaderTest : public testing::Test {
 protected:
  kernel::KernelFile File(const std::string& name) {
    return {host_.paths().Sys(name), budget_, kernel::FileKind::kAttribute};
  }
  kernel::KernelFile File(const std::string& name, std::string_view content) {
    host_.WriteSys(name, content);
    return File(name);
  }

  HostTree host_;
  kernel::DescriptorBudget budget_{16};
  AttributeReader reader_;
};

TEST_F(AttributeReaderTest, ReadsANumberAloneInItsFile) {
  auto file = File("size", "18446744073709551615\n");
  EXPECT_EQ(reader_.Number(file), 18446744073709551615U);
  EXPECT_EQ(reader_.TakeStatus(), Status());
}

TEST_F(AttributeReaderTest, TakesWhatIsMissingForNoError) {
  auto missing = File("missing");
  auto below = File("size/below");
  host_.WriteSys("size", "1\n");
  EXPECT_EQ(reader_.Number(missing), std::nullopt);
  EXPECT_EQ(reader_.Text(below), std::nullopt);
  EXPECT_EQ(reader_.TakeStatus(), Status());
}

TEST_F(AttributeReaderTest, KeepsTheFirstErrorAndReadsOn) {
  auto bad = File("bad", "-1\n");
  auto worse = File("worse", "18446744073709551616\n");
  auto good = File("good", "3\n");
  EXPECT_EQ(reader_.Number(bad), std::nullopt);
  EXPECT_EQ(reader_.Number(worse), std::nullopt);
  EXPECT_EQ(reader_.Number(good), 3U);
  const Status status = reader_.TakeStatus();
  EXPECT_EQ(status.code(), ErrorCode::kParse);
  EXPECT_THAT(status.message(), HasSubstr("sys/bad: cannot parse value in \"-1\""));
}

TEST_F(AttributeReaderTest, SaysWhatItCannotRead) {
  // The one failure that a file system of tests has for root, too.
  host_.WriteSys("directory/file", "");
  auto directory = File("directory");
  EXPECT_EQ(reader_.Text(directory), std::nullopt);
  const Status status = reader_.TakeStatus();
  EXPECT_EQ(status.code(), ErrorCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("sys/directory: read: "));
}

}  // namespace
}  // namespace hostpulse::collectors
