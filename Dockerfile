# One build, two targets:
#   docker build --target service -t backchannel-service .    what is deployed
#   docker build --target gateway -t backchannel-gateway .    the local gateway, and the deployment to it

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# the image has the right Node already: the one that the package `node` would fetch is not needed here
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json ./
COPY src src
RUN node node_modules/@nestjs/cli/bin/nest.js build

FROM node:24-bookworm-slim AS production-dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-bookworm-slim AS service
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=production-dependencies /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/api dist/api
COPY --from=build /app/dist/service dist/service
USER node
VOLUME /data
EXPOSE 3000
CMD ["node", "--enable-source-maps", "dist/service/main.js"]

FROM node:24-bookworm-slim AS gateway
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist/api dist/api
COPY --from=build /app/dist/deploy dist/deploy
COPY --from=build /app/dist/gateway dist/gateway
USER node
EXPOSE 8080
ENV GATEWAY_HOST=0.0.0.0
CMD ["node", "--enable-source-maps", "dist/gateway/main.js"]
