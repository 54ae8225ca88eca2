/* civetweb asks for this file when it is compiled without file systems: what it has to complain
 * about goes to the log_message callback and nowhere else. */
static void
mg_cry_internal_impl(const struct mg_connection *conn,
                     const char *func,
                     unsigned line,
                     const char *fmt,
                     va_list ap)
{
  char text[256];

  (void)func;
  (void)line;
  (void)vsnprintf(text, sizeof(text), fmt, ap);
  if (conn != NULL && conn->phys_ctx->callbacks.log_message != NULL) {
    (void)conn->phys_ctx->callbacks.log_message(conn, text);
  }
}
