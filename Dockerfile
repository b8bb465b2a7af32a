# How is the image of the gateway made? docs/image.md says how it is built, run and checked.
#
# Both bases are Debian 13 with Python 3.13; the second has no shell and no package manager. A release pins them
# by digest, which only a registry knows: --build-arg BUILDER=...@sha256:... --build-arg BASE=...@sha256:...
ARG BUILDER=docker.io/library/python:3.13-slim-trixie
ARG BASE=gcr.io/distroless/python3-debian13:nonroot

# --- what is put together: wheels alone, each of a hash that image/*.lock names; nothing is compiled to machine code

FROM ${BUILDER} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

COPY image/tools.lock image/requirements.lock image/
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--quiet", \
     "--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement=image/tools.lock"]
# hadolint ignore=DL3059
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--quiet", "--no-compile", \
     "--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement=image/requirements.lock", \
     "--target=/image/usr/local/lib/python3.13/dist-packages"]

COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
RUN ["python", "-m", "pip", "install", "--no-cache-dir", "--quiet", "--no-compile", \
     "--upgrade", "--no-index", "--no-deps", "--no-build-isolation", \
     "--target=/image/usr/local/lib/python3.13/dist-packages", "."]

COPY image image
RUN ["python", "-m", "image.finish", "/image"]

# --- what is shipped

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Token Gateway" \
      org.opencontainers.image.description="The authenticating gateway for API tokens at the Kubernetes Ingress." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="gcr.io/distroless/python3-debian13:nonroot"

# Bytecode is in the image, and there is nowhere to write more. No module is taken from the working directory.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONSAFEPATH=1 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
WORKDIR /
COPY --from=build /image/ /

USER 65532:65532
EXPOSE 4180 4181 8080 8081 9090
STOPSIGNAL SIGTERM
# No HEALTHCHECK: Kubernetes ignores it, and the admin listener has /livez and /readyz.
ENTRYPOINT ["/usr/local/bin/gateway"]
CMD ["serve", "-c", "/etc/token-gateway/gateway.yaml"]
