# docker build -t wand .
# docker run --read-only --tmpfs /tmp -v wand-data:/data -e SECURITY__API_KEY=… -p 8000:8000 wand

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json nest-cli.json .swcrc ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
LABEL org.opencontainers.image.title="Wand Orchestrator" \
      org.opencontainers.image.description="A self-hosted REST service that runs graphs of agents." \
      org.opencontainers.image.licenses="MIT"
# Without SECURITY__API_KEY a production service refuses to start: give it one, or another ENVIRONMENT.
ENV NODE_ENV=production \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    MALLOC_ARENA_MAX=2 \
    DATABASE__URL=sqlite:////data/wand.db
WORKDIR /app
# Owned by root: the service can read its code and not change it. All that it writes is in /data.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY config ./config
COPY assets ./assets
COPY examples ./examples
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8000 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is PID 1 and handles SIGTERM itself: no shell, no npm between it and the engine that stops it.
# A young generation of one size: what a run needs for a moment dies in it. The default one begins so small that it moves such things to
# the old generation, and grows to 128 MB under load, which it never gives back.
CMD ["node", "--min-semi-space-size=16", "--max-semi-space-size=16", "dist/main.js"]
