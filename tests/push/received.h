#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remote_write.pb.h"
#include "remote_write_v2.pb.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::push::test {

// A request body, uncompressed and decoded by libprotobuf; fails the test where it is neither.
remote_write_test::WriteRequest Decode(std::string_view body);

// The same of a body in one frame of Zstandard, and of a request of remote write 2.0.
remote_write_test::WriteRequest DecodeZstd(std::string_view body);
remote_write_v2_test::Request DecodeV2(std::string_view body);

// The samples of a series as {timestamp, bits of the value}.
using Points = std::vector<std::pair<std::int64_t, std::uint64_t>>;

// The samples of a request by series, written as name{a="b",...} with the labels in the order sent.
std::map<std::string, Points> SeriesOf(const remote_write_test::WriteRequest& request);

// The samples of all requests together in the order of arrival.
std::map<std::string, Points> SeriesOf(const std::vector<hostpulse::test::ReceivedRequest>& all);

std::uint64_t Bits(double value);

}  // namespace hostpulse::push::test
