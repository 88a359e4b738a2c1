# The steps are the Makefile's: the panel, whose tools stay behind, and a base install.
FROM python:3.11-slim AS base
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/aicc
COPY . .

FROM base AS panel
RUN make panel PYTHON=python3 && test -f assist/web/dist/index.html

FROM base
COPY --from=panel /opt/aicc/assist/web/dist assist/web/dist
RUN make install PYTHON=python3
# All addresses of the container: "docker run -p" decides who comes in (docs/operating.md).
ENV PATH="/opt/aicc/.venv/bin:$PATH" AICC_HTTP=0.0.0.0:8080 AICC_DATA=/data
VOLUME /data
# SIP and the sound of calls too, once aicc.yaml has them listen; "--network host" spares 10,000 mapped ports.
EXPOSE 8080 5060/udp 5060/tcp 20000-29999/udp
ENTRYPOINT ["aicc"]
CMD ["serve"]
