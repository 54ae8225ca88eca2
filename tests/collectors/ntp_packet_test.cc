#include "collectors/ntp_packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/ntp_answer.h"

namespace hostpulse::collectors {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr std::uint64_t kCookie = 0x0123456789abcdef;
constexpr seconds kNow{1'795'395'723};

NtpAnswer GoodAnswer() {
  NtpAnswer answer;
  answer.origin = kCookie;
  answer.stratum = 2;
  answer.reference = NtpTime(kNow - seconds(100));
  answer.receive = NtpTime(kNow);
  answer.transmit = NtpTime(kNow);
  return answer;
}

NtpReply Parse(const NtpAnswer& answer) {
  const auto reply = ParseNtpReply(answer.bytes(), kCookie);
  EXPECT_EQ(reply.status(), Status());
  return reply ? *reply : NtpReply();
}

std::string ErrorOf(const NtpAnswer& answer) {
  const auto reply = ParseNtpReply(answer.bytes(), kCookie);
  EXPECT_EQ(reply.status().code(), ErrorCode::kParse);
  return reply.status().message();
}

TEST(NtpPacketTest, AsksWithItsVersionAndCookie) {
  const NtpPacket packet = MakeNtpRequest(4, kCookie);
  EXPECT_EQ(packet[0], std::byte{0x23});
  EXPECT_EQ(MakeNtpRequest(3, kCookie)[0], std::byte{0x1b});
  EXPECT_EQ(packet[40], std::byte{0x01});
  EXPECT_EQ(packet[47], std::byte{0xef});
  for (std::size_t i = 1; i < 40; ++i) EXPECT_EQ(packet[i], std::byte{0}) << i;
}

TEST(NtpPacketTest, ReadsEveryField) {
  NtpAnswer answer = GoodAnswer();
  answer.leap = 2;
  answer.root_delay = 0x0001'8000;
  answer.root_dispersion = 0x0000'0001;
  answer.receive = NtpTime(kNow) | 0x8000'0000;
  answer.transmit = NtpTime(kNow + seconds(1)) | 0x4000'0000;
  const NtpReply reply = Parse(answer);
  EXPECT_EQ(reply.leap, 2);
  EXPECT_EQ(reply.stratum, 2);
  EXPECT_EQ(reply.root_delay, milliseconds(1500));
  EXPECT_EQ(reply.root_dispersion, nanoseconds(15259)) << "1/65536 s, rounded";
  EXPECT_EQ(reply.reference, WallTime(kNow - seconds(100)));
  EXPECT_EQ(reply.received, WallTime(kNow + milliseconds(500)));
  EXPECT_EQ(reply.sent, WallTime(kNow + milliseconds(1250)));
}

TEST(NtpPacketTest, KnowsThatTheSecondsBeginAnewIn2036) {
  NtpAnswer answer = GoodAnswer();
  answer.receive = answer.transmit = std::uint64_t{1} << 32;
  EXPECT_EQ(Parse(answer).sent, WallTime(seconds(2'085'978'497)));
  answer.receive = answer.transmit = std::uint64_t{0xffff'ffff} << 32;
  EXPECT_EQ(Parse(answer).sent, WallTime(seconds(2'085'978'495)));
  answer.receive = answer.transmit = std::uint64_t{2'208'988'800} << 32;
  EXPECT_EQ(Parse(answer).sent, WallTime(seconds(0)));
}

TEST(NtpPacketTest, KnowsAReferenceThatWasNeverSet) {
  NtpAnswer answer = GoodAnswer();
  answer.reference = 0;
  EXPECT_EQ(Parse(answer).reference, std::nullopt);
}

TEST(NtpPacketTest, RefusesWhatIsNoAnswer) {
  NtpAnswer answer = GoodAnswer();
  answer.mode = 3;
  EXPECT_THAT(ErrorOf(answer), HasSubstr("not a server's"));
  answer = GoodAnswer();
  answer.origin ^= 1;
  EXPECT_THAT(ErrorOf(answer), HasSubstr("not to this question"));
  answer = GoodAnswer();
  answer.transmit = 0;
  EXPECT_THAT(ErrorOf(answer), HasSubstr("no time"));
  answer = GoodAnswer();
  answer.receive = answer.transmit + 1;
  EXPECT_EQ(ParseNtpReply(answer.bytes(), kCookie).ok(), true) << "less than a nanosecond";
  answer.receive = NtpTime(kNow + seconds(1));
  EXPECT_THAT(ErrorOf(answer), HasSubstr("before the question came"));
  const NtpPacket packet = GoodAnswer().bytes();
  EXPECT_THAT(ParseNtpReply(std::span(packet).first(47), kCookie).status().message(),
              HasSubstr("too short"));
}

TEST(NtpPacketTest, MeasuresOffsetAndRoundTrip) {
  NtpReply reply;
  reply.received = WallTime(seconds(1010));
  reply.sent = WallTime(seconds(1011));
  const auto measured = MeasureNtp(reply, WallTime(seconds(1000)), WallTime(seconds(1005)));
  EXPECT_EQ(measured.offset, seconds(8)) << "10 s there, 6 s ahead on the way back";
  EXPECT_EQ(measured.round_trip, seconds(4)) << "5 s less the 1 s at the server";
  EXPECT_EQ(measured.error, seconds(6)) << "it answered 6 s before we had it";
}

TEST(NtpPacketTest, FindsTheErrorOfAServerThatIsBehind) {
  NtpReply reply;
  reply.received = WallTime(seconds(990));
  reply.sent = WallTime(seconds(991));
  const auto measured = MeasureNtp(reply, WallTime(seconds(1000)), WallTime(seconds(1005)));
  EXPECT_EQ(measured.offset, seconds(-12));
  EXPECT_EQ(measured.error, seconds(10));
}

TEST(NtpPacketTest, HasNoErrorAndNoNegativeRoundTripWhereClocksAgree) {
  NtpReply reply;
  reply.received = WallTime(milliseconds(1001));
  reply.sent = WallTime(milliseconds(1002));
  EXPECT_EQ(MeasureNtp(reply, WallTime(seconds(1)), WallTime(milliseconds(1003))).error,
            nanoseconds(0));
  reply.sent = WallTime(milliseconds(1005));
  EXPECT_EQ(MeasureNtp(reply, WallTime(seconds(1)), WallTime(milliseconds(1003))).round_trip,
            nanoseconds(0));
}

TEST(NtpPacketTest, KnowsWhichAnswersAreOfUse) {
  const NtpReply good = Parse(GoodAnswer());
  EXPECT_TRUE(IsUsable(good));
  const auto usable_with = [&good](auto change) {
    NtpReply reply = good;
    change(reply);
    return IsUsable(reply);
  };
  EXPECT_FALSE(usable_with([](NtpReply& reply) { reply.stratum = 0; }));
  EXPECT_TRUE(usable_with([](NtpReply& reply) { reply.stratum = 15; }));
  EXPECT_FALSE(usable_with([](NtpReply& reply) { reply.stratum = 16; }));
  EXPECT_TRUE(usable_with([](NtpReply& reply) { reply.leap = 1; }));
  EXPECT_FALSE(usable_with([](NtpReply& reply) { reply.leap = 3; }));
  EXPECT_FALSE(usable_with([](NtpReply& reply) { reply.reference.reset(); }));
  EXPECT_FALSE(usable_with([](NtpReply& reply) { reply.reference = reply.sent + seconds(1); }));
  EXPECT_TRUE(usable_with([](NtpReply& reply) { reply.reference = reply.sent - seconds(131072); }));
  EXPECT_FALSE(
      usable_with([](NtpReply& reply) { reply.reference = reply.sent - seconds(131073); }));
  EXPECT_TRUE(usable_with([](NtpReply& reply) {
    reply.root_delay = seconds(10);
    reply.root_dispersion = seconds(11);
  }));
  EXPECT_FALSE(usable_with([](NtpReply& reply) {
    reply.root_delay = seconds(10);
    reply.root_dispersion = milliseconds(11001);
  }));
}

}  // namespace
}  // namespace hostpulse::collectors
