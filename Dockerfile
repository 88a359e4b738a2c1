# The steps are the Makefile's: a base install and nothing else.
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/aicc
COPY . .
RUN make install PYTHON=python3
ENV PATH="/opt/aicc/.venv/bin:$PATH"
ENTRYPOINT ["aicc"]
CMD ["doctor"]
