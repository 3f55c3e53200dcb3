# The image holds one static binary and nothing else.

FROM rust:1.95 AS build
WORKDIR /src
# Static, because the image has no C library. The target is named, though it is the builder's own,
# because the flag would otherwise reach the procedural macros, which have to be shared libraries.
ENV RUSTFLAGS="-C target-feature=+crt-static" CARGO_BUILD_TARGET=host-tuple

# The dependencies are a layer of their own: a change of the sources does not compile them again.
# Cargo asks for every file that the manifest names, hence the stand-ins.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p benches/measure src && touch benches/measure/main.rs src/lib.rs \
    && echo 'fn main() {}' >src/main.rs && cargo build --locked --profile dist

# Cargo goes by modification times, and what is copied here may be older than the stand-ins: touch.
COPY README.md ./
COPY fixtures fixtures
COPY src src
RUN touch src/lib.rs src/main.rs && cargo build --locked --profile dist \
    && mv target/*/dist/papercloud .
RUN ./papercloud --version && ./papercloud selftest
RUN mkdir data

FROM scratch
COPY --from=build /src/papercloud /papercloud
# For --state: a volume that is mounted here belongs to the user.
COPY --from=build --chown=65532:65532 /src/data /data
USER 65532:65532
# The health check reads these variables, and the flags that the container is run with.
ENV PAPERCLOUD_HOST=0.0.0.0
EXPOSE 8080
# The first check comes one interval after the start, and whoever waits for "healthy" waits for it.
HEALTHCHECK --interval=2s --timeout=5s --start-period=5s --retries=3 CMD ["/papercloud", "health"]
ENTRYPOINT ["/papercloud"]
