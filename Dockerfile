# One image for migrate, api and workers. Nothing secret goes in: settings come from outside.
FROM python:3.11-slim AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/parvis \
 && /opt/parvis/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps \
    --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin parvis \
 && install -d -o parvis -g parvis -m 0700 /data
COPY --from=packages /opt/parvis /opt/parvis
WORKDIR /app
COPY pyproject.toml ./
COPY domain domain
COPY api api
COPY workers workers
COPY migrations migrations
# the contract as it is served
COPY openapi/openapi.json openapi/openapi.json
# COPY keeps the modes of the clone, which a umask may have closed to others
RUN chmod -R a+rX . \
 && /opt/parvis/bin/python -m compileall -q domain api workers migrations
# time zones come from the locked tzdata package, never from the image
ENV PATH=/opt/parvis/bin:$PATH PYTHONUNBUFFERED=1 PYTHONTZPATH= HOST=0.0.0.0 DATA_DIR=/data
USER parvis
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["python", "-m", "api"]
CMD ["serve"]
