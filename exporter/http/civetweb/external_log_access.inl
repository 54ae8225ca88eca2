/* civetweb asks for this file when it is compiled without file systems: it has no access log of
 * its own then. Requests are logged by the dispatcher, which knows how they ended. */
static void
log_access(const struct mg_connection *conn)
{
  (void)conn;
}
