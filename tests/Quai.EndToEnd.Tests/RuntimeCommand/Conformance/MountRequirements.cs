using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Harness;
using static Quai.EndToEnd.Tests.RuntimeCommand.Conformance.Candidate;

namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>config.md Mounts, and config-linux.md's default file systems, masked and read-only paths, propagation.</summary>
internal static class MountRequirements
{
    // Options and what mountinfo shows of a bind with them (config.md, Linux mount options).
    private static readonly (string Options, string Shown, string Level)[] s_attributes =
    [
        ("ro", "ro", "MUST"), ("nosuid", "nosuid", "MUST"), ("nodev", "nodev", "MUST"), ("noexec", "noexec", "MUST"), ("noatime", "noatime", "MUST"), ("nodiratime", "nodiratime", "MUST"),
        ("relatime", "relatime", "MUST"), ("nosymfollow", "nosymfollow", "SHOULD"), ("noatime,atime", "!noatime", "MUST"), ("nosuid,suid", "!nosuid", "MUST"), ("nodev,dev", "!nodev", "MUST"),
        ("noexec,exec", "!noexec", "MUST"), ("ro,rw", "rw", "MUST"), ("nodiratime,diratime", "!nodiratime", "MUST"), ("strictatime", "!relatime", "MUST"), ("strictatime,nostrictatime", "relatime", "MUST"),
        ("norelatime", "", "MUST"), ("async", "", "MUST"), ("defaults", "", "MUST"), ("loud", "", "MUST"), ("silent", "", "MUST"), ("nosymfollow,symfollow", "!nosymfollow", "SHOULD"),
    ];

    private static readonly (string Option, string Shown)[] s_superblock =
    [
        ("sync", "sync"), ("dirsync", "dirsync"), ("lazytime", "lazytime"), ("nolazytime", "!lazytime"), ("iversion", ""), ("noiversion", ""), ("async", "!sync"),
    ];

    private static readonly string[] s_recursive =
    [
        "rro", "rnosuid", "rnodev", "rnoexec", "rnoatime", "rnodiratime", "rnosymfollow", "rrelatime", "rstrictatime",
    ];

    private static Candidate WithSource(Candidate c)
    {
        Directory.CreateDirectory(Path.Combine(c.Bundle, "source", "sub"));
        File.WriteAllText(Path.Combine(c.Bundle, "source", "file"), "content\n");
        return c;
    }

    private static async Task<string> InfoOfAsync(Candidate c, string destination) =>
        await c.OutputAsync($"awk '$5 == \"{destination}\" {{print $6 \" \" $0}}' /proc/self/mountinfo");

