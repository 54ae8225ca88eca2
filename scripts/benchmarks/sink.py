"""A receiver of remote write that keeps what it gets, to be read after the measurement."""
import ctypes
import http.server
import socketserver
import struct
import threading
import time

RW2 = "io.prometheus.write.v2.Request"


def uncompress_snappy(body, _library=[]):
    if not _library:
        _library.append(ctypes.CDLL("libsnappy.so.1"))
    size = ctypes.c_size_t()
    if _library[0].snappy_uncompressed_length(body, ctypes.c_size_t(len(body)), ctypes.byref(size)) != 0:
        raise ValueError("not snappy")
    out = ctypes.create_string_buffer(size.value)
    if _library[0].snappy_uncompress(body, ctypes.c_size_t(len(body)), out, ctypes.byref(size)) != 0:
        raise ValueError("not snappy")
    return out.raw[:size.value]


def uncompress_zstd(body, _library=[]):
    if not _library:
        library = ctypes.CDLL("libzstd.so.1")
        library.ZSTD_decompress.restype = ctypes.c_size_t
        _library.append(library)
    room = 64 << 20
    out = ctypes.create_string_buffer(room)
    size = _library[0].ZSTD_decompress(out, ctypes.c_size_t(room), body, ctypes.c_size_t(len(body)))
    if size > room:
        raise ValueError("not zstd")
    return out.raw[:size]


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data):
    """(number, value) of a protobuf message: an int, 8 bytes, or bytes."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = data[at:at + 8], at + 8
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            raise ValueError(f"wire type {kind}")
        yield tag >> 3, value


def samples_of(series):
    """[(milliseconds, value) ...]; a field that is not there is zero."""
    found = []
    for number, message in fields(series):
        if number == 2:
            sample = dict(fields(message))
            found.append((sample.get(2, 0), struct.unpack("<d", sample.get(1, bytes(8)))[0]))
    return found


def labels_of(series, symbols):
    """{name: value} of a series of 1.0, or with its symbols of 2.0."""
    labels = {}
    for number, value in fields(series):
        if number != 1:
            continue
        if symbols is None:
            pair = dict(fields(value))
            labels[pair.get(1, b"")] = pair.get(2, b"")
        else:
            at, refs = 0, []
            while at < len(value):
                ref, at = varint(value, at)
                refs.append(symbols[ref])
            labels.update(zip(refs[::2], refs[1::2]))
    return labels


class Request:
    def __init__(self, content_type, encoding, body):
        self.at = time.time()
        self.is_2 = RW2 in content_type
        self.encoding, self.size, self.body = encoding, len(body), body

    def series(self):
        """(labels, [(milliseconds, value) ...]) of each series."""
        message = (uncompress_zstd if self.encoding == "zstd" else uncompress_snappy)(self.body)
        symbols = [value for number, value in fields(message) if number == 4] if self.is_2 else None
        for number, value in fields(message):
            if number == (5 if self.is_2 else 1):
                yield labels_of(value, symbols), samples_of(value)

    def samples(self):
        return sum(len(samples) for _, samples in self.series())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Header and body of an answer in one packet.
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = Request(self.headers.get("Content-Type", ""), self.headers.get("Content-Encoding", ""), body)
        self.send_response(self.server.sink.take(request))
        if request.is_2 and self.server.sink.protocol == "2.0":
            self.send_header("X-Prometheus-Remote-Write-Samples-Written", str(request.samples()))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class Sink:
    """Understands the protocols of one kind of receiver: "1.0" as an older Prometheus, "zstd" as an older
    VictoriaMetrics, "2.0" as a newer Prometheus."""

    def __init__(self, port, protocol="1.0", address="127.0.0.1"):
        self.port, self.protocol, self.address = port, protocol, address
        self.requests = []
        self._server = None

    @property
    def url(self):
        return f"http://{self.address}:{self.port}/api/v1/write"

    def up(self):
        self._server = Server((self.address, self.port), Handler)
        self._server.sink = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def down(self):
        """Refuses connections; those that are there get no answer any more."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def take(self, request):
        """The status that is answered."""
        if self._server is None:
            return 503
        if request.is_2 and self.protocol != "2.0":
            return 204  # As those do that know 1.0 only: it is an empty request to them.
        if request.encoding == "zstd" and self.protocol == "1.0":
            return 400
        self.requests.append(request)
        return 204

    def forget(self):
        self.requests = []

    def samples(self):
        return sum(request.samples() for request in self.requests)

    def bytes_a_sample(self):
        """Of bodies that hold samples; metadata goes in requests of its own."""
        samples = [(request.size, request.samples()) for request in self.requests]
        return sum(size for size, count in samples if count) / max(1, sum(count for _, count in samples))

    def points(self, name):
        """{milliseconds: value} of everything that came under a name."""
        found = {}
        for request in self.requests:
            for labels, samples in request.series():
                if labels.get(b"__name__") == name.encode():
                    found.update(samples)
        return found
