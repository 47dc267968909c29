# One build, three targets:
#   docker build --target service -t backchannel-service .    the deployed service
#   docker build --target gateway -t backchannel-gateway .    API Gateway: arguments are those of its command line
#   docker build --target deploy -t backchannel-deploy .      sends the API of src/api to a gateway
# Each has the packages of its workspace only, in the versions of the lock file. For both architectures:
#   docker buildx build --platform linux/amd64,linux/arm64 --target gateway .

FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY src/api/package.json src/api/
COPY src/cdk/package.json src/cdk/
COPY src/doctor/package.json src/doctor/
COPY src/gateway/package.json src/gateway/
COPY src/local/package.json src/local/
COPY src/nest/package.json src/nest/
COPY src/program/package.json src/program/
COPY src/service/package.json src/service/

FROM manifests AS build
# without scripts: the package `node` would download the Node.js that the image already has
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.ts

FROM manifests AS service-packages
RUN npm ci --workspace backchannel-service --omit=dev --ignore-scripts

FROM manifests AS gateway-packages
RUN npm ci --workspace backchannel-gateway --omit=dev --ignore-scripts

FROM manifests AS deploy-packages
RUN npm ci --workspace backchannel-local --omit=dev --ignore-scripts

FROM node:24-bookworm-slim AS service
LABEL org.opencontainers.image.title="backchannel-service" \
      org.opencontainers.image.description="Stands behind an Amazon API Gateway WebSocket API" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
# the only directory that is written to, and only with STORE=embedded: the root file system may be read-only
RUN mkdir /data && chown node:node /data
COPY --from=service-packages /app/node_modules node_modules
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
      org.opencontainers.image.description="Amazon API Gateway on a laptop and in CI" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps GATEWAY_HOST=0.0.0.0
WORKDIR /app
COPY --from=gateway-packages /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/gateway dist/gateway
# relative file names among the arguments are those of a folder mounted here
WORKDIR /project
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "/app/dist/gateway/main.js", "health"]
ENTRYPOINT ["node", "/app/dist/gateway/main.js"]

FROM node:24-bookworm-slim AS deploy
LABEL org.opencontainers.image.title="backchannel-deploy" \
      org.opencontainers.image.description="Sends the API of Backchannel's service to a local gateway" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=deploy-packages /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/api dist/api
COPY --from=build /app/dist/program dist/program
COPY --from=build /app/dist/local dist/local
USER node
ENTRYPOINT ["node", "/app/dist/local/deploy.js"]
