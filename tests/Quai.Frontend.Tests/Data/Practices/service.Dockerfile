# check=skip=QuaiPinnedPackages
FROM node:24 AS build
COPY . .
RUN npm ci
RUN cd /app

FROM debian AS tools
ADD https://example.com/tool.tar.gz /tmp/
RUN curl -fsSL https://example.com/install | sh

FROM debian:13
RUN sudo apt-get update && \
    # what the service needs
    apt install curl
COPY --from=build /dist /srv
ADD start.sh /
ENV password=1
CMD /start.sh
