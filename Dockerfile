# docker build -t wand .
# One process:  docker run --read-only --tmpfs /tmp -v wand-data:/data -e SECURITY__API_KEY=… -p 8000:8000 wand
# Of a fleet:   docker run … wand serve --role worker
# A command:    docker run --rm … wand db migrate, or docker exec <container> wand keys list

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json nest-cli.json .swcrc ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev && chmod 0755 dist/cli/wand.js

FROM node:24-slim
LABEL org.opencontainers.image.title="Wand Orchestrator" \
      org.opencontainers.image.description="A self-hosted REST service that runs graphs of agents." \
      org.opencontainers.image.licenses="MIT"
# Without SECURITY__API_KEY a production service refuses to start: give it one, or another ENVIRONMENT.
# A young generation of one size: what a run needs for a moment dies in it. The default one begins so small that it moves such things to
# the old generation, and grows to 128 MB under load, which it never gives back.
ENV NODE_ENV=production \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    MALLOC_ARENA_MAX=2
WORKDIR /app
# Owned by root: the service can read its code and not change it. All that it writes is in /data.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY config ./config
COPY assets ./assets
COPY examples ./examples
# The database is named in a file and not in ENV, so that DATABASE__URL_FILE may take its place: both in one source are a fault.
RUN mkdir /data && chown node:node /data \
 && echo 'DATABASE__URL=sqlite:////data/wand.db' > .env \
 && ln -s /app/dist/cli/wand.js /usr/local/bin/wand
VOLUME /data
USER node
EXPOSE 8000 9090
STOPSIGNAL SIGTERM
# A process that stands by or starts is alive too. Every role answers it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is PID 1 and handles SIGTERM itself: no shell, no npm between it and the engine that stops it.
ENTRYPOINT ["node", "--min-semi-space-size=16", "--max-semi-space-size=16", "/app/dist/cli/wand.js"]
CMD ["serve"]
