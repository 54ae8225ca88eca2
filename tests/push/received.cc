#include "tests/push/received.h"

#include <gtest/gtest.h>
#include <snappy.h>
#include <zstd.h>

#include <bit>

namespace hostpulse::push::test {

remote_write_test::WriteRequest Decode(std::string_view body) {
  std::string raw;
  EXPECT_TRUE(snappy::Uncompress(body.data(), body.size(), &raw));
  remote_write_test::WriteRequest request;
  EXPECT_TRUE(request.ParseFromString(raw));
  return request;
}

remote_write_test::WriteRequest DecodeZstd(std::string_view body) {
  std::string raw(std::size_t{1} << 20, '\0');
  const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), body.data(), body.size());
  EXPECT_EQ(ZSTD_isError(size), 0U);
  remote_write_test::WriteRequest request;
  EXPECT_TRUE(request.ParseFromArray(raw.data(), static_cast<int>(size)));
  return request;
}

remote_write_v2_test::Request DecodeV2(std::string_view body) {
  std::string raw;
  EXPECT_TRUE(snappy::Uncompress(body.data(), body.size(), &raw));
  remote_write_v2_test::Request request;
  EXPECT_TRUE(request.ParseFromString(raw));
  return request;
}

std::map<std::string, Points> SeriesOf(const remote_write_test::WriteRequest& request) {
  std::map<std::string, Points> all;
  for (const auto& series : request.timeseries()) {
    std::string name;
    std::string labels;
    for (const auto& label : series.labels()) {
      if (label.name() == "__name__") {
        name = label.value();
      } else {
        labels += (labels.empty() ? "" : ",") + label.name() + "=\"" + label.value() + "\"";
      }
    }
    Points& points = all[name + "{" + labels + "}"];
    for (const auto& sample : series.samples()) {
      points.emplace_back(sample.timestamp(), Bits(sample.value()));
    }
  }
  return all;
}

std::map<std::string, Points> SeriesOf(const std::vector<hostpulse::test::ReceivedRequest>& all) {
  std::map<std::string, Points> merged;
  for (const auto& request : all) {
    for (const auto& [name, points] : SeriesOf(Decode(request.body))) {
      Points& to = merged[name];
      to.insert(to.end(), points.begin(), points.end());
    }
  }
  return merged;
}

std::uint64_t Bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

}  // namespace hostpulse::push::test
