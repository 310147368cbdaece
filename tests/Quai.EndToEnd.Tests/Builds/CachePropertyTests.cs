using System.Text;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Whatever is edited, a build from the cache is the image that a build without it is.</summary>
public sealed class CachePropertyTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    // What a container says of an image's files: times do not count, and what the engine puts there neither.
    private const string Listing = "find / -xdev ( -path /proc -o -path /sys -o -path /dev ) -prune -o ( -not -name .dockerenv -a -not -path /etc/hosts -a -not -path /etc/hostname -a -not -path /etc/resolv.conf -a -not -path /etc/mtab -a -not -path /bin/* ) -print";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Edits_of_all_kinds_are_felt(int seed)
    {
        var random = new Random(seed);
        BuildFolder folder = new(engine), uncached = new(engine);
        var recipe = new Recipe(random);
        for (int round = 0; round < 7; round++)
        {
            recipe.Edit(folder);
            folder.Dockerfile(recipe.Text);
            (string cached, _) = await folder.BuildAsync(recipe.Options);
            (string anew, _) = await folder.BuildAsync("--no-cache " + recipe.Options);
            string expected = await DescribeAsync(uncached, anew), got = await DescribeAsync(folder, cached);
            Assert.True(expected == got, $"seed {seed}, round {round}:\n{recipe.Text}\n{recipe.Options}\nwithout the cache:\n{expected}\nwith it:\n{got}");
        }
    }

    private static async Task<string> DescribeAsync(BuildFolder folder, string image)
    {
        string config = await folder.Client.OkAsync($"image inspect -f '{{{{json .Config}}}} {{{{.Architecture}}}} {{{{len .RootFS.Layers}}}}' {image}");
        CommandResult files = await folder.Client.RunAsync($"run --rm --user 0 --entrypoint /bin/sh {image} -c '{Listing.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal)} | sort | while read f; do stat -c \"%n %A %u:%g %s\" \"$f\"; test -f \"$f\" -a ! -L \"$f\" && md5sum < \"$f\"; done; true'");
        return config + "\n" + files.Succeeded();
    }

    /// <summary>A Dockerfile and a context that change step by step.</summary>
    private sealed class Recipe(Random random)
    {
        private const string Made = "RUN cat /all/a > /made";

        private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal) { ["a"] = "1", ["d/b"] = "2", ["d/c"] = "3" };
        private readonly List<string> _first = ["COPY . /all", Made], _second = ["COPY --from=one /made /taken", "RUN echo $(cat /taken) > /said"];
        private string _argument = "x";

        public string Text
        {
            get
            {
                var text = new StringBuilder("FROM BASE AS one\nARG VALUE\nWORKDIR /w\n");
                text.AppendJoin('\n', _first).Append("\nFROM BASE\n").AppendJoin('\n', _second).Append('\n');
                return text.ToString();
            }
        }

        public string Options => "--build-arg VALUE=" + _argument;

        public void Edit(BuildFolder folder)
        {
            switch (random.Next(9))
            {
                case 0:
                    _files["a"] = random.Next(3).ToString(System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case 1:
                    _files["d/" + random.Next(4)] = random.Next(3).ToString(System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case 2 when _files.Count > 3:
                    _files.Remove(_files.Keys.Last(k => k != "a" && k != "d/b"));
                    break;
                case 3:
                    _argument = random.Next(2) == 0 ? "x" : "y";
                    break;
                case 4:
                    _first.Insert(random.Next(1, _first.Count + 1), $"RUN echo \"$VALUE {random.Next(3)}\" >> /w/log{random.Next(2)}");
                    break;
                case 5:
                    _second.Add((string[])["COPY --from=one /w /w", "COPY d /d", "COPY --chmod=600 a /secret", "COPY --chown=1000:50 d/b /owned", "COPY --link a /linked", "ENV E=" + random.Next(3), "LABEL l=" + random.Next(3)] is var all
                        ? all[random.Next(all.Length)] : "");
                    break;
                case 6 when _second.Count > 2:
                    _second.RemoveAt(random.Next(2, _second.Count));
                    break;
                case 7 when _first.Count > 2:
                    _first.RemoveAt(_first.FindLastIndex(l => l != Made));
                    break;
                default:
                    _files[".dockerignore"] = random.Next(2) == 0 ? "d/c" : "nothing";
                    break;
            }

            foreach (string old in Directory.GetFiles(folder.Folder, "*", SearchOption.AllDirectories))
            {
                File.Delete(old);
            }

            foreach ((string path, string content) in _files)
            {
                folder.Write(path, content);
                if (random.Next(6) == 0)
                {
                    File.SetUnixFileMode(Path.Combine(folder.Folder, path), (UnixFileMode)(random.Next(2) == 0 ? 0b110_100_100 : 0b111_101_101));
                }
            }
        }
    }
}
