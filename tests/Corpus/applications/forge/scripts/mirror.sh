cd /mirrors
until test -d project.git; do git clone -q --mirror "$SOURCE" project.git || sleep "$INTERVAL"; done
while sleep "$INTERVAL"; do git -C project.git remote update >/dev/null; done
