set -e
[ -d /srv/git/project.git ] || git init -q --bare -b main /srv/git/project.git
git -C /srv/git/project.git config http.receivepack true
printf '#!/bin/sh\ndate >>pushes\n' >/srv/git/project.git/hooks/post-receive
chmod 755 /srv/git/project.git/hooks/post-receive
