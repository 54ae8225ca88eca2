# Two stages: build on Debian with the project's own scripts, then only the program and the libraries it
# is linked with.
FROM docker.io/library/debian:bookworm-slim AS build
WORKDIR /src
COPY . .
RUN scripts/install-deps && scripts/build release hostpulse && \
    strip -o /hostpulse build/release/hostpulse

FROM docker.io/library/debian:bookworm-slim
# ISA-L is there for x86-64 only, and only there it was linked. The D-Bus collectors load libsystemd.
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
      ca-certificates libcrypt1 libssl3 libsystemd0 $(dpkg --print-architecture | sed -n 's/^amd64$/libisal2/p') && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /hostpulse /bin/hostpulse
LABEL org.opencontainers.image.title="hostpulse" \
      org.opencontainers.image.description="Host metrics for Prometheus: scraped, pushed, adjustable" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 65534
EXPOSE 9100
ENTRYPOINT ["/bin/hostpulse"]
