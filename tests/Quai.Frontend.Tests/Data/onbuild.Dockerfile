FROM onbuild:1
ONBUILD RUN later
ENV A=1
