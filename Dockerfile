# The server with the app inside. `docker compose up --build` uses it.

FROM rust:1.95-bookworm AS build
# Debian's compiler builds the app for WebAssembly, the image's own the server.
RUN apt-get update \
 && apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld-22 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ENV GUANXI_WASM_TOOLCHAIN=debian
RUN cargo xtask app
RUN cargo build --release --locked --package api --bin guanxi

FROM debian:bookworm-slim
# curl: the health check.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/guanxi guanxi
COPY --from=build /src/target/release/guanxi /usr/local/bin/guanxi
USER guanxi
WORKDIR /var/lib/guanxi
# Without DATABASE_URL the data are in guanxi.db here.
VOLUME /var/lib/guanxi
ENV GUANXI_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["guanxi"]
CMD ["serve"]
