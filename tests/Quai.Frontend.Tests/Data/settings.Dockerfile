ARG G=glob
FROM scratch AS base
ARG G
ARG X=1 Y
ENV A=1 B="two words" C=$X
ENV A 2 3
LABEL l=1 "k y"="v w"
MAINTAINER me <x@y>
EXPOSE 80 443/tcp 53/udp 90-91
VOLUME /a /b
VOLUME ["/c d"]
USER 7:8
WORKDIR /work
WORKDIR sub
SHELL ["/bin/bash", "-c"]
CMD echo $A "q"
ENTRYPOINT ["a", "b\"c"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=3s --retries=3 CMD curl -f "x"
ONBUILD COPY a /onb
USER root
ARG A=9
ENV D=$A
HEALTHCHECK NONE
CMD []
FROM base
ARG G=x
