#include "push/remote_write/protocol_chooser.h"

#include <gtest/gtest.h>

namespace hostpulse::push {
namespace {

constexpr MonotonicTime kNow{std::chrono::hours(100)};

std::vector<Protocol> AllOf(std::string_view message, std::string_view compression) {
  ProtocolChooser chooser(message, compression);
  std::vector<Protocol> all = {chooser.current()};
  while (chooser.StepDown(true, kNow)) all.push_back(chooser.current());
  EXPECT_EQ(all.back(), chooser.last());
  return all;
}

TEST(ProtocolChooser, TriesWhatTheOptionsLeaveOpen) {
  using enum Protocol;
  EXPECT_EQ(AllOf(kAuto, kAuto),
            (std::vector{kRemoteWrite2, Protocol::kVictoriaMetrics, kRemoteWrite1}));
  EXPECT_EQ(AllOf(kAuto, kSnappy), (std::vector{kRemoteWrite2, kRemoteWrite1}));
  EXPECT_EQ(AllOf(kMessage1, kAuto), (std::vector{Protocol::kVictoriaMetrics, kRemoteWrite1}));
  EXPECT_EQ(AllOf(kMessage1, kSnappy), (std::vector{kRemoteWrite1}));
  EXPECT_EQ(AllOf(kMessage2, kAuto), (std::vector{kRemoteWrite2}));
  EXPECT_EQ(AllOf(kAuto, kZstd), (std::vector{Protocol::kVictoriaMetrics}));
}

TEST(ProtocolChooser, AStepDownIsForgottenAfterHours) {
  ProtocolChooser chooser(kAuto, kSnappy);
  ASSERT_TRUE(chooser.StepDown(true, kNow));
  chooser.NoteAccepted();
  chooser.BeginBatch(kNow + ProtocolChooser::kRemembered - std::chrono::seconds(1));
  EXPECT_EQ(chooser.current(), Protocol::kRemoteWrite1);
  chooser.BeginBatch(kNow + ProtocolChooser::kRemembered);
  EXPECT_EQ(chooser.current(), Protocol::kRemoteWrite2);
}

TEST(ProtocolChooser, WhatTheLastOneRefusesTooIsNotTheProtocolsFault) {
  ProtocolChooser chooser(kAuto, kAuto);
  ASSERT_TRUE(chooser.StepDown(true, kNow));  // Remote write 2.0 is out of the question.
  ASSERT_TRUE(chooser.StepDown(false, kNow));
  chooser.NoteRejected();
  EXPECT_EQ(chooser.current(), Protocol::kVictoriaMetrics);
  ASSERT_TRUE(chooser.StepDown(false, kNow));
  chooser.NoteAccepted();
  chooser.NoteRejected();
  EXPECT_EQ(chooser.current(), Protocol::kRemoteWrite1) << "it was accepted in between";
}

TEST(ProtocolChooser, TheFirstOfSeveralDoubtsIsTheOneToGoBackTo) {
  ProtocolChooser chooser(kAuto, kAuto);
  ASSERT_TRUE(chooser.StepDown(false, kNow));
  ASSERT_TRUE(chooser.StepDown(false, kNow));
  chooser.NoteRejected();
  EXPECT_EQ(chooser.current(), Protocol::kRemoteWrite2);
}

}  // namespace
}  // namespace hostpulse::push