    public static IEnumerable<Requirement> All =>
    [
        new("config.md Mounts", "entries are mounted in the listed order", "MUST", async c =>
        {
            c.Mount("/mnt", "tmpfs", "tmpfs");
            c.Mount("/mnt/inner", "tmpfs", "tmpfs", "size=64k");
            Same("2", await c.OutputAsync("grep -c ' /mnt' /proc/self/mountinfo"));
        }),
        new("config.md Mounts", "a relative destination is relative to /", "MUST", async c =>
        {
            c.Mount("mnt", "tmpfs", "tmpfs");
            Same("1", await c.OutputAsync("grep -c ' /mnt ' /proc/self/mountinfo"));
        }),
        new("config.md Mounts", "a bind's source is relative to the bundle", "MUST", async c =>
        {
            WithSource(c).Mount("/mnt", "bind", "source", "bind");
            Same("content", await c.OutputAsync("cat /mnt/file"));
        }),
        new("config.md Mounts", "a mount with bind among its options is a bind, whatever its type", "MUST", async c =>
        {
            WithSource(c).Mount("/mnt", "none", "source", "bind");
            Same("content", await c.OutputAsync("cat /mnt/file"));
        }),
        new("config.md Mounts", "a file can be bound", "MUST", async c =>
        {
            WithSource(c).Mount("/etc/bound", "bind", "source/file", "bind");
            Same("content", await c.OutputAsync("cat /etc/bound"));
        }),
        new("config.md Mounts", "a source that does not exist is an error", "MUST", async c =>
        {
            c.Mount("/mnt", "bind", "nothing", "bind");
            await c.RefusedAsync();
        }),
        new("config.md Mounts", "options that are not known are the file system's", "SHOULD", async c =>
        {
            c.Mount("/mnt", "tmpfs", "tmpfs", "size=128k", "mode=0711");
            Same("711 128k", await c.OutputAsync("echo $(stat -c %a /mnt) $(awk '$5 == \"/mnt\"' /proc/self/mountinfo | grep -o 'size=[0-9]*k' | tr -d size=)"));
        }),
        .. s_attributes.Select(a => new Requirement("config.md Linux mount options", $"{a.Options} of a bind", a.Level, async c =>
        {
            WithSource(c).Mount("/mnt", "bind", "source", ["bind", .. a.Options.Split(',')]);
            ExpectShown(a.Shown, (await InfoOfAsync(c, "/mnt")).Split(' ')[0]);
        })),
        .. s_superblock.Select(a => new Requirement("config.md Linux mount options", $"{a.Option} of a file system", "MUST", async c =>
        {
            c.Mount("/mnt", "tmpfs", "tmpfs", a.Option);
            string info = await InfoOfAsync(c, "/mnt");
            ExpectShown(a.Shown, info[(info.LastIndexOf(' ') + 1)..]);
        })),
        new("config.md Linux mount options", "rbind binds what is mounted below", "MUST", async c =>
        {
            WithSource(c).Mount("/a", "bind", "source", "bind");
            c.Mount("/outer", "bind", "/sys/fs/cgroup", "rbind", "ro");
            Expect(int.Parse(await c.OutputAsync("grep -c ' /outer' /proc/self/mountinfo")) > 1, "one mount");
        }),
        new("config.md Linux mount options", "bind does not bind what is mounted below", "MUST", async c =>
        {
            c.Mount("/outer", "bind", "/sys/fs/cgroup", "bind", "ro");
            Same("1", await c.OutputAsync("grep -c ' /outer' /proc/self/mountinfo"));
        }),
        .. s_recursive.Select(option => new Requirement("config.md Linux mount options", $"{option} holds for all mounts of a recursive bind", "SHOULD", async c =>
        {
            c.Mount("/outer", "bind", "/sys/fs/cgroup", "rbind", option);
            string shown = option switch { "rstrictatime" => "!relatime", _ => option[1..] };
            foreach (string line in (await c.OutputAsync("awk '$5 ~ \"^/outer\" {print $6}' /proc/self/mountinfo")).Split('\n'))
            {
                ExpectShown(shown, line);
            }
        })),
        new("config.md Linux mount options", "remount changes the options of what is mounted", "MUST", async c =>
        {
            c.Mount("/mnt", "tmpfs", "tmpfs");
            c.Mount("/mnt", "tmpfs", "tmpfs", "remount", "ro");
            Same("no", await c.OutputAsync("touch /mnt/x 2>/dev/null && echo yes || echo no"));
        }),
        .. ((string[])["private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"]).Select(propagation =>
            new Requirement("config.md Linux mount options", $"{propagation} is a bind's propagation", "MUST", async c =>
            {
                WithSource(c).Mount("/mnt", "bind", "source", "rbind", propagation);
                string shown = await c.OutputAsync("awk '$5 == \"/mnt\" {for (i = 7; $i != \"-\"; i++) printf \"%s \", $i}' /proc/self/mountinfo");
                bool right = propagation.TrimStart('r') switch
                {
                    "private" => shown.Length == 0,
                    "shared" => shown.Contains("shared:", StringComparison.Ordinal),
                    "unbindable" => shown.Contains("unbindable", StringComparison.Ordinal),
                    _ => !shown.Contains("shared:", StringComparison.Ordinal),
                };
                Expect(right, $"\"{shown}\"");
            })),
        new("config.md Linux mount options", "tmpcopyup begins a tmpfs with what it covers", "MAY", async c =>
        {
            Directory.CreateDirectory(Path.Combine(c.Root, "data/sub"));
            File.WriteAllText(Path.Combine(c.Root, "data/sub/file"), "copied\n");
            File.SetUnixFileMode(Path.Combine(c.Root, "data/sub/file"), (UnixFileMode)0x1A4);
            File.CreateSymbolicLink(Path.Combine(c.Root, "data/link"), "sub/file");
            c.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup");
            Same("copied 644 sub/file", await c.OutputAsync("echo $(cat /data/link) $(stat -c %a /data/sub/file) $(readlink /data/link); touch /data/new"));
            Expect(!File.Exists(Path.Combine(c.Root, "data/new")), "it is no tmpfs");
        }),
        new("config.md uidMappings", "a bind shows owners by the maps of its own", "SHOULD", async c =>
        {
            WithSource(c);
            await RunningCommand.ShellAsync($"chown 1:2 {c.Bundle}/source/file");
            c.Mount("/mnt", "bind", "source", "bind", "idmap");
            JsonObject mount = c.Mounts[^1]!.AsObject();
            mount["uidMappings"] = Json("""[{"containerID": 0, "hostID": 1000, "size": 100}]""");
            mount["gidMappings"] = Json("""[{"containerID": 0, "hostID": 5000, "size": 100}]""");
            Same("1001:5002", await c.OutputAsync("stat -c %u:%g /mnt/file"));
        }),
        new("config.md idmap", "without maps of its own a bind has those of the container's user namespace", "MAY", async c =>
        {
            WithSource(c);
            UserNamespace(c);
            c.Mount("/mnt", "bind", "source", "bind", "idmap");
            Same("0:0", await c.OutputAsync("stat -c %u:%g /mnt/file"));
        }),
        new("config.md idmap", "without maps and without a user namespace it is an error", "MUST", async c =>
        {
            WithSource(c).Mount("/mnt", "bind", "source", "bind", "idmap");
            await c.RefusedAsync();
        }),
        new("config.md uidMappings", "uidMappings without gidMappings is an error", "MUST", async c =>
        {
            WithSource(c).Mount("/mnt", "bind", "source", "bind", "idmap");
            c.Mounts[^1]!["uidMappings"] = Json("""[{"containerID": 0, "hostID": 1000, "size": 100}]""");
            await c.RefusedAsync();
        }),
        new("config-linux.md Default Filesystems", "/proc, /sys, /dev/pts and /dev/shm are there", "SHOULD", async c =>
            Same("proc sysfs devpts tmpfs", await c.OutputAsync("for m in /proc /sys /dev/pts /dev/shm; do awk -v m=$m '$5 == m {for (i = 7; $i != \"-\"; i++); print $(i + 1)}' /proc/self/mountinfo; done | tr '\\n' ' ' | awk '{print $1, $2, $3, $4}'"))),
        new("runtime-linux.md Dev symbolic links", "/dev/fd, stdin, stdout and stderr lead to /proc/self/fd", "MUST", async c =>
            Same("/proc/self/fd /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2", await c.OutputAsync("echo $(readlink /dev/fd) $(readlink /dev/stdin) $(readlink /dev/stdout) $(readlink /dev/stderr)"))),
        new("config-linux.md maskedPaths", "a masked file cannot be read", "MUST", async c =>
        {
            File.WriteAllText(Path.Combine(c.Root, "etc/secret"), "secret\n");
            c.Linux["maskedPaths"] = new JsonArray("/etc/secret", "/proc/kcore", "/no/such/path");
            Same("", await c.OutputAsync("cat /etc/secret"));
        }),
        new("config-linux.md maskedPaths", "a masked folder is empty", "MUST", async c =>
        {
            Directory.CreateDirectory(Path.Combine(c.Root, "etc/hidden/sub"));
            c.Linux["maskedPaths"] = new JsonArray("/etc/hidden");
            Same("", await c.OutputAsync("ls /etc/hidden"));
        }),
        new("config-linux.md maskedPaths", "a path that is not absolute is an error", "MUST", async c =>
        {
            c.Linux["maskedPaths"] = new JsonArray("etc/secret");
            await c.RefusedAsync();
        }),
        new("config-linux.md readonlyPaths", "a read-only path cannot be written", "MUST", async c =>
        {
            c.Linux["readonlyPaths"] = new JsonArray("/etc", "/proc/sys", "/no/such/path");
            Same("no", await c.OutputAsync("touch /etc/x 2>/dev/null && echo yes || echo no"));
        }),
        new("config-linux.md readonlyPaths", "a path that is not absolute is an error", "MUST", async c =>
        {
            c.Linux["readonlyPaths"] = new JsonArray("etc");
            await c.RefusedAsync();
        }),
        .. ((string[])["shared", "slave", "private", "unbindable"]).Select(propagation => new Requirement("config-linux.md rootfsPropagation", $"{propagation} is the root's propagation", "MUST", async c =>
        {
            c.Linux["rootfsPropagation"] = propagation;
            string shown = await c.OutputAsync("awk '$5 == \"/\" {for (i = 7; $i != \"-\"; i++) printf \"%s \", $i}' /proc/self/mountinfo");
            Expect(propagation switch { "shared" => shown.Contains("shared:", StringComparison.Ordinal), "unbindable" => shown.Contains("unbindable", StringComparison.Ordinal), _ => !shown.Contains("shared:", StringComparison.Ordinal) }, $"\"{shown}\"");
        })),
        new("config-linux.md rootfsPropagation", "a value that is not known is an error", "MUST", async c =>
        {
            c.Linux["rootfsPropagation"] = "none";
            await c.RefusedAsync();
        }),
        new("config-linux.md mountLabel", "a label where SELinux is off is an error", "MUST", async c =>
        {
            c.Linux["mountLabel"] = "system_u:object_r:container_file_t:s0";
            await c.RefusedAsync();
        }),
    ];

    /// <summary>Gives the container a user namespace whose root is 100000 outside.</summary>
    public static void UserNamespace(Candidate c)
    {
        c.Namespace("user");
        c.Linux["uidMappings"] = Json("""[{"containerID": 0, "hostID": 100000, "size": 65536}]""");
        c.Linux["gidMappings"] = Json("""[{"containerID": 0, "hostID": 100000, "size": 65536}]""");
        File.SetUnixFileMode(c.Work, (UnixFileMode)0x1ED);
        RunningCommand.ShellAsync($"chown -R 100000:100000 {c.Root}").GetAwaiter().GetResult();
    }

    private static void ExpectShown(string shown, string options)
    {
        string[] all = options.Split(',');
        Expect(shown.Length == 0 || (shown[0] == '!' ? !all.Contains(shown[1..]) : all.Contains(shown)), options);
    }
}
