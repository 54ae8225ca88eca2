#include "exporter/http/civetweb_server.h"

#include <civetweb.h>

#include <array>
#include <string>
#include <utility>

#include "exporter/http/ascii.h"
#include "exporter/http/civetweb/seam_scope.h"
#include "exporter/http/response_writer.h"

namespace hostpulse::http {
namespace {

CivetwebServer* ServerOf(const mg_context* context) {
  return static_cast<CivetwebServer*>(::mg_get_user_data(context));
}

// What civetweb has parsed, in our words. The path is still as it was sent.
Request MakeRequest(mg_connection* from, const Connection& connection) {
  const mg_request_info* info = ::mg_get_request_info(from);
  Request request;
  request.method = info->request_method;
  request.path = info->request_uri;
  if (info->query_string != nullptr) request.query = info->query_string;
  request.headers.reserve(static_cast<std::size_t>(info->num_headers));
  for (int i = 0; i < info->num_headers; ++i) {
    request.headers.emplace_back(info->http_headers[i].name, Trim(info->http_headers[i].value));
  }
  request.peer = connection.peer().address;
  request.peer_is_loopback = connection.peer().loopback;
  request.arrived = connection.given_at;
  request.tls = connection.tls() != nullptr;
  request.client_certificate = request.tls && connection.tls()->client_certificate();
  return request;
}

void ReadBody(mg_connection* from, std::string& body) {
  std::array<char, 1024> buffer;
  for (int got = 0; (got = ::mg_read(from, buffer.data(), buffer.size())) > 0;) {
    body.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

// civetweb is C: nothing may be thrown through it.
struct CivetwebServer::Callbacks {
  static void* InitThread(const mg_context* context, int type) {
    constexpr int kWorker = 1;  // 0 is the master.
    EnterSeam(ServerOf(context)->acceptor_, type == kWorker);
    return nullptr;
  }

  static int BeginRequest(mg_connection* from) {
    Connection* connection = SeamConnection();
    if (connection == nullptr) return 1;
    try {
      Answer(from, *connection, ServerOf(::mg_get_context(from))->responder_);
    } catch (const std::exception&) {
      Refuse(*connection, 500);  // Out of memory is all that can get here.
    }
    return 1;
  }

  static void Answer(mg_connection* from, Connection& connection, const Responder& responder) {
    Request request = MakeRequest(from, connection);
    ReadBody(from, request.body);
    const bool keep_alive = connection.framer().keep_alive();
    http::Answer answer = WriteAnswer(responder(request), request.method, keep_alive);
    connection.Respond(std::move(answer.head), std::move(answer.body), keep_alive);
  }

  // What civetweb finds wrong with a request although the framer let it pass.
  static int HttpError(mg_connection*, int status, const char*) {
    if (Connection* connection = SeamConnection()) Refuse(*connection, status);
    return 0;
  }

  static void Refuse(Connection& connection, int status) {
    if (connection.responded()) return;
    http::Answer answer = RefusalAnswer(status);
    connection.Respond(std::move(answer.head), std::move(answer.body), false);
  }

  static int LogMessage(const mg_connection* from, const char* message) {
    ServerOf(::mg_get_context(from))->log_.Warn("civetweb", {{"message", message}});
    return 1;
  }
};

CivetwebServer::CivetwebServer(Acceptor& acceptor, Responder responder, Logger& log)
    : acceptor_(acceptor), responder_(std::move(responder)), log_(log) {}

Result<std::unique_ptr<CivetwebServer>> CivetwebServer::Start(Acceptor& acceptor,
                                                              int worker_threads,
                                                              Responder responder, Logger& log) {
  std::unique_ptr<CivetwebServer> server(new CivetwebServer(acceptor, std::move(responder), log));
  ::mg_init_library(MG_FEATURES_DEFAULT);
  server->library_ = true;

  const std::string threads = std::to_string(worker_threads);
  // One request a visit: the acceptor keeps connections alive, so that a worker need not. The queue
  // holds every connection there may be, so that the master never waits for a worker.
  const std::array<const char*, 21> options = {"listening_ports",
                                               "127.0.0.1:1",
                                               "num_threads",
                                               threads.c_str(),
                                               "connection_queue",
                                               "65536",
                                               "max_request_size",
                                               "32768",
                                               "enable_keep_alive",
                                               "no",
                                               "decode_url",
                                               "no",
                                               "access_control_allow_origin",
                                               "",
                                               "access_control_allow_methods",
                                               "",
                                               "access_control_allow_headers",
                                               "",
                                               "enable_auth_domain_check",
                                               "no",
                                               nullptr};
  mg_callbacks callbacks{};
  callbacks.init_thread = &Callbacks::InitThread;
  callbacks.begin_request = &Callbacks::BeginRequest;
  callbacks.http_error = &Callbacks::HttpError;
  callbacks.log_message = &Callbacks::LogMessage;

  std::array<char, 256> text{};
  mg_error_data error{};
  error.text = text.data();
  error.text_buffer_size = text.size();
  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = server.get();
  init.configuration_options = const_cast<const char**>(options.data());

  const SeamScope scope(acceptor);
  server->context_ = ::mg_start2(&init, &error);
  if (server->context_ == nullptr) {
    return Status(ErrorCode::kIo, std::string("cannot start civetweb: ") + text.data());
  }
  return server;
}

CivetwebServer::~CivetwebServer() {
  acceptor_.Stop();
  if (context_ != nullptr) {
    const SeamScope scope(acceptor_);
    ::mg_stop(context_);
  }
  if (library_) ::mg_exit_library();
}

}  // namespace hostpulse::http
