FROM busybox AS tools
RUN echo tools
FROM busybox
ARG GIVEN
ARG A=1
ENV B=two
WORKDIR /work
RUN --mount=type=cache,target=/cache,id=c,sharing=locked --mount=type=cache,uid=5,target=rel make "$A" $HOME
RUN --mount=type=bind,source=src,target=/src --mount=from=tools,target=/tools,rw --mount=type=tmpfs,target=/t,size=1m ["exec", "form"]
RUN --mount=type=secret,id=s,env=TOKEN --mount=type=secret,id=f,required,mode=0440 --mount=type=ssh use $TOKEN
RUN --network=none true
RUN <<EOF
echo one
echo two
EOF
RUN <<EOF
#!/bin/python
print(1)
EOF
RUN cat <<A > /a
text
A
