# Two stages: built on Debian with the project's own scripts, then only the program and what it is linked with. With
# --build-arg REVISION=$(git rev-parse --short=12 HEAD) the image and the program know where they come from.
FROM docker.io/library/debian:bookworm-slim AS build
WORKDIR /src
COPY . .
ARG REVISION=unknown
RUN scripts/install-deps && \
    HOSTPULSE_REVISION=$REVISION scripts/build release hostpulse hostpulse_printed && \
    scripts/image-root /image

FROM scratch
COPY --from=build /image /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="hostpulse" \
      org.opencontainers.image.description="Host metrics for Prometheus: scraped, pushed, adjustable" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="scratch"
# It writes nothing but the queue of what it pushes, into /var/lib/hostpulse, where a volume may be.
USER 65534:65534
EXPOSE 9100
# With another --web.listen-address, or a --web.config.file, the check is given the same: --health-cmd.
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/bin/hostpulse", "health"]
ENTRYPOINT ["/bin/hostpulse"]
