#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/unique_fd.h"
#include "exporter/http/io_step.h"
#include "exporter/http/peer.h"
#include "exporter/http/request_framer.h"
#include "exporter/http/tls_session.h"

namespace hostpulse::http {

// One client's connection. It belongs to one thread at a time: to the acceptor while it is parked,
// to a worker from the moment a whole request is there until the worker is done with it. No call
// waits for the network.
class Connection {
 public:
  Connection(UniqueFd fd, Peer peer, std::unique_ptr<TlsSession> tls, const RequestLimits& limits);

  int fd() const { return fd_.get(); }
  const Peer& peer() const { return peer_; }
  const TlsSession* tls() const { return tls_.get(); }

  // For the acceptor.
  IoStep Handshake() { return tls_ ? tls_->Handshake() : IoStep::kProgress; }
  void AbandonTls() { tls_.reset(); }  // Plain text from here on.
  IoStep Receive();                    // Appends what is there to the input.
  RequestFramer::State Frame();
  const RequestFramer& framer() const { return framer_; }
  std::size_t buffered() const { return input_.size(); }
  IoStep Flush();  // kProgress once all is sent.
  std::size_t unsent() const { return head_.size() + body_.size() - sent_; }
  void FinishRequest();  // Forgets the request in front of the input.
  // Whether bytes of the next request may be here already, which no event will tell.
  bool may_have_more() const {
    return input_.size() > request_size() || tls_ != nullptr || filled_buffer_;
  }
  IoStep Drain();  // Says that nothing follows, then throws away what still comes.

  // For the worker.
  std::size_t TakeRequestBytes(char* buffer, std::size_t length);
  // Sends what the socket takes at once; the acceptor sees to the rest. One answer a request.
  void Respond(std::string head, std::string body, bool keep_alive);
  void Append(std::string_view data) { body_.append(data); }
  bool responded() const { return responded_; }
  bool keep_alive() const { return keep_alive_; }

  // The parking lot's bookkeeping.
  enum class State { kReading, kIdle, kBusy, kFlushing, kDraining };
  State state = State::kReading;
  MonotonicTime deadline{};
  MonotonicTime given_at{};                // To a worker, with the request that it then has.
  std::list<Connection*>::iterator place;  // In the queue of its state.
  std::uint32_t generation = 0;            // Tells it from others that had its descriptor.
  std::size_t weight = 0;                  // The bytes it was last counted with.

  // The handoff's bookkeeping, under its mutex.
  bool returned = false;       // The worker is done, the acceptor has yet to see it.
  bool event_pending = false;  // Something happened while a worker had it.

  bool wants_write = false;  // The acceptor's: what epoll looks for now.

 private:
  // Of what stands in front of the input, as a worker sees it; 0 while it is not complete.
  std::size_t request_size() const { return framer_.size() - framer_.absolute_size(); }
  IoStep Write(std::string_view first, std::string_view second);

  UniqueFd fd_;
  Peer peer_;
  std::unique_ptr<TlsSession> tls_;
  RequestFramer framer_;
  std::string input_;
  std::size_t taken_ = 0;  // Of the input, by the worker.
  std::string head_;       // Of the answer,
  std::string body_;       // and sent_ bytes of both are gone.
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
  bool responded_ = false;
  bool keep_alive_ = false;
  bool shut_ = false;
  bool filled_buffer_ = false;  // The last read got all it could take.
};

}  // namespace hostpulse::http
