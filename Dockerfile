# One image per module, from one file: docker build --build-arg MODULE=services/ws-gateway .
# What was built and run of it, and how to without a registry of images: docs/operations.md, "Containers".
ARG BUILD_IMAGE=maven:3-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

# The same for every module, so that building a second image starts from here.
FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2,sharing=locked mvn -B -q -DskipTests package

FROM ${RUNTIME_IMAGE} AS layers
ARG MODULE
WORKDIR /app
COPY --from=build /src/${MODULE}/target/*.jar application.jar
RUN java -Djarmode=tools -jar application.jar extract --layers --destination layers

FROM ${RUNTIME_IMAGE}
RUN groupadd --system --gid 10001 rollcall \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin rollcall \
    && install -d -o rollcall -g rollcall -m 0750 /var/lib/rollcall
COPY --chmod=0755 infra/docker/healthcheck /usr/local/bin/healthcheck
WORKDIR /app
# From what changes seldom to what changes with every commit.
COPY --from=layers /app/layers/dependencies/ ./
COPY --from=layers /app/layers/snapshot-dependencies/ ./
COPY --from=layers /app/layers/application/ ./
USER 10001:10001
# Inside a container loopback is nobody else's: what may come in is decided where ports are published.
ENV SERVER_ADDRESS=0.0.0.0 \
    MANAGEMENT_SERVER_ADDRESS=0.0.0.0 \
    ROLLCALL_DATA_DIR=/var/lib/rollcall
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["healthcheck"]
# Half of the memory for the heap: RocksDB, sockets and code live in the other half.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-jar", "application.jar"]
