FROM scratch AS uncached
COPY a /x/
FROM busybox AS named
USER app:staff
WORKDIR /app
COPY --chown=app:1000 --chmod=u=rw,go=r one two/ dir/
COPY --chmod=0755 --exclude=*.md docs .
COPY --parents a/./b/c d/*.txt /p/
COPY --link lib /lib
ADD archive.tar /
ADD --checksum=sha256:1111111111111111111111111111111111111111111111111111111111111111 https://example.com/file.txt /
ADD --keep-git-dir=true https://github.com/x/y.git#v1:sub /git
COPY <<one <<-"two" /docs/
don't $HOME \$x "q"
one
	plain $HOME
two
COPY --from=uncached /x /y
COPY --from=0 /x/a /z
