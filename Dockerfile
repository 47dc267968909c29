# One build, two targets:
#   docker build --target service -t backchannel-service .    the deployed service
#   docker build --target gateway -t backchannel-gateway .    the local gateway, and the deployment to it

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# without scripts: the package `node` would download the Node.js that the image already has
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json ./
COPY src src
RUN node node_modules/@nestjs/cli/bin/nest.js build

FROM node:24-bookworm-slim AS service-dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

# the packages of the gateway are devDependencies, like the tools that build and test
FROM build AS gateway-dependencies
COPY docker/keep-imported.js docker/
RUN node docker/keep-imported.js 'dist/{api,gateway,local/deployment}/**/*.js' && npm prune --ignore-scripts

FROM node:24-bookworm-slim AS service
LABEL org.opencontainers.image.title="backchannel-service" \
      org.opencontainers.image.description="Stands behind an Amazon API Gateway WebSocket API" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
# the only directory that is written to, and only with STORE=embedded: the root file system may be read-only
RUN mkdir /data && chown node:node /data
COPY --from=service-dependencies /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/api dist/api
COPY --from=build /app/dist/program dist/program
COPY --from=build /app/dist/nest dist/nest
COPY --from=build /app/dist/service dist/service
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# without a shell, so that SIGTERM reaches the service
CMD ["node", "--enable-source-maps", "dist/service/main.js"]

FROM node:24-bookworm-slim AS gateway
LABEL org.opencontainers.image.title="backchannel-gateway" \
      org.opencontainers.image.description="A stand-in for Amazon API Gateway's WebSocket APIs" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production GATEWAY_HOST=0.0.0.0
WORKDIR /app
COPY --from=gateway-dependencies /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/api dist/api
COPY --from=build /app/dist/program dist/program
COPY --from=build /app/dist/local/deploy.js dist/local/
COPY --from=build /app/dist/local/deployment dist/local/deployment
COPY --from=build /app/dist/gateway dist/gateway
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.GATEWAY_PORT || 8080}/_gateway/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/gateway/main.js"]
