import os
import pathlib
import shutil

import markdown

for source in pathlib.Path("/content").glob("*.md"):
    body = markdown.markdown(source.read_text())
    page = f"<title>{os.environ['TITLE']}</title><author>{os.environ['AUTHOR']}</author>\n{body}\n"
    pathlib.Path("/pages", source.stem + ".html").write_text(page)
for name in ("theme.css", "proof"):
    shutil.copy(f"/theme/{name}", f"/pages/{name}")
with open("/pages/built", "a") as built:
    built.write("built\n")
