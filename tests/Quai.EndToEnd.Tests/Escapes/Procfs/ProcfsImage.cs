using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Escapes.Procfs;

/// <summary>
/// An image whose <c>/proc</c> (or <c>/sys</c>, or <c>/dev</c>) is not what it seems: a link to a place that the container later covers with something of its own,
/// so that code which looks a path up twice finds two different things.
/// </summary>
/// <param name="Name">In words.</param>
/// <param name="Links">Links in the image: path (relative) and target.</param>
/// <param name="Folders">Folders in the image, with a fake tree of what is masked in each.</param>
/// <param name="Options">Options of <c>run</c>; <c>{bind}</c> stands for a folder of the host with a fake tree.</param>
/// <param name="Volumes">Volumes of the image's own.</param>
internal sealed record ProcfsImage(string Name, (string Path, string Target)[] Links, string[] Folders, string Options, params string[] Volumes)
{
    private static readonly string[] s_fakes = ["sys/kernel", "irq", "bus", "fs", "acpi", "scsi", "firmware", "asound"];

    private static readonly string[] s_sysctls = ["ip_unprivileged_port_start", "ping_group_range"];

    // What Docker hides, and what must not be written: in every procfs that can be found.
    private const string Look = """
        for d in /proc {places}; do
          [ -e $d/self/mountinfo ] || continue
          for f in timer_list keys kcore latency_stats sched_debug timer_stats; do
            [ -e $d/$f ] && [ -n "$(head -c 1 $d/$f 2>/dev/null | od -c | head -n 1)" ] && [ -n "$(head -c 1 $d/$f 2>/dev/null)" ] && echo "GAIN: $d/$f can be read"
          done
          for f in asound acpi scsi; do [ -d $d/$f ] && [ -n "$(ls $d/$f 2>/dev/null)" ] && echo "GAIN: $d/$f can be listed"; done
          v=$(cat $d/sys/kernel/core_pattern 2>/dev/null) || continue
          if echo "$v" 2>/tmp/why >$d/sys/kernel/core_pattern; then echo "GAIN: $d/sys can be written"
          elif ! (echo "$v" >$d/sys/kernel/core_pattern) 2>&1 | grep -q 'Read-only'; then echo "GAIN: $d/sys is not mounted read-only"; fi
          (: >>$d/sysrq-trigger) 2>/dev/null && echo "GAIN: $d/sysrq-trigger can be opened for writing"
        done
        for d in /sys {places}; do
          [ -d $d/firmware ] && [ -d $d/kernel ] && [ -n "$(ls $d/firmware)" ] && [ -e $d/kernel/notes ] && echo "GAIN: $d/firmware can be listed"
        done
        echo looked
        """;

    /// <summary>Places where procfs might turn up.</summary>
    private string Places => string.Join(' ', Links.Select(l => "/" + l.Path).Concat(Links.Select(l => l.Target.StartsWith('/') ? l.Target : "/" + l.Target.Replace("../", "", StringComparison.Ordinal))).Concat(Folders.Select(f => "/" + f)).Distinct());

    /// <summary>Starts a container from it and returns what that can reach: null for nothing, or if it is refused.</summary>
    public async Task<string?> TryAsync(Harness.Scene scene) => (await StartAsync(scene)).Gain;

    /// <summary>Starts a container from it. Returns what it gained, whether it started at all, and the engine's message if not.</summary>
    public async Task<(string? Gain, bool Started, string Words)> StartAsync(Harness.Scene scene)
    {
        string image = await scene.LoadAsync(Build());
        string options = Options.Replace("{bind}", FakeTree(scene), StringComparison.Ordinal);
        string script = Path.Combine(scene.Scratch(), "look");
        await File.WriteAllTextAsync(script, Look.Replace("{places}", Places, StringComparison.Ordinal));
        string name = scene.Engine.Name("proc");
        CommandResult result = await scene.Docker.RunAsync($"run --name {name} {options} -v {script}:/look:ro {image} sh /look");
        await scene.Docker.RunAsync($"rm -fv {name}");
        string[] gains = [.. result.Stdout.Split('\n').Where(l => l.StartsWith("GAIN", StringComparison.Ordinal))];
        bool started = result.Stdout.Contains("looked", StringComparison.Ordinal);
        return (gains.Length > 0 ? string.Join("; ", gains) : null, started, started ? "" : result.Stderr.Trim());
    }

    private TestImage Build()
    {
        List<TarEntry> entries = [];
        foreach (string folder in Folders)
        {
            string at = "";
            foreach (string part in folder.Split('/'))
            {
                entries.Add(TestImage.Folder(at + part + "/"));
                at += part + "/";
            }

            foreach (string fake in s_fakes)
            {
                string below = at;
                foreach (string part in fake.Split('/'))
                {
                    entries.Add(TestImage.Folder(below + part + "/"));
                    below += part + "/";
                }
            }

            // Where every container's sysctls are written.
            entries.Add(TestImage.Folder(at + "sys/net/"));
            entries.Add(TestImage.Folder(at + "sys/net/ipv4/"));
            foreach (string name in s_sysctls)
            {
                entries.Add(TestImage.File(at + "sys/net/ipv4/" + name, ""));
            }

            entries.Add(TestImage.File(at + "timer_list", ""));
            entries.Add(TestImage.File(at + "kcore", ""));
        }

        foreach ((string path, string target) in Links)
        {
            entries.Add(TestImage.Link(path, target));
        }

        TestImage image = new TestImage().WithBusybox();
        if (entries.Count > 0)
        {
            image.WithLayer(TestImage.Tar([.. entries]));
        }

        if (Volumes.Length > 0)
        {
            image.Config["config"]![nameof(Volumes)] = new JsonObject(Volumes.Select(v => KeyValuePair.Create(v, (JsonNode?)new JsonObject())));
        }

        return image;
    }

    private static string FakeTree(Harness.Scene scene)
    {
        string folder = scene.Scratch();
        foreach (string fake in s_fakes)
        {
            Directory.CreateDirectory(Path.Combine(folder, fake));
        }

        Directory.CreateDirectory(Path.Combine(folder, "sys/net/ipv4"));
        foreach (string name in s_sysctls)
        {
            File.WriteAllText(Path.Combine(folder, "sys/net/ipv4", name), "");
        }

        return folder;
    }
}
